//! A 1080p decode pipeline three ways: a new allocation for each frame, frames from a pool behind a mutex, and frames
//! from ours. FFmpeg decodes a clip on one thread, each picture is copied into a frame, and the last `hold` frames are
//! kept, as a stage does that looks back or works in batches. Each run is a process of its own, which reports what it
//! cost; from frame 25 on it counts.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use ffmpeg_next as ff;
use millpond_benches::process::said;
use millpond_benches::row::{Row, median};
use millpond_core::memory::{counts, footprint};
use millpond_core::pool::{PoolConfig, Pooled};
use millpond_core::video::{Frame, FrameLayout, FramePool, PixelFormat};
use serde_json::{Value, json};

use crate::pools::FRAME;

const FRAMES: u32 = 300;
const WARM_UP: u32 = 25;
const ROUNDS: usize = 3;
const HOLDS: [usize; 3] = [0, 8, 16];
/// Ours first.
const WAYS: [&str; 3] = ["millpond", "mutex pool", "allocation per frame"];
/// What a run reports: the name in its report, what a row calls it, the unit.
const FIGURES: [(&str, &str, &str); 5] = [
    ("allocations", "Rust heap allocations a second", "1/s"),
    ("frame_ms", "time of a frame", "ms"),
    ("cpu_ms", "processor time of a frame", "ms"),
    ("peak_mib", "peak memory", "MiB"),
    ("steady_mib", "memory at the end", "MiB"),
];

/// Makes the clip, runs everything in turns, and compares.
///
/// # Errors
/// A program is missing or fails, or two ways saw different pictures.
pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let clip = folder.join("pool1080.mp4");
    if !clip.exists() {
        let aside = folder.join("pool1080.aside.mp4");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-y", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25"]);
        ffmpeg.args(["-frames:v", &FRAMES.to_string(), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "23"]);
        said(ffmpeg.arg(&aside))?;
        std::fs::rename(&aside, &clip).map_err(|e| format!("{}: {e}", clip.display()))?;
    }
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut reports: Vec<Vec<Value>> = vec![Vec::new(); WAYS.len() * HOLDS.len()];
    for round in 1..=ROUNDS {
        eprintln!("pipeline, round {round} of {ROUNDS}");
        for (at, reports) in reports.iter_mut().enumerate() {
            let (hold, way) = (HOLDS[at / WAYS.len()], WAYS[at % WAYS.len()]);
            let mut run = Command::new(&program);
            let line = said(run.arg("pipeline").arg(way).arg(hold.to_string()).arg(&clip))?;
            reports.push(serde_json::from_str(line.trim()).map_err(|e| format!("{line}: {e}"))?);
        }
    }
    let pictures: Vec<&Value> = reports.iter().flatten().map(|report| &report["checksum"]).collect();
    if pictures.iter().any(|picture| *picture != pictures[0]) {
        return Err(String::from("the pipelines did not see the same pictures"));
    }
    let figure =
        |at: usize, name: &str| median(reports[at].iter().filter_map(|report| report[name].as_f64()).collect());
    let mut rows = Vec::new();
    for (at, hold) in HOLDS.iter().enumerate() {
        for (name, what, unit) in FIGURES {
            for (way, peer) in WAYS.iter().enumerate().skip(1) {
                rows.push(Row {
                    job: format!("decode 1080p holding {hold} frames: {what}"),
                    unit,
                    ours: figure(at * WAYS.len(), name),
                    peer,
                    peer_version: String::from("std"),
                    theirs: Ok(figure(at * WAYS.len() + way, name)),
                    bar: None,
                });
            }
        }
    }
    Ok(rows)
}

/// One run, in its own process: prints what it cost.
///
/// # Errors
/// The arguments are wrong or the clip cannot be decoded.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let [way, hold, clip] = arguments else { return Err(String::from("usage: pipeline WAY HOLD CLIP")) };
    let hold: usize = hold.parse().map_err(|e| format!("{hold}: {e}"))?;
    let report = match way.as_str() {
        "millpond" => {
            let layout = FrameLayout::packed(PixelFormat::I420, 1920, 1080).map_err(|e| e.to_string())?;
            let pool = FramePool::frames(layout, PoolConfig::fixed(hold + 1)).map_err(|e| e.to_string())?;
            decode(
                clip,
                hold,
                || pool.acquire().map_err(|e| e.to_string()),
                |frame: &mut Pooled<Frame>| frame.bytes_mut(),
            )
        }
        "mutex pool" => {
            let frames = Arc::new(Mutex::new((0..=hold).map(|_| vec![0u8; FRAME]).collect::<VecDeque<_>>()));
            let acquire = || {
                let frame = frames.lock().ok().and_then(|mut frames| frames.pop_front());
                frame.map(|frame| Returning(frame, Arc::clone(&frames))).ok_or(String::from("exhausted"))
            };
            decode(clip, hold, acquire, |frame: &mut Returning| &mut frame.0)
        }
        "allocation per frame" => decode(clip, hold, || Ok(vec![0u8; FRAME]), |frame: &mut Vec<u8>| frame),
        other => Err(format!("there is no way {other}")),
    };
    println!("{}", report?);
    Ok(())
}

