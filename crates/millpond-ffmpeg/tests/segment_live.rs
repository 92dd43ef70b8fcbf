//! Playlists that are read while they grow: somebody looks all the time, and whatever is seen must be valid.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;
#[path = "common/playlists.rs"]
mod playlists;

use common::clip;
use millpond_core::Rational;
use millpond_ffmpeg::{
    Access, Cancel, Demuxer, Place, PlaylistKind, SegmentFormat, SegmentOptions, SegmentReport, Segmenter,
};
use playlists::ListedTrack;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A file that comes as slowly as it plays.
struct Paced {
    file: File,
    begun: Instant,
    read: u64,
    bytes_per_second: u64,
}

impl Read for Paced {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let due = Duration::from_secs_f64(self.read as f64 / self.bytes_per_second as f64);
        std::thread::sleep(due.saturating_sub(self.begun.elapsed()));
        let length = buffer.len().min(188 * 16);
        let read = self.file.read(&mut buffer[..length])?;
        self.read += read as u64;
        Ok(read)
    }
}

/// 10 s with sound, at the speed of play.
fn live_source(cancel: &Cancel) -> Demuxer {
    let path = clip(
        "segment-live.ts",
        "-f lavfi -i testsrc2=size=96x64:rate=25:duration=10 -f lavfi -i sine=duration=10:sample_rate=48000 \
         -c:v libx264 -pix_fmt yuv420p -g 25 -c:a mp2 OUT",
    );
    let bytes = fs::metadata(&path).unwrap().len();
    let reader =
        Paced { file: File::open(path).unwrap(), begun: Instant::now(), read: 0, bytes_per_second: bytes / 10 };
    Demuxer::from_reader("live", reader, &Access::default(), cancel).unwrap()
}

/// What somebody saw who looked all the time.
#[derive(Default)]
struct Seen {
    looks: u64,
    problems: Vec<String>,
    /// By track: first and last number, seconds, target and end of what was seen last.
    last: HashMap<String, (u64, u64, u64, bool)>,
    /// When a segment was last seen in a playlist, how long it is, and how long the longest such playlist was.
    listed: HashMap<PathBuf, (Instant, f64, f64)>,
    /// Segments whose file went away.
    gone: usize,
}

impl Seen {
    fn look(&mut self, folder: &Path, format: SegmentFormat, kind: PlaylistKind) {
        self.looks += 1;
        let read = Instant::now();
        for track in self.tracks(folder, format) {
            self.follow(&track, kind);
            for segment in &track.segments {
                let (when, _, longest) =
                    self.listed.entry(segment.file.clone()).or_insert((read, segment.seconds, 0.0));
                *when = read;
                *longest = longest.max(track.seconds());
            }
        }
        let problems = &mut self.problems;
        let before = self.listed.len();
        self.listed.retain(|file, (when, seconds, longest)| {
            if file.exists() {
                return true;
            }
            // RFC 8216 6.2.2: for its duration and that of the longest playlist that had it.
            let kept = when.elapsed().as_secs_f64();
            if kept < *seconds + *longest {
                problems.push(format!("{} went {kept} s after it was listed", file.display()));
            }
            false
        });
        self.gone += before - self.listed.len();
    }

    /// Everything that can be read now; before the overview appears, the playlists by themselves.
    fn tracks(&mut self, folder: &Path, format: SegmentFormat) -> Vec<ListedTrack> {
        let entry = folder.join(format.entry());
        let mut tracks = Vec::new();
        if entry.exists() {
            let read = if format == SegmentFormat::Dash { playlists::dash(folder) } else { playlists::hls(folder) };
            read.map_or_else(|problem| self.problems.push(problem), |read| tracks = read);
        } else if format != SegmentFormat::Dash && folder.exists() {
            for entry in fs::read_dir(folder).unwrap() {
                let file = entry.unwrap().path().join("playlist.m3u8");
                if file.exists() {
                    let read = playlists::media_playlist(&file);
                    read.map_or_else(|problem| self.problems.push(problem), |track| tracks.push(track));
                }
            }
        }
        tracks
    }

    fn follow(&mut self, track: &ListedTrack, kind: PlaylistKind) {
        let first = track.segments[0].number;
        let end = first + track.segments.len() as u64;
        let now = (first, end, track.target.to_bits(), track.is_over);
        let before = *self.last.entry(track.name.clone()).or_insert(now);
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                self.problems.push(format!("{}: {what}: {before:?}, then {now:?}", track.name));
            }
        };
        expect(now.0 >= before.0 && now.1 >= before.1, "segments came back");
        expect(now.2 == before.2, "the target duration changed");
        expect(!before.3 || now == before, "it changed after its end");
        if let PlaylistKind::Live { window } = kind {
            let window = window.to_integer() as f64;
            expect(first == 0 || track.seconds() > window - 0.001, "it became shorter than its window");
        } else {
            expect(first == 0, "an event lost a segment");
        }
        self.last.insert(track.name.clone(), now);
    }
}

