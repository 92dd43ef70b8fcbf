//! Writing containers: to files, writers, memory and addresses; what goes wrong there is an error and leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use common::made::{picture, pool, said, scratch, tone};
use millpond_core::Rational;
use millpond_core::video::PixelFormat;
use millpond_ffmpeg::{
    Access, AudioEncoder, AudioEncoderConfig, Cancel, Container, Demuxer, Error, Flow, MemoryFile, Muxer, MuxerConfig,
    Packet, Place, State, VideoEncoder, VideoEncoderConfig,
};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

const AV: &str = "-f lavfi -i testsrc2=s=128x72:d=2 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=2 \
    -pix_fmt yuv420p -c:v libx264 -g 10 -bf 2 -c:a aac OUT";

fn open(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

fn av() -> Demuxer {
    open(&clip("mux.mp4", AV))
}

/// A muxer of both streams of the clip, opened or why not.
fn opened(mut muxer: Muxer, demuxer: &Demuxer) -> Result<Muxer, Error> {
    assert_eq!((muxer.add_copy(demuxer, 0)?, muxer.add_copy(demuxer, 1)?), (0, 1));
    muxer.open()?;
    Ok(muxer)
}

/// Copies the clip's packets and finishes.
fn copied(muxer: Result<Muxer, Error>) -> Result<u64, Error> {
    let mut demuxer = av();
    let mut muxer = opened(muxer?, &demuxer)?;
    let mut packet = Packet::new();
    while demuxer.read_into(&mut packet)? == Flow::Done {
        let stream = packet.stream();
        muxer.write(stream, &mut packet)?;
        assert!(packet.data().is_empty(), "the packet was taken");
    }
    muxer.finish()?;
    assert_eq!(muxer.state(), State::Closed);
    Ok(muxer.packets())
}

/// The hash of every packet of every stream, by `ffprobe`, which must have nothing to complain about.
fn packet_hashes(path: &Path) -> Vec<(u64, String)> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-show_packets", "-show_data_hash", "sha256", "-of", "json"]).arg(path);
    let listing: serde_json::Value = serde_json::from_str(&said(&mut command)).unwrap();
    let packets = listing["packets"].as_array().unwrap().iter();
    let mut list: Vec<(u64, String)> = packets
        .map(|packet| (packet["stream_index"].as_u64().unwrap(), packet["data_hash"].as_str().unwrap().to_owned()))
        .collect();
    // In the order of each stream.
    list.sort_by_key(|(stream, _)| *stream);
    list
}

fn same_packets(bytes: &[u8], name: &str) {
    let path = scratch(name);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(packet_hashes(&path), packet_hashes(&clip("mux.mp4", AV)), "{name}");
}

/// A writer that can do nothing but write.
#[derive(Clone, Default)]
struct Forward(Arc<Mutex<Vec<u8>>>);

