//! What happened on a live source so far.

use millpond_core::pool::PoolStats;
use std::sync::atomic::{AtomicU64, Ordering};

/// What happened on a live source so far. A snapshot allocates nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveStats {
    /// Times that the source was opened; all but the first were reconnections.
    pub connections: u64,
    /// Times that opening it failed.
    pub failed: u64,
    /// Times that it was silent past a deadline, while opening or reading.
    pub timeouts: u64,
    /// Packets that came and can be decoded, on all streams.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packets of pictures before the first key frame after joining.
    pub before_key: u64,
    /// Stretches that were damaged.
    pub damaged: u64,
    /// Jumps of the publisher's clock that were closed.
    pub jumps: u64,
    /// Ends of a time counter that were bridged.
    pub wraps: u64,
    /// Single decoding times that did not rise and were moved.
    pub repaired: u64,
    /// Times that the streams changed: another picture size, other set-up data, another codec, one stream more.
    pub changes: u64,
    /// Packets that the queue gave up because its reader was too slow.
    pub dropped: u64,
    /// Their bytes.
    pub dropped_bytes: u64,
    /// Times that the queue was full: it gave something up, or held the source back.
    pub full: u64,
    /// Packets that wait in the queue now.
    pub waiting: u64,
    /// The most that waited.
    pub peak_waiting: u64,
    /// The buffers of the queue's packets, those that the reader holds included.
    pub pool: PoolStats,
}

macro_rules! counters {
    ($($name:ident),*) => {
        /// The counters behind [`LiveStats`], shared by the thread that reads and the one that asks.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn snapshot(&self) -> LiveStats {
                LiveStats { $($name: self.$name.get(),)* pool: PoolStats::default() }
            }
        }
    };
}

counters!(
    connections,
    failed,
    timeouts,
    packets,
    bytes,
    before_key,
    damaged,
    jumps,
    wraps,
    repaired,
    changes,
    dropped,
    dropped_bytes,
    full,
    waiting,
    peak_waiting
);

/// One figure, written by one thread.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
