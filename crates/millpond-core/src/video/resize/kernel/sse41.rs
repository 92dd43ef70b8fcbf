//! 16 bytes at a time on x86-64 without AVX2.

use std::arch::x86_64::*;

use crate::simd::Isa;

super::vector128::kernels!(Isa::Sse41, "sse4.1,ssse3");

type Vector = __m128i;

/// Defines operations as calls of intrinsics.
macro_rules! operations {
    ($($name:ident($($argument:ident: $kind:ty),*) = $body:expr;)*) => {
        $(
            #[inline]
            #[target_feature(enable = "sse4.1,ssse3")]
            fn $name($($argument: $kind),*) -> Vector {
                $body
            }
        )*
    };
}

operations! {
    splat_32(value: i32) = _mm_set1_epi32(value);
    add_32(a: Vector, b: Vector) = _mm_add_epi32(a, b);
    sub_32(a: Vector, b: Vector) = _mm_sub_epi32(a, b);
    min_32(a: Vector, b: Vector) = _mm_min_epi32(a, b);
    greater_32(a: Vector, b: Vector) = _mm_cmpgt_epi32(a, b);
    sra_32(a: Vector, count: u32) = _mm_sra_epi32(a, _mm_cvtsi32_si128(count as i32));
    pairs_32(a: Vector, b: Vector) = _mm_hadd_epi32(a, b);
    divide(a: Vector, b: Vector) = _mm_cvttps_epi32(_mm_div_ps(_mm_cvtepi32_ps(a), _mm_cvtepi32_ps(b)));
    madd_16(a: Vector, b: Vector) = _mm_madd_epi16(a, b);
    mul_16(a: Vector, b: Vector) = _mm_mullo_epi16(a, b);
    add_16(a: Vector, b: Vector) = _mm_add_epi16(a, b);
    low_16(a: Vector, b: Vector) = _mm_unpacklo_epi16(a, b);
    high_16(a: Vector, b: Vector) = _mm_unpackhi_epi16(a, b);
    pack_16(a: Vector, b: Vector) = _mm_packs_epi32(a, b);
    pack_u8(a: Vector, b: Vector) = _mm_packus_epi16(a, b);
    pick(a: Vector, indices: Vector) = _mm_shuffle_epi8(a, indices);
    select(mask: Vector, yes: Vector, no: Vector) = _mm_blendv_epi8(no, yes, mask);
    and(a: Vector, b: Vector) = _mm_and_si128(a, b);
    or(a: Vector, b: Vector) = _mm_or_si128(a, b);
    xor(a: Vector, b: Vector) = _mm_xor_si128(a, b);
}

#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn shl_32<const COUNT: i32>(a: Vector) -> Vector {
    _mm_slli_epi32::<COUNT>(a)
}

#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn shr_16<const COUNT: i32>(a: Vector) -> Vector {
    _mm_srli_epi16::<COUNT>(a)
}

/// # Safety
/// 16 bytes can be read there.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
unsafe fn load(from: *const u8) -> Vector {
    // SAFETY: see above.
    unsafe { _mm_loadu_si128(from.cast()) }
}

/// # Safety
/// 16 bytes can be written there.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
unsafe fn store(to: *mut u8, a: Vector) {
    // SAFETY: see above.
    unsafe { _mm_storeu_si128(to.cast(), a) }
}
