//! The resampler: its filter measured from outside, its bookkeeping, and bits that do not depend on how a clip is cut.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::audio::Resampler;
use proptest::prelude::*;
use std::f64::consts::TAU;

fn resample(from: u32, to: u32, input: &[f32]) -> Vec<f32> {
    let mut resampler = Resampler::new(from, to).unwrap();
    let mut out = vec![f32::NAN; resampler.clip_len(input.len())];
    let done = resampler.process_into(input, &mut out);
    assert_eq!(done.read, input.len());
    assert_eq!(resampler.flush_len(), out.len() - done.written);
    assert_eq!(resampler.flush_into(&mut out[done.written..]), out.len() - done.written);
    assert_eq!(resampler.flush_into(&mut [0.0]), 0);
    out
}

fn tone(hz: f64, rate: u32, len: usize) -> Vec<f32> {
    (0..len).map(|n| (TAU * hz * n as f64 / f64::from(rate)).sin() as f32).collect()
}

/// Power of the best sine of frequency `hz` (phase and all) in `signal`, and the mean power of what it leaves.
fn power_and_residue(signal: &[f32], hz: f64, rate: u32) -> (f64, f64) {
    // Least squares of a·sin + b·cos.
    let basis = |n: usize| (TAU * hz * n as f64 / f64::from(rate)).sin_cos();
    let (mut ss, mut sc, mut cc, mut sx, mut cx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, &x) in signal.iter().enumerate() {
        let (s, c) = basis(n);
        (ss, sc, cc, sx, cx) = (ss + s * s, sc + s * c, cc + c * c, sx + s * f64::from(x), cx + c * f64::from(x));
    }
    let det = ss * cc - sc * sc;
    let (a, b) = ((sx * cc - cx * sc) / det, (cx * ss - sx * sc) / det);
    let residue: f64 = signal
        .iter()
        .enumerate()
        .map(|(n, &x)| {
            let (s, c) = basis(n);
            (f64::from(x) - a * s - b * c).powi(2)
        })
        .sum();
    ((a * a + b * b) / 2.0, residue / signal.len() as f64)
}

fn db(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// What lies above the new Nyquist frequency must vanish: nothing may alias.
#[test]
fn stop_band_is_100_db_down() {
    for (from, to) in
        [(44_100, 16_000), (48_000, 44_100), (48_000, 16_000), (96_000, 48_000), (48_000, 8_000), (44_101, 44_000)]
    {
        let nyquist = f64::from(to) / 2.0;
        for step in 0..=12 {
            let hz = nyquist + (f64::from(from) / 2.0 - nyquist) * (f64::from(step) / 12.0).powi(2) * 0.999;
            let out = resample(from, to, &tone(hz, from, from as usize / 4));
            // The clip's hard edges hold all frequencies: measure in the middle.
            let middle = &out[out.len() / 4..out.len() * 3 / 4];
            let level = db(2.0 * middle.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / middle.len() as f64);
            assert!(level < -100.0, "{from} to {to}: {hz} Hz comes out at {level} dB");
        }
    }
}

/// A tone below both Nyquist frequencies comes out at its level, its place, and clean.
#[test]
fn pass_band_is_flat_and_clean() {
    let rates = [
        (44_100, 48_000),
        (16_000, 48_000),
        (11_025, 48_000),
        (48_000, 16_000),
        (44_100, 16_000),
        (44_101, 48_000),
        (8_000, 47_999),
    ];
    for (from, to) in rates {
        let nyquist = f64::from(from.min(to)) / 2.0;
        for part in [0.01, 0.2, 0.5, 0.8, 0.93] {
            let hz = nyquist * part;
            let out = resample(from, to, &tone(hz, from, from as usize / 4));
            let want = tone(hz, to, out.len());
            let middle = out.len() / 4..out.len() * 3 / 4;
            let (power, residue) = power_and_residue(&out[middle.clone()], hz, to);
            assert!((db(power) - db(0.5)).abs() < 0.01, "{from} to {to}: {hz} Hz at {} dB", db(power) - db(0.5));
            assert!(db(residue / power) < -100.0, "{from} to {to}: {hz} Hz with {} dB of dirt", db(residue / power));
            // In phase with the same tone made at the new rate: output k is at time k / to.
            let worst = middle.map(|n| (out[n] - want[n]).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-3, "{from} to {to}: {hz} Hz is {worst} off");
        }
    }
}

#[test]
fn a_constant_stays_itself() {
    for (from, to) in [(44_100, 48_000), (48_000, 16_000), (44_101, 48_000)] {
        let out = resample(from, to, &vec![0.5; from as usize / 8]);
        let middle = &out[out.len() / 3..out.len() / 2];
        assert!(middle.iter().all(|x| (x - 0.5).abs() < 1e-6), "{from} to {to}");
    }
}

#[test]
fn equal_rates_pass_through() {
    let input = [0.1, -0.0, f32::INFINITY, f32::MIN_POSITIVE / 2.0, 3.0];
    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&resample(48_000, 48_000, &input)), bits(&input));
}

