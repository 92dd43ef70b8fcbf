//! A decoded 1080p `VideoFrame` into memory: `slot.copyFrom` beside the bare `copyTo`, whose ratio says that it is the only
//! copy, and beside reading a canvas, which gives RGBA: then ours converts too.

use std::path::Path;

use crate::script::{Pair, Script};
use crate::{Rows, clip};

const ROUNDS: usize = 31;
const COPY_BAR: f64 = 1.1;
/// Levels between two conversions to RGBA that scale up chroma in different ways.
const CONVERTED: f64 = 2.0;

pub(crate) fn rows(folder: &Path) -> Rows {
    let clip = clip::prepare(folder)?;
    let page = Script::page(folder)?;
    page.open("upload", Some(&clip))?;
    let pair = Pair {
        job: "1080p VideoFrame into a slot, I420",
        ours: "copyFrom",
        theirs: "copyTo",
        peer: "VideoFrame.copyTo",
        version: None,
        apart: 0.0,
        bar: Some(COPY_BAR),
    };
    let converted = Pair {
        job: "1080p VideoFrame into a slot, RGBA",
        ours: "copyFrom, converted",
        theirs: "drawImage, getImageData",
        peer: "drawImage, getImageData",
        apart: CONVERTED,
        bar: None,
        ..pair
    };
    let bitmap = Pair {
        theirs: "createImageBitmap, drawImage, getImageData",
        peer: "createImageBitmap, drawImage, getImageData",
        ..converted
    };
    Ok(page.rows(ROUNDS, "us", &[pair, converted, bitmap]))
}
