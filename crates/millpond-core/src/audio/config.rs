//! Everything that defines a log-mel front end, in one struct.
//!
//! Per frame, in this order: samples × `scale`, pre-emphasis over the clip, `padding`, [direct current removed, pre-emphasis
//! within the frame], `window`, FFT, `spectrum`, mel bands, `log` of max(band, `floor`), − `reference`, raised to (largest
//! of the clip − `top`), `normalization`. Nothing here allocates.

use super::padding::Padding;
use super::window::Window;
use crate::{Error, Rational};

/// What is taken of each bin of the spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Spectrum {
    /// |X|
    Magnitude,
    /// |X|²
    Power,
}

/// How frequencies map to mels, and in which of the two the triangles are straight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum MelScale {
    /// Slaney's Auditory Toolbox, as librosa has it with `htk=False`: 3f/200 below 1 kHz, 15 + 27·ln(f/1000)/ln 6.4 above.
    /// Triangles are straight in Hz.
    Slaney,
    /// HTK: 2595·log₁₀(1 + f/700). Triangles are straight in Hz.
    Htk,
    /// Kaldi: 1127·ln(1 + f/700), which is HTK's. Triangles are straight in mel.
    Kaldi,
}

/// The height of the triangles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum MelNorm {
    /// Every triangle peaks at 1.
    None,
    /// 2 / (width in Hz): every triangle has the same area.
    Slaney,
}

/// The logarithm of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Log {
    /// The band itself.
    None,
    /// Decibels: 10·log₁₀ of a power, 20·log₁₀ of a magnitude.
    Decibels,
    /// log₁₀
    Log10,
    /// Natural logarithm.
    Natural,
}

/// What is subtracted from the logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Reference {
    /// This number, in the units of the logarithm (20 for "minus 20 dB"; librosa's `ref` is 10·log₁₀ `ref` here).
    Value(f32),
    /// The largest of the clip, which becomes 0 (librosa's `ref=np.max`). Needs the whole clip.
    ClipMax,
}

/// The last step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Normalization {
    /// Nothing.
    None,
    /// clip(2a·(x + range)/range − a, −a, a): −`range`…0 becomes −a…a. Computed as (x + range)·(2a/range) − a.
    Symmetric {
        /// The width of what is spread, in the units of the logarithm.
        range: f32,
        /// a, the largest absolute value.
        max_abs: f32,
    },
    /// clip((x + range)/range, 0, 1): −`range`…0 becomes 0…1. Computed as (x + range)·(1/range).
    Unit {
        /// The width of what is spread, in the units of the logarithm.
        range: f32,
    },
    /// (x + add) / divide, as Whisper does with 4 and 4.
    Affine {
        /// Added first.
        add: f32,
        /// Divided by then.
        divide: f32,
    },
    /// (x − mean) / √(variance + epsilon), mean and variance (over n) of each band over the clip. Needs the whole clip.
    MeanVariance {
        /// Keeps a constant band from a division by 0.
        epsilon: f32,
    },
}

/// Everything that defines a log-mel front end. [`Profile::config`](super::Profile::config) gives the named ones; change
/// what you need: `MelConfig { hop_samples: 160, ..Profile::Lipsync.config() }`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct MelConfig {
    /// Sample rate of the input in Hz, 1000 to 384000.
    pub sample_rate_hz: u32,
    /// Multiplies the samples. 1, or 32768 for programs that read 16-bit integers, such as Kaldi.
    pub scale: f32,
    /// Coefficient c of the pre-emphasis `y[n] = x[n] − c·x[n−1]`; 0 for none.
    pub pre_emphasis: f32,
    /// Where the pre-emphasis begins: false, with the clip, `y[0] = x[0]`; true, anew in each frame, `y[0] = x[0] − c·x[0]`,
    /// after `remove_dc`, as Kaldi does.
    pub pre_emphasis_per_frame: bool,
    /// Whether each frame's mean is subtracted before its window is applied.
    pub remove_dc: bool,
    /// Where frames lie, and what is beyond the ends of the clip.
    pub padding: Padding,
    /// A clip that is shorter is continued to this many samples by zeros, before `padding`; 0 for none. 480000 is what
    /// Whisper's `pad_or_trim` pads to. Longer clips are not cut.
    pub pad_to_samples: usize,
    /// Whether the last frame is left out, as Whisper does.
    pub drop_last_frame: bool,
    /// Shape of the window.
    pub window: Window,
    /// Whether the window is periodic (len points of a period of len) or symmetric (equal at both ends).
    pub window_periodic: bool,
    /// Length of the window in samples, 2 to `n_fft`.
    pub win_samples: usize,
    /// Length of the FFT in samples, 2 to 65536.
    pub n_fft: usize,
    /// Samples from one frame to the next, 1 to 65536.
    pub hop_samples: usize,
    /// What is taken of each bin.
    pub spectrum: Spectrum,
    /// Frequency scale of the bands.
    pub mel_scale: MelScale,
    /// Height of the bands.
    pub mel_norm: MelNorm,
    /// Number of mel bands, 1 to the number of bins, `n_fft / 2 + 1`.
    pub n_mels: usize,
    /// Lower edge of the lowest band in Hz.
    pub min_hz: f64,
    /// Upper edge of the highest band in Hz, at most half the sample rate; 0 is half the sample rate.
    pub max_hz: f64,
    /// The logarithm.
    pub log: Log,
    /// Smallest value that enters the logarithm (`amin` of librosa, `energy_floor` of Kaldi), a normal number.
    pub floor: f32,
    /// Subtracted from the logarithm.
    pub reference: Reference,
    /// Values are raised to the largest of the clip minus this, in the units of the logarithm: librosa's `top_db`,
    /// Whisper's 8. Needs the whole clip.
    pub top: Option<f32>,
    /// The last step.
    pub normalization: Normalization,
}

