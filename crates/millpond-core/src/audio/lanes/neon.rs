//! Four lanes on aarch64.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest, operators};
use core::arch::aarch64::*;

/// Four f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::audio) struct F32x4(float32x4_t);

operators!(F32x4, vaddq_f32, vsubq_f32, vmulq_f32, vdivq_f32, |a: F32x4| {
    // SAFETY: NEON is part of aarch64.
    F32x4(unsafe { vnegq_f32(a.0) })
});

impl Lanes for F32x4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(x: f32) -> F32x4 {
        // SAFETY: NEON is part of aarch64.
        F32x4(unsafe { vdupq_n_f32(x) })
    }

    #[inline(always)]
    fn load(from: &[f32]) -> F32x4 {
        // SAFETY: NEON is part of aarch64; the slice is cut to four numbers first.
        F32x4(unsafe { vld1q_f32(from[..4].as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: NEON is part of aarch64; the slice is cut to four numbers first.
        unsafe { vst1q_f32(to[..4].as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn sqrt(self) -> F32x4 {
        // SAFETY: NEON is part of aarch64.
        F32x4(unsafe { vsqrtq_f32(self.0) })
    }

    #[inline(always)]
    fn larger(self, other: F32x4) -> F32x4 {
        // SAFETY: NEON is part of aarch64.
        F32x4(unsafe { vbslq_f32(vcgtq_f32(self.0, other.0), self.0, other.0) })
    }

    #[inline(always)]
    fn smaller(self, other: F32x4) -> F32x4 {
        // SAFETY: NEON is part of aarch64.
        F32x4(unsafe { vbslq_f32(vcltq_f32(self.0, other.0), self.0, other.0) })
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (F32x4, F32x4) {
        // SAFETY: NEON is part of aarch64.
        unsafe {
            let half = vdupq_n_s32(SQRT_HALF);
            let above = vsubq_s32(vreinterpretq_s32_f32(self.0), half);
            let mantissa = vaddq_s32(vandq_s32(above, vdupq_n_s32(MANTISSA)), half);
            (F32x4(vcvtq_f32_s32(vshrq_n_s32::<23>(above))), F32x4(vreinterpretq_f32_s32(mantissa)))
        }
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [F32x4]) {
        let (blocks, _) = columns.as_chunks_mut::<4>();
        let done = blocks.len() * 4;
        for (block, out) in blocks.iter_mut().enumerate() {
            let row = |lane: usize| F32x4::load(&span[lane * hop + block * 4..]).0;
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            // SAFETY: NEON is part of aarch64.
            *out = unsafe {
                let (ac, ac2) = (vzip1q_f32(a, c), vzip2q_f32(a, c));
                let (bd, bd2) = (vzip1q_f32(b, d), vzip2q_f32(b, d));
                [vzip1q_f32(ac, bd), vzip2q_f32(ac, bd), vzip1q_f32(ac2, bd2), vzip2q_f32(ac2, bd2)]
            }
            .map(F32x4);
        }
        gather_rest(span, hop, columns, done);
    }

    #[inline(never)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        // NEON is part of every aarch64.
        work()
    }
}
