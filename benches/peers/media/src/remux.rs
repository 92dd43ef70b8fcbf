//! Copying the streams of a clip into a new file. Before timing, all bytes of all packets of both files are compared by
//! ffmpeg's `streamhash`.

use std::path::Path;
use std::process::Command;

use crate::ground::{CLIP, Ground, in_turn};
use millpond_benches::process::said;
use millpond_benches::row::Row;

const ROUNDS: usize = 15;

pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let ground = Ground::prepare(folder)?;
    let ours = |from: &str, to: &str| {
        let mut command = ground.millpond();
        command.args(["remux", from, "-o", to]);
        command
    };
    let theirs = |from: &str, to: &str| {
        let mut command = ground.ffmpeg();
        command.args(["-i", from, "-map", "0", "-c", "copy", "-movflags", "+faststart", to]);
        command
    };
    let sample = ground.sample();
    let sample = sample.to_str().ok_or("the path of the sample clips is not Unicode")?;
    for from in [CLIP, sample] {
        let hash = |mut command: Command, file: &str| {
            said(&mut command)?;
            said(ground.ffmpeg().args(["-i", file, "-map", "0", "-c", "copy", "-f", "streamhash", "-"]))
        };
        let (a, b) = (hash(ours(from, "ours.mp4"), "ours.mp4")?, hash(theirs(from, "theirs.mp4"), "theirs.mp4")?);
        if a != b {
            return Err(format!("packets of {from} differ:\n{a}{b}"));
        }
    }
    let [our_costs, their_costs] = in_turn(ROUNDS, || Ok([ours(CLIP, "ours.mp4"), theirs(CLIP, "theirs.mp4")]))?;
    Ok(ground.rows("remux 1080p, 300 packets, index in front", &our_costs, &their_costs, [Some(1.0), Some(0.85)]))
}
