//! Pools of frames by layout, under one limit of bytes.
//!
//! A stream may change its size or format at any picture; its next frame then comes from a pool of the new layout, which
//! is made at that moment (counted as [opening](crate::memory::opening)). The old pool stays, in case the stream
//! changes back, until its memory is needed: before the limit would be passed, pools of which nothing is lent are freed,
//! the one that was used longest ago first. Who knows that a layout is over says so with [`PoolSet::retire`]: its free
//! frames are freed at once, the others when they come back. Their bytes count until then.

use super::budget::Budget;
use super::sync::{Mutex, MutexGuard, lock};
use super::{Exhausted, Leak, Pool, PoolConfig, PoolStats, Pooled};
use crate::Error;
use crate::memory::opening;
use crate::video::{Frame, FrameLayout, FramePool};
use std::panic::Location;
use std::sync::Arc;

/// Pools of frames, one for each layout that was asked for.
///
/// ```
/// use millpond_core::pool::{PoolConfig, PoolSet};
/// use millpond_core::video::{FrameLayout, PixelFormat};
///
/// let frames = PoolSet::new(PoolConfig::growing(1, 8), 64 << 20)?;
/// let hd = FrameLayout::aligned(PixelFormat::I420, 1920, 1080)?;
/// let small = FrameLayout::aligned(PixelFormat::I420, 640, 360)?;
/// let before = frames.acquire(&hd)?;
/// let after = frames.acquire(&small)?; // the stream changed its size
/// frames.retire(&hd);
/// assert_eq!((before.layout(), after.layout()), (&hd, &small));
/// drop(before); // freed
/// assert_eq!(frames.stats().bytes, small.size());
/// # Ok::<(), millpond_core::Error>(())
/// ```
pub struct PoolSet {
    config: PoolConfig,
    budget: Arc<Budget>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one used longest ago first.
    pools: Vec<(FrameLayout, FramePool)>,
    /// Closed pools with frames that are still out.
    draining: Vec<FramePool>,
    /// Totals of the pools that are gone.
    past: PoolStats,
    is_closed: bool,
}

impl PoolSet {
    /// An empty set: how each of its pools will be configured, and the most bytes that all of them may hold together,
    /// frames beyond their capacity included.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the configuration makes no sense.
    pub fn new(config: PoolConfig, max_bytes: usize) -> Result<PoolSet, Error> {
        config.check()?;
        Ok(PoolSet { config, budget: Arc::new(Budget::new(max_bytes)), state: Mutex::new(State::default()) })
    }

    /// Lends a frame of this layout, from a pool that is made now if it is the first. What happens when all frames of
    /// the layout are lent is up to the configuration; a pool grows only as far as the limit of bytes allows.
    ///
    /// # Errors
    /// [`Error::PoolBudget`] if a new pool's frames do not fit, though all pools that could be freed were;
    /// [`Error::PoolClosed`], and those of [`Pool::acquire`].
    ///
    /// # Realtime
    /// Does not allocate if the layout has a free frame. Takes a short lock.
    #[track_caller]
    pub fn acquire(&self, layout: &FrameLayout) -> Result<Pooled<Frame>, Error> {
        let place = Location::caller();
        loop {
            let mut state = lock(&self.state);
            if state.is_closed {
                return Err(Error::PoolClosed);
            }
            let pool = self.pool(&mut state, layout)?;
            if let Ok(frame) = pool.try_acquire_noting(place) {
                return Ok(frame);
            }
            let pool = pool.clone();
            let may_allocate = pool.may_grow() || self.config.exhausted == Exhausted::Allocate;
            if may_allocate {
                // Not the last one, which is this.
                self.make_room(&mut state, Frame::bytes_of(layout), 1);
            }
            // Others go on while this one grows or waits.
            drop(state);
            match pool.acquire_noting(place) {
                // Another thread has freed it meanwhile, because it looked idle.
                Err(Error::PoolClosed) => {}
                outcome => return outcome,
            }
        }
    }

    /// Says that frames of this layout will not be needed: its pool is closed and drains.
    pub fn retire(&self, layout: &FrameLayout) {
        let mut state = lock(&self.state);
        if let Some(at) = state.pools.iter().position(|(known, _)| known == layout) {
            state.drain(at);
        }
    }

    /// The layouts that have a pool, the one used longest ago first. Allocates.
    pub fn layouts(&self) -> Vec<FrameLayout> {
        lock(&self.state).pools.iter().map(|(layout, _)| *layout).collect()
    }

    /// The figures of all pools added up, also of those that drain and, for totals, of those that are gone.
    pub fn stats(&self) -> PoolStats {
        let mut state = lock(&self.state);
        state.forget_drained();
        let pools = state.pools.iter().map(|(_, pool)| pool).chain(&state.draining);
        pools.map(Pool::stats).chain([state.past]).sum()
    }

    /// Ends the set: whoever acquires gets [`Error::PoolClosed`], free frames are freed now, lent ones when they come
    /// back. Returns who still holds frames, see [`Pool::close`].
    pub fn close(&self) -> Vec<Leak> {
        let mut state = lock(&self.state);
        state.is_closed = true;
        while !state.pools.is_empty() {
            state.drain(0);
        }
        state.draining.iter().flat_map(Pool::close).collect()
    }

    /// The pool of a layout, which is now the one used last.
    fn pool<'a>(&self, state: &'a mut MutexGuard<'_, State>, layout: &FrameLayout) -> Result<&'a FramePool, Error> {
        let last = match state.pools.iter().position(|(known, _)| known == layout) {
            Some(at) => {
                state.pools[at..].rotate_left(1);
                state.pools.len() - 1
            }
            None => {
                let bytes = Frame::bytes_of(layout);
                self.make_room(state, bytes.saturating_mul(self.config.initial), 0);
                let budget = Some((Arc::clone(&self.budget), bytes));
                let layout = *layout;
                opening(|| {
                    let pool = Pool::within(self.config, budget, move || Frame::new(layout))?;
                    state.pools.push((layout, pool));
                    Ok::<_, Error>(())
                })?;
                state.pools.len() - 1
            }
        };
        Ok(&state.pools[last].1)
    }

    /// Frees pools of which nothing is lent until so many bytes are left, or no such pool is. The `kept` pools used last
    /// stay.
    fn make_room(&self, state: &mut State, bytes: usize, kept: usize) {
        let mut at = 0;
        while self.budget.left() < bytes && at + kept < state.pools.len() {
            if state.pools[at].1.stats().in_use == 0 {
                state.drain(at);
            } else {
                at += 1;
            }
        }
    }
}

impl State {
    /// Closes the pool at this index. Its frames that are still out keep it among the draining ones.
    fn drain(&mut self, at: usize) {
        let (_, pool) = self.pools.remove(at);
        pool.close();
        self.draining.push(pool);
        self.forget_drained();
    }

    fn forget_drained(&mut self) {
        let past = &mut self.past;
        self.draining.retain(|pool| {
            let stats = pool.stats();
            if stats.in_use == 0 {
                *past = [*past, stats].into_iter().sum();
            }
            stats.in_use > 0
        });
    }
}

impl core::fmt::Debug for PoolSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let state = lock(&self.state);
        let pools = state.pools.iter().map(|(layout, pool)| (layout, pool.stats()));
        f.debug_map().entries(pools).finish()
    }
}
