//! `FramePool`: preallocated pictures that TypeScript borrows by number.
//!
//! The pool's pictures never move, so an address stays good until the slot is released or the pool closed; only the
//! `ArrayBuffer` around it may change, and TypeScript looks at that.

use crate::{errors, memory};
use millpond_core::pool::{PoolConfig, PoolStats, Pooled};
use millpond_core::video::{Frame, FrameLayout, PixelFormat, STRIDE_ALIGN};
use wasm_bindgen::prelude::*;

/// A pool of pictures of one format and size.
#[wasm_bindgen]
pub struct FramePool {
    pool: millpond_core::video::FramePool,
    layout: FrameLayout,
    /// Lent pictures; TypeScript knows them by index.
    lent: Vec<Option<Pooled<Frame>>>,
}

#[wasm_bindgen]
impl FramePool {
    /// Allocates every picture: the only call that does.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT` for an unknown name, `E_BAD_SIZE`, `E_BAD_PARAMETER` for no or too many pictures.
    #[wasm_bindgen(constructor)]
    pub fn new(format: &str, width: u32, height: u32, capacity: u32) -> Result<FramePool, JsValue> {
        let format = format_named(format)?;
        let layout = FrameLayout::aligned(format, width, height).map_err(errors::core)?;
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            return Err(errors::core(millpond_core::Error::BadParameter {
                name: "capacity",
                value: f64::from(capacity),
                expected: "1 to 1024 pictures",
            }));
        }
        memory::reserve(u64::from(capacity) * (layout.size() as u64 + STRIDE_ALIGN as u64))?;
        let config = PoolConfig::fixed(capacity as usize);
        let pool = millpond_core::video::FramePool::frames(layout, config).map_err(errors::core)?;
        let lent = (0..capacity).map(|_| None).collect();
        Ok(FramePool { pool, layout, lent })
    }

    /// Borrows a picture and returns its number.
    ///
    /// # Errors
    /// `E_POOL_EXHAUSTED`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn acquire(&mut self) -> Result<u32, JsValue> {
        let picture = self.pool.try_acquire().map_err(errors::core)?;
        let free = self.lent.iter().position(Option::is_none);
        // The pool lends no more than there are numbers, so one is free.
        let index = free.unwrap_or(0);
        self.lent[index] = Some(picture);
        Ok(index as u32)
    }

    /// Gives a picture back; a number that is not lent is ignored.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn release(&mut self, index: u32) {
        if let Some(slot) = self.lent.get_mut(index as usize) {
            *slot = None;
        }
    }

    /// Where the picture's bytes start in wasm memory; 0 if it is not lent.
    pub fn address(&mut self, index: u32) -> u32 {
        match self.lent.get_mut(index as usize) {
            Some(Some(picture)) => picture.bytes_mut().as_mut_ptr() as usize as u32,
            _ => 0,
        }
    }

    /// One figure of the layout; see [`layout_figure`].
    pub fn layout(&self, plane: u32, figure: u32) -> u32 {
        layout_figure(&self.layout, plane, figure)
    }

    /// One figure of the statistics; see [`stats_figure`].
    pub fn stats(&self, figure: u32) -> f64 {
        stats_figure(&self.pool.stats(), figure)
    }
}

/// The most pictures of one pool.
const MAX_CAPACITY: u32 = 1024;

/// The pixel format of a name, for calls from TypeScript.
pub(crate) fn format_named(name: &str) -> Result<PixelFormat, JsValue> {
    PixelFormat::from_name(name)
        .ok_or_else(|| errors::thrown("E_UNSUPPORTED_FORMAT", &format_args!("pixel format {name:?} is not known")))
}

/// Figures 0 to 3 of plane `plane`: offset, stride, row bytes, rows; 0 past the last plane. Figure 4: the frame's size.
pub(crate) fn layout_figure(layout: &FrameLayout, plane: u32, figure: u32) -> u32 {
    if figure == 4 {
        return layout.size() as u32;
    }
    let Some(plane) = layout.planes().get(plane as usize) else { return 0 };
    let figures = [plane.offset, plane.stride, plane.row_bytes, plane.rows];
    figures.get(figure as usize).map_or(0, |&figure| figure as u32)
}

/// Figures in the order of `PoolStats` in TypeScript: capacity, available, in use, peak, acquires, releases.
pub(crate) fn stats_figure(stats: &PoolStats, figure: u32) -> f64 {
    match figure {
        0 => stats.capacity as f64,
        1 => stats.available as f64,
        2 => stats.in_use as f64,
        3 => stats.peak_usage as f64,
        4 => stats.total_acquires as f64,
        5 => stats.total_releases as f64,
        _ => 0.0,
    }
}
