//! The inner loops, row by row. `scalar.rs` is their specification, a file each holds them for an instruction set.
//!
//! The functions here check lengths and dispatch; they do not allocate. Rows of sums are padded to whole blocks of
//! [`BLOCK`] samples; what lies in the padding has no meaning.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse41;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128")))]
mod vector128;

use super::lanes::{BLOCK, Lanes};
use super::{Axis, Weight};
use crate::simd::{Isa, Level};

/// Calls a kernel of the level's file, or of `scalar` with its own arguments.
macro_rules! dispatch {
    ($level:expr, $kernel:ident($($argument:expr),*), $scalar:expr) => {
        match $level.isa() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::Avx512 => avx2::$kernel($level, $($argument),*),
            #[cfg(target_arch = "x86_64")]
            Isa::Sse41 => sse41::$kernel($level, $($argument),*),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::$kernel($level, $($argument),*),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Isa::Simd128 => simd128::$kernel($level, $($argument),*),
            _ => $scalar,
        }
    };
}

/// The horizontal pass of a plane or picture: an axis, and its lanes where vector units can take it.
#[derive(Debug)]
pub(super) struct Horizontal {
    axis: Axis,
    lanes: Option<Lanes>,
    channels: usize,
    shift: u32,
    level: Level,
}

impl Horizontal {
    /// For rows of `channels` interleaved samples of `bytes` bytes, 1 or 2. `shift` is the first pass's.
    pub(super) fn new(axis: Axis, channels: usize, bytes: usize, shift: u32) -> Horizontal {
        Horizontal { lanes: Lanes::new(&axis, channels, bytes), axis, channels, shift, level: Level::best() }
    }

    pub(super) fn set_level(&mut self, level: Level) {
        self.level = level;
    }

    pub(super) fn axis(&self) -> &Axis {
        &self.axis
    }

    /// Samples of an output row, padded to whole blocks.
    pub(super) fn padded(&self) -> usize {
        (self.axis.len() * self.channels).next_multiple_of(BLOCK)
    }

    /// Resamples a row of eight-bit samples into [`padded`](Self::padded) sums.
    pub(super) fn run(&self, row: &[u8], out: &mut [i16]) {
        let Horizontal { axis, lanes, channels, shift, level } = self;
        match lanes {
            Some(lanes) => {
                dispatch!(*level, horizontal(lanes, *shift, row, out), {
                    scalar::horizontal(axis, *channels, *shift, row, out)
                })
            }
            None => scalar::horizontal(axis, *channels, *shift, row, out),
        }
    }

    /// The same with a row of 16-bit samples.
    pub(super) fn run_16(&self, row: &[i16], out: &mut [i16]) {
        let Horizontal { axis, lanes, channels, shift, level } = self;
        match lanes {
            Some(lanes) => {
                dispatch!(*level, horizontal(lanes, *shift, bytemuck::cast_slice(row), out), {
                    scalar::horizontal(axis, *channels, *shift, row, out)
                })
            }
            None => scalar::horizontal(axis, *channels, *shift, row, out),
        }
    }
}

/// The rows that the vertical pass takes: row `y` of the source in slot `y % slots`.
#[derive(Debug)]
pub(super) struct Ring<T> {
    rows: Vec<T>,
    width: usize,
    slots: usize,
    /// The row after the last one that was put in.
    next: usize,
}

impl<T: Copy + Default> Ring<T> {
    /// Room for `taps` rows of `width` samples, made even: vector kernels take rows in pairs.
    pub(super) fn new(width: usize, taps: usize) -> Ring<T> {
        let slots = taps.next_multiple_of(2);
        Ring { rows: vec![T::default(); width * slots], width, slots, next: 0 }
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Forgets all rows: the next picture begins.
    pub(super) fn clear(&mut self) {
        self.next = 0;
    }

    /// Makes the rows of output row `index` present, through `make(y, row)`, and puts the weight of each slot in its
    /// place in `weights`. Output rows must come in rising order.
    pub(super) fn fill<W: Weight>(
        &mut self,
        axis: &Axis<W>,
        index: usize,
        weights: &mut [W],
        mut make: impl FnMut(usize, &mut [T]),
    ) {
        let (first, row_weights) = axis.at(index);
        let end = first + row_weights.len();
        for y in first.max(self.next)..end {
            let slot = y % self.slots * self.width;
            make(y, &mut self.rows[slot..slot + self.width]);
        }
        self.next = self.next.max(end);
        weights.fill(W::default());
        let mut slot = first % self.slots;
        for &weight in row_weights {
            weights[slot] = weight;
            slot = if slot + 1 == self.slots { 0 } else { slot + 1 };
        }
    }

    /// All slots, and the width of one.
    pub(super) fn rows(&self) -> (&[T], usize) {
        (&self.rows, self.width)
    }
}

/// Resamples a column each of the ring's rows into bytes. `out` may be shorter than the rows.
pub(super) fn vertical(level: Level, ring: &Ring<i16>, weights: &[i16], shift: u32, out: &mut [u8]) {
    let (rows, width) = ring.rows();
    dispatch!(level, vertical(rows, width, weights, shift, out), scalar::vertical(rows, width, weights, shift, out))
}

/// Resamples columns of premultiplied pixels into RGBA with straight alpha. `overshoots` is that of the filter.
pub(super) fn vertical_straight(level: Level, ring: &Ring<i16>, weights: &[i16], overshoots: bool, out: &mut [u8]) {
    let (rows, width) = ring.rows();
    dispatch!(level, vertical_straight(rows, width, weights, overshoots, out), {
        scalar::vertical_straight(rows, width, weights, overshoots, out)
    })
}

/// Weights pixels by their alpha, in the form that [`Horizontal::run_16`] takes; `swap` makes RGBA of BGRA.
pub(super) fn premultiply(level: Level, pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
    dispatch!(level, premultiply(pixels, swap, overshoots, out), scalar::premultiply(pixels, swap, overshoots, out))
}

/// Means of two by two pixels of 1, 2 or 4 samples.
pub(super) fn halve(level: Level, channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
    dispatch!(level, halve(channels, upper, lower, out), scalar::halve(channels, upper, lower, out))
}
