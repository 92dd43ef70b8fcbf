//! The times of a live source on one timeline that only rises.
//!
//! Every stream has a shift that is added to its times. While a time comes where the one before it ended, give or take
//! [`BACK`] and [`AHEAD`] (and what the clock says has passed), the shift stays. A time that comes elsewhere is a jump of
//! the publisher's clock, or the end of a counter of 32 or 33 bits: a new shift puts it where it was expected. The other
//! streams of the source jump too, a few packets earlier or later; they take the same shift if it fits them, so that sound
//! and pictures stay together, and all of it counts once. After a reconnection the timeline goes on as much later as the
//! source was away. A packet without times follows the one before it. Decoding times that do not rise within the tolerance are moved by a tick each and counted.
//!
//! Shifts that streams share are kept in microseconds and rounded to the stream's ticks once, when they are taken;
//! differences between the times of a stream are exact. Nothing allocates but [`Timeline::new`].

use millpond_core::Rational;
use std::time::Duration;

/// How far decoding times may fall back before it is a jump, in microseconds.
const BACK: i64 = 200_000;
/// How far presentation times may fall back where there are no decoding times: pictures are reordered.
const REORDER: i64 = 2_000_000;
/// How far times may run ahead of what was expected.
const AHEAD: i64 = 10_000_000;

/// What was mended so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mended {
    /// Jumps of the publisher's clock.
    pub(crate) jumps: u64,
    /// Ends of a counter.
    pub(crate) wraps: u64,
    /// Single times that did not rise.
    pub(crate) repaired: u64,
}

/// When a packet is decoded and shown, in ticks of its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) pts: Option<i64>,
    pub(crate) dts: Option<i64>,
    pub(crate) duration: i64,
}

/// The timeline of a source.
#[derive(Debug)]
pub(crate) struct Timeline {
    tracks: Vec<Track>,
    /// The latest shift; `None` until the first packet after a reconnection.
    shift_us: Option<i64>,
    mended: Mended,
}

#[derive(Debug)]
struct Track {
    /// Microseconds of a tick, as a fraction.
    us: (i128, i128),
    shift: i64,
    /// It took the shift of this connection.
    has_joined: bool,
    /// Where the next packet is expected, and when the last one came.
    expected: Option<(i64, Duration)>,
    last_dts: Option<i64>,
}

impl Track {
    fn to_us(&self, ticks: i64) -> i64 {
        clamp(i128::from(ticks) * self.us.0 / self.us.1)
    }

    fn to_ticks(&self, us: i64) -> i64 {
        let (numerator, half) = (i128::from(us) * self.us.1, self.us.0 / 2);
        clamp((numerator + if us < 0 { -half } else { half }) / self.us.0)
    }

