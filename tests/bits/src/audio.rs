//! Log-mel features of every profile, whole and as a stream, and the resampler: over the reference vectors' inputs
//! (`tests/vectors/audio`) and over noise long enough to fill all lanes.

use std::io::Read;

use millpond_core::audio::{ClipReference, Mel, MelConfig, MelStream, Profile, Resampler};
use millpond_core::simd::Level;

use crate::{Case, Noise};

/// As `inputs.s16.gz` has them.
const INPUTS: [(&str, usize); 5] =
    [("silence", 2000), ("impulse", 2000), ("chirp", 6000), ("noise", 6000), ("speech", 24_037)];

pub(crate) fn cases(level: Level) -> Vec<Case> {
    let inputs = inputs();
    let noise: Vec<f32> = {
        let mut noise = Noise::new(4);
        (0..32_123).map(|_| 0.3 * noise.next_f32()).collect()
    };
    let mut cases = Vec::new();
    for profile in Profile::ALL {
        let config = profile.config();
        let window = config.win_samples;
        for (name, samples) in &inputs {
            cases.push(whole(format!("{profile}-{name}"), &config, level, samples));
        }
        for len in [1, window - 1, window, window + 1, 2 * window + 77] {
            cases.push(whole(format!("{profile}-{len}-samples"), &config, level, &inputs[3].1[..len]));
        }
        cases.push(whole(format!("{profile}-2s"), &config, level, &noise));
        cases.push(stream(format!("{profile}-stream-2s"), &config, level, &noise));
    }
    let rates = [(16_000, 8_000), (44_100, 16_000), (48_000, 16_000), (16_000, 48_000), (16_000, 47_999)];
    cases.extend(rates.map(|(from_hz, to_hz)| resampled(from_hz, to_hz, &noise)));
    cases
}

/// The vectors' inputs.
fn inputs() -> Vec<(&'static str, Vec<f32>)> {
    let mut pcm = Vec::new();
    let packed = &include_bytes!("../../vectors/audio/inputs.s16.gz")[..];
    flate2::read::GzDecoder::new(packed).read_to_end(&mut pcm).unwrap_or_else(|e| panic!("inputs.s16.gz: {e}"));
    let samples: Vec<f32> =
        pcm.chunks_exact(2).map(|s| f32::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.0).collect();
    let mut rest = &samples[..];
    let mut take = |(name, len)| {
        let (input, after) = rest.split_at(len);
        rest = after;
        (name, input.to_vec())
    };
    INPUTS.map(&mut take).into()
}

fn whole(name: String, config: &MelConfig, level: Level, samples: &[f32]) -> Case {
    let mel = Mel::new(config.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut mel = mel.with_level(level);
    let samples = samples.to_vec();
    Case::floats(format!("mel-{name}"), mel.output_len(samples.len()), move |out| {
        mel.process_into(&samples, out).unwrap_or_else(|e| panic!("{e}"));
    })
}

/// In uneven pieces.
fn stream(name: String, config: &MelConfig, level: Level, samples: &[f32]) -> Case {
    let reference = ClipReference::peak(1.5);
    let stream = MelStream::with_reference(config.clone(), reference).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut stream = stream.with_level(level);
    let samples = samples.to_vec();
    let len = config.n_mels * config.output_frames(samples.len());
    Case::floats(format!("mel-{name}"), len, move |out| {
        let (mut rest, mut at, mut piece) = (&samples[..], 0, 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(piece.min(rest.len()));
            let done = stream.push_into(now, &mut out[at..]).unwrap_or_else(|e| panic!("{e}"));
            at += done.written * stream.config().n_mels;
            (rest, piece) = (later, piece * 7 % 2311);
        }
        stream.flush_into(&mut out[at..]).unwrap_or_else(|e| panic!("{e}"));
    })
}

fn resampled(from_hz: u32, to_hz: u32, samples: &[f32]) -> Case {
    let mut resampler = Resampler::new(from_hz, to_hz).unwrap_or_else(|e| panic!("{e}"));
    let samples = samples.to_vec();
    Case::floats(format!("resample-{from_hz}-to-{to_hz}"), resampler.clip_len(samples.len()), move |out| {
        resampler.seek(0);
        let done = resampler.process_into(&samples, out);
        resampler.flush_into(&mut out[done.written..]);
    })
}
