//! Buffers of bytes whose length is not known beforehand: packets, segments, JPEG files.
//!
//! A [`BufferPool`] has a pool for each of a few sizes, its classes. A buffer may grow while it is lent, as any `Vec`
//! does. When it comes back its length is 0 and its memory stays, unless it grew beyond twice its class, or was shrunk
//! below it: then that memory is freed, and the buffer gets new memory of its class when it is lent again. So one
//! giant packet does not stay for ever.

use super::{Pool, PoolConfig, PoolStats, Pooled, Recycle, Reset};
use crate::Error;
use crate::sorted::sorted_by_key;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::Arc;
#[cfg(feature = "bytes")]
use std::sync::atomic::{AtomicU64, Ordering};

/// A buffer of a [`BufferPool`]: a `Vec<u8>` that has at least the capacity of its class when it is acquired.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    class: usize,
    /// Times a buffer of this pool was made `bytes::Bytes`.
    #[cfg(feature = "bytes")]
    pub(super) wraps: Arc<AtomicU64>,
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Recycle for Buffer {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            Recycle::recycle(&mut self.bytes, Reset::Zero);
        }
        self.bytes.clear();
        let capacity = self.bytes.capacity();
        if capacity < self.class || capacity > self.class.saturating_mul(2) {
            self.bytes = Vec::new();
        }
    }

    fn prepare(&mut self) -> bool {
        let is_short = self.bytes.capacity() < self.class;
        if is_short {
            self.bytes.reserve_exact(self.class);
        }
        is_short
    }

    fn bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Pools of buffers, one for each size class. Clones are handles of the same pools.
///
/// ```
/// use millpond_core::pool::{BufferPool, PoolConfig};
///
/// let buffers = BufferPool::new(&[(4 << 10, PoolConfig::fixed(8)), (1 << 20, PoolConfig::growing(1, 4))])?;
/// let mut packet = buffers.acquire(5_000)?;
/// packet.extend_from_slice(b"keyframe");
/// assert_eq!(packet.capacity(), 1 << 20);
/// assert_eq!(buffers.acquire(2 << 20).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone)]
pub struct BufferPool {
    /// From the smallest class to the largest.
    classes: Arc<[(usize, Pool<Buffer>)]>,
    #[cfg(feature = "bytes")]
    wraps: Arc<AtomicU64>,
}

impl BufferPool {
    /// Makes the pools: for each class the bytes of a buffer, and how the pool of such buffers is configured. Allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if there is no class, a class of 0 bytes, two of the same size, or a configuration that
    /// makes no sense.
    pub fn new(classes: &[(usize, PoolConfig)]) -> Result<BufferPool, Error> {
        let bad = |name, value: usize, expected| Err(Error::BadParameter { name, value: value as f64, expected });
        let classes = sorted_by_key(classes.iter().copied(), |(class, _)| *class);
        match classes.first() {
            None => return bad("number of size classes", 0, "at least 1"),
            Some((0, _)) => return bad("bytes of a size class", 0, "at least 1"),
            _ => {}
        }
        if let Some(same) = classes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return bad("bytes of a size class", same[0].0, "each class once");
        }
        #[cfg(feature = "bytes")]
        let wraps = Arc::new(AtomicU64::new(0));
        let pools = classes.into_iter().map(|(class, config)| {
            #[cfg(feature = "bytes")]
            let wraps = Arc::clone(&wraps);
            let make = move || Buffer {
                bytes: Vec::with_capacity(class),
                class,
                #[cfg(feature = "bytes")]
                wraps: Arc::clone(&wraps),
            };
            Ok((class, Pool::new(config, make)?))
        });
        Ok(BufferPool {
            classes: pools.collect::<Result<_, Error>>()?,
            #[cfg(feature = "bytes")]
            wraps,
        })
    }

    /// Lends an empty buffer with room for at least so many bytes, as the configuration of its class says.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if no class is so large, and those of [`Pool::acquire`].
    ///
    /// # Realtime
    /// Does not allocate while a buffer of the class is free, unless the last one to use it made it grow far beyond its
    /// class; counted in [`PoolStats::allocations`].
    #[track_caller]
    pub fn acquire(&self, at_least: usize) -> Result<Pooled<Buffer>, Error> {
        self.class(at_least)?.acquire_noting(Location::caller())
    }

    /// The pool of the smallest class with room for at least so many bytes, for the other ways to acquire.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if no class is so large.
    pub fn class(&self, at_least: usize) -> Result<&Pool<Buffer>, Error> {
        let largest = self.classes.last().map_or(0, |(class, _)| *class);
        let fitting = self.classes.iter().find(|(class, _)| *class >= at_least);
        fitting.map(|(_, pool)| pool).ok_or(Error::BufferTooSmall { needed: at_least, got: largest })
    }

    /// Size and pool of every class, the smallest first.
    pub fn classes(&self) -> impl Iterator<Item = (usize, &Pool<Buffer>)> {
        self.classes.iter().map(|(class, pool)| (*class, pool))
    }

    /// The figures of all classes added up.
    pub fn stats(&self) -> PoolStats {
        self.classes().map(|(_, pool)| pool.stats()).sum()
    }

    /// How often a buffer was made `bytes::Bytes`, which takes a small allocation each time that
    /// [`PoolStats::allocations`] does not count.
    #[cfg(feature = "bytes")]
    pub fn bytes_made(&self) -> u64 {
        self.wraps.load(Ordering::Relaxed)
    }

    /// Closes the pools of all classes, see [`Pool::close`]. Returns who still holds buffers.
    pub fn close(&self) -> Vec<super::Leak> {
        self.classes().flat_map(|(_, pool)| pool.close()).collect()
    }
}

