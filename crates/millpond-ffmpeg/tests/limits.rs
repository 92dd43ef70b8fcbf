//! What a file of unknown origin may ask for, and what it may make the program open.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_ffmpeg::{
    Access, Cancel, Clip, DecoderConfig, Demuxer, Error, Flow, Limits, Packet, Place, Sound, VideoDecoder,
    limit_allocations,
};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

const AV: &str =
    "-f lavfi -i testsrc2=s=128x72:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -c:v libx264 -g 10 -c:a aac OUT";

fn limited(limits: Limits) -> Access {
    Access { limits, ..Access::default() }
}

fn open(path: &Path, access: &Access) -> Result<Demuxer, Error> {
    Demuxer::open(&Place::file(path).unwrap(), access, &Cancel::new())
}

fn bytes(bytes: Vec<u8>) -> Result<Demuxer, Error> {
    Demuxer::from_seekable("bytes", Cursor::new(bytes), &Access::default(), &Cancel::new())
}

/// Code and message of what was refused.
fn refused<T>(result: Result<T, Error>) -> (&'static str, String) {
    let error = result.err().expect("it was taken");
    assert_eq!(error.exit_code(), 3, "{error}");
    (error.code(), error.to_string())
}

/// Where the first box of this type begins, behind its name.
fn behind(bytes: &[u8], name: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == name).unwrap() + 4
}

#[test]
fn a_size_that_a_header_declares_is_refused_before_anything_is_decoded() {
    let mut file = fs::read(clip("limits.mp4", AV)).unwrap();
    // A visual sample entry: 6 reserved bytes, 2 of a reference, 16 of nothing, width, height.
    let table = behind(&file, b"stsd");
    let at = table + behind(&file[table..], b"avc1") + 24;
    file[at..at + 4].fill(0xff);
    let said = refused(bytes(file));
    let message = "over the limit of 67108864 pixels a picture, it has 4294836225: bytes";
    assert_eq!(said, ("E_LIMIT_PIXELS", message.to_owned()));
}

#[test]
fn a_size_that_only_the_bitstream_tells_is_refused_too() {
    let small = Limits { pixels: 128 * 72 - 1, ..Limits::default() };
    for (name, line) in [
        ("limits.h264", "-f lavfi -i testsrc2=s=128x72:d=0.2 -pix_fmt yuv420p -c:v libx264 OUT"),
        ("limits.ts", "-f lavfi -i testsrc2=s=128x72:d=0.2 -pix_fmt yuv420p -c:v mpeg2video OUT"),
        (
            "limits_av1.obu",
            "-f lavfi -i testsrc2=s=128x72:d=0.2 -pix_fmt yuv420p -c:v libaom-av1 -cpu-used 8 -f obu OUT",
        ),
    ] {
        let path = clip(name, line);
        assert!(open(&path, &limited(Limits { pixels: 128 * 80, ..small })).is_ok(), "{name}");
        let place = Place::file(&path).unwrap();
        let opened = Clip::open(&place, &limited(small), &Cancel::new(), DecoderConfig::default());
        assert_eq!(refused(opened.map(|_| ())).0, "E_LIMIT_PIXELS", "{name}");
    }
}

