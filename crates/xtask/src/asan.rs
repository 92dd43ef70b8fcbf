//! `cargo xtask asan`: native media under AddressSanitizer, leaks included. Everything that Rust code does is checked, and
//! what FFmpeg (which is not compiled for it) takes from the heap, gives back and copies with the C library's functions.

use crate::failure::{Failure, Outcome};
use crate::{paths, shell};
use std::fs;

/// The tests that call FFmpeg in all ways, with a sample of the damaged files.
const TESTS: [&str; 6] = ["faults", "reader", "limits", "decode", "encode", "mux"];

/// Damaged files; they are some ten times slower here.
const FILES: &str = "240";

/// Runs it. The sanitizer is a feature of nightly compilers, which the stable one has too when it is told so.
///
/// # Errors
/// A test failed, or the sanitizer found something; or it could not be run.
pub(crate) fn run() -> Outcome {
    let version = shell::output_of("rustc", ["-vV"]).unwrap_or_default();
    // With a target named, build scripts and procedural macros are left alone.
    let target = version.lines().find_map(|line| line.strip_prefix("host: "));
    let target = target.ok_or_else(|| Failure::CouldNotRun("rustc -vV does not name its host".into()))?;
    let flags = "build.rustflags=['-Zsanitizer=address']";
    let line =
        ["test", "--config", flags, "--target-dir", "target/asan", "--package", "millpond-ffmpeg", "--no-fail-fast"];
    let mut command = shell::command("cargo", line);
    command.args(["--target", target]).args(TESTS.iter().flat_map(|test| ["--test", test]));
    command.env("RUSTC_BOOTSTRAP", "1").env("MILLPOND_FAULTS", FILES);
    // What was freed is kept for a while to catch its use; more than this would look like a leak to the tests.
    command.env("ASAN_OPTIONS", "quarantine_size_mb=16:malloc_context_size=12");
    // They lose some kilobytes of their own whenever they are opened with several threads.
    let list = paths::root().join("target/asan/not-ours.txt");
    fs::create_dir_all(list.with_file_name("")).map_err(|e| Failure::io(list.display(), e))?;
    fs::write(&list, "leak:libx265\nleak:libx264\n").map_err(|e| Failure::io(list.display(), e))?;
    command.env("LSAN_OPTIONS", format!("print_suppressions=0:suppressions={}", list.display()));
    shell::run(&mut command)
}
