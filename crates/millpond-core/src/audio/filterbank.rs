//! Mel filterbanks, kept sparse.
//!
//! Band m is a triangle over the edges m, m + 1, m + 2 of `n_mels` + 2 equal steps in mel, straight in Hz or (Kaldi) in mel:
//! weight = height·max(0, min((f − left)/(centre − left), (right − f)/(right − centre))), with the height 1, or
//! 2/(right − left in Hz). Weights are computed in f64, by our own logarithm and exponential, and rounded to f32 once. A
//! band's sum runs from its lowest bin upwards, in f32. Scales and norms: [`MelScale`], [`MelNorm`].

use super::config::{MelConfig, MelNorm, MelScale};
use super::lanes::{Lanes, for_level};
use super::math::{exp, ln};
use crate::Error;
use crate::simd::Level;

/// Highest frequency of the linear part of Slaney's scale, in Hz, and its mel.
const BREAK_HZ: f64 = 1000.0;
const BREAK_MEL: f64 = 15.0;
const HZ_PER_MEL: f64 = 200.0 / 3.0;

/// ln 6.4 / 27: the step of its logarithmic part.
fn log_step() -> f64 {
    ln(6.4) / 27.0
}

impl MelScale {
    /// The mel of a frequency of at least 0 Hz.
    pub fn mel(self, hz: f64) -> f64 {
        match self {
            MelScale::Slaney if hz < BREAK_HZ => hz / HZ_PER_MEL,
            MelScale::Slaney => BREAK_MEL + ln(hz / BREAK_HZ) / log_step(),
            MelScale::Htk => 2595.0 * (ln(1.0 + hz / 700.0) / core::f64::consts::LN_10),
            MelScale::Kaldi => 1127.0 * ln(1.0 + hz / 700.0),
        }
    }

    /// The frequency of a mel in Hz.
    pub fn hz(self, mel: f64) -> f64 {
        match self {
            MelScale::Slaney if mel < BREAK_MEL => mel * HZ_PER_MEL,
            MelScale::Slaney => BREAK_HZ * exp(log_step() * (mel - BREAK_MEL)),
            MelScale::Htk => 700.0 * (exp(mel / 2595.0 * core::f64::consts::LN_10) - 1.0),
            MelScale::Kaldi => 700.0 * (exp(mel / 1127.0) - 1.0),
        }
    }
}

/// One band: the bins it covers and where its weights are.
#[derive(Clone, Copy, Debug)]
struct Band {
    first_bin: usize,
    first_weight: usize,
    bins: usize,
}

/// The triangles of all bands.
#[derive(Clone, Debug)]
pub struct MelFilterbank {
    n_bins: usize,
    bands: Vec<Band>,
    weights: Vec<f32>,
    level: Level,
}

impl MelFilterbank {
    /// Plans and allocates the filterbank of a configuration. A band too narrow to hold a bin is empty: its energy is 0.
    ///
    /// # Errors
    /// [`Error::BadParameter`], as [`MelConfig::validate`].
    pub fn new(config: &MelConfig) -> Result<MelFilterbank, Error> {
        config.validate()?;
        let (n_fft, n_mels, scale) = (config.n_fft, config.n_mels, config.mel_scale);
        let (low, high) = (scale.mel(config.min_hz), scale.mel(config.highest_hz()));
        let edge_mel = |i: usize| low + (high - low) * (i as f64 / (n_mels + 1) as f64);
        let bin_hz = |bin: usize| bin as f64 * f64::from(config.sample_rate_hz) / n_fft as f64;
        // What the triangles are straight in.
        let in_mel = scale == MelScale::Kaldi;
        let edge = |i: usize| if in_mel { edge_mel(i) } else { scale.hz(edge_mel(i)) };
        let n_bins = n_fft / 2 + 1;
        let places: Vec<f64> =
            (0..n_bins).map(|bin| if in_mel { scale.mel(bin_hz(bin)) } else { bin_hz(bin) }).collect();

        let (mut bands, mut weights) = (Vec::with_capacity(n_mels), Vec::new());
        for m in 0..n_mels {
            let (left, centre, right) = (edge(m), edge(m + 1), edge(m + 2));
            let height = match config.mel_norm {
                MelNorm::None => 1.0,
                MelNorm::Slaney => 2.0 / (scale.hz(edge_mel(m + 2)) - scale.hz(edge_mel(m))),
            };
            let mut band = Band { first_bin: 0, first_weight: weights.len(), bins: 0 };
            for (bin, place) in places.iter().enumerate() {
                let rising = (place - left) / (centre - left);
                let falling = (right - place) / (right - centre);
                let weight = (height * rising.min(falling)) as f32;
                if weight > 0.0 {
                    if band.bins == 0 {
                        band.first_bin = bin;
                    }
                    band.bins += 1;
                    weights.push(weight);
                }
            }
            bands.push(band);
        }
        Ok(MelFilterbank { n_bins, bands, weights, level: Level::best() })
    }

