//! The rows of [`super::scalar`] that decide the speed, a vector at a time.
//!
//! What is left at the end of a row is done by one more vector that overlaps the last, as nothing is read that was
//! written; rows shorter than a vector are done there.

use super::{RgbToYuv, YuvToRgb, scalar};
use crate::simd::vector::Simd;

/// Starts of vectors of `step` that cover `0..len`, the last ending at `len`; `len` is at least `step`.
#[inline(always)]
fn starts(len: usize, step: usize) -> impl Iterator<Item = usize> {
    let last = len - step;
    core::iter::successors(Some(0), move |&at| (at < last).then(|| (at + step).min(last)))
}

/// A channel from luma and its chroma term. Sums beyond 16 bits are held at their end, which is beyond 255 too. A product
/// with 2^9 is a shift by 6 that rounds, and multipliers have less to do here than shifters.
#[inline(always)]
fn channel<S: Simd>(s: S, luma: [S::V; 2], term: [S::V; 2]) -> S::V {
    let scale = s.splat_16(1 << 9);
    s.narrow(s.mul_q15(s.add_clamped(luma[0], term[0]), scale), s.mul_q15(s.add_clamped(luma[1], term[1]), scale))
}

/// The coefficients as vectors.
#[derive(Clone, Copy)]
struct Wide<V> {
    luma: V,
    offset: V,
    red: V,
    green: [V; 2],
    blue: V,
}

impl<V: Copy> Wide<V> {
    #[inline(always)]
    fn new<S: Simd<V = V>>(s: S, to: &YuvToRgb) -> Wide<V> {
        Wide {
            luma: s.splat_16(to.luma),
            offset: s.splat_16(to.offset),
            red: s.splat_16(to.red),
            green: [s.splat_16(to.green[0]), s.splat_16(to.green[1])],
            blue: s.splat_16(to.blue),
        }
    }

    /// A vector of pixels from luma and the chroma terms of its lower and upper halves.
    #[inline(always)]
    fn store_pixels<S: Simd<V = V>>(&self, s: S, y: &[u8], terms: [[V; 2]; 3], rgba: &mut [u8]) {
        let (y, zero) = (s.xor(s.load(y), s.splat(128)), s.splat(0));
        let low = s.add(s.mul_q15(s.low_bytes(zero, y), self.luma), self.offset);
        let high = s.add(s.mul_q15(s.high_bytes(zero, y), self.luma), self.offset);
        let [red, green, blue] = terms;
        let luma = [low, high];
        let pixels = [channel(s, luma, red), channel(s, luma, green), channel(s, luma, blue), s.splat(255)];
        s.store_interleaved(pixels, rgba);
    }

    /// The terms of chroma, given times 256.
    #[inline(always)]
    fn terms<S: Simd<V = V>>(&self, s: S, u: V, v: V) -> [V; 3] {
        let green = s.add(s.mul_q15(u, self.green[0]), s.mul_q15(v, self.green[1]));
        [s.mul_q15(v, self.red), green, s.mul_q15(u, self.blue)]
    }
}

#[inline(always)]
pub(super) fn full_to_rgba<S: Simd>(s: S, to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    if y.len() < S::BYTES {
        return scalar::full_to_rgba(to, y, u, v, rgba);
    }
    let (wide, sign, zero) = (Wide::new(s, to), s.splat(128), s.splat(0));
    for at in starts(y.len(), S::BYTES) {
        let (u, v) = (s.xor(s.load(&u[at..]), sign), s.xor(s.load(&v[at..]), sign));
        let low = wide.terms(s, s.low_bytes(zero, u), s.low_bytes(zero, v));
        let high = wide.terms(s, s.high_bytes(zero, u), s.high_bytes(zero, v));
        let both = [[low[0], high[0]], [low[1], high[1]], [low[2], high[2]]];
        wide.store_pixels(s, &y[at..], both, &mut rgba[4 * at..]);
    }
}

#[inline(always)]
pub(super) fn halved_to_rgba<S: Simd>(s: S, to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    let even = y.len() & !1;
    if even < S::BYTES {
        return scalar::halved_to_rgba(to, y, u, v, rgba);
    }
    let (wide, sign) = (Wide::new(s, to), s.splat_16(i16::MIN));
    for at in starts(even, S::BYTES) {
        let u = s.xor(s.shl::<8>(s.load_widened(&u[at / 2..])), sign);
        let v = s.xor(s.shl::<8>(s.load_widened(&v[at / 2..])), sign);
        let [red, green, blue] = wide.terms(s, u, v);
        let both = [
            [s.low_twice(red), s.high_twice(red)],
            [s.low_twice(green), s.high_twice(green)],
            [s.low_twice(blue), s.high_twice(blue)],
        ];
        wide.store_pixels(s, &y[at..], both, &mut rgba[4 * at..]);
    }
    scalar::halved_to_rgba(to, &y[even..], &u[even / 2..], &v[even / 2..], &mut rgba[4 * even..]);
}

