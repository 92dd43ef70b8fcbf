//! `Blend`: pictures and rectangles drawn over an R'G'B' canvas, and the masks for it.

use crate::{FramePool, errors, options};
use millpond_core::memory::opening;
use millpond_core::video::blend::{self, Alpha, Mode};
use millpond_core::video::composite::Target;
use wasm_bindgen::prelude::*;

/// A way of drawing.
#[wasm_bindgen]
pub struct Blend {
    blend: blend::Blend,
}

#[wasm_bindgen]
impl Blend {
    /// A mode by its name in CSS, `straight` or `premultiplied` alpha, opacity 0 to 255.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(mode: &str, alpha: &str, opacity: u8) -> Result<Blend, JsValue> {
        let alphas = [("straight", Alpha::Straight), ("premultiplied", Alpha::Premultiplied)];
        let (mode, alpha) = (options::word("mode", mode, &Mode::NAMED)?, options::word("alpha", alpha, &alphas)?);
        Ok(Blend { blend: blend::Blend::default().with_mode(mode).with_alpha(alpha).with_opacity(opacity) })
    }

    /// Draws a lent picture with its upper left corner at `x`, `y` of a lent canvas.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_MISMATCH`, `E_CLOSED`, `E_SAME_PICTURE`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw(
        &self,
        from: &FramePool,
        picture: u32,
        x: i32,
        y: i32,
        to: &FramePool,
        canvas: u32,
    ) -> Result<(), JsValue> {
        to.write(canvas, |canvas| from.read(picture, |picture| self.blend.draw(picture, (x, y), canvas)))
    }

    /// Draws a lent picture through a lent mask of its size.
    ///
    /// # Errors
    /// As [`Blend::draw`].
    ///
    /// # Realtime
    /// Does not allocate.
    #[wasm_bindgen(js_name = drawMasked)]
    #[allow(clippy::too_many_arguments)]
    pub fn draw_masked(
        &self,
        from: &FramePool,
        picture: u32,
        masks: &FramePool,
        mask: u32,
        x: i32,
        y: i32,
        to: &FramePool,
        canvas: u32,
    ) -> Result<(), JsValue> {
        to.write(canvas, |canvas| {
            from.lending.lent.read(picture, |picture| {
                masks.read(mask, |mask| self.blend.draw_masked(&picture.view(), mask, (x, y), canvas))
            })
        })
    }

    /// Fills a rectangle of a lent canvas with one straight colour, its first byte highest.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_CLOSED`.
    ///
    /// # Realtime
    /// Does not allocate.
    #[allow(clippy::too_many_arguments)]
    pub fn fill(
        &self,
        color: u32,
        x: i32,
        y: i32,
        width: u32,
        height: u32,
        to: &FramePool,
        canvas: u32,
    ) -> Result<(), JsValue> {
        let rect = Target { x, y, width, height };
        to.write(canvas, |canvas| self.blend.fill(color.to_be_bytes(), rect, canvas).map_err(errors::core))
    }
}

/// Draws a feathered mask into a lent `gray8` picture.
///
/// # Errors
/// `E_BAD_PARAMETER`, `E_MISMATCH`, `E_CLOSED`.
///
/// # Realtime
/// Allocates, counted as opening.
#[wasm_bindgen(js_name = featheredMask)]
pub fn feathered_mask(shape: &str, feather: u32, to: &FramePool, mask: u32) -> Result<(), JsValue> {
    let shapes = [("rectangle", false), ("ellipse", true)];
    let is_ellipse = options::word("shape", shape, &shapes)?;
    to.write(mask, |mask| {
        let (width, height) = (mask.width(), mask.height());
        let made = opening(|| match is_ellipse {
            true => blend::feathered_ellipse(width, height, feather),
            false => blend::feathered_rectangle(width, height, feather),
        });
        made.and_then(|made| mask.copy_from(&made.view())).map_err(errors::core)
    })
}
