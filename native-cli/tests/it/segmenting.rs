//! HLS and DASH, as a user of the command sees them.

use crate::common::{clip, listing, made, millpond, shell};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn segment(from: &Path, to: &Path, more: &[&str]) -> crate::common::Outcome {
    let mut arguments = vec!["segment", from.to_str().unwrap(), "-o", to.to_str().unwrap()];
    arguments.extend(more);
    millpond(arguments)
}

/// `ffprobe` reads it all and has nothing to say.
fn decodes(file: &Path) {
    let file = fs::canonicalize(file).unwrap();
    let output = Command::new("ffprobe").args(["-v", "error", "-count_frames", "-show_streams"]).arg(file).output();
    let output = output.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Everything in a folder and the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a_clip_becomes_hls_or_dash_and_the_command_says_what() {
    let folder = TempDir::new().unwrap();
    for (format, entry, count) in [("hls", "master.m3u8", 2), ("hls-ts", "master.m3u8", 2), ("dash", "manifest.mpd", 2)]
    {
        let out = folder.path().join(format);
        let done =
            segment(&clip(), &out, &["--format", format, "--duration", "1", "--ladder", "180,90:200k", "--json"]);
        let done = done.expect(0).last_event();
        assert_eq!((&done["event"], &done["pictures"]), (&"done".into(), &50.into()), "{done}");
        assert_eq!(done["output"], out.join(entry).to_str().unwrap());
        let renditions = done["renditions"].as_array().unwrap();
        let names: Vec<&str> = renditions.iter().map(|rendition| rendition["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["180p", "90p", "sound"]);
        for rendition in &renditions[..2] {
            assert_eq!((&rendition["segments"], &rendition["seconds"]), (&count.into(), &2.0.into()), "{rendition}");
        }
        decodes(&out.join(entry));
    }
    // Whoever asks for nothing gets a copy where that is possible: a key frame every 20 pictures is near enough.
    let out = folder.path().join("plain");
    let done = segment(&clip(), &out, &[]).expect(0);
    assert!(done.stdout.contains("source") && done.stdout.contains("sound"), "{}", done.stdout);
    assert_eq!(files(&out.join("source")).len(), 3, "init.mp4, 00000.m4s and playlist.m3u8");
}

#[test]
fn what_cannot_be_done_has_its_exit_code_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    segment(&clip(), &out, &["--format", "smooth"]).expect_error(2, "E_USAGE");
    segment(&clip(), &out, &["--ladder", "tall"]).expect_error(2, "E_USAGE");
    segment(&clip(), &out, &["--event", "--window", "30"]).expect_error(2, "E_USAGE");
    segment(&clip(), &out, &["--duration", "0.1"]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    segment(&clip(), &out, &["--window", "3"]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    segment(Path::new("/nowhere.mp4"), &out, &[]).expect_error(3, "E_MEDIA_MISSING");
    segment(&clip(), &out.join("deeper"), &[]).expect_error(4, "E_OUTPUT");
    assert!(listing(&folder).is_empty());
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    segment(&clip(), folder.path(), &[]).expect_error(4, "E_OUTPUT");
    assert_eq!(listing(&folder), ["mine.txt"]);
}

/// No room in the middle of a segment: files may have 24 KB, which grey pictures stay below and noise does not.
#[test]
#[cfg(unix)]
fn no_room_in_the_middle_of_a_segment_leaves_no_half_file() {
    let source = made(
        "grey-then-noise.mp4",
        "-f lavfi -i color=gray:size=320x180:rate=25:duration=4,format=yuv420p \
         -f lavfi -i 'nullsrc=size=320x180:rate=25:duration=4,geq=random(1)*255:128:128,format=yuv420p' \
         -filter_complex '[0:v][1:v]concat=n=2' -c:v libx264 -crf 20 -preset ultrafast",
    );
    for format in ["hls", "hls-ts", "dash"] {
        for kind in ["--event", "--json"] {
            let folder = TempDir::new().unwrap();
            let line = format!(
                "trap '' XFSZ; ulimit -f 48; '{}' segment '{}' -o out --format {format} --duration 1 --ladder 180 {kind}",
                env!("CARGO_BIN_EXE_millpond"),
                source.display()
            );
            let output = Command::new("sh").args(["-c", &line]).current_dir(&folder).output().unwrap();
            let outcome = crate::common::Outcome::from(output).expect_error(4, "E_OUTPUT");
            assert!(outcome.stderr.contains("File too large"), "{}", outcome.stderr);
            let out = folder.path().join("out");
            if kind != "--event" {
                assert!(!out.exists(), "recorded media is there as a whole or not at all");
                continue;
            }
            let files = files(&out);
            let is_half = |file: &&PathBuf| file.extension().is_none_or(|extension| extension == "part");
            assert_eq!(files.iter().filter(is_half).count(), 0, "{files:?}");
            let extension = if format == "hls-ts" { "ts" } else { "m4s" };
            let segments = files.iter().filter(|file| file.extension().is_some_and(|found| found == extension)).count();
            // The grey ones were there before.
            assert!(segments >= 3, "{files:?}");
            let (entry, listed) = if format == "dash" {
                ("manifest.mpd", fs::read_to_string(out.join("manifest.mpd")).unwrap())
            } else {
                ("master.m3u8", fs::read_to_string(out.join("180p/playlist.m3u8")).unwrap())
            };
            let is_over = listed.ends_with("#EXT-X-ENDLIST\n") || listed.contains("type=\"static\"");
            assert!(is_over, "readers are not told that it is over: {listed}");
            if format != "dash" {
                assert_eq!(listed.matches("#EXTINF").count(), segments, "{listed}");
            }
            decodes(&out.join(entry));
        }
    }
}

/// The first Ctrl-C ends it in order.
#[test]
#[cfg(unix)]
fn a_first_interrupt_leaves_a_playable_presentation() {
    let long = made(
        "two-minutes.mp4",
        "-f lavfi -i testsrc2=size=640x360:rate=25:duration=120 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
    );
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let mut child = Command::new(env!("CARGO_BIN_EXE_millpond"));
    let arguments = ["--event", "--duration", "1", "--ladder", "360,240", "--json"];
    let child = child.arg("segment").arg(&long).arg("-o").arg(&out).args(arguments);
    let child = child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !out.join("master.m3u8").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    shell(folder.path(), &format!("kill -INT {}", child.id()));
    let outcome = crate::common::Outcome::from(child.wait_with_output().unwrap()).expect_error(6, "E_CANCELLED");
    assert_eq!(outcome.last_event()["event"], "error");
    assert!(fs::read_to_string(out.join("360p/playlist.m3u8")).unwrap().ends_with("#EXT-X-ENDLIST\n"));
    decodes(&out.join("master.m3u8"));
}
