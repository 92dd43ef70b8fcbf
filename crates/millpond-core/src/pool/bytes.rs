//! A pooled buffer for many readers: as [`bytes::Buf`], and as [`bytes::Bytes`] for whoever insists on that type.

use super::buffer::Buffer;
use super::{Pooled, SharedPooled};
use bytes::{Buf, Bytes};
use std::ops::{Bound, Deref, RangeBounds};
use std::sync::atomic::Ordering;

/// The bytes of a pooled buffer, or a part of them, for a response that may take long. Nothing is copied; clones and
/// parts are counted in the buffer's slot, and the buffer goes back to its pool when the last of them is dropped.
///
/// ```
/// use bytes::Buf;
/// use millpond_core::pool::{BufferPool, PoolConfig, PooledBytes};
///
/// let buffers = BufferPool::new(&[(1 << 16, PoolConfig::fixed(1))])?;
/// let mut segment = buffers.acquire(1)?;
/// segment.extend_from_slice(b"moof mdat");
/// let mut body = PooledBytes::from(segment);
/// let other_reader = body.clone();
/// body.advance(5);
/// assert_eq!((body.chunk(), &*other_reader), (&b"mdat"[..], &b"moof mdat"[..]));
/// drop((body, other_reader));
/// assert_eq!(buffers.stats().available, 1);
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PooledBytes {
    buffer: SharedPooled<Buffer>,
    start: usize,
    end: usize,
}

impl From<Pooled<Buffer>> for PooledBytes {
    /// Does not allocate.
    fn from(buffer: Pooled<Buffer>) -> PooledBytes {
        let end = buffer.len();
        PooledBytes { buffer: buffer.share(), start: 0, end }
    }
}

impl PooledBytes {
    /// A part of these bytes; `None` if the range does not lie within them. Does not allocate.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Option<PooledBytes> {
        let from = match range.start_bound() {
            Bound::Included(&from) => from,
            Bound::Excluded(&before) => before.checked_add(1)?,
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(&last) => last.checked_add(1)?,
            Bound::Excluded(&to) => to,
            Bound::Unbounded => self.len(),
        };
        let fits = from <= to && to <= self.len();
        fits.then(|| PooledBytes { buffer: self.buffer.clone(), start: self.start + from, end: self.start + to })
    }

    /// The same bytes as [`bytes::Bytes`], without a copy.
    ///
    /// # Realtime
    /// One small allocation, for the counter that `Bytes` keeps of its own; counted by
    /// [`BufferPool::bytes_made`](super::BufferPool::bytes_made). Clones and slices of the result take no more.
    pub fn into_bytes(self) -> Bytes {
        self.buffer.wraps.fetch_add(1, Ordering::Relaxed);
        Bytes::from_owner(self)
    }
}

impl Deref for PooledBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }
}

impl AsRef<[u8]> for PooledBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Buf for PooledBytes {
    fn remaining(&self) -> usize {
        self.end - self.start
    }

    fn chunk(&self) -> &[u8] {
        self
    }

    /// Going past the end goes to the end.
    fn advance(&mut self, count: usize) {
        self.start += count.min(self.remaining());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{BufferPool, PoolConfig};

    fn filled(buffers: &BufferPool) -> PooledBytes {
        let mut buffer = buffers.acquire(1).unwrap();
        buffer.extend_from_slice(b"0123456789");
        buffer.into()
    }

    #[test]
    fn parts_and_bytes_read_the_same_memory_and_the_last_one_gives_it_back() {
        let buffers = BufferPool::new(&[(64, PoolConfig::fixed(1))]).unwrap();
        let all = filled(&buffers);
        let part = all.slice(2..=4).unwrap();
        assert_eq!(&*part, b"234");
        assert_eq!(part.as_ptr(), all[2..].as_ptr());
        assert!(part.slice(1..4).is_none() && part.slice(3..).is_some());
        assert!(all.slice((Bound::Excluded(usize::MAX), Bound::Unbounded)).is_none());
        let bytes = part.into_bytes();
        let clone = bytes.slice(1..);
        assert_eq!(clone.as_ptr(), all[3..].as_ptr());
        drop((all, bytes));
        assert_eq!(buffers.stats().available, 0);
        drop(clone);
        assert_eq!((buffers.stats().available, buffers.stats().allocations, buffers.bytes_made()), (1, 1, 1));
    }

    #[test]
    fn reading_ends_at_the_end() {
        let buffers = BufferPool::new(&[(64, PoolConfig::fixed(1))]).unwrap();
        let mut bytes = filled(&buffers);
        assert_eq!(bytes.get_u8(), b'0');
        bytes.advance(usize::MAX);
        assert_eq!((bytes.remaining(), bytes.chunk()), (0, &b""[..]));
    }
}
