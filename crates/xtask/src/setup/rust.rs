//! What Rust needs beyond the toolchain: the wasm32 target; aarch64's, to check its kernels, and cargo-deny for the checks.

use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::shell;

const WASM: &str = "wasm32-unknown-unknown";
pub(crate) const AARCH64: &str = "aarch64-unknown-linux-gnu";
const CARGO_DENY: &str = "0.20.2";

/// Whether the standard library for wasm32 is there, from rustup or from anywhere.
///
/// # Errors
/// There is no rustc.
pub(crate) fn wasm_target_present() -> Outcome<bool> {
    is_present(WASM)
}

/// The same for aarch64.
///
/// # Errors
/// There is no rustc.
pub(crate) fn aarch64_target_present() -> Outcome<bool> {
    is_present(AARCH64)
}

fn is_present(target: &str) -> Outcome<bool> {
    let folder = shell::output_of("rustc", ["--print", "target-libdir", "--target", target]);
    folder.map(|folder| Path::new(&folder).is_dir()).ok_or_else(|| Failure::CouldNotRun("rustc does not run".into()))
}

/// Adds the target with rustup.
///
/// # Errors
/// rustup is missing or failed.
pub(crate) fn add_wasm_target() -> Outcome {
    shell::run(&mut shell::command("rustup", ["target", "add", WASM]))
}

/// The same for aarch64.
///
/// # Errors
/// rustup is missing or failed.
pub(crate) fn add_aarch64_target() -> Outcome {
    shell::run(&mut shell::command("rustup", ["target", "add", AARCH64]))
}

/// Whether cargo-deny answers.
///
/// # Errors
/// None.
pub(crate) fn cargo_deny_present() -> Outcome<bool> {
    Ok(shell::output_of("cargo", ["deny", "--version"]).is_some())
}

/// Builds cargo-deny from source. Unoptimised: the build takes half the time, and the checks take a second either way.
///
/// # Errors
/// The build failed.
pub(crate) fn install_cargo_deny() -> Outcome {
    let mut install =
        shell::command("cargo", ["install", "cargo-deny", "--locked", "--debug", "--version", CARGO_DENY]);
    shell::run(install.env("CARGO_PROFILE_DEV_DEBUG", "0"))
}
