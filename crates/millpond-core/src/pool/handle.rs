//! The handle of a pool: what makes it, takes from it, counts and closes it.

use super::budget::Budget;
use super::cancel::CancelToken;
use super::leak::Leak;
use super::shelf::{Patience, Shelf};
use super::slot::{Owner, Pooled};
use super::{PoolConfig, PoolStats, Recycle};
use crate::Error;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::time::Duration;

/// Objects that are made once and lent again and again. Clones are handles of the same pool; all calls may come from any
/// thread.
///
/// Acquiring and giving back take one compare-and-swap each, without a lock. The same objects are lent first each time.
/// When the last handle is dropped the pool is [closed](Self::close).
pub struct Pool<T: Recycle>(pub(super) Owner<T>);

impl<T: Recycle> Pool<T> {
    /// Makes the pool and its first objects. Allocates.
    ///
    /// `make` is called again when the pool grows or allocates beyond its capacity, on the thread that acquires. It
    /// must not acquire from the same pool.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the configuration makes no sense.
    pub fn new(config: PoolConfig, make: impl Fn() -> T + Send + Sync + 'static) -> Result<Pool<T>, Error> {
        Pool::within(config, None, make)
    }

    /// The same, with a budget for the objects' bytes, and the bytes of one.
    pub(super) fn within(
        config: PoolConfig,
        budget: Option<(Arc<Budget>, usize)>,
        make: impl Fn() -> T + Send + Sync + 'static,
    ) -> Result<Pool<T>, Error> {
        config.check()?;
        let pool = Pool(Owner::new(Shelf::new(config, budget, Box::new(make))));
        pool.0.fill_initially()?;
        Ok(pool)
    }

