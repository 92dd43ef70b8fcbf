//! How much a file may ask for. Whoever opens media of unknown origin has these checked without asking for it.
//!
//! A header can declare anything: pictures of a terabyte, thousands of streams, a thousand years. Each limit is checked
//! where the number first appears, before memory is taken for it, and is [`Error::LimitExceeded`] with both numbers. What
//! may be opened at all is [`Access`](crate::Access)'s other half. [`untrusted`](crate::untrusted) tells the whole story.

use crate::Error;
use crate::{demuxer, sys};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How much a file may ask for; part of [`Access`](crate::Access).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of a picture, before cropping: those that the container declares, that the bitstream says and that come in
    /// mid-stream. 2^26 (8192 × 8192) unless said otherwise.
    pub pixels: u64,
    /// Streams of a file, attachments and chapter tracks too. 256 unless said otherwise.
    pub streams: u32,
    /// How long a file may say that it lasts. A packet whose time lies further behind the start is damaged; what has no end
    /// (a live address, a reader without a declared duration) is not measured. Seven days unless said otherwise.
    pub duration: Duration,
    /// Packets in a row that a decoder takes without giving a picture, or a block of sound. 10,000 unless said otherwise.
    pub barren_packets: u32,
    /// Bytes that are read to find out what streams there are. Reaching it is no error: what is not known by then stays
    /// unknown. FFmpeg's 5,000,000 unless said otherwise.
    pub probe_bytes: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            pixels: 1 << 26,
            streams: 256,
            duration: Duration::from_secs(7 * 24 * 60 * 60),
            barren_packets: 10_000,
            probe_bytes: 5_000_000,
        }
    }
}

/// Which limit a file goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::pixels`].
    Pixels,
    /// [`Limits::streams`].
    Streams,
    /// [`Limits::duration`], in seconds.
    Duration,
    /// [`Limits::barren_packets`].
    BarrenPackets,
    /// [`limit_allocations`], in bytes.
    Allocation,
}

impl Limit {
    /// The error's stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Limit::Pixels => "E_LIMIT_PIXELS",
            Limit::Streams => "E_LIMIT_STREAMS",
            Limit::Duration => "E_LIMIT_DURATION",
            Limit::BarrenPackets => "E_LIMIT_BARREN_PACKETS",
            Limit::Allocation => "E_LIMIT_ALLOCATION",
        }
    }

    /// Refuses `got` if it is more than `allowed`.
    pub(crate) fn check(self, place: &impl ToString, allowed: u64, got: u64) -> Result<(), Error> {
        if got <= allowed {
            return Ok(());
        }
        Err(Error::LimitExceeded { place: place.to_string(), limit: self, allowed, got: Some(got) })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Pixels => "pixels a picture",
            Limit::Streams => "streams",
            Limit::Duration => "seconds",
            Limit::BarrenPackets => "packets in a row that yield nothing",
            Limit::Allocation => "bytes in one allocation",
        })
    }
}

/// What an allocation of FFmpeg's may take until [`limit_allocations`] says otherwise: 1 GiB.
const ALLOCATION_BYTES: usize = 1 << 30;

static ALLOCATION: AtomicUsize = AtomicUsize::new(ALLOCATION_BYTES);

/// Bounds every single allocation that FFmpeg makes, 1 GiB unless said otherwise. FFmpeg has one such number for the whole
/// process (`av_max_alloc`), so it is not one of [`Limits`]; memory that Rust code takes is not meant.
///
/// # Realtime
/// Does not allocate.
pub fn limit_allocations(bytes: usize) {
    ALLOCATION.store(bytes, Ordering::Relaxed);
    // The first call of `prepare` sets the default, which must not come after this.
    demuxer::prepare();
    sys::limit_allocations(bytes);
}

/// Tells FFmpeg once, before it opens anything.
pub(crate) fn prepare() {
    sys::limit_allocations(ALLOCATION.load(Ordering::Relaxed));
}

/// FFmpeg could not have the memory that the file asked for.
pub(crate) fn allocation_refused(place: &impl ToString) -> Error {
    let allowed = ALLOCATION.load(Ordering::Relaxed) as u64;
    Error::LimitExceeded { place: place.to_string(), limit: Limit::Allocation, allowed, got: None }
}
