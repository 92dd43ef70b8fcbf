//! Four f32 side by side: the number type over which one FFT runs on four STFT frames at once.
//!
//! Every operation is element-wise IEEE arithmetic, so a lane gives the bits that the same formula gives for a single
//! f32, on every target; the compiler turns the arrays into SSE2, NEON or simd128 instructions. Nothing allocates.
//!
//! # Twiddle factors
//!
//! rustfft computes each twiddle factor as `f64::cos` or `f64::sin` of an angle that IEEE arithmetic fixes exactly, and
//! brings it in through [`FromPrimitive::from_f64`]. Two libms may differ in the last bits of that f64. Rounding to f32
//! wipes this out unless a rounding boundary of f32 lies between the two values. It does not: the test
//! `twiddles_do_not_depend_on_libm` goes through every length and index that a plan of this crate can ask for and finds
//! each value further from every boundary than any libm errs.

use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use rustfft::num_traits::{FromPrimitive, Num, One, Signed, Zero};

/// Number of lanes.
pub(super) const LANES: usize = 4;

/// Four f32.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(16))]
pub(super) struct F32x4(pub(super) [f32; LANES]);

impl F32x4 {
    /// The same number in each lane.
    #[inline(always)]
    pub(super) fn splat(value: f32) -> F32x4 {
        F32x4([value; LANES])
    }

    /// Applies `f` to each lane.
    #[inline(always)]
    pub(super) fn map(self, f: impl Fn(f32) -> f32) -> F32x4 {
        let [a, b, c, d] = self.0;
        F32x4([f(a), f(b), f(c), f(d)])
    }

    #[inline(always)]
    fn zip(self, other: F32x4, f: impl Fn(f32, f32) -> f32) -> F32x4 {
        let ([a, b, c, d], [e, g, h, i]) = (self.0, other.0);
        F32x4([f(a, e), f(b, g), f(c, h), f(d, i)])
    }
}

macro_rules! element_wise {
    ($operator:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl $operator for F32x4 {
            type Output = F32x4;
            #[inline(always)]
            fn $method(self, other: F32x4) -> F32x4 {
                self.zip(other, |a, b| $operator::$method(a, b))
            }
        }
        impl $assign for F32x4 {
            #[inline(always)]
            fn $assign_method(&mut self, other: F32x4) {
                *self = $operator::$method(*self, other);
            }
        }
    };
}
element_wise!(Add, add, AddAssign, add_assign);
element_wise!(Sub, sub, SubAssign, sub_assign);
element_wise!(Mul, mul, MulAssign, mul_assign);
element_wise!(Div, div, DivAssign, div_assign);
element_wise!(Rem, rem, RemAssign, rem_assign);

impl Neg for F32x4 {
    type Output = F32x4;
    #[inline(always)]
    fn neg(self) -> F32x4 {
        self.map(|a| -a)
    }
}

impl FromPrimitive for F32x4 {
    fn from_i64(value: i64) -> Option<F32x4> {
        Some(F32x4::splat(value as f32))
    }

    fn from_u64(value: u64) -> Option<F32x4> {
        Some(F32x4::splat(value as f32))
    }

    /// Rounds to the nearest f32, ties to even. Twiddle factors come in here: see the head of the module.
    #[inline(always)]
    fn from_f64(value: f64) -> Option<F32x4> {
        Some(F32x4::splat(value as f32))
    }
}

// What rustfft's `FftNum` asks for besides: numbers that parse and have signs. No FFT uses these.

impl Zero for F32x4 {
    #[inline(always)]
    fn zero() -> F32x4 {
        F32x4::splat(0.0)
    }

    fn is_zero(&self) -> bool {
        *self == F32x4::zero()
    }
}

impl One for F32x4 {
    #[inline(always)]
    fn one() -> F32x4 {
        F32x4::splat(1.0)
    }
}

impl Num for F32x4 {
    type FromStrRadixErr = <f32 as Num>::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<F32x4, Self::FromStrRadixErr> {
        f32::from_str_radix(text, radix).map(F32x4::splat)
    }
}

impl Signed for F32x4 {
    fn abs(&self) -> F32x4 {
        self.map(f32::abs)
    }

    fn abs_sub(&self, other: &F32x4) -> F32x4 {
        self.zip(*other, |a, b| if a <= b { 0.0 } else { a - b })
    }

    fn signum(&self) -> F32x4 {
        self.map(f32::signum)
    }

    fn is_positive(&self) -> bool {
        self.0.iter().all(|lane| lane.is_sign_positive())
    }

    fn is_negative(&self) -> bool {
        self.0.iter().all(|lane| lane.is_sign_negative())
    }
}
