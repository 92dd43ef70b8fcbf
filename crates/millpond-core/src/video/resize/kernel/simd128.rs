//! WebAssembly with fixed-width SIMD.

use std::arch::wasm32::*;

use crate::simd::Isa;

super::vector128::kernels!(Isa::Simd128, "simd128");

type Vector = v128;

/// Defines operations as calls of intrinsics.
macro_rules! operations {
    ($($name:ident($($argument:ident: $kind:ty),*) = $body:expr;)*) => {
        $(
            #[inline]
            #[target_feature(enable = "simd128")]
            fn $name($($argument: $kind),*) -> Vector {
                $body
            }
        )*
    };
}

operations! {
    splat_32(value: i32) = i32x4_splat(value);
    add_32(a: Vector, b: Vector) = i32x4_add(a, b);
    sub_32(a: Vector, b: Vector) = i32x4_sub(a, b);
    min_32(a: Vector, b: Vector) = i32x4_min(a, b);
    greater_32(a: Vector, b: Vector) = i32x4_gt(a, b);
    sra_32(a: Vector, count: u32) = i32x4_shr(a, count);
    pairs_32(a: Vector, b: Vector) = i32x4_add(i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b));
    divide(a: Vector, b: Vector) = i32x4_trunc_sat_f32x4(f32x4_div(f32x4_convert_i32x4(a), f32x4_convert_i32x4(b)));
    madd_16(a: Vector, b: Vector) = i32x4_dot_i16x8(a, b);
    mul_16(a: Vector, b: Vector) = i16x8_mul(a, b);
    add_16(a: Vector, b: Vector) = i16x8_add(a, b);
    low_16(a: Vector, b: Vector) = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b);
    high_16(a: Vector, b: Vector) = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b);
    pack_16(a: Vector, b: Vector) = i16x8_narrow_i32x4(a, b);
    pack_u8(a: Vector, b: Vector) = u8x16_narrow_i16x8(a, b);
    pick(a: Vector, indices: Vector) = i8x16_swizzle(a, indices);
    select(mask: Vector, yes: Vector, no: Vector) = v128_bitselect(yes, no, mask);
    and(a: Vector, b: Vector) = v128_and(a, b);
    or(a: Vector, b: Vector) = v128_or(a, b);
    xor(a: Vector, b: Vector) = v128_xor(a, b);
}

#[inline]
#[target_feature(enable = "simd128")]
fn shl_32<const COUNT: u32>(a: Vector) -> Vector {
    i32x4_shl(a, COUNT)
}

#[inline]
#[target_feature(enable = "simd128")]
fn shr_16<const COUNT: u32>(a: Vector) -> Vector {
    u16x8_shr(a, COUNT)
}

/// # Safety
/// 16 bytes can be read there.
#[inline]
#[target_feature(enable = "simd128")]
unsafe fn load(from: *const u8) -> Vector {
    // SAFETY: see above.
    unsafe { v128_load(from.cast()) }
}

/// # Safety
/// 16 bytes can be written there.
#[inline]
#[target_feature(enable = "simd128")]
unsafe fn store(to: *mut u8, a: Vector) {
    // SAFETY: see above.
    unsafe { v128_store(to.cast(), a) }
}
