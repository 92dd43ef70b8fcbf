//! The render pipeline: what passes through it uncopied, what its stages tell, how it ends when one of them fails, and
//! renders that share memory.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::{clip, reference};
use millpond_core::memory::{History, Monitor, Thresholds};
use millpond_ffmpeg::{Access, Event, RenderOptions, RenderReport, Sampler, SharedFrames, SharedMonitor, render};
use millpond_scene::{Scene, frame_hash};
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than any render here takes on the slowest machine: a render that has not ended by then hangs.
const DEADLINE: Duration = Duration::from_secs(300);

const B_FRAMES: &str = "-f lavfi -i testsrc2=s=160x96:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -color_range tv \
    -colorspace bt709 -c:v libx264 -preset medium -c:a aac OUT";

fn with_b_frames() -> PathBuf {
    clip("pipeline_b_frames.mp4", B_FRAMES)
}

fn scene(layers: &str, more: &str) -> Scene {
    scene_with("pipeline_b_frames.mp4", layers, more)
}

fn scene_with(bad: &str, layers: &str, more: &str) -> Scene {
    Scene::from_json(&format!(
        r#"{{"version": 1, "canvas": {{"width": 160, "height": 96, "frame_rate": "25/1"}},
            "assets": {{"clip": {{"src": "pipeline_b_frames.mp4"}}, "bad": {{"src": "{bad}"}}}},
            "layers": [{layers}], {more} "duration": 2}}"#
    ))
    .unwrap()
}

fn options(output: Option<PathBuf>) -> RenderOptions {
    let folder = with_b_frames().parent().unwrap().to_owned();
    RenderOptions { folder, output, access: Access::default(), ..RenderOptions::default() }
}

type Rendered = (Result<RenderReport, millpond_ffmpeg::Error>, Vec<String>);

/// Renders with a deadline; the hashes are those of all frames.
fn rendered(scene: &Scene, options: &RenderOptions, each: Duration) -> Rendered {
    let (sender, receiver) = mpsc::channel();
    let (scene, options) = (scene.clone(), options.clone());
    thread::spawn(move || {
        let mut hashes = Vec::new();
        let report = render(&scene, &options, &mut |event| {
            if let Event::Frame { view, .. } = event {
                hashes.push(frame_hash(&view).iter().map(|byte| format!("{byte:02x}")).collect());
                thread::sleep(each);
            }
            Ok(())
        });
        // Every thread of the render has ended, or this is not reached.
        let _ = sender.send((report, hashes));
    });
    receiver.recv_timeout(DEADLINE).expect("the render hangs")
}

