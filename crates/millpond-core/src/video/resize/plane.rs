//! One plane of eight-bit samples, up to four of them interleaved (or ten-bit ones taken to eight bits first).
//!
//! Formulas and rounding are those of the kernels' `scalar.rs`. Rows come out one after the other, so that what is done with
//! them next needs no picture in between: each makes the source rows that it needs and that are not in the ring yet.

use super::kernel::{self, Horizontal, Ring};
use super::{Axis, Filter};
use crate::simd::Level;
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
                // As words, of which vectors shift out a byte.
                for (out, &pair) in scratch.iter_mut().zip(plane.row(y).as_chunks::<2>().0) {
                    *out = (u16::from_le_bytes(pair) >> (8 * offset)) as u8;
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
    x: Horizontal,
    y: Axis,
    channels: usize,
    way: Way,
    /// Shift of the vertical pass.
    shift: u32,
    level: Level,
    /// A source row as bytes.
    row: Vec<u8>,
    /// The row below it, for means of two by two.
    below: Vec<u8>,
    ring: Ring<i16>,
    weights: Vec<i16>,
}

/// How rows come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Copy,
    /// Means of two by two.
    Halve,
    Weighted,
}

impl PlaneResize {
    /// Plans a plane of `channels` interleaved samples, with the axes of `filter`.
    pub(crate) fn new(x: Axis, y: Axis, channels: usize, filter: Filter) -> PlaneResize {
        let way = match () {
            () if x.is_identity() && y.is_identity() => Way::Copy,
            () if x.halves() && y.halves() && channels != 3 => Way::Halve,
            () => Way::Weighted,
        };
        let (first, second) = if filter.overshoots() { (8, 20) } else { (7, 21) };
        let row_bytes = x.source_len() * channels;
        let x = Horizontal::new(x, channels, 1, first);
        let ring = Ring::new(x.padded(), if way == Way::Weighted { y.taps() } else { 0 });
        let level = Level::best();
        let (row, below) = (vec![0; row_bytes], vec![0; if way == Way::Halve { row_bytes } else { 0 }]);
        PlaneResize { weights: vec![0; ring.slots()], x, y, channels, way, shift: second, level, row, below, ring }
    }

    /// Uses this level from now on.
    pub(crate) fn with_level(mut self, level: Level) -> PlaneResize {
        self.level = level;
        self.x.set_level(level);
        self
    }

    /// The axes: horizontal, vertical.
    pub(crate) fn axes(&self) -> (&Axis, &Axis) {
        (self.x.axis(), &self.y)
    }

    /// Resamples into `out`, `[y.len(), x.len(), channels]`, packed. Does not allocate.
    pub(crate) fn run(&mut self, source: Samples<'_>, out: &mut [u8]) {
        self.start();
        let row_bytes = self.x.axis().len() * self.channels;
        for (index, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            self.row(index, source, out);
        }
    }

    /// Begins the next picture.
    pub(crate) fn start(&mut self) {
        self.ring.clear();
    }

    /// Resamples output row `index` into `out`, `[x.len(), channels]`. Rows come in rising order; any may be left out.
    pub(crate) fn row(&mut self, index: usize, source: Samples<'_>, out: &mut [u8]) {
        let PlaneResize { x, y, channels, way, shift, level, row, below, ring, weights } = self;
        let left = x.axis().at(0).0 * *channels;
        match way {
            Way::Copy => out.copy_from_slice(&source.row(y.at(index).0, row)[left..left + out.len()]),
            Way::Halve => {
                let top = y.at(index).0;
                let taken = left..left + 2 * out.len();
                let (upper, lower) = (source.row(top, row), source.row(top + 1, below));
                kernel::halve(*level, *channels, &upper[taken.clone()], &lower[taken], out);
            }
            Way::Weighted => {
                ring.fill(y, index, weights, |y, sums| x.run(source.row(y, row), sums));
                kernel::vertical(*level, ring, weights, *shift, out);
            }
        }
    }
}
