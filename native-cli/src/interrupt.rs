//! Ctrl-C and the system's polite requests to end.

use crate::failure::Failure;
use millpond::ffmpeg::Error;
use std::fmt::Display;

/// Calls `asked` at each request from now on. Returns when the thread that waits for them runs, because starting one
/// allocates.
#[cfg(unix)]
pub(crate) fn listen(asked: impl Fn() + Send + 'static) -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::sync::{Arc, Barrier};

    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(temporary)?;
    let running = Arc::new(Barrier::new(2));
    let has_started = Arc::clone(&running);
    let wait = move || {
        running.wait();
        signals.forever().for_each(|_| asked());
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(temporary)?;
    has_started.wait();
    Ok(())
}

/// Calls `asked` at each request from now on.
#[cfg(not(unix))]
pub(crate) fn listen(asked: impl Fn() + Send + 'static) -> Result<(), Failure> {
    Ok(ctrlc::set_handler(asked).map_err(temporary)?)
}

fn temporary(error: impl Display) -> Error {
    Error::Temporary { what: "waiting for Ctrl-C", reason: error.to_string() }
}
