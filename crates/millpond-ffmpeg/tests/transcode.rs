//! Transcoding: pictures, times and samples arrive as they were as far as the codec allows, cut exactly; what goes wrong
//! ends everybody and leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::made::{raw_sound, said, scratch};
use common::{clip, reference};
use millpond_core::Rational;
use millpond_ffmpeg::{
    Access, AudioEncoderConfig, Cancel, Container, Demuxer, Error, MemoryFile, Muxer, MuxerConfig, Place,
    TranscodeOptions, TranscodeReport, Treatment, VideoEncoderConfig, transcode,
};
use std::path::{Path, PathBuf};
use std::process::Command;

const AV: &str = "-f lavfi -i testsrc2=s=192x108:d=3 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=3 \
    -pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 -c:a pcm_s16le -metadata title=Pond -metadata:s:a:0 language=eng OUT";

fn open(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

fn video(codec: &str) -> Treatment<VideoEncoderConfig> {
    Treatment::Encode(VideoEncoderConfig::new(codec, 0, 0, Rational::from_integer(0)))
}

fn audio(codec: &str) -> Treatment<AudioEncoderConfig> {
    Treatment::Encode(AudioEncoderConfig::new(codec, 0, 0))
}

/// Options for an output with these codecs.
fn options(video: Treatment<VideoEncoderConfig>, audio: Treatment<AudioEncoderConfig>) -> TranscodeOptions {
    TranscodeOptions { video, audio, ..TranscodeOptions::new(Container::Matroska) }
}

fn coded(from: &Path, to: &str, options: &TranscodeOptions) -> Result<(PathBuf, TranscodeReport), Error> {
    let path = scratch(to);
    let _ = std::fs::remove_file(&path);
    let muxer = Muxer::to_file(&path, &MuxerConfig::default())?;
    let report = transcode(open(from), muxer, options, &mut |_| {})?;
    Ok((path, report))
}

fn probed(path: &Path, entries: &str) -> serde_json::Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-of", "json", "-show_entries", entries]).arg(path);
    serde_json::from_str(&said(&mut command)).unwrap()
}

fn hashes(path: &Path) -> Vec<String> {
    reference(path).into_iter().map(|(_, hash)| hash).collect()
}

/// Presentation times in milliseconds, by `ffprobe`.
fn times(path: &Path) -> Vec<i64> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]);
    let listing = said(command.arg(path));
    let time = |line: &str| (line.trim_end_matches(',').parse::<f64>().unwrap() * 1000.0).round() as i64;
    let mut times: Vec<i64> = listing.lines().filter(|line| !line.is_empty()).map(time).collect();
    times.sort_unstable();
    times
}

#[test]
fn a_lossless_codec_gives_back_every_picture_sample_and_time() {
    let av = clip("transcode.mov", AV);
    let (path, report) = coded(&av, "lossless.mkv", &options(video("ffv1"), audio("flac"))).unwrap();
    assert_eq!((report.frames, report.damaged, report.repaired), (75, 0, 0));
    assert_eq!((report.encoders.as_slice(), report.warnings.len()), (["ffv1", "flac"].map(String::from).as_slice(), 0));
    assert_eq!(hashes(&path), hashes(&av));
    assert_eq!(times(&path), times(&av));
    let sound = |path: &Path| raw_sound(path, 44_100, 1, "", false);
    assert_eq!(sound(&path), sound(&av));
    let said = probed(&path, "format_tags=title:stream_tags=language");
    assert_eq!(said["format"]["tags"]["title"], "Pond");
    assert_eq!(said["streams"][1]["tags"]["language"], "eng");
    // An uneven rate stays uneven.
    let uneven = clip(
        "transcode_uneven.mp4",
        "-f lavfi -i testsrc2=s=96x64:r=30:d=1 -vf select='not(mod(n,4))+not(mod(n,7))' -vsync vfr -pix_fmt yuv420p -c:v libx264 OUT",
    );
    let (path, _) = coded(&uneven, "uneven.mp4", &options(video("libx264"), Treatment::Omit)).unwrap();
    assert_eq!(times(&path), times(&uneven));
}

