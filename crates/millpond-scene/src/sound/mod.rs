//! The scene's sound: every entry of `audio` mixed to 48 kHz stereo f32, the same bits from the same PCM on every target.
//!
//! A host decodes and pushes PCM with its timestamps; a [`Mixer`] does the rest, in this order:
//!
//! 1. **Place** the samples by their timestamps. Asset time 0 is presentation time 0: what lies before it (a codec's
//!    priming) or before the sound's `offset` counts as silence.
//! 2. **Downmix** to stereo after ITU-R BS.775: centre and surrounds at −3 dB, no LFE.
//! 3. **Resample** to 48 kHz with [`millpond_core::audio::Resampler`], on a grid that begins at asset time 0.
//! 4. **Gain**, 10^(dB/20) rounded to f32.
//! 5. **Sum** in the order of the scene file, in f32, and last of all **clamp** to −1…1; what is not a number becomes 0.
//!
//! `start`, `end` and `offset` are rounded to the 48 kHz grid, halves upwards: output frame g of a sound is the frame
//! g − start + offset of the resampled asset, for start ≤ g < end.
//!
//! A mixer never blocks: [`Mixer::need`] names the sound that lacks PCM for the next block, the host pushes, and
//! [`Mixer::mix_into`] mixes. [`Mixer::new`] and [`Mixer::open`] allocate, nothing else does.

mod downmix;
mod mixer;
mod track;

pub use mixer::Mixer;

/// Sample rate of every mix in Hz.
pub const RATE_HZ: u32 = 48_000;

/// The most frames that one [`Mixer::mix_into`] makes.
pub const MAX_BLOCK: usize = 4096;
