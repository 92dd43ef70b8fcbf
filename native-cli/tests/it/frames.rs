//! Single frames: the same pixels as the render has at that time, wherever the demuxer must seek to.

use crate::common::{Outcome, clip, command, folder, made, plain_scene, render, sample, shell};
use std::path::Path;

/// The frame at `time` as RGBA bytes, by the `frame` command and decoded by the `image` crate.
fn frame(folder: &Path, time: &str) -> Vec<u8> {
    let status =
        command().current_dir(folder).args(["frame", "scene.json", "--at", time, "-o", "still.png"]).status().unwrap();
    assert!(status.success());
    image::open(folder.join("still.png")).unwrap().into_rgba8().into_raw()
}

#[test]
fn a_frame_is_the_one_that_the_render_has_then() {
    for (name, arguments) in [
        ("clip.mp4", None),
        ("seek.mkv", Some("-i clip.mp4 -c copy")),
        ("seek.ts", Some("-i clip.mp4 -map 0:v -c copy")),
        ("opengop.mp4", Some("-i clip.mp4 -map 0:v -c:v libx264 -x264-params open-gop=1:keyint=12:bframes=3")),
        ("seek.avi", Some("-i clip.mp4 -map 0:v -c:v mpeg4 -g 12")),
    ] {
        let clip = clip();
        let file = arguments.map_or(clip, |arguments| made(name, arguments));
        // On an RGBA canvas the hash is that of the pixels that the still shows.
        let text = plain_scene().replace("clip.mp4", name).replace(r#""width""#, r#""format": "rgba", "width""#);
        let text = text.replace(r#""version""#, r#""duration": 1.9, "version""#);
        let folder = folder(&text, &[&file]);
        render(&folder, &["-o", "null", "--hash", "frames.txt"]).expect(0);
        let hashes = crate::common::hashes(&folder.path().join("frames.txt"));
        for index in [0, 1, 13, 19, 20, 21, 35, 46] {
            std::fs::write(folder.path().join("still.rgba"), frame(folder.path(), &format!("{index}/25"))).unwrap();
            let sum = String::from_utf8(shell(folder.path(), "sha256sum still.rgba")).unwrap();
            assert_eq!(sum.split_whitespace().next().unwrap(), hashes[index], "{name}, frame {index}");
        }
    }
}

#[test]
fn a_time_between_frames_shows_the_earlier_one() {
    let folder = folder(&plain_scene(), &[&clip()]);
    assert_eq!(frame(folder.path(), "0.0799"), frame(folder.path(), "0.04"));
    assert_ne!(frame(folder.path(), "0.0799"), frame(folder.path(), "0.08"));
}

#[test]
fn there_is_no_frame_past_the_end() {
    let folder = folder(&plain_scene(), &[&clip()]);
    let run = |time: &str| {
        let output =
            command().current_dir(&folder).args(["frame", "scene.json", "--at", time, "-o", "still.png"]).output();
        Outcome::from(output.unwrap())
    };
    run("1.99").expect(0);
    std::fs::remove_file(folder.path().join("still.png")).unwrap();
    run("2").expect_error(2, "E_TIME_OUTSIDE");
    assert!(!folder.path().join("still.png").exists());
}

#[test]
fn a_still_of_the_sample_has_its_size() {
    let text = plain_scene()
        .replace("clip.mp4", "bigbuckbunny.mp4")
        .replace(r#""width": 320, "height": 180"#, r#""width": 1280, "height": 720"#);
    let folder = folder(&text, &[&sample("bigbuckbunny.mp4")]);
    assert_eq!(frame(folder.path(), "2.5").len(), 1280 * 720 * 4);
}