    /// Whether `time` comes where it may.
    fn is_expected(&self, time: i64, has_dts: bool, now: Duration) -> bool {
        let Some((expected, heard)) = self.expected else { return true };
        let off = self.to_us(time.saturating_sub(expected));
        let passed = i64::try_from(now.saturating_sub(heard).as_micros()).unwrap_or(i64::MAX);
        let back = if has_dts { BACK } else { REORDER };
        off >= -back && off <= AHEAD.saturating_add(passed)
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

impl Timeline {
    /// For streams with these time bases, in seconds.
    pub(crate) fn new(time_bases: impl Iterator<Item = Rational>) -> Timeline {
        let mut timeline = Timeline { tracks: Vec::new(), shift_us: Some(0), mended: Mended::default() };
        time_bases.for_each(|base| timeline.add(base));
        timeline
    }

    /// One more stream.
    pub(crate) fn add(&mut self, time_base: Rational) {
        let us = time_base * Rational::from_integer(1_000_000);
        let us = if *us.numer() > 0 { (*us.numer(), *us.denom()) } else { (1, 1) };
        self.tracks.push(Track { us, shift: 0, has_joined: false, expected: None, last_dts: None });
    }

    /// Goes on counting from these figures.
    pub(crate) fn begin_with(&mut self, mended: Mended) {
        self.mended = mended;
    }

    /// The source was lost and is there again.
    pub(crate) fn reconnected(&mut self) {
        self.shift_us = None;
        self.tracks.iter_mut().for_each(|track| track.has_joined = false);
    }

    /// What was mended so far.
    pub(crate) fn mended(&self) -> Mended {
        self.mended
    }

    /// Puts a packet that came at `now` on the timeline.
    pub(crate) fn place(&mut self, index: usize, times: Times, now: Duration) -> Times {
        let Some(time) = times.dts.or(times.pts) else { return self.follow(index, times, now) };
        self.join(index, time, now);
        let shared = self.shift_us.unwrap_or(0);
        let Some(track) = self.tracks.get_mut(index) else { return times };
        let has_dts = times.dts.is_some();
        let fits = |track: &Track, shift: i64| track.is_expected(time.saturating_add(shift), has_dts, now);
        if !fits(track, track.shift) {
            let joined = track.to_ticks(shared);
            let wrapped = [1 << 32, 1 << 33].map(|counter: i64| track.shift.saturating_add(counter));
            if fits(track, joined) {
                track.shift = joined;
            } else if let Some(shift) = wrapped.into_iter().find(|shift| fits(track, *shift)) {
                track.shift = shift;
                self.mended.wraps += 1;
                self.shift_us = Some(track.to_us(shift));
            } else {
                track.shift = track.expected.map_or(0, |(expected, _)| expected.saturating_sub(time));
                self.mended.jumps += 1;
                self.shift_us = Some(track.to_us(track.shift));
            }
        }
        let told = times.dts.map(|dts| dts.saturating_add(track.shift));
        let dts = told.map(|dts| track.last_dts.map_or(dts, |last| dts.max(last.saturating_add(1))));
        let told_pts = times.pts.map(|pts| pts.saturating_add(track.shift));
        let pts = match (told_pts, dts) {
            (Some(pts), Some(dts)) => Some(pts.max(dts)),
            (pts, _) => pts,
        };
        self.mended.repaired += u64::from(dts != told);
        track.last_dts = dts.or(track.last_dts);
        let placed = dts.or(pts).unwrap_or(time);
        track.expected = Some((placed.saturating_add(times.duration.max(0)), now));
        Times { pts, dts, duration: times.duration }
    }

    /// A packet without times follows the one before it, if there is one.
    fn follow(&mut self, index: usize, times: Times, now: Duration) -> Times {
        let Some(track) = self.tracks.get_mut(index).filter(|track| track.has_joined) else { return times };
        let Some((expected, _)) = track.expected else { return times };
        let time = track.last_dts.map_or(expected, |last| expected.max(last.saturating_add(1)));
        track.last_dts = Some(time);
        track.expected = Some((time.saturating_add(times.duration.max(0)), now));
        Times { pts: Some(time), dts: Some(time), ..times }
    }

    /// The first packet of a stream after a reconnection takes the shift of the others, or makes it.
    fn join(&mut self, index: usize, time: i64, now: Duration) {
        let Some(track) = self.tracks.get(index).filter(|track| !track.has_joined) else { return };
        let shift_us = self.shift_us.unwrap_or_else(|| {
            let resumed = self.tracks.iter().filter_map(|track| {
                let (expected, heard) = track.expected?;
                let away = i64::try_from(now.saturating_sub(heard).as_micros()).unwrap_or(i64::MAX);
                Some(track.to_us(expected).saturating_add(away))
            });
            resumed.max().map_or(0, |resumed| resumed.saturating_sub(track.to_us(time)))
        });
        self.shift_us = Some(shift_us);
        if let Some(track) = self.tracks.get_mut(index) {
            track.shift = track.to_ticks(shift_us);
            track.has_joined = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn base(denominator: i128) -> Rational {
        Rational::new(1, denominator)
    }

    /// Feeds pictures of 40 ms and sound of 20 ms, whose times are what `told` makes of the true ones (in ms), as a
    /// transport stream has them; returns how far each lies from the truth, in ticks.
    fn run(told: impl Fn(usize, i64) -> i64, until_ms: i64) -> (Vec<i64>, Mended) {
        let mut timeline = Timeline::new([base(90_000), base(90_000)].into_iter());
        let mut off = Vec::new();
        for true_ms in (0..until_ms).step_by(20) {
            for (stream, step) in [(0, 40), (1, 20)] {
                if true_ms % step == 0 {
                    let dts = told(stream, true_ms * 90);
                    let times = Times { pts: Some(dts + 7200), dts: Some(dts), duration: step * 90 };
                    let placed = timeline.place(stream, times, Duration::from_nanos(true_ms as u64 * MS));
                    assert_eq!(placed.pts.unwrap() - placed.dts.unwrap(), 7200);
                    off.push(placed.dts.unwrap() - true_ms * 90);
                }
            }
        }
        (off, timeline.mended())
    }

    #[test]
    fn an_orderly_source_is_left_alone() {
        let (off, mended) = run(|_, dts| dts + 123_456, 20_000);
        assert!(off.iter().all(|off| *off == 123_456));
        assert_eq!(mended, Mended::default());
    }

    #[test]
    fn jumps_are_closed_once_for_all_streams() {
        for (by, late) in [(-9_000_000i64, 0), (9_000_000, 0), (1 << 40, 0), (9_000_000, 60), (-9_000_000, 60)] {
            // The sound jumps up to 60 ms after the pictures did.
            let told = |stream: usize, dts: i64| {
                if dts >= (4_000 + if stream == 1 { late } else { 0 }) * 90 { dts.wrapping_add(by) } else { dts }
            };
            let (off, mended) = run(told, 8_000);
            assert!(off.iter().all(|off| off.abs() <= 1), "{by}: {off:?}");
            assert_eq!(mended, Mended { jumps: 1, ..Mended::default() }, "{by} {late}");
        }
    }

    #[test]
    fn counters_end_and_begin_again() {
        for bits in [32, 33] {
            let start = (1i64 << bits) - 360_000;
            let (off, mended) = run(|_, dts| (dts + start) & ((1 << bits) - 1), 8_000);
            assert!(off.iter().all(|off| *off == start), "{bits} bits");
            assert_eq!(mended, Mended { wraps: 1, ..Mended::default() }, "{bits} bits");
        }
    }

    #[test]
    fn a_pause_that_the_clock_confirms_is_no_jump() {
        let mut timeline = Timeline::new([base(1000)].into_iter());
        let times = |dts| Times { pts: None, dts: Some(dts), duration: 40 };
        timeline.place(0, times(0), Duration::ZERO);
        let placed = timeline.place(0, times(60_000), Duration::from_secs(60));
        assert_eq!((placed.dts, timeline.mended()), (Some(60_000), Mended::default()));
        // The same without the time having passed.
        let placed = timeline.place(0, times(120_000), Duration::from_secs(61));
        assert_eq!((placed.dts, timeline.mended().jumps), (Some(60_040), 1));
    }

    #[test]
    fn after_a_reconnection_it_goes_on_later_by_the_outage() {
        let mut timeline = Timeline::new([base(1000), base(48_000)].into_iter());
        let times = |dts, duration| Times { pts: Some(dts), dts: Some(dts), duration };
        timeline.place(0, times(5_000, 40), Duration::from_secs(5));
        timeline.place(1, times(240_000, 960), Duration::from_secs(5));
        timeline.reconnected();
        // The publisher counts from 0 again; the sound begins 10 ms before the pictures.
        let sound = timeline.place(1, times(0, 960), Duration::from_secs(8));
        let picture = timeline.place(0, times(10, 40), Duration::from_secs(8));
        assert_eq!((picture.dts, sound.dts), (Some(5_040 + 3_000 + 10), Some(240_000 + 1_920 + 144_000)));
        assert_eq!(timeline.mended(), Mended::default());
    }

    #[test]
    fn decoding_times_that_do_not_rise_are_moved_and_counted() {
        let mut timeline = Timeline::new([base(1000)].into_iter());
        let mut placed = Vec::new();
        for (index, dts) in [0, 40, 40, 30, 120].into_iter().enumerate() {
            let times = Times { pts: Some(dts), dts: Some(dts), duration: 40 };
            let times = timeline.place(0, times, Duration::from_millis(40 * index as u64));
            assert!(times.pts >= times.dts);
            placed.push(times.dts.unwrap());
        }
        assert_eq!(placed, [0, 40, 41, 42, 120]);
        assert_eq!(timeline.mended(), Mended { repaired: 2, ..Mended::default() });
    }

    #[test]
    fn a_packet_without_times_follows_the_one_before_it() {
        let mut timeline = Timeline::new([base(90_000)].into_iter());
        let untold = Times { pts: None, dts: None, duration: 1920 };
        assert_eq!(timeline.place(0, untold, Duration::ZERO), untold);
        timeline.place(0, Times { pts: Some(9000), dts: Some(9000), duration: 1920 }, Duration::ZERO);
        let placed = [0, 1].map(|_| timeline.place(0, untold, Duration::ZERO).dts);
        assert_eq!(placed, [Some(10_920), Some(12_840)]);
    }

    #[test]
    fn no_time_breaks_it() {
        let wild = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
        let mut timeline = Timeline::new([base(1000), Rational::new(1, 90_000)].into_iter());
        for pts in wild {
            for dts in wild {
                for duration in wild {
                    let times = Times { pts: Some(pts), dts: Some(dts), duration };
                    timeline.place((dts & 1) as usize, times, Duration::from_secs(1));
                    timeline.place(7, Times { dts: None, ..times }, Duration::MAX);
                }
            }
        }
    }
}
