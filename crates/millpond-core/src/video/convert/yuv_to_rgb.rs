//! Y'CbCr to R'G'B'.
//!
//! Everything happens in 16 bits, with `mul(a, b) = (a·b + 2^14) >> 15`, which every instruction set has, and six
//! fraction bits:
//!
//! ```text
//! y = mul((Y − 128)·256, cy) − mul((black − 128)·256, cy)        u = (Cb − 128)·256        v = (Cr − 128)·256
//! R = clamp((y + mul(v, crv) + 32) >> 6)
//! G = clamp((y + mul(u, cgu) + mul(v, cgv) + 32) >> 6)
//! B = clamp((y + mul(u, cbu) + 32) >> 6)
//! ```
//!
//! Coefficients have 13 fraction bits, so the largest (BT.2020 limited, 2.142) fits 16 bits.
//! `>>` rounds down. Against the formula in floating point the result is off by at most 1, by a quarter in the mean.
//! Neutral chroma adds nothing, so grey stays grey.

use super::{clamp_u8, matrix};
use crate::video::Color;

/// The coefficients of one kind of Y'CbCr.
#[derive(Clone, Copy, Debug)]
pub struct YuvToRgb {
    pub(super) luma: i16,
    /// What is added to the product of luma: takes black off.
    pub(super) offset: i16,
    pub(super) red: i16,
    pub(super) green: [i16; 2],
    pub(super) blue: i16,
}

/// `(a·b + 2^14) >> 15`.
#[inline(always)]
fn mul(a: i32, b: i16) -> i32 {
    (a * i32::from(b) + (1 << 14)) >> 15
}

impl YuvToRgb {
    /// Coefficients from this matrix and range.
    pub fn new(color: Color) -> YuvToRgb {
        let rows = matrix::to_rgb(color);
        let chroma = |value| matrix::fixed(value, 13) as i16;
        let luma = matrix::fixed(rows[0][0], 13) as i16;
        YuvToRgb {
            luma,
            offset: -mul((matrix::black(color.range) - 128) * 256, luma) as i16,
            red: chroma(rows[0][2]),
            green: [chroma(rows[1][1]), chroma(rows[1][2])],
            blue: chroma(rows[2][1]),
        }
    }

    /// One pixel.
    #[inline(always)]
    pub fn pixel(&self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let y = mul((i32::from(y) - 128) * 256, self.luma) + i32::from(self.offset);
        let (u, v) = ((i32::from(u) - 128) * 256, (i32::from(v) - 128) * 256);
        let green = mul(u, self.green[0]) + mul(v, self.green[1]);
        [mul(v, self.red), green, mul(u, self.blue)].map(|chroma| clamp_u8((y + chroma + 32) >> 6))
    }

    /// The coefficients that make B, G, R of the same samples if Cb and Cr are exchanged too.
    pub(super) fn reversed(self) -> YuvToRgb {
        YuvToRgb { red: self.blue, green: [self.green[1], self.green[0]], blue: self.red, ..self }
    }
}
