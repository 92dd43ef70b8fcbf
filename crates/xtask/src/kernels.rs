//! `cargo xtask kernels|fuzz|aarch64`: what shows that kernels are right, in its thorough form. `cargo xtask test` runs the
//! short forms: some hundred cases for 10,000, the fuzz targets' bodies on their corpora, a cross check for aarch64.

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::setup::{debian, rust};
use crate::{paths, shell};

/// As in `tests/fuzz/Cargo.toml`.
const FUZZ_TARGETS: [&str; 10] =
    ["convert", "resize", "tensor", "blend", "composite", "jpeg", "mel", "resampler", "scene-json", "mel-json"];

/// Every kernel on 10,000 inputs, and as often called wrongly.
///
/// # Errors
/// A kernel broke its word, or could not be built.
pub(crate) fn run() -> Outcome {
    let line = ["test", "--release", "--package", "millpond-kernels", "--no-fail-fast"];
    shell::run(shell::command("cargo", line).env("MILLPOND_CASES", "10000"))
}

/// Every fuzz target under AddressSanitizer, for so many seconds together. Needs cargo-fuzz; what it finds and how it gets
/// there stays under `target/fuzz`.
///
/// # Errors
/// It found something, or could not be built.
pub(crate) fn fuzz(seconds: u32) -> Outcome {
    if shell::output_of("cargo", ["fuzz", "--version"]).is_none() {
        return Err(Failure::CouldNotRun("needs cargo-fuzz: cargo install cargo-fuzz --locked".into()));
    }
    let folder = paths::root().join("target/fuzz");
    for target in FUZZ_TARGETS {
        let corpus = folder.join("corpus").join(target);
        for (index, input) in stored_inputs(target)?.iter().enumerate() {
            let file = corpus.join(format!("stored-{index}"));
            let write = || fs::create_dir_all(&corpus).and_then(|()| fs::write(&file, input));
            write().map_err(|e| Failure::io(file.display(), e))?;
        }
        let time = format!("-max_total_time={}", (seconds / FUZZ_TARGETS.len() as u32).max(1));
        let artifacts = format!("-artifact_prefix={}/", folder.display());
        let mut line = shell::command("cargo", ["fuzz", "run", "--fuzz-dir", "tests/fuzz", "--target-dir"]);
        line.arg(&folder).arg(target).arg(&corpus).args(["--", &time, &artifacts, "-timeout=60", "-rss_limit_mb=4096"]);
        // Sanitizers are unstable flags; this lets the stable toolchain take them.
        shell::run(line.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

/// The inputs in `tests/fuzz/corpus`, one a line; those of kernels are in hexadecimal.
fn stored_inputs(target: &str) -> Outcome<Vec<Vec<u8>>> {
    let file = paths::root().join("tests/fuzz/corpus").join(format!("{target}.txt"));
    let text = fs::read_to_string(&file).map_err(|e| Failure::io(file.display(), e))?;
    if target.ends_with("json") {
        return Ok(text.lines().map(|line| line.as_bytes().to_vec()).collect());
    }
    let bytes = |line: &str| -> Option<Vec<u8>> {
        (0..line.len() / 2).map(|at| u8::from_str_radix(line.get(2 * at..2 * at + 2)?, 16).ok()).collect()
    };
    let lines: Option<Vec<Vec<u8>>> = text.lines().map(bytes).collect();
    lines.ok_or_else(|| Failure::Bad(format!("{}: not hexadecimal", file.display())))
}

/// The core's tests, those of the kernels and the hashes of all kernels, compiled for aarch64 and run in qemu's user mode.
///
/// # Errors
/// A test failed, or a hash is not this machine's.
pub(crate) fn aarch64() -> Outcome {
    debian::require(&["qemu-user", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"])?;
    rust::add_aarch64_target()?;
    let features = ["--features", "millpond-core/async,millpond-core/bytes,millpond-core/json"];
    let tests = ["--package", "millpond-core", "--package", "millpond-kernels", "--no-fail-fast"];
    shell::run(emulated("test").args(tests).args(features))?;
    let run = ["--quiet", "--package", "millpond-bits", "--bin", "hashes"];
    let emulated = said(emulated("run").args(run))?;
    let native = said(shell::command("cargo", ["run"]).args(run))?;
    // The first level of both is scalar, and all levels of a machine are equal.
    let (emulated, native): (Vec<&str>, Vec<&str>) = (emulated.lines().collect(), native.lines().collect());
    let cases = emulated.len() / 2;
    let different = emulated.iter().zip(native.iter().cycle()).find(|(emulated, native)| emulated != native);
    match different {
        None if cases > 100 && emulated.len() == 2 * cases => {
            eprintln!("scalar and NEON: {cases} hashes each, equal to this machine's");
            Ok(())
        }
        None => Err(Failure::Bad(format!("{} hashes of two levels cannot be", emulated.len()))),
        Some(pair) => Err(Failure::Bad(format!("aarch64 differs: {pair:?}"))),
    }
}

/// A cargo command for aarch64 in a target folder of its own, its programs run by qemu.
fn emulated(what: &str) -> std::process::Command {
    let mut command = shell::command("cargo", [what, "--target", rust::AARCH64, "--target-dir", "target/aarch64"]);
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc");
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64 -L /usr/aarch64-linux-gnu");
    command
}

fn said(command: &mut std::process::Command) -> Outcome<String> {
    eprintln!("  $ {}", shell::plain(command));
    let output = command.output().map_err(|e| Failure::io(shell::plain(command), e))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Failure::Bad(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}
