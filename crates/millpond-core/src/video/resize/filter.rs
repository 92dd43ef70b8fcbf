//! The filters: how much a source sample at a distance takes part.
//!
//! Distances and scales are 16.16 in source samples, x = distance / max(scale, 1):
//!
//! ```text
//! Nearest              1 for the sample whose square holds the position, the right one on an edge
//! Box                  the part of the output sample's square that lies in the source sample's square
//! Bilinear             max(0, 1 − distance)                                    two samples, whatever the scale
//! BilinearAntialiased  max(0, 1 − x)
//! CatmullRom           1.5x³ − 2.5x² + 1 below 1,  −0.5x³ + 2.5x² − 4x + 2 below 2        (Keys 1981, a = −1/2)
//! Lanczos3             sinc(x) · sinc(x / 3) below 3,  sinc(x) = sin(πx) / (πx)
//! ```
//!
//! The first four are computed in integers, the others in f64 by +, −, × and ÷ alone and rounded to 32 fraction bits, so
//! weights are the same on every target. Nothing allocates.

use crate::math::sin_cos_turns;

/// One source sample, or a scale of one, as 16.16.
const ONE: i64 = 1 << 16;

/// How a picture is resampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Filter {
    /// The nearest sample. Pixelated, and lines go missing when it makes smaller.
    Nearest,
    /// The mean over the area of the output pixel.
    Box,
    /// Between the two nearest samples on each axis: what OpenCV's `INTER_LINEAR` does. Aliases below half size.
    Bilinear,
    /// A triangle as wide as the scale when it makes smaller, [`Filter::Bilinear`] otherwise: what Pillow's `BILINEAR`
    /// does, and every layer of a scene.
    #[default]
    BilinearAntialiased,
    /// Sharper than bilinear, overshoots a little: Pillow's `BICUBIC`.
    CatmullRom,
    /// Sharpest, overshoots most: Pillow's `LANCZOS`.
    Lanczos3,
}

impl Filter {
    /// Every filter with its name, in scene files and everywhere.
    pub const NAMED: [(&'static str, Filter); 6] = [
        ("nearest", Filter::Nearest),
        ("box", Filter::Box),
        ("bilinear", Filter::Bilinear),
        ("bilinear-antialiased", Filter::BilinearAntialiased),
        ("catmull-rom", Filter::CatmullRom),
        ("lanczos3", Filter::Lanczos3),
    ];

    /// Every filter, for tests and lists.
    pub const ALL: [Filter; 6] = [
        Filter::Nearest,
        Filter::Box,
        Filter::Bilinear,
        Filter::BilinearAntialiased,
        Filter::CatmullRom,
        Filter::Lanczos3,
    ];

    /// Whether some weights are below zero, so that results can overshoot.
    pub(crate) fn overshoots(self) -> bool {
        matches!(self, Filter::CatmullRom | Filter::Lanczos3)
    }

    /// The source samples around `center` that can have weight, first and last.
    pub(crate) fn reach(self, center: i64, scale: i64) -> (i64, i64) {
        let support = match self {
            Filter::Nearest => {
                let nearest = (center + ONE / 2) >> 16;
                return (nearest, nearest);
            }
            Filter::Box => (ONE + scale).div_euclid(2) + 1,
            Filter::Bilinear => ONE,
            Filter::BilinearAntialiased => scale.max(ONE),
            Filter::CatmullRom => 2 * scale.max(ONE),
            Filter::Lanczos3 => 3 * scale.max(ONE),
        };
        (((center - support) >> 16) + 1, (center + support - 1) >> 16)
    }

    /// The weight of a source sample this far from the position, in a unit of its own. `scale` is at least 1.
    pub(crate) fn weight(self, distance: i64, scale: i64) -> i64 {
        let fixed = |kernel: fn(f64) -> f64| {
            let value = kernel(distance.abs() as f64 / scale.max(ONE) as f64) * (ONE * ONE) as f64;
            (value + if value < 0.0 { -0.5 } else { 0.5 }) as i64
        };
        match self {
            Filter::Nearest => 1,
            Filter::Box => ((2 * distance + ONE).min(scale) - (2 * distance - ONE).max(-scale)).max(0),
            Filter::Bilinear => (ONE - distance.abs()).max(0),
            Filter::BilinearAntialiased => (scale.max(ONE) - distance.abs()).max(0),
            Filter::CatmullRom => fixed(catmull_rom),
            Filter::Lanczos3 => fixed(lanczos3),
        }
    }
}

fn catmull_rom(x: f64) -> f64 {
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn lanczos3(x: f64) -> f64 {
    let sinc = |x: f64| sin_cos_turns(x / 2.0).0 / (std::f64::consts::PI * x);
    if x == 0.0 {
        1.0
    } else if x < 3.0 {
        sinc(x) * sinc(x / 3.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_one_in_the_middle_and_zero_at_other_samples() {
        for filter in [Filter::Bilinear, Filter::BilinearAntialiased, Filter::CatmullRom, Filter::Lanczos3] {
            let middle = filter.weight(0, ONE);
            for sample in 1..4 {
                assert!(filter.weight(sample * ONE, ONE).abs() <= middle >> 30, "{filter:?} at {sample}");
                assert_eq!(filter.weight(-sample * ONE, ONE), filter.weight(sample * ONE, ONE));
            }
        }
    }

    #[test]
    fn lanczos_is_the_formula_of_libm() {
        for step in 1..3000 {
            let x = f64::from(step) / 1000.0;
            let angle = std::f64::consts::PI * x;
            let expected = 3.0 * angle.sin() * (angle / 3.0).sin() / (angle * angle);
            assert!((lanczos3(x) - expected).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn a_box_shares_its_area_among_the_samples_it_covers() {
        // Two and a half samples wide, centred on a sample: 3/4, 1, 3/4.
        let weights = [-1, 0, 1].map(|sample| Filter::Box.weight(sample * ONE, ONE * 5 / 2));
        assert_eq!(weights, [ONE * 3 / 2, 2 * ONE, ONE * 3 / 2]);
        assert_eq!(Filter::Box.weight(2 * ONE, ONE * 5 / 2), 0);
    }
}
