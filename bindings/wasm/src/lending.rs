//! What every pool of the package shares: objects that TypeScript borrows by number, and the policies as numbers.
//!
//! The pool's objects never move, so an address stays good until the object is released; only the `ArrayBuffer` around
//! it may change, and TypeScript looks at that. An object that is out when the pool is closed stays good until then.

use crate::{errors, memory};
use core::cell::{Cell, RefCell};
use core::time::Duration;
use millpond_core::Error;
use millpond_core::pool::{Exhausted, Growth, Pool, PoolConfig, PoolStats, Pooled, Recycle, Reset};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasm_bindgen::prelude::*;

/// A pool, and what it has lent.
pub(crate) struct Lending<T: Recycle> {
    pub(crate) pool: Pool<T>,
    pub(crate) lent: Lent<T>,
    object_bytes: u64,
}

/// Lent objects; TypeScript knows them by index.
pub(crate) struct Lent<T: Recycle>(Vec<Rc<Loan<T>>>);

/// A place for a lent object.
pub(crate) struct Loan<T: Recycle> {
    /// Tells the object from what lay here before; no two loans have the same.
    number: Cell<u64>,
    object: RefCell<Option<Pooled<T>>>,
}

/// Numbers loans.
static LOANS: AtomicU64 = AtomicU64::new(1);

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

#[cfg(feature = "video")]
impl PoolPolicy {
    pub(crate) fn config(self) -> PoolConfig {
        self.0
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
        Ok(Lending { pool, lent: Lent::with_room(config.initial), object_bytes })
    }

    /// Borrows an object and returns its number.
    pub(crate) fn acquire(&mut self) -> Result<u32, JsValue> {
        reserve_for(&self.pool, self.object_bytes)?;
        Ok(self.lent.lend(self.pool.acquire().map_err(errors::core)?))
    }
}

/// Sees to it that there is room for what the next acquire makes: an allocation that failed would end the module.
pub(crate) fn reserve_for<T: Recycle>(pool: &Pool<T>, object_bytes: u64) -> Result<(), JsValue> {
    match due(pool.stats(), pool.config()) {
        0 => Ok(()),
        more => memory::reserve((more as u64).saturating_mul(object_bytes)),
    }
}

/// How many objects the next acquire would make.
fn due(stats: PoolStats, config: &PoolConfig) -> usize {
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

impl<T: Recycle> Lent<T> {
    /// Room for so many objects at once.
    pub(crate) fn with_room(objects: usize) -> Lent<T> {
        Lent((0..objects).map(|_| Rc::default()).collect())
    }

    /// Lends an object by number.
    ///
    /// # Realtime
    /// Allocates only for more objects than were ever lent at once.
    pub(crate) fn lend(&mut self, object: Pooled<T>) -> u32 {
        let free = self.0.iter().position(|loan| loan.object.try_borrow().is_ok_and(|object| object.is_none()));
        let index = free.unwrap_or_else(|| {
            self.0.push(Rc::default());
            self.0.len() - 1
        });
        self.0[index].number.set(LOANS.fetch_add(1, Ordering::Relaxed));
        self.0[index].object.replace(Some(object));
        index as u32
    }

    /// Works on a lent object; `None` if it is not lent.
    pub(crate) fn with<R>(&self, index: u32, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.get(index as usize)?.object.try_borrow_mut().ok()?.as_deref_mut().map(work)
    }

    /// Works on a lent object.
    ///
    /// # Errors
    /// `E_CLOSED` if it is not lent, `E_SAME_PICTURE` if it is being written in the same call.
    #[cfg(feature = "video")]
    pub(crate) fn read<R>(&self, index: u32, work: impl FnOnce(&T) -> Result<R, JsValue>) -> Result<R, JsValue> {
        let loan = self.0.get(index as usize).ok_or_else(not_lent)?;
        work(loan.object.try_borrow().map_err(|_| same_picture())?.as_ref().ok_or_else(not_lent)?)
    }

    /// Writes a lent object.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    #[cfg(feature = "video")]
    pub(crate) fn write<R>(&self, index: u32, work: impl FnOnce(&mut T) -> Result<R, JsValue>) -> Result<R, JsValue> {
        let loan = self.0.get(index as usize).ok_or_else(not_lent)?;
        work(loan.object.try_borrow_mut().map_err(|_| same_picture())?.as_mut().ok_or_else(not_lent)?)
    }

    /// The place of an object that is lent, and the number of the loan.
    #[cfg(feature = "video")]
    pub(crate) fn loan(&self, index: u32) -> Result<(Rc<Loan<T>>, u64), JsValue> {
        let loan = self.0.get(index as usize).filter(|loan| loan.object.borrow().is_some()).ok_or_else(not_lent)?;
        Ok((Rc::clone(loan), loan.number.get()))
    }

    /// Takes an object back; a number that is not lent is ignored.
    pub(crate) fn release(&self, index: u32) {
        if let Some(loan) = self.0.get(index as usize) {
            loan.object.take();
        }
    }
}

impl<T: Recycle> Default for Loan<T> {
    fn default() -> Loan<T> {
        Loan { number: Cell::new(0), object: RefCell::new(None) }
    }
}

#[cfg(feature = "video")]
impl<T: Recycle> Loan<T> {
    /// Takes the object out for as long as a call lasts, if this is still the loan of that number.
    pub(crate) fn take(&self, number: u64) -> Option<Pooled<T>> {
        if self.is(number) { self.object.take() } else { None }
    }

    /// Whether this is still the loan of that number, if anything is lent.
    pub(crate) fn is(&self, number: u64) -> bool {
        self.number.get() == number
    }

    /// Puts it back.
    pub(crate) fn put(&self, object: Pooled<T>) {
        self.object.replace(Some(object));
    }
}

#[cfg(feature = "video")]
pub(crate) fn not_lent() -> JsValue {
    errors::thrown("E_CLOSED", &"this slot was released")
}

#[cfg(feature = "video")]
pub(crate) fn same_picture() -> JsValue {
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
            pub fn release(&self, index: u32) {
                self.lending.lent.release(index);
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
