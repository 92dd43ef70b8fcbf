//! Log-mel features of a clip: pre-emphasis, STFT, mel bands, decibels, normalisation.
//!
//! feature = clip(2a·(dB + r) / r − a, −a, a) with dB = 10·log₁₀(max(energy, floor)) − reference, a = `max_abs`,
//! r = `range_db`; in f32 as (dB + r)·(2a/r) − a. The bits are the same on every target: see `lanes.rs` for the FFT,
//! [`math`](super::math) for tables, `decibel.rs` for the logarithm. Frames are computed four at a time in vector lanes.
//!
//! Making a [`Mel`] allocates; [`Mel::process_into`] does not, for a clip of any length.

use super::decibel::decibels;
use super::filterbank::Filterbank;
use super::lanes::{F32x4, LANES};
use super::stft::Stft;
use crate::{Error, Rational};

/// Everything that defines a log-mel profile.
#[derive(Clone, Debug, PartialEq)]
pub struct MelConfig {
    /// Sample rate of the input in Hz, 1000 to 384000.
    pub sample_rate_hz: u32,
    /// Coefficient c of the pre-emphasis y[0] = x[0], y[n] = x[n] − c·x[n−1].
    pub pre_emphasis: f32,
    /// FFT length in samples, even, 4 to 4096.
    pub n_fft: usize,
    /// Length in samples of the symmetric Hann window, 2 to `n_fft`, centred in the FFT.
    pub win_samples: usize,
    /// Samples from one frame to the next, 1 to 65536.
    pub hop_samples: usize,
    /// Number of Slaney mel bands, 1 to 1024.
    pub n_mels: usize,
    /// Lower edge of the lowest band in Hz.
    pub min_hz: f64,
    /// Upper edge of the highest band in Hz, at most half the sample rate.
    pub max_hz: f64,
    /// Smallest energy that enters the logarithm.
    pub energy_floor: f32,
    /// Subtracted from the decibels.
    pub reference_db: f32,
    /// The decibels from −`range_db` to 0 are spread over −`max_abs` to `max_abs`.
    pub range_db: f32,
    /// Features are clipped to −`max_abs` to `max_abs`.
    pub max_abs: f32,
}

impl MelConfig {
    /// The `lipsync` profile: 16 kHz, pre-emphasis 0.97, window 640 in FFT 1024, hop 200, 80 bands from 55 to 7600 Hz,
    /// dB − 20, −100…0 dB spread over −4…4.
    pub fn lipsync() -> MelConfig {
        MelConfig {
            sample_rate_hz: 16_000,
            pre_emphasis: 0.97,
            n_fft: 1024,
            win_samples: 640,
            hop_samples: 200,
            n_mels: 80,
            min_hz: 55.0,
            max_hz: 7600.0,
            energy_floor: 1e-10,
            reference_db: 20.0,
            range_db: 100.0,
            max_abs: 4.0,
        }
    }

    /// Frames (columns) per second: sample rate / hop.
    pub fn columns_per_second(&self) -> Rational {
        Rational::new(i128::from(self.sample_rate_hz), (self.hop_samples as i128).max(1))
    }

    fn validate(&self) -> Result<(), Error> {
        let check = |ok: bool, name, value, expected| {
            if ok { Ok(()) } else { Err(Error::BadParameter { name, value, expected }) }
        };
        let rate = f64::from(self.sample_rate_hz);
        check((1000..=384_000).contains(&self.sample_rate_hz), "sample_rate_hz", rate, "1000 to 384000")?;
        let c = self.pre_emphasis;
        check(c.is_finite(), "pre_emphasis", f64::from(c), "a finite number")?;
        let n_fft = self.n_fft;
        check(n_fft.is_multiple_of(2) && (4..=4096).contains(&n_fft), "n_fft", n_fft as f64, "even, 4 to 4096")?;
        let win = self.win_samples;
        check((2..=n_fft).contains(&win), "win_samples", win as f64, "2 to n_fft")?;
        let hop = self.hop_samples;
        check((1..=65_536).contains(&hop), "hop_samples", hop as f64, "1 to 65536")?;
        check((1..=1024).contains(&self.n_mels), "n_mels", self.n_mels as f64, "1 to 1024")?;
        check(self.min_hz >= 0.0 && self.min_hz < self.max_hz, "min_hz", self.min_hz, "0 to below max_hz")?;
        check(self.max_hz <= rate / 2.0, "max_hz", self.max_hz, "at most half the sample rate")?;
        let floor = self.energy_floor;
        check(floor.is_normal() && floor > 0.0, "energy_floor", f64::from(floor), "positive, not subnormal")?;
        let reference = self.reference_db;
        check(reference.is_finite(), "reference_db", f64::from(reference), "a finite number")?;
        for (name, value) in [("range_db", self.range_db), ("max_abs", self.max_abs)] {
            check(value.is_normal() && value > 0.0, name, f64::from(value), "positive, finite")?;
        }
        Ok(())
    }
}

