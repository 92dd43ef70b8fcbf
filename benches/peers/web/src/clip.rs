//! The 1080p clip of 300 frames, made of the sample clip by
//!
//! ```text
//! ffmpeg -stream_loop 2 -i bigbuckbunny.mp4 -an -vf scale=1920:1080 -frames:v 300 -c:v libx264 -preset medium -crf 23
//!        -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -movflags +faststart
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use millpond_benches::process::said;

const CLIP: &str = "web1080.mp4";

/// Makes the clip in `folder` if it is not there; returns its URL in a page.
///
/// # Errors
/// ffmpeg or the sample is missing, the folder cannot be written.
pub(crate) fn prepare(folder: &Path) -> Result<String, String> {
    let clip = folder.join(CLIP);
    if !clip.exists() {
        eprintln!("making the 1080p clip");
        let media = std::env::var_os("MILLPOND_MEDIA").map(PathBuf::from).ok_or("MILLPOND_MEDIA is not set")?;
        let io = |e: std::io::Error| format!("{}: {e}", clip.display());
        fs::create_dir_all(folder).map_err(io)?;
        let aside = folder.join("aside-web.mp4");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "error", "-y", "-stream_loop", "2", "-i"]).arg(media.join("bigbuckbunny.mp4"));
        ffmpeg.args(["-an", "-vf", "scale=1920:1080", "-frames:v", "300", "-c:v", "libx264", "-preset", "medium"]);
        ffmpeg.args(["-crf", "23", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
        said(ffmpeg.args(["-color_range", "tv", "-movflags", "+faststart"]).arg(&aside))?;
        fs::rename(&aside, &clip).map_err(io)?;
    }
    Ok(format!("files/{CLIP}"))
}
