//! Rows of one kind of Y'CbCr to another, by the formula of [`crate::video::convert::YuvToYuv`]. Samples keep their
//! offsets; what those would add is taken off by [`YuvToYuv::raw_offsets`].

use super::super::{YuvToYuv, scalar};
use super::starts;
use crate::simd::vector::Simd;

/// Bytes of `a` and `b` in turn as 16 bits. [`narrowed`] puts what becomes of them back into the order of `a`.
#[inline(always)]
fn pairs<S: Simd>(s: S, a: S::V, b: S::V) -> [S::V; 4] {
    let (low, high, zero) = (s.low_bytes(a, b), s.high_bytes(a, b), s.splat(0));
    [s.low_bytes(low, zero), s.high_bytes(low, zero), s.low_bytes(high, zero), s.high_bytes(high, zero)]
}

#[inline(always)]
fn narrowed<S: Simd>(s: S, [a, b, c, d]: [S::V; 4]) -> S::V {
    let low = s.narrow_to_16(s.sar_32::<14>(a), s.sar_32::<14>(b));
    s.narrow(low, s.narrow_to_16(s.sar_32::<14>(c), s.sar_32::<14>(d)))
}

/// `sum` and the dot products of pairs with two weights.
#[inline(always)]
fn dots<S: Simd>(s: S, sums: [S::V; 4], pairs: [S::V; 4], weights: S::V) -> [S::V; 4] {
    [
        s.dot_add(sums[0], pairs[0], weights),
        s.dot_add(sums[1], pairs[1], weights),
        s.dot_add(sums[2], pairs[2], weights),
        s.dot_add(sums[3], pairs[3], weights),
    ]
}

#[inline(always)]
pub(in super::super) fn recolor_luma<S: Simd>(s: S, convert: &YuvToYuv, y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    let len = out.len();
    if len < S::BYTES {
        return scalar::recolor_luma(convert, y, u, v, out);
    }
    let [luma, blue, red] = convert.luma;
    let (first, last) = (s.splat_pair(luma, blue), s.splat_pair(red, 0));
    let offset = [s.splat_32(convert.raw_offsets()[0]); 4];
    for at in starts(len, S::BYTES) {
        let (y, u, v) = (s.load(&y[at..]), s.load(&u[at..]), s.load(&v[at..]));
        let sums = dots(s, dots(s, offset, pairs(s, y, u), first), pairs(s, v, s.splat(0)), last);
        s.store(narrowed(s, sums), &mut out[at..]);
    }
}

#[inline(always)]
pub(in super::super) fn recolor_halved<S: Simd>(
    s: S,
    convert: &YuvToYuv,
    y: &[u8],
    u: &[u8],
    v: &[u8],
    out: &mut [u8],
) {
    let even = out.len() & !1;
    if even < S::BYTES {
        return scalar::recolor_halved(convert, y, u, v, out);
    }
    let [luma, blue, red] = convert.luma;
    let (first, second, chroma) = (s.splat_pair(luma, 0), s.splat_pair(0, luma), s.splat_pair(blue, red));
    let (offset, zero) = (s.splat_32(convert.raw_offsets()[0]), s.splat(0));
    // Samples of even places are made apart from those of odd ones, which share their chroma.
    let in_turn = s.splat_lane([0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15]);
    for at in starts(even, S::BYTES) {
        let y = s.load(&y[at..]);
        let uv = s.xor(s.load_widened(&u[at / 2..]), s.shl::<8>(s.load_widened(&v[at / 2..])));
        let (low, high) = (s.low_bytes(y, zero), s.high_bytes(y, zero));
        let low_term = s.dot_add(offset, s.low_bytes(uv, zero), chroma);
        let high_term = s.dot_add(offset, s.high_bytes(uv, zero), chroma);
        let sums = [
            s.dot_add(low_term, low, first),
            s.dot_add(high_term, high, first),
            s.dot_add(low_term, low, second),
            s.dot_add(high_term, high, second),
        ];
        s.store(s.swizzle(narrowed(s, sums), in_turn), &mut out[at..]);
    }
    scalar::recolor_halved(convert, &y[even..], &u[even / 2..], &v[even / 2..], &mut out[even..]);
}

/// Weights and offsets of both chroma samples.
struct Chroma<V> {
    blue: V,
    red: V,
    offsets: [V; 2],
}

impl<V: Copy> Chroma<V> {
    #[inline(always)]
    fn convert<S: Simd<V = V>>(&self, s: S, u: &mut [u8], v: &mut [u8]) {
        let both = pairs(s, s.load(u), s.load(v));
        s.store(narrowed(s, dots(s, [self.offsets[0]; 4], both, self.blue)), u);
        s.store(narrowed(s, dots(s, [self.offsets[1]; 4], both, self.red)), v);
    }
}

#[inline(always)]
pub(in super::super) fn recolor_chroma<S: Simd>(s: S, convert: &YuvToYuv, u: &mut [u8], v: &mut [u8]) {
    let [[uu, uv], [vu, vv]] = convert.chroma;
    let [_, blue, red] = convert.raw_offsets();
    let offsets = [s.splat_32(blue), s.splat_32(red)];
    let chroma = Chroma { blue: s.splat_pair(uu, uv), red: s.splat_pair(vu, vv), offsets };
    let (mut us, mut vs) = (u.chunks_exact_mut(S::BYTES), v.chunks_exact_mut(S::BYTES));
    for (u, v) in (&mut us).zip(&mut vs) {
        chroma.convert(s, u, v);
    }
    // In place, a vector that overlaps the last would convert samples twice: what is left goes through the stack.
    let (u, v) = (us.into_remainder(), vs.into_remainder());
    let (mut last_u, mut last_v) = ([0; 64], [0; 64]);
    last_u[..u.len()].copy_from_slice(u);
    last_v[..v.len()].copy_from_slice(v);
    chroma.convert(s, &mut last_u, &mut last_v);
    u.copy_from_slice(&last_u[..u.len()]);
    v.copy_from_slice(&last_v[..v.len()]);
}
