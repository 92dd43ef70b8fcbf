//! Y'CbCr rows to RGBA, by the formula of [`crate::video::convert::YuvToRgb`].

use super::super::{YuvToRgb, scalar};
use super::starts;
use crate::simd::vector::Simd;

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

    /// A vector of pixels from luma and the chroma terms of its lower and upper halves, which were dealt.
    #[inline(always)]
    fn store_pixels<S: Simd<V = V>>(&self, s: S, y: &[u8], terms: [[V; 2]; 3], rgba: &mut [u8]) {
        let (y, zero) = (s.xor(s.deal(s.load(y)), s.splat(128)), s.splat(0));
        let low = s.add(s.mul_q15(s.low_bytes(zero, y), self.luma), self.offset);
        let high = s.add(s.mul_q15(s.high_bytes(zero, y), self.luma), self.offset);
        let [red, green, blue] = terms;
        let luma = [low, high];
        let pixels = [channel(s, luma, red), channel(s, luma, green), channel(s, luma, blue), s.splat(255)];
        s.store_interleaved(pixels, rgba);
    }

    /// The terms of chroma of two pixels each, from `BYTES / 2` samples, dealt.
    #[inline(always)]
    fn halved_terms<S: Simd<V = V>>(&self, s: S, u: &[u8], v: &[u8]) -> [[V; 2]; 3] {
        let sign = s.splat_16(i16::MIN);
        let u = s.xor(s.shl::<8>(s.deal(s.load_widened(u))), sign);
        let v = s.xor(s.shl::<8>(s.deal(s.load_widened(v))), sign);
        let [red, green, blue] = self.terms(s, u, v);
        [
            [s.low_twice(red), s.high_twice(red)],
            [s.low_twice(green), s.high_twice(green)],
            [s.low_twice(blue), s.high_twice(blue)],
        ]
    }

    /// The terms of chroma, given times 256.
    #[inline(always)]
    fn terms<S: Simd<V = V>>(&self, s: S, u: V, v: V) -> [V; 3] {
        let green = s.add(s.mul_q15(u, self.green[0]), s.mul_q15(v, self.green[1]));
        [s.mul_q15(v, self.red), green, s.mul_q15(u, self.blue)]
    }
}

#[inline(always)]
pub(in super::super) fn full_to_rgba<S: Simd>(s: S, to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    if y.len() < S::BYTES {
        return scalar::full_to_rgba(to, y, u, v, rgba);
    }
    let (wide, sign, zero) = (Wide::new(s, to), s.splat(128), s.splat(0));
    for at in starts(y.len(), S::BYTES) {
        let (u, v) = (s.xor(s.deal(s.load(&u[at..])), sign), s.xor(s.deal(s.load(&v[at..])), sign));
        let low = wide.terms(s, s.low_bytes(zero, u), s.low_bytes(zero, v));
        let high = wide.terms(s, s.high_bytes(zero, u), s.high_bytes(zero, v));
        let both = [[low[0], high[0]], [low[1], high[1]], [low[2], high[2]]];
        wide.store_pixels(s, &y[at..], both, &mut rgba[4 * at..]);
    }
}

#[inline(always)]
pub(in super::super) fn halved_to_rgba<S: Simd>(s: S, to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    let even = y.len() & !1;
    if even < S::BYTES {
        return scalar::halved_to_rgba(to, y, u, v, rgba);
    }
    let wide = Wide::new(s, to);
    for at in starts(even, S::BYTES) {
        wide.store_pixels(s, &y[at..], wide.halved_terms(s, &u[at / 2..], &v[at / 2..]), &mut rgba[4 * at..]);
    }
    scalar::halved_to_rgba(to, &y[even..], &u[even / 2..], &v[even / 2..], &mut rgba[4 * even..]);
}

#[inline(always)]
pub(in super::super) fn cells_to_rgba<S: Simd>(
    s: S,
    to: &YuvToRgb,
    y: [&[u8]; 2],
    u: &[u8],
    v: &[u8],
    rgba: [&mut [u8]; 2],
) {
    let even = y[0].len() & !1;
    if even < S::BYTES {
        return scalar::cells_to_rgba(to, y, u, v, rgba);
    }
    let ([y_top, y_bottom], [top, bottom]) = (y, rgba);
    let wide = Wide::new(s, to);
    for at in starts(even, S::BYTES) {
        let (top, bottom) = (&mut top[4 * at..][..4 * S::BYTES], &mut bottom[4 * at..][..4 * S::BYTES]);
        let (y_top, y_bottom) = (&y_top[at..][..S::BYTES], &y_bottom[at..][..S::BYTES]);
        let terms = wide.halved_terms(s, &u[at / 2..], &v[at / 2..]);
        wide.store_pixels(s, y_top, terms, top);
        wide.store_pixels(s, y_bottom, terms, bottom);
    }
    let rest = [&mut top[4 * even..], &mut bottom[4 * even..]];
    scalar::cells_to_rgba(to, [&y_top[even..], &y_bottom[even..]], &u[even / 2..], &v[even / 2..], rest);
}
