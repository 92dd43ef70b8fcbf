//! A number of bytes that several pools share.

use super::sync::AtomicUsize;
use std::sync::atomic::Ordering;

/// What is left of the bytes that the pools of a set may hold together.
pub(super) struct Budget {
    left: AtomicUsize,
}

impl Budget {
    #[cfg(feature = "video")]
    pub(super) fn new(bytes: usize) -> Budget {
        Budget { left: AtomicUsize::new(bytes) }
    }

    /// Takes so many bytes if they are left.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}
