//! A bounded queue between two stages.
//!
//! The ring is allocated once; sending and receiving never allocate, not even the first time they block (channels
//! of the standard library do). A full queue holds back its sender. When the sender is dropped the receiver still
//! gets what was sent and then `None`; when the receiver is dropped everything in the queue is dropped with it and
//! the sender learns so at once.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

struct State<T> {
    ring: VecDeque<T>,
    sender_gone: bool,
    receiver_gone: bool,
}

struct Shared<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No foreign code runs under the lock, so a poisoned one is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end that things go into.
pub(crate) struct Sender<T>(Arc<Shared<T>>);

/// The end that things come out of.
pub(crate) struct Receiver<T>(Arc<Shared<T>>);

/// The receiver is gone: nobody wants more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// Makes a queue of at most `capacity` things, at least one. This is the only call that allocates.
pub(crate) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let capacity = capacity.max(1);
    let state = State { ring: VecDeque::with_capacity(capacity), sender_gone: false, receiver_gone: false };
    let shared = Arc::new(Shared { capacity, state: Mutex::new(state), changed: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Sender<T> {
    /// Waits for room and puts `item` in.
    ///
    /// # Errors
    /// [`Closed`] if the receiver is gone; the item is dropped.
    pub(crate) fn send(&self, item: T) -> Result<(), Closed> {
        let mut state = self.0.lock();
        while state.ring.len() == self.0.capacity && !state.receiver_gone {
            state = self.0.wait(state);
        }
        if state.receiver_gone {
            return Err(Closed);
        }
        state.ring.push_back(item);
        drop(state);
        self.0.changed.notify_all();
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// Waits for the next item; `None` if the sender is gone and everything was received.
    pub(crate) fn receive(&self) -> Option<T> {
        let mut state = self.0.lock();
        loop {
            if let Some(item) = state.ring.pop_front() {
                drop(state);
                self.0.changed.notify_all();
                return Some(item);
            }
            if state.sender_gone {
                return None;
            }
            state = self.0.wait(state);
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().sender_gone = true;
        self.0.changed.notify_all();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.receiver_gone = true;
        // Dropped outside the lock: what is in the queue may give a frame back to a pool, which wakes others.
        let rest = std::mem::take(&mut state.ring);
        drop(state);
        self.0.changed.notify_all();
        drop(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_sent_arrives_in_order_and_then_it_ends() {
        let (sender, receiver) = bounded(2);
        std::thread::scope(|scope| {
            scope.spawn(move || (0..1000).for_each(|item| sender.send(item).unwrap()));
            for expected in 0..1000 {
                assert_eq!(receiver.receive(), Some(expected));
            }
            assert_eq!(receiver.receive(), None);
        });
    }

    #[test]
    fn a_blocked_sender_wakes_when_the_receiver_goes() {
        let (sender, receiver) = bounded(1);
        sender.send(1).unwrap();
        std::thread::scope(|scope| {
            let blocked = scope.spawn(move || sender.send(2));
            drop(receiver);
            assert_eq!(blocked.join().unwrap(), Err(Closed));
        });
    }
}
