//! The sizes and bit rates of a ladder.
//!
//! A rung is named by its shorter side, as people say 720p. The other side follows from the shape of the upright picture
//! with square pixels; both are even, rounded half up. Where no bit rate is asked for, the most that a rung takes is
//! interpolated by pixels between the points of [`RATES`], which lie between Apple's and other services' recommendations
//! for H.264; above 30 pictures a second it is half as much again.

use millpond_core::Rational;
use std::str::FromStr;

/// A rendition of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// The source's own pictures, not encoded again.
    Copy,
    /// Scaled and encoded.
    Encode {
        /// The shorter side in pixels: 720 for 1280×720 as for 720×1280.
        side: u32,
        /// Bits a second at most, over about a second; chosen by size if there is none.
        max_rate: Option<u64>,
    },
}

impl FromStr for Rung {
    type Err = String;

    /// Reads `copy`, `720` or `720:2800k` (also `2.8M`, or bits a second).
    fn from_str(text: &str) -> Result<Rung, String> {
        const EXPECTED: &str = "expected copy, a height such as 720, or with bits a second 720:2800k";
        if text == "copy" {
            return Ok(Rung::Copy);
        }
        let (side, rate) = text.split_once(':').map_or((text, None), |(side, rate)| (side, Some(rate)));
        let side = side.trim_end_matches('p').parse().ok().filter(|side| (16..=8192).contains(side)).ok_or(EXPECTED)?;
        let max_rate = rate.map(|rate| parse_rate(rate).ok_or(EXPECTED)).transpose()?;
        Ok(Rung::Encode { side, max_rate })
    }
}

fn parse_rate(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000.0),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1.0), |digits| (digits, 1_000_000.0)),
    };
    let bits = digits.parse::<f64>().ok()? * unit;
    (10_000.0..=1e9).contains(&bits).then_some(bits as u64)
}

/// An encoded rung of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) max_rate: u64,
}

impl Step {
    /// The rung of shorter side `side` for upright pictures of a size.
    pub(crate) fn of(side: u32, max_rate: Option<u64>, source: (u32, u32), frame_rate: Option<Rational>) -> Step {
        let even = |value: Rational| -> u32 {
            let half = (value / 2 + Rational::new(1, 2)).floor().to_integer();
            u32::try_from(half.max(1) * 2).unwrap_or(2)
        };
        let shorter = source.0.min(source.1).max(1);
        let scale = Rational::new(side.into(), shorter.into());
        let scaled = |length: u32| even(Rational::from_integer(length.into()) * scale);
        let (width, height) = (scaled(source.0), scaled(source.1));
        let max_rate = max_rate.unwrap_or_else(|| default_rate(width, height, frame_rate));
        Step { width, height, max_rate }
    }

    /// Its name in playlists.
    pub(crate) fn name(&self) -> String {
        format!("{}p", self.width.min(self.height))
    }
}

/// Pixels, and the most bits a second that H.264 of up to 30 pictures a second takes.
const RATES: [(u64, u64); 6] = [
    (0, 100_000),
    (640 * 360, 800_000),
    (854 * 480, 1_400_000),
    (1280 * 720, 3_000_000),
    (1920 * 1080, 6_000_000),
    (3840 * 2160, 16_000_000),
];

fn default_rate(width: u32, height: u32, frame_rate: Option<Rational>) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    let above = RATES.iter().position(|(size, _)| *size >= pixels).unwrap_or(RATES.len() - 1).max(1);
    let ((low, from), (high, to)) = (RATES[above - 1], RATES[above]);
    let rate = if pixels >= high { to } else { from + (to - from) * (pixels - low) / (high - low) };
    if frame_rate.is_some_and(|rate| rate > Rational::from_integer(30)) { rate * 3 / 2 } else { rate }
}

/// Heights of the ladder that nobody asked for.
const USUAL: [u32; 4] = [1080, 720, 480, 360];

/// The ladder for upright pictures of a size: the source's own up to 1080, and the usual ones below it.
pub(crate) fn usual(source: (u32, u32)) -> Vec<Rung> {
    let own = source.0.min(source.1).clamp(16, USUAL[0]);
    let below = USUAL.into_iter().filter(|side| *side < own);
    std::iter::once(own).chain(below).map(|side| Rung::Encode { side, max_rate: None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_read_as_people_write_them() {
        let encode = |side, max_rate| Ok(Rung::Encode { side, max_rate });
        assert_eq!("copy".parse(), Ok::<Rung, String>(Rung::Copy));
        assert_eq!("720".parse(), encode(720, None));
        assert_eq!("720p".parse(), encode(720, None));
        assert_eq!("480:1400k".parse(), encode(480, Some(1_400_000)));
        assert_eq!("480:1.4M".parse(), encode(480, Some(1_400_000)));
        for wrong in ["", "copy:1", "0", "-720", "720:", "720:x", "720:1", "99999", "720:infM", "720:nan"] {
            assert!(wrong.parse::<Rung>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_keep_the_shape_and_are_even() {
        let size = |side, source| {
            let step = Step::of(side, None, source, None);
            (step.width, step.height)
        };
        assert_eq!(size(720, (1920, 1080)), (1280, 720));
        assert_eq!(size(480, (1920, 1080)), (854, 480));
        assert_eq!(size(720, (1080, 1920)), (720, 1280));
        // 1:2.39 cinema: 480 × 1920 / 803 = 1147.7.
        assert_eq!(size(480, (1920, 803)), (1148, 480));
        assert_eq!(size(35, (47, 35)), (48, 36));
    }

    #[test]
    fn the_usual_ladder_begins_with_the_source_and_never_goes_above_it() {
        let sides = |source| -> Vec<u32> {
            let side = |rung| if let Rung::Encode { side, .. } = rung { side } else { 0 };
            usual(source).into_iter().map(side).collect()
        };
        assert_eq!(sides((1280, 720)), [720, 480, 360]);
        assert_eq!(sides((3840, 2160)), [1080, 720, 480, 360]);
        assert_eq!(sides((1000, 600)), [600, 480, 360]);
        assert_eq!(sides((96, 64)), [64]);
    }

    #[test]
    fn rates_rise_with_the_pixels() {
        assert_eq!(default_rate(1280, 720, None), 3_000_000);
        assert_eq!(default_rate(1920, 1080, Some(Rational::from_integer(60))), 9_000_000);
        assert_eq!(default_rate(7680, 4320, None), 16_000_000);
        assert!(default_rate(96, 64, None) > 100_000);
    }
}
