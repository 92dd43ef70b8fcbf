//! Logarithms of f32 in vector lanes, the same bits on every target, and decibels in place.
//!
//! x = 2^k·m with m in [√½, √2) by its bits; with s = (m − 1)/(m + 1), |s| < 0.1716, log x =
//! k·log 2 + log e·(2s + 2s³/3 + 2s^5/5 + 2s^7/7), inner terms first, all in f32. The first term left out is below 1.3e-7 dB
//! or 3e-8 nepers. Nothing allocates.

use super::config::{Log, Spectrum};
use super::lanes::{Lanes, for_level};
use crate::Error;
use crate::simd::Level;

/// The constants of a logarithm: of 2, and those of s, s³, s^5 and s^7.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logarithm {
    octave: f32,
    series: [f32; 4],
}

impl Logarithm {
    /// `None` for [`Log::None`]. Decibels of a magnitude are twice those of a power, exactly.
    pub(super) fn new(log: Log, of: Spectrum) -> Option<Logarithm> {
        // 2 / ln 10
        const TWO_LOG10_E: f64 = 0.868_588_963_806_503_7;
        let (octave, two_log_e) = match (log, of) {
            (Log::None, _) => return None,
            (Log::Decibels, Spectrum::Power) => (3.010_3, 10.0 * TWO_LOG10_E),
            (Log::Decibels, Spectrum::Magnitude) => (2.0 * 3.010_3, 20.0 * TWO_LOG10_E),
            (Log::Log10, _) => (core::f32::consts::LOG10_2, TWO_LOG10_E),
            (Log::Natural, _) => (core::f32::consts::LN_2, 2.0),
        };
        Some(Logarithm { octave, series: [1.0, 3.0, 5.0, 7.0].map(|n| (two_log_e / n) as f32) })
    }

    /// Of a positive normal number in each lane; infinity counts as 2^128.
    #[inline(always)]
    pub(super) fn of<V: Lanes>(&self, x: V) -> V {
        let (k, m) = x.exponent_and_mantissa();
        let one = V::splat(1.0);
        let s = (m - one) / (m + one);
        let square = s * s;
        let [first, third, fifth, seventh] = self.series.map(V::splat);
        let sum = ((seventh * square + fifth) * square + third) * square + first;
        k * V::splat(self.octave) + s * sum
    }
}

/// `values` become the logarithms of max(value, `floor`), in place; decibels are those of powers. What is not a number
/// counts as `floor`, infinity as 2^128. Within 1e-5 dB, 2e-6 decades or 2.4e-6 nepers, + 1e-7 of the value.
///
/// # Errors
/// [`Error::BadParameter`] for a floor that is not a positive normal number; nothing is written.
///
/// # Realtime
/// Does not allocate.
pub fn log_in_place(log: Log, floor: f32, values: &mut [f32]) -> Result<(), Error> {
    if !(floor.is_normal() && floor > 0.0) {
        let expected = "positive, finite, not subnormal";
        return Err(Error::BadParameter { name: "floor", value: f64::from(floor), expected });
    }
    if let Some(logarithm) = Logarithm::new(log, Spectrum::Power) {
        map(Level::best(), values, LogOfLarger { logarithm, floor });
    }
    Ok(())
}

/// librosa's `power_to_db` in place: 10·log₁₀(max(`amin`, power)) − 10·log₁₀(max(`amin`, `reference`)), then raised to the
/// largest minus `top_db`. The largest is that of `values`, so they must be the whole clip; in a stream `peak_db` gives it.
///
/// ```
/// use millpond_core::audio::power_to_db;
///
/// let mut values = [1.0, 0.1, 1e-12];
/// power_to_db(&mut values, 1.0, 1e-10, Some(80.0), None)?;
/// assert!(values.iter().zip([0.0, -10.0, -80.0]).all(|(got, want)| (got - want).abs() < 1e-5));
/// # Ok::<(), millpond_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for an `amin` that is not a positive normal number; nothing is written.
///
/// # Realtime
/// Does not allocate.
pub fn power_to_db(
    values: &mut [f32],
    reference: f32,
    amin: f32,
    top_db: Option<f32>,
    peak_db: Option<f32>,
) -> Result<(), Error> {
    let mut reference_db = [reference];
    log_in_place(Log::Decibels, amin, &mut reference_db)?;
    log_in_place(Log::Decibels, amin, values)?;
    for value in &mut *values {
        *value -= reference_db[0];
    }
    if let Some(top_db) = top_db {
        let lowest = peak_db.unwrap_or_else(|| largest(Level::best(), values)) - top_db;
        for value in values {
            *value = value.larger(lowest);
        }
    }
    Ok(())
}

