//! `cargo xtask bench GROUP [--json]`: builds what a group of benchmarks needs and runs it. The measuring is done by the
//! package in `benches/`.

use std::process::Stdio;

use crate::failure::{Failure, Outcome};
use crate::setup::{self, BIG_BUCK_BUNNY, Purpose};
use crate::{native, paths, shell};

const USAGE: &str = "usage: cargo xtask bench render [--json]";

/// Runs a group; its rows go to standard output.
///
/// # Errors
/// No such group, a build failed, or the group could not be measured. A missed bar is no error.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (group, rest) = args.split_first().ok_or_else(|| Failure::Usage(USAGE.into()))?;
    let known = group == "render" && (rest.is_empty() || rest == ["--json"]);
    if !known {
        return Err(Failure::Usage(USAGE.into()));
    }
    setup::run(Purpose::Demo)?;
    native::build()?;
    let mut bench =
        shell::command("cargo", ["run", "--quiet", "--release", "--package", "millpond-benches", "--", group]);
    bench.arg(paths::cli()).arg(paths::media().join(BIG_BUCK_BUNNY)).arg(paths::target().join("bench")).args(rest);
    eprintln!("  $ {}", shell::plain(&bench));
    let status = bench.stdin(Stdio::null()).status().map_err(|e| Failure::io("cargo", e))?;
    if status.success() { Ok(()) } else { Err(Failure::CouldNotRun(format!("the benchmark ended with {status}"))) }
}
