//! Live sources: RTMP, RTSP, SRT, HTTP, UDP, pipes. This module holds no items.

mod backlog;
mod buffers;
pub(crate) mod config;
mod connection;
pub(crate) mod input;
pub(crate) mod output;
#[cfg(unix)]
mod pipe;
mod protocol;
pub(crate) mod put;
pub(crate) mod session;
pub(crate) mod stats;
mod timeline;
mod watch;

/// Whether a file is one that may be silent.
pub(crate) fn is_pipe(path: &std::path::Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = std::fs::metadata(path).map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device() || kind.is_socket())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
