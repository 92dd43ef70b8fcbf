//! Packed R'G'B': RGBA or BGRA with straight alpha, or RGB24 and BGR24, whose alpha is 255.
//!
//! Colour is weighted by alpha, so that transparent pixels do not bleed: a channel enters as `c·a` and alpha as
//! `255·a`, both 16 bits without loss, and comes out divided by alpha. Formulas and rounding are those of the kernels'
//! `scalar.rs`; a weight of one copies every pixel that can be seen, and a plain copy copies those too that cannot.

use super::kernel::{self, Horizontal, Ring};
use super::{Axis, Filter};
use crate::simd::Level;
use crate::video::{PixelFormat, Plane};

/// The plan of one RGBA picture, with its scratch.
#[derive(Debug)]
pub(crate) struct RgbaResize {
    x: Horizontal,
    y: Axis,
    /// The source's format.
    format: PixelFormat,
    overshoots: bool,
    level: Level,
    /// A source row as RGBA, or BGRA, where it has no alpha.
    pixels: Vec<u8>,
    /// A source row, premultiplied.
    row: Vec<i16>,
    ring: Ring<i16>,
    weights: Vec<i16>,
}

impl RgbaResize {
    /// Plans a picture of this format, with the axes of `filter`.
    pub(crate) fn new(x: Axis, y: Axis, format: PixelFormat, filter: Filter) -> RgbaResize {
        let row = vec![0; x.source_len() * 4];
        let pixels = vec![255; if format.has_alpha() { 0 } else { row.len() }];
        let x = Horizontal::new(x, 4, 2, 14);
        let ring = Ring::new(x.padded(), y.taps());
        let (overshoots, level, weights) = (filter.overshoots(), Level::best(), vec![0; ring.slots()]);
        RgbaResize { x, y, format, overshoots, level, pixels, row, ring, weights }
    }

    /// Uses this level from now on.
    pub(crate) fn with_level(mut self, level: Level) -> RgbaResize {
        self.level = level;
        self.x.set_level(level);
        self
    }

    /// Resamples into `out`, RGBA with straight alpha, `[y.len(), x.len(), 4]`, packed. Does not allocate.
    pub(crate) fn run(&mut self, source: Plane<'_>, out: &mut [u8]) {
        self.start();
        let row_bytes = self.x.axis().len() * 4;
        for (index, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            self.row(index, source, out);
        }
    }

    /// Begins the next picture.
    pub(crate) fn start(&mut self) {
        self.ring.clear();
    }

    /// Resamples output row `index` into `out`, `[x.len(), 4]`. Rows come in rising order; any may be left out.
    pub(crate) fn row(&mut self, index: usize, source: Plane<'_>, out: &mut [u8]) {
        let RgbaResize { x, y, format, overshoots, level, pixels, row, ring, weights } = self;
        let swap = matches!(format, PixelFormat::Bgra8 | PixelFormat::Bgr24);
        if x.axis().is_identity() && y.is_identity() {
            let left = x.axis().at(0).0 * 4;
            out.copy_from_slice(&with_alpha(source.row(y.at(index).0), *format, pixels)[left..left + out.len()]);
            if swap {
                out.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
            }
            return;
        }
        ring.fill(y, index, weights, |y, sums| {
            kernel::premultiply(*level, with_alpha(source.row(y), *format, pixels), swap, *overshoots, row);
            x.run_16(row, sums);
        });
        kernel::vertical_straight(*level, ring, weights, *overshoots, out);
    }
}

/// A stored row with four bytes a pixel; `pixels` holds it where it has three.
fn with_alpha<'a>(stored: &'a [u8], format: PixelFormat, pixels: &'a mut [u8]) -> &'a [u8] {
    if format.has_alpha() {
        return stored;
    }
    for (out, &[first, second, third]) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(stored.as_chunks::<3>().0) {
        *out = [first, second, third, 255];
    }
    pixels
}
