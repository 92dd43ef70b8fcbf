//! Segments read back: every picture there once at its time, key frames aligned, playlists strict and true.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;
#[path = "common/playlists.rs"]
mod playlists;

use common::clip;
use millpond_core::Rational;
use millpond_ffmpeg::{
    Access, Cancel, Demuxer, Flow, Packet, Place, PlaylistKind, Rung, SegmentFormat, SegmentOptions, SegmentReport,
    Segmenter, Sound, suggest_ladder,
};
use playlists::ListedTrack;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Where second 0 lies in the segments' own time.
const ORIGIN_S: i64 = 10;

/// 8 s at 25 a second with B-frames, a key frame each second; a beep as AAC.
fn source() -> std::path::PathBuf {
    clip(
        "segment-b.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=8 -f lavfi -i sine=frequency=440:duration=8:sample_rate=48000 \
         -c:v libx264 -pix_fmt yuv420p -bf 3 -g 25 -sc_threshold 0 -c:a aac OUT",
    )
}

fn open(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

fn rungs(list: &str) -> Vec<Rung> {
    list.split(',').map(|rung| rung.parse().unwrap()).collect()
}

fn options(format: SegmentFormat, seconds: i128, ladder: &str) -> SegmentOptions {
    SegmentOptions {
        format,
        duration: Rational::from_integer(seconds),
        ladder: rungs(ladder),
        ..SegmentOptions::default()
    }
}

fn segment(path: &Path, folder: &Path, options: &SegmentOptions) -> SegmentReport {
    Segmenter::new(open(path), folder, options).unwrap().run(&mut |_| {}).unwrap()
}

fn listed(folder: &Path, format: SegmentFormat) -> Vec<ListedTrack> {
    let tracks = if format == SegmentFormat::Dash { playlists::dash(folder) } else { playlists::hls(folder) };
    tracks.unwrap_or_else(|problem| panic!("{problem}"))
}

/// A packet: presentation time in seconds, key or not, bytes.
type Seen = (Rational, bool, Vec<u8>);

fn packets(mut demuxer: Demuxer, stream: usize, base: Rational) -> Vec<Seen> {
    let mut packet = Packet::new();
    let mut seen = Vec::new();
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        if packet.stream() == stream {
            let time = Rational::from_integer(packet.pts().unwrap().into()) * base;
            seen.push((time, packet.is_key(), packet.data().to_vec()));
        }
    }
    seen
}

fn pictures_of(demuxer: Demuxer) -> Vec<Seen> {
    let stream = demuxer.video().unwrap();
    packets(demuxer, stream.index(), stream.time_base())
}

/// Packets of a track's segments in one, at the presentation's times.
fn pictures_in(bytes: Vec<u8>) -> Vec<Seen> {
    let demuxer =
        Demuxer::from_seekable("segments", std::io::Cursor::new(bytes), &Access::default(), &Cancel::new()).unwrap();
    let mut seen = pictures_of(demuxer);
    seen.iter_mut().for_each(|(time, ..)| *time -= Rational::from_integer(ORIGIN_S.into()));
    seen
}

fn sorted(seen: &[Seen]) -> Vec<Rational> {
    let mut times: Vec<Rational> = seen.iter().map(|(time, ..)| *time).collect();
    times.sort();
    times
}

/// What the `ffmpeg` project's own reader says of a stream (`v:1`): how many pictures or blocks it decodes to, without a word
/// of complaint. Streams are asked one by one: read together, its DASH reader leaves out the last of some.
fn ffprobe_count(file: &Path, stream: &str) -> usize {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-select_streams", stream, "-of", "csv=p=0", "-show_entries"]);
    let output = command.arg("stream=nb_read_frames").arg(fs::canonicalize(file).unwrap()).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{}: {complaints}", file.display());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().rev().find_map(|line| line.trim_end_matches(',').parse().ok()).unwrap_or_else(|| panic!("{text}"))
}

