//! A line that is formatted into an array, so that writing one does not allocate. What does not fit is an error.

use std::io::{self, Write};

/// A line of up to 256 bytes.
pub(crate) struct Line {
    buffer: [u8; 256],
    length: usize,
}

impl Default for Line {
    fn default() -> Self {
        Line { buffer: [0; 256], length: 0 }
    }
}

impl Line {
    /// What was written.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = (&mut self.buffer[self.length..]).write(bytes)?;
        self.length += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
