//! The scene's sound: 48 kHz stereo f32.

mod error;
mod mixer;

pub use error::Error;
pub use mixer::{MAX_BLOCK, Mixer, TrackSpec};

/// Exact seconds and rates.
pub type Rational = num_rational::Ratio<i128>;

/// Sample rate of every mix in Hz.
pub const RATE_HZ: u32 = 48_000;
