//! Scenes over the files of [`crate::media`], and what is asked of them.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::media;
use crate::programs::xtask;
use crate::suite::Case;

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
    /// The scene files.
    pub paths: Vec<String>,
    /// 0 equal, 1 different, 2 could not run.
    pub code: Option<i32>,
    /// One object a frame.
    pub frames: Vec<Value>,
    /// What the run said on standard error.
    pub said: String,
}

/// Runs `cargo xtask conformance` over scenes; `more` are further arguments.
pub fn run_all(cases: &[Case], more: &[&str]) -> Conformance {
    let path = |case: &Case| write(&case.name, &case.scene).to_string_lossy().into_owned();
    let paths: Vec<_> = cases.iter().map(path).collect();
    let output = xtask(
        ["conformance", "--json"].into_iter().chain(paths.iter().map(String::as_str)).chain(more.iter().copied()),
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    let frames = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("not a JSON line ({e}): {line}")));
    Conformance {
        code: output.status.code(),
        frames: frames.collect(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
        paths,
    }
}
