//! Timing of short jobs, side by side. Each job is run often enough for a sample of [`SAMPLE`]; samples of all jobs take
//! turns, so that a machine that gets slower or faster does so for all of them; the median of the samples counts.

use std::time::{Duration, Instant};

use crate::row::median;

/// How long one sample should last at least: far more than the clock's grain, far less than the machine's moods.
const SAMPLE: Duration = Duration::from_millis(20);

/// One job of a comparison.
pub struct Job<'a> {
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
    times: u32,
}

impl<'a> Job<'a> {
    /// A job that is timed from outside.
    pub fn new(mut work: impl FnMut() + 'a) -> Job<'a> {
        Job::timing_itself(move |times| {
            let begin = Instant::now();
            (0..times).for_each(|_| work());
            begin.elapsed()
        })
    }

    /// A job that measures itself, for instance in another process: it is told how many runs to make and says how long
    /// all of them took.
    pub fn timing_itself(run: impl FnMut(u32) -> Duration + 'a) -> Job<'a> {
        Job { run: Box::new(run), times: 1 }
    }

    fn sample(&mut self) -> f64 {
        (self.run)(self.times).as_secs_f64() / f64::from(self.times)
    }
}

/// Runs every job once to warm up and to find how often it fits into a sample, then `rounds` samples of each in turn.
/// Returns the median of each job's samples: seconds a run.
pub fn interleaved(rounds: usize, jobs: &mut [Job<'_>]) -> Vec<f64> {
    for job in jobs.iter_mut() {
        job.sample();
        let once = job.sample();
        job.times = (SAMPLE.as_secs_f64() / once.max(1e-9)).ceil().clamp(1.0, 1e7) as u32;
    }
    let mut samples = vec![Vec::with_capacity(rounds); jobs.len()];
    for _ in 0..rounds {
        for (job, samples) in jobs.iter_mut().zip(&mut samples) {
            samples.push(job.sample());
        }
    }
    samples.into_iter().map(median).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_work_takes_longer() {
        let sum = |n: u64| {
            move || {
                std::hint::black_box((0..n).fold(0u64, |a, b| a ^ std::hint::black_box(b)));
            }
        };
        let medians = interleaved(5, &mut [Job::new(sum(40_000)), Job::new(sum(10_000))]);
        assert!(medians[0] > 1.5 * medians[1], "{medians:?}");
    }
}
