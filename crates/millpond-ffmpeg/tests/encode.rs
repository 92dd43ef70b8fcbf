//! Encoding: what comes out of each codec and container is whole by the `ffprobe` and `ffmpeg` commands, lossless codecs
//! give back every bit, and pictures come home.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::made::{Made, encode_pictures, picture, pool, raw_pictures, raw_sound, said, scratch, tone};
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, FrameLayout, PixelFormat, Range};
use millpond_ffmpeg::{
    AudioEncoder, AudioEncoderConfig, Error, Flow, Muxer, MuxerConfig, Packet, State, VideoEncoder, VideoEncoderConfig,
    VideoFrame,
};
use std::path::Path;
use std::process::Command;

const RATE: Rational = Rational::new_raw(25, 1);

fn config(codec: &str, format: PixelFormat, width: u32, height: u32) -> VideoEncoderConfig {
    let color = if format.is_rgb() { ColorDescription::SRGB } else { ColorDescription::BT709 };
    VideoEncoderConfig { format, color, ..VideoEncoderConfig::new(codec, width, height, RATE) }
}

/// What `ffprobe` has to say about a file: nothing but these entries.
fn probed(path: &Path, entries: &str) -> serde_json::Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-of", "json", "-show_entries", entries]).arg(path);
    serde_json::from_str(&said(&mut command)).unwrap()
}

/// How exact a codec is.
#[derive(Clone, Copy, PartialEq)]
enum Exact {
    /// To the bit.
    Lossless,
    /// Peak signal to noise in dB, at least, over all samples.
    Decibels(f64),
}
use Exact::{Decibels, Lossless};

