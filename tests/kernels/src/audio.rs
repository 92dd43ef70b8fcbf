//! Log-mel features of clips and of streams, and resampling.

use std::rc::Rc;

use millpond_core::audio::{ClipReference, Mel, MelConfig, MelStream, Profile, Resampler, Window};

use crate::{Choices, Target, Trial, refused};

/// A profile, as it is or with other lengths.
fn config(choices: &mut Choices<'_>) -> MelConfig {
    let mut config = choices.pick(&Profile::ALL).config();
    if choices.once_in(2) {
        config.hop_samples = 1 + choices.below(400) as usize;
    }
    if choices.once_in(2) {
        config.n_fft = 2 + choices.below(if cfg!(miri) { 64 } else { 700 }) as usize;
        config.win_samples = 2 + choices.below(config.n_fft as u32 - 1) as usize;
        config.n_mels = 1 + choices.below((config.n_fft as u32 / 2 + 1).min(60)) as usize;
    }
    config
}

/// Noise, of a length that makes at most some hundred frames of this hop.
fn samples(choices: &mut Choices<'_>, hop_samples: usize) -> Rc<[f32]> {
    let limit = if cfg!(miri) { 300 } else { 5000 };
    let len = choices.below(hop_samples.saturating_mul(100).clamp(1, limit) as u32) as usize;
    let mut samples = choices.floats(len);
    if choices.once_in(8) && len > 0 {
        let at = choices.below(len as u32) as usize;
        samples[at] = choices.pick(&[f32::NAN, f32::INFINITY, f32::MAX, 1e-40]);
    }
    samples.into()
}

