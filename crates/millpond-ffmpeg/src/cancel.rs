//! A request to stop, as flags that every stage looks at.
//!
//! Two strengths, as Ctrl-C has them: [`finish`](Cancel::finish) ends early with what there is, as a playable file;
//! [`abandon`](Cancel::abandon) leaves nothing and wakes whoever waits for a pool. Reading a flag is an atomic load or
//! two; nothing allocates.

use millpond_core::pool::CancelToken;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared flags; clones are the same flags.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    ending: Arc<Ending>,
    abandoned: CancelToken,
}

/// The weaker flag.
#[derive(Debug, Default)]
struct Ending {
    is_raised: AtomicBool,
    /// The caller's flag, when this one is a render's own.
    outer: Option<Arc<Ending>>,
}

impl Cancel {
    /// Flags that nobody has raised.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks for an early but orderly end.
    pub fn finish(&self) {
        self.ending.is_raised.store(true, Ordering::Release);
    }

    /// Asks for an end that leaves nothing.
    pub fn abandon(&self) {
        self.finish();
        self.abandoned.cancel();
    }

    /// Asks for an orderly end the first time, for nothing at all from the second time on.
    pub fn press(&self) {
        if self.ending.is_raised.swap(true, Ordering::AcqRel) {
            self.abandon();
        }
    }

    /// Somebody asked for an end, orderly or not.
    pub fn is_ending(&self) -> bool {
        std::iter::successors(Some(&self.ending), |ending| ending.outer.as_ref())
            .any(|ending| ending.is_raised.load(Ordering::Acquire))
    }

    /// Somebody asked for an end that leaves nothing.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.is_cancelled()
    }

    /// What ends a wait for a pool.
    pub(crate) fn abandoned(&self) -> &CancelToken {
        &self.abandoned
    }

    /// Flags of one's own that also show what the outer ones do; raising them leaves the outer ones alone.
    pub(crate) fn inner(&self) -> Cancel {
        let ending = Ending { is_raised: AtomicBool::new(false), outer: Some(Arc::clone(&self.ending)) };
        Cancel { ending: Arc::new(ending), abandoned: self.abandoned.child() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_press_abandons_and_an_inner_flag_stays_inside() {
        let cancel = Cancel::new();
        let inner = cancel.inner();
        inner.abandon();
        assert!(inner.is_abandoned() && !cancel.is_ending());
        let inner = cancel.inner().inner();
        cancel.press();
        assert!(inner.is_ending() && !inner.is_abandoned());
        cancel.press();
        assert!(inner.is_abandoned());
    }
}