const FORMATS: [SegmentFormat; 3] = [SegmentFormat::Hls, SegmentFormat::HlsTs, SegmentFormat::Dash];

#[test]
fn every_picture_is_there_once_at_its_time_and_key_frames_are_aligned() {
    let source = source();
    let expected = sorted(&pictures_of(open(&source)));
    for format in FORMATS {
        let folder = TempDir::new().unwrap();
        let report = segment(&source, folder.path(), &options(format, 3, "180,90"));
        assert_eq!((report.pictures, report.skipped, report.repeated), (200, 0, 0));
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        let tracks = listed(folder.path(), format);
        assert_eq!(tracks.iter().map(|track| track.name.as_str()).collect::<Vec<_>>(), ["180p", "90p", "sound"]);
        for track in &tracks[..2] {
            let times = sorted(&pictures_in(track.bytes()));
            assert_eq!(times, expected, "{format:?} {}", track.name);
            let starts: Vec<Rational> = track.segments.iter().map(|segment| first_picture(track, segment)).collect();
            assert_eq!(starts, [0, 3, 6].map(Rational::from_integer), "{format:?} {}", track.name);
            let keys: Vec<Rational> =
                pictures_in(track.bytes()).into_iter().filter(|seen| seen.1).map(|seen| seen.0).collect();
            assert_eq!(keys, starts, "key frames are where segments begin: {format:?} {}", track.name);
            let seconds: Vec<f64> = track.segments.iter().map(|segment| segment.seconds).collect();
            assert_eq!(seconds, [3.0, 3.0, 2.0]);
        }
        assert!((tracks[2].seconds() - 8.0).abs() < 0.025, "{}", tracks[2].seconds());
        let entry = folder.path().join(format.entry());
        // 8 s of 48 kHz in packets of 1024, and one of priming.
        for (stream, count) in [("v:0", 200), ("v:1", 200), ("a:0", 376)] {
            assert_eq!(ffprobe_count(&entry, stream), count, "{format:?} {stream}");
        }
    }
}

/// The first picture of a segment in the order of decoding, with what the segment needs and nothing else.
fn first_picture(track: &ListedTrack, segment: &playlists::ListedSegment) -> Rational {
    let mut bytes = track.initial.as_ref().map(|file| fs::read(file).unwrap()).unwrap_or_default();
    bytes.extend(fs::read(&segment.file).unwrap());
    let first = pictures_in(bytes).remove(0);
    assert!(first.1, "a segment begins with a key frame");
    first.0
}

#[test]
fn copied_pictures_keep_their_bytes_and_rungs_below_follow_their_cuts() {
    let source = source();
    let expected = pictures_of(open(&source));
    for format in FORMATS {
        let folder = TempDir::new().unwrap();
        segment(&source, folder.path(), &options(format, 2, "copy,90"));
        let tracks = listed(folder.path(), format);
        let copied = pictures_in(tracks[0].bytes());
        assert_eq!((tracks[0].name.as_str(), copied.len()), ("source", expected.len()));
        for (copied, source) in copied.iter().zip(&expected) {
            assert_eq!((copied.0, copied.1), (source.0, source.1));
            // Transport streams have start codes and a delimiter in place of lengths.
            if format != SegmentFormat::HlsTs {
                assert!(copied.2 == source.2, "{format:?}: bytes changed at {}", source.0);
            }
        }
        let starts = |track: &ListedTrack| -> Vec<Rational> {
            track.segments.iter().map(|segment| first_picture(track, segment)).collect()
        };
        assert_eq!(starts(&tracks[0]), [0, 2, 4, 6].map(Rational::from_integer));
        assert_eq!(starts(&tracks[1]), starts(&tracks[0]));
        assert_eq!(sorted(&pictures_in(tracks[1].bytes())), sorted(&expected));
    }
}

