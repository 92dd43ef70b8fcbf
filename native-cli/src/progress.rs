//! The progress of a render: a line on stderr if that is a terminal, events on stdout with `--json`.
//!
//! Nothing here allocates once the render runs, because the figure of heap allocations covers everything: lines are
//! formatted into an array and written at once.

use crate::line::Line;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Shows how far a render has come.
pub(crate) struct Progress {
    target: Target,
    frames: u64,
    started: Instant,
    shown: Instant,
    is_drawn: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Nobody,
    Person,
    Program,
}

/// Cells of the bar.
const CELLS: u64 = 30;

impl Progress {
    pub(crate) fn new(json: bool) -> Progress {
        let target = match (json, io::stderr().is_terminal()) {
            (true, _) => Target::Program,
            (false, true) => Target::Person,
            (false, false) => Target::Nobody,
        };
        Progress { target, frames: 0, started: Instant::now(), shown: Instant::now(), is_drawn: false }
    }

    /// The first frame is about to be composed.
    pub(crate) fn start(&mut self, frames: u64) {
        (self.frames, self.started) = (frames, Instant::now());
        // Also makes stdout's buffer, which is allocated at its first use.
        self.show(0);
    }

    /// So many frames were composed.
    pub(crate) fn frame(&mut self, done: u64) {
        let interval = match self.target {
            Target::Nobody => return,
            Target::Person => Duration::from_millis(100),
            Target::Program => Duration::from_millis(500),
        };
        if done == self.frames || self.shown.elapsed() >= interval {
            self.show(done);
        }
    }

    /// Clears the line, so that something else can be written.
    pub(crate) fn pause(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }

    /// The render is over.
    pub(crate) fn end(&mut self) {
        self.pause();
    }

    fn show(&mut self, done: u64) {
        self.shown = Instant::now();
        let elapsed = self.started.elapsed().as_secs_f64();
        let fps = if elapsed > 0.0 { done as f64 / elapsed } else { 0.0 };
        let left = if fps > 0.0 { self.frames.saturating_sub(done) as f64 / fps } else { 0.0 };
        let mut line = Line::default();
        // Progress that cannot be shown is no reason to fail, and a line that is too long is cut.
        let _ = match self.target {
            Target::Nobody => return,
            Target::Person => {
                self.is_drawn = true;
                self.person(&mut line, done, fps, left)
            }
            Target::Program => {
                let frames = self.frames;
                writeln!(
                    line,
                    r#"{{"event":"progress","frame":{done},"frames":{frames},"fps":{fps:.2},"left_s":{left:.2}}}"#
                )
            }
        };
        let _ = match self.target {
            Target::Program => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(line.bytes()).and_then(|()| stdout.flush())
            }
            _ => io::stderr().write_all(line.bytes()),
        };
    }

    fn person(&self, line: &mut Line, done: u64, fps: f64, left: f64) -> io::Result<()> {
        let of = |whole: u64| done.min(self.frames).saturating_mul(whole) / self.frames.max(1);
        line.write_all(b"\r[")?;
        for cell in 0..CELLS {
            line.write_all(if cell < of(CELLS) { b"#" } else { b"-" })?;
        }
        let (minutes, seconds) = ((left / 60.0) as u64, (left % 60.0) as u64);
        write!(line, "] {:3} % {fps:7.1} fps {minutes}:{seconds:02} left\x1b[K", of(100))
    }
}
