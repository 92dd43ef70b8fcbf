//! The native side: the release build of the command, and running it.

use std::path::Path;
use std::process::Command;

use crate::failure::Outcome;
use crate::{paths, shell};

/// Builds the command; cargo knows when there is nothing to do.
///
/// # Errors
/// The build failed.
pub(crate) fn build() -> Outcome {
    shell::run(&mut shell::command("cargo", ["build", "--release", "--manifest-path", "native-cli/Cargo.toml"]))
}

/// `millpond render SCENE -o OUTPUT`, to be given more arguments.
pub(crate) fn render(scene: &Path, output: &Path) -> Command {
    let mut command = Command::new(paths::cli());
    command.arg("render").arg(scene).arg("-o").arg(output).current_dir(paths::root());
    command
}
