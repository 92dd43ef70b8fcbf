//! What stands beside the pixels and samples: said as `ffprobe` says it, kept by remuxing and rendering.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_core::video::Range;
use millpond_ffmpeg::{
    Access, Cancel, Clip, DecoderConfig, Demuxer, FieldOrder, Place, RemuxOptions, RenderOptions, remux, render,
};
use millpond_scene::Scene;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn said(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn ffprobe(path: &Path, entries: &str) -> Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json", "-show_entries", entries]);
    if path.extension().is_some_and(|extension| extension == "mp4" || extension == "mov") {
        command.args(["-advanced_editlist", "0"]);
    }
    serde_json::from_slice(&said(command.arg(path))).unwrap()
}

fn out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("carried");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// ffprobe's names of the numbers of ITU-T H.273.
fn number(names: &[(&str, u8)], value: &Value) -> u8 {
    let name = value.as_str().unwrap_or("unknown");
    names.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}")).1
}
const PRIMARIES: &[(&str, u8)] =
    &[("unknown", 2), ("bt709", 1), ("bt470bg", 5), ("smpte170m", 6), ("bt2020", 9), ("smpte432", 12)];
const TRANSFERS: &[(&str, u8)] =
    &[("unknown", 2), ("bt709", 1), ("smpte170m", 6), ("smpte2084", 16), ("arib-std-b67", 18), ("bt2020-10", 14)];
const MATRICES: &[(&str, u8)] = &[("unknown", 2), ("bt709", 1), ("bt470bg", 5), ("smpte170m", 6), ("bt2020nc", 9)];

/// Colours, shapes, fields and uneven times over codecs and containers.
const PICTURES: &[(&str, &str)] = &[
    (
        "hdr.mp4",
        "-f lavfi -i testsrc2=s=64x48:d=0.2 -pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=none \
         -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv OUT",
    ),
    (
        "full.mkv",
        "-f lavfi -i testsrc2=s=64x48:d=0.2 -vf setsar=4/3 -pix_fmt yuv420p -c:v libx264 \
         -color_primaries smpte170m -color_trc smpte170m -colorspace smpte170m -color_range pc OUT",
    ),
    (
        "p3.mov",
        "-f lavfi -i testsrc2=s=64x48:d=0.2 -vf setsar=10/11 -pix_fmt yuv422p10le -c:v prores_ks \
         -color_primaries smpte432 -color_trc bt709 -colorspace bt709 OUT",
    ),
    (
        "vp9_tags.webm",
        "-f lavfi -i testsrc2=s=64x48:d=0.2 -pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime -colorspace bt709 -color_range pc OUT",
    ),
    (
        "top.ts",
        "-f lavfi -i testsrc2=s=64x48:r=50:d=0.4 -vf tinterlace=interleave_top,setsar=16/15 -pix_fmt yuv420p \
         -c:v libx264 -flags +ildct+ilme -colorspace bt470bg -color_primaries bt470bg OUT",
    ),
    (
        "bottom.mkv",
        "-f lavfi -i testsrc2=s=64x48:r=50:d=0.4,tinterlace=interleave_bottom -pix_fmt yuv420p -c:v libx264 \
         -flags +ildct+ilme -x264opts bff=1 OUT",
    ),
    (
        "uneven.mp4",
        "-f lavfi -i testsrc2=s=64x48:r=30:d=1 -vf select='not(mod(n,4))+not(mod(n,7))' -vsync vfr -pix_fmt yuv420p \
         -c:v libx264 OUT",
    ),
];

