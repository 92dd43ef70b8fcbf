//! Who holds what, and since when.

use super::clock::Moment;
use super::sync::{Mutex, lock};
use crate::sorted::sorted_by_key;
use std::cmp::Reverse;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// A guard that is still out: see [`Pool::leaks`](super::Pool::leaks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The call that acquired it.
    pub acquired_at: &'static Location<'static>,
    /// How long it has been out. In the browser, which has no clock for us, zero.
    pub age: Duration,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acquired at {}, {:.3} s ago", self.acquired_at, self.age.as_secs_f64())
    }
}

/// The guards of a pool that are out. Entering one allocates only when more are out than ever before.
pub(super) struct Holders(Mutex<Vec<Holder>>);

struct Holder {
    /// The address of its slot.
    slot: usize,
    place: &'static Location<'static>,
    since: Moment,
}

impl Holders {
    pub(super) fn new(expected: usize) -> Holders {
        Holders(Mutex::new(Vec::with_capacity(expected)))
    }

    pub(super) fn enter(&self, slot: usize, place: &'static Location<'static>) {
        lock(&self.0).push(Holder { slot, place, since: Moment::now() });
    }

    pub(super) fn leave(&self, slot: usize) {
        let mut holders = lock(&self.0);
        if let Some(at) = holders.iter().position(|holder| holder.slot == slot) {
            holders.swap_remove(at);
        }
    }

    /// Those who have been out for at least this time, the oldest first.
    pub(super) fn list(&self, older_than: Duration) -> Vec<Leak> {
        let holders = lock(&self.0);
        let leaks = holders.iter().map(|holder| Leak { acquired_at: holder.place, age: holder.since.elapsed() });
        sorted_by_key(leaks.filter(|leak| leak.age >= older_than), |leak| Reverse(leak.age))
    }
}