    /// The same with kernels of this level. Results do not depend on it.
    pub fn with_level(self, level: Level) -> MelFilterbank {
        MelFilterbank { level, ..self }
    }

    /// Number of bands.
    pub fn n_mels(&self) -> usize {
        self.bands.len()
    }

    /// Number of bins of the spectra it takes, n_fft / 2 + 1.
    pub fn n_bins(&self) -> usize {
        self.n_bins
    }

    /// The lowest bin of band `m` and the weights from there on; `None` past the last band.
    pub fn band(&self, m: usize) -> Option<(usize, &[f32])> {
        self.bands.get(m).map(|band| (band.first_bin, &self.weights[band.first_weight..][..band.bins]))
    }

    /// The bands of spectra: `spectra` is `[n_bins, n_frames]`, `out` becomes `[n_mels, n_frames]`, both row-major.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] for either; nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn apply_into(&self, spectra: &[f32], n_frames: usize, out: &mut [f32]) -> Result<(), Error> {
        let needs = [
            (self.n_bins.saturating_mul(n_frames), spectra.len()),
            (self.n_mels().saturating_mul(n_frames), out.len()),
        ];
        for (needed, got) in needs {
            if got < needed {
                return Err(Error::BufferTooSmall { needed, got });
            }
        }
        for_level!(self.level, V => V::run(
            #[inline(always)]
            || {
                for m in 0..self.n_mels() {
                    let mut frame = 0;
                    while frame + V::LANES <= n_frames {
                        let at = |bin: usize| V::load(&spectra[bin * n_frames + frame..]);
                        self.sum(m, at).store(&mut out[m * n_frames + frame..]);
                        frame += V::LANES;
                    }
                    for frame in frame..n_frames {
                        out[m * n_frames + frame] = self.sum(m, |bin| spectra[bin * n_frames + frame]);
                    }
                }
            }
        ));
        Ok(())
    }

    /// Σ weight × bin of a band.
    #[inline(always)]
    fn sum<V: Lanes>(&self, m: usize, bin: impl Fn(usize) -> V) -> V {
        let band = self.bands[m];
        let weights = &self.weights[band.first_weight..][..band.bins];
        weights.iter().enumerate().fold(V::splat(0.0), |sum, (i, &w)| sum + V::splat(w) * bin(band.first_bin + i))
    }

    /// Band `m` of the frames in the lanes of `bins`.
    #[inline(always)]
    pub(super) fn energy<V: Lanes>(&self, m: usize, bins: &[V]) -> V {
        let band = self.bands[m];
        let bins = &bins[band.first_bin..][..band.bins];
        self.sum(m, |bin| bins[bin - band.first_bin])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Profile;

    #[test]
    fn scales_are_their_formulas_and_invert() {
        // librosa.hz_to_mel(440) = 6.6, hz_to_mel(4000) = 35.163, hz_to_mel(440, htk=True) = 549.64.
        assert!((MelScale::Slaney.mel(440.0) - 6.6).abs() < 1e-12);
        assert!((MelScale::Slaney.mel(4000.0) - 35.163_76).abs() < 1e-4);
        assert!((MelScale::Htk.mel(440.0) - 549.638_75).abs() < 1e-4);
        assert!((MelScale::Kaldi.mel(440.0) - 1127.0 * (1.0f64 + 440.0 / 700.0).ln()).abs() < 1e-10);
        for scale in [MelScale::Slaney, MelScale::Htk, MelScale::Kaldi] {
            for hz in [0.0, 55.0, 999.9, 1000.0, 7600.0, 100_000.0] {
                assert!((scale.hz(scale.mel(hz)) - hz).abs() < 1e-9 * (hz + 1.0), "{scale:?} {hz}");
            }
        }
    }

    #[test]
    fn bands_of_one_frame_are_those_of_many() {
        let config = Profile::Whisper80.config();
        let bank = MelFilterbank::new(&config).unwrap_or_else(|e| panic!("{e}"));
        let spectra: Vec<f32> = (0..201 * 21).map(|i| (i * i % 97) as f32).collect();
        let want: Vec<f32> = (0..80 * 21)
            .map(|i| {
                let (first, weights) = bank.band(i / 21).unwrap_or_default();
                weights.iter().enumerate().fold(0.0, |sum, (j, w)| sum + w * spectra[(first + j) * 21 + i % 21])
            })
            .collect();
        for level in Level::available() {
            let mut got = vec![f32::NAN; 80 * 21];
            assert_eq!(bank.clone().with_level(level).apply_into(&spectra, 21, &mut got), Ok(()));
            assert_eq!(got, want, "{level:?}");
        }
        let mut short = [5.0; 80 * 21 - 1];
        let error = bank.apply_into(&spectra, 21, &mut short);
        assert_eq!(error, Err(Error::BufferTooSmall { needed: 1680, got: 1679 }));
        assert_eq!(short, [5.0; 80 * 21 - 1]);
    }
}
