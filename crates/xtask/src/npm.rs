//! The npm package: TypeScript beside the wasm module, packed as npm would publish it.

use crate::setup::node;
use crate::shell::run;
use crate::wasm::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the package and leaves `target/npm/millpond-VERSION.tgz`, whose path is returned.
pub(crate) fn pack(root: &Path) -> Result<PathBuf, Error> {
    wasm::build(root)?;
    let package = root.join("bindings/wasm");
    node::install(&package)?;
    run(Command::new("npm").args(["run", "build"]).current_dir(&package))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        std::fs::copy(root.join(licence), package.join(licence))?;
    }
    let target = root.join("target/npm");
    std::fs::create_dir_all(&target)?;
    run(Command::new("npm").arg("pack").arg("--pack-destination").arg(&target).current_dir(&package))?;
    Ok(target.join(concat!("millpond-", env!("CARGO_PKG_VERSION"), ".tgz")))
}

/// Builds the package and the page that uses it, into `web-demo/dist`.
pub(crate) fn page(root: &Path) -> Result<(), Error> {
    wasm::build(root)?;
    for folder in ["bindings/wasm", "web-demo"].map(|folder| root.join(folder)) {
        node::install(&folder)?;
        run(Command::new("npm").args(["run", "build"]).current_dir(&folder))?;
    }
    Ok(())
}
