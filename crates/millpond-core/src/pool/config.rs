//! How large a pool is, how it grows, and what happens when everything is lent.

use super::word::MAX_OBJECTS;
use crate::Error;
use std::time::Duration;

/// How a pool makes more objects when all are lent and it may still grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Never: `initial` objects are all there will be.
    Fixed,
    /// So many more each time, up to `max`.
    Linear(usize),
    /// As many more as there are, up to `max`.
    Exponential,
}

/// What [`acquire`](super::Pool::acquire) does when all objects are lent and the pool may not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// Answers [`Error::PoolExhausted`].
    Fail,
    /// Waits until an object comes back, at most until the deadline if there is one.
    Wait {
        /// The longest wait; without it, as long as it takes.
        deadline: Option<Duration>,
    },
    /// Makes one more. It is counted as overflow, and freed rather than kept when it comes back.
    Allocate,
}

/// What happens to an object's contents when it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Nothing: the next borrower finds what the last one left.
    Keep,
    /// They are overwritten with zeros, so that nothing of one client's media can reach another.
    Zero,
}

/// Size and policies of a pool.
///
/// ```
/// use millpond_core::pool::{Exhausted, Growth, PoolConfig, Reset};
///
/// // Four objects, never more; acquiring a fifth is an error.
/// let plain = PoolConfig::fixed(4);
/// // Two at first, two more each time they are all lent, up to sixteen; then wait.
/// let patient = PoolConfig::growing(2, 16)
///     .growth(Growth::Linear(2))
///     .exhausted(Exhausted::Wait { deadline: None })
///     .reset(Reset::Zero);
/// assert_eq!((patient.initial, patient.max), (2, 16));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// Objects made with the pool.
    pub initial: usize,
    /// The most objects that the pool keeps, at most 65535.
    pub max: usize,
    /// How it gets from `initial` to `max`.
    pub growth: Growth,
    /// What happens after that.
    pub exhausted: Exhausted,
    /// What happens to contents.
    pub reset: Reset,
    /// Whether each guard is noted with place and time, for [`leaks`](super::Pool::leaks). Costs a lock, a look at the
    /// clock and a list each time.
    pub leak_report: bool,
}

impl PoolConfig {
    /// `capacity` objects that are made at once; acquiring fails while all are lent; contents stay.
    pub const fn fixed(capacity: usize) -> PoolConfig {
        PoolConfig {
            initial: capacity,
            max: capacity,
            growth: Growth::Fixed,
            exhausted: Exhausted::Fail,
            reset: Reset::Keep,
            leak_report: false,
        }
    }

    /// `initial` objects at first, doubled whenever all are lent, up to `max`; otherwise as [`fixed`](Self::fixed).
    pub const fn growing(initial: usize, max: usize) -> PoolConfig {
        PoolConfig { initial, max, growth: Growth::Exponential, ..PoolConfig::fixed(initial) }
    }

    /// As many objects as a stage has out at once: max(2, ceil(latency / interval)), and a wait when they are all lent.
    ///
    /// `latency` is the time from handing a packet to the decoder to being done with its picture (a decoder that
    /// reorders by 4 pictures at 25 Hz: 160 ms), `interval` the time from one picture to the next.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the interval is zero or the pool would have more than 65535 objects.
    pub fn for_latency(latency: Duration, interval: Duration) -> Result<PoolConfig, Error> {
        if interval.is_zero() {
            let expected = "more than 0";
            return Err(Error::BadParameter { name: "frame interval in seconds", value: 0.0, expected });
        }
        let objects = latency.as_nanos().div_ceil(interval.as_nanos()).max(2);
        let objects = usize::try_from(objects).unwrap_or(usize::MAX);
        let config = PoolConfig::fixed(objects).exhausted(Exhausted::Wait { deadline: None });
        config.check().map(|()| config)
    }

    /// With another way to grow. `Fixed` keeps it at `initial`.
    #[must_use]
    pub const fn growth(self, growth: Growth) -> PoolConfig {
        PoolConfig { growth, ..self }
    }

