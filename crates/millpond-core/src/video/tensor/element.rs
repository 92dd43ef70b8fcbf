//! What tensors are made of.

use half::f16;
use half::slice::HalfFloatSliceExt;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for half::f16 {}
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
        out.convert_from_f32_slice(values);
    }

    fn widen(elements: &[f16], out: &mut [f32]) {
        elements.convert_to_f32_slice(out);
    }
}
