//! The bench ground: a 1080p clip of 300 frames, a round 320x320 patch with a soft edge, and a scene that puts one on the
//! other. The clip is made of the sample clip by
//!
//! ```text
//! ffmpeg -stream_loop 2 -i bigbuckbunny.mp4 -an -vf scale=1920:1080 -frames:v 300 -c:v libx264 -preset medium -crf 23
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use millpond_benches::process::{Cost, measured, said};
use millpond_benches::row::{Row, median};

/// Frames of the clip and of the scene.
pub(crate) const FRAMES: usize = 300;
/// The 1080p clip.
pub(crate) const CLIP: &str = "bbb1080.mp4";
const PATCH: u32 = 320;
const AT: (u32, u32) = (800, 560);

/// Where everything is, and what the peer is.
pub(crate) struct Ground {
    folder: PathBuf,
    cli: PathBuf,
    media: PathBuf,
    /// Version of the `ffmpeg` command.
    pub(crate) version: String,
}

impl Ground {
    /// Makes clip, patch and scene in `folder`, those that are missing.
    ///
    /// # Errors
    /// A program is missing or fails, a file cannot be written.
    pub(crate) fn prepare(folder: &Path) -> Result<Ground, String> {
        let named = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or(format!("{name} is not set"));
        let version = said(Command::new("ffmpeg").arg("-version"))?;
        let version = version.split_whitespace().nth(2).unwrap_or("unknown").to_owned();
        let folder = folder.to_owned();
        let ground = Ground { folder, cli: named("MILLPOND")?, media: named("MILLPOND_MEDIA")?, version };
        let io = |error: std::io::Error| format!("{}: {error}", ground.folder.display());
        fs::create_dir_all(&ground.folder).map_err(io)?;
        if !ground.folder.join(CLIP).exists() {
            eprintln!("making the 1080p clip");
            let mut command = ground.ffmpeg();
            command.args(["-stream_loop", "2", "-i"]).arg(ground.sample());
            command.args(["-an", "-vf", "scale=1920:1080", "-frames:v", &FRAMES.to_string()]);
            said(command.args(["-c:v", "libx264", "-preset", "medium", "-crf", "23", "aside.mp4"]))?;
            fs::rename(ground.folder.join("aside.mp4"), ground.folder.join(CLIP)).map_err(io)?;
        }
        let patch = format!(
            "testsrc2=size={PATCH}x{PATCH},format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':\
             a='clip(4*(160-hypot(X-160,Y-160)),0,255)'"
        );
        said(ground.ffmpeg().args(["-f", "lavfi", "-i", &patch, "-frames:v", "1", "patch.png"]))?;
        let scene = json!({
            "version": 1,
            "canvas": {"width": 1920, "height": 1080, "frame_rate": "25/1"},
            "assets": {"clip": {"src": CLIP}, "patch": {"src": "patch.png"}},
            "layers": [{"asset": "clip"}, {"asset": "patch", "rect": [AT.0, AT.1, PATCH, PATCH]}],
            "duration": FRAMES as f64 / 25.0,
        });
        fs::write(ground.folder.join("scene.json"), format!("{scene:#}\n")).map_err(io)?;
        Ok(ground)
    }

    /// A sample clip with sound.
    pub(crate) fn sample(&self) -> PathBuf {
        self.media.join("bigbuckbunny.mp4")
    }

    /// The `millpond` command, in the folder.
    pub(crate) fn millpond(&self) -> Command {
        let mut command = Command::new(&self.cli);
        command.current_dir(&self.folder);
        command
    }

    /// This program as one that uses the library, in the folder.
    ///
    /// # Errors
    /// It does not know where it is.
    pub(crate) fn worker(&self, arguments: &[&str]) -> Result<Command, String> {
        let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
        command.arg("worker").args(arguments).current_dir(&self.folder);
        Ok(command)
    }

    /// The `ffmpeg` command, in the folder.
    pub(crate) fn ffmpeg(&self) -> Command {
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]).current_dir(&self.folder);
        command
    }

    /// The scene with the `ffmpeg` command: overlay in YUV, as it does by itself.
    pub(crate) fn overlay(&self) -> Command {
        let mut command = self.ffmpeg();
        let overlay = format!("overlay={}:{}", AT.0, AT.1);
        command.args(["-i", CLIP, "-i", "patch.png", "-filter_complex", &overlay]);
        command
    }

    /// A row against the `ffmpeg` command.
    pub(crate) fn row(&self, job: String, unit: &'static str, (ours, theirs): (f64, f64), bar: Option<f64>) -> Row {
        Row { job, unit, ours, peer: "ffmpeg", peer_version: self.version.clone(), theirs: Ok(theirs), bar }
    }

    /// Rows of wall time and peak memory against the `ffmpeg` command.
    pub(crate) fn rows(&self, job: &str, ours: &[Cost], theirs: &[Cost], [wall, memory]: [Option<f64>; 2]) -> Vec<Row> {
        let both = |of: fn(&Cost) -> f64| (medians(ours, of), medians(theirs, of));
        vec![
            self.row(format!("{job}, wall"), "s", both(|cost| cost.wall_s), wall),
            self.row(format!("{job}, peak memory"), "MiB", both(|cost| cost.peak_mib), memory),
        ]
    }
}

/// Median of a figure.
pub(crate) fn medians(costs: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    median(costs.iter().map(of).collect())
}

/// Runs programs in turn, so often each.
///
/// # Errors
/// One of them fails.
pub(crate) fn in_turn<const N: usize>(
    rounds: usize,
    programs: impl Fn() -> Result<[Command; N], String>,
) -> Result<[Vec<Cost>; N], String> {
    let mut costs: [Vec<Cost>; N] = std::array::from_fn(|_| Vec::new());
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (mut program, costs) in programs()?.into_iter().zip(&mut costs) {
            costs.push(measured(&mut program)?);
        }
    }
    Ok(costs)
}