#[inline(always)]
pub(super) fn cells_to_rgba<S: Simd>(s: S, to: &YuvToRgb, y: [&[u8]; 2], u: &[u8], v: &[u8], rgba: [&mut [u8]; 2]) {
    let even = y[0].len() & !1;
    if even < S::BYTES {
        return scalar::cells_to_rgba(to, y, u, v, rgba);
    }
    let ([y_top, y_bottom], [top, bottom]) = (y, rgba);
    let (wide, sign) = (Wide::new(s, to), s.splat_16(i16::MIN));
    for at in starts(even, S::BYTES) {
        let u = s.xor(s.shl::<8>(s.load_widened(&u[at / 2..])), sign);
        let v = s.xor(s.shl::<8>(s.load_widened(&v[at / 2..])), sign);
        let [red, green, blue] = wide.terms(s, u, v);
        let both = [
            [s.low_twice(red), s.high_twice(red)],
            [s.low_twice(green), s.high_twice(green)],
            [s.low_twice(blue), s.high_twice(blue)],
        ];
        wide.store_pixels(s, &y_top[at..], both, &mut top[4 * at..]);
        wide.store_pixels(s, &y_bottom[at..], both, &mut bottom[4 * at..]);
    }
    let rest = [&mut top[4 * even..], &mut bottom[4 * even..]];
    scalar::cells_to_rgba(to, [&y_top[even..], &y_bottom[even..]], &u[even / 2..], &v[even / 2..], rest);
}

/// First and third bytes of pixels as 16 bits, and second and fourth ones.
#[inline(always)]
fn halves<S: Simd>(s: S, pixels: S::V) -> [S::V; 2] {
    [s.and(pixels, s.splat_16(255)), s.shr::<8>(pixels)]
}

/// Weights of three channels for [`halves`].
#[inline(always)]
fn pairs<S: Simd>(s: S, weights: [i16; 3]) -> [S::V; 2] {
    [s.splat_pair(weights[0], weights[2]), s.splat_pair(weights[1], 0)]
}

/// `(w·rgb + offset) >> BITS` of pixels in [`halves`].
#[inline(always)]
fn dot<S: Simd, const BITS: i32>(s: S, halves: [S::V; 2], weights: [S::V; 2], offset: S::V) -> S::V {
    s.sar_32::<BITS>(s.add_32(s.add_32(s.dot(halves[0], weights[0]), s.dot(halves[1], weights[1])), offset))
}

#[inline(always)]
pub(super) fn weighted<S: Simd>(s: S, rgba: &[u8], weights: [i16; 3], offset: i32, out: &mut [u8]) {
    if out.len() < S::BYTES {
        return scalar::weighted(rgba, weights, offset, out);
    }
    let (weights, offset) = (pairs(s, weights), s.splat_32(offset));
    for at in starts(out.len(), S::BYTES) {
        s.store(narrowed(s, four(s, &rgba[4 * at..]), weights, offset), &mut out[at..]);
    }
}

/// Chroma of four vectors of cells.
#[inline(always)]
fn chroma<S: Simd>(s: S, sums: [[S::V; 2]; 4], weights: [S::V; 2], offset: S::V) -> S::V {
    let [a, b, c, d] = sums;
    let first = [dot::<S, 17>(s, a, weights, offset), dot::<S, 17>(s, b, weights, offset)];
    let last = [dot::<S, 17>(s, c, weights, offset), dot::<S, 17>(s, d, weights, offset)];
    s.narrow_32([first[0], first[1], last[0], last[1]])
}

/// Four vectors of pixels in [`halves`].
#[inline(always)]
fn four<S: Simd>(s: S, rgba: &[u8]) -> [[S::V; 2]; 4] {
    let rgba = &rgba[..4 * S::BYTES];
    [
        halves(s, s.load(rgba)),
        halves(s, s.load(&rgba[S::BYTES..])),
        halves(s, s.load(&rgba[2 * S::BYTES..])),
        halves(s, s.load(&rgba[3 * S::BYTES..])),
    ]
}

/// A vector of luma, or of full chroma.
#[inline(always)]
fn narrowed<S: Simd>(s: S, pixels: [[S::V; 2]; 4], weights: [S::V; 2], offset: S::V) -> S::V {
    let [a, b, c, d] = pixels;
    let first = [dot::<S, 15>(s, a, weights, offset), dot::<S, 15>(s, b, weights, offset)];
    let last = [dot::<S, 15>(s, c, weights, offset), dot::<S, 15>(s, d, weights, offset)];
    s.narrow_32([first[0], first[1], last[0], last[1]])
}

