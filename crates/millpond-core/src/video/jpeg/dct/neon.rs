//! One block at a time in 16-byte vectors. Every aarch64 machine has NEON.

use super::lanes::{self, Lanes};
use super::*;
use crate::video::jpeg::tables::ZIGZAG;
use core::arch::aarch64::*;

/// See [`super::forward`].
pub(super) fn forward(rows: &[&[u8]; 8], quantiser: &Quantiser, blocks: &mut [Block], nonzero: &mut [u64]) {
    lanes::forward::<int16x8_t>(rows, quantiser, blocks, nonzero);
}

#[inline(always)]
fn load_words(words: &[u16; 64], y: usize) -> uint16x8_t {
    let words: &[u16] = &words[8 * y..8 * y + 8];
    // SAFETY: the slice has 16 bytes; NEON is part of aarch64.
    unsafe { vld1q_u16(words.as_ptr()) }
}

/// The high halves of the products of lanes.
#[inline(always)]
fn high_product(a: uint16x8_t, b: uint16x8_t) -> uint16x8_t {
    // SAFETY: NEON is part of aarch64.
    unsafe {
        let low = vmull_u16(vget_low_u16(a), vget_low_u16(b));
        let high = vmull_high_u16(a, b);
        vuzp2q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high))
    }
}

impl Lanes for int16x8_t {
    const BLOCKS: usize = 1;
    type Wide = [int32x4_t; 2];

    #[inline(always)]
    fn load(row: &[u8]) -> Self {
        let row: &[u8; 8] = row.as_array().expect("8 samples");
        // SAFETY: the row has 8 bytes; NEON is part of aarch64.
        unsafe { vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(vld1_u8(row.as_ptr()))), vdupq_n_s16(128)) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe { vaddq_s16(self, other) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe { vsubq_s16(self, other) }
    }

    #[inline(always)]
    fn extend(self) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe { vshlq_n_s16::<PASS_BITS>(self) }
    }

    #[inline(always)]
    fn reduce(self) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe { vrshrq_n_s16::<PASS_BITS>(self) }
    }

    #[inline(always)]
    fn products(x: Self, y: Self, a: i32, b: i32) -> Self::Wide {
        // SAFETY: NEON is part of aarch64.
        unsafe {
            let (a, b) = (a as i16, b as i16);
            let low = vmlal_n_s16(vmull_n_s16(vget_low_s16(x), a), vget_low_s16(y), b);
            let high = vmlal_high_n_s16(vmull_high_n_s16(x, a), y, b);
            [low, high]
        }
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        // SAFETY: NEON is part of aarch64.
        unsafe { [vaddq_s32(a[0], b[0]), vaddq_s32(a[1], b[1])] }
    }

    #[inline(always)]
    fn descale<const BITS: i32>(wide: Self::Wide) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe {
            let [low, high] = wide.map(|wide| vrshrq_n_s32::<BITS>(wide));
            vcombine_s16(vqmovn_s32(low), vqmovn_s32(high))
        }
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        // SAFETY: NEON is part of aarch64.
        unsafe {
            let pairs = |a, b| (vreinterpretq_s32_s16(vtrn1q_s16(a, b)), vreinterpretq_s32_s16(vtrn2q_s16(a, b)));
            let fours = |a, b| (vreinterpretq_s64_s32(vtrn1q_s32(a, b)), vreinterpretq_s64_s32(vtrn2q_s32(a, b)));
            let low = |a, b| vreinterpretq_s16_s64(vtrn1q_s64(a, b));
            let high = |a, b| vreinterpretq_s16_s64(vtrn2q_s64(a, b));
            // Names say which columns a vector holds.
            let ((even0, odd0), (even1, odd1)) = (pairs(r[0], r[1]), pairs(r[2], r[3]));
            let ((even2, odd2), (even3, odd3)) = (pairs(r[4], r[5]), pairs(r[6], r[7]));
            let ((c04_top, c26_top), (c15_top, c37_top)) = (fours(even0, even1), fours(odd0, odd1));
            let ((c04, c26), (c15, c37)) = (fours(even2, even3), fours(odd2, odd3));
            [
                low(c04_top, c04),
                low(c15_top, c15),
                low(c26_top, c26),
                low(c37_top, c37),
                high(c04_top, c04),
                high(c15_top, c15),
                high(c26_top, c26),
                high(c37_top, c37),
            ]
        }
    }

    #[inline(always)]
    fn quantise(self, quantiser: &Quantiser, y: usize) -> Self {
        // SAFETY: NEON is part of aarch64.
        unsafe {
            let sum = vaddq_u16(vreinterpretq_u16_s16(vabsq_s16(self)), load_words(&quantiser.half, y));
            let quotient = high_product(sum, load_words(&quantiser.reciprocal, y));
            let quotient = vreinterpretq_s16_u16(high_product(quotient, load_words(&quantiser.scale, y)));
            // The sign again: -q is !q + 1.
            let sign = vshrq_n_s16::<15>(self);
            vsubq_s16(veorq_s16(quotient, sign), sign)
        }
    }

    #[inline(always)]
    fn store(self, blocks: &mut [Block], y: usize) {
        let row: &mut [i16] = &mut blocks[0].0[8 * y..8 * y + 8];
        // SAFETY: the row has 16 bytes; NEON is part of aarch64.
        unsafe { vst1q_s16(row.as_mut_ptr(), self) }
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8], nonzero: &mut [u64]) {
        // SAFETY: the tables have 16 bytes from each place; NEON is part of aarch64.
        nonzero[0] = unsafe {
            let narrow = |a, b| vreinterpretq_u8_s8(vcombine_s8(vqmovn_s16(a), vqmovn_s16(b)));
            let bytes = uint8x16x4_t(
                narrow(rows[0], rows[1]),
                narrow(rows[2], rows[3]),
                narrow(rows[4], rows[5]),
                narrow(rows[6], rows[7]),
            );
            let weights = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
            let mut mask = 0;
            let mut group = 0;
            while group < 4 {
                let places: &[u8] = &ZIGZAG[16 * group..16 * group + 16];
                let sources = vqtbl4q_u8(bytes, vld1q_u8(places.as_ptr()));
                let bits = vandq_u8(vtstq_u8(sources, sources), weights);
                let low = u64::from(vaddv_u8(vget_low_u8(bits)));
                let high = u64::from(vaddv_u8(vget_high_u8(bits)));
                mask |= (low | high << 8) << (16 * group);
                group += 1;
            }
            mask
        };
    }
}
