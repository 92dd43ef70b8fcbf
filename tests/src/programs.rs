//! Running programs: our own as a user would, FFmpeg's as the stranger to compare with.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| panic!("tests/ lies in the repository"))
}

/// Cargo's build folder: this test program lies in `<target>/<profile>/deps/`.
pub fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap_or_else(|e| panic!("the path of this program: {e}"));
    exe.ancestors().nth(3).unwrap_or_else(|| panic!("{} lies in no build folder", exe.display())).to_path_buf()
}

/// The release build of `millpond`, built on first use.
pub fn millpond() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        succeed(Command::new("cargo").args(["build", "--release", "--package", "millpond-cli"]).current_dir(root()));
        target().join("release/millpond")
    })
}

/// `cargo xtask` with arguments, whatever its end.
pub fn xtask<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    output(Command::new("cargo").arg("xtask").args(args).current_dir(root()))
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

/// Runs a command that must end with 0, and gives its standard output.
///
/// # Panics
/// With the command and what it said, when it cannot be started or fails.
pub fn succeed(command: &mut Command) -> Vec<u8> {
    let output = output(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    output.stdout
}