impl Write for Forward {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Short writes are allowed.
        let length = bytes.len().min(1000);
        self.0.lock().unwrap().extend_from_slice(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn boxes(bytes: &[u8]) -> Vec<String> {
    let (mut at, mut names) = (0, Vec::new());
    while let Some(head) = bytes.get(at..at + 8) {
        names.push(String::from_utf8_lossy(&head[4..]).into_owned());
        at += (u32::from_be_bytes(head[..4].try_into().unwrap()) as usize).max(8);
    }
    names
}

#[test]
fn where_the_index_stands() {
    let config = MuxerConfig::new(Container::Mp4);
    let path = scratch("front.mp4");
    let _ = std::fs::remove_file(&path);
    let count = copied(Muxer::to_file(&path, &MuxerConfig::default())).unwrap();
    assert_eq!(count as usize, packet_hashes(&path).len());
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(boxes(&bytes)[..2], ["ftyp", "moov"]);
    same_packets(&bytes, "front.copy.mp4");

    let memory = MemoryFile::new();
    copied(Muxer::to_seekable("memory", memory.clone(), &config)).unwrap();
    let bytes = memory.take();
    assert_eq!((boxes(&bytes).first().unwrap().as_str(), boxes(&bytes).last().unwrap().as_str()), ("ftyp", "moov"));
    same_packets(&bytes, "memory.mp4");

    let forward = Forward::default();
    copied(Muxer::to_writer("a writer", forward.clone(), &config)).unwrap();
    let bytes = forward.0.lock().unwrap().clone();
    let names = boxes(&bytes);
    assert_eq!(names[..4], ["ftyp", "moov", "moof", "mdat"]);
    // A fragment for each of the five key frames.
    assert_eq!(names.iter().filter(|name| *name == "moof").count(), 5);
    same_packets(&bytes, "forward.mp4");

    let path = scratch("fragments.mp4");
    copied(Muxer::to_file(&path, &MuxerConfig { is_fragmented: true, ..MuxerConfig::default() })).unwrap();
    assert_eq!(boxes(&std::fs::read(&path).unwrap())[..3], ["ftyp", "moov", "moof"]);
}

#[test]
fn other_containers_to_a_writer_without_seeking() {
    for container in [Container::Matroska, Container::Mov, Container::Flv] {
        let forward = Forward::default();
        copied(Muxer::to_writer("a writer", forward.clone(), &MuxerConfig::new(container))).unwrap();
        same_packets(&forward.0.lock().unwrap(), &format!("forward.{}", container.name()));
    }
    let forward = Forward::default();
    copied(Muxer::to_writer("by.ts", forward.clone(), &MuxerConfig::default())).unwrap();
    let path = scratch("forward.ts");
    std::fs::write(&path, &*forward.0.lock().unwrap()).unwrap();
    assert_eq!(packet_hashes(&path).len(), packet_hashes(&clip("mux.mp4", AV)).len());
}

#[test]
fn one_encode_goes_to_containers_with_and_without_a_place_for_headers() {
    let rate = Rational::from_integer(25);
    let mut encoder = VideoEncoder::new(VideoEncoderConfig {
        preset: Some("ultrafast".into()),
        gop: Some(8),
        ..VideoEncoderConfig::new("libx264", 96, 64, rate)
    });
    encoder.open().unwrap();
    let mut sound = AudioEncoder::new(AudioEncoderConfig::new("aac", 48_000, 2));
    sound.open().unwrap();
    let paths = ["ladder.mp4", "ladder.ts", "ladder.mkv"].map(scratch);
    let mut muxers = paths.each_ref().map(|path| {
        let mut muxer = Muxer::to_file(path, &MuxerConfig::default()).unwrap();
        assert_eq!((muxer.add_encoder(&encoder).unwrap(), muxer.add_encoder(&sound).unwrap()), (0, 1));
        muxer.open().unwrap();
        muxer
    });
    let mut write = |stream: usize, packet: &Packet| {
        for muxer in &mut muxers {
            muxer.write(stream, &mut packet.share().unwrap()).unwrap();
        }
    };
    let pool = pool(encoder.config(), 2);
    let samples = tone(48_000, 2, 24 * 1920);
    let mut packet = Packet::new();
    for n in 0..24 {
        assert_eq!(encoder.send(&picture(&pool, n), n).unwrap(), Flow::Done);
        while encoder.receive(&mut packet).unwrap() == Flow::Done {
            write(0, &packet);
        }
        let block = n as usize * 1920..(n as usize + 1) * 1920;
        sound.send(&[&samples[0][block.clone()], &samples[1][block]], None).unwrap();
        while sound.receive(&mut packet).unwrap() == Flow::Done {
            write(1, &packet);
        }
    }
    encoder.send_end().unwrap();
    sound.send_end().unwrap();
    while encoder.receive(&mut packet).unwrap() == Flow::Done {
        write(0, &packet);
    }
    while sound.receive(&mut packet).unwrap() == Flow::Done {
        write(1, &packet);
    }
    for muxer in &mut muxers {
        muxer.finish().unwrap();
        assert_eq!(muxer.repaired(), 0);
    }
    let pictures = |path: &Path| common::reference(path).into_iter().map(|(_, hash)| hash).collect::<Vec<_>>();
    let expected = pictures(&paths[0]);
    assert_eq!(expected.len(), 24);
    for path in &paths[1..] {
        assert_eq!(pictures(path), expected, "{}", path.display());
    }
    // Sound begins 21 ms before the pictures, and players of MP4 and Matroska are told to skip that.
    for path in &paths {
        let mut command = Command::new("ffprobe");
        command.args(["-v", "error", "-show_entries", "stream=codec_name,nb_read_packets", "-count_packets"]);
        let listing = said(command.args(["-of", "csv=p=0"]).arg(path));
        // Streams of a program are listed once more.
        assert_eq!(
            listing.lines().map(str::trim).take(2).collect::<Vec<_>>(),
            ["h264,24", "aac,46"],
            "{}",
            path.display()
        );
    }
}

/// A place that fails in its own way after so many bytes.
struct Failing {
    left: usize,
    fails_when_flushed: bool,
    how: fn() -> io::Result<usize>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left < bytes.len() {
            return (self.how)();
        }
        self.left -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.fails_when_flushed { (self.how)().map(|_| ()) } else { Ok(()) }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) => Ok(at),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

#[test]
fn a_writer_that_fails_panics_or_lies_is_an_error_wherever_it_happens() {
    let forward = Forward::default();
    copied(Muxer::to_writer("x.mkv", forward.clone(), &MuxerConfig::default())).unwrap();
    let whole = forward.0.lock().unwrap().len();
    type Way = (fn() -> io::Result<usize>, &'static str);
    let ways: [Way; 4] = [
        (|| Err(io::Error::other("the disk is full")), "the disk is full"),
        (|| panic!("surprise"), "it panicked: surprise"),
        (|| Ok(0), "it takes no more bytes"),
        (|| Ok(usize::MAX), "it says that it wrote 18446744073709551615 of"),
    ];
    for (how, reason) in ways {
        for left in [0, 1, 500, whole / 2, whole - 1] {
            for is_seekable in [false, true] {
                let config = MuxerConfig::new(Container::Matroska);
                let writer = Failing { left, fails_when_flushed: false, how };
                let muxer = if is_seekable {
                    Muxer::to_seekable("a writer", writer, &config)
                } else {
                    Muxer::to_writer("a writer", writer, &config)
                };
                let error = copied(muxer).unwrap_err();
                assert_eq!((error.code(), error.exit_code()), ("E_OUTPUT", 4));
                let text = error.to_string();
                assert!(text.contains(reason) && text.ends_with(": a writer"), "{left}: {text}");
            }
        }
        // Only flushing fails: the last thing of all.
        let last = Failing { left: usize::MAX, fails_when_flushed: true, how };
        if reason != "it takes no more bytes" && !reason.contains("1844") {
            let error = copied(Muxer::to_writer("w.ts", last, &MuxerConfig::default())).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}

/// `/dev/full` takes no byte, as a full disk.
#[test]
fn a_full_disk_is_an_error() {
    let config = MuxerConfig::new(Container::MpegTs);
    let error = copied(Muxer::to_file(Path::new("/dev/full"), &config)).unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("E_OUTPUT", 4), "{error}");
}

#[test]
fn an_address_gets_what_is_written() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let access = Access { protocols: vec!["tcp".into()], ..Access::default() };
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let place = access.argument(address.as_ref()).unwrap();
    let mut config = MuxerConfig::new(Container::Matroska);
    // The first is the protocol's, the second the container's.
    config.options = vec![("send_buffer_size".into(), "65536".into()), ("cluster_time_limit".into(), "500".into())];
    copied(Muxer::to_address(&place, &access, &Cancel::new(), &config)).unwrap();
    same_packets(&reader.join().unwrap(), "address.mkv");
    // Nobody listens there any more.
    let refused = Muxer::to_address(&place, &access, &Cancel::new(), &config).err().unwrap();
    assert_eq!(refused.code(), "E_OUTPUT");
    let unnamed = Muxer::to_address(&place, &access, &Cancel::new(), &MuxerConfig::default()).err().unwrap();
    assert_eq!(unnamed.code(), "E_UNSUPPORTED_OUTPUT");
    assert_eq!(Access::default().argument(address.as_ref()).unwrap_err().code(), "E_PROTOCOL_REFUSED");
}

#[test]
fn options_are_checked() {
    let with = |container, name: &str, value: &str| {
        let mut config = MuxerConfig::new(container);
        config.options = vec![(name.into(), value.into())];
        Muxer::to_seekable("memory", MemoryFile::new(), &config).map(|_| ()).map_err(|error| error.to_string())
    };
    with(Container::MpegTs, "mpegts_service_id", "7").unwrap();
    with(Container::Mp4, "movflags", "+frag_custom").unwrap();
    let refused = with(Container::MpegTs, "mpegts_servce_id", "7").unwrap_err();
    assert!(refused.starts_with("mpegts has no option mpegts_servce_id (near: mpegts_service_id"), "{refused}");
    let refused = with(Container::Mp4, "movflags", "+fastsart").unwrap_err();
    assert!(refused.starts_with("option movflags of mp4 cannot be"), "{refused}");
    // An option of demuxers.
    assert!(with(Container::Mp4, "advanced_editlist", "0").is_err());
    let unknown = Muxer::to_writer("a.xyz", Forward::default(), &MuxerConfig::default()).err().unwrap();
    assert_eq!((unknown.code(), unknown.exit_code()), ("E_UNSUPPORTED_OUTPUT", 5));
    assert_eq!(Container::from_name("matroska"), Some(Container::Matroska));
    assert_eq!(Container::from_name("MKV"), Some(Container::Matroska));
    assert_eq!(Container::from_name("doc"), None);
}

#[test]
fn a_container_refuses_what_it_cannot_hold() {
    let demuxer = av();
    let mut muxer = Muxer::to_seekable("memory.webm", MemoryFile::new(), &MuxerConfig::default()).unwrap();
    assert!(muxer.accepts("vp9") && !muxer.accepts("h264") && !muxer.accepts("no such"));
    let error = muxer.add_copy(&demuxer, 0).unwrap_err();
    assert_eq!(error.to_string(), "codec h264 is not supported (webm cannot hold it: memory.webm)");
    assert_eq!(muxer.add_copy(&demuxer, 9).unwrap_err().code(), "E_UNSUPPORTED_OUTPUT");
    // A header without streams.
    assert!(Muxer::to_seekable("a.mp4", MemoryFile::new(), &MuxerConfig::default()).unwrap().open().is_err());
    // Two streams in a container of one.
    let mut encoder = VideoEncoder::new(VideoEncoderConfig {
        format: PixelFormat::I420,
        ..VideoEncoderConfig::new("ffv1", 96, 64, Rational::from_integer(25))
    });
    let mut muxer = Muxer::to_seekable("a.mkv", MemoryFile::new(), &MuxerConfig::default()).unwrap();
    let error = muxer.add_encoder(&encoder).unwrap_err();
    assert_eq!(error.to_string(), "add_encoder of an encoder is not possible when created");
    encoder.open().unwrap();
    assert_eq!(muxer.add_encoder(&encoder).unwrap(), 0);
}

#[test]
fn a_call_in_the_wrong_state_names_both_and_dropping_leaves_nothing() {
    use State::{Closed, Created, Opened, Streaming};
    let folder = scratch("states");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("out.mp4");
    std::fs::write(&path, "what stood there before").unwrap();
    let reach = |state: State| {
        let mut demuxer = av();
        let mut muxer = Muxer::to_file(&path, &MuxerConfig::default()).unwrap();
        assert_eq!(muxer.add_copy(&demuxer, 0).unwrap(), 0);
        if state != Created {
            muxer.open().unwrap();
        }
        if matches!(state, Streaming | Closed) {
            let mut packet = Packet::new();
            while packet.data().is_empty() || packet.stream() != 0 {
                assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Done);
            }
            muxer.write(0, &mut packet).unwrap();
        }
        if state == Closed {
            muxer.finish().unwrap();
        }
        assert_eq!(muxer.state(), state);
        muxer
    };
    type Call = (&'static str, fn(&mut Muxer) -> Result<(), Error>, &'static [State]);
    let calls: [Call; 9] = [
        ("add_copy", |muxer| muxer.add_copy(&av(), 1).map(|_| ()), &[Created]),
        ("describe_like", |muxer| muxer.describe_like(0, &av(), 0), &[Created]),
        ("set_metadata", |muxer| muxer.set_metadata("title", "Pond"), &[Created]),
        ("copy_metadata", |muxer| muxer.copy_metadata(&av()), &[Created]),
        ("add_chapter", |muxer| muxer.add_chapter(Rational::new(0, 1), Rational::new(1, 1), "One"), &[Created]),
        ("open", Muxer::open, &[Created]),
        (
            "write",
            |muxer| {
                let (mut demuxer, mut packet) = (av(), Packet::new());
                while packet.data().is_empty() || packet.stream() != 0 {
                    assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Done);
                }
                muxer.write(0, &mut packet)
            },
            &[Opened, Streaming],
        ),
        ("flush", Muxer::flush, &[Opened, Streaming]),
        ("finish", Muxer::finish, &[Opened, Streaming]),
    ];
    for state in [Created, Opened, Streaming, Closed] {
        for (name, call, allowed) in calls {
            if state != Closed {
                std::fs::write(&path, "what stood there before").unwrap();
            }
            let mut muxer = reach(state);
            match call(&mut muxer) {
                Ok(()) => assert!(allowed.contains(&state), "{name} when {state}"),
                Err(error) => {
                    assert!(!allowed.contains(&state), "{name} when {state}: {error}");
                    assert_eq!((error.code(), muxer.state()), ("E_WRONG_STATE", state));
                    assert_eq!(error.to_string(), format!("{name} is not possible when {state}"));
                }
            }
            let is_finished = muxer.state() == Closed;
            drop(muxer);
            let is_new = std::fs::read(&path).unwrap() != b"what stood there before";
            assert_eq!(is_new, is_finished, "{name} when {state}");
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "{name} when {state}");
        }
    }
    let mut muxer = reach(Opened);
    assert_eq!(muxer.write(5, &mut Packet::new()).unwrap_err().code(), "E_BAD_PARAMETER");
}

