//! aarch64: 16 bytes at a time.

use std::arch::aarch64::*;

use crate::simd::Isa;

super::vector128::kernels!(Isa::Neon, "neon");

type Vector = int32x4_t;

/// Defines operations as calls of intrinsics.
macro_rules! operations {
    ($($name:ident($($argument:ident: $kind:ty),*) = $body:expr;)*) => {
        $(
            #[inline]
            #[target_feature(enable = "neon")]
            fn $name($($argument: $kind),*) -> Vector {
                $body
            }
        )*
    };
}

#[inline]
#[target_feature(enable = "neon")]
fn words(a: Vector) -> int16x8_t {
    vreinterpretq_s16_s32(a)
}

operations! {
    splat_32(value: i32) = vdupq_n_s32(value);
    add_32(a: Vector, b: Vector) = vaddq_s32(a, b);
    sub_32(a: Vector, b: Vector) = vsubq_s32(a, b);
    min_32(a: Vector, b: Vector) = vminq_s32(a, b);
    greater_32(a: Vector, b: Vector) = vreinterpretq_s32_u32(vcgtq_s32(a, b));
    sra_32(a: Vector, count: u32) = vshlq_s32(a, vdupq_n_s32(-(count as i32)));
    pairs_32(a: Vector, b: Vector) = vpaddq_s32(a, b);
    divide(a: Vector, b: Vector) = vcvtq_s32_f32(vdivq_f32(vcvtq_f32_s32(a), vcvtq_f32_s32(b)));
    madd_16(a: Vector, b: Vector) = vpaddq_s32(
        vmull_s16(vget_low_s16(words(a)), vget_low_s16(words(b))),
        vmull_high_s16(words(a), words(b))
    );
    mul_16(a: Vector, b: Vector) = vreinterpretq_s32_s16(vmulq_s16(words(a), words(b)));
    add_16(a: Vector, b: Vector) = vreinterpretq_s32_s16(vaddq_s16(words(a), words(b)));
    low_16(a: Vector, b: Vector) = vreinterpretq_s32_s16(vzip1q_s16(words(a), words(b)));
    high_16(a: Vector, b: Vector) = vreinterpretq_s32_s16(vzip2q_s16(words(a), words(b)));
    pack_16(a: Vector, b: Vector) = vreinterpretq_s32_s16(vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)));
    pack_u8(a: Vector, b: Vector) = vreinterpretq_s32_u8(vcombine_u8(vqmovun_s16(words(a)), vqmovun_s16(words(b))));
    pick(a: Vector, indices: Vector) = vreinterpretq_s32_u8(vqtbl1q_u8(vreinterpretq_u8_s32(a), vreinterpretq_u8_s32(indices)));
    select(mask: Vector, yes: Vector, no: Vector) = vbslq_s32(vreinterpretq_u32_s32(mask), yes, no);
    and(a: Vector, b: Vector) = vandq_s32(a, b);
    or(a: Vector, b: Vector) = vorrq_s32(a, b);
    xor(a: Vector, b: Vector) = veorq_s32(a, b);
}

#[inline]
#[target_feature(enable = "neon")]
fn shl_32<const COUNT: i32>(a: Vector) -> Vector {
    vshlq_n_s32::<COUNT>(a)
}

#[inline]
#[target_feature(enable = "neon")]
fn shr_16<const COUNT: i32>(a: Vector) -> Vector {
    vreinterpretq_s32_u16(vshrq_n_u16::<COUNT>(vreinterpretq_u16_s32(a)))
}

/// # Safety
/// 16 bytes can be read there.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn load(from: *const u8) -> Vector {
    // SAFETY: see above.
    unsafe { vreinterpretq_s32_u8(vld1q_u8(from)) }
}

/// # Safety
/// 16 bytes can be written there.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn store(to: *mut u8, a: Vector) {
    // SAFETY: see above.
    unsafe { vst1q_u8(to, vreinterpretq_u8_s32(a)) }
}
