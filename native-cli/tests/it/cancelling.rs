//! Ctrl-C once and twice.

use crate::common::{clip, command, ffprobe, folder, listing, plain_scene, shell};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use tempfile::TempDir;

/// Starts a render that lasts long, sends the signals once frames are being composed, and returns exit code and stderr.
fn interrupt(folder: &TempDir, signals: &[&str]) -> (Option<i32>, String) {
    let mut child = command()
        .current_dir(folder)
        .args(["render", "scene.json", "-o", "out.mp4", "--hash", "frames.txt", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The first line comes before the first frame, the second when some are done.
    let _ = (lines.next(), lines.next());
    let kill: Vec<String> = signals.iter().map(|signal| format!("kill -{signal} {}", child.id())).collect();
    shell(folder.path(), &kill.join("; "));
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn long_scene() -> TempDir {
    let text = plain_scene().replace(r#""width": 320, "height": 180"#, r#""width": 1920, "height": 1080"#).replace(
        r#"{"asset": "clip"}]"#,
        r#"{"asset": "clip", "after": "hold"}], "audio": [{"asset": "clip"}], "duration": 600"#,
    );
    folder(&text, &[&clip()])
}

#[test]
fn once_leaves_a_playable_shorter_file() {
    let folder = long_scene();
    let (code, stderr) = interrupt(&folder, &["INT"]);
    assert_eq!(code, Some(6), "{stderr}");
    assert!(stderr.starts_with("error[E_CANCELLED]: "), "{stderr}");
    let out = folder.path().join("out.mp4");
    let frames: usize = ffprobe(&out, "v:0", "stream=nb_frames").parse().unwrap();
    assert!((1..15_000).contains(&frames), "{frames}");
    let duration: f64 = ffprobe(&out, "v:0", "stream=duration").parse().unwrap();
    let sound: f64 = ffprobe(&out, "a:0", "stream=duration").parse().unwrap();
    assert!((duration - frames as f64 / 25.0).abs() < 1e-3 && sound > duration - 0.03, "{duration} {sound}");
    shell(folder.path(), "ffmpeg -v error -xerror -i out.mp4 -f null -");
    let hashed = std::fs::read_to_string(folder.path().join("frames.txt")).unwrap().lines().count();
    assert_eq!(hashed, frames);
}

#[test]
fn twice_leaves_nothing() {
    let folder = long_scene();
    // Two signals of one kind can melt into one before they are seen.
    let (code, stderr) = interrupt(&folder, &["INT", "TERM"]);
    assert_eq!(code, Some(6), "{stderr}");
    assert_eq!(listing(&folder), ["clip.mp4", "scene.json"]);
}
