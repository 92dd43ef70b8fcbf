//! Video kernels beside those of other libraries, one thread: `cargo xtask bench peers-video [--json]`. A module for each
//! operation; each compares outputs before it measures.

mod blend;
mod compare;
mod convert;
mod jpeg;
mod libyuv;
mod pixman;
mod python;
mod resize;
mod tensor;
mod turbojpeg;
mod wasm;

use std::path::Path;
use std::process::ExitCode;

use millpond_benches::row::Row;

type Rows = Result<Vec<Row>, String>;

/// Measures an operation; it gets a folder for its files.
type Operation = fn(&Path) -> Rows;

const OPERATIONS: [(&str, Operation); 6] = [
    ("blend", blend::rows),
    ("convert", convert::rows),
    ("jpeg", jpeg::rows),
    ("resize", resize::rows),
    ("tensor", tensor::rows),
    ("wasm", wasm::rows),
];

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.last().is_some_and(|last| last == "--json");
    args.truncate(args.len() - usize::from(json));
    let (folder, only) = match &args[..] {
        [folder] => (folder, None),
        [folder, only] => (folder, Some(only)),
        _ => {
            eprintln!("usage: millpond-peers-video FOLDER [OPERATION] [--json]");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (name, rows) in OPERATIONS.iter().filter(|(name, _)| only.is_none_or(|only| only == name)) {
        match rows(Path::new(folder)) {
            Ok(rows) => Row::print_all(&rows, json),
            Err(message) => {
                eprintln!("{name}: {message}");
                code = ExitCode::from(2);
            }
        }
    }
    code
}
