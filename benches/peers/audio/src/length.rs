//! Does cost grow with the length of the sound, and with nothing else? An hour beside ten seconds: time for a second of
//! sound, and the memory of a stream, which a program of its own shows.

use std::path::Path;
use std::process::Command;

use millpond_benches::process::measured;
use millpond_benches::row::{Row, median};
use millpond_benches::timing::{Job, interleaved};
use millpond_core::audio::{Mel, MelConfig, MelStream};

use crate::{Rows, clip, profiles};

const SHORT: usize = 10;
const LONG: usize = 3600;
const ROUNDS: usize = 5;
/// An AudioWorklet's block.
const QUANTUM: usize = 128;

pub(crate) fn rows(_folder: &Path) -> Rows {
    let config = profiles::lipsync();
    Ok(vec![whole(&config)?, streamed(&config)?, memory()?])
}

fn row(job: &str, unit: &'static str, ours: f64, theirs: f64, bar: f64) -> Row {
    Row {
        job: format!("lipsync, hop 160, {job}, 1 h"),
        unit,
        ours,
        peer: "itself on 10 s",
        peer_version: env!("CARGO_PKG_VERSION").to_owned(),
        theirs: Ok(theirs),
        bar: Some(bar),
    }
}

/// Microseconds for a second of sound, a whole clip at once.
fn whole(config: &MelConfig) -> Result<Row, String> {
    let samples = clip::seconds(LONG);
    let mut mel = Mel::new(config.clone()).map_err(|e| e.to_string())?;
    let mut out = vec![0.0; mel.output_len(samples.len())];
    let mut costs = [SHORT, LONG].map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (seconds, costs) in [SHORT, LONG].into_iter().zip(&mut costs) {
            let clip = &samples[..seconds * clip::RATE];
            let mut failed = None;
            let mut job = Job::new(|| failed = mel.process_into(clip, &mut out).err().or(failed.take()));
            let second = interleaved(1, std::slice::from_mut(&mut job))[0] / seconds as f64;
            drop(job);
            if let Some(error) = failed {
                return Err(error.to_string());
            }
            costs.push(second * 1e6);
        }
    }
    let [short, long] = costs.map(median);
    Ok(row("whole clip, time for a second of sound", "us", long, short, 1.2))
}

/// The same as a stream of small blocks.
fn streamed(config: &MelConfig) -> Result<Row, String> {
    let samples = clip::seconds(SHORT);
    let stream = |seconds| {
        let mut stream = Streamed::new(config)?;
        let begin = std::time::Instant::now();
        (0..seconds / SHORT).try_for_each(|_| stream.push(&samples))?;
        stream.end()?;
        Ok::<f64, String>(begin.elapsed().as_secs_f64() / seconds as f64 * 1e6)
    };
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        // As much work in either: the short clip again and again.
        let mut short = Vec::new();
        for _ in 0..20 {
            short.push(stream(SHORT)?);
        }
        costs[0].push(median(short));
        costs[1].push(stream(LONG)?);
    }
    let [short, long] = costs.map(median);
    Ok(row("blocks of 128, time for a second of sound", "us", long, short, 1.2))
}

/// Peak memory of a program that streams and does nothing else.
fn memory() -> Result<Row, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let peak = |seconds: usize| {
        let mut command = Command::new(&program);
        measured(command.args(["stream", &seconds.to_string()])).map(|cost| cost.peak_mib)
    };
    let (short, long) = (peak(SHORT)?, peak(LONG)?);
    Ok(row("blocks of 128, peak memory of the program", "MiB", long, short, 1.05))
}

/// What the program does that [`memory`] runs.
pub(crate) fn stream(seconds: &str) -> Result<(), String> {
    let seconds: usize = seconds.parse().map_err(|e| format!("{seconds}: {e}"))?;
    let samples = clip::seconds(SHORT);
    let mut stream = Streamed::new(&profiles::lipsync())?;
    (0..seconds / SHORT).try_for_each(|_| stream.push(&samples))?;
    stream.end()
}

/// A stream that throws its features away.
struct Streamed {
    stream: MelStream,
    out: Vec<f32>,
}

impl Streamed {
    fn new(config: &MelConfig) -> Result<Streamed, String> {
        let stream = MelStream::new(config.clone()).map_err(|e| e.to_string())?;
        Ok(Streamed { stream, out: vec![0.0; 64 * config.n_mels] })
    }

    fn push(&mut self, samples: &[f32]) -> Result<(), String> {
        let mut push = |block| self.stream.push_into(block, &mut self.out).map(drop);
        samples.chunks(QUANTUM).try_for_each(&mut push).map_err(|e| e.to_string())
    }

    fn end(&mut self) -> Result<(), String> {
        self.stream.flush_into(&mut self.out).map(drop).map_err(|e| e.to_string())
    }
}
