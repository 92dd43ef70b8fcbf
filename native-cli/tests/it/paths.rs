//! What a scene may open: files in its folder, and nothing else unless the caller says so.

use crate::common::{Outcome, clip, command, folder, listing, plain_scene, render};
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn with_src(src: &str) -> String {
    plain_scene().replace("clip.mp4", src).replace(r#""version""#, r#""duration": 0.2, "version""#)
}

/// Renders a scene whose clip is `src`; the clip lies in a neighbouring folder.
fn reach(src: &str, arguments: &[&str]) -> Outcome {
    let outer = TempDir::new().unwrap();
    let (inner, other) = (outer.path().join("scene"), outer.path().join("other"));
    for folder in [&inner, &other] {
        fs::create_dir(folder).unwrap();
    }
    fs::copy(clip(), other.join("clip.mp4")).unwrap();
    symlink("../other/clip.mp4", inner.join("link.mp4")).unwrap();
    symlink("../other", inner.join("door")).unwrap();
    let src = src.replace("OTHER", other.to_str().unwrap());
    fs::write(inner.join("scene.json"), with_src(&src)).unwrap();
    command().current_dir(&inner).args(["render", "scene.json", "-o", "null"]).args(arguments).output().unwrap().into()
}

#[test]
fn a_src_may_not_leave_the_folder() {
    for src in ["../other/clip.mp4", "OTHER/clip.mp4", "link.mp4", "door/clip.mp4", "../no/such.mp4", "/no/such.mp4"] {
        reach(src, &[]).expect_error(2, "E_PATH_ESCAPES");
    }
    reach("sub/../../other/clip.mp4", &[]).expect_error(2, "E_PATH_ESCAPES");
}

#[test]
fn an_allowed_folder_may_be_reached() {
    for src in ["../other/clip.mp4", "link.mp4", "door/clip.mp4"] {
        reach(src, &["--allow-path", "../other"]).expect(0);
    }
    reach("../other/clip.mp4", &["--allow-path", "/usr"]).expect_error(2, "E_PATH_ESCAPES");
}

#[test]
fn addresses_need_an_allowed_protocol() {
    for src in ["http://127.0.0.1:9/a.mp4", "file:///etc/passwd", "concat://a", "data://x"] {
        reach(src, &[]).expect_error(3, "E_PROTOCOL_REFUSED");
    }
    // Allowed, but nobody listens there.
    let outcome = reach("http://127.0.0.1:9/a.mp4", &["--allow-protocol", "http"]).expect(3);
    assert!(!outcome.stderr.contains("E_PROTOCOL_REFUSED"), "{}", outcome.stderr);
}

#[test]
fn odd_names_are_names() {
    for name in ["concat:a|b.mp4", "a:b.mp4", "%d.mp4", "-.mp4", "subfile,,start,0,end,9,,:x.mp4"] {
        let folder = folder(&with_src(name), &[]);
        fs::copy(clip(), folder.path().join(name)).unwrap();
        render(&folder, &["-o", "null"]).expect(0);
    }
}

#[test]
fn playlists_do_not_open_other_files() {
    let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n";
    let remote = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n";
    let concat = "ffconcat version 1.0\nfile secret.mp4\n";
    let sdp =
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n";
    for (name, text) in [
        ("list.m3u8", hls),
        ("clip.mp4", hls),
        ("remote.m3u8", remote),
        ("list.ffconcat", concat),
        ("clip.mp4", concat),
        ("stream.sdp", sdp),
    ] {
        let folder = folder(&with_src(name), &[]);
        fs::copy(clip(), folder.path().join("secret.mp4")).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let before = listing(&folder);
        render(&folder, &["-o", "out.mp4"]).expect_error(3, "E_FORMAT_REFUSED");
        assert_eq!(listing(&folder), before);
    }
}
