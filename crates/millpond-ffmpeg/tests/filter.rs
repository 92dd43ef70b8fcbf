//! Filter graphs: every picture equal to the `ffmpeg` command's with the same `-vf`, in slots whose number is bounded; sound;
//! several inputs and outputs; changes in mid-stream; errors that name what was wrong.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_core::Rational;
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_ffmpeg::{
    Access, Cancel, DecoderConfig, Demuxer, Error, FilterConfig, FilterGraph, FilterInput, Flow, HwDevice, HwKind,
    Packet, Place, Sound, SoundBlock, SoundFormat, State, VideoDecoder, VideoFrame,
};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::Command;

const PLAIN: (&str, &str) =
    ("filter.mp4", "-f lavfi -i testsrc2=s=320x180:d=0.6 -pix_fmt yuv420p -c:v libx264 -bf 3 OUT");
const FIELDS: (&str, &str) = (
    "filter_fields.ts",
    "-f lavfi -i testsrc2=s=192x128:r=50:d=0.6,tinterlace=interleave_top -pix_fmt yuv420p -c:v libx264 -flags +ildct+ilme -x264opts tff=1 OUT",
);
const FULL: (&str, &str) = ("filter_full.avi", "-f lavfi -i testsrc2=s=161x91:d=0.4 -pix_fmt yuvj420p -c:v mjpeg OUT");

/// Gives every picture of a file.
fn pictures(path: &Path) -> (FilterInput, Vec<VideoFrame>) {
    let mut demuxer = Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let stream = demuxer.video().unwrap();
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { held: 200, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let (mut packet, mut frame, mut list) = (Packet::new(), None, Vec::new());
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        while packet.stream() == stream.index() {
            let flow = decoder.decode_into(&packet, &mut frame).unwrap();
            list.extend(frame.take());
            if flow != Flow::Full {
                break;
            }
        }
    }
    while decoder.flush_into(&mut frame).unwrap() == Flow::Done {
        list.extend(frame.take());
    }
    (FilterInput::of(&stream), list)
}

