//! A picture of a mel matrix.
//!
//! Pixel (x, y) shows the largest of the matrix's cells that it covers: frames ⌊x·n_frames/width⌋ to
//! ⌈(x + 1)·n_frames/width⌉ − 1, bands likewise, the lowest band at the bottom. Its value v is placed in the range by
//! t = (v − low)/(high − low), clamped to 0…1, quantised to ⌊1024·t⌋, and coloured by interpolating 33 equally spaced
//! entries of matplotlib's `magma` (by van der Walt and Smith, CC0), rounding down. Nothing allocates.

use crate::Error;
use core::ops::Range;

/// Draws `mel`, `[n_mels, n_frames]` row-major, as `width` × `height` opaque RGBA pixels, rows tightly packed. `range`
/// is the value of the darkest colour and that of the brightest: (−4, 4) for the `lipsync` profile.
///
/// # Errors
/// [`Error::BufferTooSmall`] for `mel` (values) or `out_rgba` (bytes); [`Error::BadSize`] for a width or height of 0 or
/// above 65536; [`Error::BadParameter`] for an empty matrix or range. Nothing is written then.
///
/// # Realtime
/// Does not allocate.
pub fn mel_picture_into(
    mel: &[f32],
    n_mels: usize,
    n_frames: usize,
    range: (f32, f32),
    width: u32,
    height: u32,
    out_rgba: &mut [u8],
) -> Result<(), Error> {
    const MAX_SIDE: u32 = 65_536;
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(Error::BadSize { width, height, max: MAX_SIDE });
    }
    for (name, value) in [("n_mels", n_mels), ("n_frames", n_frames)] {
        if value == 0 {
            return Err(Error::BadParameter { name, value: 0.0, expected: "at least 1" });
        }
    }
    let (low, high) = range;
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Err(Error::BadParameter { name: "range", value: f64::from(span), expected: "low below high, finite" });
    }
    let (width, height) = (width as usize, height as usize);
    let bytes = width.saturating_mul(height).saturating_mul(4);
    for (needed, got) in [(n_mels.saturating_mul(n_frames), mel.len()), (bytes, out_rgba.len())] {
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
    }

    for (y, row) in out_rgba[..bytes].chunks_exact_mut(width * 4).enumerate() {
        let bands = covered(height - 1 - y, height, n_mels);
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let frames = covered(x, width, n_frames);
            let mut largest = f32::NEG_INFINITY;
            for band in bands.clone() {
                for &value in &mel[band * n_frames..][frames.clone()] {
                    largest = if value > largest { value } else { largest };
                }
            }
            pixel.copy_from_slice(&colour((largest - low) / span));
        }
    }
    Ok(())
}

/// The smallest and the largest of some features, for the pictures of profiles whose range is not fixed
/// ([`MelConfig::feature_range`](super::MelConfig::feature_range)); (0, 1) if all are the same or not numbers.
///
/// # Realtime
/// Does not allocate.
pub fn value_range(features: &[f32]) -> (f32, f32) {
    let finite = || features.iter().copied().filter(|x| x.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    if low < high && (high - low).is_finite() { (low, high) } else { (0.0, 1.0) }
}

/// The cells of `cells` that pixel `i` of `pixels` covers: at least one.
fn covered(i: usize, pixels: usize, cells: usize) -> Range<usize> {
    let at = |i: usize| i as u64 * cells as u64;
    (at(i) / pixels as u64) as usize..at(i + 1).div_ceil(pixels as u64) as usize
}

/// The colour at t; outside 0…1 the nearest.
fn colour(t: f32) -> [u8; 4] {
    // `as` saturates, and sends what is not a number to 0.
    let step = ((t * 1024.0) as u32).min(1023) as usize;
    let (entry, weight) = (step / 32, (step % 32) as u32);
    let mix = |channel: usize| {
        let (a, b) = (MAGMA[entry][channel], MAGMA[entry + 1][channel]);
        ((u32::from(a) * (32 - weight) + u32::from(b) * weight) / 32) as u8
    };
    [mix(0), mix(1), mix(2), 255]
}

#[rustfmt::skip]
const MAGMA: [[u8; 3]; 33] = [
    [0, 0, 4], [3, 3, 18], [10, 8, 34], [19, 13, 52], [29, 17, 71], [41, 17, 90], [54, 16, 107], [68, 15, 118],
    [81, 18, 124], [93, 23, 127], [106, 28, 129], [118, 33, 129], [131, 38, 129], [144, 42, 129], [156, 46, 127],
    [170, 51, 125], [183, 55, 121], [194, 59, 117], [207, 64, 112], [219, 71, 106], [229, 80, 100], [238, 91, 94],
    [244, 105, 92], [249, 120, 93], [251, 135, 97], [253, 150, 104], [254, 165, 113], [254, 180, 123], [254, 194, 135],
    [254, 209, 148], [253, 224, 161], [252, 238, 176], [252, 253, 191],
];
