//! # Which log-mel do I need?
//!
//! The one that your model was trained with: every other is a different picture of the same sound. This page has a profile
//! for each of the usual programs. If yours is not among them, take the nearest and change what differs, in Rust or as
//! JSON: `{"profile": "lipsync", "hop_samples": 160}` (feature `json`).
//!
//! | profile | take it for | rate | window in FFT, hop | frames | spectrum | bands | logarithm | then |
//! |---|---|---|---|---|---|---|---|---|
//! | `lipsync` | lip-sync models on 80 × 16 windows | 16 kHz | symmetric Hann 640 in 1024, 200 | centred, reflect | power | 80 Slaney, 55–7600 Hz | 10·log₁₀ max(x, 10⁻¹⁰) − 20 | clip(8(d + 100)/100 − 4, −4, 4) |
//! | `wav2lip` | Wav2Lip, its descendants | 16 kHz | periodic Hann 800 in 800, 200 | centred, reflect | magnitude | 80 Slaney, 55–7600 Hz | 20·log₁₀ max(x, 10⁻⁵) − 20 | the same |
//! | `whisper-80` | Whisper tiny to large-v2 | 16 kHz | periodic Hann 400 in 400, 160 | centred, reflect, last dropped | power | 80 Slaney, 0–8000 Hz | log₁₀ max(x, 10⁻¹⁰) | (max(d, dₘₐₓ − 8) + 4)/4 |
//! | `whisper-128` | Whisper large-v3, turbo | 16 kHz | the same | the same | power | 128 Slaney, 0–8000 Hz | the same | the same |
//! | `librosa` | what calls `librosa.feature.melspectrogram()` | 22.05 kHz | periodic Hann 2048 in 2048, 512 | centred, zeros | power | 128 Slaney, 0–11025 Hz | 10·log₁₀ max(x, 10⁻¹⁰) | max(d, dₘₐₓ − 80) |
//! | `torchaudio` | what calls `MelSpectrogram()` | 16 kHz | periodic Hann 400 in 400, 200 | centred, reflect | power | 128 HTK, peaks of 1, 0–8000 Hz | none | nothing |
//! | `kaldi-fbank-80` | Kaldi, WeNet, sherpa; speaker models | 16 kHz | Povey 400 in 512, 160 | whole windows (`snip_edges`) | power | 80 Kaldi, peaks of 1, 20–8000 Hz | ln max(x, 2⁻²³) | nothing |
//!
//! `lipsync` and `wav2lip` pre-emphasise the clip, `y[n] = x[n] − 0.97·x[n−1]`. `kaldi-fbank-80` subtracts each frame's mean
//! and pre-emphasises within the frame, `y[0] = 0.03·x[0]`; it does not dither, and multiplies samples of ±1 by 32768, because
//! Kaldi reads 16-bit integers (`scale: 1` for models trained on ±1). Whisper's 30 seconds are `pad_to_samples: 480000`.
//!
//! # The formulas
//!
//! - Frames: [`Padding`](super::Padding). Windows: [`Window`](super::Window). With `X[k] = Σ w[n]·x[n]·e^(−2πikn/N)`, the
//!   spectrum is |X|² or |X| ([`Spectrum`](super::Spectrum)).
//! - Bands: Σ over bins of weight × spectrum; the weights are triangles over the edges of n + 2 equal steps in mel,
//!   straight in Hz, for Kaldi in mel ([`MelScale`](super::MelScale)), of equal areas or equal heights
//!   ([`MelNorm`](super::MelNorm)).
//! - Slaney's mel: 3f/200 below 1 kHz, above 15 + 27·ln(f/1000)/ln 6.4. HTK's and Kaldi's: 2595·log₁₀(1 + f/700).
//!
//! # The filterbank of `lipsync`
//!
//! Every fourth of its 80 bands, over frequency: equal areas, so the narrow low ones are the highest.
//!
#![doc = include_str!("filterbank.svg")]
//!
//! # Whole clip or stream
//!
//! [`Mel`](super::Mel) takes a clip, [`MelStream`](super::MelStream) pieces of any size and has the same bits, a frame as
//! soon as its window is full: 20 ms after its centre with `lipsync`, 25 ms with `wav2lip`, 12.5 ms with `whisper-80` and
//! `torchaudio`, 46.4 ms with `librosa`; 25 ms after its start with `kaldi-fbank-80`. Whisper's and librosa's features depend on the largest of the whole clip, which
//! a stream cannot know: without a [`ClipReference`](super::ClipReference) to take for it, it refuses with
//! `E_NEEDS_WHOLE_CLIP`.
//!
//! # How near it is
//!
//! To the formulas in f64, on white noise: within 4·10⁻⁶ of a band's value, all profiles, for bands within 30 dB of the
//! loudest of their frame. Further down an f32 spectrum has rounding errors of the loud bins, here and in the programs
//! alike. The test `bands_of_every_profile_are_the_formula_within_1e_5` measures it. The reference programs' own outputs
//! are in `tests/vectors/audio`, with the script that made them.
//!
//! # Sources
//!
//! - `lipsync`, `wav2lip`: [Wav2Lip](https://github.com/Rudrabha/Wav2Lip), `audio.py` and `hparams.py`; `lipsync` with
//!   the sizes of the table.
//! - `whisper-80`, `whisper-128`: [Whisper](https://github.com/openai/whisper), `whisper/audio.py`.
//! - `librosa`: [librosa](https://librosa.org/doc/latest/generated/librosa.feature.melspectrogram.html) 0.11,
//!   `melspectrogram` and `power_to_db`.
//! - `torchaudio`: [torchaudio](https://docs.pytorch.org/audio/stable/generated/torchaudio.transforms.MelSpectrogram.html)
//!   2.x, `MelSpectrogram`.
//! - `kaldi-fbank-80`: [Kaldi](https://github.com/kaldi-asr/kaldi), `src/feat/feature-fbank.cc`, `feature-window.cc`,
//!   `mel-computations.cc`.
//! - Slaney's scale: M. Slaney, Auditory Toolbox, Interval Research 1998-010.
