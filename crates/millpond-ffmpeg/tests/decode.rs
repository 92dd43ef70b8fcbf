//! Decoding: every picture equal to the `ffmpeg` command's, in slots whose number is bounded.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::{clip, reference, sample};
use millpond_core::Rational;
use millpond_core::pool::Exhausted;
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_ffmpeg::{
    Access, Cancel, Clip, DecoderConfig, DecoderStats, Demuxer, Flow, Packet, Place, State, VideoDecoder, VideoFrame,
};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

/// Who brings the memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Memory {
    /// The codec writes into our slots.
    Slots,
    /// The codec brings its own, which is copied.
    Copied,
}
use Memory::{Copied, Slots};

/// Codecs, formats, odd sizes, fields, uneven times.
const CLIPS: &[(&str, Memory, &str)] = &[
    ("h264.mp4", Slots, "-f lavfi -i testsrc2=s=320x180:d=0.6 -pix_fmt yuv420p -c:v libx264 -bf 3 OUT"),
    ("h264_crop.mp4", Slots, "-f lavfi -i testsrc2=s=186x106:d=0.4 -pix_fmt yuv420p -c:v libx264 OUT"),
    ("h264_422.mp4", Slots, "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt yuv422p -c:v libx264 OUT"),
    ("h264_444_odd.mp4", Slots, "-f lavfi -i testsrc2=s=162x92:d=0.4,format=yuv444p,crop=161:91 -c:v libx264 OUT"),
    ("h264_tiny.mp4", Slots, "-f lavfi -i testsrc2=s=16x16:d=0.4,format=yuv444p,crop=3:5 -c:v libx264 OUT"),
    ("h264_gray.mp4", Slots, "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt gray -c:v libx264 OUT"),
    ("h264_10.mp4", Slots, "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt yuv420p10le -c:v libx264 OUT"),
    ("h264_422_10.mp4", Slots, "-f lavfi -i testsrc2=s=190x106:d=0.4 -pix_fmt yuv422p10le -c:v libx264 OUT"),
    ("h264_444_10.mp4", Slots, "-f lavfi -i testsrc2=s=160x90:d=0.4 -pix_fmt yuv444p10le -c:v libx264 OUT"),
    ("h264_full.mp4", Slots, "-f lavfi -i testsrc2=s=160x90:d=0.4 -pix_fmt yuvj420p -c:v libx264 OUT"),
    (
        "h264_fields.ts",
        Slots,
        "-f lavfi -i testsrc2=s=192x128:r=50:d=0.6,tinterlace=interleave_top -pix_fmt yuv420p -c:v libx264 -flags +ildct+ilme -x264opts tff=1 OUT",
    ),
    (
        "h264_uneven.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:r=30:d=1 -vf select='not(mod(n,4))+not(mod(n,7))' -vsync vfr -pix_fmt yuv420p -c:v libx264 OUT",
    ),
    (
        "h264_16_refs.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=320x180:d=3 -pix_fmt yuv420p -c:v libx264 -preset fast -refs 16 -bf 3 -x264-params b-adapt=0:b-pyramid=normal:scenecut=0:keyint=250 OUT",
    ),
    (
        "h264_open_gop.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:d=1.2 -pix_fmt yuv420p -c:v libx264 -bf 3 -x264-params open-gop=1:keyint=10:scenecut=0 OUT",
    ),
    (
        "h264_refresh.ts",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:d=0.8 -pix_fmt yuv420p -c:v libx264 -x264-params intra-refresh=1:keyint=12 OUT",
    ),
    (
        "h264_turned.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt yuv420p -c:v libx264 -metadata:s:v rotate=90 OUT",
    ),
    ("h264.flv", Slots, "-f lavfi -i testsrc2=s=128x72:d=0.4 -pix_fmt yuv420p -c:v libx264 OUT"),
    (
        "hevc.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:d=0.6 -pix_fmt yuv420p -c:v libx265 -x265-params log-level=none OUT",
    ),
    (
        "hevc_10.mkv",
        Slots,
        "-f lavfi -i testsrc2=s=186x106:d=0.4 -pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=none OUT",
    ),
    (
        "hevc_open_gop.mp4",
        Slots,
        "-f lavfi -i testsrc2=s=192x108:d=1 -pix_fmt yuv420p -c:v libx265 -x265-params log-level=none:open-gop=1:keyint=8:bframes=3 OUT",
    ),
    (
        "hevc_fields.mkv",
        Slots,
        "-f lavfi -i testsrc2=s=192x128:r=50:d=0.4 -pix_fmt yuv420p -c:v libx265 -x265-params log-level=none:interlace=tff OUT",
    ),
    (
        "hevc_422_10.mkv",
        Slots,
        "-f lavfi -i testsrc2=s=190x106:d=0.3 -pix_fmt yuv422p10le -c:v libx265 -x265-params log-level=none OUT",
    ),
    (
        "hevc_444.mkv",
        Slots,
        "-f lavfi -i testsrc2=s=161x91:d=0.3 -pix_fmt yuv444p -c:v libx265 -x265-params log-level=none OUT",
    ),
    (
        "vp9_10.webm",
        Slots,
        "-f lavfi -i testsrc2=s=161x91:d=0.3 -pix_fmt yuv420p10le -c:v libvpx-vp9 -deadline realtime -cpu-used 8 OUT",
    ),
    (
        "vp8.webm",
        Slots,
        "-f lavfi -i testsrc2=s=175x99:d=0.4 -pix_fmt yuv420p -c:v libvpx -deadline realtime -cpu-used 8 OUT",
    ),
    (
        "vp9_odd.webm",
        Slots,
        "-f lavfi -i testsrc2=s=162x92:d=0.4,format=yuv444p,crop=161:91 -pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 OUT",
    ),
    (
        "vp9_444.webm",
        Slots,
        "-f lavfi -i testsrc2=s=160x90:d=0.4 -pix_fmt yuv444p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 OUT",
    ),
    (
        "av1.mp4",
        Copied,
        "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt yuv420p -c:v libaom-av1 -cpu-used 8 -crf 40 -b:v 0 OUT",
    ),
    (
        "av1_10.mkv",
        Copied,
        "-f lavfi -i testsrc2=s=192x108:d=0.4 -pix_fmt yuv420p10le -c:v libaom-av1 -cpu-used 8 -crf 40 -b:v 0 OUT",
    ),
    (
        "av1_odd.mkv",
        Copied,
        "-f lavfi -i testsrc2=s=161x91:d=0.3 -pix_fmt yuv420p -c:v libaom-av1 -cpu-used 8 -crf 40 -b:v 0 OUT",
    ),
    (
        "av1_444.mkv",
        Copied,
        "-f lavfi -i testsrc2=s=160x90:d=0.3 -pix_fmt yuv444p -c:v libaom-av1 -cpu-used 8 -crf 40 -b:v 0 OUT",
    ),
    ("mpeg2_422.ts", Slots, "-f lavfi -i testsrc2=s=176x144:d=0.4 -pix_fmt yuv422p -c:v mpeg2video -bf 2 OUT"),
    ("dnxhr.mov", Slots, "-f lavfi -i testsrc2=s=320x180:d=0.2 -pix_fmt yuv422p -c:v dnxhd -profile:v dnxhr_hq OUT"),
    ("mpeg1.mpg", Slots, "-f lavfi -i testsrc2=s=176x144:d=0.4 -pix_fmt yuv420p -c:v mpeg1video OUT"),
    (
        "mpeg2_fields.ts",
        Slots,
        "-f lavfi -i testsrc2=s=176x144:r=50:d=0.6,tinterlace=interleave_top -pix_fmt yuv420p -c:v mpeg2video -bf 2 -flags +ildct+ilme OUT",
    ),
    ("mpeg4.mp4", Slots, "-f lavfi -i testsrc2=s=178x98:d=0.4 -pix_fmt yuv420p -c:v mpeg4 -bf 2 OUT"),
    ("h263.mov", Slots, "-f lavfi -i testsrc2=s=176x144:d=0.4 -pix_fmt yuv420p -c:v h263 OUT"),
    ("flv1.flv", Slots, "-f lavfi -i testsrc2=s=160x90:d=0.4 -pix_fmt yuv420p -c:v flv1 OUT"),
    ("wmv2.asf", Slots, "-f lavfi -i testsrc2=s=160x96:d=0.4 -pix_fmt yuv420p -c:v wmv2 OUT"),
    ("theora.ogv", Slots, "-f lavfi -i testsrc2=s=170x90:d=0.4 -pix_fmt yuv420p -c:v libtheora OUT"),
    ("mjpeg.avi", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuvj420p -c:v mjpeg OUT"),
    ("mjpeg_422.mov", Slots, "-f lavfi -i testsrc2=s=160x91:d=0.4 -pix_fmt yuvj422p -c:v mjpeg OUT"),
    ("mjpeg_444.mkv", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuvj444p -c:v mjpeg OUT"),
    ("prores.mov", Slots, "-f lavfi -i testsrc2=s=178x98:d=0.4 -pix_fmt yuv422p10le -c:v prores_ks OUT"),
    ("ffv1.mkv", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuv420p -c:v ffv1 OUT"),
    ("ffv1_alpha.mkv", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuva420p -c:v ffv1 OUT"),
    ("ffv1_10.mkv", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuv444p10le -c:v ffv1 OUT"),
    ("huffyuv.avi", Slots, "-f lavfi -i testsrc2=s=162x91:d=0.4 -pix_fmt yuv422p -c:v huffyuv OUT"),
    ("utvideo.avi", Slots, "-f lavfi -i testsrc2=s=162x92:d=0.4 -pix_fmt yuv420p -c:v utvideo OUT"),
    ("dv.avi", Slots, "-f lavfi -i testsrc2=s=720x576:d=0.2 -pix_fmt yuv420p -c:v dvvideo OUT"),
    ("png.mov", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.2 -pix_fmt rgba -c:v png OUT"),
    ("png_24.mkv", Slots, "-f lavfi -i testsrc2=s=161x91:d=0.2 -pix_fmt rgb24 -c:v png OUT"),
    ("qtrle.mov", Slots, "-f lavfi -i testsrc2=s=160x91:d=0.4 -pix_fmt rgb24 -c:v qtrle OUT"),
    ("gif.gif", Slots, "-f lavfi -i testsrc2=s=161x91:r=10:d=0.8 OUT"),
    ("raw.nut", Copied, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuv420p -c:v rawvideo OUT"),
    ("raw_nv12.nut", Copied, "-f lavfi -i testsrc2=s=162x91:d=0.4 -pix_fmt nv12 -c:v rawvideo OUT"),
    ("raw_rgb.nut", Copied, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt bgr24 -c:v rawvideo OUT"),
    ("raw.y4m", Copied, "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuv422p OUT"),
];

/// What a decoding is like.
#[derive(Clone)]
struct How {
    config: DecoderConfig,
    /// Pictures that are really held.
    holds: usize,
}

const PLAIN: How =
    How { config: DecoderConfig { threads: 1, held: 1, when_empty: Exhausted::Allocate, device: None }, holds: 1 };

fn demuxer(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

fn decoder(demuxer: &Demuxer, config: DecoderConfig) -> VideoDecoder {
    let mut decoder = VideoDecoder::new(&demuxer.video().unwrap(), config);
    decoder.open().unwrap();
    decoder
}

fn hash(frame: &VideoFrame) -> String {
    let mut sha = Sha256::new();
    frame.view().rows().for_each(|row| sha.update(row));
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Gives every picture to `seen`.
fn decode(demuxer: &mut Demuxer, decoder: &mut VideoDecoder, mut seen: impl FnMut(VideoFrame)) {
    let index = demuxer.video().unwrap().index();
    let (mut packet, mut frame) = (Packet::new(), None);
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        if packet.stream() != index {
            continue;
        }
        loop {
            let flow = decoder.decode_into(&packet, &mut frame).unwrap();
            frame.take().into_iter().for_each(&mut seen);
            if flow != Flow::Full {
                break;
            }
        }
    }
    while decoder.flush_into(&mut frame).unwrap() == Flow::Done {
        frame.take().into_iter().for_each(&mut seen);
    }
}

/// Times and hashes; a picture is hashed only after those that were held behind it came.
fn pictures(path: &Path, how: How) -> (Vec<(i64, String)>, DecoderStats) {
    let mut demuxer = demuxer(path);
    let mut decoder = decoder(&demuxer, how.config);
    let (mut held, mut list) = (VecDeque::new(), Vec::new());
    let mut note = |frame: VideoFrame| list.push((frame.tick().unwrap_or(-1), hash(&frame)));
    decode(&mut demuxer, &mut decoder, |frame| {
        held.push_back(frame);
        if held.len() == how.holds {
            held.pop_front().into_iter().for_each(&mut note);
        }
    });
    held.into_iter().for_each(&mut note);
    (list, decoder.stats())
}

#[test]
fn every_picture_is_ffmpegs() {
    let mut wrong = Vec::new();
    for &(name, memory, line) in CLIPS {
        let path = clip(name, line);
        let expected = reference(&path);
        for threads in [1, 3] {
            let how = How { config: DecoderConfig { threads, held: 3, ..DecoderConfig::default() }, holds: 3 };
            let (got, stats) = pictures(&path, how);
            if got != expected {
                let at = got.iter().zip(&expected).position(|(got, expected)| got != expected);
                wrong.push(format!("{name}, {threads} threads: {} of {}, first at {at:?}", got.len(), expected.len()));
            }
            let copies = if memory == Copied { got.len() as u64 } else { 0 };
            if (stats.copies, stats.pool.overflow, stats.damaged) != (copies, 0, 0) || expected.is_empty() {
                wrong.push(format!("{name}, {threads} threads: {stats:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_picture_of_the_samples_is_ffmpegs() {
    for name in ["bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4"] {
        let path = sample(name);
        let (got, stats) = pictures(
            &path,
            How { config: DecoderConfig { threads: 2, held: 2, ..DecoderConfig::default() }, holds: 2 },
        );
        assert_eq!(got, reference(&path), "{name}");
        assert_eq!((stats.copies, stats.pool.overflow), (0, 0), "{name}");
    }
}

fn sixteen_references() -> std::path::PathBuf {
    let (name, _, line) = CLIPS.iter().find(|(name, ..)| *name == "h264_16_refs.mp4").unwrap();
    clip(name, line)
}

#[test]
fn slots_suffice_for_sixteen_references_eight_threads_and_those_held() {
    let path = sixteen_references();
    let expected = reference(&path);
    for (threads, held) in [(1, 1), (2, 1), (8, 1), (8, 6)] {
        let (got, stats) =
            pictures(&path, How { config: DecoderConfig { threads, held, ..DecoderConfig::default() }, holds: held });
        assert_eq!(got, expected);
        assert_eq!(stats.pool.overflow, 0, "{threads} threads, {held} held: {stats:?}");
        assert!(stats.pool.peak_usage <= stats.pool.capacity, "{stats:?}");
        assert!(stats.pool.peak_usage > 16, "the clip does not ask for much: {stats:?}");
    }
}

#[test]
fn holding_more_than_said_is_counted_and_changes_no_picture() {
    let path = sixteen_references();
    let how = How { config: DecoderConfig { threads: 2, held: 1, ..DecoderConfig::default() }, holds: 24 };
    let (got, stats) = pictures(&path, how);
    assert_eq!(got, reference(&path));
    assert!(stats.pool.overflow > 0 && stats.copies == 0, "{stats:?}");
}

#[test]
fn an_empty_pool_that_fails_loses_pictures_counts_them_and_recovers() {
    let path = sixteen_references();
    let expected = reference(&path);
    let deadline = Some(Duration::from_millis(5));
    for when_empty in [Exhausted::Fail, Exhausted::Wait { deadline }] {
        let mut demuxer = demuxer(&path);
        let mut decoder =
            decoder(&demuxer, DecoderConfig { threads: 2, held: 1, when_empty, ..DecoderConfig::default() });
        let mut held = Vec::new();
        decode(&mut demuxer, &mut decoder, |frame| held.push(frame));
        let stats = decoder.stats();
        assert!(held.len() < expected.len() && stats.damaged > 0, "{when_empty:?}: {stats:?}");
        assert!(stats.pool.peak_usage <= stats.pool.capacity && stats.pool.overflow == 0, "{when_empty:?}: {stats:?}");
        assert_eq!(stats.pool.waits > 0, when_empty != Exhausted::Fail, "{stats:?}");
        held.clear();
        demuxer.seek(0, 0).unwrap();
        decoder.flush().unwrap();
        let mut again = Vec::new();
        decode(&mut demuxer, &mut decoder, |frame| again.push(hash(&frame)));
        assert_eq!(again, expected.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>(), "{when_empty:?}");
    }
}

#[test]
fn an_empty_pool_that_waits_loses_nothing() {
    let path = sixteen_references();
    let expected = reference(&path);
    let mut demuxer = demuxer(&path);
    let when_empty = Exhausted::Wait { deadline: None };
    let mut decoder = decoder(&demuxer, DecoderConfig { threads: 2, held: 1, when_empty, ..DecoderConfig::default() });
    let (frames, shown) = std::sync::mpsc::channel::<VideoFrame>();
    // Holds on to everything until nothing more comes, and only then lets go.
    let hoarder = std::thread::spawn(move || {
        let (mut held, mut hashes) = (Vec::new(), Vec::new());
        loop {
            match shown.recv_timeout(Duration::from_millis(50)) {
                Ok(frame) => held.push(frame),
                Err(end) => {
                    hashes.extend(held.drain(..).map(|frame| hash(&frame)));
                    if end == std::sync::mpsc::RecvTimeoutError::Disconnected {
                        return hashes;
                    }
                }
            }
        }
    });
    decode(&mut demuxer, &mut decoder, |frame| frames.send(frame).unwrap());
    drop(frames);
    assert_eq!(hoarder.join().unwrap(), expected.into_iter().map(|(_, hash)| hash).collect::<Vec<_>>());
    let stats = decoder.stats();
    assert!(stats.pool.waits > 0 && stats.pool.overflow == 0 && stats.damaged == 0, "{stats:?}");
}

#[test]
fn a_change_of_size_format_or_colour_goes_to_a_pool_of_the_new_layout() {
    let line = |what: &str, codec: &str| format!("-f lavfi -i testsrc2=d=0.4:s={what} {codec} OUT");
    for (extension, memory, codec) in [
        ("h264", Slots, "-c:v libx264 -bf 2"),
        ("hevc", Slots, "-c:v libx265 -x265-params log-level=none"),
        ("obu", Copied, "-c:v libaom-av1 -cpu-used 8 -f obu"),
    ] {
        let parts = [
            ("a", "160x90 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709"),
            ("b", "322x182 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709"),
            ("c", "160x90 -pix_fmt yuv420p10le -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084"),
        ];
        let [a, b, c] = parts.map(|(name, what)| clip(&format!("change_{name}.{extension}"), &line(what, codec)));
        let path = a.with_file_name(format!("change.{extension}"));
        let order = [&a, &b, &c, &a];
        std::fs::write(&path, order.iter().flat_map(|path| std::fs::read(path).unwrap()).collect::<Vec<u8>>()).unwrap();
        let list = order.iter().map(|path| reference(path)).collect::<Vec<_>>();
        let matrices = list.iter().zip([1, 1, 9, 1]).flat_map(|(part, matrix)| vec![matrix; part.len()]);
        let matrices: Vec<u8> = matrices.collect();
        let expected: Vec<String> = list.into_iter().flatten().map(|(_, hash)| hash).collect();
        for threads in [1, 3] {
            let mut demuxer = demuxer(&path);
            let mut decoder = decoder(&demuxer, DecoderConfig { threads, held: 40, ..DecoderConfig::default() });
            let mut frames = Vec::new();
            decode(&mut demuxer, &mut decoder, |frame| frames.push(frame));
            let kinds: Vec<String> = frames.iter().map(|frame| frame.view().kind().to_string()).collect();
            let hashes: Vec<String> = frames.iter().map(hash).collect();
            assert_eq!(hashes, expected, "{extension}, {threads} threads: {kinds:?}");
            let color: Vec<u8> = frames.iter().map(|frame| frame.color().matrix).collect();
            assert_eq!(color, matrices, "{extension}, {threads} threads");
            let copies = if memory == Copied { frames.len() as u64 } else { 0 };
            assert_eq!((decoder.stats().copies, decoder.stats().pool.overflow), (copies, 0), "{extension}");
        }
    }
}

#[test]
fn pictures_outlive_decoder_and_demuxer_and_travel() {
    let path = clip(CLIPS[0].0, CLIPS[0].2);
    let expected = reference(&path);
    let mut demuxer = demuxer(&path);
    let mut decoder = decoder(&demuxer, DecoderConfig { threads: 3, held: 64, ..DecoderConfig::default() });
    let mut frames = Vec::new();
    decode(&mut demuxer, &mut decoder, |frame| frames.push(frame));
    drop((demuxer, decoder));
    let hashes = std::thread::spawn(move || frames.iter().map(hash).collect::<Vec<_>>()).join().unwrap();
    assert_eq!(hashes, expected.into_iter().map(|(_, hash)| hash).collect::<Vec<_>>());
}

#[test]
fn foreign_memory_is_filled_once_and_a_wrong_size_loses_no_picture() {
    let path = clip(CLIPS[0].0, CLIPS[0].2);
    let expected = reference(&path);
    let mut demuxer = demuxer(&path);
    let mut decoder = decoder(&demuxer, PLAIN.config);
    let mut packet = Packet::new();
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        assert_eq!(decoder.send(&packet).unwrap(), Flow::Done);
        let small = &mut Frame::new(FrameLayout::packed(PixelFormat::I420, 2, 2).unwrap());
        match decoder.receive(small) {
            Ok(flow) => assert_eq!(flow, Flow::NeedMore),
            Err(error) => {
                assert_eq!(error.code(), "E_MISMATCH");
                break;
            }
        }
    }
    let mut own = Frame::new(FrameLayout::packed(PixelFormat::I420, 320, 180).unwrap());
    assert_eq!(decoder.receive(&mut own.view_mut()).unwrap(), Flow::Done);
    let sha: String = Sha256::digest(own.bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(sha, expected[0].1);
    assert_eq!((decoder.stats().copies, decoder.stats().pictures), (1, 1));
}

#[test]
fn calls_in_the_wrong_state_name_both_and_change_nothing() {
    let path = clip(CLIPS[0].0, CLIPS[0].2);
    let expected = reference(&path);
    let mut demuxer = demuxer(&path);
    let mut decoder = VideoDecoder::new(&demuxer.video().unwrap(), PLAIN.config);
    let (mut packet, mut frame) = (Packet::new(), None);
    let refused = |result: Result<Flow, millpond_ffmpeg::Error>, message: &str| {
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("E_WRONG_STATE", message));
    };
    assert_eq!(decoder.state(), State::Created);
    refused(decoder.send(&packet), "send is not possible when created");
    refused(decoder.receive(&mut frame), "receive is not possible when created");
    refused(decoder.flush_into(&mut frame), "flush_into is not possible when created");
    decoder.open().unwrap();
    assert_eq!(decoder.state(), State::Opened);
    refused(decoder.open().map(|()| Flow::Done), "open is not possible when opened");
    assert_eq!(decoder.receive(&mut frame).unwrap(), Flow::NeedMore);
    assert_eq!(demuxer.state(), State::Opened);

    // Twice from the start: draining, flushed, reused; the second time in one go without flushing in between.
    for _ in 0..2 {
        let mut hashes = Vec::new();
        decode(&mut demuxer, &mut decoder, |frame| hashes.push(hash(&frame)));
        assert_eq!(hashes, expected.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>());
        assert_eq!((decoder.state(), demuxer.state()), (State::Draining, State::Draining));
        refused(decoder.send(&packet), "send is not possible when draining");
        assert_eq!(decoder.receive(&mut frame).unwrap(), Flow::Ended);
        assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Ended);
        demuxer.seek(0, 0).unwrap();
        decoder.flush().unwrap();
        assert_eq!((decoder.state(), demuxer.state()), (State::Opened, State::Streaming));
    }
    decoder.close();
    assert_eq!(decoder.state(), State::Closed);
    refused(decoder.send(&packet), "send is not possible when closed");
    refused(decoder.flush().map(|()| Flow::Done), "flush is not possible when closed");
    decoder.open().unwrap();
    let mut count = 0;
    decode(&mut demuxer, &mut decoder, |_| count += 1);
    assert_eq!(count, expected.len());
}

#[test]
fn seeking_to_the_frame_finds_what_shows_then() {
    // Key frames a while apart, B-frames, uneven times; and a container without an index of its times.
    let uneven = CLIPS.iter().find(|(name, ..)| *name == "h264_uneven.mp4").unwrap();
    let line = "-f lavfi -i testsrc2=s=128x72:d=3 -pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 OUT";
    for path in [clip(uneven.0, uneven.2), clip("seek.mp4", line), clip("seek.ts", line), clip("seek.mkv", line)] {
        let expected = reference(&path);
        let config = DecoderConfig { threads: 3, held: 3, ..DecoderConfig::default() };
        let place = Place::file(&path).unwrap();
        let mut clip = Clip::open(&place, &Access::default(), &Cancel::new(), config).unwrap();
        let base = demuxer(&path).video().unwrap().time_base();
        for index in [7, 0, expected.len() - 1, 9, 3, expected.len() / 2, 1] {
            let time = |index: usize| Rational::from_integer(expected[index].0.into()) * base;
            // Half a tick later the same one still shows.
            for time in [time(index), time(index) + base / Rational::from_integer(2)] {
                clip.seek_exact(time).unwrap();
                for (tick, hash_of) in expected[index..].iter().take(3) {
                    let picture = clip.read().unwrap().unwrap();
                    assert_eq!((picture.tick, &hash(&picture.frame)), (*tick, hash_of), "{path:?} at {index}");
                }
            }
        }
        clip.seek_exact(Rational::from_integer(-5)).unwrap();
        assert_eq!(clip.read().unwrap().unwrap().tick, expected[0].0);
        clip.seek_exact(Rational::from_integer(500)).unwrap();
        assert_eq!(clip.read().unwrap().unwrap().tick, expected.last().unwrap().0);
        assert!(clip.read().unwrap().is_none());
    }
}

#[test]
fn dropping_in_any_state_is_clean_and_quick() {
    let path = clip(CLIPS[0].0, CLIPS[0].2);
    for packets in [0, 1, 5, 1000] {
        let mut demuxer = demuxer(&path);
        let mut decoder = decoder(&demuxer, DecoderConfig { threads: 4, held: 1, ..DecoderConfig::default() });
        let (mut packet, mut frame) = (Packet::new(), None);
        for _ in 0..packets {
            if demuxer.read_into(&mut packet).unwrap() != Flow::Done {
                decoder.send_end().unwrap();
                break;
            }
            let _ = decoder.decode_into(&packet, &mut frame).unwrap();
        }
        // Neither pictures nor packets were taken to their end.
        let state = decoder.state();
        assert_eq!(state, [State::Opened, State::Streaming, State::Draining][packets.min(1) + packets / 1000]);
        drop((frame, decoder, demuxer));
    }
}
