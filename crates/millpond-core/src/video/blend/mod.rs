//! Blending on coded values: rows, whole pictures, masks.
//!
//! ```text
//! out = (src·a + dst·(255 − a) + 127) / 255        rounded down, exactly
//! ```
//!
//! [`scalar`] specifies every row kernel; [`Blend`] draws pictures and rectangles with them. Nothing here allocates but
//! the constructors of masks.

mod mask;
mod mode;
mod picture;
mod scalar;
mod vector;

pub use mask::{feathered_ellipse, feathered_rectangle};
pub use mode::Mode;
pub use picture::{Alpha, Blend, premultiply_into};
pub(crate) use scalar::{mix, mul_255};

use crate::simd::Level;

crate::simd::macros::kernels! {
    fn plane(dst: &mut [u8], src: &[u8], alpha: u8);
    /// An alpha for every sample of a row of a plane.
    pub(crate) fn plane_alpha(dst: &mut [u8], src: &[u8], alpha: &[u8]);
    /// `(v·factor + 127) / 255` of every value.
    pub(crate) fn scale(values: &mut [u8], factor: u8);
    /// `(v·f + 127) / 255` of every value and its factor.
    pub(crate) fn multiply(values: &mut [u8], factors: &[u8]);
    fn solid(dst: &mut [u8], pixel: [u8; 4], alpha: [u8; 4]);
    /// A row of straight RGBA over an opaque canvas; the canvas stays opaque.
    pub(crate) fn straight(dst: &mut [u8], src: &[u8], opacity: u8, mode: Mode);
    /// The same with an opacity for every pixel.
    pub(crate) fn straight_masked(dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8, mode: Mode);
    fn premultiplied(dst: &mut [u8], src: &[u8], opacity: u8);
    fn premultiplied_masked(dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8);
    fn premultiply(dst: &mut [u8], src: &[u8]);
}

/// One alpha for a whole row of a plane.
#[inline]
pub(crate) fn plane_constant(level: Level, dst: &mut [u8], src: &[u8], alpha: u8) {
    match alpha {
        0 => {}
        255 => dst.copy_from_slice(src),
        _ => plane(level, dst, src, alpha),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one kernel whose level no caller can choose; all others are in `tests/kernels`.
    #[test]
    fn premultiplying_is_the_same_at_every_level() {
        let src: Vec<u8> = (0..4 * 300u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for pixels in 0..=300 {
            let src = &src[..4 * pixels];
            let mut expected = vec![9; src.len()];
            premultiply(Level::SCALAR, &mut expected, src);
            for level in Level::available() {
                let mut got = vec![7; src.len()];
                premultiply(level, &mut got, src);
                assert!(got == expected, "{level:?}, {pixels} pixels");
            }
        }
    }
}
