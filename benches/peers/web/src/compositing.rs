//! A still 1080p picture under a 320x320 patch with a soft edge, another patch in every frame. Ours is a compositor: it takes the
//! patch's pixels and draws again what it covers.

use std::path::Path;

use crate::Rows;
use crate::script::{Pair, Script};

const ROUNDS: usize = 9;
/// How much of the time of a loop in JavaScript it may take.
const LOOP_BAR: f64 = 0.1;
/// Canvas and libvips multiply by alpha before they blend and so round twice; OpenCV rounds each product. A patch is a
/// twentieth of the picture.
const ROUNDED_TWICE: f64 = 0.02;

pub(crate) fn in_page(folder: &Path) -> Rows {
    let page = Script::page(folder)?;
    page.open("canvas", None)?;
    page.open("opencv", None)?;
    let opencv = Script::version("@techstark/opencv-js")?;
    let shown = Pair {
        job: "1080p with a 320x320 patch, shown on a canvas",
        ours: "millpond, shown",
        theirs: "loop, whole canvas",
        peer: "getImageData, JavaScript loop, putImageData",
        version: None,
        apart: 0.0,
        bar: Some(LOOP_BAR),
    };
    let read = Pair {
        job: "1080p with a 320x320 patch, pixels in memory",
        ours: "millpond",
        theirs: "drawImage, whole canvas",
        peer: "drawImage, getImageData",
        version: None,
        apart: ROUNDED_TWICE,
        bar: None,
    };
    let pairs = [
        Pair {
            theirs: "loop, rectangle",
            peer: "getImageData, JavaScript loop, putImageData of the patch's rectangle",
            bar: None,
            ..shown
        },
        shown,
        Pair {
            theirs: "drawImage, whole canvas, willReadFrequently",
            peer: "drawImage, getImageData, willReadFrequently",
            ..read
        },
        Pair {
            theirs: "drawImage, rectangle, willReadFrequently",
            peer: "drawImage, getImageData of the patch's rectangle, willReadFrequently",
            ..read
        },
        Pair { theirs: "opencv", peer: "OpenCV.js, rounded products", version: Some(&opencv), ..read },
        read,
    ];
    Ok(page.rows(ROUNDS, "us", &pairs))
}

pub(crate) fn in_node(_: &Path) -> Rows {
    let node = Script::node()?;
    node.open("canvas", None)?;
    let [sharp, jimp] = [Script::version("sharp")?, Script::version("jimp")?];
    let pair = Pair {
        job: "1080p with a 320x320 patch, pixels in memory",
        ours: "millpond",
        theirs: "loop, whole picture",
        peer: "copy of the picture, JavaScript loop",
        version: None,
        apart: 0.0,
        bar: Some(LOOP_BAR),
    };
    let rectangle =
        Pair { theirs: "loop, rectangle", peer: "copy of the patch's rectangle, JavaScript loop", bar: None, ..pair };
    let sharp = Pair {
        theirs: "sharp",
        peer: "sharp (native)",
        version: Some(&sharp),
        apart: ROUNDED_TWICE,
        bar: None,
        ..pair
    };
    let jimp = Pair { theirs: "jimp", peer: "jimp", version: Some(&jimp), apart: ROUNDED_TWICE, bar: None, ..pair };
    Ok(node.rows(ROUNDS, "us", &[pair, rectangle, sharp, jimp]))
}