impl MelConfig {
    /// Frames (columns) per second: sample rate / hop.
    pub fn columns_per_second(&self) -> Rational {
        Rational::new(i128::from(self.sample_rate_hz), (self.hop_samples as i128).max(1))
    }

    /// Number of frames for a clip of `samples` samples.
    pub fn output_frames(&self, samples: usize) -> usize {
        let frames = self.padding.frames(samples.max(self.pad_to_samples), self.frame_geometry());
        frames.saturating_sub(usize::from(self.drop_last_frame))
    }

    /// The lowest and the highest feature, where the normalisation fixes them: (−4, 4) for `lipsync`.
    pub fn feature_range(&self) -> Option<(f32, f32)> {
        match self.normalization {
            Normalization::Symmetric { max_abs, .. } => Some((-max_abs, max_abs)),
            Normalization::Unit { .. } => Some((0.0, 1.0)),
            _ => None,
        }
    }

    /// Why features depend on the whole clip, if they do: a stream then needs a [`ClipReference`](super::ClipReference).
    pub fn needs_whole_clip(&self) -> Option<&'static str> {
        if self.top.is_some() {
            Some("top")
        } else if self.reference == Reference::ClipMax {
            Some("reference clip-max")
        } else if matches!(self.normalization, Normalization::MeanVariance { .. }) {
            Some("normalization mean-variance")
        } else {
            None
        }
    }

    /// Refuses samples of another rate, which a [`Resampler`](super::Resampler) would bring to `sample_rate_hz`.
    ///
    /// # Errors
    /// [`Error::RateMismatch`].
    pub fn expect_rate(&self, rate_hz: u32) -> Result<(), Error> {
        if rate_hz == self.sample_rate_hz {
            return Ok(());
        }
        Err(Error::RateMismatch { expected: self.sample_rate_hz, got: rate_hz })
    }

    /// Upper edge of the highest band in Hz.
    pub(super) fn highest_hz(&self) -> f64 {
        if self.max_hz == 0.0 { f64::from(self.sample_rate_hz) / 2.0 } else { self.max_hz }
    }

    pub(super) fn frame_geometry(&self) -> super::padding::FrameGeometry {
        super::padding::FrameGeometry { n_fft: self.n_fft, win: self.win_samples, hop: self.hop_samples }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for the first field outside the range that its documentation gives, and for a reference or
    /// `top` without a logarithm.
    pub fn validate(&self) -> Result<(), Error> {
        let rate = f64::from(self.sample_rate_hz);
        check((1000..=384_000).contains(&self.sample_rate_hz), "sample_rate_hz", rate, "1000 to 384000")?;
        positive("scale", self.scale)?;
        finite("pre_emphasis", self.pre_emphasis)?;
        let pad_to = self.pad_to_samples;
        check(pad_to <= 1 << 30, "pad_to_samples", pad_to as f64, "at most 1073741824")?;
        super::stft::check_sizes(self.frame_geometry())?;
        let (n_mels, bins) = (self.n_mels, self.n_fft / 2 + 1);
        check((1..=bins).contains(&n_mels), "n_mels", n_mels as f64, "1 to the number of bins, n_fft / 2 + 1")?;
        check(self.max_hz >= 0.0 && self.max_hz <= rate / 2.0, "max_hz", self.max_hz, "at most half the sample rate")?;
        let in_order = self.min_hz >= 0.0 && self.min_hz < self.highest_hz();
        check(in_order, "min_hz", self.min_hz, "0 to below max_hz")?;
        positive("floor", self.floor)?;
        if let Reference::Value(value) = self.reference {
            finite("reference", value)?;
        }
        if let Some(top) = self.top {
            check(top.is_finite() && top >= 0.0, "top", f64::from(top), "a finite number from 0")?;
        }
        if self.log == Log::None {
            let unused = self.top.is_none() && self.reference == Reference::Value(0.0);
            check(unused, "log", 0.0, "a logarithm, as reference or top are given")?;
        }
        check_normalization(self.normalization)
    }
}

fn check(ok: bool, name: &'static str, value: f64, expected: &'static str) -> Result<(), Error> {
    if ok { Ok(()) } else { Err(Error::BadParameter { name, value, expected }) }
}

fn positive(name: &'static str, value: f32) -> Result<(), Error> {
    check(value.is_normal() && value > 0.0, name, f64::from(value), "positive, finite, not subnormal")
}

fn finite(name: &'static str, value: f32) -> Result<(), Error> {
    check(value.is_finite(), name, f64::from(value), "a finite number")
}

/// Refuses parameters that no number could be normalised with.
pub(super) fn check_normalization(normalization: Normalization) -> Result<(), Error> {
    match normalization {
        Normalization::None => Ok(()),
        Normalization::Symmetric { range, max_abs } => {
            positive("range", range).and_then(|()| positive("max_abs", max_abs))
        }
        Normalization::Unit { range } => positive("range", range),
        Normalization::Affine { add, divide } => finite("add", add)
            .and_then(|()| check(divide.is_normal(), "divide", f64::from(divide), "finite, not 0 or subnormal")),
        Normalization::MeanVariance { epsilon } => positive("epsilon", epsilon),
    }
}
