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
