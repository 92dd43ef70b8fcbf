//! Every case of `tests/bits` as WebAssembly with SIMD in node, beside our own native build: at its best level, which the bar
//! is for, and on x86-64 at SSE4.1, whose vectors are as long as WebAssembly's. The latter tells what the code costs, the
//! former what the vectors' length costs too. That all have the same output is what `tests/bits` tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use millpond_benches::process::said;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::Case;
use millpond_core::simd::{Isa, Level};
use serde_json::json;

use crate::Rows;

const ROUNDS: usize = 9;
/// How much slower than native it may be.
const BAR: f64 = 2.5;

pub(crate) fn rows(folder: &Path) -> Rows {
    let mut node = node(folder)?;
    let version = said(Command::new("node").arg("--version"))?;
    let mut rows = Vec::new();
    // The reference vectors of the audio profiles are too short to be timed; two seconds of each are among the cases.
    let is_short = |case: &Case| case.name().starts_with("mel-") && !case.name().ends_with("-2s");
    let short_level = Level::of(Isa::Sse41).unwrap_or(Level::SCALAR);
    let pairs = millpond_bits::cases(Level::best()).into_iter().zip(millpond_bits::cases(short_level));
    for (mut case, mut short) in pairs.filter(|(case, _)| !is_short(case)) {
        let name = case.name().to_owned();
        // A case that fails once is reported below, by the row that has no figure.
        let mut failed = None;
        let wasm = |times: u32| match node.ask(&json!([name, times])) {
            Ok(answer) => Duration::from_secs_f64(answer["seconds"].as_f64().unwrap_or(f64::NAN).max(0.0)),
            Err(message) => {
                failed = Some(message);
                Duration::from_secs(1)
            }
        };
        let medians =
            interleaved(ROUNDS, &mut [Job::timing_itself(wasm), Job::new(|| case.run()), Job::new(|| short.run())]);
        let peers =
            [(Level::best(), "our native build", Some(BAR)), (short_level, "our native build, 16-byte vectors", None)];
        for ((level, peer, bar), theirs) in peers.into_iter().zip(&medians[1..]) {
            rows.push(Row {
                job: format!("wasm simd128 {name}"),
                unit: "us",
                ours: medians[0] * 1e6,
                peer,
                peer_version: format!("{:?}, node {}", level.isa(), version.trim()),
                theirs: failed.clone().map_or(Ok(theirs * 1e6), Err),
                bar,
            });
        }
    }
    Ok(rows)
}

/// The module in node, which answers `[case, times]` with the seconds that took.
pub(crate) fn node(folder: &Path) -> Result<Peer, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let module = module(&root, folder)?;
    Peer::start(Command::new("node").arg(root.join("tests/bits/run.mjs")).arg("time").arg(module))
}

fn module(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let target = folder.join("bits-simd128");
    let build = ["build", "--quiet", "--release", "--package", "millpond-bits", "--lib"];
    let mut cargo = Command::new("cargo");
    cargo.args(build).args(["--target", "wasm32-unknown-unknown", "--target-dir"]).arg(&target);
    said(cargo.env("RUSTFLAGS", "-C target-feature=+simd128").current_dir(root))?;
    Ok(target.join("wasm32-unknown-unknown/release/millpond_bits.wasm"))
}
