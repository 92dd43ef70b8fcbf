//! The npm package and the page that uses it. Binding a wasm module needs a library that takes a minute to compile, so it
//! is a feature of this crate: the first command a newcomer runs does not wait for it.

use crate::failure::Outcome;
use crate::shell;

/// Runs `cargo xtask COMMAND` again as a program that can bind wasm modules.
///
/// # Errors
/// The build or the command failed.
pub(crate) fn with_bindgen(command: &str) -> Outcome {
    shell::run(&mut shell::command("cargo", ["run", "--package", "xtask", "--features", "bindgen", "--", command]))
}

/// Builds the npm package and the page into `web-demo/dist`.
///
/// # Errors
/// A build step failed.
pub(crate) fn build() -> Outcome {
    with_bindgen("page")
}
