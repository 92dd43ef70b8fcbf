//! Resampling of f32: planes, or pictures of up to four interleaved channels.
//!
//! ```text
//! t = 0 + w₀·p₀ + w₁·p₁ + …     along a row
//! o = 0 + w₀·t₀ + w₁·t₁ + …     down a column
//! ```
//!
//! in f32, in the order of the samples, each product and each sum rounded, so that bits are the same on every target.
//! Vectors hold neighbouring columns. Values need no range; those of [`Filter::CatmullRom`] and [`Filter::Lanczos3`]
//! overshoot and are not clamped.

use super::crop::{Crop, Sampling, check_size};
use super::{Axis, Filter};
use crate::Error;
use crate::video::ChromaSiting;

/// What a [`FloatResizer`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatSpec {
    /// Interleaved channels, 1 to 4.
    pub channels: usize,
    /// Width and height of the source.
    pub source: (u32, u32),
    /// Width and height of the target.
    pub target: (u32, u32),
    /// The part of the source that fills the target.
    pub crop: Crop,
    /// How samples are weighted.
    pub filter: Filter,
}

impl FloatSpec {
    /// The whole picture by [`Filter::BilinearAntialiased`].
    pub fn new(channels: usize, source: (u32, u32), target: (u32, u32)) -> FloatSpec {
        FloatSpec { channels, source, target, crop: Crop::whole(source.0, source.1), filter: Filter::default() }
    }
}

/// The plan of a resampling of f32: weights and scratch, made once.
#[derive(Debug)]
pub struct FloatResizer {
    spec: FloatSpec,
    x: Axis<f32>,
    y: Axis<f32>,
    /// Horizontally resampled rows: source row `y` in slot `y % taps`.
    ring: Vec<f32>,
}

impl FloatResizer {
    /// Plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadSize`] and [`Error::BadParameter`] as [`Resizer::new`](super::Resizer::new), and for a number of channels
    /// that is not 1 to 4.
    pub fn new(spec: FloatSpec) -> Result<FloatResizer, Error> {
        let FloatSpec { channels, source, target, crop, filter } = spec;
        if !(1..=4).contains(&channels) {
            return Err(Error::BadParameter { name: "channels", value: channels as f64, expected: "1 to 4" });
        }
        check_size(source)?;
        check_size(target)?;
        crop.check(source.0, source.1)?;
        let sampling = Sampling { source, target, crop, filter, siting: ChromaSiting::default() };
        let [x, y] = sampling.axes((0, 0), (0, 0));
        Ok(FloatResizer { ring: vec![0.0; target.0 as usize * channels * y.taps()], spec, x, y })
    }

    /// What it was planned for.
    pub fn spec(&self) -> &FloatSpec {
        &self.spec
    }

    /// Resamples `source`, `[height, width, channels]` with `source_stride` numbers from one row to the next, into `out`,
    /// whose rows are `out_stride` numbers apart. Numbers between rows are left alone.
    ///
    /// # Errors
    /// [`Error::BadStride`] (in numbers) if a stride is smaller than a row, plane 0 being the source and 1 the output;
    /// [`Error::BufferTooSmall`] if a slice ends before its last row does. Nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn resize_into(
        &mut self,
        source: &[f32],
        source_stride: usize,
        out: &mut [f32],
        out_stride: usize,
    ) -> Result<(), Error> {
        let FloatSpec { channels, source: from, target, .. } = self.spec;
        let width = |(width, _): (u32, u32)| width as usize * channels;
        check(0, source.len(), source_stride, width(from), from.1)?;
        check(1, out.len(), out_stride, width(target), target.1)?;
        let (width, taps) = (width(target), self.y.taps());
        let mut next = 0;
        for (index, out) in out.chunks_mut(out_stride).take(self.y.len()).enumerate() {
            let (first, weights) = self.y.at(index);
            for y in first.max(next)..first + taps {
                let slot = y % taps * width;
                horizontal(&self.x, channels, &source[y * source_stride..], &mut self.ring[slot..slot + width]);
            }
            next = next.max(first + taps);
            let out = &mut out[..width];
            out.fill(0.0);
            for (tap, &weight) in weights.iter().enumerate() {
                let slot = (first + tap) % taps * width;
                for (out, &value) in out.iter_mut().zip(&self.ring[slot..slot + width]) {
                    *out += weight * value;
                }
            }
        }
        Ok(())
    }
}

fn check(plane: usize, got: usize, stride: usize, row: usize, rows: u32) -> Result<(), Error> {
    if stride < row {
        return Err(Error::BadStride { plane, stride, row });
    }
    let needed = stride.saturating_mul(rows as usize - 1).saturating_add(row);
    if got < needed { Err(Error::BufferTooSmall { needed, got }) } else { Ok(()) }
}

fn horizontal(axis: &Axis<f32>, channels: usize, row: &[f32], out: &mut [f32]) {
    for (index, out) in out.chunks_exact_mut(channels).enumerate() {
        let (first, weights) = axis.at(index);
        out.fill(0.0);
        for (pixel, &weight) in row[first * channels..].chunks_exact(channels).zip(weights) {
            for (out, &value) in out.iter_mut().zip(pixel) {
                *out += weight * value;
            }
        }
    }
}