/// A function of one number, in lanes.
pub(super) trait ElementWise: Copy {
    fn of<V: Lanes>(&self, x: V) -> V;
}

#[derive(Clone, Copy)]
struct LogOfLarger {
    logarithm: Logarithm,
    floor: f32,
}

impl ElementWise for LogOfLarger {
    #[inline(always)]
    fn of<V: Lanes>(&self, x: V) -> V {
        self.logarithm.of(x.larger(V::splat(self.floor)))
    }
}

/// Applies a function to every number.
pub(super) fn map(level: Level, values: &mut [f32], function: impl ElementWise) {
    for_level!(level, V => V::run(
        #[inline(always)]
        || {
            let mut chunks = values.chunks_exact_mut(V::LANES);
            for chunk in &mut chunks {
                function.of(V::load(chunk)).store(chunk);
            }
            for value in chunks.into_remainder() {
                *value = function.of(*value);
            }
        }
    ));
}

/// The largest number; −∞ if there is none.
pub(super) fn largest(level: Level, values: &[f32]) -> f32 {
    for_level!(level, V => V::run(
        #[inline(always)]
        || {
            let mut lanes = V::splat(f32::NEG_INFINITY);
            let chunks = values.chunks_exact(V::LANES);
            let rest = chunks.remainder();
            for chunk in chunks {
                lanes = V::load(chunk).larger(lanes);
            }
            let mut all = [f32::NEG_INFINITY; super::lanes::MAX_LANES];
            lanes.store(&mut all);
            all.iter().chain(rest).fold(f32::NEG_INFINITY, |most, &x| x.larger(most))
        }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_libm() {
        type Libm = fn(f64) -> f64;
        let cases: [(Log, Libm, f64); 3] = [
            (Log::Decibels, |x| 10.0 * x.log10(), 1e-5),
            (Log::Log10, f64::log10, 2e-6),
            (Log::Natural, f64::ln, 2.4e-6),
        ];
        for (log, libm, bound) in cases {
            let logarithm = Logarithm::new(log, Spectrum::Power).unwrap_or_else(|| unreachable!());
            // Every 97th positive normal f32.
            for bits in (0x0080_0000..0x7f80_0000u32).step_by(97) {
                let x = f32::from_bits(bits);
                let (got, want) = (f64::from(logarithm.of(x)), libm(f64::from(x)));
                assert!((got - want).abs() < bound + 1e-7 * want.abs(), "{log:?} {x}: {got} {want}");
            }
            // Around 1, where k is 0, nothing hides the series.
            for n in 7_072..14_142 {
                let x = n as f32 / 10_000.0;
                let (got, want) = (f64::from(logarithm.of(x)), libm(f64::from(x)));
                assert!((got - want).abs() < bound / 20.0, "{log:?} {x}: {got} {want}");
            }
            assert_eq!(logarithm.of(1.0f32), 0.0);
            assert!((f64::from(logarithm.of(f32::INFINITY)) - libm(2f64.powi(128))).abs() < 2e-5 * libm(1e10));
        }
    }

    #[test]
    fn decibels_of_magnitudes_are_doubled() {
        let of = |spectrum| Logarithm::new(Log::Decibels, spectrum).map(|log| log.of(0.123f32));
        assert_eq!(of(Spectrum::Magnitude), of(Spectrum::Power).map(|db| 2.0 * db));
    }

    #[test]
    fn every_level_and_every_remainder_agree() {
        let clip: Vec<f32> = (0..37).map(|i| (i * i % 41) as f32 * 0.37).collect();
        let Some(logarithm) = Logarithm::new(Log::Natural, Spectrum::Power) else { unreachable!() };
        for len in 0..clip.len() {
            let bits = |level| {
                let mut values = clip[..len].to_vec();
                let most = largest(level, &values);
                map(level, &mut values, LogOfLarger { logarithm, floor: 1e-3 });
                values.iter().chain([&most]).map(|x| x.to_bits()).collect::<Vec<_>>()
            };
            for level in Level::available() {
                assert_eq!(bits(level), bits(Level::SCALAR), "{level:?} {len}");
            }
        }
    }
}
