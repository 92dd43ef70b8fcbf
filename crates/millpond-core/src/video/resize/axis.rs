//! Which source samples make an output sample, along one axis.
//!
//! Output sample `i` lies at `p = i + 1/2` in output pixels, or at `2i + 1/2`, `2i + 1`, `2i + 3/2` on a halved
//! grid, by its siting. It maps to `q = start + (p − target) · length / size` in source pixels and from there to the
//! index `q − 1/2`, or `(q − siting) / 2` on a halved grid. Positions are exact fractions, then 16.16 rounded down.
//!
//! The filter is a triangle: a source sample at distance d takes part with `support − d`, where the support is one
//! source sample, or the scale where that is larger (so making smaller averages, and no line is skipped). Weights are
//! `(w · 16384 + total/2) / total`; what rounding leaves of 16384 goes to the largest weight. Samples outside the
//! crop, rounded outwards to whole samples, are those of its edge.

use crate::Rational;

/// Sum of the weights of one output sample.
pub(crate) const ONE: i32 = 1 << 14;

/// How the samples of a plane lie on the pixels, along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grid {
    /// A sample in the middle of every pixel.
    Full,
    /// A sample for two pixels, this many half pixels behind the start of the first pair.
    Halved(i64),
}

impl Grid {
    /// Position of sample `index` in half pixels.
    fn half_pixels(self, index: i128) -> i128 {
        match self {
            Grid::Full => 2 * index + 1,
            Grid::Halved(half_pixels) => 4 * index + i128::from(half_pixels),
        }
    }

    /// The grid of an axis of `pixels` pixels when it is reversed.
    pub(crate) fn mirrored(self, pixels: u32) -> Grid {
        match self {
            Grid::Full => Grid::Full,
            // Sample n − 1 − i at 4·(n − 1 − i) + h from the other end, with n = ceil(pixels / 2).
            Grid::Halved(half) => Grid::Halved(2 * i64::from(pixels) - 4 * (i64::from(pixels.div_ceil(2)) - 1) - half),
        }
    }

    /// Pixels from one sample to the next.
    fn step(self) -> i128 {
        match self {
            Grid::Full => 1,
            Grid::Halved(_) => 2,
        }
    }
}

/// A stretch of the source in pixels, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it starts; 0 is the left (or upper) edge of the picture.
    pub start: Rational,
    /// How long it is, more than 0.
    pub length: Rational,
}

/// What [`Axis::new`] maps.
pub(crate) struct Mapping {
    /// The stretch of the source that fills the target.
    pub(crate) span: Span,
    /// Samples of the source plane.
    pub(crate) source_len: usize,
    /// Grid of the source plane.
    pub(crate) source_grid: Grid,
    /// First pixel of the target on the canvas; may be negative.
    pub(crate) target_start: i64,
    /// Pixels of the target.
    pub(crate) target_len: u32,
    /// Grid of the canvas plane.
    pub(crate) target_grid: Grid,
}

/// The plan of one axis: for each output sample the first source sample and `taps` weights.
#[derive(Debug)]
pub(crate) struct Axis {
    first: Vec<u32>,
    weights: Vec<i16>,
    taps: usize,
    identity: bool,
}

/// `value · 65536`, rounded down.
fn fixed_16(value: Rational) -> i64 {
    let part = (value - value.floor()) * Rational::from_integer(1 << 16);
    ((value.floor().to_integer() << 16) + part.floor().to_integer()) as i64
}

impl Axis {
    /// Plans output samples `range` (indices on the canvas plane).
    pub(crate) fn new(mapping: &Mapping, range: std::ops::Range<usize>) -> Axis {
        let scale = mapping.span.length / Rational::from_integer(i128::from(mapping.target_len));
        let source_step = mapping.source_grid.step();
        let support = fixed_16(scale * Rational::new(mapping.target_grid.step(), source_step)).max(1 << 16);
        let end = mapping.span.start + mapping.span.length;
        let divisor = Rational::from_integer(source_step);
        let last = mapping.source_len as i64 - 1;
        let low = ((mapping.span.start / divisor).floor().to_integer() as i64).clamp(0, last);
        let high = ((end / divisor).ceil().to_integer() as i64 - 1).clamp(low, last);

        // Per output sample the first source sample and its part of `packed`.
        let mut rows: Vec<(i64, std::ops::Range<usize>)> = Vec::with_capacity(range.len());
        let (mut packed, mut raw) = (Vec::new(), Vec::new());
        for index in range {
            let half = mapping.target_grid.half_pixels(index as i128) - 2 * i128::from(mapping.target_start);
            let source = mapping.span.start + Rational::new(half, 2) * scale;
            let origin = Rational::new(mapping.source_grid.half_pixels(0), 2);
            let center = fixed_16((source - origin) / divisor);
            let begin = packed.len();
            let first = triangle(center, support, low..=high, &mut raw, &mut packed);
            rows.push((first, begin..packed.len()));
        }
        let taps = rows.iter().map(|(_, part)| part.len()).max().unwrap_or(1);
        let identity = taps == 1 && rows.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
        let mut first = Vec::with_capacity(rows.len());
        let mut weights = Vec::with_capacity(rows.len() * taps);
        for (start, part) in rows {
            // Rows with fewer taps get zero weights, in front if there is no room behind.
            let begin = start.min(mapping.source_len as i64 - taps as i64).max(0);
            let lead = (start - begin) as usize;
            first.push(begin as u32);
            weights.extend(std::iter::repeat_n(0, lead));
            let row = &packed[part];
            weights.extend_from_slice(row);
            weights.extend(std::iter::repeat_n(0, taps - lead - row.len()));
        }
        Axis { first, weights, taps, identity }
    }

