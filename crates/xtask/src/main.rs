//! Build steps.

mod npm;
mod wasm;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let done = match std::env::args().nth(1).as_deref() {
        Some("wasm") => wasm::build(&root),
        Some("pack") => npm::pack(&root).map(|path| println!("{}", path.display())),
        _ => Err("usage: cargo xtask wasm | pack".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
