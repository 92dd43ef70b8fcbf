//! The samples that a monitor keeps, in memory that is allocated once.

use super::Sample;
use crate::Error;
use std::collections::VecDeque;
use std::time::Duration;

/// Which samples are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// The latest so many: for a program that runs on. Growth within a minute needs samples that reach back so far.
    Latest(usize),
    /// At most so many over the whole time: when they are full every second one is dropped, and from then on half as
    /// many are kept, and the last one. For a run that ends.
    Whole(usize),
}

const MINUTE: Duration = Duration::from_secs(60);

/// The most samples: some 200 MB.
const MAX_SAMPLES: usize = 1_000_000;

#[derive(Debug)]
pub(super) struct Series {
    samples: VecDeque<Sample>,
    capacity: usize,
    thins: bool,
    /// One of so many samples is kept.
    stride: u64,
    seen: u64,
    /// The last sample, if it was not kept.
    skipped: Option<Sample>,
}

impl Series {
    pub(super) fn new(history: History) -> Result<Series, Error> {
        let (capacity, thins) = match history {
            History::Latest(capacity) => (capacity, false),
            History::Whole(capacity) => (capacity, true),
        };
        if !(2..=MAX_SAMPLES).contains(&capacity) {
            let expected = "2 to 1000000";
            return Err(Error::BadParameter { name: "samples of a history", value: capacity as f64, expected });
        }
        Ok(Series { samples: VecDeque::with_capacity(capacity), capacity, thins, stride: 1, seen: 0, skipped: None })
    }

    /// Whether the whole time is kept.
    pub(super) fn is_whole(&self) -> bool {
        self.thins
    }

    /// Keeps a sample, or not. Does not allocate.
    pub(super) fn push(&mut self, sample: Sample) {
        let index = self.seen;
        self.seen += 1;
        self.skipped = Some(sample);
        if !index.is_multiple_of(self.stride) {
            return;
        }
        if self.samples.len() == self.capacity {
            if self.thins {
                let mut is_even = false;
                self.samples.retain(|_| {
                    is_even = !is_even;
                    is_even
                });
                self.stride *= 2;
                // With an odd capacity this one comes too soon after the last that was kept.
                if !index.is_multiple_of(self.stride) {
                    return;
                }
            } else {
                self.samples.pop_front();
            }
        }
        self.skipped = None;
        self.samples.push_back(sample);
    }

    pub(super) fn last(&self) -> Option<&Sample> {
        self.skipped.as_ref().or(self.samples.back())
    }

    /// The kept samples and the last one, whether it was kept or not.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().chain(&self.skipped)
    }

    pub(super) fn growth_per_minute(&self, now: &Sample) -> Option<i64> {
        let bytes = |sample: &Sample| sample.process_bytes.or(sample.heap_bytes).map(i128::from);
        let is_old = |sample: &Sample| now.time.saturating_sub(sample.time) >= MINUTE;
        let before = self.samples.partition_point(is_old).checked_sub(1).and_then(|index| self.samples.get(index))?;
        let elapsed = (now.time - before.time).as_millis() as i128;
        i64::try_from((bytes(now)? - bytes(before)?) * MINUTE.as_millis() as i128 / elapsed).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, process_bytes: u64) -> Sample {
        Sample { time: Duration::from_secs(seconds), process_bytes: Some(process_bytes), ..Sample::default() }
    }

    fn times(series: &Series) -> Vec<u64> {
        series.iter().map(|sample| sample.time.as_secs()).collect()
    }

    #[test]
    fn the_latest_or_the_whole_is_kept() {
        let mut latest = Series::new(History::Latest(4)).unwrap();
        let mut whole = Series::new(History::Whole(4)).unwrap();
        let mut odd = Series::new(History::Whole(5)).unwrap();
        let capacities = (latest.samples.capacity(), whole.samples.capacity());
        for second in 0..23 {
            latest.push(at(second, 0));
            whole.push(at(second, 0));
            odd.push(at(second, 0));
        }
        assert_eq!(times(&latest), [19, 20, 21, 22]);
        // 0 1 2 3, then 0 2 4 6, then 0 4 8 12, then 0 8 16, and the last one.
        assert_eq!(times(&whole), [0, 8, 16, 22]);
        // 0 1 2 3 4, then 0 2 4 6 8, then 0 4 8 12 16, then 0 8 16.
        assert_eq!(times(&odd), [0, 8, 16, 22]);
        assert_eq!(capacities, (latest.samples.capacity(), whole.samples.capacity()), "nothing was allocated");
        for history in [History::Latest(1), History::Whole(0), History::Latest(1_000_001)] {
            assert_eq!(Series::new(history).unwrap_err().code(), "E_BAD_PARAMETER");
        }
    }

    #[test]
    fn growth_is_measured_over_at_least_a_minute() {
        let mut series = Series::new(History::Latest(100)).unwrap();
        for second in 0..=60 {
            assert_eq!(series.growth_per_minute(&at(second, 1000 + second * 10)), (second == 60).then_some(600));
            series.push(at(second, 1000 + second * 10));
        }
        // Two minutes after the last kept sample: half of the difference.
        assert_eq!(series.growth_per_minute(&at(180, 600)), Some(-500));
    }
}
