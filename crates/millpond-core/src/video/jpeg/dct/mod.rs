//! From samples to quantised coefficients: level shift, forward DCT, quantisation, and which coefficients are not zero.
//!
//! The DCT is that of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11 multiplications", 1989):
//! rows first, whose results keep two extra bits, then columns, constants with 13 fraction bits, both descaled by
//! `(x + half) >> n`. The result is 8 times the DCT of T.81. `scalar` is the specification; `lanes` is the same in terms
//! of 8-lane vectors, which the files of the levels provide.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes;
mod scalar;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse41;

use super::quantise::Quantiser;
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128")),
    allow(unused_imports, reason = "without vectors there is nothing to choose")
)]
use crate::simd::Isa;
use crate::simd::Level;

/// Quantised coefficients of 8x8 samples, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [i16; 64]);

impl Block {
    pub(super) const ZERO: Block = Block([0; 64]);
}

/// Constants with 13 fraction bits, named by their values.
const F_0_298: i32 = 2446;
const F_0_390: i32 = 3196;
const F_0_541: i32 = 4433;
const F_0_765: i32 = 6270;
const F_0_899: i32 = 7373;
const F_1_175: i32 = 9633;
const F_1_501: i32 = 12299;
const F_1_847: i32 = 15137;
const F_1_961: i32 = 16069;
const F_2_053: i32 = 16819;
const F_2_562: i32 = 20995;
const F_3_072: i32 = 25172;
/// Fraction bits of the constants.
const CONSTANT_BITS: i32 = 13;
/// Extra bits of the first pass.
const PASS_BITS: i32 = 2;

/// Codes the blocks of one row of blocks: block i has the samples `8·i..8·i + 8` of each of the eight rows. `nonzero` gets
/// a bit for every coefficient that is not zero, the first of the zigzag sequence lowest.
///
/// # Panics
/// If a row is shorter than 8 samples a block, or there are fewer masks than blocks.
pub(super) fn forward(
    level: Level,
    rows: &[&[u8]; 8],
    quantiser: &Quantiser,
    blocks: &mut [Block],
    nonzero: &mut [u64],
) {
    let rows = rows.map(|row| &row[..8 * blocks.len()]);
    let nonzero = &mut nonzero[..blocks.len()];
    match level.isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Sse41 => sse41::forward(level, &rows, quantiser, blocks, nonzero),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => avx2::forward(level, &rows, quantiser, blocks, nonzero),
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => neon::forward(&rows, quantiser, blocks, nonzero),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Isa::Simd128 => simd128::forward(&rows, quantiser, blocks, nonzero),
        _ => scalar::forward(&rows, quantiser, blocks, nonzero),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables;
    use super::*;

    /// A generator with a fixed start: the same cases every time.
    fn noise(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    fn coded(level: Level, rows: &[Vec<u8>; 8], quantiser: &Quantiser, count: usize) -> (Vec<Block>, Vec<u64>) {
        let (mut blocks, mut nonzero) = (vec![Block([77; 64]); count], vec![0; count]);
        forward(level, &core::array::from_fn(|y| &rows[y][..]), quantiser, &mut blocks, &mut nonzero);
        (blocks, nonzero)
    }

    #[test]
    fn every_level_equals_scalar() {
        let mut state = 1;
        for case in 0..2000 {
            let count = 1 + case % 7;
            // Noise of growing contrast, and blocks of extremes, which make the largest coefficients.
            let rows: [Vec<u8>; 8] = core::array::from_fn(|_| {
                let sample = |state: &mut u64| match case % 3 {
                    0 => noise(state) as u8,
                    1 => 255 * (noise(state) % 2) as u8,
                    _ => 128 + (noise(state) % (2 + case as u64 % 60)) as u8,
                };
                (0..8 * count).map(|_| sample(&mut state)).collect()
            });
            let quality = 1 + (case % 100) as u8;
            let quantiser = Quantiser::new(&tables::quantisation(quality)[case % 2]);
            let expected = coded(Level::SCALAR, &rows, &quantiser, count);
            for level in Level::available() {
                assert!(coded(level, &rows, &quantiser, count) == expected, "{level:?} case {case}");
            }
        }
    }

    /// The formula of T.81 A.3.3 in floating point: what every level approximates.
    #[test]
    fn coefficients_are_those_of_the_dct() {
        let mut state = 2;
        let quantiser = Quantiser::new(&[1; 64]);
        for _ in 0..300 {
            let rows: [Vec<u8>; 8] = core::array::from_fn(|_| (0..8).map(|_| noise(&mut state) as u8).collect());
            let (blocks, nonzero) = coded(Level::SCALAR, &rows, &quantiser, 1);
            let cosine = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos();
            let norm = |u: usize| if u == 0 { 0.5f64.sqrt() } else { 1.0 };
            for v in 0..8 {
                for u in 0..8 {
                    let mut sum = 0.0;
                    for (y, row) in rows.iter().enumerate() {
                        for (x, &sample) in row.iter().enumerate() {
                            sum += (f64::from(sample) - 128.0) * cosine(x, u) * cosine(y, v);
                        }
                    }
                    let exact = sum * norm(u) * norm(v) / 4.0;
                    let got = f64::from(blocks[0].0[8 * v + u]);
                    // Half a step of rounding, and what the integer transform is off.
                    assert!((got - exact).abs() < 0.75, "({u},{v}): {got} for {exact}");
                }
            }
            for (bit, &place) in tables::ZIGZAG.iter().enumerate() {
                assert_eq!(nonzero[0] >> bit & 1 == 1, blocks[0].0[usize::from(place)] != 0);
            }
        }
    }
}