    /// Lends an object. If none is free the pool grows, if it may, and otherwise does what [`PoolConfig::exhausted`]
    /// says.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] under `Fail`, and under `Wait` where there are no threads, because nobody could bring
    /// an object back; [`Error::DeadlinePassed`] under `Wait`; [`Error::PoolClosed`].
    ///
    /// # Realtime
    /// Does not allocate while an object is free. Otherwise only as configured.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> Result<Pooled<T>, Error> {
        self.acquire_noting(Location::caller())
    }

    /// [`acquire`](Self::acquire) for a caller that is named.
    #[inline]
    pub(super) fn acquire_noting(&self, place: &'static Location<'static>) -> Result<Pooled<T>, Error> {
        self.acquire_within(Patience::Configured, place)
    }

    /// Lends an object if one is free now: neither grows nor waits nor allocates, whatever the configuration says.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`], [`Error::PoolClosed`].
    ///
    /// # Realtime
    /// Does not allocate.
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> Result<Pooled<T>, Error> {
        self.try_acquire_noting(Location::caller())
    }

    /// [`try_acquire`](Self::try_acquire) for a caller that is named.
    #[inline]
    pub(super) fn try_acquire_noting(&self, place: &'static Location<'static>) -> Result<Pooled<T>, Error> {
        match self.0.pop() {
            Ok(object) => Ok(self.noted(object, place)),
            Err(is_closed) => Err(self.0.refusal(is_closed)),
        }
    }

    /// Lends an object, growing the pool if it may grow, and waiting if not, whatever the configuration says.
    ///
    /// # Errors
    /// [`Error::DeadlinePassed`] if none came back in time; [`Error::PoolExhausted`] at once where there are no threads;
    /// [`Error::PoolClosed`], also if that happens during the wait.
    ///
    /// # Realtime
    /// Does not allocate unless it grows.
    #[inline]
    #[track_caller]
    pub fn acquire_timeout(&self, longest: Duration) -> Result<Pooled<T>, Error> {
        self.acquire_within(Patience::For(longest), Location::caller())
    }

    /// Lends an object, growing the pool if it may grow, and waiting if not, until the token is cancelled. A cancelled
    /// token gets nothing, even if an object is free.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::PoolExhausted`] at once where there are no threads; [`Error::PoolClosed`], also if
    /// that happens during the wait.
    ///
    /// # Realtime
    /// Does not allocate unless it grows, or more than 32 threads wait with the token and its relatives.
    #[inline]
    #[track_caller]
    pub fn acquire_or_cancelled(&self, token: &CancelToken) -> Result<Pooled<T>, Error> {
        if token.is_cancelled() {
            return Err(Error::Cancelled);
        }
        self.acquire_within(Patience::Until(token), Location::caller())
    }

    #[inline]
    fn acquire_within(&self, patience: Patience<'_>, place: &'static Location<'static>) -> Result<Pooled<T>, Error> {
        let object = match self.0.pop() {
            Ok(object) => object,
            Err(_) => self.0.acquire_slowly(patience)?,
        };
        Ok(self.noted(object, place))
    }

    #[inline]
    pub(super) fn noted(&self, mut object: Pooled<T>, place: &'static Location<'static>) -> Pooled<T> {
        if object.prepare() {
            self.0.note_allocation();
            object.measure();
        }
        if object.is_noted() {
            self.enter(&object, place);
        }
        object
    }

    #[cold]
    fn enter(&self, object: &Pooled<T>, place: &'static Location<'static>) {
        if let Some(holders) = &self.0.holders {
            holders.enter(object.home().1, place);
        }
    }

    /// What the pool has done so far.
    ///
    /// # Realtime
    /// Does not allocate. Takes a lock that acquiring takes only to wait or to grow.
    pub fn stats(&self) -> PoolStats {
        self.0.stats()
    }

    /// The pool's figures for a [`Monitor`](crate::memory::Monitor). They do not keep the pool open; once it is closed
    /// and everything has come back they are told a last time, and then `None`. Calling it does not allocate.
    pub fn observer(&self) -> impl FnMut() -> Option<PoolStats> + Send + use<T>
    where
        T: Send,
    {
        // An owner keeps the pool's memory, not the pool: only handles do that.
        let shelf = self.0.clone();
        let mut has_ended = false;
        move || {
            if has_ended {
                return None;
            }
            let stats = shelf.stats();
            has_ended = stats.capacity == 0 && shelf.is_closed();
            Some(stats)
        }
    }

    /// More objects may be made for it.
    #[cfg(feature = "video")]
    pub(super) fn may_grow(&self) -> bool {
        self.0.may_grow()
    }

    /// How the pool was configured.
    pub fn config(&self) -> &PoolConfig {
        &self.0.config
    }

    /// Objects that have been out for at least `older_than`, the oldest first: where each was acquired, and how long
    /// ago. Empty unless [`PoolConfig::leak_report`] is on. Allocates.
    pub fn leaks(&self, older_than: Duration) -> Vec<Leak> {
        self.0.holders.as_ref().map_or_else(Vec::new, |holders| holders.list(older_than))
    }

    /// Ends the pool: whoever waits or acquires gets [`Error::PoolClosed`], free objects are dropped now, and those
    /// that are out stay good and are dropped when they come back. Closing again changes nothing.
    ///
    /// Returns who still holds objects, as [`leaks`](Self::leaks) does.
    pub fn close(&self) -> Vec<Leak> {
        self.0.close();
        self.leaks(Duration::ZERO)
    }
}

impl<T: Recycle> Clone for Pool<T> {
    fn clone(&self) -> Self {
        self.0.handles.fetch_add(1, Relaxed);
        Pool(self.0.clone())
    }
}

impl<T: Recycle> Drop for Pool<T> {
    fn drop(&mut self) {
        if self.0.handles.fetch_sub(1, AcqRel) == 1 {
            self.0.close();
        }
    }
}

impl<T: Recycle> core::fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Pool").field(&self.stats()).finish()
    }
}

impl<T: Recycle + core::fmt::Debug> core::fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Recycle + core::fmt::Debug> core::fmt::Debug for super::SharedPooled<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}
