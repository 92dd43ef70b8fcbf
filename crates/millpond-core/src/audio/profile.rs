//! The named front ends.
//!
//! Each is what its program does by default, as one [`MelConfig`]; formulas and sources stand in
//! [`which_log_mel`](super::which_log_mel). Nothing here allocates, except an error's message.

use super::config::{Log, MelConfig, MelNorm, MelScale, Normalization, Reference, Spectrum};
use super::padding::Padding;
use super::window::Window;
use crate::Error;

/// A named log-mel front end.
///
/// ```
/// use millpond_core::audio::Profile;
///
/// let profile: Profile = "whisper-80".parse()?;
/// assert_eq!((profile.name(), profile.config().n_mels), ("whisper-80", 80));
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// `lipsync`: 16 kHz, FFT 1024 under a window of 640, 80 bands, −4…4.
    Lipsync,
    /// `wav2lip`: the mels of Wav2Lip's `audio.py`: 16 kHz, FFT 800, magnitudes, 80 bands, −4…4.
    Wav2Lip,
    /// `whisper-80`: OpenAI's Whisper up to large-v2.
    Whisper80,
    /// `whisper-128`: OpenAI's Whisper large-v3.
    Whisper128,
    /// `librosa`: the defaults of `feature.melspectrogram` and `power_to_db`.
    Librosa,
    /// `torchaudio`: the defaults of `transforms.MelSpectrogram`, which takes no logarithm.
    Torchaudio,
    /// `kaldi-fbank-80`: Kaldi's `compute-fbank-feats` without dither, 80 bands. Samples of ±1 are multiplied by 32768,
    /// because Kaldi reads 16-bit integers; set `scale` to 1 for models trained on ±1.
    KaldiFbank80,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 7] = [
        Profile::Lipsync,
        Profile::Wav2Lip,
        Profile::Whisper80,
        Profile::Whisper128,
        Profile::Librosa,
        Profile::Torchaudio,
        Profile::KaldiFbank80,
    ];

    /// Its name, which [`str::parse`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Lipsync => "lipsync",
            Profile::Wav2Lip => "wav2lip",
            Profile::Whisper80 => "whisper-80",
            Profile::Whisper128 => "whisper-128",
            Profile::Librosa => "librosa",
            Profile::Torchaudio => "torchaudio",
            Profile::KaldiFbank80 => "kaldi-fbank-80",
        }
    }

    /// What it does.
    pub fn config(self) -> MelConfig {
        match self {
            Profile::Lipsync => MelConfig {
                pre_emphasis: 0.97,
                window_periodic: false,
                win_samples: 640,
                n_fft: 1024,
                hop_samples: 200,
                min_hz: 55.0,
                max_hz: 7600.0,
                reference: Reference::Value(20.0),
                normalization: Normalization::Symmetric { range: 100.0, max_abs: 4.0 },
                ..common()
            },
            Profile::Wav2Lip => MelConfig {
                pre_emphasis: 0.97,
                win_samples: 800,
                n_fft: 800,
                hop_samples: 200,
                spectrum: Spectrum::Magnitude,
                min_hz: 55.0,
                max_hz: 7600.0,
                floor: 1e-5,
                reference: Reference::Value(20.0),
                normalization: Normalization::Symmetric { range: 100.0, max_abs: 4.0 },
                ..common()
            },
            Profile::Whisper80 => MelConfig {
                drop_last_frame: true,
                log: Log::Log10,
                top: Some(8.0),
                normalization: Normalization::Affine { add: 4.0, divide: 4.0 },
                ..common()
            },
            Profile::Whisper128 => MelConfig { n_mels: 128, ..Profile::Whisper80.config() },
            Profile::Librosa => MelConfig {
                sample_rate_hz: 22_050,
                padding: Padding::Zero,
                win_samples: 2048,
                n_fft: 2048,
                hop_samples: 512,
                n_mels: 128,
                top: Some(80.0),
                ..common()
            },
            Profile::Torchaudio => MelConfig {
                hop_samples: 200,
                mel_scale: MelScale::Htk,
                mel_norm: MelNorm::None,
                n_mels: 128,
                log: Log::None,
                ..common()
            },
            Profile::KaldiFbank80 => MelConfig {
                scale: 32_768.0,
                pre_emphasis: 0.97,
                pre_emphasis_per_frame: true,
                remove_dc: true,
                padding: Padding::SnipEdges,
                window: Window::Povey,
                window_periodic: false,
                n_fft: 512,
                mel_scale: MelScale::Kaldi,
                mel_norm: MelNorm::None,
                min_hz: 20.0,
                log: Log::Natural,
                floor: f32::EPSILON,
                ..common()
            },
        }
    }
}

/// Decibels of 80 Slaney bands over the power under a periodic Hann window of 25 ms each 10 ms at 16 kHz.
fn common() -> MelConfig {
    MelConfig {
        sample_rate_hz: 16_000,
        scale: 1.0,
        pre_emphasis: 0.0,
        pre_emphasis_per_frame: false,
        remove_dc: false,
        padding: Padding::Reflect,
        pad_to_samples: 0,
        drop_last_frame: false,
        window: Window::Hann,
        window_periodic: true,
        win_samples: 400,
        n_fft: 400,
        hop_samples: 160,
        spectrum: Spectrum::Power,
        mel_scale: MelScale::Slaney,
        mel_norm: MelNorm::Slaney,
        n_mels: 80,
        min_hz: 0.0,
        max_hz: 0.0,
        log: Log::Decibels,
        floor: 1e-10,
        reference: Reference::Value(0.0),
        top: None,
        normalization: Normalization::None,
    }
}

impl core::str::FromStr for Profile {
    type Err = Error;

    fn from_str(name: &str) -> Result<Profile, Error> {
        let found = Profile::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| Error::UnknownProfile { name: name.into() })
    }
}

impl core::fmt::Display for Profile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
