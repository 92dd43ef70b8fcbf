//! Options as TypeScript writes them: words, colours, crops.

use crate::errors;
use millpond_core::Rational;
use millpond_core::video::composite::Span;
use millpond_core::video::resize::{Crop, Filter};
use millpond_core::video::{Color, Matrix, Range};
use millpond_scene::parse_rational;
use wasm_bindgen::prelude::*;

/// The value of a word.
///
/// # Errors
/// `E_BAD_PARAMETER` with the words that there are.
pub(crate) fn word<T: Copy>(what: &str, word: &str, words: &[(&str, T)]) -> Result<T, JsValue> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        errors::words("E_BAD_PARAMETER", what, word, &known.join(", "))
    })
}

/// Matrix and range.
pub(crate) fn color(matrix: &str, range: &str) -> Result<Color, JsValue> {
    let matrices = [("bt601", Matrix::Bt601), ("bt709", Matrix::Bt709), ("bt2020", Matrix::Bt2020)];
    let ranges = [("limited", Range::Limited), ("full", Range::Full)];
    Ok(Color { matrix: word("matrix", matrix, &matrices)?, range: word("range", range, &ranges)? })
}

/// A resampling filter.
pub(crate) fn filter(name: &str) -> Result<Filter, JsValue> {
    word("filter", name, &Filter::NAMED)
}

/// A crop, `x y width height` as decimals or fractions; all of the picture if empty.
pub(crate) fn crop(text: &str, (width, height): (u32, u32)) -> Result<Crop, JsValue> {
    if text.is_empty() {
        return Ok(Crop::whole(width, height));
    }
    let mut numbers = text.split(' ').map(parse_rational);
    let mut number = || -> Result<Rational, JsValue> {
        let bad = || errors::words("E_BAD_PARAMETER", "crop", text, "x, y, width, height");
        numbers.next().flatten().ok_or_else(bad)
    };
    let (x, y, width, height) = (number()?, number()?, number()?, number()?);
    Ok(Crop { x: Span { start: x, length: width }, y: Span { start: y, length: height } })
}
