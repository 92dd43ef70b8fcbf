//! Thresholds, and who is told when one is crossed.
//!
//! A measure that rises above its limit is told once. It is told again only after it has fallen to nine tenths of the
//! limit or below, so that a figure that swings around its limit does not ring at every sample.

use super::Sample;
use std::fmt;
use std::time::Duration;

/// A figure that can have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// [`Sample::live_frames`].
    LiveFrames,
    /// Bytes of all watched pools.
    PoolBytes,
    /// [`Sample::heap_bytes`].
    HeapBytes,
    /// [`Sample::process_bytes`].
    ProcessBytes,
    /// [`Sample::growth_per_minute`] in bytes.
    GrowthPerMinute,
}

impl Measure {
    const ALL: [Measure; 5] =
        [Measure::LiveFrames, Measure::PoolBytes, Measure::HeapBytes, Measure::ProcessBytes, Measure::GrowthPerMinute];

    /// The name in exports: `live_frames` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Measure::LiveFrames => "live_frames",
            Measure::PoolBytes => "pool_bytes",
            Measure::HeapBytes => "heap_bytes",
            Measure::ProcessBytes => "process_bytes",
            Measure::GrowthPerMinute => "growth_per_minute",
        }
    }

    fn of(self, sample: &Sample) -> Option<u64> {
        match self {
            Measure::LiveFrames => Some(sample.live_frames as u64),
            Measure::PoolBytes => Some(sample.pools.bytes as u64),
            Measure::HeapBytes => sample.heap_bytes,
            Measure::ProcessBytes => sample.process_bytes,
            Measure::GrowthPerMinute => sample.growth_per_minute.map(|growth| growth.max(0).unsigned_abs()),
        }
    }
}

/// Limits; a figure above one is an [`Alert`]. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Lent frames; 100 unless told otherwise.
    pub live_frames: Option<u64>,
    /// Bytes of all watched pools.
    pub pool_bytes: Option<u64>,
    /// Bytes of the Rust heap.
    pub heap_bytes: Option<u64>,
    /// Bytes of the process.
    pub process_bytes: Option<u64>,
    /// Bytes by which the process grows in a minute.
    pub growth_per_minute: Option<u64>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            live_frames: Some(100),
            pool_bytes: None,
            heap_bytes: None,
            process_bytes: None,
            growth_per_minute: None,
        }
    }
}

impl Thresholds {
    fn of(&self, measure: Measure) -> Option<u64> {
        match measure {
            Measure::LiveFrames => self.live_frames,
            Measure::PoolBytes => self.pool_bytes,
            Measure::HeapBytes => self.heap_bytes,
            Measure::ProcessBytes => self.process_bytes,
            Measure::GrowthPerMinute => self.growth_per_minute,
        }
    }
}

/// A figure rose above its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// When it was noticed, on the caller's clock.
    pub time: Duration,
    /// Which figure.
    pub measure: Measure,
    /// What it was.
    pub value: u64,
    /// What it should not exceed.
    pub limit: u64,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Alert { time, measure, value, limit } = self;
        write!(f, "{} is {value}, over {limit}, at {:.3} s", measure.name(), time.as_secs_f64())
    }
}

/// Which measures are above their limits and have been told.
#[derive(Debug, Default)]
pub(super) struct Gates([bool; Measure::ALL.len()]);

impl Gates {
    /// The limits that this sample crosses.
    pub(super) fn crossed(&mut self, thresholds: &Thresholds, sample: &Sample) -> [Option<Alert>; Measure::ALL.len()] {
        let mut alerts = [None; Measure::ALL.len()];
        for ((measure, told), alert) in Measure::ALL.into_iter().zip(&mut self.0).zip(&mut alerts) {
            let (Some(limit), Some(value)) = (thresholds.of(measure), measure.of(sample)) else { continue };
            if value > limit && !*told {
                *told = true;
                *alert = Some(Alert { time: sample.time, measure, value, limit });
            } else if value <= limit - limit / 10 {
                *told = false;
            }
        }
        alerts
    }
}
