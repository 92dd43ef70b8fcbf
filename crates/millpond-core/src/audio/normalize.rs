//! The last steps from logarithms to features, and what they need to know of the whole clip.
//!
//! In order: the largest of the clip subtracted (`reference` clip-max); values raised to the largest minus `top`;
//! [`Normalization`]. What is not a number becomes the lower limit of `top`, or the upper of a clipped normalisation.
//! Means and variances are summed in f64, frame after frame. Nothing allocates, except making a [`ClipReference`].

use super::config::{MelConfig, Normalization, Reference};
use super::lanes::Lanes;
use super::log::{ElementWise, largest, map};
use crate::Error;
use crate::simd::Level;

/// The order of numbers in a matrix of features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `[n_mels, n_frames]`: a band after the other.
    #[default]
    MelsFirst,
    /// `[n_frames, n_mels]`: a frame after the other, as streams give them.
    FramesFirst,
}

/// What features depend on besides their own frame: facts of the whole clip, or what a stream takes for them.
///
/// [`Mel::clip_reference`](super::Mel::clip_reference) has those of a clip; a stream that is given them yields the clip's
/// features to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipReference {
    /// The largest logarithm of the clip, minus a `reference` value: for `top` and a `reference` of clip-max. 0 if the clip
    /// has no frames.
    pub peak: f32,
    /// The mean of each band: for mean-variance.
    pub mean: Vec<f32>,
    /// √(variance + epsilon) of each band: for mean-variance.
    pub deviation: Vec<f32>,
}

impl ClipReference {
    /// Of a peak alone: enough for everything but mean-variance.
    pub fn peak(peak: f32) -> ClipReference {
        ClipReference { peak, mean: Vec::new(), deviation: Vec::new() }
    }

    /// Refuses a reference with the wrong number of means and deviations for a configuration, or with such that are not
    /// usable numbers.
    pub(super) fn check(&self, config: &MelConfig) -> Result<(), Error> {
        let bad = |name, value: f64, expected| Err(Error::BadParameter { name, value, expected });
        if !self.peak.is_finite() {
            return bad("peak", f64::from(self.peak), "a finite number");
        }
        if matches!(config.normalization, Normalization::MeanVariance { .. }) {
            for (name, values) in [("mean", &self.mean), ("deviation", &self.deviation)] {
                if values.len() != config.n_mels {
                    return bad(name, values.len() as f64, "a number for each band");
                }
            }
            let unusable = self.deviation.iter().find(|&&x| !(x.is_finite() && x > 0.0));
            if let Some(&deviation) = unusable {
                return bad("deviation", f64::from(deviation), "positive, finite");
            }
        }
        Ok(())
    }
}

/// The features' shape and order.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) n_mels: usize,
    pub(super) n_frames: usize,
    pub(super) layout: Layout,
}

impl Shape {
    /// From a row to the next, and from a frame to the next.
    pub(super) fn steps(self) -> (usize, usize) {
        match self.layout {
            Layout::MelsFirst => (self.n_frames, 1),
            Layout::FramesFirst => (1, self.n_mels),
        }
    }
}

/// Finds what `config` needs of the whole clip's logarithms and finishes them.
pub(super) fn measure_and_finish(
    config: &MelConfig,
    level: Level,
    values: &mut [f32],
    shape: Shape,
    reference: &mut ClipReference,
) {
    if config.top.is_some() || config.reference == Reference::ClipMax {
        reference.peak = if values.is_empty() { 0.0 } else { largest(level, values) };
        raise(config, level, values, reference);
    }
    if let Normalization::MeanVariance { epsilon } = config.normalization {
        measure(values, shape, epsilon, reference);
    }
    normalize(config.normalization, level, values, shape, reference);
}

/// Finishes logarithms with a reference for the whole clip.
pub(super) fn finish(config: &MelConfig, level: Level, values: &mut [f32], shape: Shape, reference: &ClipReference) {
    raise(config, level, values, reference);
    normalize(config.normalization, level, values, shape, reference);
}

fn raise(config: &MelConfig, level: Level, values: &mut [f32], reference: &ClipReference) {
    let subtract = if config.reference == Reference::ClipMax { reference.peak } else { 0.0 };
    match config.top {
        Some(top) => map(level, values, Raise { subtract, lowest: (reference.peak - subtract) - top }),
        None if config.reference == Reference::ClipMax => map(level, values, Subtract(subtract)),
        None => {}
    }
}

