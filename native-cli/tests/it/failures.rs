//! Every exit code but success, one clear line, and nothing left behind.

use crate::common::{clip, command, folder, listing, millpond, plain_scene, render, scene, shell};
use std::fs;
use tempfile::TempDir;

/// Renders to a file, expects this failure, and that nothing new lies in the folder.
fn fails(folder: &TempDir, output: &str, code: i32, name: &str) {
    let before = listing(folder);
    render(folder, &["-o", output, "--hash", "frames.txt"]).expect_error(code, name);
    assert_eq!(listing(folder), before);
}

#[test]
fn wrong_usage() {
    for arguments in [
        &["--nope"][..],
        &[],
        &["render"],
        &["frob"],
        &["frame", "x.json", "--at", "-1", "-o", "x.png"],
        &["mel", "x", "-o", "y", "--profile", "no"],
    ] {
        millpond(arguments).expect_error(2, "E_USAGE");
    }
    assert!(millpond(["--help"]).expect(0).stdout.contains("render"));
}

#[test]
fn scenes_that_cannot_be_read() {
    millpond(["render", "/no/such/scene.json", "-o", "null"]).expect_error(2, "E_SCENE_UNREADABLE");
    let broken = folder("{", &[]);
    fails(&broken, "out.mp4", 2, "E_SCENE_JSON");
    let many = folder(r#"{"version": 1, "canvas": {"width": 0, "what": 1}, "assets": {}}"#, &[]);
    let outcome = render(&many, &["-o", "null"]).expect(2);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert!(lines[0].starts_with("error[E_SCENE_") && lines[0].ends_with("problems: scene.json"), "{}", lines[0]);
    assert!(lines.len() >= 4 && lines[1..].iter().all(|line| line.starts_with("  E_SCENE_")), "{}", outcome.stderr);
    let endless = folder(&scene(r#""assets": {}, "layers": []"#), &[]);
    fails(&endless, "out.mp4", 2, "E_NO_DURATION");
}

#[test]
fn media_that_are_missing_empty_garbage_or_cut_short() {
    let text = plain_scene().replace(r#""version""#, r#""duration": 1, "version""#);
    let dir = folder(&text, &[]);
    fails(&dir, "out.mp4", 3, "E_MEDIA_MISSING");
    fs::create_dir(dir.path().join("clip.mp4")).unwrap();
    fails(&dir, "out.mp4", 3, "E_MEDIA_MISSING");
    let garbage: Vec<u8> = (0..40_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let whole = fs::read(clip()).unwrap();
    // The index of this clip stands at its end, so its first half is a file that promises pictures it does not have.
    for bytes in [&[][..], &garbage, &whole[..whole.len() / 2], b"\x89PNG\r\n\x1a\nnothing"] {
        let dir = folder(&text, &[]);
        fs::write(dir.path().join("clip.mp4"), bytes).unwrap();
        let before = listing(&dir);
        let outcome = render(&dir, &["-o", "out.mp4"]).expect(3);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert_eq!(listing(&dir), before);
    }
}

#[test]
fn a_damaged_clip_is_shown_with_a_warning() {
    let mut bytes = fs::read(clip()).unwrap();
    let media = bytes.windows(4).position(|window| window == b"mdat").unwrap();
    bytes[media + 3000..media + 9000].fill(0x5a);
    let dir = folder(&plain_scene(), &[]);
    fs::write(dir.path().join("clip.mp4"), bytes).unwrap();
    let outcome = render(&dir, &["-o", "null", "--json"]).expect(0);
    let warning = outcome.events().into_iter().find(|event| event["event"] == "warning").unwrap();
    assert_eq!(warning["code"], "W_DAMAGED");
    assert_eq!(outcome.last_event()["frames"], 50);
}

#[test]
fn outputs_that_cannot_be_written() {
    let dir = folder(&plain_scene(), &[&clip()]);
    fails(&dir, "missing/out.mp4", 4, "E_OUTPUT");
    fails(&dir, "/dev/full", 4, "E_OUTPUT");
    fs::create_dir(dir.path().join("dir.mp4")).unwrap();
    fails(&dir, "dir.mp4", 4, "E_OUTPUT");
    let before = listing(&dir);
    render(&dir, &["-o", "out.mp4", "--hash", "/dev/full"]).expect_error(4, "E_OUTPUT");
    render(&dir, &["-o", "out.mp4", "--hash", "missing/frames.txt"]).expect_error(4, "E_OUTPUT");
    assert_eq!(listing(&dir), before);
    for arguments in [&["schema"][..], &["probe", "clip.mp4"], &["render", "scene.json", "-o", "null"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = command().current_dir(&dir).args(arguments).stdout(full).output().unwrap().status;
        assert_eq!(status.code(), Some(4), "{arguments:?}");
    }
}

/// A limit on file sizes acts like a full disk: writing fails in the middle of the file, or at its very end.
#[test]
fn a_full_disk_leaves_nothing() {
    let dir = folder(&plain_scene(), &[&clip()]);
    let binary = env!("CARGO_BIN_EXE_millpond");
    for (line, output) in [
        ("render scene.json", "out.mp4"),
        ("remux clip.mp4", "out.mkv"),
        ("remux clip.mp4", "out.ts"),
        ("remux clip.mp4 --fragmented", "out.mp4"),
        ("frame scene.json --at 0", "out.png"),
    ] {
        shell(dir.path(), &format!("'{binary}' {line} -o {output}"));
        let blocks = fs::metadata(dir.path().join(output)).unwrap().len() / 512;
        fs::remove_file(dir.path().join(output)).unwrap();
        let before = listing(&dir);
        for limit in [0, 1, blocks / 2, blocks - 1] {
            let limited = format!("trap '' XFSZ; ulimit -f {limit}; '{binary}' {line} -o {output} 2>&1; test $? = 4");
            shell(dir.path(), &limited);
            assert_eq!(listing(&dir), before, "{line}, limit {limit}");
        }
    }
}

#[test]
fn what_is_not_supported() {
    let mut unknown = fs::read(clip()).unwrap();
    let codec = unknown.windows(4).position(|window| window == b"avc1").unwrap();
    unknown[codec..codec + 4].copy_from_slice(b"zzzz");
    let dir = folder(&plain_scene(), &[]);
    fs::write(dir.path().join("clip.mp4"), unknown).unwrap();
    fails(&dir, "out.mp4", 5, "E_UNSUPPORTED_CODEC");
    let dir = folder(&plain_scene(), &[&clip()]);
    fails(&dir, "out.mkv", 5, "E_UNSUPPORTED_OUTPUT");
    millpond(["frame", dir.path().join("scene.json").to_str().unwrap(), "--at", "0", "-o", "x.jpg"])
        .expect_error(5, "E_UNSUPPORTED_OUTPUT");
}

#[test]
fn a_closed_pipe_is_no_reason_to_panic() {
    let dir = folder(&plain_scene(), &[&clip()]);
    let binary = env!("CARGO_BIN_EXE_millpond");
    for arguments in ["schema", "render scene.json -o null --json", "probe clip.mp4", "--help"] {
        let stderr = shell(dir.path(), &format!("('{binary}' {arguments} 2>&1 >&3 | cat) 3>&1 | true"));
        assert!(!String::from_utf8_lossy(&stderr).contains("panic"), "{arguments}");
    }
}
