//! What an object must be able to do so that a pool can lend it again.

use super::Reset;
use bytemuck::Zeroable;

/// An object that a pool can lend again and again.
///
/// ```
/// use millpond_core::pool::{Recycle, Reset};
///
/// struct Scratch(Box<[f32]>);
///
/// impl Recycle for Scratch {
///     fn recycle(&mut self, reset: Reset) {
///         if reset == Reset::Zero {
///             self.0.fill(0.0);
///         }
///     }
///
///     fn bytes(&self) -> usize {
///         size_of_val(&*self.0)
///     }
/// }
/// ```
pub trait Recycle {
    /// Makes the object ready for its next borrower: called whenever it comes back, also before one that the pool does
    /// not keep is freed. With [`Reset::Zero`] nothing of its contents may stay.
    fn recycle(&mut self, reset: Reset);

    /// Called before each loan: makes anew what [`recycle`](Self::recycle) threw away. Returns whether it allocated.
    fn prepare(&mut self) -> bool {
        false
    }

    /// Bytes of memory that it holds, for [`PoolStats::bytes`](super::PoolStats::bytes).
    fn bytes(&self) -> usize;
}

impl<T: Zeroable + Clone> Recycle for Vec<T> {
    /// The length stays as it is.
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            let length = self.len();
            self.clear();
            self.resize(self.capacity(), T::zeroed());
            std::hint::black_box(self.as_mut_slice());
            self.truncate(length);
        }
    }

    fn bytes(&self) -> usize {
        self.capacity() * size_of::<T>()
    }
}

impl<T: Zeroable + Clone> Recycle for Box<[T]> {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            self.fill(T::zeroed());
            std::hint::black_box(&mut **self);
        }
    }

    fn bytes(&self) -> usize {
        size_of_val(&**self)
    }
}
