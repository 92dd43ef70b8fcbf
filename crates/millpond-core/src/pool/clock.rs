//! The one clock of this crate: for deadlines, for the time spent waiting and for how long a guard has been out. In the
//! browser there is none (nothing waits there), and every duration is zero.

use std::time::{Duration, Instant};

/// A point in time, if there is a clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(Option<Instant>);

impl Moment {
    pub(super) fn now() -> Moment {
        // `Instant::now` panics where there is no clock.
        Moment((!cfg!(all(target_arch = "wasm32", target_os = "unknown"))).then(Instant::now))
    }

    pub(super) fn elapsed(self) -> Duration {
        self.0.map_or(Duration::ZERO, |start| start.elapsed())
    }
}
