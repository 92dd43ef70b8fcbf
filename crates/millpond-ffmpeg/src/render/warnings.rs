//! What a render has to say besides its result.

use crate::Place;
use millpond_core::memory;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that did not stop a render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A stable code such as `W_DAMAGED`.
    pub code: &'static str,
    /// What happened, and where.
    pub message: String,
}

/// Warnings of all threads, waiting to be shown.
#[derive(Clone, Default)]
pub(crate) struct Warnings(Arc<Mutex<Vec<Warning>>>);

impl Warnings {
    /// Notes a warning; what that allocates counts as opening.
    pub(crate) fn add(&self, code: &'static str, message: impl FnOnce() -> String) {
        memory::opening(|| {
            let warning = Warning { code, message: message() };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
        });
    }

    /// Notes packets that could not be decoded.
    pub(crate) fn damaged(&self, place: &Place, count: u64) {
        self.add("W_DAMAGED", || format!("{count} damaged packets or pictures: {place}"));
    }

    /// Takes the oldest warning.
    pub(crate) fn take(&self) -> Option<Warning> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() { None } else { Some(waiting.remove(0)) }
    }
}