fn hash(frame: &VideoFrame) -> String {
    let mut sha = Sha256::new();
    frame.view().rows().for_each(|row| sha.update(row));
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes everything out of an output until it needs more; says whether it ended.
fn drain(graph: &mut FilterGraph, output: usize, out: &mut Vec<VideoFrame>) -> bool {
    let mut frame = None;
    loop {
        match graph.receive_video(output, &mut frame).unwrap() {
            Flow::Done => out.extend(frame.take()),
            flow => return flow == Flow::Ended,
        }
    }
}

fn filtered(graph: &mut FilterGraph, pictures: &[VideoFrame]) -> Vec<VideoFrame> {
    let mut out = Vec::new();
    for picture in pictures {
        while graph.send_video(0, picture).unwrap() == Flow::Full {
            drain(graph, 0, &mut out);
        }
        assert!(!drain(graph, 0, &mut out));
    }
    graph.send_end(0).unwrap();
    assert!(drain(graph, 0, &mut out));
    out
}

fn opened(description: &str, inputs: &[FilterInput]) -> FilterGraph {
    let config = FilterConfig { threads: 2, held: 200, ..FilterConfig::default() };
    let mut graph = FilterGraph::new(description, inputs, config);
    graph.open().unwrap();
    graph
}

/// Seconds and hash of every picture by the command.
fn command(options: &[&str], path: &Path, filters: &str) -> Vec<(Rational, String)> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-noautorotate", "-copyts"]).args(options).arg("-i").arg(path);
    command.args(["-map", "0:V:0", "-vf", filters, "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    command.args(["-autoscale", "0", "-f", "framehash", "-hash", "sha256", "-"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{filters}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let base =
        text.lines().find_map(|line| line.strip_prefix("#tb 0: ")).and_then(|base| base.split_once('/')).unwrap();
    let base = Rational::new(base.0.parse().unwrap(), base.1.parse().unwrap());
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        (Rational::from_integer(fields[2].parse().unwrap()) * base, fields[5].to_owned())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

fn timed(graph: &FilterGraph, pictures: &[VideoFrame]) -> Vec<(Rational, String)> {
    let base = graph.time_base(0).unwrap();
    let seconds = |frame: &VideoFrame| Rational::from_integer(frame.tick().unwrap().into()) * base;
    pictures.iter().map(|frame| (seconds(frame), hash(frame))).collect()
}

#[test]
fn every_picture_is_the_commands() {
    for ((name, line), filters) in [
        (PLAIN, "null"),
        (PLAIN, "scale=160:90"),
        (PLAIN, "scale=200:-2:flags=bilinear+accurate_rnd,setpts=2*PTS"),
        (PLAIN, "fps=10"),
        (PLAIN, "fps=60"),
        (PLAIN, "transpose=1"),
        (PLAIN, "rotate=0.3"),
        (PLAIN, "crop=100:60:33:21"),
        (PLAIN, "vflip"),
        (PLAIN, "hflip,vflip,drawbox=10:10:50:40:red@0.5"),
        (PLAIN, "format=yuv410p"),
        (PLAIN, "format=rgb24,hue=s=0.5"),
        (PLAIN, "split[a][b];[a]crop=160:180:0:0[a];[b]crop=160:180:160:0,hflip[b];[a][b]hstack"),
        (PLAIN, "select=not(mod(n\\,3))"),
        (FIELDS, "yadif"),
        (FIELDS, "bwdif=send_field"),
        (FIELDS, "yadif=deint=interlaced,scale=96:64"),
        (FULL, "scale=80:46"),
        (FULL, "eq=brightness=0.1"),
    ] {
        let path = clip(name, line);
        let (input, pictures) = pictures(&path);
        let mut graph = opened(filters, &[input]);
        let got = filtered(&mut graph, &pictures);
        // A format that has no counterpart here is converted to the nearest that has one.
        let reference = if filters.contains("410") { "format=yuv410p,format=yuv420p" } else { filters };
        let expected = command(&["-filter_threads", "2"], &path, reference);
        let got = timed(&graph, &got);
        // The command writes times in ticks of the file's.
        let is_same = |(got, expected): (&(Rational, String), &(Rational, String))| {
            got.1 == expected.1 && (got.0 - expected.0) * (got.0 - expected.0) < Rational::new(1, 10_000 * 10_000)
        };
        let same = got.iter().zip(&expected).filter(|pair| is_same(*pair)).count();
        let counts = (same, got.len(), expected.len());
        assert!(same == got.len() && same == expected.len(), "{name} {filters}: {counts:?}");
        assert!(!expected.is_empty() && graph.state() == State::Draining);
        assert_eq!(graph.stats().pool.overflow, 0);
    }
}

#[test]
fn pictures_that_are_only_passed_on_are_not_copied() {
    let path = clip(PLAIN.0, PLAIN.1);
    let (input, pictures) = pictures(&path);
    for (filters, copies) in
        [("null", 0), ("fps=50,setpts=PTS+5", 0), ("crop=64:64:8:8", 0), ("negate", 1), ("vflip", 1)]
    {
        let mut graph = opened(filters, &[input]);
        let out = filtered(&mut graph, &pictures);
        let stats = graph.stats();
        assert_eq!((stats.pictures, stats.copies), (out.len() as u64, copies * out.len() as u64), "{filters}");
        assert_eq!(stats.pool.in_use as u64, stats.copies, "{filters}");
        drop(out);
        assert_eq!(graph.stats().pool.in_use, 0, "{filters}");
    }
    // Into memory of one's own there is one copy and no slot; what does not fit stays and is asked for again.
    let mut graph = opened("scale=64:36", &[input]);
    assert_eq!(graph.send_video(0, &pictures[0]).unwrap(), Flow::Done);
    let mut small = Frame::new(FrameLayout::packed(PixelFormat::I420, 32, 36).unwrap());
    let mut fits = Frame::new(FrameLayout::packed(PixelFormat::I420, 64, 36).unwrap());
    assert_eq!(graph.receive_video(0, &mut small).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(graph.receive_video(0, &mut fits).unwrap(), Flow::Done);
    assert_eq!(graph.receive_video(0, &mut fits).unwrap(), Flow::NeedMore);
    let expected = filtered(&mut opened("scale=64:36", &[input]), &pictures[..1]);
    assert!(fits.view().rows().eq(expected[0].view().rows()));
    assert_eq!((graph.stats().copies, graph.stats().pool.total_acquires), (1, 0));
}

#[test]
fn slots_come_home_and_their_number_is_bounded() {
    let path = clip(PLAIN.0, PLAIN.1);
    let (input, pictures) = pictures(&path);
    let mut graph = FilterGraph::new("negate", &[input], FilterConfig::default());
    graph.open().unwrap();
    let mut out = None;
    for picture in &pictures {
        assert_eq!(graph.send_video(0, picture).unwrap(), Flow::Done);
        assert_eq!(graph.receive_video(0, &mut out).unwrap(), Flow::Done);
        assert_eq!(graph.receive_video(0, &mut out).unwrap(), Flow::NeedMore);
        assert!(out.is_some(), "a call that gives nothing leaves it alone");
    }
    let stats = graph.stats();
    assert!(stats.pool.overflow == 0 && stats.pool.peak_usage <= 2, "{stats:?}");
    // A handle outlives the graph.
    let last = hash(out.as_ref().unwrap());
    drop(graph);
    assert_eq!(hash(out.as_ref().unwrap()), last);
}

#[test]
fn what_changes_in_mid_stream_makes_the_graph_anew() {
    let clips = [
        clip(PLAIN.0, PLAIN.1),
        clip("filter_small.mp4", "-f lavfi -i testsrc2=s=128x72:d=0.4 -pix_fmt yuv444p -c:v libx264 OUT"),
        clip(PLAIN.0, PLAIN.1),
    ];
    let input = pictures(&clips[0]).0;
    let mut graph = opened("scale=96:54:flags=bicubic", &[input]);
    let (mut got, mut expected) = (Vec::new(), Vec::new());
    for path in &clips {
        let (input, pictures) = pictures(path);
        expected.extend(filtered(&mut opened("scale=96:54:flags=bicubic", &[input]), &pictures).iter().map(hash));
        for picture in &pictures {
            while graph.send_video(0, picture).unwrap() == Flow::Full {
                drain(&mut graph, 0, &mut got);
            }
        }
    }
    graph.send_end(0).unwrap();
    assert!(drain(&mut graph, 0, &mut got));
    assert_eq!(graph.stats().rebuilds, 2);
    assert_eq!(got.iter().map(|frame| frame.view().format()).collect::<Vec<_>>()[15], PixelFormat::I444);
    assert!(got.iter().map(hash).eq(expected), "{} pictures", got.len());
    assert_eq!(graph.receive_video(0, &mut None::<VideoFrame>).unwrap(), Flow::Ended);
}

#[test]
fn several_inputs_and_outputs_are_numbered_as_they_stand() {
    let path = clip(PLAIN.0, PLAIN.1);
    let small = clip("filter_logo.mp4", "-f lavfi -i testsrc=s=64x48:d=0.6 -pix_fmt yuv420p -c:v libx264 OUT");
    let ((input, below), (logo, above)) = (pictures(&path), pictures(&small));
    let filters = "[main][logo]overlay=20:30,split[full][b];[b]scale=160:90[half]";
    let mut graph = opened(filters, &[input, logo]);
    let mut out = [Vec::new(), Vec::new()];
    let (mut below, mut above) = (below.iter(), above.iter());
    let mut next = [below.next(), above.next()];
    while next.iter().any(Option::is_some) {
        for (index, next) in next.iter_mut().enumerate() {
            let Some(picture) = next else { continue };
            // Whoever is not waited for is full.
            if graph.send_video(index, picture).unwrap() == Flow::Done {
                *next = if index == 0 { below.next() } else { above.next() };
                if next.is_none() {
                    graph.send_end(index).unwrap();
                }
            }
        }
        for (index, out) in out.iter_mut().enumerate() {
            drain(&mut graph, index, out);
        }
    }
    for (index, out) in out.iter_mut().enumerate() {
        assert!(drain(&mut graph, index, out));
    }
    // The command takes one input and a file inside the description.
    let movie = format!("movie={}[logo];[in][logo]overlay=20:30", small.display());
    for (index, filters) in [movie.clone(), format!("{movie},scale=160:90")].iter().enumerate() {
        let expected = command(&[], &path, filters);
        let got: Vec<String> = out[index].iter().map(hash).collect();
        assert!(got.iter().eq(expected.iter().map(|(_, hash)| hash)), "output {index}: {}", got.len());
    }
}

#[test]
fn a_graph_without_inputs_makes_its_own() {
    let mut graph = opened("testsrc2=size=64x48:rate=10:duration=1,format=rgba", &[]);
    let mut out = Vec::new();
    assert!(drain(&mut graph, 0, &mut out));
    assert_eq!((out.len(), out[3].view().format(), out[3].tick()), (10, PixelFormat::Rgba8, Some(3)));
    assert_eq!(graph.time_base(0), Some(Rational::new(1, 10)));
    graph.flush().unwrap();
    assert!(drain(&mut graph, 0, &mut out));
    assert_eq!(out.len(), 20);
}

/// The command's samples of a file behind `-af`, as planar channels of f32.
fn heard(path: &Path, filters: &str, channels: usize) -> Vec<Vec<f32>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path).args(["-af", filters, "-f", "f32le", "-"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let samples = output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    let samples: Vec<f32> = samples.collect();
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

#[test]
fn sound_is_the_commands() {
    // Samples of 16 bits, so that decoding leaves no room for rounding; blocks of odd lengths.
    let line = "-f lavfi -i aevalsrc=0.4*sin(2*PI*440*t)*(1+0.5*sin(2*PI*t))|0.2*sin(2*PI*660*t):s=44100:d=4 -c:a pcm_s16le OUT";
    let path = clip("filter.wav", line);
    for (filters, rate, channels) in [
        ("volume=0.5", 44_100, 2),
        ("loudnorm=I=-16:TP=-1.5:LRA=11,aformat=sample_rates=48000", 48_000, 2),
        ("aresample=16000,pan=mono|c0=0.5*c0+0.5*c1", 16_000, 1),
        ("atempo=1.5", 44_100, 2),
        ("anull", 44_100, 2),
    ] {
        let mut sound = Sound::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
        let mut graph = opened(filters, &[FilterInput::Audio { rate_hz: 44_100, channels: 2 }]);
        let mut got: Vec<Vec<f32>> = vec![Vec::new(); channels];
        let (mut block, mut next_tick) = (SoundBlock::new(), None);
        let mut take = |graph: &mut FilterGraph| loop {
            match graph.receive_audio(0, &mut block).unwrap() {
                Flow::Done => {}
                flow => break flow,
            }
            let format = SoundFormat { rate_hz: rate, channels };
            assert_eq!((block.format(), block.channel(channels)), (format, &[][..]));
            // Each block begins where the one before it ends.
            assert!(next_tick.is_none_or(|tick| block.tick() == Some(tick)), "{filters}: {block:?}");
            next_tick = block.tick().map(|tick| tick + block.frames() as i64);
            got.iter_mut().enumerate().for_each(|(index, channel)| channel.extend(block.channel(index)));
        };
        while sound.read().unwrap() {
            let flow = graph.send_audio(0, &[sound.channel(0), sound.channel(1)], None).unwrap();
            assert_eq!((flow, take(&mut graph)), (Flow::Done, Flow::NeedMore), "{filters}");
        }
        graph.send_end(0).unwrap();
        assert_eq!(take(&mut graph), Flow::Ended);
        assert_eq!(graph.time_base(0), Some(Rational::new(1, rate.into())));
        // What goes in is planar f32 here, so it is there.
        let expected = heard(&path, &format!("aformat=sample_fmts=fltp,{filters}"), channels);
        for (got, expected) in got.iter().zip(&expected) {
            assert_eq!(got.len(), expected.len(), "{filters}");
            let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= 1e-6, "{filters}: {worst}");
        }
    }
}

#[test]
fn devices_filter_too() {
    let path = clip(PLAIN.0, PLAIN.1);
    let (input, pictures) = pictures(&path);
    let expected: Vec<String> = pictures.iter().map(hash).collect();
    for kind in [HwKind::Vulkan, HwKind::OpenCl] {
        let device = HwDevice::open(kind).expect("Debian: mesa-vulkan-drivers, pocl-opencl-icd");
        let config = FilterConfig { held: 200, device: Some(device), ..FilterConfig::default() };
        let mut graph = FilterGraph::new("format=yuv420p,hwupload,hwdownload,format=yuv420p", &[input], config);
        graph.open().unwrap();
        let got: Vec<String> = filtered(&mut graph, &pictures).iter().map(hash).collect();
        assert!(got == expected, "{kind}");
    }
}

#[test]
fn errors_name_the_filter_and_the_option() {
    let input = FilterInput::Video { time_base: Rational::new(1, 25), frame_rate: None, pixel_aspect: (1, 1) };
    let refused = |description: &str, inputs: &[FilterInput]| match FilterGraph::new(
        description,
        inputs,
        FilterConfig::default(),
    )
    .open()
    {
        Err(error @ Error::Filter { .. }) => {
            assert_eq!((error.code(), error.exit_code()), ("E_FILTER", 2));
            error.to_string()
        }
        other => panic!("{description}: {other:?}"),
    };
    for (description, words) in [
        ("scal=640:360", &["'scal'", "near: scale"][..]),
        ("scale=widht=640", &["scale", "widht"]),
        ("fps=25,yadif=mode=nonsense", &["yadif", "nonsense"]),
        ("scale=640:360[", &["scale=640:360["]),
        ("", &["\"\""]),
    ] {
        let message = refused(description, &[input]);
        assert!(words.iter().all(|word| message.contains(word)), "{description}: {message}");
    }
    assert!(refused("null", &[input, input]).contains("[Pictures]"));
    assert!(refused("anull", &[input]).contains("[Sound]"));
    assert!(refused("overlay", &[input]).contains("[Pictures, Pictures]"));
    assert!(refused("a\0b", &[input]).contains("zero"));
    // What only shows with a picture.
    let (input, pictures) = pictures(&clip(PLAIN.0, PLAIN.1));
    let mut graph = opened("crop=1000:1000", &[input]);
    let message = graph.send_video(0, &pictures[0]).unwrap_err().to_string();
    assert!(message.contains("crop=1000:1000") && message.contains("1000"), "{message}");
    // The graph is not lost with it.
    assert!(matches!(graph.send_video(0, &pictures[0]), Err(Error::Filter { .. })));
    let odd = FilterInput::Video { time_base: Rational::from_integer(0), frame_rate: None, pixel_aspect: (1, 1) };
    assert_eq!(FilterGraph::new("null", &[odd], FilterConfig::default()).open().unwrap_err().code(), "E_BAD_PARAMETER");
    let none = FilterInput::Audio { rate_hz: 48_000, channels: 0 };
    assert_eq!(
        FilterGraph::new("anull", &[none], FilterConfig::default()).open().unwrap_err().code(),
        "E_BAD_PARAMETER"
    );
}

#[test]
fn calls_in_the_wrong_state_name_both_and_change_nothing() {
    let (input, pictures) = pictures(&clip(PLAIN.0, PLAIN.1));
    let mut graph = FilterGraph::new("negate", &[input], FilterConfig::default());
    let mut out = None;
    let wrong = |result: Result<Flow, Error>, message: &str| {
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("E_WRONG_STATE", message));
    };
    wrong(graph.send_video(0, &pictures[0]), "send_video is not possible when created");
    wrong(graph.receive_video(0, &mut out), "receive_video is not possible when created");
    graph.open().unwrap();
    wrong(graph.open().map(|()| Flow::Done), "open is not possible when opened");
    assert_eq!(graph.receive_video(0, &mut out).unwrap(), Flow::NeedMore);
    for bad in [graph.send_video(1, &pictures[0]), graph.receive_video(1, &mut out)] {
        assert_eq!(bad.unwrap_err().code(), "E_BAD_PARAMETER");
    }
    assert_eq!(graph.send_audio(0, &[&[0.0]], None).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(graph.receive_audio(0, &mut SoundBlock::new()).unwrap_err().code(), "E_BAD_PARAMETER");
    // Twice from the start.
    for _ in 0..2 {
        assert_eq!(filtered(&mut graph, &pictures).len(), pictures.len());
        wrong(graph.send_video(0, &pictures[0]), "send_video is not possible when draining");
        wrong(graph.send_end(0).map(|()| Flow::Done), "send_end is not possible when draining");
        graph.flush().unwrap();
        assert_eq!(graph.state(), State::Opened);
    }
    // Nothing came, nothing comes.
    graph.send_end(0).unwrap();
    assert_eq!(graph.receive_video(0, &mut out).unwrap(), Flow::Ended);
    graph.close();
    wrong(graph.receive_video(0, &mut out), "receive_video is not possible when closed");
    graph.open().unwrap();
    assert_eq!(graph.send_video(0, &pictures[0]).unwrap(), Flow::Done);
}
