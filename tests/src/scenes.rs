//! Scenes over the files of [`crate::media`], and what is asked of them.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::media;
use crate::programs::xtask;

/// A scene on an `i420` canvas at 25 frames a second. `assets` and `layers` are those of the scene file.
pub fn scene(size: (u32, u32), assets: Value, layers: Value) -> Value {
    json!({
        "version": 1,
        "canvas": {"width": size.0, "height": size.1, "frame_rate": "25/1", "background": "#336699"},
        "assets": assets,
        "layers": layers,
    })
}

/// The same scene with another value at `pointer`, a path like `/canvas/format`.
pub fn with(mut scene: Value, pointer: &str, value: Value) -> Value {
    let (parent, field) = pointer.rsplit_once('/').unwrap_or_else(|| panic!("{pointer} is no path"));
    let parent = scene.pointer_mut(parent).unwrap_or_else(|| panic!("the scene has no {parent}"));
    parent[field] = value;
    scene
}

/// A scene of one clip in its own size, drawn over the whole canvas.
pub fn whole(clip: &str, size: (u32, u32)) -> Value {
    scene(size, json!({"clip": {"src": clip}}), json!([{"asset": "clip"}]))
}

/// Writes a scene beside the media it names.
pub fn write(name: &str, scene: &Value) -> PathBuf {
    let path = media::folder().join(format!("{name}.json"));
    fs::write(&path, format!("{scene:#}\n")).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    path
}

/// How a conformance run ended, and its lines.
pub struct Conformance {
    /// 0 equal, 1 different, 2 could not run.
    pub code: Option<i32>,
    /// One object a frame.
    pub frames: Vec<Value>,
    /// What the run said on standard error.
    pub said: String,
}

/// Runs `cargo xtask conformance` over a scene.
pub fn conformance(name: &str, scene: &Value, more: &[&str]) -> Conformance {
    let path = write(name, scene);
    let path = path.to_string_lossy();
    let output = xtask(["conformance", &path, "--json"].iter().chain(more));
    let stdout = String::from_utf8_lossy(&output.stdout);
    let frames = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("not a JSON line ({e}): {line}")));
    Conformance {
        code: output.status.code(),
        frames: frames.collect(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