/// A frame and its mutex.
struct Returning(Vec<u8>, Arc<Mutex<VecDeque<Vec<u8>>>>);

impl Drop for Returning {
    fn drop(&mut self) {
        if let Ok(mut frames) = self.1.lock() {
            frames.push_back(std::mem::take(&mut self.0));
        }
    }
}

fn decode<F>(
    clip: &str,
    hold: usize,
    acquire: impl Fn() -> Result<F, String>,
    bytes: impl Fn(&mut F) -> &mut [u8],
) -> Result<Value, String> {
    let said = |error: ff::Error| error.to_string();
    ff::init().map_err(said)?;
    let mut input = ff::format::input(clip).map_err(said)?;
    let stream = input.streams().best(ff::media::Type::Video).ok_or("no pictures")?;
    let index = stream.index();
    let mut context = ff::codec::Context::from_parameters(stream.parameters()).map_err(said)?;
    context.set_threading(ff::threading::Config { kind: ff::threading::Type::None, count: 1, ..Default::default() });
    let mut decoder = context.decoder().video().map_err(said)?;
    let mut picture = ff::frame::Video::empty();
    let mut held = VecDeque::with_capacity(hold + 1);
    let (mut frames, mut checksum) = (0u32, 0u64);
    let mut start = None;
    let mut take = |decoder: &mut ff::decoder::Video| -> Result<(), String> {
        while decoder.receive_frame(&mut picture).is_ok() {
            if frames == WARM_UP {
                start = Some((Instant::now(), processor_ms()?, counts().steady));
            }
            let mut frame = acquire()?;
            let out = bytes(&mut frame);
            copy(&picture, out)?;
            checksum = checksum.wrapping_mul(31).wrapping_add(u64::from(out[FRAME / 3])).wrapping_add(out[99].into());
            held.push_back(frame);
            if held.len() > hold {
                held.pop_front();
            }
            frames += 1;
        }
        Ok(())
    };
    let mut packet = ff::Packet::empty();
    while packet.read(&mut input).is_ok() {
        if packet.stream() == index {
            decoder.send_packet(&packet).map_err(said)?;
            take(&mut decoder)?;
        }
    }
    decoder.send_eof().map_err(said)?;
    take(&mut decoder)?;
    let (begin, processor, allocations) = start.ok_or("the clip is too short")?;
    let (wall, measured) = (begin.elapsed().as_secs_f64(), f64::from(frames - WARM_UP));
    let mib = |bytes: Option<u64>| bytes.map_or(0.0, |bytes| bytes as f64 / (1024.0 * 1024.0));
    let memory = footprint();
    Ok(json!({
        "frames": frames,
        "checksum": checksum,
        "allocations": (counts().steady - allocations) as f64 / wall,
        "frame_ms": wall * 1000.0 / measured,
        "cpu_ms": (processor_ms()? - processor) / measured,
        "peak_mib": mib(memory.peak),
        "steady_mib": mib(memory.current),
    }))
}

/// Copies the planes of a decoded picture one behind the other.
fn copy(picture: &ff::frame::Video, mut out: &mut [u8]) -> Result<(), String> {
    for plane in 0..3 {
        let (width, height) = if plane == 0 { (1920, 1080) } else { (960, 540) };
        let stride = picture.stride(plane);
        for row in picture.data(plane).chunks(stride).take(height) {
            let (to, rest) = out.split_at_mut(width);
            to.copy_from_slice(&row[..width]);
            out = rest;
        }
    }
    if out.is_empty() { Ok(()) } else { Err(String::from("the pictures are not 1920x1080 4:2:0")) }
}

/// Processor time of this process so far, all threads.
fn processor_ms() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|e| e.to_string())?;
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    // USER_HZ, which Linux fixes at 100 for what it tells programs.
    Ok(ticks * 10.0)
}
