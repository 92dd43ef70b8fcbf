//! Streams put into another container, as a user of the command sees it.

use crate::common::{clip, listing, millpond};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn remux(from: &Path, to: &Path, more: &[&str]) -> crate::common::Outcome {
    let mut arguments = vec!["remux", from.to_str().unwrap(), "-o", to.to_str().unwrap(), "--json"];
    arguments.extend(more);
    millpond(arguments)
}

fn decodes(file: &Path) {
    let output = Command::new("ffprobe").args(["-v", "error", "-count_frames", "-show_streams"]).arg(file).output();
    let output = output.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_moves_to_another_container_and_says_so() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.mkv");
    let done = remux(&clip(), &out, &[]).expect(0).last_event();
    assert_eq!((&done["event"], &done["repaired"]), (&"done".into(), &0.into()), "{done}");
    assert!(done["packets"].as_u64().unwrap() > 10, "{done}");
    decodes(&out);
    assert_eq!(listing(&folder), ["out.mkv"]);
}

#[test]
fn a_pipe_gets_fragments() {
    let out = Command::new(env!("CARGO_BIN_EXE_millpond"))
        .args(["remux", clip().to_str().unwrap(), "-o", "/dev/stdout"])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    // A device has no extension that tells a container.
    assert_eq!(out.status.code(), Some(5), "{}", String::from_utf8_lossy(&out.stderr));
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe.mp4");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    remux(&clip(), &pipe, &[]).expect(0);
    let bytes = reader.wait_with_output().unwrap().stdout;
    assert!(bytes.windows(4).any(|four| four == b"moof"));
    let file = folder.path().join("from_pipe.mp4");
    std::fs::write(&file, bytes).unwrap();
    decodes(&file);
}

#[test]
fn what_cannot_be_done_has_its_exit_code_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    remux(&clip(), &path("a.gif"), &[]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    remux(&clip(), &path("a.mp4"), &["--streams", "9"]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    remux(&clip(), &path("nowhere/a.mp4"), &[]).expect_error(4, "E_OUTPUT");
    remux(Path::new("/nowhere.mp4"), &path("a.mp4"), &[]).expect_error(3, "E_MEDIA_MISSING");
    remux(&clip(), &path("a.mp4"), &["--start", "-1"]).expect_error(2, "E_USAGE");
    assert!(listing(&folder).is_empty());
}