#[test]
fn a_flush_makes_a_fragment_whole() {
    let forward = Forward::default();
    let mut demuxer = av();
    let mut config = MuxerConfig::new(Container::Mp4);
    config.options = vec![("movflags".into(), "empty_moov+default_base_moof+frag_custom".into())];
    let mut muxer = opened(Muxer::to_writer("live", forward.clone(), &config).unwrap(), &demuxer).unwrap();
    let mut packet = Packet::new();
    for _ in 0..30 {
        assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Done);
        let stream = packet.stream();
        muxer.write(stream, &mut packet).unwrap();
    }
    let count = || boxes(&forward.0.lock().unwrap()).iter().filter(|name| *name == "moof").count();
    assert_eq!(count(), 0);
    muxer.flush().unwrap();
    assert_eq!(count(), 1);
    let names = boxes(&forward.0.lock().unwrap());
    assert_eq!(names, ["ftyp", "moov", "moof", "mdat"]);
}

#[test]
fn metadata_and_chapters_are_written() {
    let path = scratch("described.mkv");
    let demuxer = av();
    let mut muxer = Muxer::to_file(&path, &MuxerConfig::default()).unwrap();
    muxer.add_copy(&demuxer, 0).unwrap();
    muxer.set_metadata("title", "Pond").unwrap();
    assert_eq!(muxer.set_metadata("ti\0tle", "Pond").unwrap_err().code(), "E_BAD_PARAMETER");
    muxer.add_chapter(Rational::new(0, 1), Rational::new(1, 2), "One").unwrap();
    muxer.add_chapter(Rational::new(1, 2), Rational::new(2, 1), "Two").unwrap();
    assert_eq!(muxer.add_chapter(Rational::new(2, 1), Rational::new(1, 1), "?").unwrap_err().code(), "E_OUTPUT");
    muxer.open().unwrap();
    let (mut demuxer, mut packet) = (demuxer, Packet::new());
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        if packet.stream() == 0 {
            muxer.write(0, &mut packet).unwrap();
        }
    }
    muxer.finish().unwrap();
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "error",
        "-of",
        "json",
        "-show_entries",
        "format_tags=title:chapter=start_time,end_time:chapter_tags=title",
    ]);
    let said: serde_json::Value = serde_json::from_str(&said(command.arg(&path))).unwrap();
    assert_eq!(said["format"]["tags"]["title"], "Pond");
    let expected = serde_json::json!([
        {"start_time": "0.000000", "end_time": "0.500000", "tags": {"title": "One"}},
        {"start_time": "0.500000", "end_time": "2.000000", "tags": {"title": "Two"}},
    ]);
    assert_eq!(said["chapters"], expected);
}
