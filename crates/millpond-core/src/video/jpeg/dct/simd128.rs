//! One block at a time in WebAssembly's 16-byte vectors.

use super::lanes::{self, Lanes, SHUFFLES};
use super::*;
use core::arch::wasm32::*;

/// See [`super::forward`].
pub(super) fn forward(rows: &[&[u8]; 8], quantiser: &Quantiser, blocks: &mut [Block], nonzero: &mut [u64]) {
    lanes::forward::<v128>(rows, quantiser, blocks, nonzero);
}

#[inline(always)]
fn load_words(words: &[u16; 64], y: usize) -> v128 {
    let words: &[u16] = &words[8 * y..8 * y + 8];
    // SAFETY: the slice has 16 bytes; a load may be unaligned.
    unsafe { v128_load(words.as_ptr().cast()) }
}

/// The high halves of the products of unsigned lanes.
#[inline(always)]
fn high_product(a: v128, b: v128) -> v128 {
    let (low, high) = (u32x4_extmul_low_u16x8(a, b), u32x4_extmul_high_u16x8(a, b));
    i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high)
}

impl Lanes for v128 {
    const BLOCKS: usize = 1;
    type Wide = [v128; 2];

    #[inline(always)]
    fn load(row: &[u8]) -> Self {
        let row: &[u8; 8] = row.as_array().expect("8 samples");
        // SAFETY: the row has 8 bytes; a load may be unaligned.
        let samples = unsafe { u16x8_load_extend_u8x8(row.as_ptr()) };
        i16x8_sub(samples, i16x8_splat(128))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        i16x8_add(self, other)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        i16x8_sub(self, other)
    }

    #[inline(always)]
    fn extend(self) -> Self {
        i16x8_shl(self, PASS_BITS as u32)
    }

    #[inline(always)]
    fn reduce(self) -> Self {
        i16x8_shr(i16x8_add(self, i16x8_splat(2)), PASS_BITS as u32)
    }

    #[inline(always)]
    fn products(x: Self, y: Self, a: i32, b: i32) -> Self::Wide {
        let weights = i32x4_splat(a & 0xffff | b << 16);
        let low = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(x, y);
        let high = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(x, y);
        [i32x4_dot_i16x8(low, weights), i32x4_dot_i16x8(high, weights)]
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        [i32x4_add(a[0], b[0]), i32x4_add(a[1], b[1])]
    }

    #[inline(always)]
    fn descale<const BITS: i32>(wide: Self::Wide) -> Self {
        let half = i32x4_splat(1 << (BITS - 1));
        let [low, high] = wide.map(|wide| i32x4_shr(i32x4_add(wide, half), BITS as u32));
        i16x8_narrow_i32x4(low, high)
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        let low = |a, b| i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b);
        let high = |a, b| i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b);
        let low_pairs = |a, b| i32x4_shuffle::<0, 4, 1, 5>(a, b);
        let high_pairs = |a, b| i32x4_shuffle::<2, 6, 3, 7>(a, b);
        let low_fours = |a, b| i64x2_shuffle::<0, 2>(a, b);
        let high_fours = |a, b| i64x2_shuffle::<1, 3>(a, b);
        let (a0, a1) = (low(r[0], r[1]), high(r[0], r[1]));
        let (a2, a3) = (low(r[2], r[3]), high(r[2], r[3]));
        let (a4, a5) = (low(r[4], r[5]), high(r[4], r[5]));
        let (a6, a7) = (low(r[6], r[7]), high(r[6], r[7]));
        let (b0, b1) = (low_pairs(a0, a2), high_pairs(a0, a2));
        let (b2, b3) = (low_pairs(a1, a3), high_pairs(a1, a3));
        let (b4, b5) = (low_pairs(a4, a6), high_pairs(a4, a6));
        let (b6, b7) = (low_pairs(a5, a7), high_pairs(a5, a7));
        [
            low_fours(b0, b4),
            high_fours(b0, b4),
            low_fours(b1, b5),
            high_fours(b1, b5),
            low_fours(b2, b6),
            high_fours(b2, b6),
            low_fours(b3, b7),
            high_fours(b3, b7),
        ]
    }

    #[inline(always)]
    fn quantise(self, quantiser: &Quantiser, y: usize) -> Self {
        let sum = i16x8_add(i16x8_abs(self), load_words(&quantiser.half, y));
        let quotient = high_product(sum, load_words(&quantiser.reciprocal, y));
        let quotient = high_product(quotient, load_words(&quantiser.scale, y));
        // The sign again: -q is !q + 1.
        let sign = i16x8_shr(self, 15);
        i16x8_sub(v128_xor(quotient, sign), sign)
    }

    #[inline(always)]
    fn store(self, blocks: &mut [Block], y: usize) {
        let row: &mut [i16] = &mut blocks[0].0[8 * y..8 * y + 8];
        // SAFETY: the row has 16 bytes; a store may be unaligned.
        unsafe { v128_store(row.as_mut_ptr().cast(), self) }
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8], nonzero: &mut [u64]) {
        let bytes = [
            i8x16_narrow_i16x8(rows[0], rows[1]),
            i8x16_narrow_i16x8(rows[2], rows[3]),
            i8x16_narrow_i16x8(rows[4], rows[5]),
            i8x16_narrow_i16x8(rows[6], rows[7]),
        ];
        let pick = |group: usize, source: usize| {
            let shuffle: &[u8; 16] = &SHUFFLES[group][source];
            // SAFETY: the table has 16 bytes; a load may be unaligned.
            i8x16_swizzle(bytes[source], unsafe { v128_load(shuffle.as_ptr().cast()) })
        };
        let zeros =
            |group: usize, sources: v128| u64::from(i8x16_bitmask(i8x16_eq(sources, i8x16_splat(0)))) << (16 * group);
        let first = v128_or(v128_or(pick(0, 0), pick(0, 1)), pick(0, 2));
        let second = v128_or(v128_or(pick(1, 0), pick(1, 1)), v128_or(pick(1, 2), pick(1, 3)));
        let third = v128_or(v128_or(pick(2, 0), pick(2, 1)), v128_or(pick(2, 2), pick(2, 3)));
        let fourth = v128_or(v128_or(pick(3, 1), pick(3, 2)), pick(3, 3));
        nonzero[0] = !(zeros(0, first) | zeros(1, second) | zeros(2, third) | zeros(3, fourth));
    }
}
