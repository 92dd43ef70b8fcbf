//! Watching memory over time: lent frames, pools, heap, and what the whole process takes.
//!
//! A [`Monitor`] reads no clock and starts no thread: its owner calls [`Monitor::sample`] at an interval of its choice
//! and says what time it is. Each call reads the watched pools, the counting allocator and the footprint of the process,
//! compares them with the [`Thresholds`], and keeps the figures in memory that was allocated with the monitor. What it
//! has seen is exported as JSON ([`Monitor::json`]) and as Prometheus text ([`Monitor::prometheus`]).
//!
//! ```
//! use millpond_core::memory::{History, Monitor, Thresholds};
//! use millpond_core::pool::{Pool, PoolConfig};
//! use std::time::Duration;
//!
//! let pool = Pool::new(PoolConfig::fixed(4), || vec![0u8; 1024])?;
//! let thresholds = Thresholds { pool_bytes: Some(1 << 20), ..Thresholds::default() };
//! let mut monitor = Monitor::new(thresholds, History::Latest(600))?;
//! monitor.on_alert(|alert| eprintln!("{alert}"));
//! monitor.watch("packets", pool.observer());
//!
//! let lent = pool.acquire()?;
//! let sample = monitor.sample(Duration::from_secs(1));
//! assert_eq!((sample.pools.in_use, sample.pools.bytes), (1, 4096));
//! # Ok::<(), millpond_core::Error>(())
//! ```

mod alert;
mod history;
mod json;
mod prometheus;

pub use alert::{Alert, Measure, Thresholds};
pub use history::History;
pub use json::Json;
pub use prometheus::Prometheus;

use super::{Counts, counts, footprint, heap_bytes};
use crate::Error;
use crate::pool::PoolStats;
use alert::Gates;
use history::Series;
use std::collections::VecDeque;
use std::time::Duration;

/// Alerts that are kept for the exports; older ones are forgotten.
const KEPT_ALERTS: usize = 64;

/// What memory looked like at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// The time of the call, on the caller's clock.
    pub time: Duration,
    /// Objects that are lent by pools watched with [`Monitor::watch_frames`].
    pub live_frames: usize,
    /// All watched pools together.
    pub pools: PoolStats,
    /// Bytes that the Rust heap has handed out; `None` if [`CountingAllocator`](super::CountingAllocator) is not the
    /// global allocator.
    pub heap_bytes: Option<u64>,
    /// Calls of alloc and realloc so far.
    pub allocations: Counts,
    /// What the process takes now: resident pages natively, the linear memory in WebAssembly.
    pub process_bytes: Option<u64>,
    /// By how much it grew within the last minute, in bytes (negative if it shrank): the difference to the newest kept
    /// sample that is at least a minute old, scaled to a minute. `None` before there is one.
    pub growth_per_minute: Option<i64>,
}

/// The largest figures of all samples, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// Most lent frames.
    pub live_frames: usize,
    /// Most bytes in watched pools.
    pub pool_bytes: usize,
    /// Most bytes of the Rust heap.
    pub heap_bytes: Option<u64>,
    /// The most that the process ever took, as the system tells it, also between samples.
    pub process_bytes: Option<u64>,
}

type Observe = Box<dyn FnMut() -> Option<PoolStats> + Send>;

/// A pool and its latest figures.
struct Watched {
    name: String,
    holds_frames: bool,
    /// `None` once it has come to an end.
    observe: Option<Observe>,
    latest: PoolStats,
}

/// Samples memory when it is told to, keeps a history, and tells when a threshold is crossed.
pub struct Monitor {
    watched: Vec<Watched>,
    series: Series,
    peaks: Peaks,
    thresholds: Thresholds,
    gates: Gates,
    alerts: VecDeque<Alert>,
    on_alert: Option<Box<dyn FnMut(&Alert) + Send>>,
}

impl Monitor {
    /// A monitor that watches no pool yet. Allocates its history.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a history of fewer than 2 or more than 1,000,000 samples.
    pub fn new(thresholds: Thresholds, history: History) -> Result<Monitor, Error> {
        Ok(Monitor {
            watched: Vec::new(),
            series: Series::new(history)?,
            peaks: Peaks::default(),
            thresholds,
            gates: Gates::default(),
            alerts: VecDeque::with_capacity(KEPT_ALERTS),
            on_alert: None,
        })
    }

    /// Calls `tell` at each crossing of a threshold, from within [`sample`](Self::sample). With the feature `tracing` each
    /// is a warning event as well.
    pub fn on_alert(&mut self, tell: impl FnMut(&Alert) + Send + 'static) {
        self.on_alert = Some(Box::new(tell));
    }