/// Rates that do not divide a second, a stream that begins late, variable rates, rotation, wide pixels, ten bits.
#[test]
fn sources_of_all_kinds_keep_their_times_and_their_shape() {
    let upright = "-f lavfi -i testsrc2=size=128x72:rate=10:duration=5 -c:v libx264 -pix_fmt yuv420p OUT";
    clip("segment-upright.mp4", upright);
    let cases = [
        (
            "segment-ntsc.ts",
            "-f lavfi -i testsrc2=size=96x64:rate=30000/1001:duration=5 -f lavfi -i sine=duration=5 -c:v libx264 \
             -pix_fmt yuv420p -bf 2 -c:a mp2 OUT",
            (96, 64),
        ),
        (
            "segment-variable.mkv",
            "-f lavfi -i testsrc2=size=96x64:rate=25:duration=6 -vf select='not(eq(mod(n,3),1))' -fps_mode vfr -c:v libx264 \
             -pix_fmt yuv420p OUT",
            (96, 64),
        ),
        ("segment-turned.mp4", "-i segment-upright.mp4 -c copy -metadata:s:v rotate=90 OUT", (72, 128)),
        (
            "segment-wide.mkv",
            "-f lavfi -i testsrc2=size=90x66:rate=10:duration=5 -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p OUT",
            (120, 66),
        ),
        (
            "segment-ten.mkv",
            "-f lavfi -i testsrc2=size=96x64:rate=10:duration=5 -c:v libx265 -x265-params log-level=none \
             -pix_fmt yuv422p10le OUT",
            (96, 64),
        ),
        ("segment-gbr.mkv", "-f lavfi -i testsrc=size=95x63:rate=10:duration=5 -c:v ffv1 -pix_fmt bgr0 OUT", (96, 64)),
    ];
    for (name, line, size) in cases {
        let path = clip(name, line);
        let folder = TempDir::new().unwrap();
        let options = SegmentOptions { duration: Rational::from_integer(2), ..SegmentOptions::default() };
        segment(&path, folder.path(), &options);
        let track = listed(folder.path(), SegmentFormat::Hls).remove(0);
        assert_eq!(track.size, Some(size), "{name}");
        let source = sorted(&pictures_of(open(&path)));
        let seen = sorted(&pictures_in(track.bytes()));
        assert_eq!(seen.len(), source.len(), "{name}");
        // A transport stream begins late, by as much for all its streams.
        let late = source[0] - seen[0];
        let moved: Vec<Rational> = seen.iter().map(|time| *time + late).collect();
        assert_eq!(moved, source, "{name}");
        let cuts: Vec<Rational> = track.segments.iter().map(|segment| first_picture(&track, segment)).collect();
        let two = Rational::from_integer(2);
        for (index, cut) in cuts.iter().enumerate() {
            let boundary = two * Rational::from_integer(index as i128);
            let first = seen.iter().find(|time| **time >= boundary).unwrap();
            assert_eq!(cut, first, "{name}: the first picture at or after {boundary} s");
        }
    }
}

/// A click at 1.5 s must come out at 1.5 s, and the samples around it must be silent.
#[test]
fn sound_comes_out_when_it_went_in() {
    let filter = "aevalsrc='if(between(n,72000,72010),0.9,0)':s=48000:d=4";
    let pcm = clip("segment-click.wav", &format!("-f lavfi -i {filter} -c:a pcm_s16le OUT"));
    let aac = clip("segment-click.mp4", &format!("-f lavfi -i {filter} -c:a aac -b:a 192k OUT"));
    for (path, codec) in [(pcm, "encoded"), (aac, "copied")] {
        for format in FORMATS {
            let folder = TempDir::new().unwrap();
            segment(&path, folder.path(), &options(format, 1, "720"));
            let tracks = listed(folder.path(), format);
            assert_eq!(tracks.len(), 1);
            assert!((tracks[0].seconds() - 4.0).abs() < 0.03, "{codec} {format:?}: {}", tracks[0].seconds());
            let whole = folder.path().join("whole");
            fs::write(&whole, tracks[0].bytes()).unwrap();
            let mut sound = Sound::open(&Place::file(&whole).unwrap(), &Access::default(), &Cancel::new()).unwrap();
            let (mut loudest, mut at) = (0.0, 0.0);
            let mut next = 0.0;
            while sound.read().unwrap() {
                let scale = sound.time_scale();
                let scale = *scale.numer() as f64 / *scale.denom() as f64;
                let start = sound.tick().map_or(next, |tick| tick as f64 / scale);
                for (index, sample) in sound.channel(0).iter().enumerate() {
                    if sample.abs() > loudest {
                        (loudest, at) = (sample.abs(), start + index as f64 / 48_000.0);
                    }
                }
                next = start + sound.channel(0).len() as f64 / 48_000.0;
            }
            let off = at - ORIGIN_S as f64 - 1.5;
            assert!(loudest > 0.3 && off.abs() < 0.001, "{codec} {format:?}: {off} s off");
        }
    }
}