#[test]
fn a_cut_is_exact_to_the_picture_and_the_sample() {
    let av = clip("transcode.mov", AV);
    let (all, samples) = (hashes(&av), raw_sound(&av, 44_100, 1, "", false));
    let mut options = options(video("ffv1"), audio("pcm_s16le"));
    // From between two key frames to between two pictures: pictures 16 to 40.
    (options.start, options.end) = (Some(Rational::new(63, 100)), Some(Rational::new(161, 100)));
    let (path, report) = coded(&av, "cut.mkv", &options).unwrap();
    assert_eq!(report.frames, 25);
    assert_eq!(hashes(&path), all[16..41]);
    // Times count from the start, so the first picture comes 10 ms later.
    assert_eq!(times(&path)[..2], [10, 50]);
    let got = raw_sound(&path, 44_100, 1, "", false);
    let from = (0.63_f64 * 44_100.0).round() as usize;
    assert_eq!(got, samples[from..from + (0.98_f64 * 44_100.0).round() as usize]);
    // Nothing is left between start and end.
    (options.start, options.end) = (Some(Rational::new(2, 1)), Some(Rational::new(1, 1)));
    assert_eq!(coded(&av, "nothing.mkv", &options).unwrap_err().code(), "E_BAD_PARAMETER");
    assert!(!scratch("nothing.mkv").exists());
}

#[test]
fn pictures_are_made_what_the_encoder_takes() {
    let source = |name: &str, filter: &str, format: &str| {
        let line = format!("-f lavfi -i testsrc2=s=194x110:d=0.4,{filter} -pix_fmt {format} -c:v ffv1 OUT");
        clip(name, &line)
    };
    let plain = source("fit_420.mkv", "null", "yuv420p");
    let odd = source("fit_97.mkv", "format=yuv444p,crop=97:65", "yuv420p");
    let rgb = source("fit_rgb.mkv", "null", "bgra");
    let ten = source("fit_10.mkv", "null", "yuv422p10le");
    let mut half = VideoEncoderConfig::new("libx264", 96, 0, Rational::from_integer(0));
    half.preset = Some("ultrafast".into());
    let cases = [
        (&plain, video("prores"), "fit.mov", "yuv422p10le", (194, 110)),
        (&plain, video("mjpeg"), "fit-jpeg.mov", "yuvj420p", (194, 110)),
        (&plain, video("png"), "fit-png.mov", "rgb24", (194, 110)),
        (&rgb, video("libx264"), "fit-rgb.mp4", "yuv420p", (194, 110)),
        (&ten, video("libx264"), "fit-10.mp4", "yuv422p10le", (194, 110)),
        (&ten, video("vp9"), "fit-vp9.webm", "yuv422p10le", (194, 110)),
        (&ten, video("mjpeg"), "fit-10.mjpeg", "yuvj422p", (194, 110)),
        (&odd, video("libx264"), "fit-odd.mp4", "yuv420p", (96, 64)),
        (&odd, video("ffv1"), "fit-odd.mkv", "yuv420p", (97, 65)),
        (&plain, Treatment::Encode(half), "fit-half.mp4", "yuv420p", (96, 110)),
        (&odd, video("png"), "fit-odd.mov", "rgb24", (97, 65)),
    ];
    for (from, video, to, format, (width, height)) in cases {
        let (path, report) = coded(from, to, &options(video, Treatment::Omit)).unwrap();
        let said = probed(&path, "stream=pix_fmt,width,height,nb_read_frames,sample_aspect_ratio");
        let stream = &said["streams"][0];
        assert_eq!((&stream["pix_fmt"], &stream["nb_read_frames"]), (&format.into(), &"10".into()), "{to}: {said}");
        assert_eq!((&stream["width"], &stream["height"]), (&width.into(), &height.into()), "{to}");
        let warned = report.warnings.iter().any(|warning| warning.code == "W_ODD_SIZE");
        assert_eq!(warned, to == "fit-odd.mp4", "{to}: {:?}", report.warnings);
        if to == "fit-half.mp4" {
            assert_eq!(stream["sample_aspect_ratio"], "97:48", "the shape of the picture stays");
        }
        // The pictures are the source's, by `ffmpeg`'s measure, which scales where it must.
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "info", "-nostdin", "-i"]).arg(&path).arg("-i").arg(from);
        command.args(["-lavfi", "[0:v]scale=194:110,format=yuv420p,setsar=1,setpts=N/25/TB[a];[1:v]scale=194:110,format=yuv420p,setsar=1,setpts=N/25/TB[b];[a][b]psnr", "-f", "null", "-"]);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let average: f64 = text.split("average:").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        // Matrices are not told and halved chroma is doubled again: this is as near as some come.
        assert!(average > 24.0, "{to}: {average} dB");
    }
}

