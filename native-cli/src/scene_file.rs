//! Reading a scene file.

use crate::arguments::SceneArguments;
use crate::failure::Failure;
use millpond::ffmpeg::RenderOptions;
use millpond::scene::Scene;
use std::path::{Path, PathBuf};

/// Reads a scene and prepares what it needs; there is no output yet.
pub(crate) fn read(arguments: &SceneArguments) -> Result<(Scene, RenderOptions), Failure> {
    let file = &arguments.scene;
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new(2, "E_SCENE_UNREADABLE", format!("cannot read the scene ({error}): {}", file.display()))
    })?;
    let scene = Scene::from_json(&text).map_err(|errors| Failure::scene(file, &errors))?;
    let options = RenderOptions {
        folder: folder(file),
        inputs: arguments.inputs.clone(),
        access: arguments.access(),
        ..RenderOptions::default()
    };
    Ok((scene, options))
}

fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}
