//! Transforms of 2, 3, 4, 5 and 8 numbers, in registers. Nothing allocates.

use crate::audio::lanes::{Complex, Lanes};
use core::f32::consts::FRAC_1_SQRT_2;

#[inline(always)]
fn add<V: Lanes>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    [a[0] + b[0], a[1] + b[1]]
}

#[inline(always)]
fn sub<V: Lanes>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    [a[0] - b[0], a[1] - b[1]]
}

/// a − ib
#[inline(always)]
fn sub_i<V: Lanes>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    [a[0] + b[1], a[1] - b[0]]
}

/// a + ib
#[inline(always)]
fn add_i<V: Lanes>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    [a[0] - b[1], a[1] + b[0]]
}

#[inline(always)]
fn scaled<V: Lanes>(a: Complex<V>, factor: f32) -> Complex<V> {
    let factor = V::splat(factor);
    [a[0] * factor, a[1] * factor]
}

/// A transform of R numbers, as a type: a function as a value would be called through a shim that is not inlined, and only
/// what is inlined is compiled for the instruction set.
pub(super) trait Butterfly<const R: usize> {
    fn of<V: Lanes>(x: [Complex<V>; R]) -> [Complex<V>; R];
}

macro_rules! butterflies {
    ($($Name:ident $radix:literal $function:ident)*) => {$(
        pub(super) struct $Name;

        impl Butterfly<$radix> for $Name {
            #[inline(always)]
            fn of<V: Lanes>(x: [Complex<V>; $radix]) -> [Complex<V>; $radix] {
                $function(x)
            }
        }
    )*};
}
butterflies!(Two 2 two  Three 3 three  Four 4 four  Five 5 five  Eight 8 eight);

#[inline(always)]
fn two<V: Lanes>([a, b]: [Complex<V>; 2]) -> [Complex<V>; 2] {
    [add(a, b), sub(a, b)]
}

/// With t = b + c: a + t and (a − t/2) ∓ i·sin(2π/3)·(b − c).
#[inline(always)]
fn three<V: Lanes>([a, b, c]: [Complex<V>; 3]) -> [Complex<V>; 3] {
    const SIN: f32 = 0.866_025_4;
    let (sum, turned) = (add(b, c), scaled(sub(b, c), SIN));
    let middle = sub(a, scaled(sum, 0.5));
    [add(a, sum), sub_i(middle, turned), add_i(middle, turned)]
}

#[inline(always)]
fn four<V: Lanes>([a, b, c, d]: [Complex<V>; 4]) -> [Complex<V>; 4] {
    let ([e, f], [g, h]) = (two([a, c]), two([b, d]));
    [add(e, g), sub_i(f, h), sub(e, g), add_i(f, h)]
}

/// With the cosines and sines of 2π/5 and 4π/5, numbers 1 and 4, 2 and 3 taken together.
#[inline(always)]
fn five<V: Lanes>([a, b, c, d, e]: [Complex<V>; 5]) -> [Complex<V>; 5] {
    const COS1: f32 = 0.309_017;
    const COS2: f32 = -0.809_017;
    const SIN1: f32 = 0.951_056_5;
    const SIN2: f32 = 0.587_785_25;
    let ([be, b_e], [cd, c_d]) = (two([b, e]), two([c, d]));
    let near = add(a, add(scaled(be, COS1), scaled(cd, COS2)));
    let far = add(a, add(scaled(be, COS2), scaled(cd, COS1)));
    let near_i = add(scaled(b_e, SIN1), scaled(c_d, SIN2));
    let far_i = sub(scaled(b_e, SIN2), scaled(c_d, SIN1));
    [add(a, add(be, cd)), sub_i(near, near_i), sub_i(far, far_i), add_i(far, far_i), add_i(near, near_i)]
}

/// Two of four, the odd one's results turned by 0, 1, 2 and 3 eighths.
#[inline(always)]
fn eight<V: Lanes>(x: [Complex<V>; 8]) -> [Complex<V>; 8] {
    let [a, b, c, d] = four([x[0], x[2], x[4], x[6]]);
    let [e, f, g, h] = four([x[1], x[3], x[5], x[7]]);
    let f = scaled([f[0] + f[1], f[1] - f[0]], FRAC_1_SQRT_2);
    let h = scaled([h[1] - h[0], -(h[0] + h[1])], FRAC_1_SQRT_2);
    [add(a, e), add(b, f), sub_i(c, g), add(d, h), sub(a, e), sub(b, f), add_i(c, g), sub(d, h)]
}
