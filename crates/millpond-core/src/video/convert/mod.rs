//! Conversion between Y'CbCr and R'G'B', and between two kinds of Y'CbCr.
//!
//! Each file states its formula and rounding. Coefficients come from [`matrix`], computed once from the standards'
//! constants with IEEE additions, multiplications and divisions only, so they are the same on every target. Kernels
//! work on rows or whole pictures and do not allocate.

mod matrix;
mod rgb_to_yuv;
mod yuv_to_rgb;
mod yuv_to_yuv;

pub use rgb_to_yuv::{RgbToYuv, from_rgba};
pub use yuv_to_rgb::{YuvToRgb, to_rgba};
pub use yuv_to_yuv::YuvToYuv;

use super::{Color, Range};

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
