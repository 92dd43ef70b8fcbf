//! Audio features and resampling.
pub mod math;

mod decibel;
mod filterbank;
mod lanes;
mod lip_sync;
mod mel;
mod picture;
mod resample;
mod stft;
mod window;

pub use lip_sync::{LIP_SYNC_COLUMNS, lip_sync_window_into, lip_sync_window_start};
pub use mel::{Mel, MelConfig};
pub use picture::mel_picture_into;
pub use resample::{Processed, Resampler};
