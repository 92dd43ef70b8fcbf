//! Y'CbCr of one matrix and range to Y'CbCr of another, in one integer step.
//!
//! With offsets removed and coefficients of 14 fraction bits (the product of both matrices of [`super::matrix`]):
//!
//! ```text
//! Y'  = clamp((yy·y + yu·u + yv·v + (black' << 14) + 8192) >> 14)
//! Cb' = clamp((uu·u + uv·v + (128 << 14) + 8192) >> 14)
//! Cr' = clamp((vu·u + vv·v + (128 << 14) + 8192) >> 14)
//! ```
//!
//! Chroma does not depend on luma, because a grey stays a grey. Where chroma is subsampled, a luma sample takes the
//! chroma sample of its cell.

use super::{clamp_u8, matrix};
use crate::video::Color;

const BITS: u32 = 14;
const HALF: i32 = 1 << (BITS - 1);

/// The coefficients from one kind of Y'CbCr to another.
#[derive(Clone, Copy, Debug)]
pub struct YuvToYuv {
    black: i32,
    luma: [i32; 3],
    luma_offset: i32,
    chroma: [[i32; 2]; 2],
}

impl YuvToYuv {
    /// Coefficients between two kinds, or `None` if they are the same and nothing is to do.
    pub fn new(from: Color, to: Color) -> Option<YuvToYuv> {
        if from == to {
            return None;
        }
        let rows = matrix::product(matrix::from_rgb(to), matrix::to_rgb(from));
        let fixed = |value| matrix::fixed(value, BITS);
        Some(YuvToYuv {
            black: matrix::black(from.range),
            luma: rows[0].map(fixed),
            luma_offset: (matrix::black(to.range) << BITS) + HALF,
            chroma: [[fixed(rows[1][1]), fixed(rows[1][2])], [fixed(rows[2][1]), fixed(rows[2][2])]],
        })
    }

    /// Luma of one sample with the chroma of its cell, both of the old kind.
    #[inline(always)]
    pub fn luma(&self, y: u8, u: u8, v: u8) -> u8 {
        let (y, u, v) = (i32::from(y) - self.black, i32::from(u) - 128, i32::from(v) - 128);
        clamp_u8((self.luma[0] * y + self.luma[1] * u + self.luma[2] * v + self.luma_offset) >> BITS)
    }

    /// Both chroma samples.
    #[inline(always)]
    pub fn chroma(&self, u: u8, v: u8) -> [u8; 2] {
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        self.chroma.map(|weights| clamp_u8((weights[0] * u + weights[1] * v + (128 << BITS) + HALF) >> BITS))
    }
}
