//! What tensors are made of.

use half::f16;
use half::slice::HalfFloatSliceExt;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for half::f16 {}
}

/// The bits of the nearest [`f16`], ties to even, without a branch, so that the compiler makes vectors of it where there is
/// no instruction for it.
#[inline(always)]
fn rounded(value: f32) -> u16 {
    /// Exponents of f16 count from 15, those of f32 from 127.
    const REBIAS: u32 = (127 - 15) << 23;
    /// A number whose last bit is worth as much as that of f16's numbers below 2^-14.
    const SMALL: f32 = 0.5;
    let bits = value.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let normal = magnitude.wrapping_sub(REBIAS).wrapping_add(0xfff + (magnitude >> 13 & 1)) >> 13;
    let small = (f32::from_bits(magnitude) + SMALL).to_bits().wrapping_sub(SMALL.to_bits());
    let nan = 0x7e00 | magnitude >> 13 & 0x3ff;
    let finite = if magnitude < 113 << 23 { small } else { normal };
    let infinite = if magnitude > 0x7f80_0000 { nan } else { 0x7c00 };
    let half = if magnitude < 143 << 23 { finite } else { infinite };
    (bits >> 16 & 0x8000 | half) as u16
}

/// f32 or [`half::f16`].
pub trait Element: Copy + Default + sealed::Sealed + 'static {
    /// Rounds numbers to elements, to nearest, ties to even. Slices are equally long.
    #[doc(hidden)]
    fn round(values: &[f32], out: &mut [Self]);

    /// Elements as f32, exactly. Slices are equally long.
    #[doc(hidden)]
    fn widen(elements: &[Self], out: &mut [f32]);
}

impl Element for f32 {
    fn round(values: &[f32], out: &mut [f32]) {
        out.copy_from_slice(values);
    }

    fn widen(elements: &[f32], out: &mut [f32]) {
        out.copy_from_slice(elements);
    }
}

impl Element for f16 {
    fn round(values: &[f32], out: &mut [f16]) {
        if cfg!(target_arch = "wasm32") {
            for (out, &value) in out.iter_mut().zip(values) {
                *out = f16::from_bits(rounded(value));
            }
        } else {
            // With the processor's own instructions where it has them.
            out.convert_from_f32_slice(values);
        }
    }

    fn widen(elements: &[f16], out: &mut [f32]) {
        elements.convert_to_f32_slice(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `half` is the reference. All exponents, with mantissas at and around every tie.
    #[test]
    fn rounding_is_that_of_half() {
        for high in 0..=u16::MAX {
            for low in [0u32, 1, 0x0fff, 0x1000, 0x1001, 0x1fff, 0x2000, 0x2fff, 0x3000, 0x3001, 0x8000, 0xffff] {
                let value = f32::from_bits(u32::from(high) << 16 | low);
                let expected = f16::from_f32_const(value).to_bits();
                assert_eq!(rounded(value), expected, "{value} {:08x}", value.to_bits());
            }
        }
    }
}
