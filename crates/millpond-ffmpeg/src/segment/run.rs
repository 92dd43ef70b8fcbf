//! What the threads of a segmenter share: the flag that ends them, the first error, and what they counted.

use crate::first_error::FirstError;
use crate::{Cancel, Error};
use std::sync::atomic::AtomicU64;

/// Shared by all threads.
pub(crate) struct Run {
    pub(crate) cancel: Cancel,
    failure: FirstError,
    /// Pictures decoded.
    pub(crate) pictures: AtomicU64,
    /// Pictures and packets that were damaged.
    pub(crate) damaged: AtomicU64,
    /// Pictures and packets left out because their time was not behind the one before.
    pub(crate) skipped: AtomicU64,
    /// Pictures that were shown again to bridge a gap.
    pub(crate) repeated: AtomicU64,
}

impl Run {
    pub(crate) fn new(cancel: &Cancel) -> Run {
        Run {
            cancel: cancel.inner(),
            failure: FirstError::default(),
            pictures: AtomicU64::new(0),
            damaged: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
        }
    }

    /// Runs a thread's work; if it fails, everybody ends.
    pub(crate) fn stage(&self, work: impl FnOnce() -> Result<(), Error>) {
        if let Err(error) = work() {
            self.fail(error);
        }
    }

    /// Keeps the first error and ends everybody. Those who end because others did have nothing to say.
    pub(crate) fn fail(&self, error: Error) {
        self.failure.keep(error, &self.cancel);
    }

    /// The first error.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.failure.get()
    }
}