#[test]
fn a_picture_says_what_ffprobe_says() {
    let entries = "frame=pts,pkt_duration,interlaced_frame,top_field_first,sample_aspect_ratio,color_range,color_space,\
        color_primaries,color_transfer:stream=color_range,color_space,color_primaries,color_transfer";
    for (name, line) in PICTURES {
        let path = clip(name, line);
        let expected = ffprobe(&path, entries);
        let place = Place::file(&path).unwrap();
        let mut clip = Clip::open(&place, &Access::default(), &Cancel::new(), DecoderConfig::default()).unwrap();
        // Of a stream ffprobe says what the container says, and only if that is nothing, what the decoder found.
        let stream = expected["streams"][0].clone();
        let expected = expected["frames"].as_array().unwrap();
        for (index, expected) in expected.iter().enumerate() {
            let picture = clip
                .read()
                .unwrap()
                .unwrap_or_else(|| panic!("{name}: {index} of {}", expected.as_array().map_or(0, Vec::len)));
            let (frame, at) = (picture.frame, format!("{name}, picture {index}: {expected}"));
            assert_eq!(frame.tick(), expected["pts"].as_i64(), "{at}");
            assert_eq!(frame.duration(), expected["pkt_duration"].as_i64().unwrap_or(0), "{at}");
            let color = frame.color();
            // The decoder of ProRes makes ffprobe forget what the container says; the encoder's words are the fact then.
            let told = |option: &str| line.split(' ').skip_while(|word| *word != option).nth(1).map(Value::from);
            let tag = |name: &str, option: &str| {
                let known = |tag: &&Value| tag.is_string() && *tag != "unknown";
                let said = [&stream[name], &expected[name]].into_iter().find(known);
                said.cloned().or_else(|| told(option)).unwrap_or(Value::Null)
            };
            assert_eq!(color.primaries, number(PRIMARIES, &tag("color_primaries", "-color_primaries")), "{at}");
            assert_eq!(color.transfer, number(TRANSFERS, &tag("color_transfer", "-color_trc")), "{at}");
            assert_eq!(color.matrix, number(MATRICES, &tag("color_space", "-colorspace")), "{at}");
            let range = tag("color_range", "-color_range");
            let range = range.as_str().filter(|range| *range != "unknown");
            assert_eq!(
                color.range,
                range.map(|range| if range == "pc" { Range::Full } else { Range::Limited }),
                "{at}"
            );
            let order = match (expected["interlaced_frame"].as_i64(), expected["top_field_first"].as_i64()) {
                (Some(1), Some(1)) => FieldOrder::TopFirst,
                (Some(1), _) => FieldOrder::BottomFirst,
                _ => FieldOrder::Progressive,
            };
            assert_eq!(frame.field_order(), order, "{at}");
            let (width, height) = frame.pixel_aspect();
            let aspect = expected["sample_aspect_ratio"].as_str().unwrap_or("0:1");
            let is_square = width == 0 || height == 0 || width == height;
            assert!(aspect == format!("{width}:{height}") || is_square && (aspect == "0:1" || aspect == "1:1"), "{at}");
        }
        assert!(clip.read().unwrap().is_none(), "{name}");
    }
}

/// Sound that begins late, early, with priming and without, beside pictures.
const STARTS: &[(&str, &str)] = &[
    (
        "late.mp4",
        "-f lavfi -i testsrc2=s=64x48:d=1 -itsoffset 0.4 -f lavfi -i sine=d=0.6 -pix_fmt yuv420p -c:v libx264 -c:a aac OUT",
    ),
    ("late.mkv", "-f lavfi -i testsrc2=s=64x48:d=1 -itsoffset 0.4 -f lavfi -i sine=d=0.6 -c:v mpeg4 -c:a libopus OUT"),
    ("late.ts", "-f lavfi -i testsrc2=s=64x48:d=1 -itsoffset 0.4 -f lavfi -i sine=d=0.6 -c:v mpeg2video -c:a mp2 OUT"),
    (
        "early.mp4",
        "-itsoffset 0.5 -f lavfi -i testsrc2=s=64x48:d=0.5 -f lavfi -i sine=d=1 -pix_fmt yuv420p -c:v libx264 -bf 2 -c:a aac OUT",
    ),
    (
        "primed.mp4",
        "-f lavfi -i testsrc2=s=64x48:d=1 -f lavfi -i sine=d=1 -pix_fmt yuv420p -c:v libx264 -bf 2 -c:a aac OUT",
    ),
    (
        "primed.webm",
        "-f lavfi -i testsrc2=s=64x48:d=1 -f lavfi -i sine=d=1 -c:v libvpx -deadline realtime -c:a libopus OUT",
    ),
];

