//! Packed R'G'B': RGBA or BGRA with straight alpha, or RGB24 and BGR24, whose alpha is 255.
//!
//! Colour is weighted by alpha, so that transparent pixels do not bleed: a channel enters as `c·a` and alpha as
//! `255·a`, both 16 bits without loss. Each pass is `(Σ w·v + 2^13) >> 14`; at the end
//!
//! ```text
//! c = (C·255 + A/2) / A      a = (A + 127) / 255      (all zero where A is 0)
//! ```
//!
//! so a weight of one copies every pixel that can be seen.

use super::Axis;
use crate::video::blend::div_255;
use crate::video::{PixelFormat, Plane};

/// The plan of one R'G'B' picture, with its scratch.
#[derive(Debug)]
pub(crate) struct RgbaResize {
    x: Axis,
    y: Axis,
    /// The source's format.
    format: PixelFormat,
    row: Vec<[u16; 4]>,
    ring: Vec<[u16; 4]>,
}

impl RgbaResize {
    /// Plans a picture whose rows have `source_width` pixels.
    pub(crate) fn new(x: Axis, y: Axis, source_width: usize, format: PixelFormat) -> RgbaResize {
        RgbaResize { row: vec![[0; 4]; source_width], ring: vec![[0; 4]; x.len() * y.taps()], x, y, format }
    }

    /// Resamples into `out`, RGBA with straight alpha, `[y.len(), x.len(), 4]`, packed. Does not allocate.
    pub(crate) fn run(&mut self, source: Plane<'_>, out: &mut [u8]) {
        let width = self.x.len();
        let taps = self.y.taps();
        let mut next = 0;
        for (index, out) in out.chunks_exact_mut(width * 4).enumerate() {
            let (first, weights) = self.y.at(index);
            for y in first.max(next)..first + taps {
                premultiply(source.row(y), &mut self.row, self.format);
                let slot = y % taps * width;
                for (index, out) in self.ring[slot..slot + width].iter_mut().enumerate() {
                    let (first, weights) = self.x.at(index);
                    *out = weighted(self.row[first..first + weights.len()].iter(), weights);
                }
            }
            next = first + taps;
            for (x, out) in out.chunks_exact_mut(4).enumerate() {
                let column = (first..first + taps).map(|y| &self.ring[y % taps * width + x]);
                out.copy_from_slice(&straight(weighted(column, weights)));
            }
        }
    }
}

fn premultiply(pixels: &[u8], out: &mut [[u16; 4]], format: PixelFormat) {
    let weigh = |pixel: [u8; 3], alpha: u8| {
        let [red, green, blue] = pixel;
        [red, green, blue, 255].map(|value| u16::from(value) * u16::from(alpha))
    };
    let (fours, threes) = (pixels.as_chunks::<4>().0, pixels.as_chunks::<3>().0);
    match format {
        PixelFormat::Bgra8 => {
            for (out, &[blue, green, red, alpha]) in out.iter_mut().zip(fours) {
                *out = weigh([red, green, blue], alpha);
            }
        }
        PixelFormat::Rgb24 => {
            for (out, &pixel) in out.iter_mut().zip(threes) {
                *out = weigh(pixel, 255);
            }
        }
        PixelFormat::Bgr24 => {
            for (out, &[blue, green, red]) in out.iter_mut().zip(threes) {
                *out = weigh([red, green, blue], 255);
            }
        }
        _ => {
            for (out, &[red, green, blue, alpha]) in out.iter_mut().zip(fours) {
                *out = weigh([red, green, blue], alpha);
            }
        }
    }
}

#[inline(always)]
fn weighted<'a>(pixels: impl Iterator<Item = &'a [u16; 4]>, weights: &[i16]) -> [u16; 4] {
    let mut sums = [1u32 << 13; 4];
    for (pixel, &weight) in pixels.zip(weights) {
        for (sum, &value) in sums.iter_mut().zip(pixel) {
            *sum += u32::from(value) * weight as u32;
        }
    }
    sums.map(|sum| (sum >> 14) as u16)
}

#[inline(always)]
fn straight([red, green, blue, alpha]: [u16; 4]) -> [u8; 4] {
    let total = u32::from(alpha);
    if total == 0 {
        return [0; 4];
    }
    let channel = |value: u16| ((u32::from(value) * 255 + total / 2) / total).min(255) as u8;
    [channel(red), channel(green), channel(blue), div_255(total) as u8]
}
