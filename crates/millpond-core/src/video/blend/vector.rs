//! The rows of [`super::scalar`], a vector at a time; what is left of a row is done there.

use super::{Mode, scalar};
use crate::simd::vector::Simd;

/// Alpha of a pixel for its colours, 0 for its fourth byte.
const ALPHA_OF_COLORS: [u8; 16] = [3, 3, 3, 128, 7, 7, 7, 128, 11, 11, 11, 128, 15, 15, 15, 128];
/// Alpha of a pixel for all its bytes.
const ALPHA: [u8; 16] = [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15];

#[inline(always)]
pub(super) fn plane<S: Simd>(s: S, dst: &mut [u8], src: &[u8], alpha: u8) {
    let wide = s.splat(alpha);
    let (mut dst, mut src) = (dst.chunks_exact_mut(S::BYTES), src.chunks_exact(S::BYTES));
    for (dst, src) in (&mut dst).zip(&mut src) {
        s.store(s.mix(s.load(src), s.load(dst), wide), dst);
    }
    scalar::plane(dst.into_remainder(), src.remainder(), alpha);
}

#[inline(always)]
pub(super) fn plane_alpha<S: Simd>(s: S, dst: &mut [u8], src: &[u8], alpha: &[u8]) {
    let (mut dst, mut src) = (dst.chunks_exact_mut(S::BYTES), src.chunks_exact(S::BYTES));
    let mut alpha = alpha.chunks_exact(S::BYTES);
    for ((dst, src), alpha) in (&mut dst).zip(&mut src).zip(&mut alpha) {
        s.store(s.mix(s.load(src), s.load(dst), s.load(alpha)), dst);
    }
    scalar::plane_alpha(dst.into_remainder(), src.remainder(), alpha.remainder());
}

#[inline(always)]
pub(super) fn scale<S: Simd>(s: S, values: &mut [u8], factor: u8) {
    let wide = s.splat(factor);
    let mut values = values.chunks_exact_mut(S::BYTES);
    for values in &mut values {
        s.store(s.mul_255(s.load(values), wide), values);
    }
    scalar::scale(values.into_remainder(), factor);
}

#[inline(always)]
pub(super) fn multiply<S: Simd>(s: S, values: &mut [u8], factors: &[u8]) {
    let (mut values, mut factors) = (values.chunks_exact_mut(S::BYTES), factors.chunks_exact(S::BYTES));
    for (values, factors) in (&mut values).zip(&mut factors) {
        s.store(s.mul_255(s.load(values), s.load(factors)), values);
    }
    scalar::multiply(values.into_remainder(), factors.remainder());
}

#[inline(always)]
pub(super) fn solid<S: Simd>(s: S, dst: &mut [u8], pixel: [u8; 4], alpha: [u8; 4]) {
    let (wide, wide_alpha) = (s.splat_pixel(pixel), s.splat_pixel(alpha));
    let mut dst = dst.chunks_exact_mut(S::BYTES);
    for dst in &mut dst {
        s.store(s.mix(wide, s.load(dst), wide_alpha), dst);
    }
    scalar::solid(dst.into_remainder(), pixel, alpha);
}

/// What alphas are multiplied by. A type and no closure: a closure is a function of its own, and what is compiled for a
/// level is inlined into it only by luck.
trait Factor<S: Simd>: Copy {
    /// `bytes` of the pixels from `at` on, multiplied.
    fn scale(self, s: S, at: usize, bytes: S::V) -> S::V;
}

/// 255.
#[derive(Clone, Copy)]
struct Whole;

impl<S: Simd> Factor<S> for Whole {
    #[inline(always)]
    fn scale(self, _: S, _: usize, bytes: S::V) -> S::V {
        bytes
    }
}

/// The same for every pixel.
#[derive(Clone, Copy)]
struct Faded<V>(V);

impl<S: Simd> Factor<S> for Faded<S::V> {
    #[inline(always)]
    fn scale(self, s: S, _: usize, bytes: S::V) -> S::V {
        s.mul_255(bytes, self.0)
    }
}

/// That of the mask, times one for all.
#[derive(Clone, Copy)]
struct Masked<'a, V>(&'a [u8], V);

impl<S: Simd> Factor<S> for Masked<'_, S::V> {
    #[inline(always)]
    fn scale(self, s: S, at: usize, bytes: S::V) -> S::V {
        s.mul_255(bytes, s.mul_255(s.load_spread(&self.0[at..]), self.1))
    }
}

/// A row of straight pixels; `mode` is known where this is compiled.
#[inline(always)]
fn straight_row<S: Simd>(
    s: S,
    dst: &mut [u8],
    src: &[u8],
    mode: Mode,
    factor: impl Factor<S>,
    rest: impl FnOnce(usize, &mut [u8], &[u8]),
) {
    let colors = s.splat_lane(ALPHA_OF_COLORS);
    let (mut dst, mut src) = (dst.chunks_exact_mut(S::BYTES), src.chunks_exact(S::BYTES));
    let mut pixels = 0;
    for (dst, src) in (&mut dst).zip(&mut src) {
        let (over, below) = (s.load(src), s.load(dst));
        let alpha = factor.scale(s, pixels, s.swizzle(over, colors));
        let out = match mode {
            Mode::PlusLighter => s.add_bytes(below, s.mul_255(over, alpha)),
            mode => s.mix(blended(s, mode, over, below), below, alpha),
        };
        s.store(out, dst);
        pixels += S::BYTES / 4;
    }
    rest(pixels, dst.into_remainder(), src.remainder());
}

