//! Audio and video processing with preallocated buffers: what is previewed in the browser is what the server ships.
//!
//! This crate is the front door; everything in it lives elsewhere and is named here.
//!
//! - [`scene`]: scene files and their composition, without I/O.
//! - [`video`]: pixel formats, frames, conversion, resizing, blending. [`audio`]: log-mel features, resampling.
//! - [`pool`]: preallocated objects that come back by themselves. [`memory`]: the allocator that proves it,
//!   and a monitor of all that over time.
#![cfg_attr(feature = "ffmpeg", doc = "- [`ffmpeg`]: native media, and the rendering of scenes to files.")]
#![cfg_attr(
    not(feature = "ffmpeg"),
    doc = "- `ffmpeg` (a feature): native media, and the rendering of scenes to files."
)]

pub use millpond_core::{Error, Rational, audio, memory, pool, video};
#[cfg(feature = "ffmpeg")]
pub use millpond_ffmpeg as ffmpeg;
pub use millpond_scene as scene;

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
