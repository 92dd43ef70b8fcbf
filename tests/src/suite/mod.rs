//! The scenes that native and browser must compose alike, in groups: a browser opens the scenes of a group one after the
//! other. Every browser's test runs these.

mod compositions;
mod matrix;
mod media_kinds;

pub use compositions::compositions;
pub use matrix::matrix;
pub use media_kinds::{codecs, colours, shapes, times};

use serde_json::Value;

use crate::scenes::{run_all, whole};

/// One scene.
#[derive(Clone)]
pub struct Case {
    /// Its name, also of its file.
    pub name: String,
    /// How many frames it has.
    pub frames: usize,
    /// The scene file.
    pub scene: Value,
}

/// A scene under a name.
pub fn case(name: &str, frames: usize, scene: Value) -> Case {
    Case { name: name.to_owned(), frames, scene }
}

/// A clip drawn 1:1 over the whole canvas.
fn whole_case(name: &str, clip: &str, size: (u32, u32), frames: usize) -> Case {
    case(name, frames, whole(clip, size))
}

/// Both sides compose each scene to its end, and each frame is equal.
///
/// # Panics
/// With the first lines that say otherwise.
pub fn equal(cases: &[Case], more: &[&str]) {
    let run = run_all(cases, more);
    let wrong: Vec<_> = run.frames.iter().filter(|line| line["equal"] != true).take(5).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", run.said);
    assert_eq!(run.code, Some(0), "{}", run.said);
    let composed = |path: &str| run.frames.iter().filter(|line| line["scene"].as_str() == Some(path)).count();
    for (case, path) in cases.iter().zip(&run.paths) {
        // A run of one scene does not name it in each line.
        let composed = if cases.len() == 1 { run.frames.len() } else { composed(path) };
        assert_eq!(composed, case.frames, "{}: composed frames", case.name);
    }
}
