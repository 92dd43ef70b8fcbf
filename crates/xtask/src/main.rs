//! `cargo xtask COMMAND`: set-up, the demo, the tests, conformance, benchmarks. Every step that takes long or changes the
//! machine shows the plain command it runs.

mod asan;
mod bench;
mod conformance;
mod demo;
mod failure;
mod kernels;
mod logo;
mod native;
#[cfg(feature = "bindgen")]
mod npm;
mod page;
mod paths;
mod pools;
mod setup;
mod shell;
mod test;
#[cfg(feature = "bindgen")]
mod wasm;

use std::env;
use std::process::ExitCode;

use failure::{Failure, Outcome};
use setup::Purpose;

const USAGE: &str = "\
usage: cargo xtask COMMAND
  setup                      install what demo and test need
  demo [--open]              from a fresh clone to a rendered clip and a page that previews it
  test [--all]               set-up, then every check and every test; with --all also those that are large to install
  loom | miri | soak         the pools: every interleaving, undefined behaviour (of scalar kernels too), ten seconds of stress
                             and memory over twenty minutes of decoding
  kernels                    every kernel on 10,000 random inputs, and as often called wrongly
  fuzz [SECONDS]             the kernels and the readers of files under AddressSanitizer; 300 seconds unless given
  asan                       native media and damaged files under AddressSanitizer
  aarch64                    the core's tests and the hashes of all kernels, emulated
  pack                       the npm package as a tarball under target/npm/
  bench GROUP [--json]       our figures beside those of other programs and libraries
  conformance SCENE.json…    compare native and browser, frame by frame
              [--browser chromium|firefox|firefox-planar] [--frames N] [--shuffled] [--input NAME=FILE]…
              [--flip-byte FRAME] [--json]
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Told) {
                eprintln!("xtask: {failure}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(args: &[String]) -> Outcome {
    let (command, rest) = args.split_first().ok_or_else(|| Failure::Usage(USAGE.into()))?;
    match (command.as_str(), rest) {
        ("setup", []) => setup::run(Purpose::Test),
        ("demo", []) => demo::run(false),
        ("demo", [open]) if open == "--open" => demo::run(true),
        ("test", []) => test::run(false),
        ("test", [all]) if all == "--all" => test::run(true),
        ("loom" | "miri" | "soak", []) => pools::run(command),
        ("asan", []) => asan::run(),
        ("wasm" | "page" | "pack", []) => package(command),
        ("kernels", []) => kernels::run(),
        ("fuzz", []) => kernels::fuzz(300),
        ("fuzz", [seconds]) => kernels::fuzz(seconds.parse().map_err(|_| Failure::Usage(USAGE.into()))?),
        ("aarch64", []) => kernels::aarch64(),
        ("bench", args) => bench::run(args),
        ("conformance", args) => conformance::run(args),
        _ => Err(Failure::Usage(USAGE.into())),
    }
}

/// What needs wasm-bindgen: done here if this program has it, by the one that has it otherwise.
#[cfg(feature = "bindgen")]
fn package(command: &str) -> Outcome {
    let root = paths::root();
    let done = match command {
        "wasm" => wasm::build(root),
        "page" => npm::page(root),
        _ => npm::pack(root).map(|path| println!("{}", path.display())),
    };
    done.map_err(|e| Failure::CouldNotRun(format!("{command}: {e}")))
}

#[cfg(not(feature = "bindgen"))]
fn package(command: &str) -> Outcome {
    let status = page::with_bindgen(command).status().map_err(|e| Failure::io("cargo", e))?;
    if status.success() { Ok(()) } else { Err(Failure::CouldNotRun(format!("{command} ended with {status}"))) }
}
