//! Rendering the scene: composed and thrown away, and to H.264.
//!
//! Before timing, both H.264 files are decoded and compared: the same number of frames, and a PSNR of at least
//! [`BOUND_DB`], which two encodings of the same pictures reach and a patch in a wrong place does not. That ffmpeg runs at
//! this machine's best CPU level is read from its encoder's log.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::ground::{FRAMES, Ground, in_turn};
use millpond_benches::process::said;
use millpond_benches::row::Row;

const ROUNDS: usize = 5;
/// What `millpond render` sets when it encodes H.264.
const X264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"];
const BOUND_DB: f64 = 38.0;

pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let ground = Ground::prepare(folder)?;
    check(&ground, folder)?;
    let programs = || Ok([ours(&ground, "null"), theirs(&ground, None)]);
    let [null, ffmpeg_null] = in_turn(ROUNDS, programs)?;
    let programs = || Ok([ours(&ground, "ours.mp4"), theirs(&ground, Some("theirs.mp4"))]);
    let [h264, ffmpeg_h264] = in_turn(ROUNDS, programs)?;
    let mut rows = ground.rows("render 1080p to null", &null, &ffmpeg_null, [Some(0.9); 2]);
    rows.extend(ground.rows("render 1080p to h264", &h264, &ffmpeg_h264, [Some(1.0), Some(0.8)]));
    Ok(rows)
}

fn check(ground: &Ground, folder: &Path) -> Result<(), String> {
    said(&mut ours(ground, "ours.mp4"))?;
    let log = said(theirs(ground, Some("theirs.mp4")).args(["-loglevel", "info"]))?;
    let flags = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if flags.contains(" avx2 ") && !log.contains("AVX2") {
        return Err("ffmpeg's encoder does not use this machine's AVX2: it would not be measured at its best".into());
    }
    let compare = ["-i", "ours.mp4", "-i", "theirs.mp4", "-lavfi", "psnr", "-f", "null", "-"];
    let log = said(ground.ffmpeg().args(["-loglevel", "info"]).args(compare))?;
    let psnr = log.rsplit_once("average:").and_then(|(_, rest)| rest.split(' ').next());
    let psnr = psnr.and_then(|psnr| psnr.parse::<f64>().ok()).ok_or_else(|| format!("no PSNR in: {log}"))?;
    for file in ["ours.mp4", "theirs.mp4"] {
        let count = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
        let count = said(Command::new("ffprobe").args(count).arg(file).current_dir(folder))?;
        if count.trim().trim_end_matches(',') != FRAMES.to_string() {
            return Err(format!("{file} has {} frames instead of {FRAMES}", count.trim()));
        }
    }
    if psnr < BOUND_DB {
        return Err(format!("the two renderings differ: PSNR {psnr} dB, at least {BOUND_DB} expected"));
    }
    eprintln!("outputs compared: PSNR {psnr} dB between ours and theirs, {FRAMES} frames each");
    Ok(())
}

fn ours(ground: &Ground, output: &str) -> Command {
    let mut command = ground.millpond();
    command.args(["render", "scene.json", "-o", output]);
    command
}

fn theirs(ground: &Ground, output: Option<&str>) -> Command {
    let mut command = ground.overlay();
    match output {
        Some(output) => command.args(X264).arg(output),
        None => command.args(["-f", "null", "-"]),
    };
    command
}
