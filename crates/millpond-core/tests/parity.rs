//! Every audio profile against the program it comes from and against formulas in f64, the resampler against a formula and
//! soxr, and the bits of all of them against the SHA-256 that every target must reach.
//!
//! An f32 spectrum has a noise floor: a band that lies far below the loudest of its frame holds rounding errors of the loud
//! one, in these tests and in the programs alike. So band values are compared as amplitudes, |√g − √w| ≤ r/2·√w + n·√m, with
//! m the largest band of the frame: a relative error r of the energy, and noise of n (and a trace of what is loud outside all
//! bands: 1e-7 of the largest sample, 1e-9 of its spectrum). Features are compared where their band lies within 60 dB of the frame's largest.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors;

use millpond_core::audio::{Mel, Profile, Resampler, Spectrum};
use sha2::{Digest, Sha256};
use vectors::{Case, cases, resampled, stored_hashes};

/// n: what the loudest band adds to the others, as a part of its amplitude.
const NOISE: f64 = 4e-6;
/// 60 dB, as an amplitude.
const FLOOR: f64 = 1e-3;

/// Band values (`log` false) or features of a case, only the frames that are stored.
fn ours(profile: Profile, case: &Case, log: bool) -> Vec<f32> {
    let mut mel = Mel::new(profile.config()).unwrap();
    assert_eq!(mel.output_frames(case.samples.len()), case.frames, "{}", case.name);
    let mut out = vec![f32::NAN; mel.output_len(case.samples.len())];
    let done = if log { mel.process_into(&case.samples, &mut out) } else { mel.linear_into(&case.samples, &mut out) };
    assert_eq!(done.unwrap().written, case.frames);
    let rows = out.chunks_exact(case.frames.max(1));
    rows.flat_map(|row| case.kept.iter().map(|&frame| row[frame])).collect()
}

/// Bands as amplitudes.
fn amplitudes(profile: Profile, bands: &[f32]) -> Vec<f64> {
    let amplitude = |band: &f32| match profile.config().spectrum {
        Spectrum::Power => f64::from(*band).sqrt(),
        Spectrum::Magnitude => f64::from(*band),
    };
    bands.iter().map(amplitude).collect()
}

/// For each band, the amplitude of the largest in its frame.
fn loudest(case: &Case, amplitudes: &[f64]) -> Vec<f64> {
    let columns = case.kept.len().max(1);
    let of_frame = |frame: usize| amplitudes.iter().skip(frame).step_by(columns).copied().fold(0.0, f64::max);
    let of_frames: Vec<f64> = (0..columns).map(of_frame).collect();
    (0..amplitudes.len()).map(|at| of_frames[at % columns]).collect()
}

/// Compares bands with a relative error of the energy; returns the largest such error where no noise excuses it, and the
/// largest noise.
fn compare_bands(profile: Profile, case: &Case, got: &[f32], want: &[f32], relative: f64) -> (f64, f64) {
    assert_eq!(got.len(), want.len());
    let (got, want) = (amplitudes(profile, got), amplitudes(profile, want));
    let peak = case.samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs())) * profile.config().scale;
    let mut worst = (0.0, 0.0);
    for ((g, w), m) in got.iter().zip(&want).zip(loudest(case, &want)) {
        let off = (g - w).abs();
        let bound = relative / 2.0 * w + NOISE * m + 1e-7 * f64::from(peak);
        assert!(off <= bound, "{}: {g:e} for {w:e}, {off:e} off; loudest {m:e}", case.name);
        let noise = (off - relative / 2.0 * w - 1e-7 * f64::from(peak)) / m.max(1e-30);
        worst = (
            f64::max(worst.0, if m * 0.5 <= *w && *w > 1e-4 * f64::from(peak) { 2.0 * off / w } else { 0.0 }),
            f64::max(worst.1, noise),
        );
    }
    worst
}

#[test]
fn bands_agree_with_formulas_in_f64() {
    for profile in Profile::ALL {
        let mut worst = (0.0, 0.0);
        for case in cases(profile.name(), profile.config().n_mels) {
            let (relative, noise) = compare_bands(profile, &case, &ours(profile, &case, false), &case.bands, 1e-5);
            worst = (f64::max(worst.0, relative), f64::max(worst.1, noise));
        }
        println!("{profile}: relative error of loud bands {:.1e}, noise {:.1e} of the loudest", worst.0, worst.1);
    }
}

/// The largest difference of features above the floor.
fn compare_features(profile: Profile, case: &Case, got: &[f32], want: &[f32]) -> f64 {
    assert_eq!(got.len(), want.len());
    let bands = amplitudes(profile, &case.bands);
    let above = bands.iter().zip(loudest(case, &bands)).map(|(band, m)| *band >= FLOOR * m);
    let differences =
        got.iter().zip(want).zip(above).filter(|(_, above)| *above).map(|((g, w), _)| f64::from(g - w).abs());
    // Not `max`, which would pass over what is not a number.
    differences.fold(0.0, |worst, d| if d <= worst { worst } else { d })
}

