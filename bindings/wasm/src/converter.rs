//! `Converter`: pictures of one format and colour as pictures of another.

use crate::frame_pool::format_named;
use crate::{FramePool, errors, options};
use millpond_core::video::convert;
use wasm_bindgen::prelude::*;

/// A planned conversion.
#[wasm_bindgen]
pub struct Converter {
    plan: convert::Converter,
}

#[wasm_bindgen]
impl Converter {
    /// Plans a conversion; matrix and range of R'G'B' formats are not looked at.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        from: &str,
        from_matrix: &str,
        from_range: &str,
        to: &str,
        to_matrix: &str,
        to_range: &str,
    ) -> Result<Converter, JsValue> {
        let from = (format_named(from)?, options::color(from_matrix, from_range)?);
        let to = (format_named(to)?, options::color(to_matrix, to_range)?);
        Ok(Converter { plan: convert::Converter::new(from, to).map_err(errors::core)? })
    }

    /// Converts a lent picture into another.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`, `E_SAME_PICTURE`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn convert(&self, from: &FramePool, picture: u32, to: &FramePool, out: u32) -> Result<(), JsValue> {
        to.write(out, |out| from.read(picture, |picture| self.plan.convert_into(picture, out)))
    }
}
