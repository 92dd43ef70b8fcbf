//! Starting threads.
//!
//! A thread of the standard library allocates a little while it starts, before the first line of its work. So a
//! render starts every thread before the first frame, and starting one waits until its work has begun.

use crate::Error;
use crate::queue::bounded;
use std::thread::{Builder, JoinHandle, Scope};

/// Starts a thread and waits until it runs `work`.
///
/// # Errors
/// [`Error::Temporary`] if the system has no thread left.
pub(crate) fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    work: impl FnOnce() + Send + 'scope,
) -> Result<(), Error> {
    let (running, has_started) = bounded(1);
    let work = move || {
        // The receiver waits below; should it be gone, nobody minds.
        let _ = running.send(());
        drop(running);
        work();
    };
    let started = Builder::new().name(name.to_owned()).spawn_scoped(scope, work);
    started.map_err(|error| Error::Temporary { what: "another thread", reason: error.to_string() })?;
    has_started.receive();
    Ok(())
}

/// Starts a thread that belongs to a value, which joins it, and waits until it runs `work`.
///
/// # Errors
/// [`Error::Temporary`] if the system has no thread left.
pub(crate) fn detached(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let (running, has_started) = bounded(1);
    let work = move || {
        let _ = running.send(());
        drop(running);
        work();
    };
    let started = Builder::new().name(name.to_owned()).spawn(work);
    let thread = started.map_err(|error| Error::Temporary { what: "another thread", reason: error.to_string() })?;
    has_started.receive();
    Ok(thread)
}