#[test]
fn streams_begin_and_end_where_ffprobe_says() {
    for (name, line) in STARTS {
        let path = clip(name, line);
        let expected = ffprobe(&path, "stream=start_pts,duration_ts,initial_padding,avg_frame_rate");
        let (video, audio) = (&expected["streams"][0], &expected["streams"][1]);
        let demuxer = Demuxer::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
        let (pictures, sound) = (demuxer.video().unwrap(), demuxer.audio().unwrap());
        assert_eq!(pictures.timing().start, video["start_pts"].as_i64(), "{name}: {video}");
        assert_eq!(sound.timing().start, audio["start_pts"].as_i64(), "{name}: {audio}");
        assert_eq!(sound.timing().duration, audio["duration_ts"].as_i64(), "{name}: {audio}");
        let rate = pictures.frame_rate().map(|rate| format!("{}/{}", rate.numer(), rate.denom()));
        assert_eq!(rate.as_deref(), video["avg_frame_rate"].as_str(), "{name}: {video}");
        let priming = match *name {
            "primed.webm" | "late.mkv" => 312,
            "primed.mp4" | "early.mp4" => 1024,
            _ => 0,
        };
        assert_eq!(sound.priming_samples(), priming, "{name}: {audio}");
    }
}

/// Times of the first packets of pictures and sound in seconds, and what is to be thrown away at both ends of the sound.
fn ends(path: &Path) -> (f64, Vec<(u64, u64)>) {
    let packets = ffprobe(path, "packet=stream_index,pts_time:packet_side_data");
    let packets = packets["packets"].as_array().unwrap();
    let first = |stream: u64| {
        let packet = packets.iter().find(|packet| packet["stream_index"].as_u64() == Some(stream)).unwrap();
        packet["pts_time"].as_str().unwrap().parse::<f64>().unwrap()
    };
    let skips = packets.iter().flat_map(|packet| packet["side_data_list"].as_array().into_iter().flatten());
    let skips = skips.filter(|data| data["side_data_type"] == "Skip Samples");
    let skips = skips.map(|data| (data["skip_samples"].as_u64().unwrap(), data["discard_padding"].as_u64().unwrap()));
    (first(1) - first(0), skips.collect())
}

#[test]
fn remuxing_keeps_offsets_between_streams_priming_padding_fields_and_uneven_times() {
    let moved = |from: &Path, to: &str| {
        let output = out(to);
        remux(&Place::file(from).unwrap(), &output, &RemuxOptions::default()).unwrap();
        output
    };
    for ((name, line), to) in
        STARTS.iter().zip(["late_2.mp4", "late_2.mkv", "late_ts.mkv", "early_2.mp4", "primed_2.mp4", "primed_2.webm"])
    {
        let path = clip(name, line);
        let (offset, skips) = ends(&path);
        let (kept, skips_kept) = ends(&moved(&path, to));
        // FFmpeg 5.1 forgets the priming of Opus where it writes Matroska, and so does its own `-c copy`: 6.5 ms.
        let bound = if to == "late_2.mkv" || to == "primed_2.webm" { 0.0071 } else { 0.0011 };
        assert!((kept - offset).abs() < bound, "{to}: {kept} instead of {offset}");
        assert_eq!(skips_kept, skips, "{to}");
        assert_eq!(skips.is_empty(), name.starts_with("late.mp4") || name.ends_with("ts"), "{name}: {skips:?}");
    }
    let entries = "frame=pts_time,interlaced_frame,top_field_first,sample_aspect_ratio,color_range,color_space,\
        color_primaries,color_transfer:stream=field_order,sample_aspect_ratio,color_range,color_space,color_primaries,\
        color_transfer,width,height,pix_fmt";
    for ((name, line), to) in PICTURES.iter().zip([
        "hdr_2.mkv",
        "full_2.mkv",
        "p3_2.mov",
        "vp9_2.webm",
        "top_2.ts",
        "bottom_2.mkv",
        "uneven_2.mov",
    ]) {
        let path = clip(name, line);
        let strip = |mut value: Value| {
            // Times are compared from the first one on: some containers begin elsewhere, and Matroska counts in ms.
            let mut first = None;
            for frame in value["frames"].as_array_mut().unwrap() {
                let time: f64 = frame["pts_time"].as_str().unwrap().parse().unwrap();
                let from = *first.get_or_insert(time);
                frame["pts_time"] = (((time - from) * 500.0).round() as i64).into();
            }
            value
        };
        assert_eq!(strip(ffprobe(&moved(&path, to), entries)), strip(ffprobe(&path, entries)), "{name} to {to}");
    }
}