/// `a + b − a·b`.
#[inline(always)]
fn screen<S: Simd>(s: S, a: S::V, b: S::V) -> S::V {
    s.add_bytes(a, s.sub_bytes(b, s.mul_255(a, b)))
}

#[inline(always)]
fn blended<S: Simd>(s: S, mode: Mode, src: S::V, dst: S::V) -> S::V {
    match mode {
        Mode::Normal | Mode::PlusLighter => src,
        Mode::Multiply => s.mul_255(src, dst),
        Mode::Screen => screen(s, src, dst),
        Mode::Overlay => {
            let double = s.sub_bytes(dst, s.xor(dst, s.splat(255)));
            s.select(dst, s.mul_255(src, s.add_bytes(dst, dst)), screen(s, src, double))
        }
        Mode::Darken => s.min(src, dst),
        Mode::Lighten => s.max(src, dst),
        Mode::Difference => s.sub_bytes(s.max(src, dst), s.min(src, dst)),
    }
}

/// `$row(…, mode)` compiled once for each mode.
macro_rules! for_each_mode {
    ($mode:expr, $row:ident($($arg:expr),*)) => {
        match $mode {
            Mode::Normal => $row($($arg),*, Mode::Normal),
            Mode::Multiply => $row($($arg),*, Mode::Multiply),
            Mode::Screen => $row($($arg),*, Mode::Screen),
            Mode::Overlay => $row($($arg),*, Mode::Overlay),
            Mode::Darken => $row($($arg),*, Mode::Darken),
            Mode::Lighten => $row($($arg),*, Mode::Lighten),
            Mode::Difference => $row($($arg),*, Mode::Difference),
            Mode::PlusLighter => $row($($arg),*, Mode::PlusLighter),
        }
    };
}

#[inline(always)]
pub(super) fn straight<S: Simd>(s: S, dst: &mut [u8], src: &[u8], opacity: u8, mode: Mode) {
    if opacity == 255 {
        for_each_mode!(mode, straight_whole(s, dst, src));
    } else {
        for_each_mode!(mode, straight_faded(s, dst, src, opacity));
    }
}

#[inline(always)]
fn straight_whole<S: Simd>(s: S, dst: &mut [u8], src: &[u8], mode: Mode) {
    straight_row(s, dst, src, mode, Whole, |_, dst, src| scalar::straight(dst, src, 255, mode));
}

#[inline(always)]
fn straight_faded<S: Simd>(s: S, dst: &mut [u8], src: &[u8], opacity: u8, mode: Mode) {
    let rest = |_, dst: &mut [u8], src: &[u8]| scalar::straight(dst, src, opacity, mode);
    straight_row(s, dst, src, mode, Faded(s.splat(opacity)), rest);
}

#[inline(always)]
pub(super) fn straight_masked<S: Simd>(s: S, dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8, mode: Mode) {
    for_each_mode!(mode, straight_through(s, dst, src, mask, opacity));
}

#[inline(always)]
fn straight_through<S: Simd>(s: S, dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8, mode: Mode) {
    straight_row(s, dst, src, mode, Masked(mask, s.splat(opacity)), |at, dst, src| {
        scalar::straight_masked(dst, src, &mask[at..], opacity, mode);
    });
}

#[inline(always)]
fn premultiplied_row<S: Simd>(
    s: S,
    dst: &mut [u8],
    src: &[u8],
    factor: impl Factor<S>,
    rest: impl FnOnce(usize, &mut [u8], &[u8]),
) {
    let (alphas, all) = (s.splat_lane(ALPHA), s.splat(255));
    let (mut dst, mut src) = (dst.chunks_exact_mut(S::BYTES), src.chunks_exact(S::BYTES));
    let mut pixels = 0;
    for (dst, src) in (&mut dst).zip(&mut src) {
        let over = factor.scale(s, pixels, s.load(src));
        let through = s.xor(s.swizzle(over, alphas), all);
        s.store(s.add_bytes(over, s.mul_255(s.load(dst), through)), dst);
        pixels += S::BYTES / 4;
    }
    rest(pixels, dst.into_remainder(), src.remainder());
}

#[inline(always)]
pub(super) fn premultiplied<S: Simd>(s: S, dst: &mut [u8], src: &[u8], opacity: u8) {
    let rest = |_, dst: &mut [u8], src: &[u8]| scalar::premultiplied(dst, src, opacity);
    if opacity == 255 {
        premultiplied_row(s, dst, src, Whole, rest);
    } else {
        premultiplied_row(s, dst, src, Faded(s.splat(opacity)), rest);
    }
}

#[inline(always)]
pub(super) fn premultiplied_masked<S: Simd>(s: S, dst: &mut [u8], src: &[u8], mask: &[u8], opacity: u8) {
    premultiplied_row(s, dst, src, Masked(mask, s.splat(opacity)), |at, dst, src| {
        scalar::premultiplied_masked(dst, src, &mask[at..], opacity);
    });
}

#[inline(always)]
pub(super) fn premultiply<S: Simd>(s: S, dst: &mut [u8], src: &[u8]) {
    // The fourth byte is multiplied by 255: the alpha of colours is 0 there, or'ed with 255.
    let (colors, fourth) = (s.splat_lane(ALPHA_OF_COLORS), s.splat_pixel([0, 0, 0, 255]));
    let (mut dst, mut src) = (dst.chunks_exact_mut(S::BYTES), src.chunks_exact(S::BYTES));
    for (dst, src) in (&mut dst).zip(&mut src) {
        let pixels = s.load(src);
        s.store(s.mul_255(pixels, s.xor(s.swizzle(pixels, colors), fourth)), dst);
    }
    scalar::premultiply(dst.into_remainder(), src.remainder());
}
