//! Profiles beside the programs they come from, and beside what else computes them: 20 s at 16 kHz, features in the end.

use std::path::Path;

use mel_spec::stft::Spectrogram;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_core::audio::{Log, Mel, MelConfig, Normalization, Padding, Profile, Reference};
use millpond_core::simd::Level;

use crate::features::Features;
use crate::python::Python;
use crate::{Rows, clip};

const ROUNDS: usize = 15;
const SECONDS: usize = 20;

/// Where Whisper's frames would lie if Kaldi placed them: kaldi-native-fbank's Whisper mode.
fn whisper_by_kaldi() -> MelConfig {
    MelConfig { padding: Padding::Mirror, drop_last_frame: false, ..Profile::Whisper80.config() }
}

/// `lipsync` with a hop of 10 ms.
pub(crate) fn lipsync() -> MelConfig {
    MelConfig { hop_samples: 160, ..Profile::Lipsync.config() }
}

/// A program's way to a profile.
struct Way {
    /// The peer's name, and its job in `peer.py`.
    peer: &'static str,
    /// What computes.
    packages: &'static [&'static str],
    /// What of ours its output is compared with, and how far they may be apart.
    same: MelConfig,
    bound: f32,
    bar: Option<f64>,
}

struct Group {
    name: &'static str,
    config: MelConfig,
    ways: Vec<Way>,
    /// FFT size and bar of mel_spec, which has one window for all sizes: Hann over the whole FFT.
    mel_spec: Option<(usize, f64)>,
}

fn groups() -> [Group; 5] {
    let way = |peer, packages, same: MelConfig, bound, bar| Way { peer, packages, same, bound, bar };
    let whisper = Profile::Whisper80.config();
    let kaldi = Profile::KaldiFbank80.config();
    [
        Group {
            name: "lipsync",
            config: lipsync(),
            ways: vec![
                way("torchaudio", &["torchaudio", "torch"], lipsync(), 1e-3, Some(0.25)),
                way("scipy", &["scipy", "numpy"], lipsync(), 1e-3, Some(0.5)),
                way("librosa", &["librosa", "numpy"], lipsync(), 1e-3, None),
            ],
            mel_spec: Some((1024, 0.5)),
        },
        Group {
            name: "whisper-80",
            config: whisper.clone(),
            ways: vec![
                way("torch", &["openai-whisper", "torch"], whisper.clone(), 1e-3, Some(0.4)),
                way("scipy", &["scipy", "numpy"], whisper, 1e-3, Some(0.5)),
                way("kaldi-native-fbank", &["kaldi-native-fbank"], whisper_by_kaldi(), 1e-3, Some(0.1)),
            ],
            mel_spec: Some((400, 0.5)),
        },
        Group {
            name: "kaldi-fbank-80",
            config: kaldi.clone(),
            ways: vec![
                way("kaldi-native-fbank", &["kaldi-native-fbank"], kaldi.clone(), 1e-2, None),
                way("torchaudio", &["torchaudio", "torch"], kaldi, 1e-2, None),
            ],
            mel_spec: None,
        },
        Group {
            name: "librosa",
            config: Profile::Librosa.config(),
            ways: vec![way("librosa", &["librosa", "numpy"], Profile::Librosa.config(), 1e-2, None)],
            mel_spec: None,
        },
        Group {
            name: "torchaudio",
            config: Profile::Torchaudio.config(),
            ways: vec![way("torchaudio", &["torchaudio", "torch"], Profile::Torchaudio.config(), 1e-2, None)],
            mel_spec: None,
        },
    ]
}

pub(crate) fn rows(folder: &Path) -> Rows {
    let samples = clip::seconds(SECONDS);
    let python = Python::start(folder, &samples)?;
    let mut rows = Vec::new();
    for group in groups() {
        rows.extend(group.rows(&python, &samples)?);
    }
    Ok(rows)
}

impl Group {
    fn rows(&self, python: &Python, samples: &[f32]) -> Rows {
        let mut mel = Mel::new(self.config.clone()).map_err(|e| e.to_string())?;
        let mut out = vec![0.0; mel.output_len(samples.len())];
        let jobs: Vec<String> = self.ways.iter().map(|way| format!("{} {}", self.name, way.peer)).collect();
        let mut same: Vec<Result<(), String>> = Vec::new();
        for (way, job) in self.ways.iter().zip(&jobs) {
            let ours = Features::ours(&way.same, samples)?;
            same.push(python.output(job).and_then(|theirs| ours.agree(&theirs, way.bound)));
        }

        let mut work = vec![Job::new(|| {
            // Its length was asked for, so it fits.
            let _ = mel.process_into(samples, &mut out);
        })];
        work.extend(jobs.iter().map(|job| Job::timing_itself(|times| python.time(job, times))));
        if let Some((n_fft, _)) = self.mel_spec {
            same.push(mel_spec_agrees(n_fft, samples));
            work.push(Job::new(move || drop(mel_spec(samples, n_fft))));
        }
        let seconds = interleaved(ROUNDS, &mut work);
        drop(work);

        let python_peers = self.ways.iter().map(|way| (way.peer, python.version(way.packages), way.bar));
        let rust_peers = self.mel_spec.map(|(n_fft, bar)| ("mel_spec", format!("0.5.0, window {n_fft}"), Some(bar)));
        let peers = python_peers.chain(rust_peers);
        let rows = peers.zip(same).zip(&seconds[1..]).map(|(((peer, peer_version, bar), same), theirs)| Row {
            job: format!(
                "{}, hop {}, {SECONDS} s at 16 kHz, {:?}",
                self.name,
                self.config.hop_samples,
                Level::best().isa()
            ),
            unit: "ms",
            ours: seconds[0] * 1e3,
            peer,
            peer_version,
            theirs: same.map(|()| theirs * 1e3),
            bar,
        });
        Ok(rows.collect())
    }
}

fn mel_spec(samples: &[f32], n_fft: usize) -> Vec<Vec<f32>> {
    Spectrogram::compute_mel_spectrogram_cpu(samples, n_fft, 160, 80, 16_000.0)
}

/// mel_spec takes whole frames only, and raises to the maximum − 8 by frame: nothing is that far down here.
fn mel_spec_agrees(n_fft: usize, samples: &[f32]) -> Result<(), String> {
    let same = MelConfig {
        n_fft,
        win_samples: n_fft,
        padding: Padding::None,
        drop_last_frame: false,
        log: Log::Log10,
        reference: Reference::Value(0.0),
        top: None,
        normalization: Normalization::Affine { add: 4.0, divide: 4.0 },
        ..Profile::Whisper80.config()
    };
    Features::ours(&same, samples)?.agree(&Features::from_frames(&mel_spec(samples, n_fft)), 1e-3)
}
