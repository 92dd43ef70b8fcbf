//! Video kernels beside those of other libraries, one thread: `cargo xtask bench peers-video [--json]`. A module for each
//! operation; each compares outputs before it measures.

mod blend;
mod compare;
mod convert;
mod jpeg;
mod libyuv;
mod lipsync;
mod node;
mod pixman;
mod python;
mod resize;
mod swscale;
mod tensor;
mod turbojpeg;
mod wasm;

use std::process::ExitCode;

use millpond_benches::parts::{self, Part};
use millpond_benches::row::Row;

type Rows = Result<Vec<Row>, String>;

const OPERATIONS: [(&str, Part); 8] = [
    ("blend", blend::rows),
    ("convert", convert::rows),
    ("jpeg", jpeg::rows),
    ("lipsync", lipsync::rows),
    ("node", node::rows),
    ("resize", resize::rows),
    ("tensor", tensor::rows),
    ("wasm", wasm::rows),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    parts::run("millpond-peers-video", &OPERATIONS, &args)
}
