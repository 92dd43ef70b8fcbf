//! Decoding a 1080p clip and showing it on a canvas: with a patch composed by a scene on the way, and without.

use std::path::Path;

use crate::script::{Pair, Script};
use crate::{Rows, clip};

/// A round is the whole clip.
const ROUNDS: usize = 3;

pub(crate) fn rows(folder: &Path) -> Rows {
    let clip = clip::prepare(folder)?;
    let page = Script::page(folder)?;
    page.open("pipeline", Some(&clip))?;
    let pair = Pair {
        job: "a frame of H.264 1080p: decode, compose a 320x320 patch, show",
        ours: "composed",
        theirs: "drawn",
        peer: "decode, show",
        version: None,
        apart: 1.0,
        bar: None,
    };
    Ok(page.rows(ROUNDS, "ms", &[pair]))
}
