//! Log-mel features of a clip.
use crate::Error;

/// Everything that defines a log-mel profile.
#[derive(Clone, Debug, PartialEq)]
pub struct MelConfig {
    /// Sample rate of the input in Hz.
    pub sample_rate_hz: u32,
    /// Pre-emphasis coefficient: y[0] = x[0], y[n] = x[n] - c·x[n-1].
    pub pre_emphasis: f32,
    /// FFT length in samples.
    pub n_fft: usize,
    /// Length of the symmetric Hann window in samples, centred in the FFT.
    pub win_samples: usize,
    /// Samples from one frame to the next.
    pub hop_samples: usize,
    /// Number of Slaney mel bands.
    pub n_mels: usize,
    /// Lower edge of the lowest band in Hz.
    pub min_hz: f64,
    /// Upper edge of the highest band in Hz.
    pub max_hz: f64,
    /// Smallest power that enters the logarithm.
    pub power_floor: f32,
    /// Subtracted from the decibels.
    pub reference_db: f32,
    /// Range of the decibels below 0 that is spread over -max_abs..max_abs.
    pub range_db: f32,
    /// Features are clipped to -max_abs..max_abs.
    pub max_abs: f32,
}

impl MelConfig {
    /// The `lipsync` profile.
    pub fn lipsync() -> MelConfig {
        todo!()
    }

    /// Columns (frames) per second as (numerator, denominator): sample rate and hop.
    pub fn columns_per_second(&self) -> (u32, u32) {
        todo!()
    }
}

/// A planned log-mel computation.
pub struct Mel {}

impl Mel {
    /// Validates, plans and allocates.
    ///
    /// # Errors
    /// `BadParameter`.
    pub fn new(config: MelConfig) -> Result<Mel, Error> {
        let _ = config;
        todo!()
    }

    /// What it was made from.
    pub fn config(&self) -> &MelConfig {
        todo!()
    }

    /// Number of mel bands, the rows of the output.
    pub fn n_mels(&self) -> usize {
        todo!()
    }

    /// Number of frames, the columns of the output, for a clip of `samples` samples: 0 for none, else 1 + samples / hop.
    pub fn output_frames(&self, samples: usize) -> usize {
        let _ = samples;
        todo!()
    }

    /// Writes `[n_mels, n_frames]`, row-major, of a whole clip (mono, at the profile's rate); returns n_frames.
    ///
    /// # Errors
    /// `BufferTooSmall`, nothing written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        let _ = (samples, out);
        todo!()
    }
}
