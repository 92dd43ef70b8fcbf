//! Preallocated objects that come back by themselves.
//!
//! A [`Pool`] makes its objects once. [`Pool::try_acquire`] lends one as a [`Pooled`] guard, which gives it back when
//! it is dropped; neither allocates. Guards may outlive the pool handle and cross threads. An object keeps its
//! contents between uses.
//!
//! ```
//! use millpond_core::pool::Pool;
//!
//! let pool = Pool::new(2, || vec![0u8; 1024]);
//! let mut first = pool.try_acquire()?;
//! first[0] = 7;
//! let second = pool.try_acquire()?;
//! assert_eq!(pool.try_acquire().unwrap_err().code(), "E_POOL_EXHAUSTED");
//! drop(second);
//! assert_eq!(pool.stats().available, 1);
//! # Ok::<(), millpond_core::Error>(())
//! ```

use crate::Error;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// An object and its way home while it is lent through a raw pointer.
struct Slot<T> {
    value: T,
    home: Option<Arc<Shelf<T>>>,
}

/// What the handles and guards of one pool share.
struct Shelf<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    returned: Condvar,
}

struct State<T> {
    free: Vec<Box<Slot<T>>>,
    stats: PoolStats,
}

impl<T> Shelf<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code of a user runs under the lock, so a poisoned one is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_back(&self, slot: Box<Slot<T>>) {
        let mut state = self.lock();
        state.free.push(slot);
        state.stats.releases += 1;
        drop(state);
        self.returned.notify_one();
    }
}

/// A fixed number of preallocated objects. Cloning the handle does not copy them.
pub struct Pool<T> {
    shelf: Arc<Shelf<T>>,
}

impl<T> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Pool { shelf: Arc::clone(&self.shelf) }
    }
}

/// What a pool has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Objects that belong to the pool.
    pub capacity: usize,
    /// Objects that can be acquired now.
    pub available: usize,
    /// Objects that are lent now.
    pub in_use: usize,
    /// The most that were lent at once.
    pub peak_usage: usize,
    /// Successful acquires.
    pub acquires: u64,
    /// Objects that came back.
    pub releases: u64,
    /// Acquires that had to wait.
    pub waits: u64,
}

impl<T> Pool<T> {
    /// Makes `capacity` objects, at least one. This is the only call that allocates.
    pub fn new(capacity: usize, make: impl FnMut() -> T) -> Pool<T> {
        let capacity = capacity.max(1);
        let mut make = make;
        let free: Vec<_> = (0..capacity).map(|_| Box::new(Slot { value: make(), home: None })).collect();
        let stats = PoolStats { capacity, ..PoolStats::default() };
        Pool { shelf: Arc::new(Shelf { capacity, state: Mutex::new(State { free, stats }), returned: Condvar::new() }) }
    }

    /// Lends an object, if one is free.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] if all are lent.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn try_acquire(&self) -> Result<Pooled<T>, Error> {
        let mut state = self.shelf.lock();
        match state.free.pop() {
            Some(slot) => Ok(self.lend(slot, &mut state)),
            None => Err(Error::PoolExhausted { capacity: self.shelf.capacity }),
        }
    }

    /// Lends an object, waiting until one comes back. `cancelled` is asked each time the wait is woken, also by
    /// [`wake`](Self::wake); when it says so, the answer is `None`.
    ///
    /// # Realtime
    /// Does not allocate. Blocks while all objects are lent.
    pub fn acquire_unless(&self, cancelled: impl Fn() -> bool) -> Option<Pooled<T>> {
        let mut state = self.shelf.lock();
        let mut waited = false;
        loop {
            if cancelled() {
                return None;
            }
            if let Some(slot) = state.free.pop() {
                state.stats.waits += u64::from(waited);
                return Some(self.lend(slot, &mut state));
            }
            waited = true;
            state = self.shelf.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Wakes everyone who waits, so that they look again whether they are cancelled.
    pub fn wake(&self) {
        // Under the lock, so that nobody sits between looking and waiting.
        let _state = self.shelf.lock();
        self.shelf.returned.notify_all();
    }

    fn lend(&self, slot: Box<Slot<T>>, state: &mut State<T>) -> Pooled<T> {
        state.stats.acquires += 1;
        let in_use = self.shelf.capacity - state.free.len();
        state.stats.peak_usage = state.stats.peak_usage.max(in_use);
        Pooled { slot: Some(slot), shelf: Arc::clone(&self.shelf) }
    }

    /// What the pool has done so far.
    pub fn stats(&self) -> PoolStats {
        let state = self.shelf.lock();
        let available = state.free.len();
        PoolStats { available, in_use: self.shelf.capacity - available, ..state.stats }
    }
}

impl<T> core::fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Pool").field(&self.stats()).finish()
    }
}

/// An object on loan; dropping it gives it back.
pub struct Pooled<T> {
    /// `None` only while the guard is taken apart.
    slot: Option<Box<Slot<T>>>,
    shelf: Arc<Shelf<T>>,
}

impl<T> Pooled<T> {
    /// Turns the guard into a pointer that C code can carry, for instance in an `AVBufferRef`. The object stays on
    /// loan until [`from_raw`](Self::from_raw).
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn into_raw(mut self) -> *mut core::ffi::c_void {
        let mut slot = self.slot.take().expect("a guard has its object");
        slot.home = Some(Arc::clone(&self.shelf));
        Box::into_raw(slot).cast()
    }

    /// Takes the guard back from the pointer.
    ///
    /// # Safety
    /// `pointer` came from [`into_raw`](Self::into_raw) of a `Pooled` of the same `T` and is used only this once.
    pub unsafe fn from_raw(pointer: *mut core::ffi::c_void) -> Pooled<T> {
        // SAFETY: by the caller's promise the pointer is the box that `into_raw` released.
        let mut slot = unsafe { Box::from_raw(pointer.cast::<Slot<T>>()) };
        let shelf = slot.home.take().expect("into_raw noted the way home");
        Pooled { slot: Some(slot), shelf }
    }
}

impl<T> Deref for Pooled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.slot.as_ref().expect("a guard has its object").value
    }
}

impl<T> DerefMut for Pooled<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.slot.as_mut().expect("a guard has its object").value
    }
}

impl<T> Drop for Pooled<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.shelf.put_back(slot);
        }
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_come_home_even_after_the_handle_is_gone() {
        let pool = Pool::new(2, || 0u32);
        let mut first = pool.try_acquire().unwrap();
        *first = 5;
        let raw = first.into_raw();
        assert_eq!(pool.stats().in_use, 1);
        let handle = pool.clone();
        drop(pool);
        // SAFETY: `raw` is fresh from `into_raw`.
        let first = unsafe { Pooled::<u32>::from_raw(raw) };
        assert_eq!(*first, 5);
        drop(first);
        let stats = handle.stats();
        assert_eq!((stats.in_use, stats.available, stats.peak_usage, stats.releases), (0, 2, 1, 1));
    }

    #[test]
    fn waiting_ends_when_an_object_returns_or_the_caller_cancels() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let pool = Pool::new(1, || ());
        let held = pool.try_acquire().unwrap();
        let cancelled = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| pool.acquire_unless(|| cancelled.load(Ordering::Acquire)).is_some());
            drop(held);
            assert!(waiter.join().unwrap());
        });
        let held = pool.try_acquire().unwrap();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| pool.acquire_unless(|| cancelled.load(Ordering::Acquire)).is_some());
            cancelled.store(true, Ordering::Release);
            pool.wake();
            assert!(!waiter.join().unwrap());
        });
        drop(held);
        assert_eq!(pool.stats().available, 1);
    }
}
