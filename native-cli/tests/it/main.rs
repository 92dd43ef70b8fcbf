//! The command from outside: the built binary on real and generated media.
//!
//! Media are made by the `ffmpeg` command into `target/test-media`; the sample clips come from `target/media`, where the
//! project's set-up puts them. A test whose media are missing fails and says so.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod cancelling;
mod common;
mod devices;
mod failures;
mod frames;
mod inputs;
mod json;
mod live;
mod mel;
mod memory;
mod paths;
mod probing;
mod remuxing;
mod rendering;
mod segmenting;
mod sound;
mod transcoding;
