//! Pushed pictures: raw frames and clips.

use crate::common::{clip, ffmpeg_hashes, folder, hashes, render, scene, shell};

fn input_scene(format: &str) -> String {
    let rest = r#""assets": {"mouth": {"input": {"width": 320, "height": 180, "format": "FORMAT"}}},
        "layers": [{"asset": "mouth"}], "duration": 1"#;
    scene(&rest.replace("FORMAT", format))
}

#[test]
fn raw_frames_follow_the_canvas_and_the_last_one_stays() {
    let clip = clip();
    let folder = folder(&input_scene("i420"), &[]);
    shell(folder.path(), &format!("ffmpeg -v error -i '{}' -frames:v 10 -f rawvideo mouth.yuv", clip.display()));
    render(&folder, &["-o", "null", "--hash", "frames.txt", "--input", "mouth=mouth.yuv"]).expect(0);
    let mut expected = ffmpeg_hashes(&clip, "");
    expected.truncate(10);
    expected.resize(25, expected[9].clone());
    assert_eq!(hashes(&folder.path().join("frames.txt")), expected);
}

#[test]
fn a_clip_follows_the_canvas_time() {
    let clip = clip();
    let folder = folder(&input_scene("i420").replace("25/1", "50/1"), &[]);
    let input = format!("mouth={}", clip.display());
    let outcome = render(&folder, &["-o", "null", "--hash", "frames.txt", "--input", &input, "--json"]).expect(0);
    let source = ffmpeg_hashes(&clip, "");
    let expected: Vec<&String> = (0..50).map(|frame| &source[frame / 2]).collect();
    assert_eq!(hashes(&folder.path().join("frames.txt")).iter().collect::<Vec<_>>(), expected);
    assert_eq!(outcome.last_event()["steady_allocations"], 0);
    // Y'CbCr pictures for an RGBA input are converted.
    let folder = crate::common::folder(&input_scene("rgba"), &[]);
    render(&folder, &["-o", "null", "--input", &input]).expect(0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = folder(
        &input_scene("rgba").replace("320, \"height\": 180, \"format\"", "64, \"height\": 64, \"format\""),
        &[&clip()],
    );
    let render = |arguments: &[&str]| render(&folder, &[&["-o", "null"], arguments].concat());
    render(&[]).expect_error(2, "E_INPUT_MISSING");
    render(&["--input", "mouth"]).expect_error(2, "E_USAGE");
    render(&["--input", "nose=clip.mp4", "--input", "mouth=clip.mp4"]).expect_error(2, "E_INPUT_UNKNOWN");
    render(&["--input", "mouth=no.raw"]).expect_error(3, "E_MEDIA_MISSING");
    render(&["--input", "mouth=clip.mp4"]).expect_error(2, "E_INPUT_MISMATCH");
    std::fs::write(folder.path().join("short.raw"), [0; 100]).unwrap();
    render(&["--input", "mouth=short.raw"]).expect_error(2, "E_INPUT_MISMATCH");
    std::fs::write(folder.path().join("one.raw"), vec![9; 64 * 64 * 4]).unwrap();
    render(&["--input", "mouth=one.raw"]).expect(0);
}
