//! R'G'B' to Y'CbCr.
//!
//! With coefficients of 15 fraction bits:
//!
//! ```text
//! Y  = clamp((yr·R + yg·G + yb·B + (black << 15) + 2^14) >> 15)
//! Cb = clamp((ur·R + ug·G + ub·B + (128 << 15) + 2^14) >> 15)            Cr likewise
//! Cb = clamp((ur·ΣR + ug·ΣG + ub·ΣB + (128 << 17) + 2^16) >> 17)         of a cell of four pixels, one rounding
//! ```
//!
//! The green luma coefficient is what is left of the whole scale and the chroma coefficients sum to zero, so white is
//! exactly white and every grey has chroma 128.

use super::{clamp_u8, matrix};
use crate::video::Color;

const BITS: u32 = 15;
const HALF: i32 = 1 << (BITS - 1);

/// The coefficients to one kind of Y'CbCr.
#[derive(Clone, Copy, Debug)]
pub struct RgbToYuv {
    pub(super) luma: [i16; 3],
    pub(super) luma_offset: i32,
    pub(super) blue: [i16; 3],
    pub(super) red: [i16; 3],
}

/// `(w·rgb + offset) >> 15`, clamped.
#[inline(always)]
pub(super) fn weighted(weights: [i16; 3], offset: i32, rgb: [u8; 3]) -> u8 {
    clamp_u8((dot(weights, rgb.map(i32::from)) + offset) >> BITS)
}

#[inline(always)]
fn dot(weights: [i16; 3], [red, green, blue]: [i32; 3]) -> i32 {
    i32::from(weights[0]) * red + i32::from(weights[1]) * green + i32::from(weights[2]) * blue
}

impl RgbToYuv {
    /// What is added to chroma of one pixel before the shift by 15.
    pub(super) const CHROMA_OFFSET: i32 = (128 << BITS) + HALF;
    /// What is added to chroma of four pixels before the shift by 17.
    pub(super) const CELL_OFFSET: i32 = 4 * Self::CHROMA_OFFSET;

    /// Coefficients to this matrix and range.
    pub fn new(color: Color) -> RgbToYuv {
        let rows = matrix::from_rgb(color);
        let fixed = |value| matrix::fixed(value, BITS) as i16;
        let mut luma = rows[0].map(fixed);
        luma[1] = (matrix::fixed(rows[0][0] + rows[0][1] + rows[0][2], BITS) - i32::from(luma[0]) - i32::from(luma[2]))
            as i16;
        let mut blue = rows[1].map(fixed);
        blue[1] = -blue[0] - blue[2];
        let mut red = rows[2].map(fixed);
        red[1] = -red[0] - red[2];
        RgbToYuv { luma, luma_offset: (matrix::black(color.range) << BITS) + HALF, blue, red }
    }

    /// Luma of one pixel.
    #[inline(always)]
    pub fn luma(&self, rgb: [u8; 3]) -> u8 {
        weighted(self.luma, self.luma_offset, rgb)
    }

    /// Cb and Cr of one pixel.
    #[inline(always)]
    pub fn chroma(&self, rgb: [u8; 3]) -> [u8; 2] {
        [self.blue, self.red].map(|weights| weighted(weights, Self::CHROMA_OFFSET, rgb))
    }

    /// Cb and Cr of a cell of four pixels, from the sums of their channels.
    #[inline(always)]
    pub fn cell(&self, sums: [u16; 3]) -> [u8; 2] {
        let sums = sums.map(i32::from);
        [self.blue, self.red].map(|weights| clamp_u8((dot(weights, sums) + Self::CELL_OFFSET) >> (BITS + 2)))
    }

    /// The coefficients for pixels with blue first.
    pub(super) fn reversed(self) -> RgbToYuv {
        let turn = |[red, green, blue]: [i16; 3]| [blue, green, red];
        RgbToYuv { luma: turn(self.luma), blue: turn(self.blue), red: turn(self.red), ..self }
    }
}
