//! Where things lie: the repository, the build folder and what the commands write into it.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest)
}

/// Cargo's build folder, wherever the user's settings put it: this program itself lies in `<target>/<profile>/`.
pub(crate) fn target() -> PathBuf {
    let here = env::current_exe().ok();
    here.as_deref().and_then(|exe| exe.ancestors().nth(2)).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// The sample clips that set-up fetches.
pub(crate) fn media() -> PathBuf {
    target().join("media")
}

/// The release build of the command.
pub(crate) fn cli() -> PathBuf {
    target().join("release").join(format!("millpond{}", env::consts::EXE_SUFFIX))
}