type Case =
    (&'static str, PixelFormat, (u32, u32), &'static [&'static str], &'static [(&'static str, &'static str)], Exact);

/// Codec, format, size, containers, options.
const PICTURES: &[Case] = {
    use PixelFormat::*;
    const FAST: &[(&str, &str)] = &[("preset", "ultrafast")];
    const LIVE: &[(&str, &str)] = &[("deadline", "realtime"), ("cpu-used", "8"), ("b", "2M")];
    &[
        (
            "h264",
            I420,
            (96, 64),
            &["mp4", "mov", "mkv", "ts", "flv", "h264"],
            &[("preset", "veryfast"), ("bf", "3")],
            Decibels(30.0),
        ),
        ("libx264", I444, (97, 65), &["mkv"], &[("preset", "ultrafast"), ("qp", "0")], Lossless),
        ("libx264", I422P10, (96, 65), &["mp4"], FAST, Decibels(30.0)),
        ("libx264", Nv12, (96, 64), &["mp4"], FAST, Decibels(30.0)),
        (
            "hevc",
            I420,
            (96, 64),
            &["mp4", "mkv", "ts", "hevc"],
            &[("preset", "ultrafast"), ("x265-params", "log-level=none")],
            Decibels(30.0),
        ),
        (
            "hevc",
            I420P10,
            (96, 64),
            &["mov"],
            &[("preset", "ultrafast"), ("x265-params", "log-level=none")],
            Decibels(30.0),
        ),
        ("vp9", I420, (97, 65), &["webm", "mkv", "mp4", "ivf"], LIVE, Decibels(30.0)),
        ("av1", I420, (96, 64), &["mp4", "webm", "obu"], &[("preset", "12"), ("crf", "30")], Decibels(30.0)),
        (
            "libaom-av1",
            I420P10,
            (98, 66),
            &["mkv"],
            &[("cpu-used", "8"), ("usage", "realtime"), ("crf", "30")],
            Decibels(30.0),
        ),
        (
            "mjpeg",
            I420,
            (97, 65),
            &["mov", "mkv", "mjpeg"],
            &[("global_quality", "118"), ("flags", "+qscale")],
            Decibels(30.0),
        ),
        ("mjpeg", I444, (97, 65), &["mkv"], &[("global_quality", "118"), ("flags", "+qscale")], Decibels(30.0)),
        ("png", Rgb24, (97, 65), &["mov", "mkv"], &[], Lossless),
        ("png", Rgba8, (97, 65), &["mov"], &[], Lossless),
        ("prores", I422P10, (96, 64), &["mov", "mkv"], &[("profile", "hq")], Decibels(30.0)),
        ("ffv1", I420, (97, 65), &["mkv"], &[], Lossless),
        ("rawvideo", I420, (97, 65), &["yuv"], &[], Lossless),
    ]
};

#[test]
fn every_codec_and_container_round_trips() {
    for (codec, format, (width, height), containers, options, exact) in PICTURES {
        let mut config = config(codec, *format, *width, *height);
        if *codec == "mjpeg" {
            config.color.range = Some(Range::Full);
        }
        config.options = options.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        for container in *containers {
            let path = scratch(&format!("{codec}-{format}.{container}"));
            let Made { pictures, .. } = encode_pictures(&config, &path, 12);
            if *container != "yuv" {
                let said = probed(&path, "stream=nb_read_frames,width,height");
                let stream = &said["streams"][0];
                assert_eq!(stream["nb_read_frames"], "12", "{codec} in {container}: {said}");
                assert_eq!((&stream["width"], &stream["height"]), (&(*width).into(), &(*height).into()));
            }
            let got = raw_pictures(&path, *format, *width, *height);
            assert_eq!(got.len(), 12, "{codec} {format} in {container}");
            for (index, (expected, got)) in pictures.iter().zip(&got).enumerate() {
                match *exact {
                    Lossless => assert!(expected == got, "{codec} {format} in {container}, picture {index}"),
                    Decibels(least) => {
                        let db = peak_to_noise(expected, got, format.is_ten_bit());
                        assert!(db >= least, "{codec} {format} in {container}, picture {index}: {db:.1} dB");
                    }
                }
            }
        }
    }
}

fn peak_to_noise(a: &[u8], b: &[u8], is_ten_bit: bool) -> f64 {
    let squares: f64 = if is_ten_bit {
        let words = |bytes: &[u8]| -> Vec<f64> {
            bytes.chunks_exact(2).map(|word| f64::from(u16::from_le_bytes([word[0], word[1]])) / 4.0).collect()
        };
        let (a, b) = (words(a), words(b));
        a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64
    } else {
        a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>() / a.len() as f64
    };
    10.0 * (255.0 * 255.0 / squares.max(1e-9)).log10()
}

#[test]
fn tags_arrive() {
    let path = scratch("tags.mp4");
    let mut config = config("libx264", PixelFormat::I420, 96, 64);
    config.color = ColorDescription { primaries: 9, transfer: 16, matrix: 9, range: Some(Range::Limited) };
    config.pixel_aspect = (4, 3);
    config.gop = Some(5);
    config.profile = Some("main".into());
    encode_pictures(&config, &path, 12);
    let entries = "stream=color_range,color_space,color_transfer,color_primaries,sample_aspect_ratio,avg_frame_rate,\
        profile,codec_tag_string,duration";
    let said = probed(&path, entries);
    let expected = serde_json::json!({
        "profile": "Main", "codec_tag_string": "avc1", "sample_aspect_ratio": "4:3", "color_range": "tv",
        "color_space": "bt2020nc", "color_transfer": "smpte2084", "color_primaries": "bt2020",
        "avg_frame_rate": "25/1", "duration": "0.480000",
    });
    assert_eq!(said["streams"][0], expected);
    let hevc = scratch("tags-hevc.mp4");
    let mut config = self::config("hevc", PixelFormat::I420, 96, 64);
    config.options = vec![("x265-params".into(), "log-level=none".into())];
    encode_pictures(&config, &hevc, 3);
    assert_eq!(probed(&hevc, "stream=codec_tag_string")["streams"][0]["codec_tag_string"], "hvc1");
}

#[test]
fn sound_round_trips() {
    // Codec, containers, rate, channels, and the largest difference of a sample.
    type Case = (&'static str, &'static [&'static str], u32, usize, Option<u32>, f32);
    let cases: [Case; 10] = [
        ("aac", &["mp4", "mkv", "ts", "aac", "flv"], 44_100, 2, None, 0.05),
        ("aac", &["m4a"], 48_000, 6, None, 0.06),
        ("opus", &["ogg", "webm", "mkv"], 48_000, 2, None, 0.1),
        ("mp3", &["mp3", "mkv"], 44_100, 1, None, 0.05),
        ("flac", &["flac", "mkv", "ogg"], 44_100, 2, None, 0.5 / 32_768.0),
        ("flac", &["flac"], 96_000, 1, Some(24), 0.6 / 8_388_608.0),
        ("pcm_s16le", &["wav", "mkv", "mov", "pcm"], 44_100, 2, None, 0.5 / 32_768.0),
        ("pcm_s24le", &["wav"], 48_000, 2, None, 1.1 / 8_388_608.0),
        ("pcm_f32le", &["wav", "f32le"], 48_000, 2, None, 0.0),
        ("pcm_u8", &["wav"], 8000, 1, None, 0.51 / 128.0),
    ];
    for (codec, containers, rate_hz, channels, sample_bits, bound) in cases {
        let samples = tone(rate_hz, channels, 30_000);
        for container in containers {
            let path = scratch(&format!("{codec}-{channels}-{rate_hz}.{container}"));
            let config = AudioEncoderConfig { sample_bits, ..AudioEncoderConfig::new(codec, rate_hz, channels) };
            encode_sound(config, &path, &samples);
            let is_raw = matches!(*container, "pcm" | "f32le");
            if !is_raw {
                probed(&path, "stream=codec_name");
            }
            let got = raw_sound(&path, rate_hz, channels, codec, is_raw);
            // Streams without a place for it keep their priming, and lossy ones fill up the last packet.
            let has_gapless =
                !(matches!(*container, "ts" | "aac" | "flv") || matches!(codec, "aac" | "mp3") && *container == "mkv");
            let late = if has_gapless { 0 } else { alignment(&samples, &got, channels) };
            assert!(late <= 2304, "{codec} in {container}: {late} samples late");
            let is_exact = bound < 0.01;
            let frames = got.len() / channels;
            if is_exact || (has_gapless && *container != "mkv" && codec != "aac") {
                assert_eq!(frames, 30_000, "{codec} in {container}");
            } else {
                assert!((30_000..30_000 + 2500).contains(&(frames - late)), "{codec} in {container}: {frames}");
            }
            // Of what is not lossless the mean error, because tones that begin at once smear.
            let errors = (0..29_000 * channels)
                .map(|index| (got[index + late * channels] - samples[index % channels][index / channels]).abs());
            let worst =
                if is_exact { errors.fold(0.0, f32::max) } else { errors.sum::<f32>() / (29_000 * channels) as f32 };
            assert!(worst <= bound, "{codec} in {container}: {worst}");
        }
    }
}

/// By how many samples `got` is late.
fn alignment(samples: &[Vec<f32>], got: &[f32], channels: usize) -> usize {
    let distance = |late: usize| -> f64 {
        (0..2000).map(|n| f64::from((got[(n + 5000 + late) * channels] - samples[0][n + 5000]).powi(2))).sum()
    };
    (0..=2304).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap()
}

/// Encodes blocks of uneven lengths.
fn encode_sound(config: AudioEncoderConfig, path: &Path, samples: &[Vec<f32>]) {
    let mut encoder = AudioEncoder::new(config);
    encoder.open().unwrap();
    let mut muxer = Muxer::to_file(path, &MuxerConfig::default()).unwrap();
    let stream = muxer.add_encoder(&encoder).unwrap();
    muxer.open().unwrap();
    let mut packet = Packet::new();
    let mut write = |encoder: &mut AudioEncoder, muxer: &mut Muxer| loop {
        match encoder.receive(&mut packet).unwrap() {
            Flow::Done => muxer.write(stream, &mut packet).unwrap(),
            flow => break flow,
        }
    };
    let (mut at, mut length) = (0, 1);
    while at < samples[0].len() {
        let end = (at + length).min(samples[0].len());
        let block: Vec<&[f32]> = samples.iter().map(|channel| &channel[at..end]).collect();
        encoder.send(&block, None).unwrap();
        assert_eq!(write(&mut encoder, &mut muxer), Flow::NeedMore);
        (at, length) = (end, length * 2 % 8191);
    }
    encoder.send_end().unwrap();
    assert_eq!(write(&mut encoder, &mut muxer), Flow::Ended);
    assert_eq!(muxer.repaired(), 0, "{}", path.display());
    muxer.finish().unwrap();
}

#[test]
fn a_long_block_is_taken_whole_and_a_gap_passes() {
    let mut encoder = AudioEncoder::new(AudioEncoderConfig::new("aac", 48_000, 1));
    encoder.open().unwrap();
    assert_eq!(encoder.frame_samples(), Some(1024));
    let long = vec![0.1; 100 * 1024 + 100];
    encoder.send(&[&long], Some(5000)).unwrap();
    // The 100 samples are filled up with silence, and the rest of the gap shows in the times.
    let next = 5000 + 100 * 1024 + 100 + 48_000;
    encoder.send(&[&long[..1024]], Some(next)).unwrap();
    let refused = encoder.send(&[&long[..1024]], Some(next)).unwrap_err();
    assert_eq!(refused.code(), "E_BAD_PARAMETER");
    encoder.send_end().unwrap();
    let mut packet = Packet::new();
    let mut times = Vec::new();
    while encoder.receive(&mut packet).unwrap() == Flow::Done {
        times.push(packet.pts().unwrap());
    }
    // Priming, 100 packets, the one that was filled up, the one behind the gap.
    assert_eq!(times[0], 5000 - 1024);
    assert_eq!(times[101], 5000 + 100 * 1024);
    assert!(times.contains(&next) || times.iter().any(|time| (next - 1024..=next).contains(time)), "{times:?}");
    assert_eq!(encoder.send(&[&long], None).unwrap_err().code(), "E_WRONG_STATE");
    let mut encoder = AudioEncoder::new(AudioEncoderConfig::new("aac", 48_000, 2));
    encoder.open().unwrap();
    assert_eq!(encoder.send(&[&long], None).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(encoder.send(&[&long, &long[1..]], None).unwrap_err().code(), "E_BAD_PARAMETER");
}

#[test]
fn a_forced_key_frame_is_one_to_begin_with() {
    for codec in ["libx264", "libx265", "libvpx-vp9", "mpeg4"] {
        let mut config = config(codec, PixelFormat::I420, 96, 64);
        if codec == "libx265" {
            config.options = vec![("x265-params".into(), "log-level=none".into())];
        }
        config.gop = Some(250);
        let mut encoder = VideoEncoder::new(config);
        encoder.open().unwrap();
        let pool = pool(encoder.config(), 4);
        let (mut packet, mut keys) = (Packet::new(), Vec::new());
        let mut note = |encoder: &mut VideoEncoder| {
            while encoder.receive(&mut packet).unwrap() == Flow::Done {
                keys.extend(packet.is_key().then(|| packet.pts().unwrap()));
            }
        };
        for n in 0..30 {
            if n % 7 == 0 {
                encoder.force_key_frame();
            }
            assert_eq!(encoder.send(&picture(&pool, n), n).unwrap(), Flow::Done);
            note(&mut encoder);
        }
        encoder.send_end().unwrap();
        note(&mut encoder);
        assert_eq!(keys, [0, 7, 14, 21, 28], "{codec}");
    }
}

#[test]
fn a_full_encoder_takes_nothing_and_loses_nothing() {
    let mut encoder = VideoEncoder::new(config("ffv1", PixelFormat::I420, 96, 64));
    encoder.open().unwrap();
    let pool = pool(encoder.config(), 8);
    let (mut packet, mut sent, mut received) = (Packet::new(), 0, Vec::new());
    while sent < 40 {
        let frame = picture(&pool, sent);
        match encoder.send(&frame, sent).unwrap() {
            Flow::Done => sent += 1,
            Flow::Full => {
                assert_eq!(encoder.receive(&mut packet).unwrap(), Flow::Done);
                received.push(packet.pts().unwrap());
            }
            flow => panic!("{flow:?}"),
        }
    }
    assert!(!received.is_empty(), "it was never full");
    encoder.send_end().unwrap();
    while encoder.receive(&mut packet).unwrap() == Flow::Done {
        received.push(packet.pts().unwrap());
    }
    assert_eq!(encoder.receive(&mut packet).unwrap(), Flow::Ended);
    assert_eq!(received, (0..40).collect::<Vec<_>>());
}

/// Encoders that keep what they got: for lookahead, for B-frames, on threads of their own.
#[test]
fn every_picture_comes_home() {
    type Case = (&'static str, PixelFormat, &'static [(&'static str, &'static str)]);
    let cases: [Case; 6] = [
        ("libx264", PixelFormat::I420, &[("rc-lookahead", "20"), ("bf", "3")]),
        ("libx265", PixelFormat::I420, &[("bf", "4"), ("x265-params", "log-level=none")]),
        ("mpeg4", PixelFormat::I420, &[("bf", "3"), ("b_strategy", "0")]),
        ("png", PixelFormat::Rgb24, &[("threads", "4")]),
        ("prores_ks", PixelFormat::I422P10, &[("threads", "3")]),
        ("libvpx-vp9", PixelFormat::I420, &[("lag-in-frames", "10"), ("cpu-used", "8")]),
    ];
    let mut most_held = 0;
    for (codec, format, options) in cases {
        // To the end; then dropped in mid-stream, in draining, closed in mid-stream.
        for end in 0..4 {
            let mut config = config(codec, format, 96, 64);
            config.options = options.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            let mut encoder = VideoEncoder::new(config);
            encoder.open().unwrap();
            let pool = pool(encoder.config(), 64);
            let mut packet = Packet::new();
            for n in 0..30 {
                assert_eq!(encoder.send(&picture(&pool, n), n).unwrap(), Flow::Done, "{codec}");
                while encoder.receive(&mut packet).unwrap() == Flow::Done {}
                most_held = most_held.max(pool.stats().in_use);
            }
            if end == 0 || end == 2 {
                encoder.send_end().unwrap();
            }
            if end == 0 {
                while encoder.receive(&mut packet).unwrap() == Flow::Done {}
                assert_eq!(encoder.receive(&mut packet).unwrap(), Flow::Ended);
            }
            if end == 3 {
                encoder.close();
                assert_eq!(encoder.state(), State::Closed);
                assert_eq!(pool.stats().in_use, 0, "{codec} when closed");
                // And once more from the start.
                encoder.open().unwrap();
                assert_eq!(encoder.send(&picture(&pool, 0), 0).unwrap(), Flow::Done);
            }
            drop((encoder, packet));
            let stats = pool.stats();
            assert_eq!((stats.in_use, stats.total_acquires), (0, stats.total_releases), "{codec}, end {end}");
        }
    }
    assert!(most_held > 2, "no encoder kept a picture: the test tests nothing");
}

#[test]
fn a_picture_for_two_encoders_is_one_slot() {
    let mut encoders: Vec<VideoEncoder> = ["png", "ffv1"]
        .map(|codec| {
            VideoEncoder::new(config(
                codec,
                if codec == "png" { PixelFormat::Rgb24 } else { PixelFormat::I420 },
                96,
                64,
            ))
        })
        .into();
    encoders.remove(0);
    encoders.push(VideoEncoder::new(config("libx264", PixelFormat::I420, 96, 64)));
    let pool = pool(encoders[0].config(), 1);
    for encoder in &mut encoders {
        encoder.open().unwrap();
    }
    let frame: VideoFrame = picture(&pool, 0);
    let other = frame.share().unwrap();
    drop(frame);
    for encoder in &mut encoders {
        assert_eq!(encoder.send(&other, 0).unwrap(), Flow::Done);
    }
    assert_eq!(pool.stats().in_use, 1);
    drop((other, encoders));
    assert_eq!(pool.stats().in_use, 0);
}

#[test]
fn a_call_in_the_wrong_state_names_both_and_changes_nothing() {
    use State::{Closed, Created, Draining, Opened, Streaming};
    let cheap = || VideoEncoder::new(config("ffv1", PixelFormat::I420, 96, 64));
    let pool = pool(cheap().config(), 4);
    let reach = |state: State| {
        let mut encoder = cheap();
        if state != Created {
            encoder.open().unwrap();
        }
        if matches!(state, Streaming | Draining) {
            assert_eq!(encoder.send(&picture(&pool, 0), 0).unwrap(), Flow::Done);
        }
        if state == Draining {
            encoder.send_end().unwrap();
        }
        if state == Closed {
            encoder.close();
        }
        assert_eq!(encoder.state(), state);
        encoder
    };
    type Call<'a> = (&'static str, Box<dyn Fn(&mut VideoEncoder) -> Result<(), Error> + 'a>, &'static [State]);
    let calls: [Call<'_>; 4] = [
        ("open", Box::new(VideoEncoder::open), &[Created, Closed]),
        ("send", Box::new(|encoder| encoder.send(&picture(&pool, 1), 1).map(|_| ())), &[Opened, Streaming]),
        ("send_end", Box::new(VideoEncoder::send_end), &[Opened, Streaming]),
        (
            "receive",
            Box::new(|encoder| encoder.receive(&mut Packet::new()).map(|_| ())),
            &[Opened, Streaming, Draining],
        ),
    ];
    for (name, call, allowed) in &calls {
        for state in [Created, Opened, Streaming, Draining, Closed] {
            let mut encoder = reach(state);
            match call(&mut encoder) {
                Ok(()) => assert!(allowed.contains(&state), "{name} when {state}"),
                Err(error) => {
                    assert!(!allowed.contains(&state), "{name} when {state}: {error}");
                    assert_eq!((error.code(), encoder.state()), ("E_WRONG_STATE", state));
                    assert_eq!(error.to_string(), format!("{name} is not possible when {state}"));
                }
            }
        }
    }
    drop(calls);
    assert_eq!(pool.stats().in_use, 0);
    let mut sound = AudioEncoder::new(AudioEncoderConfig::new("flac", 48_000, 1));
    assert_eq!(sound.send(&[&[0.0]], None).unwrap_err().to_string(), "send is not possible when created");
    sound.open().unwrap();
    assert_eq!(sound.open().unwrap_err().to_string(), "open is not possible when opened");
    sound.send_end().unwrap();
    assert_eq!(sound.send_end().unwrap_err().to_string(), "send_end is not possible when draining");
    sound.close();
    assert_eq!(sound.receive(&mut Packet::new()).unwrap_err().to_string(), "receive is not possible when closed");
    sound.open().unwrap();
}

#[test]
fn what_an_encoder_does_not_know_is_refused_with_near_names() {
    let refused = |change: &dyn Fn(&mut VideoEncoderConfig)| {
        let mut config = config("libx264", PixelFormat::I420, 96, 64);
        change(&mut config);
        let mut encoder = VideoEncoder::new(config);
        let error = encoder.open().unwrap_err();
        assert_eq!(encoder.state(), State::Created);
        format!("{} {} {error}", error.exit_code(), error.code())
    };
    let option = |name: &str, value: &str| {
        let (name, value) = (name.to_owned(), value.to_owned());
        refused(&move |config| config.options = vec![(name.clone(), value.clone())])
    };
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    starts(option("prset", "fast"), "2 E_UNKNOWN_OPTION libx264 has no option prset (near: preset");
    starts(option("nonsense\0", "1"), "2 E_UNKNOWN_OPTION");
    starts(
        option("motion-est", "hexx"),
        r#"2 E_OPTION_VALUE option motion-est of libx264 cannot be "hexx" (did you mean hex"#,
    );
    starts(option("bf", "-5"), r#"2 E_OPTION_VALUE option bf of libx264 cannot be "-5" (expected -1 to 2147483647)"#);
    starts(option("crf", "many"), r#"2 E_OPTION_VALUE option crf of libx264 cannot be "many""#);
    // An option of decoders.
    starts(option("skip_frame", "nokey"), "2 E_UNKNOWN_OPTION");
    starts(
        refused(&|config| config.preset = Some("veryfsat".into())),
        r#"2 E_OPTION_VALUE option preset of libx264 cannot be "veryfsat" (did you mean veryfast"#,
    );
    starts(
        refused(&|config| (config.codecs, config.tune) = (vec!["png".into()], Some("film".into()))),
        "5 E_UNSUPPORTED_OUTPUT png of i420 96x64 at 25 pictures a second is not supported (it takes rgb24, rgba, gray8",
    );
    starts(
        refused(&|config| {
            (config.codecs, config.tune, config.format) = (vec!["png".into()], Some("film".into()), PixelFormat::Rgb24);
        }),
        "2 E_UNKNOWN_OPTION png has no option tune",
    );
    starts(
        refused(&|config| config.codecs = vec!["libx246".into()]),
        "5 E_UNSUPPORTED_OUTPUT encoder libx246 is not supported (this FFmpeg has none of this name; near: libx264",
    );
    // A codec of sound is none of pictures.
    starts(refused(&|config| config.codecs = vec!["aac".into()]), "5 E_UNSUPPORTED_OUTPUT encoder aac");
    starts(refused(&|config| config.codecs.clear()), "5 E_UNSUPPORTED_OUTPUT");
    starts(refused(&|config| config.width = 0), "2 E_BAD_SIZE");
    starts(refused(&|config| config.width = 97), "5 E_UNSUPPORTED_OUTPUT libx264 of i420 97x64 at 25");
    starts(refused(&|config| config.format = PixelFormat::Yv12), "5 E_UNSUPPORTED_OUTPUT");
    starts(refused(&|config| config.frame_rate = Rational::new(0, 1)), "5 E_UNSUPPORTED_OUTPUT");
    starts(refused(&|config| config.time_base = Some(Rational::new(1, 1 << 40))), "5 E_UNSUPPORTED_OUTPUT");
    let sound = |config: AudioEncoderConfig| AudioEncoder::new(config).open().unwrap_err().to_string();
    starts(
        sound(AudioEncoderConfig::new("opus", 44_100, 2)),
        "libopus of 2 channels at 44100 Hz is not supported (it takes rates of 48000, 24000",
    );
    starts(sound(AudioEncoderConfig::new("mp3", 44_100, 6)), "libmp3lame of 6 channels at 44100 Hz");
    starts(sound(AudioEncoderConfig::new("aac", 44_100, 0)), "aac of 0 channels at 44100 Hz");
    starts(
        sound(AudioEncoderConfig { sample_bits: Some(20), ..AudioEncoderConfig::new("flac", 44_100, 2) }),
        "flac of 2 channels at 44100 Hz is not supported (it takes no samples of 20 bits)",
    );
}

#[test]
fn the_first_encoder_that_takes_everything_is_used() {
    let mut config = config("", PixelFormat::I420, 97, 64);
    config.codecs = ["h264_no_such", "libx264", "ffv1", "mpeg4"].map(str::to_owned).into();
    let mut encoder = VideoEncoder::new(config);
    assert_eq!(encoder.name(), None);
    encoder.open().unwrap();
    assert_eq!(encoder.name(), Some("ffv1"));
    let reasons: Vec<String> = encoder.refused().iter().map(Error::to_string).collect();
    assert!(reasons.len() == 2 && reasons[0].contains("h264_no_such") && reasons[1].contains("97x64"), "{reasons:?}");
}

#[test]
fn a_picture_that_does_not_fit_and_times_that_do_not_rise_are_refused() {
    let mut encoder = VideoEncoder::new(config("ffv1", PixelFormat::I420, 96, 64));
    encoder.open().unwrap();
    let pool = pool(encoder.config(), 2);
    let other = millpond_core::video::FramePool::frames(
        FrameLayout::aligned(PixelFormat::I420, 96, 62).unwrap(),
        millpond_core::pool::PoolConfig::fixed(1),
    )
    .unwrap();
    assert_eq!(encoder.send(&picture(&other, 0), 0).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(encoder.state(), State::Opened);
    assert_eq!(encoder.send(&picture(&pool, 0), 7).unwrap(), Flow::Done);
    for tick in [7, 6, i64::MIN] {
        assert_eq!(encoder.send(&picture(&pool, 0), tick).unwrap_err().code(), "E_BAD_PARAMETER");
    }
    drop(encoder);
    assert_eq!((pool.stats().in_use, other.stats().in_use), (0, 0));
}
