//! Slaney's mel filterbank, kept sparse, over four frames at once.
//!
//! The scale of the Auditory Toolbox, as librosa has it with `htk=False`: linear below 1 kHz, mel = 3f/200, and
//! logarithmic above, mel = 15 + 27·ln(f / 1000) / ln 6.4. Band m is a triangle over the edges m, m+1, m+2 of `n_mels` + 2
//! equal steps in mel, with the height 2 / (edge m+2 − edge m) (Slaney's normalisation: equal areas). Weights are computed
//! in f64 and rounded to f32 once. A band's sum runs from its lowest bin upwards, in f32. Applying it does not allocate.

use super::lanes::F32x4;
use super::math::{exp, ln};

/// Highest frequency of the linear part, in Hz, and its mel.
const BREAK_HZ: f64 = 1000.0;
const BREAK_MEL: f64 = 15.0;
const HZ_PER_MEL: f64 = 200.0 / 3.0;

/// ln 6.4 / 27: the logarithmic step.
fn log_step() -> f64 {
    ln(6.4) / 27.0
}

fn hz_to_mel(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / HZ_PER_MEL } else { BREAK_MEL + ln(hz / BREAK_HZ) / log_step() }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < BREAK_MEL { mel * HZ_PER_MEL } else { BREAK_HZ * exp(log_step() * (mel - BREAK_MEL)) }
}

/// One band: the bins it covers and where its weights are.
#[derive(Clone, Copy, Debug)]
struct Band {
    first_bin: usize,
    first_weight: usize,
    bins: usize,
}

/// The triangles of all bands.
#[derive(Debug)]
pub(super) struct Filterbank {
    bands: Vec<Band>,
    weights: Vec<f32>,
}

impl Filterbank {
    /// Plans and allocates.
    pub(super) fn slaney(sample_rate_hz: u32, n_fft: usize, n_mels: usize, min_hz: f64, max_hz: f64) -> Filterbank {
        let (low, high) = (hz_to_mel(min_hz), hz_to_mel(max_hz));
        let edge_hz = |i: usize| mel_to_hz(low + (high - low) * (i as f64 / (n_mels + 1) as f64));
        let bin_hz = |bin: usize| bin as f64 * f64::from(sample_rate_hz) / n_fft as f64;

        let mut bank = Filterbank { bands: Vec::with_capacity(n_mels), weights: Vec::new() };
        for m in 0..n_mels {
            let (left, centre, right) = (edge_hz(m), edge_hz(m + 1), edge_hz(m + 2));
            let height = 2.0 / (right - left);
            let mut band = Band { first_bin: 0, first_weight: bank.weights.len(), bins: 0 };
            for bin in 0..=n_fft / 2 {
                let hz = bin_hz(bin);
                let rising = (hz - left) / (centre - left);
                let falling = (right - hz) / (right - centre);
                let weight = (height * rising.min(falling)) as f32;
                if weight > 0.0 {
                    if band.bins == 0 {
                        band.first_bin = bin;
                    }
                    band.bins += 1;
                    bank.weights.push(weight);
                }
            }
            bank.bands.push(band);
        }
        bank
    }

    /// The bins that any band looks at: first, and one past the last.
    pub(super) fn bins(&self) -> (usize, usize) {
        let used = || self.bands.iter().filter(|band| band.bins > 0);
        let first = used().map(|band| band.first_bin).min().unwrap_or(0);
        let end = used().map(|band| band.first_bin + band.bins).max().unwrap_or(0);
        (first, end)
    }

    /// Energy of band `m` in a power spectrum.
    #[inline]
    pub(super) fn energy(&self, m: usize, power: &[F32x4]) -> F32x4 {
        let band = self.bands[m];
        let weights = &self.weights[band.first_weight..][..band.bins];
        let power = &power[band.first_bin..][..band.bins];
        let mut sum = F32x4::splat(0.0);
        for (&weight, &power) in weights.iter().zip(power) {
            sum += F32x4::splat(weight) * power;
        }
        sum
    }
}