fn watched(format: SegmentFormat, kind: PlaylistKind) -> (TempDir, SegmentReport, Seen) {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("out");
    let options = SegmentOptions {
        format,
        kind,
        duration: Rational::new(1, 2),
        ladder: vec!["64".parse().unwrap(), "32".parse().unwrap()],
        cancel: Cancel::new(),
    };
    let segmenter = Segmenter::new(live_source(&options.cancel), &folder, &options).unwrap();
    let is_done = AtomicBool::new(false);
    let (report, seen) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = Seen::default();
            while !is_done.load(Ordering::Acquire) {
                seen.look(&folder, format, kind);
                std::thread::sleep(Duration::from_millis(2));
            }
            seen.look(&folder, format, kind);
            seen
        });
        let report = segmenter.run(&mut |_| {});
        is_done.store(true, Ordering::Release);
        (report.unwrap(), reader.join().unwrap())
    });
    (parent, report, seen)
}

fn check(report: &SegmentReport, seen: &Seen) {
    assert!(seen.problems.is_empty(), "{} problems, the first: {}", seen.problems.len(), seen.problems[0]);
    assert_eq!((report.pictures, report.skipped, report.repeated), (250, 0, 0));
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    // Pictures and sound of a transport stream do not begin at the same moment.
    for rendition in &report.renditions {
        assert!(rendition.segments >= 20 && (rendition.seconds - 10.0).abs() < 0.2, "{rendition:?}");
    }
    assert!(seen.last.values().all(|(.., is_over)| *is_over), "{:?}", seen.last);
    // Somebody was really there while it happened.
    assert!(seen.looks > 40, "{} looks", seen.looks);
}

#[test]
fn a_live_window_is_valid_whenever_somebody_looks_and_old_segments_go_in_time() {
    let kind = PlaylistKind::Live { window: Rational::from_integer(3) };
    for (format, seen) in std::thread::scope(|scope| {
        let runs = [SegmentFormat::Hls, SegmentFormat::Dash]
            .map(|format| scope.spawn(move || (format, watched(format, kind))));
        runs.map(|run| run.join().unwrap())
    }) {
        let (parent, report, seen) = seen;
        check(&report, &seen);
        assert!(report.deleted > 0 && seen.gone as u64 == report.deleted, "{} and {}", report.deleted, seen.gone);
        let mut files = 0;
        let mut listed = 0;
        let folder = parent.path().join("out");
        let tracks = if format == SegmentFormat::Dash { playlists::dash(&folder) } else { playlists::hls(&folder) };
        for track in tracks.unwrap() {
            listed += track.segments.len();
            let names = fs::read_dir(folder.join(&track.name)).unwrap();
            files += names.filter(|name| name.as_ref().unwrap().path().extension().unwrap() == "m4s").count();
        }
        assert_eq!(files, listed + report.lingering, "{format:?}");
    }
}

#[test]
fn an_event_only_grows_and_is_valid_whenever_somebody_looks() {
    let (_parent, report, seen) = watched(SegmentFormat::HlsTs, PlaylistKind::Event);
    check(&report, &seen);
    assert_eq!((report.deleted, report.lingering, seen.gone), (0, 0, 0));
}

fn event(ladder: &str, duration: i128) -> SegmentOptions {
    SegmentOptions {
        kind: PlaylistKind::Event,
        duration: Rational::from_integer(duration),
        ladder: vec![ladder.parse().unwrap()],
        ..SegmentOptions::default()
    }
}

fn open(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

/// Five seconds without a picture: the last one is shown again at each boundary.
#[test]
fn gaps_are_bridged_so_that_no_segment_is_too_long() {
    let path = clip(
        "segment-gap.mkv",
        "-f lavfi -i testsrc2=size=96x64:rate=25:duration=9 -vf select='not(between(t,2,7))' -fps_mode vfr -c:v libx264 \
         -pix_fmt yuv420p OUT",
    );
    let folder = TempDir::new().unwrap();
    let report = Segmenter::new(open(&path), folder.path(), &event("64", 1)).unwrap().run(&mut |_| {}).unwrap();
    assert_eq!((report.pictures, report.skipped, report.repeated), (99, 0, 5));
    assert_eq!(report.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["W_GAP"]);
    let tracks = playlists::hls(folder.path()).unwrap();
    assert_eq!(tracks[0].segments.len(), 9);
    assert!((tracks[0].seconds() - 9.0).abs() < 0.05, "{}", tracks[0].seconds());
}

/// What was promised to readers cannot be taken back.
#[test]
fn copied_key_frames_that_are_too_far_apart_end_an_event() {
    let path = clip(
        "segment-far.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=8 -c:v libx264 -pix_fmt yuv420p -g 250 OUT",
    );
    let folder = TempDir::new().unwrap();
    let failed = Segmenter::new(open(&path), folder.path(), &event("copy", 2)).unwrap().run(&mut |_| {});
    let error = failed.unwrap_err();
    assert_eq!(error.code(), "E_UNSUPPORTED_OUTPUT");
    assert!(error.to_string().contains("8 s"), "{error}");
}
