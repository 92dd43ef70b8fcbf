//! The inner loops, row by row. `scalar.rs` is their specification; nothing here allocates.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod scalar;

use super::Linear;
use super::frame_to_tensor::Channel;
#[cfg(target_arch = "x86_64")]
use crate::simd::Isa;
use crate::simd::Level;

/// One channel of a row of pixels of three or four bytes.
pub(super) fn plane(level: Level, row: &[u8], pixel_bytes: usize, channel: Channel, out: &mut [f32]) {
    match level.isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => avx2::plane(level, row, pixel_bytes, channel, out),
        _ => scalar::plane(row, pixel_bytes, channel, out),
    }
}

/// All channels of a row of pixels, interleaved.
pub(super) fn interleaved(level: Level, row: &[u8], pixel_bytes: usize, channels: [Channel; 3], out: &mut [f32]) {
    match level.isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => avx2::interleaved(level, row, pixel_bytes, channels, out),
        _ => scalar::interleaved(row, pixel_bytes, channels, out),
    }
}

/// Pixels of three or four bytes from channels whose values lie `steps.0` apart, those of a channel `steps.1` apart.
pub(super) fn pixels(
    level: Level,
    values: &[f32],
    steps: (usize, usize),
    linear: [Linear; 3],
    at: [usize; 3],
    pixel_bytes: usize,
    out: &mut [u8],
) {
    match level.isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => avx2::pixels(level, values, steps, linear, at, pixel_bytes, out),
        _ => scalar::pixels(values, steps, linear, at, pixel_bytes, out),
    }
}
