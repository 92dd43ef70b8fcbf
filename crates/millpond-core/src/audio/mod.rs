//! Audio features and resampling: the same bits on every target.
//!
//! - [`Mel`]: log-mel features of a whole clip, by a [`MelConfig`] such as [`MelConfig::lipsync`].
//! - [`lip_sync_window_start`], [`lip_sync_window_into`]: the 16 columns that belong to a video frame.
//! - [`mel_picture_into`]: the features as RGBA pixels.
//! - [`Resampler`]: from any integer rate to any other, streaming.
//!
//! Constructors validate, plan and allocate; every `*_into` call only computes. Samples are mono f32 slices.
//!
//! Equal bits rest on four habits: operations run in a fixed order; f32 and f64 only meet +, −, ×, ÷ and √, never a
//! fused multiply-add; tables come from [`math`], not from the platform's libm; vector lanes hold independent frames or
//! partial sums that the scalar build has, too.
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
