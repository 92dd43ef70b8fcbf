//! The way of one source's pictures into the scene: a small pool, and the slot that is being filled.
//!
//! A clip's stage holds at most two pictures while a third is copied, so three slots are enough. The pool is made as soon
//! as the kind of its pictures is told, else for the first of them, and again only if format or size change; old pictures
//! then go home to the old pool.

use crate::{errors, memory};
use millpond_core::memory::opening;
use millpond_core::pool::{PoolConfig, PoolStats, Pooled};
use millpond_core::video::{Frame, FrameLayout, FramePool, PixelFormat, STRIDE_ALIGN};
use wasm_bindgen::JsValue;

/// Pictures of one clip or pushed asset.
pub(crate) struct Feed {
    /// Pictures of a pool.
    slots: usize,
    pool: Option<(FrameLayout, FramePool)>,
    filling: Option<Pooled<Frame>>,
}

/// Shown, next, and being copied.
pub(crate) const LEAST_SLOTS: u32 = 3;

impl Feed {
    /// A feed whose pools will have so many pictures.
    pub(crate) fn new(slots: u32) -> Feed {
        Feed { slots: slots as usize, pool: None, filling: None }
    }

    /// Makes the pool for pictures of this kind, unless it is there.
    ///
    /// # Realtime
    /// Allocates, counted as opening.
    pub(crate) fn ready(&mut self, format: PixelFormat, width: u32, height: u32) -> Result<(), JsValue> {
        let layout = FrameLayout::aligned(format, width, height).map_err(errors::core)?;
        let slots = self.slots;
        match &mut self.pool {
            Some((kind, _)) if *kind == layout => Ok(()),
            other => {
                self.filling = None;
                let pool = opening(|| {
                    memory::reserve(slots as u64 * (layout.size() + STRIDE_ALIGN) as u64)?;
                    FramePool::frames(layout, PoolConfig::fixed(slots)).map_err(errors::core)
                })?;
                *other = Some((layout, pool));
                Ok(())
            }
        }
    }

    /// Makes a slot ready for a picture of this kind and returns where it lies in wasm memory.
    ///
    /// # Realtime
    /// Does not allocate unless the kind is a new one, and then as opening.
    pub(crate) fn begin(&mut self, format: PixelFormat, width: u32, height: u32) -> Result<u32, JsValue> {
        self.ready(format, width, height)?;
        // It was just made ready.
        let Some((_, pool)) = &self.pool else { return Ok(0) };
        let slot = match &mut self.filling {
            // Left by a copy that failed.
            Some(slot) => slot,
            empty => empty.insert(pool.try_acquire().map_err(errors::core)?),
        };
        Ok(slot.bytes_mut().as_mut_ptr() as usize as u32)
    }

    /// The filled slot, once.
    pub(crate) fn take(&mut self) -> Result<Pooled<Frame>, JsValue> {
        self.filling.take().ok_or_else(|| errors::thrown("E_NOT_READY", &"no picture was begun"))
    }

    /// Layout of the pictures; `None` before the first.
    pub(crate) fn layout(&self) -> Option<&FrameLayout> {
        self.pool.as_ref().map(|(layout, _)| layout)
    }

    /// Statistics of the pool.
    pub(crate) fn stats(&self) -> PoolStats {
        self.pool.as_ref().map_or_else(PoolStats::default, |(_, pool)| pool.stats())
    }

    /// Frees the pool; pictures that still show go home to it first.
    pub(crate) fn close(&mut self) {
        *self = Feed::new(self.slots as u32);
    }
}
