//! The plain code, compiled for AVX2. Other levels are what a target has anyway.

use super::super::Linear;
use super::super::frame_to_tensor::Channel;
use super::scalar;
use crate::simd::{Isa, Level};

/// Panics unless `level` proves that the machine has AVX2.
fn proves(level: Level) {
    assert!(matches!(level.isa(), Isa::Avx2 | Isa::Avx512), "not a level of AVX2");
}

pub(super) fn plane(level: Level, row: &[u8], pixel_bytes: usize, channel: Channel, out: &mut [f32]) {
    #[target_feature(enable = "avx2")]
    fn here(row: &[u8], pixel_bytes: usize, channel: Channel, out: &mut [f32]) {
        scalar::plane(row, pixel_bytes, channel, out);
    }
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { here(row, pixel_bytes, channel, out) }
}

pub(super) fn interleaved(level: Level, row: &[u8], pixel_bytes: usize, channels: [Channel; 3], out: &mut [f32]) {
    #[target_feature(enable = "avx2")]
    fn here(row: &[u8], pixel_bytes: usize, channels: [Channel; 3], out: &mut [f32]) {
        scalar::interleaved(row, pixel_bytes, channels, out);
    }
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { here(row, pixel_bytes, channels, out) }
}

pub(super) fn pixels(
    level: Level,
    values: &[f32],
    steps: (usize, usize),
    linear: [Linear; 3],
    at: [usize; 3],
    pixel_bytes: usize,
    out: &mut [u8],
) {
    #[target_feature(enable = "avx2")]
    fn here(
        values: &[f32],
        steps: (usize, usize),
        linear: [Linear; 3],
        at: [usize; 3],
        pixel_bytes: usize,
        out: &mut [u8],
    ) {
        scalar::pixels(values, steps, linear, at, pixel_bytes, out);
    }
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { here(values, steps, linear, at, pixel_bytes, out) }
}
