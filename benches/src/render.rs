//! The bench ground of rendering: one scene, a 1080p clip with a 320x320 patch over it, composed and thrown away, and
//! rendered to H.264; by `millpond render` and by the `ffmpeg` command, as whole programs with all cores.
//!
//! Before timing, both H.264 files are decoded and compared: the same number of frames, and a PSNR of at least
//! [`BOUND_DB`], which two encodings of the same pictures reach and a patch in a wrong place does not. That ffmpeg runs at
//! this machine's best CPU level is read from its encoder's log.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use millpond_benches::process::{Cost, measured, said};
use millpond_benches::row::{Row, median};

const ROUNDS: usize = 5;
const FRAMES: usize = 300;
const PATCH: u32 = 320;
const AT: (u32, u32) = (800, 560);
/// What `millpond render` sets when it encodes H.264.
const X264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"];
const BOUND_DB: f64 = 38.0;

/// Where everything is.
pub(crate) struct Ground {
    /// The release build of `millpond`.
    pub(crate) cli: PathBuf,
    /// The sample clip that the 1080p one is made of.
    pub(crate) clip: PathBuf,
    /// Where clip, scene and results are put.
    pub(crate) folder: PathBuf,
}

impl Ground {
    /// Compares the outputs, then measures.
    ///
    /// # Errors
    /// A program is missing or fails, or the outputs are not of the same pictures.
    pub(crate) fn measure(&self) -> Result<Vec<Row>, String> {
        self.prepare()?;
        let peer_version = self.check()?;
        let mut costs: [Vec<Cost>; 4] = Default::default();
        for round in 1..=ROUNDS {
            eprintln!("round {round} of {ROUNDS}");
            let programs =
                [self.ours("null"), self.theirs(None), self.ours("ours.mp4"), self.theirs(Some("theirs.mp4"))];
            for (mut program, costs) in programs.into_iter().zip(&mut costs) {
                costs.push(measured(&mut program)?);
            }
        }
        let [null, ffmpeg_null, h264, ffmpeg_h264] = &costs;
        let row = |job: &str, unit, of: fn(&Cost) -> f64, ours: &[Cost], theirs: &[Cost], bar| Row {
            job: String::from(job),
            unit,
            ours: median(ours.iter().map(of).collect()),
            peer: "ffmpeg",
            peer_version: peer_version.clone(),
            theirs: Ok(median(theirs.iter().map(of).collect())),
            bar: Some(bar),
        };
        Ok(vec![
            row("render 1080p to null, wall", "s", |c| c.wall_s, null, ffmpeg_null, 0.9),
            row("render 1080p to null, peak memory", "MiB", |c| c.peak_mib, null, ffmpeg_null, 0.9),
            row("render 1080p to h264, wall", "s", |c| c.wall_s, h264, ffmpeg_h264, 1.0),
            row("render 1080p to h264, peak memory", "MiB", |c| c.peak_mib, h264, ffmpeg_h264, 0.8),
        ])
    }

    /// Makes clip, patch and scene.
    fn prepare(&self) -> Result<(), String> {
        fs::create_dir_all(&self.folder).map_err(|e| format!("{}: {e}", self.folder.display()))?;
        if !self.folder.join("bbb1080.mp4").exists() {
            eprintln!("making the 1080p clip");
            let mut command = self.ffmpeg();
            command.args(["-stream_loop", "2", "-i"]).arg(&self.clip);
            command.args(["-an", "-vf", "scale=1920:1080", "-frames:v", &FRAMES.to_string()]);
            said(command.args(["-c:v", "libx264", "-preset", "medium", "-crf", "23", "aside.mp4"]))?;
            fs::rename(self.folder.join("aside.mp4"), self.folder.join("bbb1080.mp4")).map_err(|e| e.to_string())?;
        }
        // A round patch with a soft edge, straight alpha.
        let patch = format!(
            "testsrc2=size={PATCH}x{PATCH},format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':\
             a='clip(4*(160-hypot(X-160,Y-160)),0,255)'"
        );
        said(self.ffmpeg().args(["-f", "lavfi", "-i", &patch, "-frames:v", "1", "patch.png"]))?;
        let scene = json!({
            "version": 1,
            "canvas": {"width": 1920, "height": 1080, "frame_rate": "25/1"},
            "assets": {"clip": {"src": "bbb1080.mp4"}, "patch": {"src": "patch.png"}},
            "layers": [{"asset": "clip"}, {"asset": "patch", "rect": [AT.0, AT.1, PATCH, PATCH]}],
            "duration": FRAMES as f64 / 25.0,
        });
        fs::write(self.folder.join("scene.json"), format!("{scene:#}\n")).map_err(|e| e.to_string())
    }

    /// Renders once with both, compares, and returns ffmpeg's version.
    fn check(&self) -> Result<String, String> {
        said(&mut self.ours("ours.mp4"))?;
        let log = said(self.theirs(Some("theirs.mp4")).args(["-loglevel", "info"]))?;
        let flags = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        if flags.contains(" avx2 ") && !log.contains("AVX2") {
            return Err(
                "ffmpeg's encoder does not use this machine's AVX2: it would not be measured at its best".into()
            );
        }
        let compare = ["-i", "ours.mp4", "-i", "theirs.mp4", "-lavfi", "psnr", "-f", "null", "-"];
        let log = said(self.ffmpeg().args(["-loglevel", "info"]).args(compare))?;
        let psnr = log.rsplit_once("average:").and_then(|(_, rest)| rest.split(' ').next());
        let psnr = psnr.and_then(|psnr| psnr.parse::<f64>().ok()).ok_or_else(|| format!("no PSNR in: {log}"))?;
        for file in ["ours.mp4", "theirs.mp4"] {
            let count = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
            let count = said(Command::new("ffprobe").args(count).arg(file).current_dir(&self.folder))?;
            if count.trim().trim_end_matches(',') != FRAMES.to_string() {
                return Err(format!("{file} has {} frames instead of {FRAMES}", count.trim()));
            }
        }
        if psnr < BOUND_DB {
            return Err(format!("the two renderings differ: PSNR {psnr} dB, at least {BOUND_DB} expected"));
        }
        eprintln!("outputs compared: PSNR {psnr} dB between ours and theirs, {FRAMES} frames each");
        let version = said(Command::new("ffmpeg").arg("-version"))?;
        Ok(version.split_whitespace().nth(2).unwrap_or("unknown").to_owned())
    }

    fn ours(&self, output: &str) -> Command {
        let mut command = Command::new(&self.cli);
        command.args(["render", "scene.json", "-o", output]).current_dir(&self.folder);
        command
    }

    /// The same with ffmpeg: overlay in YUV, as it does by itself.
    fn theirs(&self, output: Option<&str>) -> Command {
        let mut command = self.ffmpeg();
        let overlay = format!("overlay={}:{}", AT.0, AT.1);
        command.args(["-i", "bbb1080.mp4", "-i", "patch.png", "-filter_complex", &overlay]);
        match output {
            Some(output) => command.args(X264).arg(output),
            None => command.args(["-f", "null", "-"]),
        };
        command
    }

    fn ffmpeg(&self) -> Command {
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]).current_dir(&self.folder);
        command
    }
}
