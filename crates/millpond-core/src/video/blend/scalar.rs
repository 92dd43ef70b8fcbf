//! The rows of blending, as they are specified.
//!
//! ```text
//! mul(a, b)  = (a·b + 127) / 255                              rounded down: a product of fractions of 255
//! mix        = (src·a + dst·(255 − a) + 127) / 255            straight alpha, one rounding
//! premultiplied:  dst = min(src' + mul(dst, 255 − a'), 255)   src', a' = mul(src, k), mul(a, k)
//! ```
//!
//! `k`, what a pixel's alpha is multiplied by, is `opacity`, and with a mask `mul(mask, opacity)`; 255 changes nothing.
//! Straight pixels go onto a canvas that counts as opaque and whose fourth byte stays; premultiplied ones onto a
//! premultiplied canvas, the fourth byte like the others.

use super::Mode;

/// `(value + 127) / 255`, exactly, for values up to 255 × 255.
#[inline(always)]
pub(crate) fn div_255(value: u32) -> u32 {
    let value = value + 128;
    (value + (value >> 8)) >> 8
}

/// `(a·b + 127) / 255`.
#[inline(always)]
pub(crate) fn mul_255(a: u8, b: u8) -> u8 {
    div_255(u32::from(a) * u32::from(b)) as u8
}

/// `(src·a + dst·(255 − a) + 127) / 255`.
#[inline(always)]
pub(crate) fn mix(src: u8, dst: u8, alpha: u8) -> u8 {
    div_255(u32::from(src) * u32::from(alpha) + u32::from(dst) * (255 - u32::from(alpha))) as u8
}

/// What a mode makes of a channel of an opaque backdrop `dst` and of `src`, before alpha; see [`Mode`].
#[inline(always)]
pub(super) fn blended(mode: Mode, src: u8, dst: u8) -> u8 {
    match mode {
        Mode::Normal | Mode::PlusLighter => src,
        Mode::Multiply => mul_255(src, dst),
        Mode::Screen => src + (dst - mul_255(src, dst)),
        Mode::Overlay if dst < 128 => mul_255(src, 2 * dst),
        Mode::Overlay => {
            let double = dst - (255 - dst);
            src + (double - mul_255(src, double))
        }
        Mode::Darken => src.min(dst),
        Mode::Lighten => src.max(dst),
        Mode::Difference => src.abs_diff(dst),
    }
}

/// One alpha for a whole row of a plane.
pub(super) fn plane(dst: &mut [u8], src: &[u8], alpha: u8) {
    for (dst, &src) in dst.iter_mut().zip(src) {
        *dst = mix(src, *dst, alpha);
    }
}

/// An alpha for every sample of a row of a plane.
pub(super) fn plane_alpha(dst: &mut [u8], src: &[u8], alpha: &[u8]) {
    for ((dst, &src), &alpha) in dst.iter_mut().zip(src).zip(alpha) {
        *dst = mix(src, *dst, alpha);
    }
}

/// `mul` of every byte with one value.
pub(super) fn scale(values: &mut [u8], factor: u8) {
    for value in values {
        *value = mul_255(*value, factor);
    }
}

/// `mul` of every byte with its factor.
pub(super) fn multiply(values: &mut [u8], factors: &[u8]) {
    for (value, &factor) in values.iter_mut().zip(factors) {
        *value = mul_255(*value, factor);
    }
}

/// The same pixel over a row, with an alpha for each of its four bytes.
pub(super) fn solid(dst: &mut [u8], pixel: [u8; 4], alpha: [u8; 4]) {
    for dst in dst.as_chunks_mut::<4>().0 {
        for channel in 0..4 {
            dst[channel] = mix(pixel[channel], dst[channel], alpha[channel]);
        }
    }
}

#[inline(always)]
fn straight_pixel(dst: &mut [u8; 4], src: &[u8; 4], factor: u8, mode: Mode) {
    let alpha = mul_255(src[3], factor);
    for channel in 0..3 {
        let (src, dst) = (src[channel], &mut dst[channel]);
        *dst = match mode {
            Mode::PlusLighter => dst.saturating_add(mul_255(src, alpha)),
            mode => mix(blended(mode, src, *dst), *dst, alpha),
        };
    }
}

/// Straight pixels over a row of an opaque canvas.
pub(super) fn straight(dst: &mut [u8], src: &[u8], opacity: u8, mode: Mode) {
    for (dst, src) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0) {
        straight_pixel(dst, src, opacity, mode);
    }
}

/// The same through a mask.
pub(super) fn straight_masked(dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8, mode: Mode) {
    for ((dst, src), &mask) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0).zip(mask) {
        straight_pixel(dst, src, mul_255(mask, opacity), mode);
    }
}

#[inline(always)]
fn premultiplied_pixel(dst: &mut [u8; 4], src: &[u8; 4], factor: u8) {
    let src = src.map(|channel| mul_255(channel, factor));
    for (dst, channel) in dst.iter_mut().zip(src) {
        *dst = channel.saturating_add(mul_255(*dst, 255 - src[3]));
    }
}

/// Premultiplied pixels over a row.
pub(super) fn premultiplied(dst: &mut [u8], src: &[u8], opacity: u8) {
    for (dst, src) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0) {
        premultiplied_pixel(dst, src, opacity);
    }
}

/// The same through a mask.
pub(super) fn premultiplied_masked(dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8) {
    for ((dst, src), &mask) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0).zip(mask) {
        premultiplied_pixel(dst, src, mul_255(mask, opacity));
    }
}

/// The colours of straight pixels times their alpha: `mul(c, a)`.
pub(super) fn premultiply(dst: &mut [u8], src: &[u8]) {
    for (dst, &[red, green, blue, alpha]) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0) {
        *dst = [mul_255(red, alpha), mul_255(green, alpha), mul_255(blue, alpha), alpha];
    }
}