#[test]
fn features_agree_with_formulas_in_f64() {
    // torchaudio's features are bands.
    for profile in Profile::ALL.into_iter().filter(|profile| *profile != Profile::Torchaudio) {
        let mut worst = 0.0;
        for case in cases(profile.name(), profile.config().n_mels) {
            let off = compare_features(profile, &case, &ours(profile, &case, true), &case.features);
            assert!(off <= 1e-3, "{}: {off}", case.name);
            worst = f64::max(worst, off);
        }
        println!("{profile}: {worst:.1e}");
    }
}

#[test]
fn features_agree_with_the_program() {
    for profile in Profile::ALL {
        let (mut worst, mut compared) = (0.0, 0);
        for case in cases(profile.name(), profile.config().n_mels) {
            let Some(program) = &case.program else { continue };
            let got = ours(profile, &case, true);
            let off = if profile == Profile::Torchaudio {
                compare_bands(profile, &case, &got, program, 1e-4).0
            } else {
                let off = compare_features(profile, &case, &got, program);
                assert!(off <= 1e-3, "{}: {off}", case.name);
                off
            };
            worst = f64::max(worst, off);
            compared += 1;
        }
        println!("{profile}: {worst:.1e} over {compared} cases");
        assert!(compared >= 10);
    }
}

fn power(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum()
}

fn resample(from_hz: u32, to_hz: u32, samples: &[f32]) -> Vec<f64> {
    let mut resampler = Resampler::new(from_hz, to_hz).unwrap();
    let mut out = vec![f32::NAN; resampler.clip_len(samples.len())];
    let done = resampler.process_into(samples, &mut out);
    resampler.flush_into(&mut out[done.written..]);
    out.into_iter().map(f64::from).collect()
}

#[test]
fn resampling_agrees_with_its_formula_and_with_soxr() {
    for case in resampled() {
        let out = resample(case.from_hz, case.to_hz, &case.samples);
        assert_eq!(out.len(), case.ideal.len());
        let error = |want: &[f32]| {
            let signal = power(want.iter().map(|&w| f64::from(w)));
            10.0 * (power(out.iter().zip(want).map(|(g, &w)| g - f64::from(w))) / signal).log10()
        };
        let (ideal, soxr) = (error(&case.ideal), error(&case.soxr));
        println!("{} to {}: {ideal:.1} dB from the formula, {soxr:.1} dB from soxr", case.from_hz, case.to_hz);
        assert!(ideal <= -100.0, "{} to {}: {ideal}", case.from_hz, case.to_hz);
        // soxr interpolates its filter between phases; index.json says how far that takes it from the formula.
        assert!(soxr <= -75.0, "{} to {}: {soxr}", case.from_hz, case.to_hz);
        if !case.stopped.is_empty() {
            let left = power(resample(case.from_hz, case.to_hz, &case.stopped).into_iter());
            let db = 10.0 * (left / power(case.stopped.iter().map(|&x| f64::from(x)))).log10();
            println!("{} to {}: {db:.1} dB left above the new band", case.from_hz, case.to_hz);
            assert!(db <= -100.0, "{} to {}: {db}", case.from_hz, case.to_hz);
        }
    }
}

fn sha256(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The features of every stored input, and speech at other rates: up, down, and by an interpolated filter table.
#[test]
fn bits_are_those_of_every_target() {
    let mut hashes = Vec::new();
    let mut speech = Vec::new();
    for profile in Profile::ALL {
        let mut mel = Mel::new(profile.config()).unwrap();
        for case in cases(profile.name(), profile.config().n_mels).into_iter().filter(|case| !case.is_clip) {
            let mut out = vec![f32::NAN; mel.output_len(case.samples.len())];
            mel.process_into(&case.samples, &mut out).unwrap();
            hashes.push((case.name, sha256(&out)));
            if case.samples.len() > speech.len() {
                speech = case.samples;
            }
        }
    }
    for to_hz in [8_000, 44_100, 48_000, 47_999] {
        let out: Vec<f32> = resample(16_000, to_hz, &speech).into_iter().map(|x| x as f32).collect();
        hashes.push((format!("speech from 16000 to {to_hz} Hz"), sha256(&out)));
    }
    let lines: Vec<String> = hashes.iter().map(|(name, hash)| format!("  \"{name}\": \"{hash}\"")).collect();
    let json = format!("{{\n{}\n}}\n", lines.join(",\n"));
    assert_eq!(json, stored_hashes(), "if the bits were changed on purpose, this is the new sha256.json:\n{json}");
}
