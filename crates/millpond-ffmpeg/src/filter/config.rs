//! What a filter graph is told before it is opened, and what it tells of its work.

use crate::streams::{self, VideoStream};
use crate::sys::{self, Source};
use crate::{Error, HwDevice};
use millpond_core::Rational;
use millpond_core::pool::{Exhausted, PoolStats};

/// What comes in at an input of a filter graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FilterInput {
    /// Pictures. Size, pixel format and colours are those of each picture, and may change.
    Video {
        /// Seconds of a tick of their times.
        time_base: Rational,
        /// Pictures a second, if there is a constant rate; some filters go by it.
        frame_rate: Option<Rational>,
        /// Width to height of a pixel; (1, 1) is square, a 0 counts as not known.
        pixel_aspect: (u32, u32),
    },
    /// Sound, as planar f32. Its times count samples.
    Audio {
        /// Sample rate in Hz.
        rate_hz: u32,
        /// Number of channels in FFmpeg's and WebCodecs' order.
        channels: usize,
    },
}

impl FilterInput {
    /// The pictures of a stream.
    pub fn of(stream: &VideoStream) -> FilterInput {
        FilterInput::Video {
            time_base: stream.time_base(),
            frame_rate: stream.frame_rate(),
            pixel_aspect: stream.pixel_aspect(),
        }
    }

    /// Whether it can come in at all.
    pub(super) fn check(&self) -> Result<(), Error> {
        let bad = |name, value: f64, expected| Err(millpond_core::Error::BadParameter { name, value, expected }.into());
        match *self {
            FilterInput::Video { time_base, .. } if streams::av_pair(time_base).is_none() => {
                bad("time base", 0.0, "more than 0 and a fraction of 32-bit numbers")
            }
            FilterInput::Audio { rate_hz, .. } if rate_hz == 0 || rate_hz > i32::MAX as u32 => {
                bad("sample rate", rate_hz.into(), "1 to 2147483647")
            }
            FilterInput::Audio { channels, .. } if !(1..=crate::MAX_CHANNELS).contains(&channels) => {
                bad("number of channels", channels as f64, "1 to 8")
            }
            _ => Ok(()),
        }
    }

    /// What a source of sound is; pictures say it themselves.
    pub(super) fn sound(&self) -> Option<Source> {
        match *self {
            FilterInput::Audio { rate_hz, channels } => Some(Source::Sound { rate_hz, channels: channels as i32 }),
            FilterInput::Video { .. } => None,
        }
    }

    pub(super) fn medium(&self) -> sys::Medium {
        match self {
            FilterInput::Video { .. } => sys::Medium::Pictures,
            FilterInput::Audio { .. } => sys::Medium::Sound,
        }
    }
}

/// What a filter graph may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterConfig {
    /// Threads of each filter that can use some; 0 is one for each processor.
    pub threads: u32,
    /// Pictures of each output that the caller holds at the same time at most.
    pub held: usize,
    /// What happens when more are held and all slots are out, as in [`DecoderConfig`](crate::DecoderConfig::when_empty).
    pub when_empty: Exhausted,
    /// The device of filters that work on one, and of `hwupload`.
    pub device: Option<HwDevice>,
}

impl Default for FilterConfig {
    /// A thread for each processor, one picture held, no device.
    fn default() -> Self {
        FilterConfig { threads: 0, held: 1, when_empty: Exhausted::Allocate, device: None }
    }
}

/// What a filter graph did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilterStats {
    /// Pictures that came out.
    pub pictures: u64,
    /// Times that a picture's pixels were copied on the way out: from libavfilter's memory into a slot, or into the caller's
    /// own memory.
    pub copies: u64,
    /// Times that the graph was made anew, because size, format or colours of what came in had changed.
    pub rebuilds: u64,
    /// The slots of all outputs.
    pub pool: PoolStats,
}
