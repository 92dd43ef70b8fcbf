//! Reading pipes, sockets and terminals that may be silent: FFmpeg's own reading of them cannot be interrupted.
//!
//! The system says when there is something to read, so no read blocks. A named pipe is opened without waiting for its
//! writer.

use super::watch::Watch;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// The reading end of a pipe, or anything else that the system can wait for.
pub(crate) struct PipeReader {
    file: File,
    watch: Arc<Watch>,
    /// Somebody wrote; before that, a pipe without a writer has not ended.
    has_begun: bool,
}

impl PipeReader {
    /// Opens a named pipe.
    pub(crate) fn open(path: &Path, watch: &Arc<Watch>) -> io::Result<PipeReader> {
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = File::options().read(true).custom_flags(flags).open(path)?;
        Ok(PipeReader { file, watch: Arc::clone(watch), has_begun: false })
    }

    /// Reads standard input.
    pub(crate) fn standard_input(watch: &Arc<Watch>) -> io::Result<PipeReader> {
        let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        Ok(PipeReader { file, watch: Arc::clone(watch), has_begun: true })
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        /// How soon a deadline or a cancellation is seen.
        const SLICE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        loop {
            if self.watch.must_stop() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let mut waiting = [PollFd::new(&self.file, PollFlags::IN)];
            match poll(&mut waiting, Some(&SLICE)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) if !self.has_begun => std::thread::sleep(std::time::Duration::from_millis(20)),
                Ok(read) => {
                    self.has_begun = true;
                    return Ok(read);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
