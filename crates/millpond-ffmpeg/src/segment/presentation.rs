//! What playlists say, without any I/O: tracks, their segments, which of them are listed, and how many bits they take.
//!
//! Times are ticks of the track, counted from the beginning of the presentation. A live window drops its oldest segment as
//! soon as what remains still covers the window (RFC 8216 6.2.2 wants three target durations at least). A dropped segment
//! must stay on disk for its own duration plus that of the longest playlist that listed it (same section); [`Retired`]
//! says which and for how long.
//!
//! Bit rates are RFC 8216's: the *peak* is the largest of any run of segments that together last 0.5 to 1.5 target
//! durations, the *average* is all bits by all seconds.

use millpond_core::Rational;
use std::collections::VecDeque;

const ZERO: Rational = Rational::new_raw(0, 1);

/// A finished segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Counted from 0.
    pub(crate) number: u64,
    /// First tick of it.
    pub(crate) start: i64,
    /// The tick behind it.
    pub(crate) end: i64,
    pub(crate) bytes: u64,
}

/// What a track shows or plays.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Medium {
    Pictures { width: u32, height: u32, frame_rate: Option<Rational> },
    Sound { rate_hz: u32, channels: u32, language: Option<String> },
}

/// A track: one stream in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    /// Its folder, and its name in playlists.
    pub(crate) name: String,
    pub(crate) medium: Medium,
    /// RFC 6381.
    pub(crate) codec: String,
    /// Ticks a second.
    pub(crate) time_scale: u32,
    /// Bits a second that segments are promised to stay below; 0 if nothing is known.
    pub(crate) promised_bits: u64,
    pub(crate) segments: VecDeque<Segment>,
    /// No more will come.
    pub(crate) is_over: bool,
    /// The newest segments, as many as a run of 1.5 target durations can have.
    recent: VecDeque<Segment>,
    /// Where the first segment of all began.
    begins: Option<i64>,
    bytes: u64,
    peak_bits: u64,
    /// Seconds of the longest playlist so far.
    longest_list: Rational,
}

/// A segment that no playlist names from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) number: u64,
    /// Seconds for which readers of an old playlist may still fetch it.
    pub(crate) grace: Rational,
}

impl Track {
    pub(crate) fn new(name: String, medium: Medium, codec: String, time_scale: u32, promised_bits: u64) -> Track {
        Track {
            name,
            medium,
            codec,
            time_scale: time_scale.max(1),
            promised_bits,
            segments: VecDeque::new(),
            is_over: false,
            recent: VecDeque::new(),
            begins: None,
            bytes: 0,
            peak_bits: 0,
            longest_list: ZERO,
        }
    }

    /// Seconds of so many ticks.
    pub(crate) fn seconds(&self, ticks: i64) -> Rational {
        Rational::new(ticks.into(), self.time_scale.into())
    }

    /// Seconds of a segment.
    pub(crate) fn duration(&self, segment: &Segment) -> Rational {
        self.seconds(segment.end - segment.start)
    }

    /// Seconds that the list covers.
    pub(crate) fn listed(&self) -> Rational {
        match (self.segments.front(), self.segments.back()) {
            (Some(first), Some(last)) => self.seconds(last.end - first.start),
            _ => ZERO,
        }
    }

    /// Largest bit rate of a run of segments; while more come, not less than was promised.
    pub(crate) fn peak_bits(&self) -> u64 {
        if self.is_over { self.peak_bits } else { self.peak_bits.max(self.promised_bits) }
    }

    /// Largest bit rate that was measured.
    pub(crate) fn measured_peak_bits(&self) -> u64 {
        self.peak_bits
    }

    /// Seconds of all segments so far, those that left the window too.
    pub(crate) fn total(&self) -> Rational {
        match (self.begins, self.segments.back()) {
            (Some(begins), Some(last)) => self.seconds(last.end - begins),
            _ => ZERO,
        }
    }

    /// Bits a second over all segments so far; `None` before the first.
    pub(crate) fn average_bits(&self) -> Option<u64> {
        rate(self.bytes, self.total())
    }

