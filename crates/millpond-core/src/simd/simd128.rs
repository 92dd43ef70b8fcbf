//! WebAssembly's fixed-width SIMD: one lane of 16 bytes.

use super::macros::methods;
use super::vector::Simd;
use core::arch::wasm32::*;

/// Proof that this build has `simd128`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simd128(pub(super) ());

impl Simd for Simd128 {
    const BYTES: usize = 16;
    type V = v128;

    methods! {
        fn load(from: &[u8]) -> v128 {
            v128_load(from[..16].as_ptr().cast())
        }
        fn store(value: v128, to: &mut [u8]) {
            v128_store(to[..16].as_mut_ptr().cast(), value)
        }
        fn load_widened(from: &[u8]) -> v128 {
            u16x8_load_extend_u8x8(from[..8].as_ptr().cast())
        }
        fn load_spread(from: &[u8]) -> v128 {
            let bytes = v128_load32_zero(from[..4].as_ptr().cast());
            i8x16_shuffle::<0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3>(bytes, bytes)
        }
        fn splat_lane(lane: [u8; 16]) -> v128 {
            v128_load(lane.as_ptr().cast())
        }
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> v128 {
        u8x16_splat(byte)
    }
    #[inline(always)]
    fn splat_16(self, value: i16) -> v128 {
        i16x8_splat(value)
    }
    #[inline(always)]
    fn splat_32(self, value: i32) -> v128 {
        i32x4_splat(value)
    }
    #[inline(always)]
    fn xor(self, a: v128, b: v128) -> v128 {
        v128_xor(a, b)
    }
    #[inline(always)]
    fn and(self, a: v128, b: v128) -> v128 {
        v128_and(a, b)
    }
    #[inline(always)]
    fn swizzle(self, v: v128, table: v128) -> v128 {
        i8x16_swizzle(v, table)
    }
    #[inline(always)]
    fn select(self, mask: v128, a: v128, b: v128) -> v128 {
        v128_bitselect(b, a, i8x16_shr(mask, 7))
    }
    #[inline(always)]
    fn low_bytes(self, a: v128, b: v128) -> v128 {
        i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b)
    }
    #[inline(always)]
    fn high_bytes(self, a: v128, b: v128) -> v128 {
        i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b)
    }
    #[inline(always)]
    fn low_twice(self, v: v128) -> v128 {
        i16x8_shuffle::<0, 0, 1, 1, 2, 2, 3, 3>(v, v)
    }
    #[inline(always)]
    fn high_twice(self, v: v128) -> v128 {
        i16x8_shuffle::<4, 4, 5, 5, 6, 6, 7, 7>(v, v)
    }
    #[inline(always)]
    fn min(self, a: v128, b: v128) -> v128 {
        u8x16_min(a, b)
    }
    #[inline(always)]
    fn max(self, a: v128, b: v128) -> v128 {
        u8x16_max(a, b)
    }
    #[inline(always)]
    fn add_bytes(self, a: v128, b: v128) -> v128 {
        u8x16_add_sat(a, b)
    }
    #[inline(always)]
    fn sub_bytes(self, a: v128, b: v128) -> v128 {
        u8x16_sub_sat(a, b)
    }
    #[inline(always)]
    fn add(self, a: v128, b: v128) -> v128 {
        i16x8_add(a, b)
    }
    #[inline(always)]
    fn sub(self, a: v128, b: v128) -> v128 {
        i16x8_sub(a, b)
    }
    #[inline(always)]
    fn add_clamped(self, a: v128, b: v128) -> v128 {
        i16x8_add_sat(a, b)
    }
    #[inline(always)]
    fn mul(self, a: v128, b: v128) -> v128 {
        i16x8_mul(a, b)
    }
    #[inline(always)]
    fn mul_q15(self, a: v128, b: v128) -> v128 {
        i16x8_q15mulr_sat(a, b)
    }
    #[inline(always)]
    fn shl<const BITS: i32>(self, v: v128) -> v128 {
        i16x8_shl(v, BITS as u32)
    }
    #[inline(always)]
    fn shr<const BITS: i32>(self, v: v128) -> v128 {
        u16x8_shr(v, BITS as u32)
    }
    #[inline(always)]
    fn narrow(self, low: v128, high: v128) -> v128 {
        u8x16_narrow_i16x8(low, high)
    }
    #[inline(always)]
    fn dot(self, a: v128, b: v128) -> v128 {
        i32x4_dot_i16x8(a, b)
    }
    #[inline(always)]
    fn add_32(self, a: v128, b: v128) -> v128 {
        i32x4_add(a, b)
    }
    #[inline(always)]
    fn sar_32<const BITS: i32>(self, v: v128) -> v128 {
        i32x4_shr(v, BITS as u32)
    }
    #[inline(always)]
    fn add_neighbours(self, a: v128, b: v128) -> v128 {
        i16x8_add(i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b))
    }
    #[inline(always)]
    fn narrow_to_16(self, low: v128, high: v128) -> v128 {
        i16x8_narrow_i32x4(low, high)
    }
    #[inline(always)]
    fn narrow_upper(self, v: [v128; 4]) -> v128 {
        let low = i16x8_narrow_i32x4(u32x4_shr(v[0], 16), u32x4_shr(v[1], 16));
        let high = i16x8_narrow_i32x4(u32x4_shr(v[2], 16), u32x4_shr(v[3], 16));
        u8x16_narrow_i16x8(low, high)
    }
    #[inline(always)]
    fn narrow_32(self, v: [v128; 4]) -> v128 {
        u8x16_narrow_i16x8(i16x8_narrow_i32x4(v[0], v[1]), i16x8_narrow_i32x4(v[2], v[3]))
    }
    #[inline(always)]
    fn store_interleaved(self, v: [v128; 4], to: &mut [u8]) {
        let (first_low, first_high) = (self.low_bytes(v[0], v[1]), self.high_bytes(v[0], v[1]));
        let (last_low, last_high) = (self.low_bytes(v[2], v[3]), self.high_bytes(v[2], v[3]));
        let pairs = [
            i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(first_low, last_low),
            i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(first_low, last_low),
            i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(first_high, last_high),
            i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(first_high, last_high),
        ];
        for (vector, to) in pairs.into_iter().zip(to[..64].chunks_exact_mut(16)) {
            self.store(vector, to);
        }
    }
}
