//! The wasm module: compile, optimise, bind.
//!
//! SIMD is switched on for this one build, in a target folder of its own: as a global flag it would hide the scalar
//! build. wasm-bindgen runs as a library of exactly the version the module was compiled with. Without binaryen the
//! module is larger and slower but right, so that step may be missing. It comes before the binding, since binaryen 108
//! takes one table for the other where wasm-bindgen has added its own.

use crate::shell::run;
use std::path::Path;
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What a build step fails with.
pub(crate) type Error = Box<dyn std::error::Error>;

/// Compiles `bindings/wasm` and leaves `millpond_wasm.js` and `millpond_wasm_bg.wasm` in `bindings/wasm/pkg`.
pub(crate) fn build(root: &Path) -> Result<(), Error> {
    let target = root.join("target/wasm-simd");
    run(Command::new("cargo")
        .args(["build", "--package", "millpond-wasm", "--target", "wasm32-unknown-unknown", "--profile", "wasm"])
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", "-C target-feature=+simd128")
        .current_dir(root))?;

    let compiled = target.join("wasm32-unknown-unknown/wasm/millpond_wasm.wasm");
    let module = target.join("millpond_wasm.wasm");
    if Command::new("wasm-opt").arg("--version").output().is_ok_and(|output| output.status.success()) {
        run(Command::new("wasm-opt").arg("-O3").arg(&compiled).arg("-o").arg(&module))?;
    } else {
        eprintln!("warning: wasm-opt (binaryen) is missing; the module is larger than it need be");
        std::fs::copy(&compiled, &module)?;
    }

    eprintln!("  $ wasm-bindgen --target web --out-dir bindings/wasm/pkg");
    Bindgen::new()
        .input_path(&module)
        .web(true)?
        .typescript(true)
        // The package carries the module inside; a path to it would only lead bundlers astray.
        .omit_default_module_path(true)
        .generate(root.join("bindings/wasm/pkg"))
        .map_err(Error::from)
}
