//! Ctrl-C and the system's polite requests to end: the first ends a render with what there is, the second leaves nothing.

use crate::failure::Failure;
use millpond::ffmpeg::{Cancel, Error};
use std::fmt::Display;

/// Presses `cancel` at each request from now on. Returns when the thread that waits for them runs, because starting one
/// allocates.
#[cfg(unix)]
pub(crate) fn listen(cancel: &Cancel) -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::sync::{Arc, Barrier};

    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(temporary)?;
    let cancel = cancel.clone();
    let running = Arc::new(Barrier::new(2));
    let has_started = Arc::clone(&running);
    let wait = move || {
        running.wait();
        signals.forever().for_each(|_| cancel.press());
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(temporary)?;
    has_started.wait();
    Ok(())
}

/// Presses `cancel` at each request from now on.
#[cfg(not(unix))]
pub(crate) fn listen(cancel: &Cancel) -> Result<(), Failure> {
    let cancel = cancel.clone();
    Ok(ctrlc::set_handler(move || cancel.press()).map_err(temporary)?)
}

fn temporary(error: impl Display) -> Error {
    Error::Temporary { what: "waiting for Ctrl-C", reason: error.to_string() }
}