#[test]
fn a_source_that_changes_in_mid_stream_fits_the_first_pictures() {
    let part = |name: &str, size: &str| {
        let line = format!("-f lavfi -i testsrc2=s={size}:d=0.4 -pix_fmt yuv420p -c:v libx264 -bf 0 OUT");
        std::fs::read(clip(name, &line)).unwrap()
    };
    let both = scratch("changing.ts");
    std::fs::write(&both, [part("change_a.ts", "128x72"), part("change_b.ts", "160x90")].concat()).unwrap();
    let (path, report) = coded(&both, "changed.mkv", &options(video("ffv1"), Treatment::Omit)).unwrap();
    // Times begin anew with the second part, whose pictures come late and are left out until they rise again.
    assert_eq!(report.frames + report.repaired, 20);
    let said = probed(&path, "stream=width,height,nb_read_frames");
    assert_eq!((&said["streams"][0]["width"], &said["streams"][0]["height"]), (&128.into(), &72.into()));
    assert_eq!(said["streams"][0]["nb_read_frames"], report.frames.to_string());
}

#[test]
fn sound_is_resampled_mixed_down_and_in_its_place() {
    // Rising tones: where a sample belongs cannot be mistaken.
    let line = |channels: usize, rate: u32, codec: &str| {
        let tone = |index: usize| format!("0.4*sin(2*PI*(200+{})*(t+t*t))", 90 * index);
        let list: Vec<String> = (0..channels).map(tone).collect();
        format!("-f lavfi -i aevalsrc={}:s={rate}:d=2 -c:a {codec} OUT", list.join("|"))
    };
    let stereo = clip("sound_stereo.wav", &line(2, 44_100, "pcm_s16le"));
    let deep = clip("sound_deep.flac", &line(1, 48_000, "flac").replace("-c:a flac", "-sample_fmt s32 -c:a flac"));
    let six = clip("sound_six.wav", &line(6, 48_000, "pcm_s16le").replace(":d=2", ":d=2:c=5.1"));
    let aac = clip("sound_aac.mp4", &line(2, 44_100, "aac"));
    // From, codec, to, rate, channels, by how much its samples may differ from what `ffmpeg` makes of the source.
    let cases = [
        (&stereo, "opus", "sound.ogg", 48_000, 2, 0.02),
        (&stereo, "flac", "sound.flac", 44_100, 2, 0.0),
        (&stereo, "aac", "sound.m4a", 44_100, 2, 0.02),
        (&deep, "flac", "deep.flac", 48_000, 1, 0.0),
        (&deep, "mp3", "deep.mp3", 48_000, 1, 0.02),
        (&six, "aac", "six.mp4", 48_000, 6, 0.02),
        (&aac, "pcm_s16le", "aac.wav", 44_100, 2, 0.0001),
        (&aac, "opus", "aac.webm", 48_000, 2, 0.02),
    ];
    for (from, codec, to, rate_hz, channels, bound) in cases {
        let (path, report) = coded(from, to, &options(Treatment::Omit, audio(codec))).unwrap();
        assert_eq!(report.warnings, [], "{to}");
        let said = probed(&path, "stream=sample_rate,channels,bits_per_raw_sample");
        assert_eq!(said["streams"][0]["sample_rate"], rate_hz.to_string(), "{to}");
        assert_eq!(said["streams"][0]["channels"], channels, "{to}");
        if to == "deep.flac" {
            assert_eq!(said["streams"][0]["bits_per_raw_sample"], "24");
        }
        let resampled = |path: &Path| {
            let mut command = Command::new("ffmpeg");
            command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
            command.args(["-ar", &rate_hz.to_string(), "-ac", &channels.to_string(), "-f", "f32le", "-"]);
            let bytes = command.output().unwrap().stdout;
            bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect::<Vec<f32>>()
        };
        let (expected, got) = (resampled(from), resampled(&path));
        let frames = |samples: &[f32]| samples.len() / channels;
        // The last packet of AAC is filled up.
        assert!((frames(&got) as i64 - frames(&expected) as i64).abs() < 1100, "{to}: {} frames", frames(&got));
        let count = expected.len().min(got.len());
        // AAC keeps only the lowest tones of the LFE channel.
        let is_heard = |index: &usize| channels < 6 || index % channels != 3;
        let differences = (0..count).filter(is_heard).map(|index| (expected[index] - got[index]).abs());
        let mean = differences.sum::<f32>() / count as f32;
        assert!(mean <= bound, "{to}: {mean}");
    }
    // Six channels to an encoder of two: left is L + C/√2 + Ls/√2.
    let (path, _) = coded(&six, "six.mp3", &options(Treatment::Omit, audio("mp3"))).unwrap();
    assert_eq!(probed(&path, "stream=channels")["streams"][0]["channels"], 2);
}

