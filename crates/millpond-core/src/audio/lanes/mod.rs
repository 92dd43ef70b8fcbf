//! f32 side by side: the number type over which one FFT, one filterbank and one logarithm run on several STFT frames at
//! once, a frame in each lane.
//!
//! Every operation is element-wise IEEE arithmetic, so that a lane gives the bits that the same formula gives for a single
//! f32, on every target and for every number of lanes. Results therefore do not depend on the level. `scalar.rs` is the
//! specification: one lane, plain Rust. The other files have the same functions by an instruction set each. Nothing allocates.

use core::ops::{Add, Div, Mul, Neg, Sub};

pub(super) mod scalar;

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(super) mod neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) mod simd128;
#[cfg(target_arch = "x86_64")]
pub(super) mod sse41;

/// The most lanes of any level.
pub(super) const MAX_LANES: usize = 16;

/// Some f32 side by side. Only made where a [`Level`](crate::simd::Level) proves the instruction set: by
/// [`for_level!`](for_level).
pub(super) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self> + 'static
{
    /// How many.
    const LANES: usize;

    /// The same number in each lane.
    fn splat(x: f32) -> Self;

    /// The first numbers of a slice that has that many.
    fn load(from: &[f32]) -> Self;

    /// Writes the first numbers of a slice that has that many.
    fn store(self, to: &mut [f32]);

    /// √
    fn sqrt(self) -> Self;

    /// self > other ? self : other. What is not a number becomes `other`.
    fn larger(self, other: Self) -> Self;

    /// self < other ? self : other. What is not a number becomes `other`.
    fn smaller(self, other: Self) -> Self;

    /// (k, m) with self = 2^k·m and m in [√½, √2), by the bits of a positive normal number; infinity is 2^128.
    fn exponent_and_mantissa(self) -> (Self, Self);

    /// `columns[i]` lane l = `span[l·hop + i]`: frames that begin `hop` apart become lanes.
    fn gather(span: &[f32], hop: usize, columns: &mut [Self]);

    /// Runs `work` compiled for the instruction set, as a function of its own.
    fn run<R>(work: impl FnOnce() -> R) -> R;
}

/// A complex number in each lane: real parts, imaginary parts.
pub(super) type Complex<V> = [V; 2];

/// The bits of √½, and what they split: see [`Lanes::exponent_and_mantissa`].
const SQRT_HALF: i32 = 0x3f35_04f3;
const MANTISSA: i32 = 0x007f_ffff;

/// Gathers the columns from `from` on, one number at a time: for what is left over by blocks.
#[inline(always)]
fn gather_rest<V: Lanes>(span: &[f32], hop: usize, columns: &mut [V], from: usize) {
    let mut column = [0.0; MAX_LANES];
    for (i, out) in columns.iter_mut().enumerate().skip(from) {
        for (lane, value) in column[..V::LANES].iter_mut().enumerate() {
            *value = span[lane * hop + i];
        }
        *out = V::load(&column);
    }
}

/// `for_level!(level, V => expression)` is the expression with `V` the lanes of the level.
macro_rules! for_level {
    ($level:expr, $V:ident => $body:expr) => {
        match $level.isa() {
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Sse41 => {
                type $V = $crate::audio::lanes::sse41::F32x4;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx2 => {
                type $V = $crate::audio::lanes::avx2::F32x8;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx512 => {
                type $V = $crate::audio::lanes::avx512::F32x16;
                $body
            }
            #[cfg(target_arch = "aarch64")]
            $crate::simd::Isa::Neon => {
                type $V = $crate::audio::lanes::neon::F32x4;
                $body
            }
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            $crate::simd::Isa::Simd128 => {
                type $V = $crate::audio::lanes::simd128::F32x4;
                $body
            }
            _ => {
                type $V = f32;
                $body
            }
        }
    };
}
pub(super) use for_level;

/// The four operators and negation by intrinsics.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128")))]
macro_rules! operators {
    ($V:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $neg:expr) => {
        operators!(@ $V, Add, add, $add);
        operators!(@ $V, Sub, sub, $sub);
        operators!(@ $V, Mul, mul, $mul);
        operators!(@ $V, Div, div, $div);
        impl core::ops::Neg for $V {
            type Output = $V;
            #[inline(always)]
            fn neg(self) -> $V {
                $neg(self)
            }
        }
    };
    (@ $V:ident, $Trait:ident, $method:ident, $intrinsic:ident) => {
        impl core::ops::$Trait for $V {
            type Output = $V;
            #[inline(always)]
            #[allow(unused_unsafe, reason = "safe where the instruction set is part of the target")]
            fn $method(self, other: $V) -> $V {
                // SAFETY: the type is only made where the machine has the instruction set (see `Lanes`).
                $V(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    };
}
#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
use operators;
