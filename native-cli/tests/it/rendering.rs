//! Frames that come out, and what a render reports.

use crate::common::{clip, ffmpeg_hashes, ffprobe, folder, hashes, listing, made, plain_scene, render, sample, scene};

#[test]
fn an_untouched_clip_has_the_hashes_of_ffmpeg() {
    let clip = clip();
    let folder = folder(&plain_scene(), &[&clip]);
    let outcome = render(&folder, &["-o", "null", "--hash", "frames.txt"]).expect(0);
    assert_eq!(hashes(&folder.path().join("frames.txt")), ffmpeg_hashes(&clip, ""));
    assert!(outcome.stdout.contains("50 frames"), "{}", outcome.stdout);
    assert_eq!(listing(&folder), ["clip.mp4", "frames.txt", "scene.json"]);
}

#[test]
fn times_of_frames_are_in_lowest_terms() {
    let text = plain_scene().replace("25/1", "30000/1001").replace(r#""version""#, r#""duration": 0.12, "version""#);
    let folder = folder(&text, &[&clip()]);
    render(&folder, &["-o", "null", "--hash", "frames.txt"]).expect(0);
    let text = std::fs::read_to_string(folder.path().join("frames.txt")).unwrap();
    let times: Vec<&str> = text.lines().map(|line| line.split('\t').nth(1).unwrap()).collect();
    assert_eq!(times, ["0/1", "1001/30000", "1001/15000", "1001/10000"]);
}

#[test]
fn a_file_is_tagged_whole_and_as_long_as_the_scene() {
    let folder = folder(&plain_scene(), &[&clip()]);
    render(&folder, &["-o", "out.mp4"]).expect(0);
    let out = folder.path().join("out.mp4");
    assert_eq!(ffprobe(&out, "v:0", "stream=codec_name,width,height,pix_fmt"), "h264,320,180,yuv420p");
    assert_eq!(
        ffprobe(&out, "v:0", "stream=color_range,color_space,color_transfer,color_primaries"),
        "tv,bt709,bt709,bt709"
    );
    assert_eq!(ffprobe(&out, "v:0", "stream=r_frame_rate,nb_frames"), "25/1,50");
    assert_eq!(ffprobe(&out, "v:0", "format=duration"), "2.000000");
    assert_eq!(ffprobe(&out, "a:0", "stream=codec_name"), "", "a scene without sounds has no sound");
    // The index stands before the media, so that playing can begin at once.
    let bytes = std::fs::read(&out).unwrap();
    let at = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"));
}

#[test]
fn an_odd_canvas_is_hashed_as_it_is_and_encoded_even() {
    for format in ["i420", "rgba"] {
        let text = plain_scene()
            .replace(r#""width": 320, "height": 180"#, &format!(r#""width": 33, "height": 17, "format": "{format}""#));
        let folder = folder(&text, &[&clip()]);
        let outcome = render(&folder, &["-o", "out.mp4", "--hash", "odd.txt"]).expect(0);
        assert!(outcome.stderr.contains("warning[W_ODD_CANVAS]"), "{}", outcome.stderr);
        assert_eq!(ffprobe(&folder.path().join("out.mp4"), "v:0", "stream=width,height,nb_frames"), "34,18,50");
        assert_eq!(hashes(&folder.path().join("odd.txt")).len(), 50);
    }
}

#[test]
fn an_existing_file_is_replaced() {
    let folder = folder(&plain_scene(), &[&clip()]);
    std::fs::write(folder.path().join("out.mp4"), "old").unwrap();
    render(&folder, &["-o", "out.mp4"]).expect(0);
    assert_eq!(ffprobe(&folder.path().join("out.mp4"), "v:0", "stream=nb_frames"), "50");
    assert_eq!(listing(&folder), ["clip.mp4", "out.mp4", "scene.json"]);
}

/// Four pieces of one clip, each from another in-point: clips open and close in mid-stream, and each picture is the
/// untouched clip's at that time.
#[test]
fn pieces_of_a_clip_are_cut_to_the_frame_without_allocating() {
    let bikes = sample("bikes.mp4");
    let offsets = [4.0, 0.2, 8.0, 1.04];
    let layer = |index: usize| {
        let (start, end) = (index as f64 * 0.8, (index + 1) as f64 * 0.8);
        format!(r#"{{"asset": "bikes", "start": {start:.1}, "end": {end:.1}, "offset": {}}}"#, offsets[index])
    };
    let layers: Vec<String> = (0..4).map(layer).collect();
    let rest = format!(r#""assets": {{"bikes": {{"src": "bikes.mp4"}}}}, "layers": [{}]"#, layers.join(", "));
    let text = scene(&rest).replace(r#""width": 320, "height": 180"#, r#""width": 640, "height": 272"#);
    let folder = folder(&text, &[&bikes]);
    let outcome = render(&folder, &["-o", "null", "--hash", "frames.txt", "--json"]).expect(0);
    let source = ffmpeg_hashes(&bikes, "");
    let expected: Vec<&String> =
        (0..80).map(|frame| &source[(offsets[frame / 20] * 25.0_f64).round() as usize + frame % 20]).collect();
    assert_eq!(hashes(&folder.path().join("frames.txt")).iter().collect::<Vec<_>>(), expected);
    let done = outcome.last_event();
    assert_eq!(done["steady_allocations"], 0, "{done}");
    assert!(done["open_allocations"].as_u64().unwrap() > 0, "{done}");
}

#[test]
fn nothing_allocates_per_frame_with_sound_hash_and_many_layers() {
    let layer =
        |index: usize| format!(r#"{{"asset": "clip", "rect": [{}, 0, 80, 45], "offset": 0.{index}}}"#, index * 40);
    let layers: Vec<String> = (0..8).map(layer).collect();
    let rest = format!(
        r#""assets": {{"clip": {{"src": "clip.mp4"}}}}, "layers": [{}], "audio": [{{"asset": "clip"}}], "duration": 2"#,
        layers.join(", ")
    );
    let folder = folder(&scene(&rest), &[&clip()]);
    let done = render(&folder, &["-o", "out.mp4", "--hash", "frames.txt", "--json"]).expect(0).last_event();
    assert_eq!((&done["frames"], &done["steady_allocations"]), (&50.into(), &0.into()), "{done}");
}

#[test]
fn every_supported_pixel_format_is_shown_and_others_are_refused() {
    let source = "-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.2";
    for (name, arguments) in [
        ("mjpeg.mov", "-c:v mjpeg -pix_fmt yuvj422p"),
        ("high10.mp4", "-c:v libx264 -pix_fmt yuv420p10le"),
        ("full444.mp4", "-c:v libx264 -pix_fmt yuv444p -bf 0"),
        ("prores.mov", "-c:v prores_ks -pix_fmt yuv422p10le"),
        ("vp9.webm", "-c:v libvpx-vp9 -pix_fmt yuv420p -deadline realtime"),
        ("hevc.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"),
        ("gray.mkv", "-c:v ffv1 -pix_fmt gray"),
        ("rgb.avi", "-c:v rawvideo -pix_fmt bgr24"),
        ("argb.mov", "-c:v qtrle -pix_fmt rgb24"),
        ("mpeg4.avi", "-c:v mpeg4"),
        ("stream.ts", "-c:v libx264 -pix_fmt yuv420p -bf 2"),
        ("moving.gif", ""),
    ] {
        let file = made(name, &format!("{source} {arguments}"));
        let text = plain_scene().replace("clip.mp4", name).replace(r#""version""#, r#""duration": 0.2, "version""#);
        let folder = folder(&text, &[&file]);
        let outcome = render(&folder, &["-o", "null", "--json"]);
        assert_eq!(outcome.expect(0).last_event()["frames"], 5, "{name}");
    }
    let file = made("deep.mkv", &format!("{source} -c:v ffv1 -pix_fmt yuv420p16le"));
    let folder = folder(&plain_scene().replace("clip.mp4", "deep.mkv"), &[&file]);
    render(&folder, &["-o", "null"]).expect_error(5, "E_UNSUPPORTED_FORMAT");
}
