//! Where segments begin.
//!
//! Encoded pictures are cut at the first one at or after each multiple of the segment duration, counted from the beginning
//! of the presentation, so that all renditions are cut at the same pictures and durations do not drift. Sound is cut
//! likewise, by packets. Copied pictures can be cut at key frames only: at the last one that leaves the segment no longer
//! than asked, taking the next key frame to be as far as the last one was.

use millpond_core::Rational;

/// Cuts at multiples of a duration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    duration: Rational,
    /// The multiple that comes next; `None` before the first cut.
    next: Option<i128>,
}

impl Grid {
    pub(crate) fn new(duration: Rational) -> Grid {
        Grid { duration, next: None }
    }

    /// Whether a segment begins at `time`; times come in order. The first one always does.
    pub(crate) fn cuts(&mut self, time: Rational) -> bool {
        let is_cut = self.next.is_none_or(|next| time >= self.duration * Rational::from_integer(next));
        if is_cut {
            self.next = Some((time / self.duration).floor().to_integer() + 1);
        }
        is_cut
    }

    /// The first cut behind the last one, if it lies before `time`.
    pub(crate) fn missed(&self, time: Rational) -> Option<Rational> {
        let next = self.duration * Rational::from_integer(self.next?);
        (next < time).then_some(next)
    }
}

/// Cuts at key frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyFrames {
    duration: Rational,
    begins: Option<Rational>,
    last: Option<Rational>,
}

impl KeyFrames {
    pub(crate) fn new(duration: Rational) -> KeyFrames {
        KeyFrames { duration, begins: None, last: None }
    }

    /// Whether a segment begins with the key frame at `time`. The first one always does.
    pub(crate) fn cuts(&mut self, time: Rational) -> bool {
        let interval = self.last.map_or(self.duration, |last| time - last);
        let is_cut = self.begins.is_none_or(|begins| time + interval > begins + self.duration);
        self.last = Some(time);
        if is_cut {
            self.begins = Some(time);
        }
        is_cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(numerator: i128, denominator: i128) -> Rational {
        Rational::new(numerator, denominator)
    }

    #[test]
    fn a_grid_does_not_drift() {
        let mut grid = Grid::new(seconds(2, 1));
        let rate = seconds(30_000, 1001);
        let cuts: Vec<i128> = (0..600).filter(|&n| grid.cuts(Rational::from_integer(n) / rate)).collect();
        // The first frames at or after 0, 2, 4, … s: ceil(2 k × 30000 / 1001).
        let expected: Vec<i128> = (0..11).map(|k: i128| (2 * k * 30_000 + 1000) / 1001).filter(|&n| n < 600).collect();
        assert_eq!(cuts, expected);
    }

    #[test]
    fn a_grid_names_the_cuts_that_a_gap_passed() {
        let mut grid = Grid::new(seconds(2, 1));
        assert_eq!(grid.missed(seconds(9, 1)), None);
        assert!(grid.cuts(seconds(1, 1)));
        let mut passed = Vec::new();
        while let Some(cut) = grid.missed(seconds(8, 1)) {
            assert!(grid.cuts(cut));
            passed.push(cut);
        }
        assert_eq!(passed, [2, 4, 6].map(|cut| seconds(cut, 1)));
        assert!(grid.cuts(seconds(8, 1)));
    }

    #[test]
    fn key_frames_are_taken_before_a_segment_grows_too_long() {
        let cuts = |every: i128| -> Vec<i128> {
            let mut cutter = KeyFrames::new(seconds(6, 1));
            (0..20).step_by(every as usize).filter(|&time| cutter.cuts(seconds(time, 1))).collect()
        };
        assert_eq!(cuts(4), [0, 4, 8, 12, 16]);
        assert_eq!(cuts(2), [0, 6, 12, 18]);
        assert_eq!(cuts(6), [0, 6, 12, 18]);
        assert_eq!(cuts(9), [0, 9, 18]);
    }
}
