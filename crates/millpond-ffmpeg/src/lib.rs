#![deny(unsafe_code)]
//! Native media for millpond: FFmpeg demuxes, decodes, encodes and muxes; buffers, pixels and the scene are ours.
//!
//! - [`render`](render()) renders a scene to a file, [`frame_at`] one frame of it.
//! - [`Clip`] reads the pictures of a file, [`Sound`] its PCM, [`probe`](probe()) says what is in it.
//! - [`Access`] decides what may be opened: local files inside the scene's folder unless the caller allows more.
//!
//! No type of FFmpeg or its bindings appears in the public API.

mod aside;
mod cancel;
mod clip;
mod encoder;
mod error;
mod input;
mod mono;
mod muxer;
mod pixels;
mod place;
mod probe;
mod queue;
mod render;
mod sound;
#[allow(unsafe_code, reason = "the one place that calls C")]
mod sys;
mod threads;
mod video_decoder;

pub use aside::AsideFile;
pub use cancel::Cancel;
pub use clip::{Clip, ClipPicture};
pub use error::Error;
pub use mono::decode_mono;
pub use place::{Access, Place};
pub use probe::{MediaInfo, PictureInfo, SoundInfo, StreamInfo, matrix_name, probe, range_name};
pub use render::{Event, RenderOptions, RenderReport, WARM_UP_FRAMES, Warning, frame_at, render};
pub use sound::{MAX_CHANNELS, Sound, SoundFormat};
