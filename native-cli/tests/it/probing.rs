//! What `probe` says about files with known properties.

use crate::common::{clip, ffprobe, made, millpond, sample};
use serde_json::Value;
use std::path::Path;

fn probe(file: &Path) -> Value {
    millpond(["probe", file.to_str().unwrap(), "--json"]).expect(0).last_event()
}

#[test]
fn the_sample_is_described() {
    let info = probe(&sample("bigbuckbunny.mp4"));
    assert_eq!(info["container"], "mov,mp4,m4a,3gp,3g2,mj2");
    let video = &info["streams"][0];
    for (field, value) in [
        ("kind", Value::from("video")),
        ("codec", "h264".into()),
        ("width", 1280.into()),
        ("height", 720.into()),
        ("pixel_format", "yuv420p".into()),
        ("frame_rate", "25/1".into()),
        ("duration", "132/25".into()),
        ("rotation_degrees", 0.into()),
        ("pixel_aspect", "1/1".into()),
        ("field_order", "progressive".into()),
    ] {
        assert_eq!(video[field], value, "{field}");
    }
    assert_eq!(video["color"]["resolved"], serde_json::json!({"matrix": "bt709", "range": "limited"}));
    assert_eq!((&info["streams"][1]["rate_hz"], &info["streams"][1]["channels"]), (&48_000.into(), &6.into()));
    let primed = probe(&made("primed.mp4", "-f lavfi -i sine=duration=0.3 -c:a aac"));
    assert_eq!(primed["streams"][0]["priming_samples"], 1024);
    let text = millpond(["probe", sample("bigbuckbunny.mp4").to_str().unwrap()]).expect(0).stdout;
    assert!(text.contains("h264, 1280x720 yuv420p, 25.000 fps"), "{text}");
}

#[test]
fn container_and_bitstream_colors_are_told_apart() {
    let color = |file: &Path| probe(file)["streams"][0]["color"].clone();
    let tags = |matrix: &str, range: &str| serde_json::json!({"matrix": matrix, "range": range});
    // QuickTime's colour atom has no range.
    let quicktime = color(&clip());
    assert_eq!(
        (&quicktime["container"], &quicktime["bitstream"]),
        (&tags("bt709", "unspecified"), &tags("bt709", "limited"))
    );
    // The bitstream says BT.601 full range, and the container is told BT.709 limited.
    let differing = made(
        "differing.mp4",
        "-i clip.mp4 -map 0:v -c copy -bsf:v h264_metadata=matrix_coefficients=6:video_full_range_flag=1 \
         -colorspace bt709 -color_range tv -movflags +write_colr",
    );
    let color = color(&differing);
    assert_eq!(color["bitstream"], tags("bt601", "full"), "{color}");
    assert_eq!(color["container"], tags("bt709", "limited"), "{color}");
    assert_eq!(color["resolved"], tags("bt709", "limited"), "{color}");
}

#[test]
fn turns_and_pixel_aspect_are_read() {
    let turned = made("turned.mp4", "-i clip.mp4 -map 0:v -c copy -metadata:s:v rotate=90");
    // ffprobe counts counter-clockwise.
    let counter_clockwise: i64 = ffprobe(&turned, "v:0", "stream_side_data=rotation").parse().unwrap();
    assert!(counter_clockwise == 90 || counter_clockwise == -90);
    assert_eq!(probe(&turned)["streams"][0]["rotation_degrees"], (360 - counter_clockwise) % 360);
    let wide = made(
        "wide.mp4",
        "-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.2 -vf setsar=64/45 -c:v libx264 -pix_fmt yuv420p",
    );
    assert_eq!(probe(&wide)["streams"][0]["pixel_aspect"], "64/45");
}

#[test]
fn two_fields_are_told() {
    let fields = made(
        "fields.mkv",
        "-f lavfi -i testsrc2=size=64x48:rate=50:duration=0.4,tinterlace=interleave_bottom -c:v mpeg2video -flags +ildct+ilme",
    );
    assert!(ffprobe(&fields, "v:0", "frame=interlaced_frame,top_field_first").starts_with("1,0"));
    assert_eq!(probe(&fields)["streams"][0]["field_order"], "bottom_first");
    let text = millpond(["probe", fields.to_str().unwrap()]).expect(0).stdout;
    assert!(text.contains("two fields (bottom_first)"), "{text}");
}

#[test]
fn what_is_no_media_file_is_refused() {
    millpond(["probe", "/no/such/file"]).expect_error(3, "E_MEDIA_MISSING");
    millpond(["probe", file!()]).expect(3);
    millpond(["probe", "http://127.0.0.1:9/x.mp4"]).expect_error(3, "E_PROTOCOL_REFUSED");
}
