//! Node, and the npm packages of the folders that have a lock file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::{paths, shell};

/// The oldest node that has what the package and its tests use.
const OLDEST_NODE: u32 = 20;

/// Folders with a `package-lock.json`.
const FOLDERS: [&str; 4] = ["bindings/wasm", "bindings/wasm/test/packaging", "bindings/wasm/typedoc", "web-demo"];

/// The folder of the bundlers and runtimes that only `test --all` installs.
const EVERY_BUNDLER: &str = "bindings/wasm/test/packaging/all";

/// Whether node is there, new enough, and npm with it.
///
/// # Errors
/// None.
pub(crate) fn present() -> Outcome<bool> {
    let version = shell::output_of("node", ["--version"]).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    Ok(major.is_some_and(|major| major >= OLDEST_NODE) && shell::output_of("npm", ["--version"]).is_some())
}

/// Node comes from many places, and replacing one that is there would be rude: say what is needed.
///
/// # Errors
/// Always.
pub(crate) fn say_how() -> Outcome {
    Err(Failure::CouldNotRun(format!(
        "node {OLDEST_NODE} or newer with npm is needed; get it from https://nodejs.org and run the command again"
    )))
}

/// Whether each folder's packages are those of its lock file.
///
/// # Errors
/// None.
pub(crate) fn packages_present() -> Outcome<bool> {
    Ok(folders().all(|folder| up_to_date(&folder)))
}

/// `npm ci` in each folder whose packages are not those of its lock file.
///
/// # Errors
/// npm failed.
pub(crate) fn install_packages() -> Outcome {
    folders().try_for_each(|folder| install(&folder))
}

/// `npm ci` in a folder, unless its packages are those of its lock file.
///
/// # Errors
/// npm failed.
pub(crate) fn install(folder: &Path) -> Outcome {
    npm(folder, &["ci"])
}

/// The bundlers and runtimes of `test --all`, as their lock file has them. Some offer binaries for systems that are not in
/// the lock file, because registries had them later: `npm ci` refuses that.
///
/// # Errors
/// npm failed.
pub(crate) fn install_every_bundler() -> Outcome {
    npm(&paths::root().join(EVERY_BUNDLER), &["install", "--no-save"])
}

fn npm(folder: &Path, how: &[&str]) -> Outcome {
    if up_to_date(folder) {
        return Ok(());
    }
    shell::run(shell::command("npm", how).args(["--no-audit", "--no-fund"]).current_dir(folder))
}

fn folders() -> impl Iterator<Item = PathBuf> {
    FOLDERS.iter().map(|folder| paths::root().join(folder)).filter(|folder| folder.join("package-lock.json").exists())
}

/// npm leaves its own lock file inside what it installed; that one is older when the folder's has changed since.
fn up_to_date(folder: &Path) -> bool {
    let modified = |file: &str| fs::metadata(folder.join(file)).and_then(|data| data.modified()).ok();
    modified("node_modules/.package-lock.json") >= modified("package-lock.json")
}
