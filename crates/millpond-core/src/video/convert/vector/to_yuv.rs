//! RGBA rows to Y'CbCr, by the formula of [`crate::video::convert::RgbToYuv`].

use super::super::{RgbToYuv, scalar};
use super::starts;
use crate::simd::vector::Simd;

/// First and third bytes of pixels as pairs of 16 bits, and second ones twice.
#[inline(always)]
fn halves<S: Simd>(s: S, pixels: S::V) -> [S::V; 2] {
    let greens = s.splat_lane([1, 128, 1, 128, 5, 128, 5, 128, 9, 128, 9, 128, 13, 128, 13, 128]);
    [s.and(pixels, s.splat_16(255)), s.swizzle(pixels, greens)]
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

#[inline(always)]
pub(in super::super) fn weighted<S: Simd>(s: S, rgba: &[u8], weights: [i16; 3], offset: i32, out: &mut [u8]) {
    if out.len() < S::BYTES {
        return scalar::weighted(rgba, weights, offset, out);
    }
    let [red, green, blue] = weights;
    let (weights, offset) = ([s.splat_pair(red, blue), s.splat_pair(green, 0)], s.splat_32(offset));
    for at in starts(out.len(), S::BYTES) {
        let [a, b, c, d] = four(s, &rgba[4 * at..]);
        let [a, b] = [dot(s, a, weights, offset), dot(s, b, weights, offset)];
        let [c, d] = [dot(s, c, weights, offset), dot(s, d, weights, offset)];
        s.store(s.narrow_32([a, b, c, d]), &mut out[at..]);
    }
}

/// `(w·rgb + offset) >> 15` of pixels in [`halves`].
#[inline(always)]
fn dot<S: Simd>(s: S, halves: [S::V; 2], weights: [S::V; 2], offset: S::V) -> S::V {
    s.sar_32::<15>(s.dot_add(s.dot_add(offset, halves[0], weights[0]), halves[1], weights[1]))
}

/// Weights and offset of luma times two, which puts it into the upper halves of 32 bits; it is 0 to 255 unclamped.
#[derive(Clone, Copy)]
struct Doubled<V> {
    ends: V,
    middle: V,
    offset: V,
}

impl<V: Copy> Doubled<V> {
    #[inline(always)]
    fn new<S: Simd<V = V>>(s: S, to: &RgbToYuv) -> Doubled<V> {
        let [red, green, blue] = to.luma;
        // Red and blue weigh less than a half; green, which weighs more, is there twice.
        let (ends, middle) = (s.splat_pair(2 * red, 2 * blue), s.splat_pair(green, green));
        Doubled { ends, middle, offset: s.splat_32(2 * to.luma_offset) }
    }

    #[inline(always)]
    fn luma<S: Simd<V = V>>(&self, s: S, [a, b, c, d]: [[V; 2]; 4]) -> V {
        s.narrow_upper([self.of(s, a), self.of(s, b), self.of(s, c), self.of(s, d)])
    }

    #[inline(always)]
    fn of<S: Simd<V = V>>(&self, s: S, [pair, greens]: [V; 2]) -> V {
        s.dot_add(s.dot_add(self.offset, pair, self.ends), greens, self.middle)
    }
}

/// The weights of chroma of cells. They sum to zero, so that of green is spared: `w·rgb` is `wr·(R − G) + wb·(B − G)`.
#[derive(Clone, Copy)]
struct CellWeights<V> {
    blue: V,
    red: V,
    offset: V,
}

impl<V: Copy> CellWeights<V> {
    #[inline(always)]
    fn new<S: Simd<V = V>>(s: S, to: &RgbToYuv) -> CellWeights<V> {
        CellWeights {
            blue: s.splat_pair(to.blue[0], to.blue[2]),
            red: s.splat_pair(to.red[0], to.red[2]),
            offset: s.splat_32(RgbToYuv::CELL_OFFSET),
        }
    }

    /// Cb and Cr of four vectors of [`differences`].
    #[inline(always)]
    fn store<S: Simd<V = V>>(&self, s: S, cells: [V; 4], u: &mut [u8], v: &mut [u8]) {
        s.store(self.chroma(s, cells, self.blue), u);
        s.store(self.chroma(s, cells, self.red), v);
    }

    #[inline(always)]
    fn chroma<S: Simd<V = V>>(&self, s: S, [a, b, c, d]: [V; 4], weights: V) -> V {
        let [a, b] = [self.of(s, a, weights), self.of(s, b, weights)];
        let [c, d] = [self.of(s, c, weights), self.of(s, d, weights)];
        s.narrow_32([a, b, c, d])
    }

    #[inline(always)]
    fn of<S: Simd<V = V>>(&self, s: S, cells: V, weights: V) -> V {
        s.sar_32::<17>(s.dot_add(self.offset, cells, weights))
    }
}

/// `ΣR − ΣG` and `ΣB − ΣG` of the cells of two neighbouring vectors, as pairs of 16 bits.
#[inline(always)]
fn differences<S: Simd>(s: S, top: [[S::V; 2]; 2], bottom: [[S::V; 2]; 2]) -> S::V {
    s.add_neighbours(difference(s, top[0], bottom[0]), difference(s, top[1], bottom[1]))
}

#[inline(always)]
fn difference<S: Simd>(s: S, top: [S::V; 2], bottom: [S::V; 2]) -> S::V {
    s.add(s.sub(top[0], top[1]), s.sub(bottom[0], bottom[1]))
}

#[inline(always)]
pub(in super::super) fn cells<S: Simd>(s: S, to: &RgbToYuv, top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) {
    let whole = top.len() / 8;
    if whole < S::BYTES {
        return scalar::cells(to, top, bottom, u, v);
    }
    let weights = CellWeights::new(s, to);
    for at in starts(whole, S::BYTES) {
        let [t0, t1, t2, t3] = four(s, &top[8 * at..]);
        let [b0, b1, b2, b3] = four(s, &bottom[8 * at..]);
        let near = [differences(s, [t0, t1], [b0, b1]), differences(s, [t2, t3], [b2, b3])];
        let [t0, t1, t2, t3] = four(s, &top[8 * at + 4 * S::BYTES..]);
        let [b0, b1, b2, b3] = four(s, &bottom[8 * at + 4 * S::BYTES..]);
        let far = [differences(s, [t0, t1], [b0, b1]), differences(s, [t2, t3], [b2, b3])];
        weights.store(s, [near[0], near[1], far[0], far[1]], &mut u[at..], &mut v[at..]);
    }
    scalar::cells(to, &top[8 * whole..], &bottom[8 * whole..], &mut u[whole..], &mut v[whole..]);
}

/// Luma of a vector of two rows, and the [`differences`] of their cells.
#[inline(always)]
fn luma_of_rows<S: Simd>(s: S, to: Doubled<S::V>, rows: [&[u8]; 2], luma: [&mut [u8]; 2]) -> [S::V; 2] {
    let [[t0, t1, t2, t3], [b0, b1, b2, b3]] = [four(s, rows[0]), four(s, rows[1])];
    let [top, bottom] = luma;
    s.store(to.luma(s, [t0, t1, t2, t3]), top);
    s.store(to.luma(s, [b0, b1, b2, b3]), bottom);
    [differences(s, [t0, t1], [b0, b1]), differences(s, [t2, t3], [b2, b3])]
}

#[inline(always)]
pub(in super::super) fn two_rows<S: Simd>(
    s: S,
    to: &RgbToYuv,
    rows: [&[u8]; 2],
    luma: [&mut [u8]; 2],
    chroma: [&mut [u8]; 2],
) {
    let whole = rows[0].len() / 8;
    if whole < S::BYTES {
        return scalar::two_rows(to, rows, luma, chroma);
    }
    let ([top, bottom], [y_top, y_bottom], [u, v]) = (rows, luma, chroma);
    let (doubled, weights) = (Doubled::new(s, to), CellWeights::new(s, to));
    for at in starts(whole, S::BYTES) {
        // All lengths are checked here: a check between the steps below would keep vectors from staying in registers.
        let [top, bottom] = [&top[8 * at..][..8 * S::BYTES], &bottom[8 * at..][..8 * S::BYTES]];
        let (y_top, y_bottom) = (&mut y_top[2 * at..][..2 * S::BYTES], &mut y_bottom[2 * at..][..2 * S::BYTES]);
        let (u, v) = (&mut u[at..][..S::BYTES], &mut v[at..][..S::BYTES]);
        let [a, b] = luma_of_rows(s, doubled, [top, bottom], [y_top, y_bottom]);
        let (near, far) = (S::BYTES, 4 * S::BYTES);
        let rest = [&mut y_top[near..], &mut y_bottom[near..]];
        let [c, d] = luma_of_rows(s, doubled, [&top[far..], &bottom[far..]], rest);
        weights.store(s, [a, b, c, d], u, v);
    }
    let rest = 2 * whole;
    scalar::two_rows(
        to,
        [&top[4 * rest..], &bottom[4 * rest..]],
        [&mut y_top[rest..], &mut y_bottom[rest..]],
        [&mut u[whole..], &mut v[whole..]],
    );
}
