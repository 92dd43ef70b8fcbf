//! The rows of [`super::scalar`] that decide the speed, a vector at a time.
//!
//! What is left at the end of a row is done by one more vector that overlaps the last, as nothing is read that was
//! written; rows shorter than a vector are done there.

mod recolor;
mod to_rgba;
mod to_yuv;

pub(super) use recolor::{recolor_chroma, recolor_halved, recolor_luma};
pub(super) use to_rgba::{cells_to_rgba, full_to_rgba, halved_to_rgba};
pub(super) use to_yuv::{cells, two_rows, weighted};

use super::scalar;
use crate::simd::vector::Simd;

/// Starts of vectors of `step` that cover `0..len`, the last ending at `len`; `len` is at least `step`.
#[inline(always)]
fn starts(len: usize, step: usize) -> impl Iterator<Item = usize> {
    let last = len - step;
    core::iter::successors(Some(0), move |&at| (at < last).then(|| (at + step).min(last)))
}

#[inline(always)]
pub(super) fn swap_ends<S: Simd>(s: S, pixels: &[u8], out: &mut [u8]) {
    let table = s.splat_lane([2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15]);
    let (mut pixels, mut out) = (pixels.chunks_exact(S::BYTES), out.chunks_exact_mut(S::BYTES));
    for (pixels, out) in (&mut pixels).zip(&mut out) {
        s.store(s.swizzle(s.load(pixels), table), out);
    }
    scalar::swap_ends(pixels.remainder(), out.into_remainder());
}

#[inline(always)]
pub(super) fn double<S: Simd>(s: S, samples: &[u8], out: &mut [u8]) {
    let even = out.len() & !1;
    if even < S::BYTES {
        return scalar::double(samples, out);
    }
    for at in starts(even, S::BYTES) {
        let wide = s.load_widened(&samples[at / 2..]);
        s.store(s.add(wide, s.shl::<8>(wide)), &mut out[at..]);
    }
    scalar::double(&samples[even / 2..], &mut out[even..]);
}
