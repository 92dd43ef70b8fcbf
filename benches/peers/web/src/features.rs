//! Mel bands of thirty seconds beside meyda, in a page and in node. meyda rounds the edges of its bands to whole bins, so the
//! upper bands, which span many, are compared, by the logarithm of their mean over time.

use std::path::Path;

use crate::Rows;
use crate::script::{Pair, Script};

const ROUNDS: usize = 5;
const APART: f64 = 0.1;

pub(crate) fn rows(folder: &Path) -> Rows {
    let meyda = Script::version("meyda")?;
    let pair = Pair {
        job: "80 mel bands, FFT 1024, hop 160, 30 s at 16 kHz",
        ours: "millpond as meyda",
        theirs: "meyda",
        peer: "meyda",
        version: Some(&meyda),
        apart: APART,
        bar: None,
    };
    let mut rows = Vec::new();
    for script in [Script::page(folder)?, Script::node()?] {
        script.open("features", None)?;
        rows.extend(script.rows(ROUNDS, "ms", &[pair]));
    }
    Ok(rows)
}
