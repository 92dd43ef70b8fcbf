//! NEON: one lane of 16 bytes.

use super::macros::methods;
use super::vector::Simd;
use core::arch::aarch64::*;

/// Proof that the machine has NEON: every aarch64 has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon(pub(super) ());

#[inline(always)]
fn as_16(v: uint8x16_t) -> int16x8_t {
    // SAFETY: NEON is part of aarch64.
    unsafe { vreinterpretq_s16_u8(v) }
}

#[inline(always)]
fn of_16(v: int16x8_t) -> uint8x16_t {
    // SAFETY: as above.
    unsafe { vreinterpretq_u8_s16(v) }
}

#[inline(always)]
fn as_32(v: uint8x16_t) -> int32x4_t {
    // SAFETY: as above.
    unsafe { vreinterpretq_s32_u8(v) }
}

#[inline(always)]
fn of_32(v: int32x4_t) -> uint8x16_t {
    // SAFETY: as above.
    unsafe { vreinterpretq_u8_s32(v) }
}

impl Simd for Neon {
    const BYTES: usize = 16;
    type V = uint8x16_t;

    methods! {
        fn load(from: &[u8]) -> uint8x16_t {
            vld1q_u8(from[..16].as_ptr())
        }
        fn store(value: uint8x16_t, to: &mut [u8]) {
            vst1q_u8(to[..16].as_mut_ptr(), value)
        }
        fn load_widened(from: &[u8]) -> uint8x16_t {
            vreinterpretq_u8_u16(vmovl_u8(vld1_u8(from[..8].as_ptr())))
        }
        fn load_spread(from: &[u8]) -> uint8x16_t {
            let four = u32::from_le_bytes([from[0], from[1], from[2], from[3]]);
            let table = vld1q_u8([0u8, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3].as_ptr());
            vqtbl1q_u8(vreinterpretq_u8_u32(vdupq_n_u32(four)), table)
        }
        fn splat_lane(lane: [u8; 16]) -> uint8x16_t {
            vld1q_u8(lane.as_ptr())
        }
        fn splat(byte: u8) -> uint8x16_t {
            vdupq_n_u8(byte)
        }
        fn splat_16(value: i16) -> uint8x16_t {
            of_16(vdupq_n_s16(value))
        }
        fn splat_32(value: i32) -> uint8x16_t {
            of_32(vdupq_n_s32(value))
        }
        fn xor(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            veorq_u8(a, b)
        }
        fn and(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vandq_u8(a, b)
        }
        fn swizzle(v: uint8x16_t, table: uint8x16_t) -> uint8x16_t {
            vqtbl1q_u8(v, table)
        }
        fn select(mask: uint8x16_t, a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vbslq_u8(vcltzq_s8(vreinterpretq_s8_u8(mask)), b, a)
        }
        fn low_bytes(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vzip1q_u8(a, b)
        }
        fn high_bytes(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vzip2q_u8(a, b)
        }
        fn low_twice(v: uint8x16_t) -> uint8x16_t {
            of_16(vzip1q_s16(as_16(v), as_16(v)))
        }
        fn high_twice(v: uint8x16_t) -> uint8x16_t {
            of_16(vzip2q_s16(as_16(v), as_16(v)))
        }
        fn min(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vminq_u8(a, b)
        }
        fn max(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vmaxq_u8(a, b)
        }
        fn add_bytes(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vqaddq_u8(a, b)
        }
        fn sub_bytes(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            vqsubq_u8(a, b)
        }
        fn add(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_16(vaddq_s16(as_16(a), as_16(b)))
        }
        fn sub(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_16(vsubq_s16(as_16(a), as_16(b)))
        }
        fn add_clamped(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_16(vqaddq_s16(as_16(a), as_16(b)))
        }
        fn mul(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_16(vmulq_s16(as_16(a), as_16(b)))
        }
        fn mul_q15(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_16(vqrdmulhq_s16(as_16(a), as_16(b)))
        }
        fn shl<const BITS>(v: uint8x16_t) -> uint8x16_t {
            of_16(vshlq_n_s16::<BITS>(as_16(v)))
        }
        fn shr<const BITS>(v: uint8x16_t) -> uint8x16_t {
            vreinterpretq_u8_u16(vshrq_n_u16::<BITS>(vreinterpretq_u16_u8(v)))
        }
        fn narrow(low: uint8x16_t, high: uint8x16_t) -> uint8x16_t {
            vcombine_u8(vqmovun_s16(as_16(low)), vqmovun_s16(as_16(high)))
        }
        fn dot(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            let low = vmull_s16(vget_low_s16(as_16(a)), vget_low_s16(as_16(b)));
            of_32(vpaddq_s32(low, vmull_high_s16(as_16(a), as_16(b))))
        }
        fn add_32(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            of_32(vaddq_s32(as_32(a), as_32(b)))
        }
        fn sar_32<const BITS>(v: uint8x16_t) -> uint8x16_t {
            of_32(vshrq_n_s32::<BITS>(as_32(v)))
        }
        fn add_neighbours(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
            let even = of_32(vuzp1q_s32(as_32(a), as_32(b)));
            let odd = of_32(vuzp2q_s32(as_32(a), as_32(b)));
            of_16(vaddq_s16(as_16(even), as_16(odd)))
        }
        fn narrow_to_16(low: uint8x16_t, high: uint8x16_t) -> uint8x16_t {
            of_16(vcombine_s16(vqmovn_s32(as_32(low)), vqmovn_s32(as_32(high))))
        }
        fn narrow_upper(v: [uint8x16_t; 4]) -> uint8x16_t {
            let low = vuzp2q_s16(as_16(v[0]), as_16(v[1]));
            let high = vuzp2q_s16(as_16(v[2]), as_16(v[3]));
            vcombine_u8(vqmovun_s16(low), vqmovun_s16(high))
        }
        fn narrow_32(v: [uint8x16_t; 4]) -> uint8x16_t {
            let low = vcombine_s16(vqmovn_s32(as_32(v[0])), vqmovn_s32(as_32(v[1])));
            let high = vcombine_s16(vqmovn_s32(as_32(v[2])), vqmovn_s32(as_32(v[3])));
            vcombine_u8(vqmovun_s16(low), vqmovun_s16(high))
        }
        fn store_interleaved(v: [uint8x16_t; 4], to: &mut [u8]) {
            vst4q_u8(to[..64].as_mut_ptr(), uint8x16x4_t(v[0], v[1], v[2], v[3]))
        }
    }
}
