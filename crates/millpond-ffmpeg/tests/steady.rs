//! The figure of steady allocations, tested by itself: it is 0, and a callback that allocates once a frame makes it exactly
//! the number of frames after warm-up. The figure covers all threads, so this runs without the test harness and its own.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

use millpond_core::memory::CountingAllocator;
use millpond_core::memory::{History, Monitor, Thresholds};
use millpond_ffmpeg::{Error, Event, RenderOptions, RenderReport, Sampler, SharedMonitor, WARM_UP_FRAMES, render};
use millpond_scene::Scene;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const SCENE: &str = r#"{"version": 1, "canvas": {"width": 96, "height": 64, "frame_rate": "25/1"},
    "assets": {"clip": {"src": "steady.mp4"}},
    "layers": [{"asset": "clip"}, {"asset": "clip", "rect": [10, 10, 30, 20], "start": 1.2, "opacity": 0.5}],
    "audio": [{"asset": "clip"}, {"asset": "clip", "start": 1.5}], "duration": 2.4}"#;

const FRAMES: u64 = 60;

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned();
    make_clip(&folder);
    let output = tempfile::TempDir::new().unwrap();
    for output in [None, Some(output.path().join("out.mp4"))] {
        let report = rendered(&folder, output.clone(), 0);
        assert_eq!((report.frames, report.steady_allocations), (FRAMES, 0), "to {output:?}");
        assert!(report.open_allocations > 0);
        for a_frame in 1..=2 {
            let report = rendered(&folder, output.clone(), a_frame);
            assert_eq!(
                report.steady_allocations,
                a_frame * (FRAMES - WARM_UP_FRAMES),
                "{a_frame} a frame to {output:?}"
            );
        }
    }
    a_watched_render_stands_still(&folder, output.path().join("watched.mp4"));
    a_failing_callback_ends_everything(&folder, output.path().join("failed.mp4"));
    println!("steady allocations are counted exactly");
}

fn make_clip(folder: &Path) {
    let arguments = "-v error -y -f lavfi -i testsrc2=size=96x64:rate=25:duration=3 -f lavfi -i sine=duration=3 \
        -c:v libx264 -pix_fmt yuv420p -c:a aac steady.mp4";
    let status = Command::new("ffmpeg").args(arguments.split_whitespace()).current_dir(folder).status();
    assert!(status.unwrap().success(), "ffmpeg cannot make the clip");
}

/// Renders the scene with a callback that allocates so often a frame.
fn rendered(folder: &Path, output: Option<PathBuf>, a_frame: u64) -> RenderReport {
    let scene = Scene::from_json(SCENE).unwrap();
    let options = RenderOptions { folder: folder.to_owned(), output, ..RenderOptions::default() };
    render(&scene, &options, &mut |event| {
        if let Event::Frame { index, .. } = event {
            for _ in 0..a_frame {
                drop(black_box(Box::new(index)));
            }
        }
        Ok(())
    })
    .unwrap()
}

/// Sampled every millisecond, a render still allocates nothing, and its pools are known.
fn a_watched_render_stands_still(folder: &Path, output: PathBuf) {
    let scene = Scene::from_json(SCENE).unwrap();
    let monitor = SharedMonitor::new(Monitor::new(Thresholds::default(), History::Whole(4096)).unwrap());
    let sampler = Sampler::start(&monitor, Duration::from_millis(1)).unwrap();
    let options = RenderOptions {
        folder: folder.to_owned(),
        output: Some(output.clone()),
        monitor: Some(monitor.clone()),
        ..RenderOptions::default()
    };
    let report = render(&scene, &options, &mut |_| Ok(())).unwrap();
    sampler.stop();
    std::fs::remove_file(output).unwrap();
    assert_eq!((report.frames, report.steady_allocations), (FRAMES, 0), "watched");
    let monitor = monitor.lock();
    let canvas = monitor.pools().find(|(name, _)| *name == "canvas").unwrap().1;
    assert_eq!((canvas.total_acquires, canvas.total_releases, canvas.capacity), (FRAMES, FRAMES, 0));
    let clips = monitor.pools().filter(|(name, _)| name.ends_with("steady.mp4") || name.ends_with("steady.mp4 2"));
    assert_eq!(clips.map(|(_, clip)| clip.overflow).collect::<Vec<_>>(), [0, 0]);
    assert!(monitor.peaks().live_frames >= 2);
}

fn a_failing_callback_ends_everything(folder: &Path, output: PathBuf) {
    let scene = Scene::from_json(SCENE).unwrap();
    let options = RenderOptions { folder: folder.to_owned(), output: Some(output.clone()), ..RenderOptions::default() };
    let failed = render(&scene, &options, &mut |event| match event {
        Event::Frame { index: 30, .. } => Err(Error::output(Path::new("frames.txt"), "full")),
        _ => Ok(()),
    });
    assert_eq!(failed.unwrap_err().code(), "E_OUTPUT");
    assert_eq!(std::fs::read_dir(output.parent().unwrap()).unwrap().count(), 1, "only the whole file is left");
}
