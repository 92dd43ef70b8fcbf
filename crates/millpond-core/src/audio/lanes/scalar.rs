//! One lane, plain Rust: what every other level must equal, lane by lane.

use super::{Lanes, MANTISSA, SQRT_HALF, gather_rest};

impl Lanes for f32 {
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn load(from: &[f32]) -> f32 {
        from[0]
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[0] = self;
    }

    #[inline(always)]
    fn sqrt(self) -> f32 {
        f32::sqrt(self)
    }

    #[inline(always)]
    fn larger(self, other: f32) -> f32 {
        if self > other { self } else { other }
    }

    #[inline(always)]
    fn smaller(self, other: f32) -> f32 {
        if self < other { self } else { other }
    }

    #[inline(always)]
    fn exponent_and_mantissa(self) -> (f32, f32) {
        let above = (self.to_bits() as i32).wrapping_sub(SQRT_HALF);
        ((above >> 23) as f32, f32::from_bits(((above & MANTISSA) + SQRT_HALF) as u32))
    }

    #[inline(always)]
    fn gather(span: &[f32], hop: usize, columns: &mut [f32]) {
        gather_rest(span, hop, columns, 0);
    }

    #[inline(never)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
}
