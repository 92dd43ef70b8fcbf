//! How a live source is opened, read and opened again.

use crate::Error;
use std::time::Duration;

/// How a live source is opened, how long it may be silent, and what happens when it is lost.
///
/// ```
/// use millpond_ffmpeg::{LiveConfig, Reconnect};
/// use std::time::Duration;
///
/// let config = LiveConfig {
///     read: Duration::from_secs(4),
///     reconnect: Reconnect { attempts: 8, ..Reconnect::default() },
///     ..LiveConfig::default()
/// };
/// assert!(!config.listen);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveConfig {
    /// The longest that opening may take: connecting, waiting for a publisher when listening, finding the streams, and then
    /// the first packet that decoding can begin with. [`Duration::MAX`] is without end.
    pub open: Duration,
    /// The longest silence while reading.
    pub read: Duration,
    /// How much of the stream is looked at to find its streams: of transport streams and FLV as much is always read while
    /// opening. Pictures whose first key frame comes later have no size before, which is told as a change.
    pub probe: Duration,
    /// Wait for somebody who sends, instead of connecting: RTMP, RTSP, SRT and HTTP. UDP always listens. A receiver of SRT
    /// may also be waited for.
    pub listen: bool,
    /// What carries the media of RTSP.
    pub transport: Transport,
    /// What happens when the source is lost.
    pub reconnect: Reconnect,
}

impl Default for LiveConfig {
    /// Ten seconds to open, ten of silence, two are looked at, connecting, RTSP over TCP, and a lost source is an error.
    fn default() -> Self {
        let ten = Duration::from_secs(10);
        LiveConfig {
            open: ten,
            read: ten,
            probe: Duration::from_secs(2),
            listen: false,
            transport: Transport::default(),
            reconnect: Reconnect::default(),
        }
    }
}

/// What carries the media of RTSP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Interleaved in the TCP connection: passes firewalls, loses nothing.
    #[default]
    Tcp,
    /// UDP: what is lost is lost.
    Udp,
}

/// How often and how soon a source that was lost, or could not be opened, is opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Attempts in a row without a packet after which it is given up; 0 is never to try.
    pub attempts: u32,
    /// The pause before the first attempt; it doubles with each further one.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// Try also after an orderly end, for publishers who come and go.
    pub after_end: bool,
}

impl Default for Reconnect {
    /// No attempts; if there are any, pauses from a quarter of a second to ten seconds, and an orderly end is the end.
    fn default() -> Self {
        Reconnect { attempts: 0, first: Duration::from_millis(250), longest: Duration::from_secs(10), after_end: false }
    }
}

impl Reconnect {
    /// The pause before an attempt, counted from 1.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let doubled = self.first.saturating_mul(1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(self.longest)
    }
}

/// What waits between the source and its reader, and what is given up when the reader is too slow.
///
/// A packet counts with the memory that it takes from its pool, so `bytes` bounds what really is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// Packets that wait at most.
    pub packets: usize,
    /// Bytes that they take at most. A packet that is larger is dropped and counted.
    pub bytes: usize,
    /// What happens when it is full.
    pub when_full: WhenFull,
}

impl Default for QueueConfig {
    /// 512 packets, 16 MiB, and the source is held back.
    fn default() -> Self {
        QueueConfig { packets: 512, bytes: 16 << 20, when_full: WhenFull::Block }
    }
}

impl QueueConfig {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |name, value: usize, expected| {
            Err(Error::Core(millpond_core::Error::BadParameter { name, value: value as f64, expected }))
        };
        match self {
            QueueConfig { packets, .. } if !(1..=60_000).contains(packets) => {
                bad("packets of a queue", *packets, "1 to 60000")
            }
            QueueConfig { bytes, .. } if !(4096..=1 << 32).contains(bytes) => {
                bad("bytes of a queue", *bytes, "4096 to 2^32")
            }
            _ => Ok(()),
        }
    }
}

/// What happens when the queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// The source is not read until there is room. TCP and pipes hold their sender back then; of UDP the system drops what
    /// it has no room for.
    #[default]
    Block,
    /// The packets that have waited longest go, one by one. The pictures that depend on them come out damaged.
    DropOldest,
    /// Everything goes up to a key frame of the pictures: the first that waits, or the next that comes. What is read can be
    /// decoded without damage. A stream without pictures loses its oldest packets.
    DropToKeyFrame,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let reconnect =
            Reconnect { first: Duration::from_millis(100), longest: Duration::from_secs(1), ..Reconnect::default() };
        let pauses: Vec<u128> =
            [1, 2, 3, 4, 5, 33, u32::MAX].map(|attempt| reconnect.pause(attempt).as_millis()).to_vec();
        assert_eq!(pauses, [100, 200, 400, 800, 1000, 1000, 1000]);
    }
}
