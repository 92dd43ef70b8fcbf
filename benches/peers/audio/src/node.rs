//! Our npm package in node: beside our native build on the same jobs, and beside meyda, which computes mel bands in
//! JavaScript. Node's process answers as `peer.py` does.

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_core::audio::{Mel, MelConfig, Profile};
use millpond_core::simd::Level;
use serde_json::{Value, json};

use crate::features::Features;
use crate::{Rows, clip, profiles};

const SECONDS: usize = 20;
const ROUNDS: usize = 9;
/// How much slower than native it may be, and how much faster than meyda it must be.
const NATIVE_BAR: f64 = 2.5;
const MEYDA_BAR: f64 = 0.01;

struct Node {
    peer: RefCell<Peer>,
    versions: Value,
}

pub(crate) fn rows(folder: &Path) -> Rows {
    let samples = clip::seconds(SECONDS);
    let mut peer = Peer::start(Command::new("node").arg("node.mjs").current_dir(env!("CARGO_MANIFEST_DIR")))?;
    let versions = peer.ask(&json!(["versions"]))?;
    peer.ask(&json!(["open", clip::write(folder, "clip.f32", &samples)?]))?;
    let node = Node { peer: RefCell::new(peer), versions };
    Ok(vec![
        node.beside_native("lipsync", &profiles::lipsync(), &samples, folder)?,
        node.beside_native("whisper-80", &Profile::Whisper80.config(), &samples, folder)?,
        node.beside_meyda(folder)?,
    ])
}

impl Node {
    fn version(&self, name: &str) -> &str {
        self.versions[name].as_str().unwrap_or_default()
    }

    fn output(&self, job: &str, folder: &Path) -> Result<Features, String> {
        let path = folder.join("node.f32");
        let shape = self.peer.borrow_mut().ask(&json!(["output", job, path]))?;
        let side = |name: &str| shape[name].as_u64().unwrap_or(0) as usize;
        Ok(Features { rows: side("rows"), columns: side("columns"), values: clip::read(&path)? })
    }

    fn time(&self, job: &str, times: u32) -> Duration {
        let answer = self.peer.borrow_mut().ask(&json!(["time", job, times]));
        // A job whose output was compared does not fail; if it does, its time is no time.
        let seconds = answer.ok().and_then(|answer| answer["seconds"].as_f64()).unwrap_or(0.0);
        Duration::from_secs_f64(seconds)
    }

    fn beside_native(&self, name: &str, config: &MelConfig, samples: &[f32], folder: &Path) -> Result<Row, String> {
        let job = format!("millpond {name}");
        // The same bits.
        let same = Features::ours(config, samples)?.agree(&self.output(&job, folder)?, 0.0);
        let mut mel = Mel::new(config.clone()).map_err(|e| e.to_string())?;
        let mut out = vec![0.0; mel.output_len(samples.len())];
        let native = || {
            // Its length was asked for, so it fits.
            let _ = mel.process_into(samples, &mut out);
        };
        let wasm = Job::timing_itself(|times| self.time(&job, times));
        let seconds = interleaved(ROUNDS, &mut [wasm, Job::new(native)]);
        Ok(Row {
            job: format!("{name}, hop {}, {SECONDS} s at 16 kHz, npm package, simd128", config.hop_samples),
            unit: "ms",
            ours: seconds[0] * 1e3,
            peer: "our native build",
            peer_version: format!("{:?}, node {}", Level::best().isa(), self.version("node")),
            theirs: same.map(|()| seconds[1] * 1e3),
            bar: Some(NATIVE_BAR),
        })
    }

    /// meyda rounds the edges of its bands to whole bins, so its low bands are others than ours; over 32 bins and more the
    /// two agree in the mean. Its features are ln(1 + band).
    fn beside_meyda(&self, folder: &Path) -> Result<Row, String> {
        let ours = self.output("millpond as meyda", folder)?;
        let theirs = self.output("meyda", folder)?;
        let same = agree_in_the_mean(&ours, &theirs);
        let work = ["millpond as meyda", "meyda"].map(|job| Job::timing_itself(move |times| self.time(job, times)));
        let seconds = interleaved(ROUNDS, &mut { work });
        Ok(Row {
            job: format!("80 mel bands, FFT 1024, hop 160, {SECONDS} s at 16 kHz, npm package, simd128"),
            unit: "ms",
            ours: seconds[0] * 1e3,
            peer: "meyda",
            peer_version: format!("{}, node {}", self.version("meyda"), self.version("node")),
            theirs: same.map(|()| seconds[1] * 1e3),
            bar: Some(MEYDA_BAR),
        })
    }
}

/// Fails unless the mean over time of each of the upper 40 bands is within a tenth.
fn agree_in_the_mean(ours: &Features, theirs: &Features) -> Result<(), String> {
    if (ours.rows, ours.columns) != (theirs.rows, theirs.columns) {
        return Err(format!("outputs differ: {} and {} columns", ours.columns, theirs.columns));
    }
    for row in ours.rows / 2..ours.rows {
        let mean = |features: &Features, band: fn(f32) -> f32| {
            features.values[row * ours.columns..][..ours.columns].iter().map(|&v| band(v)).sum::<f32>()
        };
        let (a, b) = (mean(ours, f32::exp), mean(theirs, f32::exp_m1));
        let distance = (a / b - 1.0).abs();
        if distance.is_nan() || distance > 0.1 {
            return Err(format!("the means of band {row} differ: {a} and {b}"));
        }
    }
    Ok(())
}
