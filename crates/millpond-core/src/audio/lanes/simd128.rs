//! Four lanes in WebAssembly builds with `target-feature=+simd128`.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest, operators};
use core::arch::wasm32::*;

/// Four f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::audio) struct F32x4(v128);

operators!(F32x4, f32x4_add, f32x4_sub, f32x4_mul, f32x4_div, |a: F32x4| F32x4(f32x4_neg(a.0)));

impl Lanes for F32x4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(x: f32) -> F32x4 {
        F32x4(f32x4_splat(x))
    }

    #[inline(always)]
    fn load(from: &[f32]) -> F32x4 {
        // SAFETY: the slice is cut to four numbers first.
        F32x4(unsafe { v128_load(from[..4].as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: the slice is cut to four numbers first.
        unsafe { v128_store(to[..4].as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn sqrt(self) -> F32x4 {
        F32x4(f32x4_sqrt(self.0))
    }

    #[inline(always)]
    fn larger(self, other: F32x4) -> F32x4 {
        // pmax(a, b) is a < b ? b : a.
        F32x4(f32x4_pmax(other.0, self.0))
    }

    #[inline(always)]
    fn smaller(self, other: F32x4) -> F32x4 {
        // pmin(a, b) is b < a ? b : a.
        F32x4(f32x4_pmin(other.0, self.0))
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (F32x4, F32x4) {
        let half = i32x4_splat(SQRT_HALF);
        let above = i32x4_sub(self.0, half);
        let mantissa = i32x4_add(v128_and(above, i32x4_splat(MANTISSA)), half);
        (F32x4(f32x4_convert_i32x4(i32x4_shr(above, 23))), F32x4(mantissa))
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [F32x4]) {
        let (blocks, _) = columns.as_chunks_mut::<4>();
        let done = blocks.len() * 4;
        for (block, out) in blocks.iter_mut().enumerate() {
            let row = |lane: usize| F32x4::load(&span[lane * hop + block * 4..]).0;
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            let (ac, ac2) = (i32x4_shuffle::<0, 4, 1, 5>(a, c), i32x4_shuffle::<2, 6, 3, 7>(a, c));
            let (bd, bd2) = (i32x4_shuffle::<0, 4, 1, 5>(b, d), i32x4_shuffle::<2, 6, 3, 7>(b, d));
            *out = [
                F32x4(i32x4_shuffle::<0, 4, 1, 5>(ac, bd)),
                F32x4(i32x4_shuffle::<2, 6, 3, 7>(ac, bd)),
                F32x4(i32x4_shuffle::<0, 4, 1, 5>(ac2, bd2)),
                F32x4(i32x4_shuffle::<2, 6, 3, 7>(ac2, bd2)),
            ];
        }
        gather_rest(span, hop, columns, done);
    }

    #[inline(never)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        // simd128 is part of this build.
        work()
    }
}
