//! Source-over on coded values, straight alpha: rows of one plane, and rows of RGBA.
//!
//! ```text
//! out = (src·a + dst·(255 − a) + 127) / 255        rounded down, exactly
//! ```
//!
//! The division is exact for every value that occurs: for v < 65535, `v / 255 = (v + 1 + (v >> 8)) >> 8`. Alpha 0 leaves
//! `dst` as it is and alpha 255 gives `src`. Nothing here allocates.

/// `(value + 127) / 255`, exactly, for values up to 255 × 255.
#[inline(always)]
pub(crate) fn div_255(value: u32) -> u32 {
    let value = value + 127;
    (value + 1 + (value >> 8)) >> 8
}

/// `src·a + dst·(255 − a)` over 255, rounded as stated at the head of this module.
#[inline(always)]
pub(crate) fn mix(src: u8, dst: u8, alpha: u8) -> u8 {
    div_255(u32::from(src) * u32::from(alpha) + u32::from(dst) * (255 - u32::from(alpha))) as u8
}

/// One alpha for a whole row of a plane.
pub(crate) fn row_constant(dst: &mut [u8], src: &[u8], alpha: u8) {
    if alpha == 255 {
        dst.copy_from_slice(src);
        return;
    }
    for (dst, &src) in dst.iter_mut().zip(src) {
        *dst = mix(src, *dst, alpha);
    }
}

/// An alpha for every sample of a row of a plane.
pub(crate) fn row_alpha(dst: &mut [u8], src: &[u8], alpha: &[u8]) {
    for ((dst, &src), &alpha) in dst.iter_mut().zip(src).zip(alpha) {
        *dst = mix(src, *dst, alpha);
    }
}

/// A row of RGBA pixels over opaque ones, their alpha times `opacity`; the canvas stays opaque.
pub(crate) fn row_rgba(dst: &mut [u8], src: &[u8], opacity: u8) {
    for (dst, src) in dst.chunks_exact_mut(4).zip(src.chunks_exact(4)) {
        let alpha = div_255(u32::from(src[3]) * u32::from(opacity)) as u8;
        for channel in 0..3 {
            dst[channel] = mix(src[channel], dst[channel], alpha);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_is_exact_for_every_value() {
        for value in 0..=255 * 255 {
            assert_eq!(div_255(value), (value + 127) / 255, "{value}");
        }
    }

    #[test]
    fn mixing_is_the_formula_for_every_triple() {
        for src in 0..=255u8 {
            for dst in 0..=255u8 {
                for alpha in [0, 1, 2, 63, 127, 128, 200, 254, 255] {
                    let (s, d, a) = (u32::from(src), u32::from(dst), u32::from(alpha));
                    assert_eq!(u32::from(mix(src, dst, alpha)), (s * a + d * (255 - a) + 127) / 255);
                }
            }
        }
    }
}
