//! Rendering through the library, as a Rust program would: every composed frame goes to a callback.

use millpond_ffmpeg::{Event, RenderOptions, render};
use millpond_scene::Scene;
use serde_json::Value;

use crate::media;

/// The planes of every composed frame of a scene over the test media, without padding.
pub fn composed(scene: &Value) -> Vec<Vec<u8>> {
    let scene = Scene::from_json(&scene.to_string()).unwrap_or_else(|errors| panic!("{errors}"));
    let options = RenderOptions { folder: media::folder(), ..RenderOptions::default() };
    let mut frames = Vec::new();
    let report = render(&scene, &options, &mut |event| {
        if let Event::Frame { view, .. } = event {
            frames.push(view.rows().flatten().copied().collect());
        }
        Ok(())
    });
    report.unwrap_or_else(|error| panic!("{error}"));
    frames
}