/// Sums of the channels of the cells of two neighbouring vectors.
#[inline(always)]
fn cell_sums<S: Simd>(s: S, top: [[S::V; 2]; 2], bottom: [[S::V; 2]; 2]) -> [S::V; 2] {
    [
        s.add_neighbours(s.add(top[0][0], bottom[0][0]), s.add(top[1][0], bottom[1][0])),
        s.add_neighbours(s.add(top[0][1], bottom[0][1]), s.add(top[1][1], bottom[1][1])),
    ]
}

#[inline(always)]
pub(super) fn cells<S: Simd>(s: S, to: &RgbToYuv, top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) {
    let whole = top.len() / 8;
    if whole < S::BYTES {
        return scalar::cells(to, top, bottom, u, v);
    }
    let (blue, red, offset) = (pairs(s, to.blue), pairs(s, to.red), s.splat_32(RgbToYuv::CELL_OFFSET));
    for at in starts(whole, S::BYTES) {
        let [t0, t1, t2, t3] = four(s, &top[8 * at..]);
        let [b0, b1, b2, b3] = four(s, &bottom[8 * at..]);
        let [t4, t5, t6, t7] = four(s, &top[8 * at + 4 * S::BYTES..]);
        let [b4, b5, b6, b7] = four(s, &bottom[8 * at + 4 * S::BYTES..]);
        let first = [cell_sums(s, [t0, t1], [b0, b1]), cell_sums(s, [t2, t3], [b2, b3])];
        let last = [cell_sums(s, [t4, t5], [b4, b5]), cell_sums(s, [t6, t7], [b6, b7])];
        let sums = [first[0], first[1], last[0], last[1]];
        s.store(chroma(s, sums, blue, offset), &mut u[at..]);
        s.store(chroma(s, sums, red, offset), &mut v[at..]);
    }
    scalar::cells(to, &top[8 * whole..], &bottom[8 * whole..], &mut u[whole..], &mut v[whole..]);
}

/// Luma of a vector of two rows, and the cell sums of both.
#[inline(always)]
fn luma_of_rows<S: Simd>(
    s: S,
    weights: [S::V; 2],
    offset: S::V,
    rows: [&[u8]; 2],
    luma: [&mut [u8]; 2],
) -> [[S::V; 2]; 2] {
    let [[t0, t1, t2, t3], [b0, b1, b2, b3]] = [four(s, rows[0]), four(s, rows[1])];
    let [top, bottom] = luma;
    s.store(narrowed(s, [t0, t1, t2, t3], weights, offset), top);
    s.store(narrowed(s, [b0, b1, b2, b3], weights, offset), bottom);
    [cell_sums(s, [t0, t1], [b0, b1]), cell_sums(s, [t2, t3], [b2, b3])]
}

#[inline(always)]
pub(super) fn two_rows<S: Simd>(s: S, to: &RgbToYuv, rows: [&[u8]; 2], luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2]) {
    let whole = rows[0].len() / 8;
    if whole < S::BYTES {
        return scalar::two_rows(to, rows, luma, chroma);
    }
    let ([top, bottom], [y_top, y_bottom], [u, v]) = (rows, luma, chroma);
    let (weights, luma_offset) = (pairs(s, to.luma), s.splat_32(to.luma_offset));
    let (blue, red, offset) = (pairs(s, to.blue), pairs(s, to.red), s.splat_32(RgbToYuv::CELL_OFFSET));
    for at in starts(whole, S::BYTES) {
        let (near, far) = (2 * at, 2 * at + S::BYTES);
        let [a, b] = luma_of_rows(
            s,
            weights,
            luma_offset,
            [&top[4 * near..], &bottom[4 * near..]],
            [&mut y_top[near..], &mut y_bottom[near..]],
        );
        let [c, d] = luma_of_rows(
            s,
            weights,
            luma_offset,
            [&top[4 * far..], &bottom[4 * far..]],
            [&mut y_top[far..], &mut y_bottom[far..]],
        );
        s.store(self::chroma(s, [a, b, c, d], blue, offset), &mut u[at..]);
        s.store(self::chroma(s, [a, b, c, d], red, offset), &mut v[at..]);
    }
    let rest = 2 * whole;
    scalar::two_rows(
        to,
        [&top[4 * rest..], &bottom[4 * rest..]],
        [&mut y_top[rest..], &mut y_bottom[rest..]],
        [&mut u[whole..], &mut v[whole..]],
    );
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