    /// Watches a pool: `observe` is [`Pool::observer`](crate::pool::Pool::observer), or any closure that gives figures
    /// and `None` when they have come to an end. Then it is dropped, and its last figures too unless the history is
    /// [`History::Whole`]. A name that is in use gets a number. Allocates.
    pub fn watch(&mut self, name: &str, observe: impl FnMut() -> Option<PoolStats> + Send + 'static) {
        self.add(name, false, Box::new(observe));
    }

    /// Watches a pool of frames: what it has lent counts as [`Sample::live_frames`]. Otherwise like
    /// [`watch`](Self::watch).
    pub fn watch_frames(&mut self, name: &str, observe: impl FnMut() -> Option<PoolStats> + Send + 'static) {
        self.add(name, true, Box::new(observe));
    }

    fn add(&mut self, name: &str, holds_frames: bool, observe: Observe) {
        let taken = |name: &str| self.watched.iter().any(|watched| watched.name == name);
        let mut unique = name.to_owned();
        let mut number = 2;
        while taken(&unique) {
            unique = format!("{name} {number}");
            number += 1;
        }
        let observe = Some(observe);
        self.watched.push(Watched { name: unique, holds_frames, observe, latest: PoolStats::default() });
    }

    /// Reads all figures at time `now`, on whatever clock the caller keeps; a time before the last one counts as that.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, unless the callback does. Takes the locks that
    /// [`Pool::stats`](crate::pool::Pool::stats) takes; natively it reads a file of the system.
    pub fn sample(&mut self, now: Duration) -> Sample {
        self.watched.retain_mut(|watched| {
            match watched.observe.as_mut().and_then(|observe| observe()) {
                Some(stats) => watched.latest = stats,
                None => watched.observe = None,
            }
            watched.observe.is_some() || self.series.is_whole()
        });
        let footprint = footprint();
        let mut sample = Sample {
            time: now.max(self.series.last().map_or(now, |last| last.time)),
            live_frames: self.watched.iter().filter(|watched| watched.holds_frames).map(|w| w.latest.in_use).sum(),
            pools: self.watched.iter().map(|watched| watched.latest).sum(),
            heap_bytes: heap_bytes(),
            allocations: counts(),
            process_bytes: footprint.current,
            growth_per_minute: None,
        };
        sample.growth_per_minute = self.series.growth_per_minute(&sample);
        self.peaks = Peaks {
            live_frames: self.peaks.live_frames.max(sample.live_frames),
            pool_bytes: self.peaks.pool_bytes.max(sample.pools.bytes),
            heap_bytes: self.peaks.heap_bytes.max(sample.heap_bytes),
            process_bytes: self.peaks.process_bytes.max(sample.process_bytes).max(footprint.peak),
        };
        self.series.push(sample);
        for alert in self.gates.crossed(&self.thresholds, &sample).into_iter().flatten() {
            self.alert(alert);
        }
        sample
    }

    fn alert(&mut self, alert: Alert) {
        if self.alerts.len() == KEPT_ALERTS {
            self.alerts.pop_front();
        }
        self.alerts.push_back(alert);
        #[cfg(feature = "tracing")]
        tracing::warn!(
            measure = alert.measure.name(),
            value = alert.value,
            limit = alert.limit,
            "memory threshold crossed"
        );
        if let Some(tell) = &mut self.on_alert {
            tell(&alert);
        }
    }

    /// The kept samples and the last one, oldest first.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.series.iter()
    }

    /// The largest figures so far.
    pub fn peaks(&self) -> Peaks {
        self.peaks
    }

    /// The watched pools: name and figures at the last sample. Those that have ended are here only with
    /// [`History::Whole`].
    pub fn pools(&self) -> impl Iterator<Item = (&str, PoolStats)> {
        self.watched.iter().map(|watched| (watched.name.as_str(), watched.latest))
    }

    /// The latest alerts, at most 64, oldest first.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter()
    }

    /// Everything as one JSON object: `monitor.json().to_string()`, or `write!(file, "{}", monitor.json())`.
    pub fn json(&self) -> Json<'_> {
        Json(self)
    }

    /// The last sample in the text format of Prometheus.
    pub fn prometheus(&self) -> Prometheus<'_> {
        Prometheus(self)
    }
}

impl core::fmt::Debug for Monitor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let pools: Vec<&str> = self.pools().map(|(name, _)| name).collect();
        f.debug_struct("Monitor").field("pools", &pools).field("last", &self.series.last()).finish_non_exhaustive()
    }
}
