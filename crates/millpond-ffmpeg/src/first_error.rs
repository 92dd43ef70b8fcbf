//! The first error of threads that work together.

use crate::{Cancel, Error};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why they all end.
#[derive(Default)]
pub(crate) struct FirstError(Mutex<Option<Error>>);

impl FirstError {
    /// Keeps the first error and ends everybody. Those who end because others did have nothing to say.
    pub(crate) fn keep(&self, error: Error, cancel: &Cancel) {
        let mut first = self.lock();
        if first.is_none() && !matches!(error, Error::Cancelled) {
            *first = Some(error);
        }
        drop(first);
        cancel.abandon();
    }

    /// The error, if there was one.
    pub(crate) fn get(&self) -> Option<Error> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