/// The overview's figures are those of the files, by the specification's words.
#[test]
fn bit_rates_sizes_and_codecs_are_true() {
    let noise = clip(
        "segment-noise.mp4",
        "-f lavfi -i nullsrc=size=320x180:rate=30000/1001:duration=6,geq=random(1)*255:128:128 \
         -f lavfi -i anoisesrc=seed=3:duration=6 -c:v libx264 -preset ultrafast -crf 10 -pix_fmt yuv420p -c:a aac OUT",
    );
    for format in [SegmentFormat::Hls, SegmentFormat::HlsTs] {
        let folder = TempDir::new().unwrap();
        let report = segment(&noise, folder.path(), &options(format, 2, "180:600k,90:200k"));
        assert!(report.warnings.is_empty(), "more bits than promised: {:?}", report.warnings);
        let tracks = listed(folder.path(), format);
        let sound = tracks.iter().find(|track| track.name == "sound").unwrap();
        for track in tracks.iter().filter(|track| track.size.is_some()) {
            let expected = track.peak_bits() + sound.peak_bits();
            let said = track.bandwidth as f64;
            assert!((said - expected).abs() < expected * 1e-4 + 2.0, "{} says {said}, has {expected}", track.name);
            let bits = |track: &ListedTrack| {
                track.segments.iter().map(|segment| segment.bytes * 8).sum::<u64>() as f64 / track.seconds()
            };
            let expected = bits(track) + bits(sound);
            let said = track.average as f64;
            assert!((said - expected).abs() < expected * 1e-4 + 2.0, "{} says {said}, has {expected}", track.name);
            assert_eq!(track.frame_rate, Some(29.97));
            // What ffprobe reads in the stream itself.
            let whole = folder.path().join("whole");
            fs::write(&whole, track.bytes()).unwrap();
            let mut command = Command::new("ffprobe");
            command.args(["-v", "error", "-select_streams", "v", "-of", "csv=p=0", "-show_entries"]);
            let output = command.arg("stream=profile,width,height,level").arg(&whole).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let line = text.lines().next().unwrap().trim_end_matches(',');
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields[0], "High");
            let level: u8 = fields[3].parse().unwrap();
            assert_eq!(track.codecs, format!("avc1.6400{level:02x},mp4a.40.2"));
            let size = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
            assert_eq!(track.size, Some(size));
        }
    }
}