#[test]
fn a_clip_that_is_the_canvas_is_not_copied_and_layers_are_drawn_where_nobody_looks() {
    let expected: Vec<String> = reference(&with_b_frames()).into_iter().map(|(_, hash)| hash).collect();
    let patch = r#", {"asset": "clip", "rect": [11, 7, 60, 40], "opacity": 0.7}"#;
    let acquires = |layers: &str, output: bool| {
        let folder = tempfile::TempDir::new().unwrap();
        let monitor = SharedMonitor::new(Monitor::new(Thresholds::default(), History::Whole(64)).unwrap());
        let output = output.then(|| folder.path().join("out.mp4"));
        let options = RenderOptions { monitor: Some(monitor.clone()), ..options(output.clone()) };
        let sampler = Sampler::start(&monitor, Duration::from_millis(1)).unwrap();
        let (report, hashes) = rendered(&scene(layers, ""), &options, Duration::ZERO);
        sampler.stop();
        assert_eq!(report.unwrap().frames, 50);
        let encoded = output.map_or(50, |output| reference(&output).len());
        assert_eq!(encoded, 50);
        let monitor = monitor.lock();
        let canvas = monitor.pools().find(|(name, _)| *name == "canvas").unwrap().1;
        assert_eq!(canvas.total_acquires, canvas.total_releases);
        (canvas.total_acquires, hashes)
    };
    for output in [false, true] {
        let (copies, hashes) = acquires(r#"{"asset": "clip"}"#, output);
        assert_eq!(copies, 0, "a picture that is the canvas is copied");
        assert_eq!(hashes, expected);
        let (copies, drawn) = acquires(&format!(r#"{{"asset": "clip"}}{patch}"#), output);
        // The last one always: nobody knows that it will not be seen again.
        assert!((1..50).contains(&copies), "{copies} of 50 frames copied");
        // Of two halves neither is the canvas: all is composed.
        let halves = r#"{"asset": "clip", "rect": [0, 0, 160, 48], "crop": [0, 0, 160, 48]},
            {"asset": "clip", "rect": [0, 48, 160, 48], "crop": [0, 48, 160, 48]}"#;
        let (composed, expected) = acquires(&format!("{halves}{patch}"), output);
        assert_eq!(composed, 50);
        for (index, (drawn, expected)) in drawn.iter().zip(&expected).enumerate() {
            assert_eq!(drawn, expected, "frame {index} differs from what is composed");
        }
    }
}

/// A canvas frame that took a copy of a picture does not pass for what it showed before.
#[test]
fn canvas_frames_that_held_a_copy_are_composed_anew() {
    // The codec keeps each picture for sixteen more, so it is always copied.
    let line = "-f lavfi -i testsrc2=s=160x96:d=2 -pix_fmt yuv420p -c:v libx264 -refs 16 -bf 0 -g 50 OUT";
    clip("pipeline_16_refs.mp4", line);
    // One picture all along, over the background, over a clip for a while, and over the background again.
    let patch = r#"{"asset": "clip", "rect": [11, 7, 60, 40], "opacity": 0.7, "speed": 0.01}"#;
    let whole = r#"{"asset": "bad", "start": 0.6, "end": 1.2}"#;
    let halves = r#"{"asset": "bad", "rect": [0, 0, 160, 48], "crop": [0, 0, 160, 48], "start": 0.6, "end": 1.2},
        {"asset": "bad", "rect": [0, 48, 160, 48], "crop": [0, 48, 160, 48], "start": 0.6, "end": 1.2}"#;
    let folder = tempfile::TempDir::new().unwrap();
    let [drawn, composed] = [whole, halves].map(|clip| {
        let options = options(Some(folder.path().join("out.mp4")));
        let (report, hashes) =
            rendered(&scene_with("pipeline_16_refs.mp4", &format!("{clip}, {patch}"), ""), &options, Duration::ZERO);
        report.map(|_| hashes).unwrap()
    });
    assert_eq!(drawn.len(), 50);
    for (index, (drawn, composed)) in drawn.iter().zip(&composed).enumerate() {
        assert_eq!(drawn, composed, "frame {index}");
    }
    assert_ne!(drawn[10], drawn[20]);
    assert_eq!(drawn[10], drawn[49]);
}

#[test]
fn stages_tell_where_the_time_went() {
    let folder = tempfile::TempDir::new().unwrap();
    let scene = scene(r#"{"asset": "clip"}"#, r#""audio": [{"asset": "clip"}],"#);
    let each = Duration::from_millis(10);
    let (report, _) = rendered(&scene, &options(Some(folder.path().join("out.mp4"))), each);
    let report = report.unwrap();
    let names: Vec<&str> = report.stages.iter().map(|time| time.stage.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["compose", "muxer", "read", "sound", "video"]);
    let wall = Duration::from_secs_f64(report.wall_s);
    for time in &report.stages {
        assert!(time.busy + time.waiting_for_input + time.waiting_for_output <= wall, "{time:?} of {wall:?}");
    }
    // The caller's callback is part of composing, and here it holds up all others.
    let [compose, muxer, read, _, encoder] = &report.stages[..] else { panic!("{:?}", report.stages) };
    assert!(compose.busy >= 50 * each, "{compose:?}");
    assert!(read.waiting_for_output > Duration::ZERO && read.waiting_for_input == Duration::ZERO, "{read:?}");
    assert!(encoder.waiting_for_input > Duration::ZERO && muxer.waiting_for_input > Duration::ZERO);
    assert_eq!(muxer.waiting_for_output, Duration::ZERO);
}

/// A stream that changes to pixels which millpond does not know (planar R'G'B').
fn bad_in_the_middle() {
    let line = |codec: &str, second: u32| {
        format!("-f lavfi -i testsrc2=s=160x96:d=1 {codec} -preset ultrafast -output_ts_offset {second} -f mpegts OUT")
    };
    let good = clip("pipeline_good_part.ts", &line("-pix_fmt yuv420p -c:v libx264", 0));
    let bad = clip("pipeline_bad_part.ts", &line("-c:v libx264rgb", 1));
    let all = [fs::read(&good).unwrap(), fs::read(bad).unwrap()].concat();
    fs::write(good.with_file_name("pipeline_bad.ts"), all).unwrap();
}

#[test]
fn whichever_stage_fails_its_error_is_told_and_all_end() {
    bad_in_the_middle();
    fs::write(with_b_frames().with_file_name("pipeline_text.mp4"), "not media").unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let output = folder.path().join("out.mp4");
    let clip = r#"{"asset": "clip"}"#;
    let silent = r#""audio": [{"asset": "bad", "start": 0.5}],"#;
    for (what, scene, output, code) in [
        // FFmpeg's transport streams begin at 1.4 s.
        (
            "a reader",
            scene_with("pipeline_bad.ts", r#"{"asset": "bad", "offset": 1.4}"#, ""),
            output.clone(),
            "E_UNSUPPORTED_FORMAT",
        ),
        ("the sound", scene_with("pipeline_text.mp4", clip, silent), output.clone(), "E_MEDIA_BROKEN"),
        ("the muxer", scene(clip, ""), PathBuf::from("/dev/full"), "E_OUTPUT"),
    ] {
        let (report, hashes) = rendered(&scene, &options(Some(output)), Duration::ZERO);
        assert_eq!(report.unwrap_err().code(), code, "{what} fails after {} frames", hashes.len());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{what} fails and something is left");
    }
}

#[test]
fn renders_at_the_same_time_share_their_pictures_and_change_none() {
    let layers = r#"{"asset": "clip"}, {"asset": "clip", "rect": [11, 7, 60, 40], "opacity": 0.7}"#;
    let scene = scene(layers, "");
    let (_, expected) = rendered(&scene, &options(None), Duration::ZERO);
    let frames = SharedFrames::new(64 << 20).unwrap();
    let shared = RenderOptions { frames: Some(frames.clone()), decoder_threads: Some(1), ..options(None) };
    let one = || {
        let (report, hashes) = rendered(&scene, &shared, Duration::ZERO);
        assert_eq!(report.unwrap().frames, 50);
        assert_eq!(hashes, expected);
    };
    thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(one))));
    let after = frames.stats();
    assert_eq!((after.in_use, after.overflow), (0, 0), "{after:?}");
    assert!(after.peak_usage > 8, "{after:?}");
    // What they left serves the next one.
    one();
    assert_eq!(frames.stats().allocations, after.allocations);
}

#[test]
fn a_limit_of_bytes_that_is_passed_is_an_error() {
    let scene = scene(r#"{"asset": "clip"}"#, "");
    for bytes in [0, 60_000] {
        let frames = SharedFrames::new(bytes).unwrap();
        let (report, _) = rendered(&scene, &RenderOptions { frames: Some(frames), ..options(None) }, Duration::ZERO);
        let code = report.unwrap_err().code();
        assert!(["E_POOL_BUDGET", "E_POOL_EXHAUSTED"].contains(&code), "{code} with {bytes} bytes");
    }
}
