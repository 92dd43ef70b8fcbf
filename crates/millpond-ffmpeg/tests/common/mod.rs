//! Clips for the tests, made by the `ffmpeg` command on first use, and what that command says about their pictures.

#![allow(dead_code, reason = "each test program uses its share")]

pub(crate) mod made;
pub(crate) mod net;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Made by `ffmpeg` with these words, `OUT` standing for the file; made again when they change.
pub(crate) fn clip(name: &str, line: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clips");
    fs::create_dir_all(&folder).unwrap();
    let (path, note) = (folder.join(name), folder.join(format!("{name}.made-by")));
    let lock = File::options().read(true).write(true).create(true).truncate(false).open(&note).unwrap();
    lock.lock().unwrap();
    if !path.exists() || fs::read_to_string(&note).unwrap() != line {
        let words = line.split_whitespace().map(|word| if word == "OUT" { name } else { word });
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]).args(words).current_dir(&folder);
        assert!(command.status().unwrap().success(), "ffmpeg cannot make {name}");
        fs::write(&note, line).unwrap();
    }
    path
}

/// A sample clip of `cargo xtask setup`.
pub(crate) fn sample(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/media").join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

/// Time and SHA-256 of every picture, by the `ffmpeg` command.
pub(crate) fn reference(path: &Path) -> Vec<(i64, String)> {
    let is_mp4 = path.extension().is_some_and(|extension| extension == "mp4" || extension == "mov");
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-noautorotate"]);
    if is_mp4 {
        // An edit list shifts and does not trim, as everywhere in millpond.
        command.args(["-advanced_editlist", "0"]);
    }
    command.args(["-copyts", "-i"]).arg(path);
    command.args(["-map", "0:V:0", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-autoscale", "0"]);
    command.args(["-f", "framehash", "-hash", "sha256", "-"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    let fields = |line: &str| -> Vec<String> { line.split(',').map(|field| field.trim().to_owned()).collect() };
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(fields);
    lines.map(|fields| (fields[2].parse().unwrap(), fields[5].clone())).collect()
}