/// Decodes all, over errors; the codes of what went wrong, how many pictures came, and how many slots were written.
fn decode(path: &Path, access: &Access, threads: usize) -> (Vec<&'static str>, u64, u64) {
    let mut demuxer = open(path, access).unwrap();
    let mut decoder =
        VideoDecoder::new(&demuxer.video().unwrap(), DecoderConfig { threads, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let (mut packet, mut frame, mut codes) = (Packet::new(), None, Vec::new());
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        while let Ok(Flow::Full) =
            decoder.decode_into(&packet, &mut frame).inspect_err(|error| codes.push(error.code()))
        {}
    }
    loop {
        match decoder.flush_into(&mut frame) {
            Ok(Flow::Done) => {}
            Ok(_) => break,
            Err(error) => codes.push(error.code()),
        }
    }
    drop(frame);
    (codes, decoder.stats().pictures, decoder.stats().in_place)
}

#[test]
fn a_size_that_comes_in_mid_stream_is_refused() {
    let line = |size: &str, codec: &str| format!("-f lavfi -i testsrc2=s={size}:d=0.4 -pix_fmt yuv420p {codec} OUT");
    // MPEG-2 keeps the last picture back for reordering, and FFmpeg drops it when the size changes.
    for (name, codec, small_ones) in
        [("h264", "-c:v libx264", 10), ("m2v", "-c:v mpeg2video", 9), ("obu", "-c:v libaom-av1 -cpu-used 8 -f obu", 10)]
    {
        let small = clip(&format!("mid_small.{name}"), &line("128x72", codec));
        let large = clip(&format!("mid_large.{name}"), &line("256x144", codec));
        let path = small.with_file_name(format!("mid.{name}"));
        fs::write(&path, [fs::read(&small).unwrap(), fs::read(&large).unwrap()].concat()).unwrap();
        let access = limited(Limits { pixels: 200 * 100, ..Limits::default() });
        for threads in [1, 3] {
            let (codes, pictures, slots) = decode(&path, &access, threads);
            assert!(!codes.is_empty() && codes.iter().all(|code| *code == "E_LIMIT_PIXELS"), "{name}: {codes:?}");
            assert_eq!(pictures, small_ones, "{name}, {threads} threads");
            // No memory was taken for what is too large; libdav1d brings its own.
            assert_eq!(slots, if name == "obu" { 0 } else { 10 }, "{name}, {threads} threads");
            let (codes, pictures, _) = decode(&path, &Access::default(), threads);
            assert_eq!((codes, pictures), (vec![], small_ones + 10), "{name}, {threads} threads");
        }
    }
}

/// An MP4 whose only track is there so many times.
fn with_tracks(count: usize) -> Vec<u8> {
    let file =
        fs::read(clip("track.mp4", "-f lavfi -i testsrc2=s=64x48:d=0.2 -pix_fmt yuv420p -c:v libx264 OUT")).unwrap();
    let (moov, trak) = (behind(&file, b"moov") - 8, behind(&file, b"trak") - 8);
    let size = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let track = &file[trak..trak + size(trak)];
    let mut many = file[..trak].to_vec();
    many.extend(track.repeat(count));
    many.extend(&file[trak + track.len()..moov + size(moov)]);
    let whole = (many.len() - moov) as u32;
    many[moov..moov + 4].copy_from_slice(&whole.to_be_bytes());
    many
}

#[test]
fn thousands_of_streams_are_refused() {
    assert!(bytes(with_tracks(256)).is_ok());
    let (code, message) = refused(bytes(with_tracks(257)));
    assert_eq!((code, message.as_str()), ("E_LIMIT_STREAMS", "over the limit of 256 streams, it has 257: bytes"));
    assert!(refused(bytes(with_tracks(3000))).1.ends_with("it has 3000: bytes"));
    // FFmpeg itself stops at some number, and says only that it has no memory.
    assert_eq!(refused(bytes(with_tracks(6000))).0, "E_LIMIT_ALLOCATION");
}

#[test]
fn a_length_of_years_is_refused() {
    let mut file = fs::read(clip("limits.mp4", AV)).unwrap();
    // A movie header, version 0: flags, two dates, ticks a second, ticks.
    let at = behind(&file, b"mvhd") + 12;
    file[at..at + 8].copy_from_slice(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xf0]);
    assert_eq!(refused(bytes(file)).1, "over the limit of 604800 seconds, it has 4294967280: bytes");
    let path = clip("limits.mp4", AV);
    let second = limited(Limits { duration: Duration::from_secs(1), ..Limits::default() });
    assert_eq!(refused(open(&path, &second)).0, "E_LIMIT_DURATION");
}

