//! The wasm module: compile, optimise, bind.
//!
//! SIMD is switched on for this one build, in a target folder of its own: as a global flag it would hide the scalar
//! build. wasm-bindgen runs as a library of exactly the version the module was compiled with. Without binaryen the
//! module is larger and slower but right, so that step may be missing. It comes before the binding, since binaryen 108
//! takes one table for the other where wasm-bindgen has added its own.

use crate::shell::run;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What a build step fails with.
pub(crate) type Error = Box<dyn std::error::Error>;

/// A module of the package: which entries' code it has, and whether it uses SIMD.
struct Module {
    /// Folder under `bindings/wasm/pkg`.
    name: &'static str,
    /// Features of `millpond-wasm`.
    features: &'static str,
    simd128: bool,
}

const MODULES: [Module; 4] = [
    Module { name: "full", features: "audio,video,scene", simd128: true },
    Module { name: "scalar", features: "audio,video,scene", simd128: false },
    Module { name: "audio", features: "audio", simd128: true },
    Module { name: "video", features: "video", simd128: true },
];

/// Compiles `bindings/wasm` and leaves `millpond_wasm.js` and `millpond_wasm_bg.wasm` of each module in a folder of
/// `bindings/wasm/pkg`.
pub(crate) fn build(root: &Path) -> Result<(), Error> {
    MODULES.iter().try_for_each(|module| module.build(root))
}

impl Module {
    fn build(&self, root: &Path) -> Result<(), Error> {
        let target = root.join(if self.simd128 { "target/wasm-simd" } else { "target/wasm-scalar" });
        run(Command::new("cargo")
            .args(["build", "--package", "millpond-wasm", "--target", "wasm32-unknown-unknown", "--profile", "wasm"])
            .args(["--no-default-features", "--features", self.features])
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTFLAGS", self.flags(root))
            .current_dir(root))?;

        let compiled = target.join("wasm32-unknown-unknown/wasm/millpond_wasm.wasm");
        let module = target.join("millpond_wasm.wasm");
        if Command::new("wasm-opt").arg("--version").output().is_ok_and(|output| output.status.success()) {
            run(Command::new("wasm-opt").arg("-O3").arg(&compiled).arg("-o").arg(&module))?;
        } else {
            eprintln!("warning: wasm-opt (binaryen) is missing; the module is larger than it need be");
            std::fs::copy(&compiled, &module)?;
        }

        eprintln!("  $ wasm-bindgen --target web --out-dir bindings/wasm/pkg/{}", self.name);
        Bindgen::new()
            .input_path(&module)
            .web(true)?
            .typescript(true)
            // The package carries the module inside; a path to it would only lead bundlers astray.
            .omit_default_module_path(true)
            .generate(root.join("bindings/wasm/pkg").join(self.name))
            .map_err(Error::from)
    }

    /// Panics name source files: the module says nothing of the machine that built it. Flags are separated by spaces, so
    /// a folder with one in its name stays as it is.
    fn flags(&self, root: &Path) -> String {
        let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
        let folders = [(cargo_home.as_deref(), "cargo"), (Some(root), "millpond")];
        let mut flags: Vec<String> = folders
            .iter()
            .filter_map(|(folder, name)| Some(format!("--remap-path-prefix={}={name}", folder.and_then(Path::to_str)?)))
            .filter(|flag| !flag.contains(char::is_whitespace))
            .collect();
        if self.simd128 {
            flags.push("-C target-feature=+simd128".into());
        }
        flags.join(" ")
    }
}