fn normalize(how: Normalization, level: Level, values: &mut [f32], shape: Shape, reference: &ClipReference) {
    match how {
        Normalization::None => {}
        Normalization::Symmetric { range, max_abs } => {
            let factor = 2.0 * max_abs / range;
            map(level, values, Spread { range, factor, low: -max_abs, high: max_abs, middle: max_abs });
        }
        Normalization::Unit { range } => {
            map(level, values, Spread { range, factor: 1.0 / range, low: 0.0, high: 1.0, middle: 0.0 });
        }
        Normalization::Affine { add, divide } => map(level, values, Affine { add, divide }),
        Normalization::MeanVariance { .. } => {
            let (row_step, frame_step) = shape.steps();
            for (m, (mean, deviation)) in reference.mean.iter().zip(&reference.deviation).enumerate() {
                for frame in 0..shape.n_frames {
                    let value = &mut values[m * row_step + frame * frame_step];
                    *value = (*value - mean) / deviation;
                }
            }
        }
    }
}

/// Normalises a matrix of logarithms in place, by itself: mean-variance takes the matrix for the whole clip.
///
/// # Errors
/// [`Error::BadParameter`] for a parameter outside the range that [`MelConfig::validate`] checks, and
/// [`Error::BufferTooSmall`] if `values` is shorter than `n_mels` × `n_frames`; nothing is written.
///
/// # Realtime
/// Allocates for mean-variance, not otherwise.
pub fn normalize_in_place(
    how: Normalization,
    values: &mut [f32],
    n_mels: usize,
    n_frames: usize,
    layout: Layout,
) -> Result<(), Error> {
    super::config::check_normalization(how)?;
    let needed = n_mels.saturating_mul(n_frames);
    let got = values.len();
    let values = values.get_mut(..needed).ok_or(Error::BufferTooSmall { needed, got })?;
    let shape = Shape { n_mels, n_frames, layout };
    let mut reference = ClipReference::peak(0.0);
    if let Normalization::MeanVariance { epsilon } = how {
        (reference.mean, reference.deviation) = (vec![0.0; n_mels], vec![0.0; n_mels]);
        measure(values, shape, epsilon, &mut reference);
    }
    normalize(how, Level::best(), values, shape, &reference);
    Ok(())
}

/// Mean and √(variance + epsilon) of each band.
fn measure(values: &[f32], shape: Shape, epsilon: f32, reference: &mut ClipReference) {
    let (row_step, frame_step) = shape.steps();
    let count = shape.n_frames.max(1) as f64;
    for (m, (mean, deviation)) in reference.mean.iter_mut().zip(&mut reference.deviation).enumerate() {
        let band = || (0..shape.n_frames).map(|frame| f64::from(values[m * row_step + frame * frame_step]));
        let average = band().fold(0.0, |sum, x| sum + x) / count;
        let variance = band().fold(0.0, |sum, x| sum + (x - average) * (x - average)) / count;
        *mean = average as f32;
        *deviation = (variance + f64::from(epsilon)).sqrt() as f32;
    }
}

#[derive(Clone, Copy)]
struct Subtract(f32);

impl ElementWise for Subtract {
    #[inline(always)]
    fn of<V: Lanes>(&self, x: V) -> V {
        x - V::splat(self.0)
    }
}

#[derive(Clone, Copy)]
struct Raise {
    subtract: f32,
    lowest: f32,
}

impl ElementWise for Raise {
    #[inline(always)]
    fn of<V: Lanes>(&self, x: V) -> V {
        (x - V::splat(self.subtract)).larger(V::splat(self.lowest))
    }
}

/// clip((x + range)·factor − middle, low, high)
#[derive(Clone, Copy)]
struct Spread {
    range: f32,
    factor: f32,
    middle: f32,
    low: f32,
    high: f32,
}

impl ElementWise for Spread {
    #[inline(always)]
    fn of<V: Lanes>(&self, x: V) -> V {
        let spread = (x + V::splat(self.range)) * V::splat(self.factor) - V::splat(self.middle);
        spread.smaller(V::splat(self.high)).larger(V::splat(self.low))
    }
}

#[derive(Clone, Copy)]
struct Affine {
    add: f32,
    divide: f32,
}

impl ElementWise for Affine {
    #[inline(always)]
    fn of<V: Lanes>(&self, x: V) -> V {
        (x + V::splat(self.add)) / V::splat(self.divide)
    }
}
