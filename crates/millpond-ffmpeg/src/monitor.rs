//! A memory monitor that threads share, and a thread that samples it at an interval.
//!
//! Sampling does not allocate on the Rust heap, so a render that is watched still stands at zero.

use crate::Error;
use millpond_core::memory::{Monitor, Sample};
use millpond_core::video::FramePool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A [`Monitor`] that several threads use. Clones are the same monitor.
///
/// Put one into [`RenderOptions::monitor`](crate::RenderOptions::monitor), and it watches the pools of that render.
#[derive(Clone, Debug)]
pub struct SharedMonitor(Arc<Mutex<Monitor>>);

impl SharedMonitor {
    /// Shares a monitor. Allocates.
    pub fn new(monitor: Monitor) -> SharedMonitor {
        SharedMonitor(Arc::new(Mutex::new(monitor)))
    }

    /// The monitor, for as long as the guard lives; sampling waits meanwhile.
    pub fn lock(&self) -> MutexGuard<'_, Monitor> {
        // A panic in a caller's callback leaves figures, not broken memory.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches a pool from now on. Allocates.
    pub(crate) fn watch(&self, name: &str, pool: &FramePool) {
        self.lock().watch_frames(name, pool.observer());
    }
}

/// A thread that samples a monitor until it is stopped, or dropped.
#[derive(Debug)]
pub struct Sampler {
    shared: Arc<Shared>,
    monitor: SharedMonitor,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    has_started: bool,
    is_stopped: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sampler {
    /// Starts the thread and returns when it has taken its first sample, at time 0. Allocates; afterwards neither the
    /// thread nor its samples do.
    ///
    /// # Errors
    /// [`Error::Temporary`] if the system has no thread left, [`Error::Core`] for an interval of 0.
    pub fn start(monitor: &SharedMonitor, interval: Duration) -> Result<Sampler, Error> {
        if interval.is_zero() {
            let (name, expected) = ("sampling interval in seconds", "more than 0");
            return Err(millpond_core::Error::BadParameter { name, value: 0.0, expected }.into());
        }
        let shared = Arc::new(Shared { start: Instant::now(), state: Mutex::default(), changed: Condvar::new() });
        let (own, watched) = (Arc::clone(&shared), monitor.clone());
        let thread =
            std::thread::Builder::new().name("memory monitor".to_owned()).spawn(move || own.run(&watched, interval));
        let thread = thread.map_err(|error| Error::Temporary { what: "another thread", reason: error.to_string() })?;
        let mut state = shared.lock();
        while !state.has_started {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        Ok(Sampler { shared, monitor: monitor.clone(), thread: Some(thread) })
    }

    /// Ends the thread and takes a last sample.
    pub fn stop(mut self) -> Sample {
        self.end();
        if let Some(thread) = self.thread.take() {
            // It panics only if a callback does, which was that one's own business.
            let _ = thread.join();
        }
        let now = self.shared.start.elapsed();
        self.monitor.lock().sample(now)
    }

    fn end(&self) {
        self.shared.lock().is_stopped = true;
        self.shared.changed.notify_all();
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn run(&self, monitor: &SharedMonitor, interval: Duration) {
        let mut due = Duration::ZERO;
        monitor.lock().sample(due);
        let mut state = self.lock();
        state.has_started = true;
        self.changed.notify_all();
        while !state.is_stopped {
            let now = self.start.elapsed();
            if now < due + interval {
                let waited = self.changed.wait_timeout(state, due + interval - now);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            drop(state);
            monitor.lock().sample(now);
            // Samples that were missed while the machine was busy are not made up for.
            due += interval * u32::try_from((now - due).as_nanos() / interval.as_nanos()).unwrap_or(u32::MAX);
            state = self.lock();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millpond_core::memory::{History, Thresholds};

    #[test]
    fn samples_come_until_it_is_stopped() {
        let monitor = Monitor::new(Thresholds::default(), History::Whole(64)).unwrap();
        let shared = SharedMonitor::new(monitor);
        let sampler = Sampler::start(&shared, Duration::from_millis(1)).unwrap();
        assert_eq!(shared.lock().samples().next().unwrap().time, Duration::ZERO);
        while shared.lock().samples().count() < 5 {
            std::thread::yield_now();
        }
        let last = sampler.stop();
        let monitor = shared.lock();
        assert_eq!(monitor.samples().last(), Some(&last));
        assert!(monitor.samples().map(|sample| sample.time).is_sorted());
        assert_eq!(Sampler::start(&shared, Duration::ZERO).unwrap_err().code(), "E_BAD_PARAMETER");
    }
}
