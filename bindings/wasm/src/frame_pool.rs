//! `FramePool`: preallocated pictures that TypeScript borrows by number.

use crate::errors;
use crate::lending::{Lending, PoolPolicy, pool_calls};
use millpond_core::Error;
use millpond_core::video::{Frame, FrameLayout, FrameView, FrameViewMut, PixelFormat, STRIDE_ALIGN};
use wasm_bindgen::prelude::*;

/// A pool of pictures of one format and size.
#[wasm_bindgen]
pub struct FramePool {
    pub(crate) lending: Lending<Frame>,
    layout: FrameLayout,
}

pool_calls!(FramePool);

#[wasm_bindgen]
impl FramePool {
    /// Allocates the first pictures.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT` for an unknown name, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(format: &str, width: u32, height: u32, policy: PoolPolicy) -> Result<FramePool, JsValue> {
        let format = format_named(format)?;
        let layout = FrameLayout::aligned(format, width, height).map_err(errors::core)?;
        let bytes = (layout.size() + STRIDE_ALIGN) as u64;
        let lending = Lending::new(policy, bytes, |config| millpond_core::video::FramePool::frames(layout, config))?;
        Ok(FramePool { lending, layout })
    }

    /// Where the picture's bytes start in wasm memory; 0 if it is not lent.
    pub fn address(&self, index: u32) -> u32 {
        self.lending.lent.with(index, |picture| picture.bytes_mut().as_mut_ptr() as usize as u32).unwrap_or(0)
    }

    /// One figure of the layout; see [`layout_figure`].
    pub fn layout(&self, plane: u32, figure: u32) -> u32 {
        layout_figure(&self.layout, plane, figure)
    }
}

impl FramePool {
    /// Works on a lent picture.
    pub(crate) fn read<R>(
        &self,
        index: u32,
        work: impl FnOnce(&FrameView<'_>) -> Result<R, Error>,
    ) -> Result<R, JsValue> {
        self.lending.lent.read(index, |picture| work(&picture.view()).map_err(errors::core))
    }

    /// Writes a lent picture.
    pub(crate) fn write<R>(
        &self,
        index: u32,
        work: impl FnOnce(&mut FrameViewMut<'_>) -> Result<R, JsValue>,
    ) -> Result<R, JsValue> {
        self.lending.lent.write(index, |picture| work(&mut picture.view_mut()))
    }
}

/// The pixel format of a name, for calls from TypeScript.
pub(crate) fn format_named(name: &str) -> Result<PixelFormat, JsValue> {
    PixelFormat::from_name(name).ok_or_else(|| errors::words("E_UNSUPPORTED_FORMAT", "format", name, "a pixel format"))
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
