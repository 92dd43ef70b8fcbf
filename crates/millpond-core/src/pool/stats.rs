//! What a pool has done so far, in figures.

use std::iter::Sum;
use std::time::Duration;

/// What a pool has done so far. Taking this snapshot costs acquire and release nothing: it is read off the word that
/// they work on anyway.
///
/// Always `in_use + available == capacity` and `total_acquires - total_releases == in_use`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Objects that exist: the pool's own, and what was allocated beyond it and is still out.
    pub capacity: usize,
    /// Objects that can be acquired now.
    pub available: usize,
    /// Objects that are lent now.
    pub in_use: usize,
    /// The most that were lent at once.
    pub peak_usage: usize,
    /// Successful acquires.
    pub total_acquires: u64,
    /// Objects that came back.
    pub total_releases: u64,
    /// Objects that were made: at the start, by growing, beyond the pool, and buffers made anew.
    pub allocations: u64,
    /// Of these, objects made beyond the pool because it was exhausted.
    pub overflow: u64,
    /// Acquires that had to wait.
    pub waits: u64,
    /// How long they did, all together.
    pub wait_time: Duration,
    /// Bytes that the objects hold.
    pub bytes: usize,
}

impl Sum for PoolStats {
    /// Adds up several pools. The sum of their peaks is an upper bound of the common one.
    fn sum<I: Iterator<Item = PoolStats>>(pools: I) -> PoolStats {
        pools.fold(PoolStats::default(), |a, b| PoolStats {
            capacity: a.capacity + b.capacity,
            available: a.available + b.available,
            in_use: a.in_use + b.in_use,
            peak_usage: a.peak_usage + b.peak_usage,
            total_acquires: a.total_acquires + b.total_acquires,
            total_releases: a.total_releases + b.total_releases,
            allocations: a.allocations + b.allocations,
            overflow: a.overflow + b.overflow,
            waits: a.waits + b.waits,
            wait_time: a.wait_time + b.wait_time,
            bytes: a.bytes + b.bytes,
        })
    }
}
