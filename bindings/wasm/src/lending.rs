//! What every pool of the package shares: objects that TypeScript borrows by number, and the policies as numbers.
//!
//! The pool's objects never move, so an address stays good until the object is released; only the `ArrayBuffer` around
//! it may change, and TypeScript looks at that. An object that is out when the pool is closed stays good until then.

use crate::{errors, memory};
use core::cell::RefCell;
use core::time::Duration;
use millpond_core::Error;
use millpond_core::pool::{Exhausted, Growth, Pool, PoolConfig, PoolStats, Pooled, Recycle, Reset};
use wasm_bindgen::prelude::*;

/// A pool, and what it has lent.
pub(crate) struct Lending<T: Recycle> {
    pub(crate) pool: Pool<T>,
    /// Lent objects; TypeScript knows them by index.
    lent: Vec<RefCell<Option<Pooled<T>>>>,
    object_bytes: u64,
}

/// The most objects of one pool.
const MAX_CAPACITY: u32 = 1024;

/// Size and policies of a pool, from numbers. A constructor takes it and uses it up.
#[wasm_bindgen]
pub struct PoolPolicy(PoolConfig);

#[wasm_bindgen]
impl PoolPolicy {
    /// `growth` is 0 for none, -1 for doubling, else the step; `exhausted` is 0 to fail, 1 to allocate, 2 to wait (for
    /// `wait_ms`, if that is a number).
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        initial: u32,
        capacity: u32,
        growth: i32,
        exhausted: u32,
        wait_ms: f64,
        zero: bool,
    ) -> Result<PoolPolicy, JsValue> {
        let bad = |name, value: u32, expected| {
            Err(errors::core(Error::BadParameter { name, value: f64::from(value), expected }))
        };
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            return bad("capacity of a pool", capacity, "1 to 1024 objects");
        }
        if initial > capacity {
            return bad("initial capacity of a pool", initial, "at most the capacity");
        }
        let growth = match growth {
            0 => Growth::Fixed,
            -1 => Growth::Exponential,
            step => Growth::Linear(usize::try_from(step).unwrap_or(0)),
        };
        let exhausted = match exhausted {
            1 => Exhausted::Allocate,
            2 => Exhausted::Wait { deadline: Duration::try_from_secs_f64(wait_ms / 1000.0).ok() },
            _ => Exhausted::Fail,
        };
        let reset = if zero { Reset::Zero } else { Reset::Keep };
        let config = PoolConfig::growing(initial as usize, capacity as usize);
        Ok(PoolPolicy(config.growth(growth).exhausted(exhausted).reset(reset)))
    }
}

impl<T: Recycle> Lending<T> {
    /// Makes the pool, whose objects take so many bytes each, after seeing to it that there is room for them.
    pub(crate) fn new(
        PoolPolicy(config): PoolPolicy,
        object_bytes: u64,
        make: impl FnOnce(PoolConfig) -> Result<Pool<T>, Error>,
    ) -> Result<Lending<T>, JsValue> {
        memory::reserve((config.initial as u64).saturating_mul(object_bytes))?;
        let pool = make(config).map_err(errors::core)?;
        let lent = (0..config.initial).map(|_| RefCell::default()).collect();
        Ok(Lending { pool, lent, object_bytes })
    }

    /// Borrows an object and returns its number.
    pub(crate) fn acquire(&mut self) -> Result<u32, JsValue> {
        // An allocation that failed would end the module, so there must be room before the pool makes more.
        let more = self.due();
        if more > 0 {
            memory::reserve((more as u64).saturating_mul(self.object_bytes))?;
        }
        let object = self.pool.acquire().map_err(errors::core)?;
        let free = self.lent.iter_mut().position(|slot| slot.get_mut().is_none());
        let index = free.unwrap_or_else(|| {
            self.lent.push(RefCell::default());
            self.lent.len() - 1
        });
        *self.lent[index].get_mut() = Some(object);
        Ok(index as u32)
    }