#[test]
fn a_gap_in_the_sound_is_filled_and_an_offset_kept() {
    // Sound from 0.5 s on, with a hole of half a second in it, beside pictures from 0.
    let line = "-f lavfi -i testsrc2=s=64x48:d=3 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=3 \
        -pix_fmt yuv420p -c:v libx264 -af aselect='gt(t,0.5)*not(between(t,1.5,2))' -c:a pcm_s16le OUT";
    let holed = clip("sound_hole.mkv", line);
    let (path, _) = coded(&holed, "hole.mkv", &options(Treatment::Copy, audio("pcm_s16le"))).unwrap();
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pts_time,duration_time"]);
    let listing = said(command.args(["-of", "csv=p=0"]).arg(&path));
    let numbers = |line: &str| line.split(',').map(|text| text.parse::<f64>().unwrap()).collect::<Vec<f64>>();
    let packets: Vec<Vec<f64>> = listing.lines().map(numbers).collect();
    assert!((packets[0][0] - 0.5).abs() < 0.03, "{:?}", packets[0]);
    // One behind the other without a hole, up to the end at 3 s.
    for pair in packets.windows(2) {
        assert!((pair[1][0] - pair[0][0] - pair[0][1]).abs() < 0.0021, "{pair:?}");
    }
    let last = packets.last().unwrap();
    assert!((last[0] + last[1] - 3.0).abs() < 0.03, "{last:?}");
    let samples = raw_sound(&path, 48_000, 1, "", false);
    // Where the hole was there is silence: 1.25 s behind the start of the sound.
    let silent = &samples[(1.05 * 48_000.0) as usize..(1.45 * 48_000.0) as usize];
    assert!(silent.iter().all(|sample| *sample == 0.0));
}

#[test]
fn streams_are_copied_or_left_out() {
    let av = clip("transcode.mov", AV);
    let (path, report) = coded(&av, "copy.mkv", &options(Treatment::Copy, audio("aac"))).unwrap();
    assert_eq!((report.frames, report.encoders), (0, vec!["aac".to_owned()]));
    assert_eq!(hashes(&path), hashes(&av));
    let (path, report) = coded(&av, "omit.mkv", &options(Treatment::Omit, Treatment::Copy)).unwrap();
    assert!(report.encoders.is_empty() && report.packets > 0);
    assert_eq!(probed(&path, "stream=codec_name")["streams"].as_array().unwrap().len(), 1);
    let error = coded(&av, "none.mkv", &options(Treatment::Omit, Treatment::Omit)).unwrap_err();
    assert_eq!(error.code(), "E_UNSUPPORTED_OUTPUT");
    // What is cut begins with a key frame: at 0.96 s, every 12 pictures.
    let mut cut = options(Treatment::Copy, Treatment::Omit);
    (cut.start, cut.end) = (Some(Rational::new(6, 10)), Some(Rational::new(19, 10)));
    let (path, _) = coded(&av, "copied_cut.mkv", &cut).unwrap();
    assert_eq!(hashes(&path)[..20], hashes(&av)[24..44]);
}

