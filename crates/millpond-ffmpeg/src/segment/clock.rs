//! The time of a presentation.
//!
//! Second 0 is where the source's earliest stream begins, but not before the source's own 0, so that what a player skips
//! (AAC's priming) stays before it. Segments carry their times moved by [`ORIGIN_S`]: containers want no times below 0,
//! and so neither priming nor the decoding times of reordered pictures need shifts that would differ from track to track.

use millpond_core::Rational;

/// Second 0 in the segments' own time.
pub(crate) const ORIGIN_S: i64 = 10;

/// Converts the times of one stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Seconds of a tick of the stream.
    base: Rational,
    /// Second 0 of the presentation in the stream's time.
    origin: Rational,
    /// Ticks a second of the track.
    scale: u32,
}

impl Clock {
    /// A clock for a stream with ticks of `base` seconds that begins at `origin`.
    pub(crate) fn new(base: Rational, origin: Rational, scale: u32) -> Clock {
        Clock { base, origin, scale }
    }

    /// A clock for an encoder whose ticks are the track's.
    pub(crate) fn of_track(scale: u32) -> Clock {
        Clock { base: Rational::new(1, scale.into()), origin: Rational::from_integer(0), scale }
    }

    /// Ticks a second of the track.
    pub(crate) fn scale(&self) -> u32 {
        self.scale
    }

    /// Ticks of `base` seconds from a picture to the next.
    pub(crate) fn interval(base: Rational, frame_rate: Rational) -> i64 {
        i64::try_from((base * frame_rate).recip().round().to_integer()).unwrap_or(1).max(1)
    }

    /// Seconds of the presentation.
    pub(crate) fn seconds(&self, tick: i64) -> Rational {
        Rational::from_integer(tick.into()) * self.base - self.origin
    }

    /// Ticks of the track.
    pub(crate) fn ticks(&self, tick: i64) -> i64 {
        self.ticks_at(self.seconds(tick))
    }

    /// Ticks of the track at a second of the presentation.
    pub(crate) fn ticks_at(&self, seconds: Rational) -> i64 {
        let ticks = (seconds * Rational::from_integer(self.scale.into())).round().to_integer();
        i64::try_from(ticks).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
    }

    /// What is added to the stream's ticks to come to the segments' own time.
    pub(crate) fn shift(&self) -> i64 {
        let ticks = (Rational::from_integer(ORIGIN_S.into()) - self.origin) / self.base;
        i64::try_from(ticks.round().to_integer()).unwrap_or(0)
    }
}

/// Ticks a second for a track whose source has ticks of `base` seconds: a multiple of the source's, so that times stay
/// exact, and at least 10,000, which MP4 leaves as it is; 90,000 where there is no such number.
pub(crate) fn scale_for(base: Rational) -> u32 {
    let Some(per_second) = u32::try_from(*base.denom()).ok().filter(|per_second| *per_second <= 1_000_000) else {
        return 90_000;
    };
    let mut scale = per_second.max(1);
    while scale < 10_000 {
        scale *= 2;
    }
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_in_the_tracks_ticks() {
        for (base, scale) in
            [((1, 12_800), 12_800), ((1, 1000), 16_000), ((1001, 30_000), 30_000), ((1, 90_000), 90_000)]
        {
            let base = Rational::new(base.0, base.1);
            assert_eq!(scale_for(base), scale);
            let clock = Clock::new(base, Rational::from_integer(0), scale);
            for tick in [0, 1, 999, 1_234_567] {
                assert_eq!(Rational::new(clock.ticks(tick).into(), scale.into()), clock.seconds(tick));
            }
        }
        assert_eq!(scale_for(Rational::new(1, 10_000_000)), 90_000);
    }

    #[test]
    fn the_origin_is_where_the_source_begins() {
        // A transport stream that begins at 1.4 s.
        let clock = Clock::new(Rational::new(1, 90_000), Rational::new(14, 10), 90_000);
        assert_eq!(clock.ticks(126_000), 0);
        assert_eq!(126_000 + clock.shift(), ORIGIN_S * 90_000);
    }
}
