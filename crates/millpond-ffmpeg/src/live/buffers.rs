//! The memory of the packets that wait: a pool of buffers in classes of 1 KiB, 8 KiB, 64 KiB and so on, each with as many
//! buffers as the queue's bounds allow of it, all made at the start. The system gives their memory when it is first
//! written. What a reader holds beyond that is allocated and counted as overflow.

use super::config::QueueConfig;
use crate::sys::{self, PACKET_PADDING};
use crate::{Error, Packet};
use millpond_core::pool::{BufferPool, Exhausted, PoolConfig, PoolStats};

/// Buffers for the packets of one queue.
pub(crate) struct PacketBuffers {
    pool: BufferPool,
    sizes: Vec<usize>,
}

impl PacketBuffers {
    pub(crate) fn new(queue: &QueueConfig) -> Result<PacketBuffers, Error> {
        let sizes = std::iter::successors(Some(1usize << 10), |size| size.checked_mul(8));
        let mut sizes: Vec<usize> = sizes.take_while(|size| *size < queue.bytes).collect();
        sizes.push(queue.bytes);
        // One more is being written and one read.
        let count = |size: &usize| (queue.bytes / size).min(queue.packets) + 2;
        let config = |size| PoolConfig::fixed(count(size)).exhausted(Exhausted::Allocate);
        let classes: Vec<(usize, PoolConfig)> = sizes.iter().map(|size| (*size, config(size))).collect();
        Ok(PacketBuffers { pool: BufferPool::new(&classes)?, sizes })
    }

    /// Bytes that a packet takes; `None` if it is larger than all classes.
    pub(crate) fn bytes_for(&self, packet: &Packet) -> Option<usize> {
        let needed = packet.data().len() + PACKET_PADDING;
        self.sizes.iter().copied().find(|size| *size >= needed)
    }

    /// Moves a packet's bytes into a buffer. Does not allocate unless the reader holds more than it should.
    pub(crate) fn take_in(&self, packet: &mut Packet) -> Result<(), Error> {
        let buffer = self.pool.acquire(packet.data().len() + PACKET_PADDING)?;
        let failed = |error: ffmpeg_next::Error| Error::Temporary { what: "a packet", reason: error.to_string() };
        sys::pooled(packet.raw_mut(), buffer).map_err(failed)
    }

    pub(crate) fn stats(&self) -> PoolStats {
        self.pool.stats()
    }
}

impl Drop for PacketBuffers {
    fn drop(&mut self) {
        // Buffers that packets still refer to are freed with them.
        drop(self.pool.close());
    }
}
