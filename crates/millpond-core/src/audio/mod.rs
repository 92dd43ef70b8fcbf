//! Audio features and resampling: the same bits on every target.
//!
//! - [`Profile`] and [`MelConfig`]: what features to compute. [`which_log_mel`] says which you need.
//! - [`Mel`]: features of a whole clip. [`MelStream`]: of a stream, with the same bits.
//! - [`lip_sync_window_start`] and its neighbours: the 16 columns that belong to a video frame. [`pad_rows_into`]:
//!   sequences of feature vectors.
//! - [`Resampler`]: from any integer rate to any other, streaming. [`mono_from_interleaved_into`],
//!   [`mono_from_planar_into`]: i16, i32 or f32 of any channels to mono f32, which everything here takes.
//! - The parts: [`PreEmphasis`], [`Padding`], [`Window`], [`Stft`], [`MelFilterbank`], [`log_in_place`], [`power_to_db`],
//!   [`normalize_in_place`].
//! - [`mel_picture_into`]: features as RGBA pixels.
//!
//! Constructors validate, plan and allocate; every `*_into` call only computes.
//!
//! Equal bits rest on four habits: operations run in a fixed order; f32 and f64 only meet +, −, ×, ÷ and √, never a
//! fused multiply-add; tables come from [`math`], not from the platform's libm; vector lanes hold independent frames or
//! partial sums that the scalar build has, too. So a [`Level`](crate::simd::Level) changes the speed and not a bit.
//!
//! ```
//! use millpond_core::audio::{Mel, Profile, lip_sync_window_into, lip_sync_window_start};
//!
//! let speech = vec![0.0f32; 16_000];
//! let mut mel = Mel::new(Profile::Lipsync.config())?;
//! let mut features = vec![0.0; mel.output_len(speech.len())];
//! let n_frames = mel.process_into(&speech, &mut features)?.written;
//!
//! // What a lip-sync model sees for video frame 7 at 25 fps.
//! let start = lip_sync_window_start(7, mel.config().columns_per_second(), 25.into(), n_frames)?;
//! let mut window = [0.0; 80 * 16];
//! lip_sync_window_into(&features, 80, n_frames, start, &mut window)?;
//! assert_eq!((n_frames, start, window[0]), (81, 22, -4.0));
//! # Ok::<(), millpond_core::Error>(())
//! ```

pub mod math;
pub mod which_log_mel;

mod config;
mod emphasis;
mod fft;
mod filterbank;
mod frames;
#[cfg(feature = "json")]
mod json;
mod lanes;
mod lip_sync;
mod log;
mod mel;
mod normalize;
mod padding;
mod pcm;
mod picture;
mod profile;
mod resample;
mod sequence;
mod stft;
mod stream;
mod window;

pub use config::{Log, MelConfig, MelNorm, MelScale, Normalization, Reference, Spectrum};
pub use emphasis::PreEmphasis;
pub use filterbank::MelFilterbank;
pub use lip_sync::{
    LIP_SYNC_COLUMNS, lip_sync_batch_into, lip_sync_window_into, lip_sync_window_start, lip_sync_window_view,
};
pub use log::{log_in_place, power_to_db};
pub use mel::Mel;
pub use normalize::{ClipReference, Layout, normalize_in_place};
pub use padding::Padding;
pub use pcm::{PcmSample, mono_from_interleaved_into, mono_from_planar_into};
pub use picture::{mel_picture_into, value_range};
pub use profile::Profile;
pub use resample::{Progress, Resampler};
pub use sequence::pad_rows_into;
pub use stft::{Stft, StftConfig};
pub use stream::MelStream;
pub use window::{Window, apply_window};
