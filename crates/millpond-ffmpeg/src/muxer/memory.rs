//! A file in memory, to write to and to take the bytes out of.

use std::io::{Cursor, Result, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file in memory; clones are the same file. Give a clone to
/// [`Muxer::to_seekable`](crate::Muxer::to_seekable) and take the bytes when it has finished.
#[derive(Clone, Debug, Default)]
pub struct MemoryFile(Arc<Mutex<Cursor<Vec<u8>>>>);

impl MemoryFile {
    /// An empty one.
    pub fn new() -> MemoryFile {
        MemoryFile::default()
    }

    /// Takes the bytes; the file is empty then.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.lock()).into_inner()
    }

    fn lock(&self) -> MutexGuard<'_, Cursor<Vec<u8>>> {
        // A cursor has no state between calls that a panic could break.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for MemoryFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.lock().seek(to)
    }
}
