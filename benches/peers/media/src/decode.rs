//! Decoding the clip and throwing the pictures away: a program that reads a `Clip`, the `ffmpeg` command, and a program
//! that reads a decoder of the crate `video-rs`, which turns every picture into RGB by itself.
//!
//! Before timing, SHA-256 of all pictures' planes is compared with ffmpeg's, and video-rs' pictures are counted.

use std::path::Path;

use crate::ground::{CLIP, FRAMES, Ground, in_turn, medians};
use millpond_benches::process::said;
use millpond_benches::row::Row;

const ROUNDS: usize = 5;
/// The version in `Cargo.toml`.
const VIDEO_RS: &str = "0.12";

pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let ground = Ground::prepare(folder)?;
    let ours = said(&mut ground.worker(&["hash", CLIP])?)?;
    let theirs = ["-i", CLIP, "-f", "hash", "-hash", "sha256", "-c:v", "rawvideo", "-"];
    let theirs = said(ground.ffmpeg().args(theirs))?.to_lowercase();
    if theirs.trim().trim_start_matches("sha256=") != ours.trim() {
        return Err(format!("pictures differ: {} by millpond, {} by ffmpeg", ours.trim(), theirs.trim()));
    }
    let counted = said(&mut ground.worker(&["video-rs", CLIP])?)?;
    if counted.trim() != FRAMES.to_string() {
        return Err(format!("video-rs decodes {} pictures instead of {FRAMES}", counted.trim()));
    }
    let programs = || {
        let mut ffmpeg = ground.ffmpeg();
        ffmpeg.args(["-i", CLIP, "-f", "null", "-"]);
        Ok([ground.worker(&["decode", CLIP])?, ffmpeg, ground.worker(&["video-rs", CLIP])?])
    };
    let [ours, ffmpeg, video_rs] = in_turn(ROUNDS, programs)?;
    let mut rows = ground.rows("decode 1080p to null", &ours, &ffmpeg, [Some(1.0), None]);
    rows.push(Row {
        job: "decode 1080p to null, wall (video-rs: to RGB)".to_owned(),
        unit: "s",
        ours: medians(&ours, |cost| cost.wall_s),
        peer: "video-rs",
        peer_version: VIDEO_RS.to_owned(),
        theirs: Ok(medians(&video_rs, |cost| cost.wall_s)),
        bar: None,
    });
    Ok(rows)
}
