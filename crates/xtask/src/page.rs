//! The npm package and the page that uses it: built when something they are made of is newer than the last build.
//!
//! Binding a wasm module needs a library that takes a minute to compile, so it is a feature of this crate: the first
//! command a newcomer runs does not wait for it. The commands that need it run this crate again with the feature.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::failure::{Failure, Outcome};
use crate::{paths, shell};

/// What package and page are made of.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/millpond-core",
    "crates/millpond-scene",
    "crates/xtask/src",
    "bindings/wasm",
    "web-demo",
];

/// Folders in them that are made, or that change nothing.
const NOT_SOURCES: [&str; 7] = ["dist", "docs", "node_modules", "pkg", "test", "tests", "typedoc"];

/// `cargo xtask COMMAND` as a program that can bind wasm modules.
pub(crate) fn with_bindgen(command: &str) -> Command {
    shell::command(
        "cargo",
        ["run", "--quiet", "--profile", "tools", "--package", "xtask", "--features", "bindgen", "--", command],
    )
}

/// Builds the npm package and the page into `web-demo/dist`, unless the last build is of the same sources.
///
/// # Errors
/// A build step failed.
pub(crate) fn build() -> Outcome {
    let stamp = paths::target().join("page-built");
    // Two commands at once: the second waits, and then finds nothing to do.
    let file = File::options().create(true).append(true).open(paths::target().join("page-lock"));
    let lock = file.and_then(|file| file.lock().map(|()| file)).map_err(|e| Failure::io("page-lock", e))?;
    let built = fs::metadata(&stamp).and_then(|data| data.modified()).ok();
    let newest = SOURCES.iter().filter_map(|source| newest(&paths::root().join(source))).max();
    if built.is_some() && newest <= built && site().join("index.html").exists() {
        return Ok(());
    }
    // What changes while the build runs is newer than this.
    let begin = SystemTime::now();
    shell::run(&mut with_bindgen("page"))?;
    let stamped = File::create(&stamp).and_then(|file| file.set_modified(begin));
    drop(lock);
    stamped.map_err(|e| Failure::io(stamp.display(), e))
}

/// The built page.
pub(crate) fn site() -> PathBuf {
    paths::root().join("web-demo/dist")
}

/// Serves the page with a scene until it is interrupted, and opens it if the machine has a desktop.
///
/// # Errors
/// The server failed.
pub(crate) fn serve(scene: &Path) -> Outcome {
    shell::run(shell::command("node", ["web-demo/serve.mjs", "--open", "--scene"]).arg(scene))
}

/// When the newest file in a folder changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let data = fs::symlink_metadata(path).ok()?;
    if !data.is_dir() {
        return data.modified().ok();
    }
    let source = |path: &PathBuf| !path.file_name().and_then(OsStr::to_str).is_some_and(|n| NOT_SOURCES.contains(&n));
    fs::read_dir(path)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(source)
        .filter_map(|p| newest(&p))
        .max()
}