    /// With another answer to exhaustion.
    #[must_use]
    pub const fn exhausted(self, exhausted: Exhausted) -> PoolConfig {
        PoolConfig { exhausted, ..self }
    }

    /// With another treatment of contents.
    #[must_use]
    pub const fn reset(self, reset: Reset) -> PoolConfig {
        PoolConfig { reset, ..self }
    }

    /// With or without a note of each guard.
    #[must_use]
    pub const fn leak_report(self, leak_report: bool) -> PoolConfig {
        PoolConfig { leak_report, ..self }
    }

    /// The most objects there can be, `growth` considered.
    pub(super) fn limit(&self) -> usize {
        if self.growth == Growth::Fixed { self.initial } else { self.max }
    }

    /// How many objects to add to `capacity`.
    pub(super) fn step(&self, capacity: usize) -> usize {
        let step = match self.growth {
            Growth::Fixed => 0,
            Growth::Linear(step) => step,
            Growth::Exponential => capacity.max(1),
        };
        step.min(self.limit().saturating_sub(capacity))
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let bad = |name, value: usize, expected| Err(Error::BadParameter { name, value: value as f64, expected });
        if !(1..=MAX_OBJECTS).contains(&self.limit()) {
            return bad("capacity of a pool", self.limit(), "1 to 65535 objects");
        }
        if self.initial > self.limit() {
            return bad("initial capacity of a pool", self.initial, "at most the largest one");
        }
        if self.growth == Growth::Linear(0) {
            return bad("growth of a pool", 0, "at least 1 object, or Growth::Fixed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_rounds_up_and_two_is_the_least() {
        let objects = |latency_us, interval_us| {
            let interval = Duration::from_micros(interval_us);
            PoolConfig::for_latency(Duration::from_micros(latency_us), interval).map(|config| config.initial)
        };
        assert_eq!(objects(160_000, 40_000), Ok(4));
        assert_eq!(objects(160_001, 40_000), Ok(5));
        assert_eq!(objects(0, 40_000), Ok(2));
        assert_eq!(objects(100_000, 33_367), Ok(3));
        assert_eq!(objects(1, 0).unwrap_err().code(), "E_BAD_PARAMETER");
        assert_eq!(objects(65_535, 1), Ok(65_535));
        assert_eq!(objects(65_536, 1).unwrap_err().code(), "E_BAD_PARAMETER");
        assert_eq!(
            PoolConfig::for_latency(Duration::MAX, Duration::from_nanos(1)).unwrap_err().code(),
            "E_BAD_PARAMETER"
        );
    }

    #[test]
    fn growth_steps_end_at_the_largest_capacity() {
        let steps = |config: PoolConfig| {
            let mut capacity = config.initial;
            let mut sizes = vec![capacity];
            while config.step(capacity) > 0 {
                capacity += config.step(capacity);
                sizes.push(capacity);
            }
            sizes
        };
        assert_eq!(steps(PoolConfig::fixed(3)), [3]);
        assert_eq!(steps(PoolConfig::growing(3, 20)), [3, 6, 12, 20]);
        assert_eq!(steps(PoolConfig::growing(0, 5)), [0, 1, 2, 4, 5]);
        assert_eq!(steps(PoolConfig::growing(1, 8).growth(Growth::Linear(3))), [1, 4, 7, 8]);
        assert_eq!(steps(PoolConfig::growing(2, 8).growth(Growth::Fixed)), [2]);
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for config in [
            PoolConfig::fixed(0),
            PoolConfig::fixed(65_536),
            PoolConfig::growing(0, 0),
            PoolConfig::growing(5, 4),
            PoolConfig::growing(1, 4).growth(Growth::Linear(0)),
        ] {
            assert_eq!(config.check().unwrap_err().code(), "E_BAD_PARAMETER", "{config:?}");
        }
        assert_eq!(PoolConfig::growing(0, 65_535).check(), Ok(()));
    }
}