#[test]
fn rotation_is_kept_and_its_loss_is_said() {
    let plain = clip("turn.mp4", "-f lavfi -i testsrc2=s=96x64:d=0.4 -pix_fmt yuv420p -c:v libx264 OUT");
    let turned = scratch("turned.mp4");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-i"]).arg(&plain);
    said(command.args(["-c", "copy", "-metadata:s:v:0", "rotate=90"]).arg(&turned));
    let rotation =
        |path: &Path| probed(path, "stream_side_data=rotation")["streams"][0]["side_data_list"][0]["rotation"].clone();
    assert!(rotation(&turned).is_number());
    let (path, report) = coded(&turned, "turned-out.mp4", &options(video("libx264"), Treatment::Omit)).unwrap();
    assert_eq!((rotation(&path), report.warnings.len()), (rotation(&turned), 0));
    let (_, report) = coded(&turned, "turned-out.ts", &options(video("libx264"), Treatment::Omit)).unwrap();
    assert_eq!(report.warnings[0].code, "W_ROTATION_LOST");
}

#[test]
fn damaged_packets_are_skipped_and_counted() {
    let mut bytes = std::fs::read(clip("transcode.mov", AV)).unwrap();
    let media = bytes.windows(4).position(|window| window == b"mdat").unwrap();
    for at in (media + 8000..media + 60_000).step_by(3000) {
        bytes[at..at + 200].fill(0x5a);
    }
    let damaged = scratch("damaged.mov");
    std::fs::write(&damaged, bytes).unwrap();
    let (path, report) = coded(&damaged, "mended.mp4", &options(video("libx264"), audio("aac"))).unwrap();
    assert!(report.damaged > 0 && report.frames > 30, "{report:?}");
    assert_eq!(report.warnings[0].code, "W_DAMAGED");
    assert_eq!(probed(&path, "stream=nb_read_frames")["streams"][0]["nb_read_frames"], report.frames.to_string());
}

#[test]
fn what_fails_ends_everybody_and_leaves_nothing() {
    let av = clip("transcode.mov", AV);
    // A container that cannot hold the codec, an option that is not there, an encoder that is not there.
    let refused = |to: &str, options: &TranscodeOptions| {
        let error = coded(&av, to, options).unwrap_err();
        assert!(!scratch(to).exists(), "{to}");
        (error.code(), error.exit_code())
    };
    assert_eq!(refused("no.webm", &options(video("libx264"), audio("aac"))), ("E_UNSUPPORTED_OUTPUT", 5));
    assert_eq!(refused("no.mkv", &options(video("no_such"), audio("aac"))), ("E_UNSUPPORTED_OUTPUT", 5));
    let mut wrong = VideoEncoderConfig::new("libx264", 0, 0, Rational::from_integer(0));
    wrong.options = vec![("prset".into(), "fast".into())];
    assert_eq!(refused("no.mp4", &options(Treatment::Encode(wrong), audio("aac"))), ("E_UNKNOWN_OPTION", 2));
    assert_eq!(refused("no.gif", &TranscodeOptions::new(Container::Gif)), ("E_UNSUPPORTED_OUTPUT", 5));
    // A disk that is full after some packets.
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for left in [0, 5000, 100_000] {
        let muxer = Muxer::to_writer("full.mkv", Full(left), &MuxerConfig::default()).unwrap();
        let error = transcode(open(&av), muxer, &options(video("ffv1"), audio("flac")), &mut |_| {}).unwrap_err();
        assert_eq!(error.code(), "E_OUTPUT", "{error}");
    }
    // Abandoned from the start and from the middle; ended early, which leaves a shorter file.
    let run = |act: fn(&Cancel), at: u64| {
        let options = options(video("ffv1"), audio("flac"));
        let file = MemoryFile::new();
        let muxer = Muxer::to_seekable("cancelled.mkv", file.clone(), &MuxerConfig::default()).unwrap();
        let mut packets = 0;
        let done = transcode(open(&av), muxer, &options, &mut |_| {
            packets += 1;
            if packets == at {
                act(&options.cancel);
            }
        });
        (done, file)
    };
    for at in [1, 60] {
        assert_eq!(run(Cancel::abandon, at).0.unwrap_err().code(), "E_CANCELLED");
    }
    let (done, file) = run(Cancel::finish, 60);
    let report = done.unwrap();
    assert!(report.is_shortened && report.frames < 75, "{report:?}");
    let path = scratch("shortened.mkv");
    std::fs::write(&path, file.take()).unwrap();
    assert_eq!(probed(&path, "stream=nb_read_frames")["streams"][0]["nb_read_frames"], report.frames.to_string());
}
