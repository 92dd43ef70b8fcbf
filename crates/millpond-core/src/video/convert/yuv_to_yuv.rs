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
const CHROMA_OFFSET: i32 = (128 << BITS) + HALF;

/// The coefficients from one kind of Y'CbCr to another.
#[derive(Clone, Copy, Debug)]
pub struct YuvToYuv {
    black: i32,
    pub(super) luma: [i16; 3],
    luma_offset: i32,
    pub(super) chroma: [[i16; 2]; 2],
}

impl YuvToYuv {
    /// Coefficients between two kinds, or `None` if they are the same and nothing is to do.
    pub fn new(from: Color, to: Color) -> Option<YuvToYuv> {
        if from == to {
            return None;
        }
        let rows = matrix::product(matrix::from_rgb(to), matrix::to_rgb(from));
        // The largest, from limited range to full and between the farthest matrices, are below 2.
        let fixed = |value| matrix::fixed(value, BITS) as i16;
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
        let luma = self.luma.map(i32::from);
        clamp_u8((luma[0] * y + luma[1] * u + luma[2] * v + self.luma_offset) >> BITS)
    }

    /// Both chroma samples.
    #[inline(always)]
    pub fn chroma(&self, u: u8, v: u8) -> [u8; 2] {
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        self.chroma.map(|weights| {
            let weights = weights.map(i32::from);
            clamp_u8((weights[0] * u + weights[1] * v + CHROMA_OFFSET) >> BITS)
        })
    }

    /// What is added to Y', Cb' and Cr' before the shift if the offsets are not taken off the samples first.
    pub(super) fn raw_offsets(&self) -> [i32; 3] {
        let [luma, blue, red] = self.luma.map(i32::from);
        let chroma = self.chroma.map(|weights| CHROMA_OFFSET - 128 * weights.map(i32::from).iter().sum::<i32>());
        [self.luma_offset - self.black * luma - 128 * (blue + red), chroma[0], chroma[1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::{Matrix, Range};

    #[test]
    fn coefficients_fit_16_bits() {
        let colors = [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020]
            .into_iter()
            .flat_map(|matrix| [Range::Limited, Range::Full].map(|range| Color { matrix, range }));
        for (from, to) in colors.clone().flat_map(|from| colors.clone().map(move |to| (from, to))) {
            let rows = matrix::product(matrix::from_rgb(to), matrix::to_rgb(from));
            let most = rows.into_iter().flatten().map(f64::abs).fold(0.0, f64::max);
            assert!(most < 2.0 - 1.0 / f64::from(1 << BITS), "{from:?} to {to:?}: {most}");
        }
    }
}
