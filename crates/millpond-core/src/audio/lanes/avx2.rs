//! Eight lanes on x86-64 with AVX2.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest, operators};
use core::arch::x86_64::*;

/// Eight f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::audio) struct F32x8(__m256);

operators!(F32x8, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_div_ps, |a: F32x8| {
    // SAFETY: the type is only made where the machine has AVX2 (see `Lanes`).
    F32x8(unsafe { _mm256_xor_ps(a.0, _mm256_set1_ps(-0.0)) })
});

impl Lanes for F32x8 {
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(x: f32) -> F32x8 {
        // SAFETY: the type is only made where the machine has AVX2 (see `Lanes`).
        F32x8(unsafe { _mm256_set1_ps(x) })
    }

    #[inline(always)]
    fn load(from: &[f32]) -> F32x8 {
        // SAFETY: AVX2 as above; the slice is cut to eight numbers first.
        F32x8(unsafe { _mm256_loadu_ps(from[..8].as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: AVX2 as above; the slice is cut to eight numbers first.
        unsafe { _mm256_storeu_ps(to[..8].as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn sqrt(self) -> F32x8 {
        // SAFETY: AVX2 as above.
        F32x8(unsafe { _mm256_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn larger(self, other: F32x8) -> F32x8 {
        // SAFETY: AVX2 as above. `vmaxps` gives its second operand unless the first is larger.
        F32x8(unsafe { _mm256_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn smaller(self, other: F32x8) -> F32x8 {
        // SAFETY: AVX2 as above. `vminps` gives its second operand unless the first is smaller.
        F32x8(unsafe { _mm256_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (F32x8, F32x8) {
        // SAFETY: AVX2 as above.
        unsafe {
            let half = _mm256_set1_epi32(SQRT_HALF);
            let above = _mm256_sub_epi32(_mm256_castps_si256(self.0), half);
            let mantissa = _mm256_add_epi32(_mm256_and_si256(above, _mm256_set1_epi32(MANTISSA)), half);
            (F32x8(_mm256_cvtepi32_ps(_mm256_srai_epi32::<23>(above))), F32x8(_mm256_castsi256_ps(mantissa)))
        }
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [F32x8]) {
        let (blocks, _) = columns.as_chunks_mut::<8>();
        let done = blocks.len() * 8;
        for (block, out) in blocks.iter_mut().enumerate() {
            let row = |lane: usize| F32x8::load(&span[lane * hop + block * 8..]).0;
            let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
            // SAFETY: AVX2 as above.
            *out = unsafe { transposed(rows) }.map(F32x8);
        }
        gather_rest(span, hop, columns, done);
    }

    #[inline(always)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        #[inline(never)]
        #[target_feature(enable = "avx2")]
        fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        // SAFETY: AVX2 as above.
        unsafe { with_avx2(work) }
    }
}

/// Rows become columns.
///
/// # Safety
/// The machine has AVX2.
#[inline(always)]
unsafe fn transposed([a, b, c, d, e, f, g, h]: [__m256; 8]) -> [__m256; 8] {
    // SAFETY: the caller's promise.
    unsafe {
        let (ab, ab2) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let (cd, cd2) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        let (ef, ef2) = (_mm256_unpacklo_ps(e, f), _mm256_unpackhi_ps(e, f));
        let (gh, gh2) = (_mm256_unpacklo_ps(g, h), _mm256_unpackhi_ps(g, h));
        const LOW: i32 = 0x44;
        const HIGH: i32 = 0xee;
        let (p, q) = (_mm256_shuffle_ps::<LOW>(ab, cd), _mm256_shuffle_ps::<HIGH>(ab, cd));
        let (r, s) = (_mm256_shuffle_ps::<LOW>(ab2, cd2), _mm256_shuffle_ps::<HIGH>(ab2, cd2));
        let (t, u) = (_mm256_shuffle_ps::<LOW>(ef, gh), _mm256_shuffle_ps::<HIGH>(ef, gh));
        let (v, w) = (_mm256_shuffle_ps::<LOW>(ef2, gh2), _mm256_shuffle_ps::<HIGH>(ef2, gh2));
        [
            _mm256_permute2f128_ps::<0x20>(p, t),
            _mm256_permute2f128_ps::<0x20>(q, u),
            _mm256_permute2f128_ps::<0x20>(r, v),
            _mm256_permute2f128_ps::<0x20>(s, w),
            _mm256_permute2f128_ps::<0x31>(p, t),
            _mm256_permute2f128_ps::<0x31>(q, u),
            _mm256_permute2f128_ps::<0x31>(r, v),
            _mm256_permute2f128_ps::<0x31>(s, w),
        ]
    }
}
