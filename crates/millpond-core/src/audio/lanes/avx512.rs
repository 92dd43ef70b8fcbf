//! Sixteen lanes on x86-64 with AVX-512.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest, operators};
use core::arch::x86_64::*;

/// Sixteen f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::audio) struct F32x16(__m512);

operators!(F32x16, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_div_ps, |a: F32x16| {
    // SAFETY: the type is only made where the machine has AVX-512 F and DQ (see `Lanes`).
    F32x16(unsafe { _mm512_xor_ps(a.0, _mm512_set1_ps(-0.0)) })
});

impl Lanes for F32x16 {
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(x: f32) -> F32x16 {
        // SAFETY: the type is only made where the machine has AVX-512 F (see `Lanes`).
        F32x16(unsafe { _mm512_set1_ps(x) })
    }

    #[inline(always)]
    fn load(from: &[f32]) -> F32x16 {
        // SAFETY: AVX-512 as above; the slice is cut to sixteen numbers first.
        F32x16(unsafe { _mm512_loadu_ps(from[..16].as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: AVX-512 as above; the slice is cut to sixteen numbers first.
        unsafe { _mm512_storeu_ps(to[..16].as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn sqrt(self) -> F32x16 {
        // SAFETY: AVX-512 as above.
        F32x16(unsafe { _mm512_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn larger(self, other: F32x16) -> F32x16 {
        // SAFETY: AVX-512 as above. `vmaxps` gives its second operand unless the first is larger.
        F32x16(unsafe { _mm512_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn smaller(self, other: F32x16) -> F32x16 {
        // SAFETY: AVX-512 as above. `vminps` gives its second operand unless the first is smaller.
        F32x16(unsafe { _mm512_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (F32x16, F32x16) {
        // SAFETY: AVX-512 as above.
        unsafe {
            let half = _mm512_set1_epi32(SQRT_HALF);
            let above = _mm512_sub_epi32(_mm512_castps_si512(self.0), half);
            let mantissa = _mm512_add_epi32(_mm512_and_si512(above, _mm512_set1_epi32(MANTISSA)), half);
            (F32x16(_mm512_cvtepi32_ps(_mm512_srai_epi32::<23>(above))), F32x16(_mm512_castsi512_ps(mantissa)))
        }
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [F32x16]) {
        let (blocks, _) = columns.as_chunks_mut::<4>();
        let done = blocks.len() * 4;
        for (block, out) in blocks.iter_mut().enumerate() {
            let at = block * 4;
            // SAFETY: AVX-512 as above.
            *out = unsafe {
                let (a, b) = (quads(span, hop, at), quads(&span[hop..], hop, at));
                let (c, d) = (quads(&span[2 * hop..], hop, at), quads(&span[3 * hop..], hop, at));
                let (ab, ab2) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd, cd2) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                [
                    _mm512_shuffle_ps::<0x44>(ab, cd),
                    _mm512_shuffle_ps::<0xee>(ab, cd),
                    _mm512_shuffle_ps::<0x44>(ab2, cd2),
                    _mm512_shuffle_ps::<0xee>(ab2, cd2),
                ]
            }
            .map(F32x16);
        }
        gather_rest(span, hop, columns, done);
    }

    #[inline(always)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512dq")]
        fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        // SAFETY: AVX-512 as above.
        unsafe { with_avx512(work) }
    }
}

/// Four numbers from `at` on of each of the lanes 0, 4, 8 and 12, side by side.
///
/// # Safety
/// The machine has AVX-512 F and DQ.
#[inline(always)]
unsafe fn quads(span: &[f32], hop: usize, at: usize) -> __m512 {
    let (a, b) = (&span[at..][..4], &span[4 * hop + at..][..4]);
    let (c, d) = (&span[8 * hop + at..][..4], &span[12 * hop + at..][..4]);
    // SAFETY: the caller's promise; each slice has four numbers.
    unsafe {
        let x = _mm512_castps128_ps512(_mm_loadu_ps(a.as_ptr()));
        let x = _mm512_insertf32x4::<1>(x, _mm_loadu_ps(b.as_ptr()));
        let x = _mm512_insertf32x4::<2>(x, _mm_loadu_ps(c.as_ptr()));
        _mm512_insertf32x4::<3>(x, _mm_loadu_ps(d.as_ptr()))
    }
}