/// A planned log-mel computation: make it once, run it on any number of clips.
pub struct Mel {
    config: MelConfig,
    stft: Stft,
    filterbank: Filterbank,
}

impl core::fmt::Debug for Mel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Mel").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Mel {
    /// Validates, plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a field outside the range that its documentation gives.
    pub fn new(config: MelConfig) -> Result<Mel, Error> {
        config.validate()?;
        let c = &config;
        let filterbank = Filterbank::slaney(c.sample_rate_hz, c.n_fft, c.n_mels, c.min_hz, c.max_hz);
        let stft = Stft::new(c.n_fft, c.win_samples, c.hop_samples, c.pre_emphasis, filterbank.bins());
        Ok(Mel { config, stft, filterbank })
    }

    /// What it was made from.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// Number of mel bands: the rows of the output.
    pub fn n_mels(&self) -> usize {
        self.config.n_mels
    }

    /// Number of frames, the columns of the output, for a clip of `samples` samples: 1 + samples / hop, and 0 for none.
    pub fn output_frames(&self, samples: usize) -> usize {
        if samples == 0 { 0 } else { 1 + samples / self.config.hop_samples }
    }

    /// Features of a whole clip: `samples` are mono, at the profile's rate (else see
    /// [`Resampler`](super::Resampler)), `out` becomes `[n_mels, n_frames]`, row-major, lowest band first. Returns
    /// n_frames = [`output_frames`](Mel::output_frames); what `out` holds beyond is left alone.
    ///
    /// A sample that is infinite or not a number spoils the frames that see it, and only those (and, as lanes never
    /// meet, by the same bits everywhere): their features are some numbers from −`max_abs` to `max_abs`. A clip shorter
    /// than the padding is reflected more than once, as by `numpy.pad`.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] with the numbers if `out` is shorter than n_mels × n_frames; nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        self.run(samples, out, true)
    }

    /// The band energies before decibels and normalisation, `[n_mels, n_frames]`: otherwise as
    /// [`process_into`](Mel::process_into).
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], as there.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn energies_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        self.run(samples, out, false)
    }

    fn run(&mut self, samples: &[f32], out: &mut [f32], log: bool) -> Result<usize, Error> {
        let n_frames = self.output_frames(samples.len());
        let needed = self.config.n_mels.saturating_mul(n_frames);
        if out.len() < needed {
            return Err(Error::BufferTooSmall { needed, got: out.len() });
        }
        for frame in (0..n_frames).step_by(LANES) {
            let lanes = LANES.min(n_frames - frame);
            let power = self.stft.power(samples, frame);
            for m in 0..self.config.n_mels {
                let energy = self.filterbank.energy(m, power);
                let value = if log { feature(&self.config, energy) } else { energy };
                out[m * n_frames + frame..][..lanes].copy_from_slice(&value.0[..lanes]);
            }
        }
        Ok(n_frames)
    }
}

/// Decibels and normalisation of a band's energy.
#[inline(always)]
fn feature(config: &MelConfig, energy: F32x4) -> F32x4 {
    let (floor, a) = (config.energy_floor, config.max_abs);
    // A comparison, not `max`: it sends what is not a number to the floor.
    let energy = energy.map(|e| if e > floor { e } else { floor });
    let db = decibels(energy) - F32x4::splat(config.reference_db);
    let scaled = (db + F32x4::splat(config.range_db)) * F32x4::splat(2.0 * a / config.range_db) - F32x4::splat(a);
    scaled.map(|x| if x > a { a } else { x }).map(|x| if x < -a { -a } else { x })
}
