//! A request to stop, as a flag that every stage looks at.
//!
//! Two strengths, as Ctrl-C has them: [`finish`](Cancel::finish) ends early with what there is, as a playable file;
//! [`abandon`](Cancel::abandon) leaves nothing. Reading the flag is one atomic load; nothing allocates.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const FINISH: u8 = 1;
const ABANDON: u8 = 2;

/// A shared flag; clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    level: Arc<AtomicU8>,
    /// The caller's flag, when this one is a render's own.
    outer: Option<Arc<AtomicU8>>,
}

impl Cancel {
    /// A flag that nobody has raised.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks for an early but orderly end.
    pub fn finish(&self) {
        self.level.fetch_max(FINISH, Ordering::AcqRel);
    }

    /// Asks for an end that leaves nothing.
    pub fn abandon(&self) {
        self.level.fetch_max(ABANDON, Ordering::AcqRel);
    }

    /// Asks for an orderly end the first time, for nothing at all from the second time on.
    pub fn press(&self) {
        let pressed = self.level.fetch_max(FINISH, Ordering::AcqRel);
        if pressed >= FINISH {
            self.abandon();
        }
    }

    /// Somebody asked for an end, orderly or not.
    pub fn is_ending(&self) -> bool {
        self.level() >= FINISH
    }

    /// Somebody asked for an end that leaves nothing.
    pub fn is_abandoned(&self) -> bool {
        self.level() >= ABANDON
    }

    /// A flag of one's own that also shows what the outer one does; raising it leaves the outer one alone.
    pub(crate) fn inner(&self) -> Cancel {
        Cancel { level: Arc::default(), outer: Some(Arc::clone(&self.level)) }
    }

    fn level(&self) -> u8 {
        let outer = self.outer.as_ref().map_or(0, |outer| outer.load(Ordering::Acquire));
        self.level.load(Ordering::Acquire).max(outer)
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
        let inner = cancel.inner();
        cancel.press();
        assert!(inner.is_ending() && !inner.is_abandoned());
        cancel.press();
        assert!(inner.is_abandoned());
    }
}
