//! Four lanes on x86-64.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest, operators};
use core::arch::x86_64::*;

/// Four f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::audio) struct F32x4(__m128);

operators!(F32x4, _mm_add_ps, _mm_sub_ps, _mm_mul_ps, _mm_div_ps, |a: F32x4| {
    // SAFETY: SSE is part of x86-64.
    F32x4(unsafe { _mm_xor_ps(a.0, _mm_set1_ps(-0.0)) })
});

impl Lanes for F32x4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(x: f32) -> F32x4 {
        // SAFETY: SSE is part of x86-64.
        F32x4(unsafe { _mm_set1_ps(x) })
    }

    #[inline(always)]
    fn load(from: &[f32]) -> F32x4 {
        // SAFETY: SSE is part of x86-64; the slice is cut to four numbers first.
        F32x4(unsafe { _mm_loadu_ps(from[..4].as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: SSE is part of x86-64; the slice is cut to four numbers first.
        unsafe { _mm_storeu_ps(to[..4].as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn sqrt(self) -> F32x4 {
        // SAFETY: SSE is part of x86-64.
        F32x4(unsafe { _mm_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn larger(self, other: F32x4) -> F32x4 {
        // SAFETY: SSE is part of x86-64. `maxps` gives its second operand unless the first is larger.
        F32x4(unsafe { _mm_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn smaller(self, other: F32x4) -> F32x4 {
        // SAFETY: SSE is part of x86-64. `minps` gives its second operand unless the first is smaller.
        F32x4(unsafe { _mm_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (F32x4, F32x4) {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let half = _mm_set1_epi32(SQRT_HALF);
            let above = _mm_sub_epi32(_mm_castps_si128(self.0), half);
            let mantissa = _mm_add_epi32(_mm_and_si128(above, _mm_set1_epi32(MANTISSA)), half);
            (F32x4(_mm_cvtepi32_ps(_mm_srai_epi32::<23>(above))), F32x4(_mm_castsi128_ps(mantissa)))
        }
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [F32x4]) {
        let row = |lane: usize, i: usize| F32x4::load(&span[lane * hop + i..]).0;
        let (blocks, _) = columns.as_chunks_mut::<4>();
        let done = blocks.len() * 4;
        for (block, out) in blocks.iter_mut().enumerate() {
            let i = block * 4;
            let (mut a, mut b, mut c, mut d) = (row(0, i), row(1, i), row(2, i), row(3, i));
            // SAFETY: SSE is part of x86-64.
            unsafe { _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d) };
            *out = [F32x4(a), F32x4(b), F32x4(c), F32x4(d)];
        }
        gather_rest(span, hop, columns, done);
    }

    #[inline(never)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        // What is used is part of every x86-64.
        work()
    }
}
