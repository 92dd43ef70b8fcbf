//! Where the time of a render goes: of each stage how long it worked, waited for what comes in, and waited for room for what
//! goes out.
//!
//! A stage that is seldom idle is the one that the others wait for. What a codec does on threads of its own is not seen:
//! the stage that feeds it counts as busy while it waits for them. Looking at the clock does not allocate.

use millpond_core::memory;
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a stage of a render spent its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTime {
    /// What it does: `compose`, `video encoder`, `sound`, `muxer`, or `read` and a file.
    pub stage: String,
    /// At work, or waiting for the threads of its codec or for a file.
    pub busy: Duration,
    /// Nothing had come in.
    pub waiting_for_input: Duration,
    /// What had to go out found no room.
    pub waiting_for_output: Duration,
}

/// The times of all stages of a render.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Arc<Mutex<Vec<StageTime>>>);

impl Times {
    /// Begins to take a stage's time.
    pub(crate) fn start(&self, stage: String) -> Clock {
        let nothing = Duration::ZERO;
        Clock {
            times: self.clone(),
            stage,
            start: Instant::now(),
            input: Cell::new(nothing),
            output: Cell::new(nothing),
        }
    }

    /// Those of the stages that have ended, in the order of their names.
    pub(crate) fn take(&self) -> Vec<StageTime> {
        let mut times = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        times.sort_by(|a, b| a.stage.cmp(&b.stage));
        times
    }
}

/// The clock of one stage; what it took is noted when it is dropped.
pub(crate) struct Clock {
    times: Times,
    stage: String,
    start: Instant,
    input: Cell<Duration>,
    output: Cell<Duration>,
}

impl Clock {
    /// Waits for what comes in.
    pub(crate) fn input<T>(&self, wait: impl FnOnce() -> T) -> T {
        taken(&self.input, wait)
    }

    /// Waits for room for what goes out.
    pub(crate) fn output<T>(&self, wait: impl FnOnce() -> T) -> T {
        taken(&self.output, wait)
    }
}

fn taken<T>(sum: &Cell<Duration>, wait: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let outcome = wait();
    sum.set(sum.get() + begin.elapsed());
    outcome
}

impl Drop for Clock {
    fn drop(&mut self) {
        let (waiting_for_input, waiting_for_output) = (self.input.get(), self.output.get());
        let busy = self.start.elapsed().saturating_sub(waiting_for_input + waiting_for_output);
        memory::opening(|| {
            let time =
                StageTime { stage: std::mem::take(&mut self.stage), busy, waiting_for_input, waiting_for_output };
            self.times.0.lock().unwrap_or_else(PoisonError::into_inner).push(time);
        });
    }
}
