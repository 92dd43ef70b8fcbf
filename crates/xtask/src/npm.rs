//! The npm package: TypeScript beside the wasm module, packed as npm would publish it.

use crate::wasm::{self, Error, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the package and leaves `target/npm/millpond-VERSION.tgz`, whose path is returned.
pub(crate) fn pack(root: &Path) -> Result<PathBuf, Error> {
    wasm::build(root)?;
    let package = root.join("bindings/wasm");
    install(&package)?;
    run(Command::new("npm").args(["run", "build"]).current_dir(&package))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        std::fs::copy(root.join(licence), package.join(licence))?;
    }
    let target = root.join("target/npm");
    std::fs::create_dir_all(&target)?;
    run(Command::new("npm").arg("pack").arg("--pack-destination").arg(&target).current_dir(&package))?;
    Ok(target.join(concat!("millpond-", env!("CARGO_PKG_VERSION"), ".tgz")))
}

/// Installs what the lock file of `folder` says, unless that was done since it last changed.
pub(crate) fn install(folder: &Path) -> Result<(), Error> {
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.package-lock.json");
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    if changed(&stamp).is_some_and(|stamp| changed(&lock).is_some_and(|lock| stamp >= lock)) {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--no-fund", "--no-audit"]).current_dir(folder))
}
