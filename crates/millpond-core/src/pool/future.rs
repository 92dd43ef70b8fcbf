//! Waiting for an object without blocking a thread.

use super::clock::Moment;
use super::slot::{IsClosed, Pooled};
use super::{Pool, Recycle};
use crate::Error;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

impl<T: Recycle> Pool<T> {
    /// Lends an object, growing the pool if it may grow, and otherwise waits, whatever the configuration says; for any
    /// executor, also in the browser. Dropping the future gives up waiting.
    ///
    /// # Errors
    /// [`Error::PoolClosed`], also if that happens during the wait.
    ///
    /// # Realtime
    /// Does not allocate unless it grows, or more futures wait than ever before.
    #[track_caller]
    pub fn acquire_async(&self) -> Acquire<'_, T> {
        Acquire { pool: self, place: Location::caller(), number: None, start: Moment::now() }
    }
}

/// The future of [`Pool::acquire_async`].
#[must_use = "futures do nothing unless they are polled"]
pub struct Acquire<'a, T: Recycle> {
    pool: &'a Pool<T>,
    place: &'static Location<'static>,
    /// Its number in the room, once it waits.
    number: Option<u64>,
    start: Moment,
}

impl<T: Recycle> Future for Acquire<'_, T> {
    type Output = Result<Pooled<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shelf = &this.pool.0;
        match shelf.grow_or_refuse() {
            Ok(Some(object)) => {
                this.stop();
                return Poll::Ready(Ok(this.pool.noted(object, this.place)));
            }
            Ok(None) => {}
            Err(error) => {
                this.stop();
                return Poll::Ready(Err(error));
            }
        }
        let mut desk = shelf.room.desk();
        match shelf.pop_or_announce(&mut desk) {
            Ok(object) => {
                shelf.leave(&mut desk);
                drop(desk);
                this.stop();
                return Poll::Ready(Ok(this.pool.noted(object, this.place)));
            }
            Err(IsClosed(true)) => {
                drop(desk);
                this.stop();
                return Poll::Ready(Err(Error::PoolClosed));
            }
            Err(_) => {}
        }
        let number = match this.number {
            Some(number) => number,
            None => {
                desk.next_future += 1;
                this.start = Moment::now();
                *this.number.insert(desk.next_future)
            }
        };
        match desk.futures.iter_mut().find(|(known, _)| *known == number) {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => desk.futures.push((number, context.waker().clone())),
        }
        Poll::Pending
    }
}

impl<T: Recycle> Acquire<'_, T> {
    /// Ends the wait, if it has begun. If this future was woken, the object it was woken for may still lie there when it
    /// is dropped: then somebody else is woken.
    fn stop(&mut self) {
        let Some(number) = self.number.take() else { return };
        let shelf = &self.pool.0;
        let mut desk = shelf.room.desk();
        let was_woken = match desk.futures.iter().position(|(known, _)| *known == number) {
            Some(at) => {
                drop(desk.futures.remove(at));
                false
            }
            None => true,
        };
        desk.waits += 1;
        desk.wait_time += self.start.elapsed();
        shelf.leave(&mut desk);
        drop(desk);
        if was_woken {
            shelf.room.wake_one();
        }
    }
}

impl<T: Recycle> Drop for Acquire<'_, T> {
    fn drop(&mut self) {
        self.stop();
    }
}
