//! What FFmpeg asks while the system keeps it waiting: whether a deadline has passed or somebody wants the end.
//!
//! FFmpeg asks up to ten thousand times a second, so an answer is a few atomic loads and, while a deadline is armed, a look
//! at the clock. Nothing allocates.

use crate::Cancel;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A deadline that is armed before each call, and the caller's flags.
pub(crate) struct Watch {
    base: Instant,
    /// Nanoseconds after `base`; `u64::MAX` is none.
    until: AtomicU64,
    is_closing: AtomicBool,
    has_fired: AtomicBool,
    cancel: Cancel,
}

impl Watch {
    pub(crate) fn new(cancel: &Cancel) -> Watch {
        Watch {
            base: Instant::now(),
            until: AtomicU64::new(u64::MAX),
            is_closing: AtomicBool::new(false),
            has_fired: AtomicBool::new(false),
            cancel: cancel.clone(),
        }
    }

    /// Nanoseconds since it was made.
    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// From now on a call may take so long.
    pub(crate) fn arm(&self, limit: Duration) {
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        self.until.store(self.now().saturating_add(limit), Ordering::Release);
    }

    /// From now on calls may take any time, until [`arm`](Self::arm).
    pub(crate) fn disarm(&self) {
        self.until.store(u64::MAX, Ordering::Release);
    }

    /// The connection is being closed: a goodbye may be sent even if somebody asked for an orderly end, for so long.
    pub(crate) fn close_within(&self, limit: Duration) {
        self.is_closing.store(true, Ordering::Release);
        self.arm(limit);
    }

    /// The connection is gone, another may be made.
    pub(crate) fn reopen(&self) {
        self.is_closing.store(false, Ordering::Release);
        self.has_fired.store(false, Ordering::Release);
        self.disarm();
    }

    /// The deadline has passed.
    pub(crate) fn has_passed(&self) -> bool {
        let until = self.until.load(Ordering::Acquire);
        until != u64::MAX && self.now() >= until
    }

    /// A deadline ended a wait on this connection: containers may give out what they still have before they say so.
    pub(crate) fn has_fired(&self) -> bool {
        self.has_fired.load(Ordering::Acquire)
    }

    /// Somebody asked for the end.
    pub(crate) fn is_ending(&self) -> bool {
        self.cancel.is_ending() || self.cancel.is_abandoned()
    }

    /// Whoever waits must stop waiting.
    pub(crate) fn must_stop(&self) -> bool {
        let is_ending = self.cancel.is_ending() && !self.is_closing.load(Ordering::Acquire);
        let has_passed = self.has_passed();
        if has_passed {
            self.has_fired.store(true, Ordering::Release);
        }
        is_ending || self.cancel.is_abandoned() || has_passed
    }

    /// Waits so long, or until somebody asks for the end; whether nobody did.
    pub(crate) fn pause(&self, limit: Duration) -> bool {
        const STEP: Duration = Duration::from_millis(20);
        let began = Instant::now();
        while !self.is_ending() {
            let left = limit.saturating_sub(began.elapsed());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(STEP));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_for_a_deadline_and_for_an_end_but_lets_goodbyes_through() {
        let cancel = Cancel::new();
        let watch = Watch::new(&cancel);
        assert!(!watch.must_stop());
        watch.arm(Duration::ZERO);
        assert!(watch.must_stop() && watch.has_passed());
        watch.arm(Duration::MAX);
        assert!(!watch.must_stop() && watch.has_fired());
        watch.reopen();
        assert!(!watch.has_fired());
        cancel.finish();
        assert!(watch.must_stop() && !watch.has_passed());
        watch.close_within(Duration::MAX);
        assert!(!watch.must_stop());
        cancel.abandon();
        assert!(watch.must_stop());
        assert!(!watch.pause(Duration::MAX));
    }
}
