//! One plane of eight-bit samples (or ten-bit ones taken to eight bits first).
//!
//! ```text
//! horizontal:  t = (Σ w·p + 64) >> 7         15 bits
//! vertical:    o = (Σ w·t + 2^20) >> 21       8 bits
//! ```
//!
//! Weights are those of [`super::axis`] and sum to 2^14, so no clamp is needed and a weight of one copies.

use super::Axis;
use crate::video::Plane;
use crate::video::convert::{eight_of_high_ten, eight_of_ten};

/// Where the samples of one component lie in a plane.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Samples<'a> {
    /// A byte each.
    Eight(Plane<'a>),
    /// Byte `offset` of every pair.
    Pairs {
        /// The interleaved plane.
        plane: Plane<'a>,
        /// 0 or 1.
        offset: usize,
    },
    /// Ten bits in the low bits of little-endian 16-bit words.
    Ten(Plane<'a>),
    /// Ten bits in the high bits of such words.
    HighTen(Plane<'a>),
    /// The same, word `offset` of every pair.
    HighTenPairs {
        /// The interleaved plane.
        plane: Plane<'a>,
        /// 0 or 1.
        offset: usize,
    },
}

impl<'a> Samples<'a> {
    /// Row `y` as bytes; `scratch` holds it where the plane has them in another form.
    pub(crate) fn row<'b>(&self, y: usize, scratch: &'b mut [u8]) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Samples::Eight(plane) => plane.row(y),
            Samples::Pairs { plane, offset } => {
                for (out, pair) in scratch.iter_mut().zip(plane.row(y).chunks_exact(2)) {
                    *out = pair[*offset];
                }
                scratch
            }
            Samples::Ten(plane) => {
                for (out, &[low, high]) in scratch.iter_mut().zip(plane.row(y).as_chunks::<2>().0) {
                    *out = eight_of_ten(low, high);
                }
                scratch
            }
            Samples::HighTen(plane) => {
                for (out, &[low, high]) in scratch.iter_mut().zip(plane.row(y).as_chunks::<2>().0) {
                    *out = eight_of_high_ten(low, high);
                }
                scratch
            }
            Samples::HighTenPairs { plane, offset } => {
                for (out, pair) in scratch.iter_mut().zip(plane.row(y).as_chunks::<4>().0) {
                    *out = eight_of_high_ten(pair[2 * offset], pair[2 * offset + 1]);
                }
                scratch
            }
        }
    }
}

/// The plan of one plane, with its scratch.
#[derive(Debug)]
pub(crate) struct PlaneResize {
    x: Axis,
    y: Axis,
    /// A source row as bytes.
    row: Vec<u8>,
    /// Horizontally resampled rows: source row `r` in slot `r % taps`.
    ring: Vec<i16>,
    sums: Vec<i32>,
}

impl PlaneResize {
    /// Plans a plane whose rows have `source_width` samples.
    pub(crate) fn new(x: Axis, y: Axis, source_width: usize) -> PlaneResize {
        let width = x.len();
        PlaneResize { row: vec![0; source_width], ring: vec![0; width * y.taps()], sums: vec![0; width], x, y }
    }

    /// The axes: horizontal, vertical.
    pub(crate) fn axes(&self) -> (&Axis, &Axis) {
        (&self.x, &self.y)
    }

    /// Resamples into `out`, `[y.len(), x.len()]`, packed. Does not allocate.
    pub(crate) fn run(&mut self, source: Samples<'_>, out: &mut [u8]) {
        let width = self.x.len();
        if self.x.is_identity() && self.y.is_identity() {
            let start = self.x.at(0).0;
            for (index, out) in out.chunks_exact_mut(width).enumerate() {
                out.copy_from_slice(&source.row(self.y.at(index).0, &mut self.row)[start..start + width]);
            }
            return;
        }
        let taps = self.y.taps();
        let mut next = 0;
        for (index, out) in out.chunks_exact_mut(width).enumerate() {
            let (first, weights) = self.y.at(index);
            for y in first.max(next)..first + taps {
                let row = source.row(y, &mut self.row);
                let slot = y % taps * width;
                horizontal(&self.x, row, &mut self.ring[slot..slot + width]);
            }
            next = first + taps;
            self.sums.fill(1 << 20);
            for (tap, &weight) in weights.iter().enumerate() {
                let slot = (first + tap) % taps * width;
                for (sum, &value) in self.sums.iter_mut().zip(&self.ring[slot..slot + width]) {
                    *sum += i32::from(weight) * i32::from(value);
                }
            }
            for (out, &sum) in out.iter_mut().zip(&self.sums) {
                *out = (sum >> 21) as u8;
            }
        }
    }
}

fn horizontal(axis: &Axis, row: &[u8], out: &mut [i16]) {
    for (index, out) in out.iter_mut().enumerate() {
        let (first, weights) = axis.at(index);
        let sum: i32 =
            row[first..first + weights.len()].iter().zip(weights).map(|(&p, &w)| i32::from(p) * i32::from(w)).sum();
        *out = ((sum + 64) >> 7) as i16;
    }
}
