//! Where those wait who found a pool empty.
//!
//! Whoever waits has raised the flag in the pool's [words](super::word) first, in the same step in which it saw that
//! nothing is free there; whoever brings an object back sees the flag in the same step in which it puts the object down, and
//! comes here to wake one. So nobody sleeps while an object lies there. A wake-up that goes to somebody who gives up at
//! that moment is passed on.

use super::sync::{Condvar, Mutex, MutexGuard, lock};
use std::time::Duration;

/// A lock and what it protects; every pool has one.
pub(super) struct Room {
    desk: Mutex<Desk>,
    returned: Condvar,
}

/// What only those see who hold the lock.
#[derive(Default)]
pub(super) struct Desk {
    /// Threads that wait.
    pub(super) threads: usize,
    /// Futures that wait, each with its number.
    #[cfg(feature = "async")]
    pub(super) futures: Vec<(u64, std::task::Waker)>,
    /// The number of the next future.
    #[cfg(feature = "async")]
    pub(super) next_future: u64,
    /// Acquires that had to wait.
    pub(super) waits: u64,
    /// How long they did, all together.
    pub(super) wait_time: Duration,
}

impl Desk {
    /// Nobody waits.
    pub(super) fn is_quiet(&self) -> bool {
        #[cfg(feature = "async")]
        if !self.futures.is_empty() {
            return false;
        }
        self.threads == 0
    }
}

impl Room {
    pub(super) fn new() -> Room {
        Room { desk: Mutex::new(Desk::default()), returned: Condvar::new() }
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }

    /// Gives up the lock until somebody wakes this thread or the time is over.
    pub(super) fn sleep<'a>(&self, desk: MutexGuard<'a, Desk>, longest: Option<Duration>) -> MutexGuard<'a, Desk> {
        use std::sync::PoisonError;
        match longest {
            None => self.returned.wait(desk).unwrap_or_else(PoisonError::into_inner),
            Some(time) => self.returned.wait_timeout(desk, time).unwrap_or_else(PoisonError::into_inner).0,
        }
    }

    /// Wakes one thread and one future, so that one of them takes what has come back.
    pub(super) fn wake_one(&self) {
        #[cfg_attr(not(feature = "async"), allow(unused_mut))]
        let mut desk = self.desk();
        if desk.threads > 0 {
            self.returned.notify_one();
        }
        #[cfg(feature = "async")]
        if !desk.futures.is_empty() {
            let (_, waker) = desk.futures.remove(0);
            // Foreign code: it must not run under the lock.
            drop(desk);
            waker.wake();
        }
    }

    /// Wakes everyone, so that they look again why they wait.
    pub(super) fn wake_all(&self) {
        // Under the lock, so that nobody sits between looking and sleeping.
        let desk = self.desk();
        self.returned.notify_all();
        drop(desk);
        #[cfg(feature = "async")]
        {
            let futures = std::mem::take(&mut self.desk().futures);
            futures.into_iter().for_each(|(_, waker)| waker.wake());
        }
    }
}
