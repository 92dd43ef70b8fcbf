//! Media from a reader of the caller's instead of a file, and to a writer.
//!
//! FFmpeg reads and writes through a buffer of 32 KiB. Errors and panics of reader and writer stop here: they are noted,
//! FFmpeg sees a failed call, and the demuxer's call gives them back as [`Error::Reader`](crate::Error::Reader), the muxer's
//! as [`Error::Output`](crate::Error::Output). After that they are not called again. One that says it read or wrote more
//! than there was, or went elsewhere than it was sent, counts as failed.
//!
//! A reader that blocks cannot be interrupted: [`Cancel`] is asked before each call of it. [`custom_io`](crate::custom_io)
//! tells what can be done.

use crate::Cancel;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// What went wrong with a reader or writer of the caller's, if anything did.
#[derive(Clone, Default)]
pub(crate) struct Fault(Arc<Mutex<Option<String>>>);

impl Fault {
    /// The first thing that went wrong.
    pub(crate) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, reason: impl ToString) -> io::Error {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reason.to_string());
        io::Error::from(io::ErrorKind::Other)
    }
}

/// Keeps the caller's errors and panics away from C.
pub(crate) struct Guarded<T> {
    inner: T,
    fault: Fault,
    cancel: Cancel,
}

impl<T> Guarded<T> {
    pub(crate) fn new(inner: T, cancel: &Cancel) -> (Guarded<T>, Fault) {
        let fault = Fault::default();
        (Guarded { inner, fault: fault.clone(), cancel: cancel.clone() }, fault)
    }

    fn call<R>(&mut self, call: impl FnOnce(&mut T) -> io::Result<R>) -> io::Result<R> {
        if self.cancel.is_abandoned() || self.fault.get().is_some() {
            return Err(io::Error::from(io::ErrorKind::Other));
        }
        let inner = &mut self.inner;
        match catch_unwind(AssertUnwindSafe(|| call(inner))) {
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Ok(Err(error)) => Err(self.fault.note(error)),
            Ok(done) => done,
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
                Err(self.fault.note(format!("it panicked: {}", text.unwrap_or("no message"))))
            }
        }
    }
}

impl<T: Read> Read for Guarded<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.call(|reader| reader.read(buffer))? {
            read if read > buffer.len() => {
                Err(self.fault.note(format!("it says that it read {read} bytes into {}", buffer.len())))
            }
            read => Ok(read),
        }
    }
}

impl<T: Write> Write for Guarded<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.call(|writer| writer.write(bytes))? {
            0 if !bytes.is_empty() => Err(self.fault.note("it takes no more bytes")),
            written if written > bytes.len() => {
                Err(self.fault.note(format!("it says that it wrote {written} of {} bytes", bytes.len())))
            }
            written => Ok(written),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.call(Write::flush)
    }
}

impl<T: Seek> Seek for Guarded<T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match (self.call(|inner| inner.seek(to))?, to) {
            (went, SeekFrom::Start(asked)) if went != asked => {
                Err(self.fault.note(format!("it was sent to byte {asked} and says that it went to {went}")))
            }
            (went, _) => Ok(went),
        }
    }
}
