//! Where a track's muxer writes: one file after the other, cut by the track.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A writer whose file is changed from outside while a muxer holds it. Clones write to the same file.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    file: Option<File>,
    bytes: u64,
}

impl Sink {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is written from now on goes to this file, or nowhere. Returns the one before and the bytes that it got.
    pub(crate) fn turn_to(&self, file: Option<File>) -> (Option<File>, u64) {
        self.turn_back((file, 0))
    }

    /// Goes on with a file that was written to before.
    pub(crate) fn turn_back(&self, (file, bytes): (Option<File>, u64)) -> (Option<File>, u64) {
        let mut state = self.lock();
        (std::mem::replace(&mut state.file, file), std::mem::replace(&mut state.bytes, bytes))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.lock();
        let Some(file) = &mut state.file else { return Ok(bytes.len()) };
        let written = file.write(bytes)?;
        state.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
