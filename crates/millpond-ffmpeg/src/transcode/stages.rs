//! What all threads of a transcoding share: the muxer, the wish to end, the first error, and what is counted.

use crate::first_error::FirstError;
use crate::render::Warning;
use crate::{Cancel, Error, Muxer, Packet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all threads.
pub(super) struct Stages {
    /// Raised when one of them fails, too.
    pub(super) cancel: Cancel,
    muxer: Mutex<Muxer>,
    failure: FirstError,
    warnings: Mutex<Vec<Warning>>,
    /// Pictures encoded so far.
    pub(super) frames: AtomicU64,
    damaged: AtomicU64,
    repaired: AtomicU64,
    steady_allocations: AtomicU64,
}

/// What they did together.
pub(super) struct Done {
    pub(super) frames: u64,
    pub(super) packets: u64,
    pub(super) damaged: u64,
    pub(super) repaired: u64,
    pub(super) steady_allocations: u64,
    pub(super) warnings: Vec<Warning>,
}

impl Stages {
    pub(super) fn new(muxer: Muxer, cancel: &Cancel) -> Stages {
        Stages {
            cancel: cancel.inner(),
            muxer: Mutex::new(muxer),
            failure: FirstError::default(),
            warnings: Mutex::default(),
            frames: AtomicU64::new(0),
            damaged: AtomicU64::new(0),
            repaired: AtomicU64::new(0),
            steady_allocations: AtomicU64::new(0),
        }
    }

    /// Runs a stage; if it fails, everybody ends.
    pub(super) fn run(&self, work: impl FnOnce() -> Result<(), Error>) {
        if let Err(error) = work() {
            self.fail(error);
        }
    }

    /// Keeps the first error and ends everybody. Those who end because others did have nothing to say.
    pub(super) fn fail(&self, error: Error) {
        self.failure.keep(error, &self.cancel);
    }

    /// Writes a packet, and leaves it empty.
    pub(super) fn write(&self, stream: usize, packet: &mut Packet) -> Result<(), Error> {
        if self.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        lock(&self.muxer).write(stream, packet)
    }

    pub(super) fn warn(&self, code: &'static str, message: String) {
        lock(&self.warnings).push(Warning { code, message });
    }

    pub(super) fn count_damaged(&self, count: u64) {
        self.damaged.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn count_repaired(&self, count: u64) {
        self.repaired.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn note_allocations(&self, count: u64) {
        self.steady_allocations.store(count, Ordering::Relaxed);
    }

    /// Once all threads have ended: finishes the file, or says what went wrong.
    pub(super) fn finish(self) -> Result<Done, Error> {
        if let Some(error) = self.failure.get() {
            return Err(error);
        }
        let mut muxer = self.muxer.into_inner().unwrap_or_else(PoisonError::into_inner);
        if self.cancel.is_abandoned() || self.cancel.is_ending() && muxer.packets() == 0 {
            return Err(Error::Cancelled);
        }
        muxer.finish()?;
        Ok(Done {
            frames: self.frames.into_inner(),
            packets: muxer.packets(),
            damaged: self.damaged.into_inner() + muxer.refused(),
            repaired: self.repaired.into_inner() + muxer.repaired(),
            steady_allocations: self.steady_allocations.into_inner(),
            warnings: self.warnings.into_inner().unwrap_or_else(PoisonError::into_inner),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A muxer whose call panicked is in FFmpeg's hands and as good as before; the rest is plain data.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