    /// Takes a segment; `target` is the target duration. With a window, drops what is not listed any more.
    pub(crate) fn push(&mut self, segment: Segment, target: Rational, window: Option<Rational>) -> Vec<Retired> {
        self.segments.push_back(segment);
        self.begins.get_or_insert(segment.start);
        self.bytes += segment.bytes;
        self.measure(segment, target);
        let mut retired = Vec::new();
        while let (Some(window), Some(second)) = (window, self.segments.get(1)) {
            let rest = self.segments.back().map_or(ZERO, |last| self.seconds(last.end - second.start));
            if rest < window {
                break;
            }
            let Some(oldest) = self.segments.pop_front() else { break };
            retired.push(Retired { number: oldest.number, grace: self.duration(&oldest) + self.longest_list });
        }
        self.longest_list = self.longest_list.max(self.listed());
        retired
    }

    /// Looks at every run that ends with this segment.
    fn measure(&mut self, segment: Segment, target: Rational) {
        self.recent.push_back(segment);
        let (least, most) = (target / 2, target * 3 / 2);
        let (mut bytes, mut seconds, mut used) = (0, ZERO, 0);
        for segment in self.recent.iter().rev() {
            let longer = seconds + self.seconds(segment.end - segment.start);
            if used > 0 && longer > most {
                break;
            }
            (bytes, seconds, used) = (bytes + segment.bytes, longer, used + 1);
            // The only segment of a short clip counts though it is too short.
            if seconds >= least || self.peak_bits == 0 {
                self.peak_bits = self.peak_bits.max(rate(bytes, seconds).unwrap_or(0));
            }
        }
        let unused = self.recent.len() - used;
        self.recent.drain(..unused);
    }
}

/// Bits a second, rounded up.
fn rate(bytes: u64, seconds: Rational) -> Option<u64> {
    if seconds <= ZERO {
        return None;
    }
    let rate = Rational::from_integer(i128::from(bytes) * 8) / seconds;
    u64::try_from(rate.ceil().to_integer()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track() -> Track {
        let medium = Medium::Sound { rate_hz: 48_000, channels: 2, language: None };
        Track::new("a".to_owned(), medium, "mp4a.40.2".to_owned(), 10, 0)
    }

    fn segment(number: u64, start: i64, end: i64, bytes: u64) -> Segment {
        Segment { number, start, end, bytes }
    }

    fn seconds(tenths: i128) -> Rational {
        Rational::new(tenths, 10)
    }

    #[test]
    fn a_window_drops_a_segment_once_the_rest_covers_it() {
        let mut track = track();
        let mut retired = Vec::new();
        for number in 0..6 {
            let start = number as i64 * 20;
            retired.extend(track.push(segment(number, start, start + 20, 1), seconds(20), Some(seconds(60))));
            assert!(number < 2 || track.listed() >= seconds(60), "{:?}", track.segments);
        }
        // No list was longer than three segments (6 s), and each lasts 2 s.
        assert_eq!(retired.iter().map(|retired| retired.number).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(retired.iter().all(|retired| retired.grace == seconds(80)), "{retired:?}");
        assert_eq!(track.segments.iter().map(|segment| segment.number).collect::<Vec<_>>(), [3, 4, 5]);
    }

    /// RFC 8216 4.3.4.2: runs of 0.5 to 1.5 target durations; with a target of 2 s runs of 1 to 3 s.
    #[test]
    fn the_peak_is_that_of_runs_and_a_short_rest_counts_only_with_its_neighbours() {
        let mut track = track();
        track.push(segment(0, 0, 20, 2_000), seconds(20), None);
        assert_eq!(track.peak_bits(), 8_000);
        track.push(segment(1, 20, 40, 1_000), seconds(20), None);
        // 0.2 s at 80,000 bits a second alone; 2.2 s with its neighbour: (1,000 + 2,000) × 8 / 2.2.
        track.push(segment(2, 40, 42, 2_000), seconds(20), None);
        assert_eq!(track.peak_bits(), 10_910);
        // 5,000 bytes in 4.2 s.
        assert_eq!(track.average_bits(), Some(9_524));
    }

    #[test]
    fn the_average_of_a_window_counts_what_left_it() {
        let mut track = track();
        for number in 0..10 {
            let start = number as i64 * 20;
            track.push(segment(number, start, start + 20, 500), seconds(20), Some(seconds(60)));
        }
        assert_eq!(track.average_bits(), Some(2_000));
    }
}