    /// How many objects the next acquire would make.
    fn due(&self) -> usize {
        let (stats, config) = (self.pool.stats(), self.pool.config());
        if stats.available > 0 {
            return 0;
        }
        let room = config.max.saturating_sub(stats.capacity);
        let step = match config.growth {
            Growth::Fixed => 0,
            Growth::Linear(step) => step.min(room),
            Growth::Exponential => stats.capacity.max(1).min(room),
        };
        if step == 0 && config.exhausted == Exhausted::Allocate { 1 } else { step }
    }

    /// An object that is lent.
    pub(crate) fn get(&mut self, index: u32) -> Option<&mut T> {
        self.lent.get_mut(index as usize)?.get_mut().as_deref_mut()
    }

    /// Works on a lent object.
    ///
    /// # Errors
    /// `E_CLOSED` if it is not lent, `E_SAME_PICTURE` if it is being written in the same call.
    #[cfg(feature = "video")]
    pub(crate) fn read<R>(&self, index: u32, work: impl FnOnce(&T) -> Result<R, JsValue>) -> Result<R, JsValue> {
        let slot = self.lent.get(index as usize).ok_or_else(not_lent)?;
        work(slot.try_borrow().map_err(|_| same_picture())?.as_ref().ok_or_else(not_lent)?)
    }

    /// Writes a lent object.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    #[cfg(feature = "video")]
    pub(crate) fn write<R>(&self, index: u32, work: impl FnOnce(&mut T) -> Result<R, JsValue>) -> Result<R, JsValue> {
        let slot = self.lent.get(index as usize).ok_or_else(not_lent)?;
        work(slot.try_borrow_mut().map_err(|_| same_picture())?.as_mut().ok_or_else(not_lent)?)
    }

    /// Takes an object back; a number that is not lent is ignored.
    pub(crate) fn release(&mut self, index: u32) {
        if let Some(slot) = self.lent.get_mut(index as usize) {
            *slot.get_mut() = None;
        }
    }
}

#[cfg(feature = "video")]
fn not_lent() -> JsValue {
    errors::thrown("E_CLOSED", &"this slot was released")
}

#[cfg(feature = "video")]
fn same_picture() -> JsValue {
    errors::thrown("E_SAME_PICTURE", &"a picture cannot be read and written in one call")
}

/// Figures in the order of `PoolStats` in TypeScript; the wait time is in milliseconds.
pub(crate) fn stats_figure(stats: &PoolStats, figure: u32) -> f64 {
    match figure {
        0 => stats.capacity as f64,
        1 => stats.available as f64,
        2 => stats.in_use as f64,
        3 => stats.peak_usage as f64,
        4 => stats.total_acquires as f64,
        5 => stats.total_releases as f64,
        6 => stats.allocations as f64,
        7 => stats.overflow as f64,
        8 => stats.bytes as f64,
        _ => 0.0,
    }
}

/// The calls that every pool has, for its type and the field that lends.
macro_rules! pool_calls {
    ($pool:ident) => {
        #[wasm_bindgen]
        impl $pool {
            /// Borrows an object and returns its number.
            ///
            /// # Errors
            /// `E_POOL_EXHAUSTED` (also under the policy that waits: there is nobody who could bring one back meanwhile),
            /// `E_CLOSED`, `E_OUT_OF_MEMORY`.
            ///
            /// # Realtime
            /// Does not allocate while an object is free.
            pub fn acquire(&mut self) -> Result<u32, JsValue> {
                self.lending.acquire()
            }

            /// Gives an object back; a number that is not lent is ignored.
            ///
            /// # Realtime
            /// Does not allocate.
            pub fn release(&mut self, index: u32) {
                self.lending.release(index);
            }

            /// One figure of the statistics, in the order of `PoolStats` in TypeScript.
            pub fn stats(&self, figure: u32) -> f64 {
                crate::lending::stats_figure(&self.lending.pool.stats(), figure)
            }

            /// Frees what is not lent; what is lent stays good and is freed when it comes back.
            pub fn close(&self) {
                self.lending.pool.close();
            }
        }
    };
}
pub(crate) use pool_calls;
