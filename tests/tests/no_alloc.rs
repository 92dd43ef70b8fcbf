//! The steady state does not touch the Rust heap: the command says 0, the page says 0, and the figure is right, since a
//! callback that allocates once a frame is counted exactly.
//!
//! One test in this program: another one's allocations would be counted too.

use std::hint::black_box;
use std::process::Command;

use millpond_core::memory::CountingAllocator;
use millpond_ffmpeg::{Event, RenderOptions, render};
use millpond_scene::Scene;
use millpond_tests::media;
use millpond_tests::programs::{millpond, root, succeed, xtask};
use millpond_tests::scenes::{scene, with, write};
use serde_json::{Value, json};

#[global_allocator]
static HEAP: CountingAllocator = CountingAllocator;

/// More than a hundred frames: a clip under another that begins late, a still and a sound.
fn long_scene() -> Value {
    let assets = json!({
        "clip": {"src": media::with_sound()},
        "late": {"src": media::b_frames()},
        "still": {"src": media::png_with_alpha()},
    });
    let layers = json!([
        {"asset": "clip"},
        {"asset": "late", "rect": [33, 21, 101, 57], "start": 2.0, "opacity": 0.8},
        {"asset": "still", "rect": [200, 100, 80, 60]},
    ]);
    let scene = with(scene((320, 180), assets, layers), "/audio", json!([{"asset": "clip"}]));
    with(scene, "/duration", json!(5))
}

/// The figures of the last line that `millpond render --json` prints.
fn rendered(scene: &std::path::Path, output: &std::path::Path) -> Value {
    let hashes = media::folder().join("no_alloc.hashes");
    let mut command = Command::new(millpond());
    command.arg("render").arg(scene).arg("-o").arg(output).arg("--json").arg("--hash").arg(hashes);
    let stdout = succeed(&mut command);
    let last = stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice(last).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(last)))
}

#[test]
fn the_steady_state_does_not_allocate() {
    let scene = long_scene();
    let file = write("no_alloc", &scene);

    for output in ["null".into(), media::folder().join("no_alloc-out.mp4")] {
        let done = rendered(&file, &output);
        assert_eq!(done["event"], "done");
        assert_eq!((&done["frames"], &done["steady_allocations"]), (&json!(125), &json!(0)), "{}", output.display());
        assert!(done["open_allocations"].as_u64() > Some(0), "a clip is opened at frame 50");
    }

    // The library, with a layer that allocates once a frame.
    let parsed = Scene::from_json(&scene.to_string()).expect("a scene that the command took");
    let options = RenderOptions { folder: media::folder(), ..RenderOptions::default() };
    for (per_frame, expected) in [(0, 0), (1, 125 - 25), (3, 3 * (125 - 25))] {
        let report = render(&parsed, &options, &mut |event| {
            if let Event::Frame { index, .. } = event {
                (0..per_frame).for_each(|_| drop(black_box(Box::new(index))));
            }
            Ok(())
        });
        let report = report.expect("a render");
        assert_eq!((report.frames, report.steady_allocations), (125, expected), "{per_frame} a frame");
    }

    // The page: the driver's own figures, over the same frames.
    let built = xtask(["conformance", &file.to_string_lossy()]);
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    let mut driver = Command::new("node");
    driver.args(["web-demo/test/conformance.mjs", "--site", "web-demo/dist", "--scene"]).arg(&file);
    let stdout = succeed(driver.current_dir(root()));
    let last = stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let done: Value = serde_json::from_slice(last).expect("the driver's last line");
    assert_eq!((&done["frames"], &done["steady_allocations"]), (&json!(125), &json!(0)), "{done}");
}
