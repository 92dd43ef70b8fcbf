//! Which source samples make an output sample, along one axis.
//!
//! Output sample `i` lies at `p = i + 1/2` in output pixels, or at `2i + 1/2`, `2i + 1`, `2i + 3/2` on a halved
//! grid, by its siting. It maps to `q = start + (p − target) · length / size` in source pixels and from there to the
//! index `q − 1/2`, or `(q − siting) / 2` on a halved grid. Positions are exact fractions, then 16.16 rounded down.
//!
//! A [`Filter`] says how much a source sample takes part, by its distance from that position. Samples outside the crop,
//! rounded outwards to whole samples, are those of its edge. Integer weights sum to 2^14 ([`ONE`]):
//!
//! ```text
//! antialiased bilinear  (w · 16384 + total/2) / total; what rounding leaves of 16384 goes to the largest weight
//! others                round(w₀ + … + wᵢ) − round(w₀ + … + wᵢ₋₁), of w · 16384 / total rounded half up
//! ```
//!
//! Weights of f32 are w / total, divided in f64.

use super::Filter;
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

/// What samples are multiplied by.
pub(crate) trait Weight: Copy + Default + PartialEq {
    /// Appends the weights of one output sample, which are those of `raw` in another unit.
    fn append(filter: Filter, raw: &[i64], weights: &mut Vec<Self>);
}

impl Weight for i16 {
    fn append(filter: Filter, raw: &[i64], weights: &mut Vec<i16>) {
        let total: i64 = raw.iter().sum();
        let fixed = |value: i64| ((value * i64::from(ONE) + total / 2).div_euclid(total)) as i32;
        let begin = weights.len();
        if filter == Filter::BilinearAntialiased {
            weights.extend(raw.iter().map(|&raw| fixed(raw) as i16));
            let rest = ONE - weights[begin..].iter().map(|&weight| i32::from(weight)).sum::<i32>();
            let mut largest = 0;
            for index in 0..raw.len() {
                if raw[index] > raw[largest] {
                    largest = index;
                }
            }
            weights[begin + largest] = (i32::from(weights[begin + largest]) + rest) as i16;
        } else {
            let (mut sum, mut given) = (0, 0);
            weights.extend(raw.iter().map(|&raw| {
                sum += raw;
                let weight = fixed(sum) - given;
                given += weight;
                weight as i16
            }));
        }
    }
}

impl Weight for f32 {
    fn append(_: Filter, raw: &[i64], weights: &mut Vec<f32>) {
        let total: i64 = raw.iter().sum();
        weights.extend(raw.iter().map(|&raw| (raw as f64 / total as f64) as f32));
    }
}

/// The plan of one axis: for each output sample the first source sample and `taps` weights.
#[derive(Debug)]
pub(crate) struct Axis<W = i16> {
    first: Vec<u32>,
    weights: Vec<W>,
    taps: usize,
    source_len: usize,
    identity: bool,
}

/// `value · 65536`, rounded down.
fn fixed_16(value: Rational) -> i64 {
    let part = (value - value.floor()) * Rational::from_integer(1 << 16);
    ((value.floor().to_integer() << 16) + part.floor().to_integer()) as i64
}

impl<W: Weight> Axis<W> {
    /// Plans output samples `range` (indices on the canvas plane).
    pub(crate) fn new(mapping: &Mapping, filter: Filter, range: std::ops::Range<usize>) -> Axis<W> {
        let scale = mapping.span.length / Rational::from_integer(i128::from(mapping.target_len));
        let source_step = mapping.source_grid.step();
        let sample_scale = fixed_16(scale * Rational::new(mapping.target_grid.step(), source_step)).max(1);
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
            let (begin, end) = filter.reach(center, sample_scale);
            let (start, stop) = (begin.clamp(low, high), end.clamp(low, high));
            raw.clear();
            raw.resize((stop - start + 1) as usize, 0);
            for index in begin..=end {
                raw[(index.clamp(start, stop) - start) as usize] += filter.weight((index << 16) - center, sample_scale);
            }
            let part = packed.len();
            W::append(filter, &raw, &mut packed);
            // Samples at either end that have no weight, if only after rounding, are not read.
            let kept = packed[part..].iter().rposition(|&weight| weight != W::default()).unwrap_or(0);
            packed.truncate(part + kept + 1);
            let unused = packed[part..].iter().position(|&weight| weight != W::default()).unwrap_or(0);
            rows.push((start + unused as i64, part + unused..packed.len()));
        }
        // Where each row's weights begin: never behind those of a later row, whose samples are made after its own. A position
        // on a sample takes only that one, though positions on either side take more to its left.
        let mut begins: Vec<i64> = rows.iter().map(|&(start, _)| start).collect();
        for index in (1..begins.len()).rev() {
            begins[index - 1] = begins[index - 1].min(begins[index]);
        }
        let lengths = rows.iter().zip(&begins).map(|((start, part), begin)| part.len() + (start - begin) as usize);
        let taps = lengths.max().unwrap_or(1);
        let identity = taps == 1 && rows.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
        let mut axis = Axis {
            first: Vec::with_capacity(rows.len()),
            weights: Vec::with_capacity(rows.len() * taps),
            taps,
            source_len: mapping.source_len,
            identity,
        };
        for ((start, part), begin) in rows.into_iter().zip(begins) {
            // Rows with fewer taps get zero weights, in front if there is no room behind.
            let begin = begin.min(mapping.source_len as i64 - taps as i64).max(0);
            let lead = (start - begin) as usize;
            axis.first.push(begin as u32);
            axis.weights.extend(std::iter::repeat_n(W::default(), lead));
            let row = &packed[part];
            axis.weights.extend_from_slice(row);
            axis.weights.extend(std::iter::repeat_n(W::default(), taps - lead - row.len()));
        }
        axis
    }

    /// Number of output samples.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    /// Source samples that each output sample takes.
    pub(crate) fn taps(&self) -> usize {
        self.taps
    }

    /// Number of source samples.
    pub(crate) fn source_len(&self) -> usize {
        self.source_len
    }

    /// First source sample of output sample `index`, and its weights.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> (usize, &[W]) {
        (self.first[index] as usize, &self.weights[index * self.taps..(index + 1) * self.taps])
    }

    /// Whether every output sample is one source sample and they follow one another: a plain copy.
    pub(crate) fn is_identity(&self) -> bool {
        self.identity
    }
}

