//! The figure of steady allocations, tested by itself: it is 0, and a callback that allocates once a frame makes it exactly
//! the number of frames after warm-up. The figure covers all threads, so this runs without the test harness and its own.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

use millpond_core::memory::CountingAllocator;
use millpond_core::memory::{self, History, Monitor, Thresholds, footprint};
use millpond_ffmpeg::{
    Access, AudioEncoderConfig, Cancel, DecoderConfig, Demuxer, Error, Event, Flow, Muxer, MuxerConfig, Packet, Place,
    RenderOptions, RenderReport, Sampler, SharedMonitor, TranscodeOptions, Treatment, VideoDecoder, VideoEncoderConfig,
    WARM_UP_FRAMES, render, transcode,
};
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
    decoding_leaves_the_heap_alone(&folder.join("steady.mp4"));
    decoding_again_and_again_takes_no_more_memory(&folder.join("steady.mp4"));
    transcoding_leaves_the_heap_alone(&folder.join("steady.mp4"), output.path());
    println!("test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
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
    // While the second layer shows, pictures that the decoder still needs are copied; others pass through.
    assert_eq!((canvas.total_acquires, canvas.capacity), (canvas.total_releases, 0));
    assert!((1..FRAMES).contains(&canvas.total_acquires), "{canvas:?}");
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

/// Pictures by reference and to B-frames; and resized, in another format, with sound of another rate.
fn transcoding_leaves_the_heap_alone(path: &Path, folder: &Path) {
    let cases = [("x.mp4", "libx264", (0, 0), "aac", 0), ("x.mkv", "mjpeg", (64, 48), "flac", 32_000)];
    for (name, codec, (width, height), sound, rate_hz) in cases {
        let place = Place::file(path).unwrap();
        let demuxer = Demuxer::open(&place, &Access::default(), &Cancel::new()).unwrap();
        let muxer = Muxer::to_file(&folder.join(name), &MuxerConfig::default()).unwrap();
        let rate = millpond_core::Rational::from_integer(0);
        let mut options = TranscodeOptions::new(muxer.container());
        options.video = Treatment::Encode(VideoEncoderConfig::new(codec, width, height, rate));
        options.audio = Treatment::Encode(AudioEncoderConfig::new(sound, rate_hz, 0));
        let report = transcode(demuxer, muxer, &options, &mut |_| {}).unwrap();
        assert_eq!((report.frames, report.steady_allocations), (75, 0), "{name}");
        std::fs::remove_file(folder.join(name)).unwrap();
    }
}

/// Decodes the clip so often with one decoder, with calls of alloc and realloc after the first time.
fn decoded(path: &Path, times: usize, threads: usize) -> u64 {
    let mut demuxer = Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let stream = demuxer.video().unwrap();
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { threads, held: 1, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let (mut packet, mut frame) = (Packet::new(), None);
    let mut before = None;
    for _ in 0..times {
        while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
            if packet.stream() == stream.index() {
                assert_ne!(decoder.decode_into(&packet, &mut frame).unwrap(), Flow::Full);
            }
        }
        while decoder.flush_into(&mut frame).unwrap() == Flow::Done {}
        frame = None;
        before = before.or(Some(memory::counts()));
        demuxer.seek(stream.index(), 0).unwrap();
        decoder.flush().unwrap();
    }
    let stats = decoder.stats();
    assert_eq!((stats.pictures, stats.copies, stats.pool.overflow), (75 * times as u64, 0, 0));
    memory::counts().steady - before.unwrap().steady
}

fn decoding_leaves_the_heap_alone(path: &Path) {
    for threads in [1, 4] {
        assert_eq!(decoded(path, 3, threads), 0, "{threads} threads");
    }
}

/// Whole decoders, opened and dropped: 75 pictures each.
fn decoding_again_and_again_takes_no_more_memory(path: &Path) {
    let repeat = |times| (0..times).for_each(|_| assert_eq!(decoded(path, 1, 2), 0));
    repeat(20);
    let before = footprint().current.unwrap();
    repeat(200);
    let after = footprint().current.unwrap();
    // The C heap wavers by some MB with its threads. A picture leaked by each decoder would be 400 MB, 64 KiB of tables 12.
    assert!(after < before + (8 << 20), "{before} bytes before, {after} after 15,000 pictures");
}