#[test]
fn packets_behind_any_sensible_time_are_skipped_and_counted() {
    // A file that does not say how long it is: 50 pictures in two seconds.
    let path = clip("endless.mkv", "-f lavfi -i testsrc2=s=64x48:d=2 -pix_fmt yuv420p -c:v mpeg4 -live 1 OUT");
    let read = |mut demuxer: Demuxer| {
        let (mut packet, mut count) = (Packet::new(), 0);
        while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
            count += 1;
        }
        (count, demuxer.damaged())
    };
    let second = limited(Limits { duration: Duration::from_secs(1), ..Limits::default() });
    assert_eq!(read(open(&path, &second).unwrap()), (26, 24));
    assert_eq!(read(open(&path, &Access::default()).unwrap()), (50, 0));
    // From a reader it may be live, and then it may go on for years.
    let reader = Cursor::new(fs::read(&path).unwrap());
    assert_eq!(read(Demuxer::from_reader("live", reader, &second, &Cancel::new()).unwrap()), (50, 0));
}

#[test]
fn packets_that_yield_nothing_come_to_an_end() {
    let mut file = fs::read(clip("limits.mp4", AV)).unwrap();
    let (data, index) = (behind(&file, b"mdat"), behind(&file, b"moov") - 8);
    file[data..index].fill(0);
    let path = clip("limits.mp4", AV).with_file_name("barren.mp4");
    fs::write(&path, file).unwrap();
    let access = limited(Limits { barren_packets: 20, ..Limits::default() });
    let place = Place::file(&path).unwrap();
    let clip = Clip::open(&place, &access, &Cancel::new(), DecoderConfig::default());
    let message = format!("over the limit of 20 packets in a row that yield nothing, it has 21: {}", path.display());
    assert_eq!(refused(clip.map(|_| ())), ("E_LIMIT_BARREN_PACKETS", message));
    assert_eq!(refused(Sound::open(&place, &access, &Cancel::new()).map(|_| ())).0, "E_LIMIT_BARREN_PACKETS");
    // With more patience the file ends before.
    let clip = Clip::open(&place, &Access::default(), &Cancel::new(), DecoderConfig::default());
    assert_eq!(refused(clip.map(|_| ())).0, "E_MEDIA_BROKEN");
}

#[test]
fn allocations_are_bounded() {
    // The bound holds for the whole process: this test is another one.
    const CHILD: &str = "MILLPOND_TEST_ALLOCATIONS";
    let file = fs::read(clip("allocations.flac", "-f lavfi -i sine=d=0.2 OUT")).unwrap();
    // Behind `fLaC` and the block STREAMINFO comes one of comments: no vendor, a single comment of 3 MB.
    let text = [b"A=".to_vec(), vec![b'x'; 3 << 20]].concat();
    let comment = [&[0, 0, 0, 0, 1, 0, 0, 0], &(text.len() as u32).to_le_bytes()[..], &text].concat();
    let block = [&[4], &(comment.len() as u32).to_be_bytes()[1..], &comment].concat();
    let file = [&file[..42], &block, &file[42..]].concat();
    if std::env::var_os(CHILD).is_none() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        let output = child.args(["--exact", "allocations_are_bounded"]).env(CHILD, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    assert!(bytes(file.clone()).is_ok());
    limit_allocations(2 << 20);
    let (code, message) = refused(bytes(file.clone()));
    assert_eq!(code, "E_LIMIT_ALLOCATION");
    assert_eq!(message, "over the limit of 2097152 bytes in one allocation: bytes");
    limit_allocations(4 << 20);
    assert!(bytes(file).is_ok());
}

#[test]
fn probing_reads_no_more_than_was_said() {
    struct Counting(Cursor<Vec<u8>>, Arc<AtomicU64>);
    impl Read for Counting {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1.fetch_add(read as u64, Ordering::Relaxed);
            Ok(read)
        }
    }
    // Sound that is announced and comes late: FFmpeg looks for it as long as it may.
    let line = "-f lavfi -i testsrc2=s=320x180:d=2 -itsoffset 1.8 -f lavfi -i sine=d=0.2 -pix_fmt yuv420p \
        -c:v mpeg2video -q:v 1 -g 3 -c:a mp2 OUT";
    let file = fs::read(clip("probed.ts", line)).unwrap();
    let read = |probe_bytes| {
        let count = Arc::new(AtomicU64::new(0));
        let reader = Counting(Cursor::new(file.clone()), Arc::clone(&count));
        let access = limited(Limits { probe_bytes, ..Limits::default() });
        let demuxer = Demuxer::from_reader("counting", reader, &access, &Cancel::new()).unwrap();
        assert_eq!(demuxer.video().unwrap().index(), 0);
        count.load(Ordering::Relaxed)
    };
    assert!(file.len() > 400_000, "{}", file.len());
    assert!(read(5_000_000) > 300_000);
    assert!(read(100_000) < 200_000);
}

