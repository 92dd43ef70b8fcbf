//! `cargo xtask loom|miri|soak`: what shows that pools are right, in its thorough form. `cargo xtask test` runs loom too,
//! and the short forms of the soak.

use crate::failure::Outcome;
use crate::shell;

/// Every interleaving of two or three threads. The flag is given this way, and not in a file, so that it reaches no
/// other build.
pub(crate) const LOOM: [&str; 14] = [
    "cargo",
    "test",
    "--config",
    "build.rustflags=['--cfg=loom']",
    "--target-dir",
    "target/loom",
    "--package",
    "millpond-core",
    "--no-default-features",
    "--features",
    "async",
    "--release",
    "--test",
    "pool_loom",
];

/// Need a nightly toolchain with the component `miri`. Of the library the pools' own tests, of the others all but the
/// million acquires; and every kernel in its scalar form, since Miri's machine has no vectors.
const MIRI: [&[&str]; 3] = [
    &[
        "cargo",
        "+nightly",
        "miri",
        "test",
        "--target-dir",
        "target/miri",
        "--package",
        "millpond-core",
        "--features",
        "async,bytes",
        "--lib",
        "--",
        "pool",
    ],
    &[
        "cargo",
        "+nightly",
        "miri",
        "test",
        "--target-dir",
        "target/miri",
        "--package",
        "millpond-core",
        "--features",
        "async,bytes",
        "--test",
        "pool*",
        "--no-fail-fast",
        "--",
        "--skip",
        "million",
    ],
    &[
        "cargo",
        "+nightly",
        "miri",
        "test",
        "--target-dir",
        "target/miri",
        "--package",
        "millpond-kernels",
        "--no-default-features",
        "--test",
        "kernels",
    ],
];

const SOAK: [&str; 9] =
    ["cargo", "test", "--release", "--package", "millpond-core", "--test", "pool_stress", "--", "--nocapture"];

/// Twenty minutes of 1080p, decoded.
const SOAK_DECODING: [&str; 7] = ["cargo", "test", "--release", "--package", "millpond-ffmpeg", "--test", "flat"];

/// Runs one of them.
///
/// # Errors
/// It failed, or could not be run.
pub(crate) fn run(what: &str) -> Outcome {
    let lines: &[&[&str]] = match what {
        "loom" => &[&LOOM],
        "miri" => &MIRI,
        _ => &[&SOAK, &SOAK_DECODING],
    };
    lines.iter().try_for_each(|line| {
        let mut command = shell::command(line[0], &line[1..]);
        if what == "soak" {
            command.env("MILLPOND_SOAK", "1").env("MILLPOND_DECODE_MINUTES", "20");
        }
        shell::run(&mut command)
    })
}