/// Mono PCM at 48 kHz whose first sample is at time 0.
fn pcm(path: &Path) -> Vec<f32> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-copyts", "-i"]).arg(path);
    command.args([
        "-map",
        "0:a:0",
        "-af",
        "aresample=48000:async=1:first_pts=0,asetpts=N/SR/TB",
        "-ac",
        "1",
        "-f",
        "f32le",
        "-",
    ]);
    let bytes = said(&mut command);
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// By how many samples `b` comes later than `a`, where their cross-correlation is greatest.
fn lag(a: &[f32], b: &[f32]) -> i64 {
    const MOST: i64 = 480;
    let correlation = |lag: i64| -> f64 {
        let pairs =
            (0..a.len() as i64).filter_map(|at| Some((a[at as usize], *b.get(usize::try_from(at + lag).ok()?)?)));
        pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
    };
    (-MOST..=MOST).map(|lag| (lag, correlation(lag))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
}

#[test]
fn the_sound_of_a_render_is_within_a_millisecond_of_the_sources() {
    // Noise: it is like itself in one place only. In the folder of the clips.
    let noise = "-f lavfi -i anoisesrc=d=0.7:r=48000:a=0.4:seed=7";
    let pictures = "-f lavfi -i testsrc2=s=64x48:d=1.2";
    for (name, line) in [
        ("noise.mp4", format!("{pictures} {noise} -pix_fmt yuv420p -c:v libx264 -c:a aac OUT")),
        ("noise_late.mp4", format!("{pictures} -itsoffset 0.35 {noise} -pix_fmt yuv420p -c:v libx264 -c:a aac OUT")),
        ("noise_441.mkv", format!("{pictures} -itsoffset 0.25 {noise} -c:v mpeg4 -c:a libmp3lame -ar 44100 OUT")),
        ("noise.webm", format!("{pictures} {noise} -c:v libvpx -deadline realtime -c:a libopus OUT")),
        ("noise_flac.mkv", format!("{pictures} -itsoffset 0.1 {noise} -c:v mpeg4 -c:a flac OUT")),
        ("noise.mov", format!("{pictures} {noise} -c:v mpeg4 -c:a pcm_s16le OUT")),
    ] {
        let path = clip(name, &line);
        let text = format!(
            r#"{{"version": 1, "canvas": {{"width": 64, "height": 48, "frame_rate": "25/1"}},
            "assets": {{"clip": {{"src": "{name}"}}}}, "layers": [{{"asset": "clip"}}],
            "audio": [{{"asset": "clip"}}], "duration": 1.2}}"#
        );
        let output = out(&format!("{name}.rendered.mp4"));
        let options = RenderOptions {
            folder: path.parent().unwrap().to_owned(),
            output: Some(output.clone()),
            ..RenderOptions::default()
        };
        render(&Scene::from_json(&text).unwrap(), &options, &mut |_| Ok(())).unwrap();
        let (source, rendered) = (pcm(&path), pcm(&output));
        let late = lag(&source, &rendered);
        assert!(late.abs() <= 48, "{name}: {late} samples late");
        // It can be told: moved by two milliseconds it is.
        let moved = [&[0.0; 96][..], &rendered].concat();
        assert_eq!(lag(&source, &moved), late + 96, "{name}");
    }
}
