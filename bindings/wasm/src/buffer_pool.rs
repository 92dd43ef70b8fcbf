//! `BufferPool`: buffers of bytes of a few sizes, whose length is not known beforehand, borrowed by number.

use crate::errors;
use crate::lending::{Lent, PoolPolicy, reserve_for, stats_figure};
use crate::memory;
use millpond_core::pool::{self, Buffer, PoolConfig};
use wasm_bindgen::prelude::*;

/// A pool for each of a few size classes.
#[wasm_bindgen]
pub struct BufferPool {
    pools: pool::BufferPool,
    lent: Lent<Buffer>,
}

/// Size classes of a pool that is to be made. A constructor takes them and uses them up.
#[wasm_bindgen]
#[derive(Default)]
pub struct BufferClasses(Vec<(usize, PoolConfig)>);

#[wasm_bindgen]
impl BufferClasses {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> BufferClasses {
        BufferClasses::default()
    }

    /// Adds a class of buffers of so many bytes.
    pub fn add(&mut self, bytes: u32, policy: PoolPolicy) {
        self.0.push((bytes as usize, policy.config()));
    }
}

#[wasm_bindgen]
impl BufferPool {
    /// Allocates the first buffers.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(BufferClasses(classes): BufferClasses) -> Result<BufferPool, JsValue> {
        let bytes = |(bytes, config): &(usize, PoolConfig)| (*bytes as u64).saturating_mul(config.initial as u64);
        memory::reserve(classes.iter().map(bytes).sum())?;
        let buffers = classes.iter().map(|(_, config)| config.initial).sum();
        Ok(BufferPool { pools: pool::BufferPool::new(&classes).map_err(errors::core)?, lent: Lent::with_room(buffers) })
    }

    /// Borrows an empty buffer with room for at least so many bytes and returns its number.
    ///
    /// # Errors
    /// `E_BUFFER_TOO_SMALL` if no class is so large; `E_POOL_EXHAUSTED`, `E_CLOSED`, `E_OUT_OF_MEMORY`.
    ///
    /// # Realtime
    /// Does not allocate while a buffer of the class is free.
    pub fn acquire(&mut self, at_least: u32) -> Result<u32, JsValue> {
        let class = self.pools.class(at_least as usize).map_err(errors::core)?;
        let bytes = self.pools.classes().find(|(bytes, _)| *bytes >= at_least as usize).map_or(0, |(bytes, _)| bytes);
        reserve_for(class, bytes as u64)?;
        Ok(self.lent.lend(class.acquire().map_err(errors::core)?))
    }

    /// Gives a buffer back; a number that is not lent is ignored.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn release(&self, index: u32) {
        self.lent.release(index);
    }

    /// Where a buffer's bytes start in wasm memory; 0 if it is not lent.
    pub fn address(&self, index: u32) -> u32 {
        self.lent.with(index, |buffer| buffer.as_mut_ptr() as usize as u32).unwrap_or(0)
    }

    /// Bytes in a buffer.
    pub fn length(&self, index: u32) -> u32 {
        self.lent.with(index, |buffer| buffer.len() as u32).unwrap_or(0)
    }

    /// Bytes that fit into a buffer without another allocation.
    pub fn capacity(&self, index: u32) -> u32 {
        self.lent.with(index, |buffer| buffer.capacity() as u32).unwrap_or(0)
    }

    /// Makes a buffer shorter, or longer by zeros.
    ///
    /// # Errors
    /// `E_OUT_OF_MEMORY`, `E_CLOSED`.
    ///
    /// # Realtime
    /// Does not allocate within the buffer's capacity.
    #[wasm_bindgen(js_name = setLength)]
    pub fn set_length(&self, index: u32, length: u32) -> Result<(), JsValue> {
        self.lent.write(index, |buffer| {
            let length = length as usize;
            if length > buffer.capacity() {
                memory::reserve(length as u64)?;
                let more = length - buffer.len();
                buffer.reserve_exact(more);
            }
            buffer.resize(length, 0);
            Ok(())
        })
    }

    /// One figure of the statistics of all classes, in the order of `PoolStats` in TypeScript.
    pub fn stats(&self, figure: u32) -> f64 {
        stats_figure(&self.pools.stats(), figure)
    }

    /// Frees what is not lent; what is lent stays good and is freed when it comes back.
    pub fn close(&self) {
        self.pools.close();
    }
}