#[test]
fn a_scaled_rung_looks_like_the_source() {
    let source = source();
    let folder = TempDir::new().unwrap();
    segment(&source, folder.path(), &options(SegmentFormat::Hls, 4, "120:4M"));
    let whole = folder.path().join("whole.mp4");
    fs::write(&whole, listed(folder.path(), SegmentFormat::Hls)[0].bytes()).unwrap();
    let graph = "[0:v]scale=214:120:flags=bilinear+accurate_rnd,setpts=N[a];[1:v]setpts=N[b];[a][b]psnr";
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-i"]).arg(&source).arg("-i").arg(&whole);
    let output = command.args(["-lavfi", graph, "-f", "null", "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let average =
        text.split("average:").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_else(|| panic!("{text}"));
    assert!(average.parse::<f64>().unwrap() > 32.0, "{average} dB");
}

#[test]
fn copies_are_suggested_where_key_frames_allow_it() {
    let suggested = |path: &Path, seconds: i128| {
        let place = Place::file(path).unwrap();
        suggest_ladder(&place, &Access::default(), &Cancel::new(), Rational::from_integer(seconds)).unwrap()
    };
    assert_eq!(suggested(&source(), 2)[0], Rung::Copy);
    let far = clip(
        "segment-far.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=8 -c:v libx264 -pix_fmt yuv420p -g 250 OUT",
    );
    assert_ne!(suggested(&far, 6)[0], Rung::Copy);
    assert_eq!(suggested(&far, 8)[0], Rung::Copy);
    let vp9 = clip("segment-vp9.webm", "-f lavfi -i testsrc2=size=96x64:rate=25:duration=1 -c:v libvpx-vp9 OUT");
    assert_eq!(suggested(&vp9, 6), rungs("64"));
    // An open group: pictures behind the key frame are shown before it.
    let open_group = clip(
        "segment-open.mkv",
        "-f lavfi -i testsrc2=size=96x64:rate=25:duration=4 -c:v libx264 -pix_fmt yuv420p -g 25 -bf 3 \
         -x264-params open-gop=1:scenecut=0 OUT",
    );
    assert_ne!(suggested(&open_group, 6)[0], Rung::Copy);
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("out");
    let refused =
        |options: &SegmentOptions, folder: &Path| Segmenter::new(open(&source()), folder, options).err().unwrap();
    let live = |window| SegmentOptions {
        kind: PlaylistKind::Live { window: Rational::from_integer(window) },
        ..options(SegmentFormat::Hls, 2, "90")
    };
    assert_eq!(refused(&live(5), &folder).code(), "E_UNSUPPORTED_OUTPUT");
    assert_eq!(refused(&options(SegmentFormat::Hls, 0, "90"), &folder).code(), "E_UNSUPPORTED_OUTPUT");
    assert_eq!(refused(&options(SegmentFormat::Hls, 2, "copy,copy"), &folder).code(), "E_UNSUPPORTED_OUTPUT");
    assert_eq!(refused(&live(6), &folder.join("deeper")).code(), "E_OUTPUT");
    let vp9 = clip("segment-vp9.webm", "-f lavfi -i testsrc2=size=96x64:rate=25:duration=1 -c:v libvpx-vp9 OUT");
    let copy = options(SegmentFormat::Hls, 2, "copy");
    assert_eq!(Segmenter::new(open(&vp9), &folder, &copy).err().unwrap().code(), "E_UNSUPPORTED_OUTPUT");
    assert!(!folder.exists(), "a refusal leaves nothing");
    fs::write(parent.path().join("mine"), "mine").unwrap();
    assert_eq!(refused(&live(6), parent.path()).code(), "E_OUTPUT");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
}

/// Ended early: in order, what is there is whole; at once, recorded media leaves nothing.
#[test]
fn an_early_end_leaves_something_whole_or_nothing() {
    for at_once in [false, true] {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("out");
        let cancel = Cancel::new();
        let options = SegmentOptions { cancel: cancel.clone(), ..options(SegmentFormat::Hls, 1, "90") };
        let demuxer = Demuxer::open(&Place::file(&source()).unwrap(), &Access::default(), &cancel).unwrap();
        let segmenter = Segmenter::new(demuxer, &folder, &options).unwrap();
        let done = segmenter.run(&mut |_| if at_once { cancel.abandon() } else { cancel.finish() });
        if at_once {
            assert_eq!(done.unwrap_err().code(), "E_CANCELLED");
            assert!(!folder.exists());
        } else {
            assert!(done.unwrap().is_shortened);
            let tracks = listed(&folder, SegmentFormat::Hls);
            assert!(tracks.iter().all(|track| track.is_over && track.seconds() < 8.1), "{tracks:?}");
        }
    }
}