impl core::fmt::Debug for BufferPool {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.classes().map(|(class, pool)| (class, pool.stats()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_keeps_its_memory_unless_it_grew_or_shrank_too_much() {
        let buffers = BufferPool::new(&[(100, PoolConfig::fixed(1))]).unwrap();
        let use_it = |work: fn(&mut Vec<u8>)| {
            let mut buffer = buffers.acquire(1).unwrap();
            assert!(buffer.is_empty() && buffer.capacity() >= 100);
            work(&mut buffer);
            drop(buffer);
            buffers.stats()
        };
        let kept = use_it(|buffer| buffer.extend_from_slice(&[1; 100]));
        assert_eq!((kept.allocations, kept.bytes), (1, 100));
        let doubled = use_it(|buffer| buffer.reserve_exact(200));
        assert_eq!((doubled.allocations, doubled.bytes), (1, 200));
        let grown = use_it(|buffer| buffer.reserve_exact(201));
        assert_eq!((grown.allocations, grown.bytes), (1, 0));
        let made_anew = use_it(|_| ());
        assert_eq!((made_anew.allocations, made_anew.bytes), (2, 100));
        let shrunk = use_it(|buffer| buffer.shrink_to(99));
        assert_eq!((shrunk.allocations, shrunk.bytes), (2, 0));
        assert_eq!(buffers.acquire(1).unwrap().capacity(), 100);
        assert_eq!((buffers.stats().allocations, buffers.stats().bytes), (3, 100));
    }

    #[test]
    fn the_smallest_class_that_fits_is_taken() {
        let sizes = [(1000, PoolConfig::fixed(1)), (10, PoolConfig::fixed(2))];
        let buffers = BufferPool::new(&sizes).unwrap();
        for (at_least, capacity) in [(0, 10), (10, 10), (11, 1000), (1000, 1000)] {
            assert_eq!(buffers.acquire(at_least).unwrap().capacity(), capacity, "{at_least}");
        }
        assert_eq!(buffers.acquire(1001).unwrap_err(), Error::BufferTooSmall { needed: 1001, got: 1000 });
        let held = buffers.acquire(11).unwrap();
        assert_eq!(buffers.acquire(11).unwrap_err(), Error::PoolExhausted { capacity: 1 });
        drop(held);
        assert_eq!((buffers.stats().capacity, buffers.stats().total_acquires), (3, 5));
    }

    #[test]
    fn zeroing_reaches_what_lies_behind_the_length() {
        let mut buffer = vec![7u8; 64];
        buffer.truncate(1);
        Recycle::recycle(&mut buffer, Reset::Zero);
        assert_eq!((buffer.len(), buffer.capacity()), (1, 64));
        buffer.resize(64, 1);
        assert_eq!(buffer[0], 0);
    }

    #[test]
    fn classes_that_make_no_sense_are_refused() {
        let one = PoolConfig::fixed(1);
        for classes in [&[][..], &[(0, one)], &[(5, one), (5, one)], &[(5, PoolConfig::fixed(0))]] {
            assert_eq!(BufferPool::new(classes).unwrap_err().code(), "E_BAD_PARAMETER");
        }
    }
}
