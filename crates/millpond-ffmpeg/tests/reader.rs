//! Readers of the caller's: what comes through is what the file has, and what goes wrong in them is an error.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_ffmpeg::{Access, Cancel, Demuxer, Error, Flow, Packet, Place};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const LINE: &str = "-f lavfi -i testsrc2=s=320x180:d=2 -pix_fmt yuv420p -c:v libx264 -g 10 -bf 2 OUT";

fn packets(mut demuxer: Demuxer) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let (mut packet, mut list) = (Packet::new(), Vec::new());
    while demuxer.read_into(&mut packet)? == Flow::Done {
        list.push((packet.pts().unwrap(), packet.data().to_vec()));
    }
    Ok(list)
}

fn by_name(name: &str) -> (Vec<u8>, Vec<(i64, Vec<u8>)>) {
    let path = clip(name, LINE);
    let demuxer = Demuxer::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    (std::fs::read(&path).unwrap(), packets(demuxer).unwrap())
}

fn seekable(reader: impl Read + Seek + Send + 'static) -> Result<Demuxer, Error> {
    Demuxer::from_seekable("a reader", reader, &Access::default(), &Cancel::new())
}

fn forward(reader: impl Read + Send + 'static) -> Result<Demuxer, Error> {
    Demuxer::from_reader("a reader", reader, &Access::default(), &Cancel::new())
}

#[test]
fn packets_are_those_of_the_file() {
    // The index of this MP4 stands at its end: without seeking it could not be read.
    let (bytes, expected) = by_name("reader.mp4");
    assert_eq!(packets(seekable(Cursor::new(bytes)).unwrap()).unwrap(), expected);
    let (bytes, expected) = by_name("reader.mkv");
    assert_eq!(packets(forward(Cursor::new(bytes.clone())).unwrap()).unwrap(), expected);
    // One byte at a time, and interrupted each time.
    struct Slow(Cursor<Vec<u8>>, bool);
    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(&mut buffer[..1]) }
        }
    }
    assert_eq!(packets(forward(Slow(Cursor::new(bytes), false)).unwrap()).unwrap(), expected);
}

#[test]
fn seeking_works_through_a_reader() {
    let (bytes, expected) = by_name("reader.mp4");
    let mut demuxer = seekable(Cursor::new(bytes)).unwrap();
    let stream = demuxer.video().unwrap();
    let target = expected.iter().map(|(pts, _)| *pts).max().unwrap() / 2;
    demuxer.seek(stream.index(), target).unwrap();
    let mut packet = Packet::new();
    assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Done);
    assert!(packet.is_key() && packet.pts().unwrap() <= target && packet.pts().unwrap() > target / 2);
}

/// Does something bad after so many bytes.
struct Bad<F>(Cursor<Vec<u8>>, u64, F);

impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Bad<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.position() >= self.1 { (self.2)(buffer) } else { self.0.read(buffer) }
    }
}

impl<F> Seek for Bad<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

fn outcome(after: u64, bad: impl FnMut(&mut [u8]) -> io::Result<usize> + Send + 'static) -> String {
    let (bytes, _) = by_name("reader.mkv");
    let error = forward(Bad(Cursor::new(bytes), after, bad)).and_then(packets).unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("E_READER", 3));
    error.to_string()
}

#[test]
fn errors_panics_and_lies_of_a_reader_come_back() {
    std::panic::set_hook(Box::new(|_| {}));
    for after in [0, 4096, 40_000] {
        let said = outcome(after, |_| Err(io::Error::new(io::ErrorKind::ConnectionReset, "the line went dead")));
        assert_eq!(said, "the reader failed (the line went dead): a reader");
        let said = outcome(after, |_| panic!("out of {}", "luck"));
        assert_eq!(said, "the reader failed (it panicked: out of luck): a reader");
        let said = outcome(after, |buffer| Ok(buffer.len() + 1));
        assert!(said.starts_with("the reader failed (it says that it read "), "{said}");
    }
    let _ = std::panic::take_hook();
}

#[test]
fn a_reader_that_lies_about_seeking_is_found_out() {
    struct Liar(Cursor<Vec<u8>>);
    impl Read for Liar {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Seek for Liar {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            Ok(self.0.seek(to)? + 1)
        }
    }
    let (bytes, _) = by_name("reader.mp4");
    let error = seekable(Liar(Cursor::new(bytes))).and_then(packets).unwrap_err();
    assert_eq!(error.code(), "E_READER", "{error}");
}

/// Tells the truth about bytes and lies about places.
struct Elsewhere {
    bytes: Cursor<Vec<u8>>,
    kind: &'static str,
    calls: Arc<AtomicU64>,
}

impl Read for Elsewhere {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.bytes.read(buffer)
    }
}

impl Seek for Elsewhere {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match (self.kind, to) {
            ("has no end", SeekFrom::End(_)) => self.bytes.seek(to).map(|_| u64::MAX),
            ("is longer than it is", SeekFrom::End(_)) => self.bytes.seek(to).map(|end| end * 1000),
            ("is empty", SeekFrom::End(_)) => self.bytes.seek(to).map(|_| 0),
            ("stays where it is", SeekFrom::Start(place)) => Ok(place),
            ("is always at the start", SeekFrom::Current(_)) => Ok(0),
            ("cannot seek", _) => Err(io::ErrorKind::Unsupported.into()),
            _ => self.bytes.seek(to),
        }
    }
}

#[test]
fn a_reader_that_lies_about_its_length_or_place_ends_and_breaks_nothing() {
    for kind in
        ["has no end", "is longer than it is", "is empty", "stays where it is", "is always at the start", "cannot seek"]
    {
        for name in ["reader.mp4", "reader.mkv", "reader.ts", "reader.flv"] {
            let (bytes, expected) = by_name(name);
            let calls = Arc::new(AtomicU64::new(0));
            let reader = Elsewhere { bytes: Cursor::new(bytes), kind, calls: Arc::clone(&calls) };
            let stay = seekable(reader).and_then(|mut demuxer| {
                let _ = demuxer.seek(0, expected[expected.len() / 2].0);
                packets(demuxer)
            });
            if let Err(error) = stay {
                assert!(
                    matches!(error.code(), "E_READER" | "E_MEDIA_BROKEN" | "E_LIMIT_DURATION"),
                    "{kind}, {name}: {error}"
                );
            }
            assert!(calls.load(Ordering::Relaxed) < 10_000, "{kind}, {name}: {calls:?} calls");
        }
    }
}

#[test]
fn cancelling_ends_an_endless_reader() {
    let cancel = Cancel::new();
    let flag = cancel.clone();
    let mut reads = 0;
    let endless = Bad(Cursor::new(Vec::new()), 0, move |buffer: &mut [u8]| {
        reads += 1;
        if reads == 3 {
            flag.abandon();
        }
        buffer.fill(0x47);
        Ok(buffer.len())
    });
    let error = Demuxer::from_reader("noise", endless, &Access::default(), &cancel).and_then(packets).unwrap_err();
    assert_eq!(error.code(), "E_CANCELLED");
}