pub(crate) fn mel_trial(choices: &mut Choices<'_>) -> Trial {
    let config = config(choices);
    let (samples, linear) = (samples(choices, config.hop_samples), choices.once_in(4));
    let len = config.n_mels * config.output_frames(samples.len());
    let target = Target::floats(choices.below(9) as usize, len);
    Trial::new(format!("{config:?} of {}, linear {linear}", samples.len()), target, move |level| {
        let mel = Mel::new(config.clone()).unwrap_or_else(|e| panic!("{config:?}: {e}"));
        let (mut mel, samples) = (mel.with_level(level), Rc::clone(&samples));
        Box::new(move |target| {
            let out = target.numbers();
            let done = if linear { mel.linear_into(&samples, out) } else { mel.process_into(&samples, out) };
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

/// A configuration of which any number may be out of range.
fn any_config(choices: &mut Choices<'_>) -> MelConfig {
    let mut config = config(choices);
    let count = |choices: &mut Choices<'_>| choices.pick(&[0, 1, 2, 17, 65_537, usize::MAX]);
    let number = |choices: &mut Choices<'_>| choices.pick(&[0.0, -1.0, 1e-40, 7.0, 1e30, f64::NAN, f64::INFINITY]);
    for _ in 0..choices.below(3) {
        match choices.below(11) {
            0 => config.n_fft = count(choices),
            1 => config.win_samples = count(choices),
            2 => config.hop_samples = count(choices),
            3 => config.n_mels = count(choices),
            4 => config.sample_rate_hz = choices.pick(&[0, 999, 1000, 384_001, u32::MAX]),
            5 => config.scale = number(choices) as f32,
            6 => config.min_hz = number(choices),
            7 => config.max_hz = number(choices),
            8 => config.floor = number(choices) as f32,
            9 => config.pad_to_samples = choices.below(9000) as usize,
            _ => config.window = choices.pick(&[Window::Hann, Window::Povey]),
        }
    }
    config
}

pub(crate) fn mel_misuse(choices: &mut Choices<'_>) {
    let config = any_config(choices);
    let samples = samples(choices, config.hop_samples);
    let Ok(mel) = Mel::new(config) else { return };
    let mut mel = mel.with_level(choices.level());
    let needed = mel.output_len(samples.len());
    if needed > 1 << 22 {
        return;
    }
    let mut out = Target::floats(0, choices.pick(&[0, needed.saturating_sub(1), needed, needed + 7]));
    let before = out.bytes();
    let result = mel.process_into(&samples, out.numbers());
    refused("mel", &result, &before, &out.bytes());
}

pub(crate) fn stream_trial(choices: &mut Choices<'_>) -> Trial {
    let config = config(choices);
    let samples = samples(choices, config.hop_samples);
    let mut reference = ClipReference::peak(1.5);
    (reference.mean, reference.deviation) = (vec![0.25; config.n_mels], vec![1.5; config.n_mels]);
    // How the clip is cut into pieces must not matter to anything.
    let (first, step) = (1 + choices.below(900) as usize, 1 + choices.below(40) as usize);
    let len = config.n_mels * config.output_frames(samples.len());
    let target = Target::floats(choices.below(9) as usize, len);
    Trial::new(format!("{config:?} of {}", samples.len()), target, move |level| {
        let stream = MelStream::with_reference(config.clone(), reference.clone()).unwrap_or_else(|e| panic!("{e}"));
        let (mut stream, samples) = (stream.with_level(level), Rc::clone(&samples));
        Box::new(move |target| {
            let out = target.numbers();
            let (mut rest, mut at, mut piece) = (&samples[..], 0, first);
            stream.reset();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(piece.min(rest.len()));
                let done = stream.push_into(now, &mut out[at..]).unwrap_or_else(|e| panic!("{e}"));
                at += done.written * stream.config().n_mels;
                (rest, piece) = (later, piece + step);
            }
            stream.flush_into(&mut out[at..]).unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn stream_misuse(choices: &mut Choices<'_>) {
    let config = any_config(choices);
    let samples = samples(choices, config.hop_samples);
    let mut reference = ClipReference::peak(choices.pick(&[0.0, 3.0, f32::NAN, f32::INFINITY]));
    let means = choices.pick(&[0, config.n_mels.min(100)]);
    (reference.mean, reference.deviation) = (vec![0.0; means], vec![choices.pick(&[0.0, 1.0, f32::NAN]); means]);
    let Ok(stream) = MelStream::with_reference(config, reference) else { return };
    let mut stream = stream.with_level(choices.level());
    for piece in samples.chunks(1 + choices.below(2000) as usize) {
        let needed = stream.output_len(piece.len());
        if needed > 1 << 20 {
            return;
        }
        let mut out = Target::floats(0, choices.pick(&[0, needed.saturating_sub(1), needed]));
        let before = out.bytes();
        let result = stream.push_into(piece, out.numbers());
        refused("mel-stream", &result, &before, &out.bytes());
    }
}

/// Has no levels: one sample after the other.
pub(crate) fn resampler_trial(choices: &mut Choices<'_>) -> Trial {
    let rates = [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 47_999];
    let (from_hz, to_hz, samples) = (choices.pick(&rates), choices.pick(&rates), samples(choices, 50));
    let (input, output) = (1 + choices.below(700) as usize, 1 + choices.below(300) as usize);
    let new = move || Resampler::new(from_hz, to_hz).unwrap_or_else(|e| panic!("{e}"));
    let target = Target::floats(choices.below(9) as usize, new().clip_len(samples.len()));
    Trial::new(format!("{from_hz} to {to_hz} of {}", samples.len()), target, move |_| {
        let (mut resampler, samples) = (new(), Rc::clone(&samples));
        Box::new(move |target| {
            let out = target.numbers();
            let (mut read, mut written) = (0, 0);
            resampler.seek(0);
            while read < samples.len() {
                let (input_end, output_end) = ((read + input).min(samples.len()), (written + output).min(out.len()));
                let done = resampler.process_into(&samples[read..input_end], &mut out[written..output_end]);
                assert!(done.read + done.written > 0, "it stands still");
                (read, written) = (read + done.read, written + done.written);
            }
            written += resampler.flush_into(&mut out[written..]);
            assert_eq!(written, out.len());
        })
    })
}

pub(crate) fn resampler_misuse(choices: &mut Choices<'_>) {
    let rate = |choices: &mut Choices<'_>| match choices.below(4) {
        0 => choices.pick(&[0, 999, 384_001, u32::MAX]),
        _ => choices.pick(&[1000, 8000, 44_100, 384_000]),
    };
    let (from_hz, to_hz, samples) = (rate(choices), rate(choices), samples(choices, 50));
    let Ok(mut resampler) = Resampler::new(from_hz, to_hz) else { return };
    resampler.seek(choices.pick(&[0, 1, 12_345, u64::MAX / 2, u64::MAX]));
    let mut out = vec![0.0; choices.below(900) as usize];
    for piece in samples.chunks(1 + choices.below(700) as usize) {
        let fits = resampler.output_len(piece.len());
        let done = resampler.process_into(piece, &mut out);
        assert!(done.read <= piece.len() && done.written <= out.len().min(fits));
        assert!(out.is_empty() || done.read + done.written > 0, "it stands still");
    }
    let due = resampler.flush_len();
    assert_eq!(resampler.flush_into(&mut out), due.min(out.len()));
}
