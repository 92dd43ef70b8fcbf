//! What pools synchronise with: the standard library's primitives, or loom's while its models run (`--cfg loom`).

cfg_if::cfg_if! {
    if #[cfg(loom)] {
        pub(super) use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, fence};
        pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};
        pub(super) use loom::sync::atomic::AtomicBool;

        /// Another thread was faster.
        pub(super) fn back_off(_attempt: &mut u32) {
            loom::thread::yield_now();
        }

        /// Stands in each slot for the object, whose accesses loom cannot see: it fails the model when two threads
        /// touch an object and neither is known to come first.
        pub(super) struct Witness(loom::cell::UnsafeCell<()>);

        impl Witness {
            pub(super) fn new() -> Witness {
                Witness(loom::cell::UnsafeCell::new(()))
            }

            pub(super) fn touch(&self) {
                self.0.with_mut(|_| ());
            }
        }
    } else {
        pub(super) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, fence};
        pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
        pub(super) use std::sync::atomic::AtomicBool;

        /// Another thread was faster: waits a little, longer each time, so that the cache line is left to one of them.
        #[cold]
        #[inline(never)]
        pub(super) fn back_off(attempt: &mut u32) {
            for _ in 0..1 << *attempt {
                std::hint::spin_loop();
            }
            *attempt = (*attempt + 1).min(6);
        }

        /// Nothing; see the other one.
        pub(super) struct Witness;

        impl Witness {
            pub(super) fn new() -> Witness {
                Witness
            }

            pub(super) fn touch(&self) {}
        }
    }
}

/// Locks, though a thread may have panicked meanwhile: no foreign code runs under the locks of a pool that could leave
/// something half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
