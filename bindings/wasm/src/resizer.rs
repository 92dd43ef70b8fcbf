//! `Resizer`: pictures resampled to another size.

use crate::frame_pool::format_named;
use crate::{FramePool, errors, options};
use millpond_core::video::resize::{self, Alpha, ResizeSpec};
use wasm_bindgen::prelude::*;

/// A planned resampling.
#[wasm_bindgen]
pub struct Resizer {
    plan: resize::Resizer,
}

#[wasm_bindgen]
impl Resizer {
    /// Plans it; `crop` is `x y width height` in source pixels or empty.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        format: &str,
        source_width: u32,
        source_height: u32,
        width: u32,
        height: u32,
        crop: &str,
        filter: &str,
        alpha: &str,
    ) -> Result<Resizer, JsValue> {
        let source = (source_width, source_height);
        let alphas =
            [("straight", Alpha::Straight), ("premultiplied", Alpha::Premultiplied), ("ignored", Alpha::Ignored)];
        let spec = ResizeSpec {
            crop: options::crop(crop, source)?,
            filter: options::filter(filter)?,
            alpha: options::word("alpha", alpha, &alphas)?,
            ..ResizeSpec::new(format_named(format)?, source, (width, height))
        };
        Ok(Resizer { plan: resize::Resizer::new(spec).map_err(errors::core)? })
    }

    /// Resamples a lent picture into another.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`, `E_SAME_PICTURE`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn resize(&mut self, from: &FramePool, picture: u32, to: &FramePool, out: u32) -> Result<(), JsValue> {
        to.write(out, |out| from.read(picture, |picture| self.plan.resize_into(picture, out)))
    }
}
