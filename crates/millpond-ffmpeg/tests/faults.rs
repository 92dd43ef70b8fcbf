//! Damaged files: flipped bits, missing ends, zeroed and scrambled ranges, over containers and codecs, through opening,
//! decoding, seeking, probing and remuxing. None may panic, crash, hang, leak or leave a half output.
//!
//! The files are decoded by other processes of this program, so that one that crashes or hangs has a name: it is then left
//! where it lies. A file is known by its number, from which everything about it follows. `MILLPOND_FAULTS=100000` takes so
//! many instead of 1,200, `MILLPOND_FAULTS_FROM` those from another number on.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_core::Rational;
use millpond_core::memory::{CountingAllocator, History, Monitor, Thresholds, footprint, heap_bytes};
use millpond_core::pool::Exhausted;
use millpond_ffmpeg::{
    Access, Cancel, Clip, DecoderConfig, Demuxer, Error, Flow, Limits, Packet, Place, RemuxOptions, SharedMonitor,
    Sound, VideoFrame, probe, remux,
};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A file that takes longer hangs: they take some ten milliseconds each.
const DEADLINE: Duration = Duration::from_secs(120);

const FILES: &[(&str, &str)] = &[
    ("fault_h264.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 6 -threads 1 -c:a aac"),
    ("fault_hevc.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none:pools=1 -c:a alac"),
    ("fault_mpeg4.mov", "-c:v mpeg4 -bf 2 -g 6 -threads 1 -c:a pcm_s16le"),
    ("fault_vp9.mkv", "-c:v libvpx-vp9 -pix_fmt yuv420p -deadline realtime -cpu-used 8 -threads 1 -c:a libopus"),
    ("fault_h264.mkv", "-c:v libx264 -pix_fmt yuv422p10le -bf 2 -g 6 -threads 1 -c:a libvorbis"),
    ("fault_av1.mkv", "-c:v libaom-av1 -pix_fmt yuv420p -cpu-used 8 -crf 40 -threads 1 -c:a flac"),
    ("fault_h264.ts", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 6 -threads 1 -c:a aac"),
    ("fault_mpeg2.ts", "-c:v mpeg2video -bf 2 -g 6 -threads 1 -c:a mp2"),
    ("fault_h264.flv", "-c:v libx264 -pix_fmt yuv420p -g 6 -threads 1 -c:a aac"),
    ("fault_flv1.flv", "-c:v flv1 -threads 1 -c:a libmp3lame -ar 44100"),
    ("fault.flac", "-vn -c:a flac"),
    ("fault.wav", "-vn -c:a pcm_s16le"),
];

fn file(name: &str, codecs: &str) -> Vec<u8> {
    let line = format!(
        "-f lavfi -i testsrc2=s=96x64:d=0.6 -f lavfi -i sine=d=0.6 {codecs} -fflags +bitexact -flags +bitexact OUT"
    );
    fs::read(clip(name, &line)).unwrap()
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

/// Damages a file in one of five ways.
fn damage(bytes: &mut Vec<u8>, number: usize) {
    let mut dice = Dice(number as u64);
    let kind = (number / FILES.len()) % 5;
    // Headers stand at the ends, and damage there goes deepest.
    let place = |dice: &mut Dice, length: usize| match dice.below(3) {
        0 => dice.below(length.min(1024)),
        1 => length - 1 - dice.below(length.min(1024)),
        _ => dice.below(length),
    };
    match kind {
        0 => (0..1 + dice.below(8)).for_each(|_| {
            let at = place(&mut dice, bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }),
        1 => bytes.truncate(place(&mut dice, bytes.len())),
        2 => {
            let at = place(&mut dice, bytes.len());
            let end = bytes.len().min(at + 1 + dice.below(400));
            bytes[at..end].fill(0);
        }
        3 => (0..100 + dice.below(400)).for_each(|_| {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }),
        _ => {
            let at = place(&mut dice, bytes.len());
            let end = bytes.len().min(at + 1 + dice.below(64));
            bytes[at..end]
                .iter_mut()
                .for_each(|byte| *byte = [0, 0x7f, 0x80, 0xff, dice.below(256) as u8][dice.below(5)]);
        }
    }
}

/// What became of files.
#[derive(Debug, Default)]
struct Tally {
    pictures: u64,
    blocks: u64,
    packets: u64,
    remuxed: u64,
    damaged: u64,
    /// Errors by their code.
    refused: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn note<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result
            .inspect_err(|error| {
                assert!(matches!(error.exit_code(), 3..=5), "{} {error}", error.code());
                *self.refused.entry(error.code()).or_default() += 1;
            })
            .ok()
    }
}

/// Reads every byte, so that memory that is not there shows.
fn read(frame: &VideoFrame) -> u64 {
    frame.view().rows().flatten().map(|byte| u64::from(*byte)).sum()
}

/// Everything that is done with a file.
fn process(path: &Path, folder: &Path, number: usize, tally: &mut Tally) {
    let limits = Limits { pixels: 1 << 20, ..Limits::default() };
    let (access, cancel) = (Access { limits, ..Access::default() }, Cancel::new());
    let place = Place::file(path).unwrap();
    let config =
        DecoderConfig { threads: 1 + number % 3, held: 2, when_empty: Exhausted::Allocate, ..DecoderConfig::default() };
    let monitor = SharedMonitor::new(Monitor::new(Thresholds::default(), History::Whole(2)).unwrap());
    let mut sum = 0;
    if let Some(mut clip) = tally.note(Clip::open(&place, &access, &cancel, config)) {
        clip.watch(&monitor);
        while let Some(Some(picture)) = tally.note(clip.read()) {
            sum += read(&picture.frame);
            tally.pictures += 1;
        }
        if tally.note(clip.seek_exact(Rational::new(1, 4))).is_some()
            && let Some(Some(picture)) = tally.note(clip.read())
        {
            sum += read(&picture.frame);
        }
        tally.damaged += clip.damaged();
    }
    std::hint::black_box(sum);
    monitor.lock().sample(Duration::ZERO);
    for (name, pool) in monitor.lock().pools() {
        assert_eq!((pool.in_use, pool.total_acquires), (0, pool.total_releases), "{name}: {pool:?}");
    }
    if let Some(mut sound) = tally.note(Sound::open(&place, &access, &cancel)) {
        while tally.note(sound.read()) == Some(true) {
            tally.blocks += 1;
        }
    }
    let file = File::open(path).unwrap();
    if let Some(mut demuxer) = tally.note(Demuxer::from_reader("a pipe", file, &access, &cancel)) {
        let mut packet = Packet::new();
        while tally.note(demuxer.read_into(&mut packet)) == Some(Flow::Done) {
            tally.packets += 1;
        }
    }
    tally.note(probe(&place, &access, &cancel));
    let output = folder.join(["out.mp4", "out.mkv", "out.ts"][number % 3]);
    match tally.note(remux(&place, &output, &RemuxOptions { access, ..RemuxOptions::default() })) {
        Some(_) => {
            tally.remuxed += 1;
            fs::remove_file(&output).unwrap();
        }
        None => assert!(!output.exists(), "a half output is left"),
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "something is left in the folder");
}

/// Files and threads that this process has open.
fn open_handles() -> (usize, usize) {
    let count = |what| fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count);
    (count("fd"), count("task"))
}

/// The other processes: every `step`th file from `first` on.
fn work(folder: &Path, first: usize, step: usize, end: usize) {
    let files: Vec<Vec<u8>> = FILES.iter().map(|(name, codecs)| file(name, codecs)).collect();
    let (mut tally, mut settled) = (Tally::default(), None);
    for number in (first..end).step_by(step) {
        let (name, _) = FILES[number % FILES.len()];
        let mut bytes = files[number % FILES.len()].clone();
        damage(&mut bytes, number);
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        println!("{number} {}", path.display());
        let before = heap_bytes();
        process(&path, folder, number, &mut tally);
        fs::remove_file(path).unwrap();
        // What the program keeps for good is kept from the first files on; a name in the tally takes a few bytes.
        let grown = heap_bytes().unwrap() as i64 - before.unwrap() as i64;
        assert!(settled.is_none() || grown < 1024, "{grown} bytes leaked");
        if (number - first) / step == 5 * FILES.len() {
            settled = Some((open_handles(), footprint().current.unwrap()));
        }
    }
    if let Some((handles, bytes)) = settled {
        assert_eq!(open_handles(), handles, "files or threads leaked");
        let after = footprint().current.unwrap();
        assert!(after < bytes + (64 << 20), "{bytes} bytes after the first files, {after} at the end");
    }
    println!("= {tally:?}");
    let whole = [tally.pictures, tally.blocks, tally.packets, tally.remuxed, tally.damaged];
    assert!(whole.iter().all(|count| *count > 0) && tally.refused.len() > 1, "{tally:?}");
}

/// Runs a worker and listens to it; what it worked on last when it failed.
fn watch(folder: PathBuf, first: usize, step: usize, end: usize) -> Result<(), String> {
    let numbers = [first, step, end].map(|number| number.to_string());
    let program = std::env::current_exe().unwrap();
    let mut worker =
        Command::new(program).arg("worker").arg(&folder).args(numbers).stdout(Stdio::piped()).spawn().unwrap();
    let (said, heard) = mpsc::channel();
    let lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| said.send(line)));
    let mut last = "the start".to_owned();
    loop {
        match heard.recv_timeout(DEADLINE) {
            Ok(line) if line.starts_with('=') => println!("{line}"),
            Ok(line) => last = line,
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = worker.kill();
                let _ = worker.wait();
                return Err(format!("hangs on {last}"));
            }
        }
    }
    let status = worker.wait().unwrap();
    if status.success() { Ok(()) } else { Err(format!("{status} on {last}")) }
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|word| word == "worker") {
        let numbers: Vec<usize> = arguments[3..6].iter().map(|text| text.parse().unwrap()).collect();
        work(Path::new(&arguments[2]), numbers[0], numbers[1], numbers[2]);
        return ExitCode::SUCCESS;
    }
    for (name, codecs) in FILES {
        file(name, codecs);
    }
    let from = number("MILLPOND_FAULTS_FROM", 0);
    let end = from + number("MILLPOND_FAULTS", 1200);
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{}", std::process::id()));
    let threads: Vec<_> = (0..workers)
        .map(|worker| {
            let folder = folder.join(worker.to_string());
            fs::create_dir_all(&folder).unwrap();
            std::thread::spawn(move || watch(folder, from + worker, workers, end))
        })
        .collect();
    let failed: Vec<String> = threads.into_iter().filter_map(|thread| thread.join().unwrap().err()).collect();
    if failed.is_empty() {
        fs::remove_dir_all(folder).unwrap();
    }
    for failure in &failed {
        eprintln!("a damaged file: {failure}");
    }
    let (result, passed) = if failed.is_empty() { ("ok", 1) } else { ("FAILED", 0) };
    println!("test result: {result}. {passed} passed; {} failed; 0 ignored; 0 measured; 0 filtered out", 1 - passed);
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