#[test]
fn rates_out_of_range_are_refused() {
    for (from, to) in [(0, 48_000), (48_000, 999), (384_001, 48_000), (48_000, u32::MAX)] {
        assert!(matches!(Resampler::new(from, to), Err(Error::BadParameter { .. })));
    }
}

#[test]
fn the_extremes_work() {
    for (from, to) in [(1000, 384_000), (384_000, 1000), (383_999, 1000), (1000, 383_999), (383_999, 384_000)] {
        let input = tone(100.0, from, from as usize);
        let out = resample(from, to, &input);
        assert_eq!(out.len(), to as usize);
        let (power, residue) = power_and_residue(&out[out.len() / 3..out.len() * 2 / 3], 100.0, to);
        let (level, dirt) = (db(power) - db(0.5), db(residue / power));
        assert!(level.abs() < 0.01 && dirt < -100.0, "{from} to {to}: {level} dB, dirt {dirt} dB");
    }
}

#[test]
fn no_input_gives_no_output() {
    assert!(resample(44_100, 48_000, &[]).is_empty());
    assert_eq!(resample(44_100, 48_000, &[1.0]).len(), 2);
    assert_eq!(resample(48_000, 16_000, &[1.0]).len(), 1);
}

fn noise(len: usize) -> Vec<f32> {
    let mut state = 5u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

fn rates() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![
        Just((44_100, 48_000)),
        Just((48_000, 16_000)),
        Just((8_000, 48_000)),
        Just((48_000, 48_000)),
        (1000u32..50_000, 1000u32..50_000)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn pieces_give_the_same_bits((from, to) in rates(), pieces in prop::collection::vec((0usize..900, 0usize..900), 1..60)) {
        let input = noise(6000);
        let want = resample(from, to, &input);
        let mut resampler = Resampler::new(from, to).unwrap();
        let (mut got, mut at) = (Vec::new(), 0);
        for (offer, room) in pieces.into_iter().chain(std::iter::repeat((1000, 1000))) {
            let piece = &input[at..input.len().min(at + offer)];
            let mut out = vec![f32::NAN; room];
            let (promised, accepted) = (resampler.output_len(piece.len()), resampler.input_len(room));
            let done = resampler.process_into(piece, &mut out);
            prop_assert_eq!(done.written, promised.min(room));
            prop_assert!(done.read >= piece.len().min(accepted));
            prop_assert!(done.read == piece.len() || done.written == room);
            got.extend_from_slice(&out[..done.written]);
            at += done.read;
            if at == input.len() && done.written < room {
                break;
            }
        }
        while got.len() < want.len() {
            let mut out = [f32::NAN; 77];
            prop_assert_eq!(resampler.flush_len(), want.len() - got.len());
            let written = resampler.flush_into(&mut out);
            prop_assert!(written > 0);
            got.extend_from_slice(&out[..written]);
        }
        prop_assert!(got.iter().zip(&want).all(|(g, w)| g.to_bits() == w.to_bits()));
        prop_assert_eq!(got.len(), want.len());
    }

    #[test]
    fn seeking_gives_the_same_bits((from, to) in rates(), part in 0.0..1.0f64) {
        let input = noise(5000);
        let want = resample(from, to, &input);
        let target = (want.len() as f64 * part) as usize;
        let mut resampler = Resampler::new(from, to).unwrap();
        resampler.process_into(&input[..100], &mut [0.0; 9]);
        let first = resampler.seek(target as u64) as usize;
        let mut got = vec![f32::NAN; want.len() - target];
        let done = resampler.process_into(&input[first..], &mut got);
        let rest = resampler.flush_into(&mut got[done.written..]);
        prop_assert_eq!(done.written + rest, got.len());
        prop_assert!(got.iter().zip(&want[target..]).all(|(g, w)| g.to_bits() == w.to_bits()));
    }
}
