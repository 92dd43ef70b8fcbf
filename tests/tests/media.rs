//! The clips of the other tests are what their names say, by FFmpeg's own word: a colour test over a clip that lost its
//! tags would prove nothing.

use std::process::Command;

use millpond_tests::media;
use millpond_tests::programs::succeed;
use serde_json::Value;

/// What ffprobe says about the first stream of a clip, and the first picture of it.
fn probe(clip: &str) -> Value {
    let entries = "stream=width,height,r_frame_rate,start_time,color_space,color_range,sample_aspect_ratio,pix_fmt,\
                   has_b_frames,codec_name:stream_side_data=rotation:frame=color_space,color_range";
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v:0", "-of", "json", "-read_intervals", "%+#1"]);
    command.args(["-show_entries", entries]).arg(media::folder().join(clip));
    serde_json::from_slice(&succeed(&mut command)).expect("JSON from ffprobe")
}

/// The tags in the container's colour box: matrix coefficients and whether the range is full.
fn colour_box(clip: &str) -> Option<(u16, bool)> {
    let bytes = std::fs::read(media::folder().join(clip)).expect("a clip that was made");
    let at = bytes.windows(8).rposition(|eight| eight == b"colrnclx")? + 8;
    Some((u16::from_be_bytes([bytes[at + 4], bytes[at + 5]]), bytes[at + 6] & 0x80 != 0))
}

/// The tags in the bitstream: those of the stream taken out of its container.
fn bitstream_tags(clip: &str) -> (Value, Value) {
    let bare = format!("bare-{clip}.h264");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-i", clip, "-c", "copy", "-f", "h264", &bare]);
    succeed(command.current_dir(media::folder()));
    let stream = probe(&bare)["streams"][0].take();
    (stream["color_space"].clone(), stream["color_range"].clone())
}

#[test]
fn colour_tags_stand_where_they_should() {
    let none = (Value::Null, Value::Null);
    let tags = |matrix: &str, range: &str| (Value::from(matrix), Value::from(range));
    let bt601 = tags("smpte170m", "tv");
    for (clip, container, bitstream) in [
        (media::plain(), Some((1, false)), tags("bt709", "tv")),
        (media::untagged(), None, none.clone()),
        (media::bt601(), Some((6, false)), bt601.clone()),
        (media::bt601_in_bitstream(), None, bt601.clone()),
        (media::bt601_in_container(), Some((6, false)), none),
        (media::tags_disagree(), Some((1, false)), bt601),
        (media::full_range(), Some((1, true)), tags("bt709", "pc")),
        (media::full_range_in_bitstream(), None, tags("bt709", "pc")),
    ] {
        assert_eq!(colour_box(clip), container, "{clip}: container");
        assert_eq!(bitstream_tags(clip), bitstream, "{clip}: bitstream");
    }
}

#[test]
fn rotations() {
    // FFmpeg counts counter-clockwise.
    for (clip, rotation) in [(media::rotated_90(), -90), (media::rotated_180(), 180), (media::rotated_270(), 90)] {
        let stream = probe(clip)["streams"][0].take();
        let is = stream["side_data_list"][0]["rotation"].as_i64().unwrap();
        assert_eq!(is.rem_euclid(360), i64::rem_euclid(rotation, 360), "{clip}");
    }
}

#[test]
fn shapes_and_formats() {
    for (clip, field, value) in [
        (media::wide_pixels(), "sample_aspect_ratio", "64:45"),
        (media::tall_pixels(), "sample_aspect_ratio", "8:9"),
        (media::odd_444(), "pix_fmt", "yuv444p"),
        (media::ten_bit(), "pix_fmt", "yuv420p10le"),
        (media::vp9_odd(), "codec_name", "vp9"),
        (media::av1(), "codec_name", "av1"),
        (media::ntsc(), "r_frame_rate", "30000/1001"),
    ] {
        assert_eq!(probe(clip)["streams"][0][field], value, "{clip}: {field}");
    }
    for clip in [media::odd_444(), media::vp9_odd()] {
        let stream = probe(clip)["streams"][0].take();
        assert_eq!((&stream["width"], &stream["height"]), (&161.into(), &91.into()), "{clip}");
    }
    assert_eq!(probe(media::b_frames())["streams"][0]["has_b_frames"], 2);
}

/// The presentation times of all packets, in order, without the edit list.
fn raw_times(clip: &str) -> Vec<f64> {
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "error",
        "-ignore_editlist",
        "1",
        "-select_streams",
        "v:0",
        "-show_entries",
        "packet=pts_time",
    ]);
    let listing = succeed(command.args(["-of", "csv=p=0"]).arg(media::folder().join(clip)));
    let listing = String::from_utf8(listing).expect("text from ffprobe");
    let mut times: Vec<f64> = listing.lines().filter_map(|line| line.trim_end_matches(',').parse().ok()).collect();
    times.sort_by(f64::total_cmp);
    times
}

#[test]
fn edit_lists_and_uneven_times() {
    // Cut at 0.72 s, the key frame before it at 0.48 s: six pictures stand in the file that are never shown.
    assert_eq!(raw_times(media::edit_list()).len(), 18);
    let bytes = std::fs::read(media::folder().join(media::empty_edit())).unwrap();
    let at = bytes.windows(4).rposition(|four| four == b"elst").unwrap();
    assert_eq!(&bytes[at + 8..at + 12], [0, 0, 0, 2], "two edits");
    assert_eq!(&bytes[at + 16..at + 20], [255; 4], "the first one is empty");

    let times = raw_times(media::variable_rate());
    let mut distances: Vec<i64> = times.windows(2).map(|pair| ((pair[1] - pair[0]) * 30.0).round() as i64).collect();
    distances.sort_unstable();
    distances.dedup();
    assert!(distances.len() >= 3, "distances in thirtieths of a second: {distances:?}");
}
