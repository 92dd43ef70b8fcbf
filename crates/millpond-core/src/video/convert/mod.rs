//! Conversion between Y'CbCr and R'G'B', and between two kinds of Y'CbCr.
//!
//! Each file states its formula and rounding. Coefficients come from [`matrix`], computed once from the standards'
//! constants with IEEE additions, multiplications and divisions only, so they are the same on every target. [`Converter`]
//! converts whole pictures; [`scalar`] specifies its rows. Nothing here allocates.

mod converter;
mod matrix;
mod rgb_to_yuv;
mod scalar;
mod stage;
mod vector;
mod yuv_to_rgb;
mod yuv_to_yuv;

pub use converter::Converter;
pub use rgb_to_yuv::RgbToYuv;
pub use yuv_to_rgb::YuvToRgb;
pub use yuv_to_yuv::YuvToYuv;

use super::{Color, Range};
use crate::simd::Level;
use crate::simd::macros::{compiled_for_levels, kernels};

kernels! {
    /// A row with a chroma sample for every pixel; alpha becomes 255.
    pub(crate) fn full_to_rgba(to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]);
    fn halved_to_rgba(to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]);
    fn cells_to_rgba(to: &YuvToRgb, y: [&[u8]; 2], u: &[u8], v: &[u8], rgba: [&mut [u8]; 2]);
    fn weighted(rgba: &[u8], weights: [i16; 3], offset: i32, out: &mut [u8]);
    fn cells(to: &RgbToYuv, top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]);
    fn two_rows(to: &RgbToYuv, rows: [&[u8]; 2], luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2]);
    fn swap_ends(pixels: &[u8], out: &mut [u8]);
    fn double(samples: &[u8], out: &mut [u8]);
    fn recolor_luma(convert: &YuvToYuv, y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]);
    fn recolor_halved(convert: &YuvToYuv, y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]);
    fn recolor_chroma(convert: &YuvToYuv, u: &mut [u8], v: &mut [u8]);
}

compiled_for_levels! {
    fn three_to_four(threes: &[u8], fours: &mut [u8]);
    fn four_to_three(fours: &[u8], threes: &mut [u8]);
    /// Every fourth byte, from the fourth on.
    pub(crate) fn take_fourth(fours: &[u8], out: &mut [u8]);
    /// Into every fourth byte.
    pub(crate) fn put_fourth(values: &[u8], fours: &mut [u8]);
    fn split(pairs: &[u8], first: &mut [u8], second: &mut [u8]);
    /// Two rows to interleaved pairs.
    pub(crate) fn join(first: &[u8], second: &[u8], pairs: &mut [u8]);
    fn ten_to_eight(words: &[u8], out: &mut [u8]);
    fn high_ten_to_eight(words: &[u8], out: &mut [u8]);
    fn mean_of_rows(a: &[u8], b: &[u8], out: &mut [u8]);
    fn mean_of_cells(top: &[u8], bottom: &[u8], out: &mut [u8]);
}

/// Y', Cb and Cr of a colour as ten-bit codes; for the formula see [`super::fill`].
pub(super) fn ten_bit_codes(color: Color, rgb: [u8; 3]) -> [u16; 3] {
    // The matrix takes 0 to 255 to the span of eight-bit codes; four of ten bits stand for one of them, but full range
    // ends at 1023 = 255 · 1023/255.
    let (scale, offsets) = match color.range {
        Range::Limited => (4.0, [64.0, 512.0, 512.0]),
        Range::Full => (1023.0 / 255.0, [0.0, 512.0, 512.0]),
    };
    let mut codes = [0; 3];
    for ((code, row), offset) in codes.iter_mut().zip(matrix::from_rgb(color)).zip(offsets) {
        let [red, green, blue] = rgb.map(f64::from);
        // Rounds half up: the sum is never below zero.
        let value = (row[0] * red + row[1] * green + row[2] * blue) * scale + offset + 0.5;
        *code = (value as u16).min(1023);
    }
    codes
}

/// Luma of RGBA pixels.
#[inline]
pub(crate) fn luma(level: Level, to: &RgbToYuv, rgba: &[u8], out: &mut [u8]) {
    weighted(level, rgba, to.luma, to.luma_offset, out);
}

/// Ten bits to eight: `(v + 2) >> 2`, clamped to 255.
#[inline(always)]
pub(crate) fn eight_of_ten(low: u8, high: u8) -> u8 {
    ((u16::from_le_bytes([low, high]).min(1023) + 2) >> 2).min(255) as u8
}

/// The same of ten bits in the high bits of a word, as [`PixelFormat::P010`](crate::video::PixelFormat::P010) has them.
#[inline(always)]
pub(crate) fn eight_of_high_ten(low: u8, high: u8) -> u8 {
    (((u16::from_le_bytes([low, high]) >> 6) + 2) >> 2).min(255) as u8
}

#[inline(always)]
fn clamp_u8(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}
