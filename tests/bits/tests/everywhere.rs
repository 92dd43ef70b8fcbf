//! Every kernel gives the same bits at every level of this machine, and as WebAssembly with and without SIMD, in node and
//! in Chromium. There, too, no kernel allocates.
#![allow(missing_docs)]

use std::path::PathBuf;
use std::process::Command;

use millpond_bits::hashes;
use millpond_core::simd::Level;
use millpond_tests::programs::{root, succeed, target};

#[test]
fn every_level_of_this_machine_has_the_same_bits() {
    let scalar = hashes(Level::SCALAR);
    for level in Level::available() {
        same(&scalar, &hashes(level), &format!("{level:?}"));
    }
}

/// Builds of WebAssembly: their name, their flags, how many levels they have. One with SIMD carries no scalar kernels.
const BUILDS: [(&str, &str, usize); 2] = [("scalar", "", 1), ("simd128", "-C target-feature=+simd128", 1)];

#[test]
fn kernels_do_not_allocate_in_webassembly() {
    for (name, flags, _) in BUILDS {
        let run = root().join("tests/bits/run.mjs");
        let said = succeed(Command::new("node").arg(run).arg("allocating").arg(module(name, flags)));
        let lines: Vec<String> = serde_json::from_slice(&said).unwrap_or_else(|e| panic!("not JSON: {e}"));
        // Planning allocates, so a counter that counts has counted much.
        assert!(lines[0].parse::<u64>().is_ok_and(|counted| counted > 1000), "{name}: {lines:?}");
        assert!(lines.len() == 1, "{name}: {lines:#?}");
    }
}

#[test]
fn webassembly_has_the_same_bits_in_node_and_in_chromium() {
    let native = hashes(Level::best());
    for (name, flags, levels) in BUILDS {
        let module = module(name, flags);
        for host in ["node", "chromium"] {
            let run = root().join("tests/bits/run.mjs");
            let said = succeed(Command::new("node").arg(run).args(["hashes", host]).arg(&module));
            let said: Vec<Vec<String>> =
                serde_json::from_slice(&said).unwrap_or_else(|e| panic!("{host} said something else than JSON: {e}"));
            assert_eq!(said.len(), levels, "levels of the {name} build");
            for (level, lines) in said.iter().enumerate() {
                same(&native, &lines.join("\n"), &format!("wasm {name} in {host}, level {level}"));
            }
        }
    }
}

/// Builds this crate for wasm32 with these flags, each kind in a target folder of its own.
fn module(name: &str, flags: &str) -> PathBuf {
    let folder = target().join(format!("bits-{name}"));
    let build = ["build", "--quiet", "--package", "millpond-bits", "--lib", "--target", "wasm32-unknown-unknown"];
    let mut cargo = Command::new("cargo");
    cargo.args(build).args(["--release", "--target-dir"]).arg(&folder).env("RUSTFLAGS", flags).current_dir(root());
    succeed(&mut cargo);
    folder.join("wasm32-unknown-unknown/release/millpond_bits.wasm")
}

fn same(expected: &str, got: &str, whose: &str) {
    let (expected, got): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    assert_eq!(expected.len(), got.len(), "{whose}: number of cases");
    let different: Vec<_> = expected.iter().zip(&got).filter(|(expected, got)| expected != got).collect();
    assert!(different.is_empty(), "{whose} differs:\n{different:#?}");
}