/// A playlist of each kind that names `target`.
fn playlists(target: &str) -> Vec<(&'static str, String)> {
    vec![
        ("list.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n")),
        ("list.ffconcat", format!("ffconcat version 1.0\nfile '{target}'\n")),
        ("list.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n".to_owned()),
        ("list.mpd", format!("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\" type=\"static\"><Period><AdaptationSet><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>")),
    ]
}

fn segment() -> PathBuf {
    clip("named.ts", "-f lavfi -i testsrc2=s=64x48:d=0.4 -c:v mpeg2video OUT")
}

#[test]
fn a_local_playlist_opens_neither_files_nor_the_network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}/x.ts", listener.local_addr().unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    for target in [segment().to_str().unwrap(), &format!("file://{}", segment().display()), &address] {
        for (name, text) in playlists(target) {
            let path = folder.path().join(name);
            fs::write(&path, &text).unwrap();
            // Under a name that says nothing, and from memory.
            let hidden = folder.path().join("hidden.mp4");
            fs::write(&hidden, &text).unwrap();
            for access in [Access::default(), Access { protocols: vec!["http".into()], ..Access::default() }] {
                for path in [&path, &hidden] {
                    let (code, said) = refused(open(path, &access));
                    assert!(matches!(code, "E_FORMAT_REFUSED" | "E_MEDIA_BROKEN"), "{name}: {said}");
                }
            }
            assert!(matches!(refused(bytes(text.into_bytes())).0, "E_FORMAT_REFUSED" | "E_MEDIA_BROKEN"), "{name}");
        }
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody came");
    // Allowed, it works: the files are as they should be.
    let (name, text) = playlists(segment().to_str().unwrap()).swap_remove(0);
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let access = Access { protocols: vec!["file".into()], ..Access::default() };
    assert!(open(&path, &access).unwrap().video().is_ok());
}

/// Serves the same text to everybody; counts them.
fn serve(text: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/list.m3u8", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            count.fetch_add(1, Ordering::Relaxed);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
            let _ = stream.write_all((head + &text).as_bytes());
        }
    });
    (address, asked)
}

#[test]
fn a_playlist_from_the_network_reads_no_local_files() {
    let (_, text) = playlists(&format!("file://{}", segment().display())).swap_remove(0);
    let (address, asked) = serve(text);
    let opened = |protocols: &[&str]| {
        let protocols = protocols.iter().map(|name| (*name).to_owned()).collect();
        let access = Access { protocols, ..Access::default() };
        let place = access.argument(address.as_ref()).unwrap();
        Demuxer::open(&place, &access, &Cancel::new()).and_then(|demuxer| demuxer.video().map(|_| ()))
    };
    refused(opened(&["http"]));
    assert!(asked.load(Ordering::Relaxed) > 0, "the playlist itself was read");
    opened(&["http", "file"]).unwrap();
}