impl Axis {
    /// Whether every output sample is the mean of two samples that no other takes: half the size.
    pub(crate) fn halves(&self) -> bool {
        let half = (ONE / 2) as i16;
        self.taps == 2
            && self.weights.iter().all(|&weight| weight == half)
            && self.first.windows(2).all(|pair| pair[1] == pair[0] + 2)
    }
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

    fn triangle(mapping: &Mapping, range: std::ops::Range<usize>) -> Axis {
        Axis::new(mapping, Filter::BilinearAntialiased, range)
    }

    #[test]
    fn one_to_one_is_a_copy_from_the_crop() {
        let axis = triangle(&mapping(10, (3, 1), (4, 1), 4), 0..4);
        assert!(axis.is_identity());
        assert_eq!((0..4).map(|index| axis.at(index).0).collect::<Vec<_>>(), [3, 4, 5, 6]);
    }

    #[test]
    fn halving_averages_four_samples_with_a_triangle() {
        // Centre between samples 1 and 2 with support 2: distances 1.5, 0.5, 0.5, 1.5.
        let axis = triangle(&mapping(8, (0, 1), (8, 1), 4), 1..2);
        assert_eq!(axis.at(0), (1, &[2048i16, 6144, 6144, 2048][..]));
    }

    #[test]
    fn doubling_interpolates_and_repeats_the_edge() {
        let axis = triangle(&mapping(2, (0, 1), (2, 1), 4), 0..4);
        let taps: Vec<Vec<i16>> = (0..4).map(|index| axis.at(index).1.to_vec()).collect();
        assert_eq!(taps, [vec![16384, 0], vec![12288, 4096], vec![4096, 12288], vec![0, 16384]]);
    }

    #[test]
    fn half_pixel_crops_shift_the_samples() {
        let axis = triangle(&mapping(8, (1, 2), (4, 1), 4), 0..4);
        assert_eq!(axis.at(0), (0, &[8192i16, 8192][..]));
    }

    #[test]
    fn left_sited_chroma_of_an_even_target_is_the_source_chroma() {
        let grid = Grid::Halved(1);
        let plane = Mapping { source_grid: grid, target_grid: grid, target_start: 4, ..mapping(8, (4, 1), (8, 1), 8) };
        let axis = triangle(&plane, 2..6);
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
        for filter in Filter::ALL {
            for source in [1usize, 2, 3, 7, 64, 1000] {
                for target in 1..80u32 {
                    let mapping = mapping(source, (0, 1), (source as i128, 1), target);
                    let axis: Axis = Axis::new(&mapping, filter, 0..target as usize);
                    for index in 0..axis.len() {
                        let (first, weights) = axis.at(index);
                        assert_eq!(weights.iter().map(|&w| i32::from(w)).sum::<i32>(), ONE);
                        assert!(first + weights.len() <= source, "{source} to {target} at {index}");
                        assert!(index == 0 || axis.at(index - 1).0 <= first, "{filter:?} {source} to {target}");
                        // What lets the horizontal pass keep 16 bits.
                        let above: i32 = weights.iter().map(|&w| i32::from(w).max(0)).sum();
                        assert!(above <= if filter.overshoots() { ONE * 3 / 2 } else { ONE }, "{filter:?}: {above}");
                    }
                }
            }
        }
    }

    #[test]
    fn means_of_two_are_recognised() {
        let halving = mapping(8, (0, 1), (8, 1), 4);
        for (filter, halves) in [(Filter::Bilinear, true), (Filter::Box, true), (Filter::BilinearAntialiased, false)] {
            assert_eq!(Axis::<i16>::new(&halving, filter, 0..4).halves(), halves, "{filter:?}");
        }
        assert!(!Axis::<i16>::new(&mapping(8, (0, 1), (8, 1), 3), Filter::Bilinear, 0..3).halves());
    }

    #[test]
    fn weights_of_f32_sum_to_one() {
        let axis: Axis<f32> = Axis::new(&mapping(100, (1, 3), (99, 1), 37), Filter::Lanczos3, 0..37);
        for index in 0..axis.len() {
            let sum: f64 = axis.at(index).1.iter().map(|&weight| f64::from(weight)).sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
    }
}