    /// Number of output samples.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    /// Source samples that each output sample takes.
    pub(crate) fn taps(&self) -> usize {
        self.taps
    }

    /// First source sample of output sample `index`, and its weights.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> (usize, &[i16]) {
        (self.first[index] as usize, &self.weights[index * self.taps..(index + 1) * self.taps])
    }

    /// Whether every output sample is one source sample and they follow one another: a plain copy.
    pub(crate) fn is_identity(&self) -> bool {
        self.identity
    }
}

/// Appends the weights of one output sample at `center` (16.16) to `weights` and returns its first source sample, one
/// of `samples`. `raw` is scratch.
fn triangle(
    center: i64,
    support: i64,
    samples: std::ops::RangeInclusive<i64>,
    raw: &mut Vec<i64>,
    weights: &mut Vec<i16>,
) -> i64 {
    let begin = ((center - support) >> 16) + 1;
    let end = (center + support - 1) >> 16;
    let start = begin.clamp(*samples.start(), *samples.end());
    let stop = end.clamp(*samples.start(), *samples.end());
    raw.clear();
    raw.resize((stop - start + 1) as usize, 0);
    for index in begin..=end {
        let weight = support - ((index << 16) - center).abs();
        raw[(index.clamp(start, stop) - start) as usize] += weight.max(0);
    }
    let total: i64 = raw.iter().sum();
    let mut largest = 0;
    let mut rest = i64::from(ONE);
    for index in 0..raw.len() {
        if raw[index] > raw[largest] {
            largest = index;
        }
    }
    for raw in raw.iter_mut() {
        *raw = (*raw * i64::from(ONE) + total / 2) / total;
        rest -= *raw;
    }
    raw[largest] += rest;
    // Samples that rounding left without weight at either end are not read.
    let used = raw.iter().position(|&weight| weight != 0).unwrap_or(0);
    let kept = raw.iter().rposition(|&weight| weight != 0).unwrap_or(0);
    weights.extend(raw[used..=kept].iter().map(|&weight| weight as i16));
    start + used as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(source: usize, start: (i128, i128), length: (i128, i128), target_len: u32) -> Mapping {
        Mapping {
            span: Span { start: Rational::new(start.0, start.1), length: Rational::new(length.0, length.1) },
            source_len: source,
            source_grid: Grid::Full,
            target_start: 0,
            target_len,
            target_grid: Grid::Full,
        }
    }

    #[test]
    fn one_to_one_is_a_copy_from_the_crop() {
        let axis = Axis::new(&mapping(10, (3, 1), (4, 1), 4), 0..4);
        assert!(axis.is_identity());
        assert_eq!((0..4).map(|index| axis.at(index).0).collect::<Vec<_>>(), [3, 4, 5, 6]);
    }

    #[test]
    fn halving_averages_four_samples_with_a_triangle() {
        // Centre between samples 1 and 2 with support 2: distances 1.5, 0.5, 0.5, 1.5.
        let axis = Axis::new(&mapping(8, (0, 1), (8, 1), 4), 1..2);
        assert_eq!(axis.at(0), (1, &[2048i16, 6144, 6144, 2048][..]));
    }

    #[test]
    fn doubling_interpolates_and_repeats_the_edge() {
        let axis = Axis::new(&mapping(2, (0, 1), (2, 1), 4), 0..4);
        let taps: Vec<Vec<i16>> = (0..4).map(|index| axis.at(index).1.to_vec()).collect();
        assert_eq!(taps, [vec![16384, 0], vec![12288, 4096], vec![4096, 12288], vec![0, 16384]]);
    }

    #[test]
    fn half_pixel_crops_shift_the_samples() {
        let axis = Axis::new(&mapping(8, (1, 2), (4, 1), 4), 0..4);
        assert_eq!(axis.at(0), (0, &[8192i16, 8192][..]));
    }

    #[test]
    fn left_sited_chroma_of_an_even_target_is_the_source_chroma() {
        let grid = Grid::Halved(1);
        let plane = Mapping { source_grid: grid, target_grid: grid, target_start: 4, ..mapping(8, (4, 1), (8, 1), 8) };
        let axis = Axis::new(&plane, 2..6);
        assert!(axis.is_identity());
        assert_eq!(axis.at(0).0, 2);
    }

    #[test]
    fn mirroring_keeps_samples_where_they_are() {
        for pixels in 1..9u32 {
            for half in [1i64, 2, 3] {
                let samples = i128::from(pixels.div_ceil(2));
                let mirrored = Grid::Halved(half).mirrored(pixels);
                for index in 0..samples {
                    let there = mirrored.half_pixels(samples - 1 - index);
                    assert_eq!(Grid::Halved(half).half_pixels(index), 2 * i128::from(pixels) - there);
                }
            }
        }
    }

    #[test]
    fn weights_always_sum_to_one_and_stay_inside() {
        for source in [1usize, 2, 3, 7, 64] {
            for target in 1..80u32 {
                let axis = Axis::new(&mapping(source, (0, 1), (source as i128, 1), target), 0..target as usize);
                for index in 0..axis.len() {
                    let (first, weights) = axis.at(index);
                    assert_eq!(weights.iter().map(|&w| i32::from(w)).sum::<i32>(), ONE);
                    assert!(weights.iter().all(|&w| w >= 0));
                    assert!(first + weights.len() <= source, "{source} to {target} at {index}");
                }
            }
        }
    }
}
