//! Native media for millpond: FFmpeg demuxes, decodes, encodes and muxes; buffers, pixels and the scene are ours.
//!
//! - [`render`](render()) renders a scene to a file, [`frame_at`] one frame of it.
//! - [`Clip`] reads the pictures of a file, [`Sound`] its PCM, [`probe`](probe()) says what is in it.
//! - [`Demuxer`], [`VideoDecoder`] and [`AudioDecoder`] give packets, pictures and sound call by call; [`decoding`] tells
//!   where pixels lie and when they are copied. [`custom_io`] reads from readers of yours.
//! - [`VideoEncoder`], [`AudioEncoder`] and [`Muxer`] are the way back; [`encoding`] tells about codecs and containers.
//! - [`remux`](remux()) puts the streams of a file into another container.
//! - [`Segmenter`] makes HLS and DASH of a source; [`segment`] tells how.
//! - [`transcode`](transcode()) decodes a file and encodes it anew.
//! - [`HwDevice`] opens a GPU or the like for decoding, encoding and filters; [`hw`] tells when software steps in.
//! - [`FilterGraph`] runs FFmpeg's filters; [`filter`] tells when a picture is copied.
//! - [`Sampler`] watches memory while that happens.
//! - [`Access`] decides what may be opened: local files inside the scene's folder unless the caller allows more; its
//!   [`Limits`] say how much a file may ask for. [`untrusted`] tells what that protects from.
//!
//! No type of FFmpeg or its bindings appears in the public API.
//!
//! ```no_run
//! use millpond_ffmpeg::{Event, RenderOptions, render};
//! use millpond_scene::Scene;
//!
//! let scene = Scene::from_json(&std::fs::read_to_string("demo/scene.json")?)?;
//! let options = RenderOptions { folder: "demo".into(), output: Some("out.mp4".into()), ..RenderOptions::default() };
//! let report = render(&scene, &options, &mut |event| {
//!     if let Event::Frame { index, .. } = event {
//!         println!("frame {index}");
//!     }
//!     Ok(())
//! })?;
//! println!("{} frames in {:.1} s", report.frames, report.wall_s);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unsafe_code)]

mod aside;
mod audio_decoder;
mod cancel;
mod clip;
mod container;
pub mod custom_io;
mod cut;
pub mod decoding;
mod demuxer;
mod encoder;
pub mod encoding;
mod error;
pub mod filter;
mod first_error;
mod flow;
pub mod hw;
mod limits;
pub mod live;
mod monitor;
mod mono;
mod muxer;
mod options;
mod packet;
mod pixels;
mod place;
mod probe;
mod queue;
mod reader;
mod redact;
mod remux;
mod render;
pub mod segment;
mod shared_frames;
mod sound;
mod streams;
#[allow(unsafe_code, reason = "the one place that calls C")]
mod sys;
mod threads;
mod transcode;
pub mod untrusted;
mod video_decoder;
mod video_frame;

pub use aside::AsideFile;
pub use audio_decoder::{AudioDecoder, MAX_CHANNELS, SoundBlock};
pub use cancel::Cancel;
pub use clip::{Clip, ClipPicture};
pub use container::Container;
pub use demuxer::Demuxer;
pub use encoder::{AudioEncoder, AudioEncoderConfig, Encoder, VideoEncoder, VideoEncoderConfig};
pub use error::Error;
pub use filter::{FilterConfig, FilterGraph, FilterInput, FilterStats};
pub use flow::{Flow, State};
pub use hw::{HwDevice, HwInfo, HwKind};
pub use limits::{Limit, Limits, limit_allocations};
pub use live::config::{LiveConfig, QueueConfig, Reconnect, Transport, WhenFull};
pub use live::input::{LiveInput, Received};
pub use live::output::LiveOutputStats;
pub use live::put::http_put;
pub use live::stats::LiveStats;
pub use monitor::{Sampler, SharedMonitor};
pub use mono::{MonoSound, decode_mono};
pub use muxer::{MemoryFile, Muxer, MuxerConfig};
pub use packet::Packet;
pub use place::{Access, Place};
pub use probe::{MediaInfo, PictureInfo, SoundInfo, StreamInfo, matrix_name, probe, range_name};
pub use remux::{RemuxOptions, RemuxReport, remux};
pub use render::{Event, RenderOptions, RenderReport, StageTime, WARM_UP_FRAMES, Warning, frame_at, render};
pub use segment::{
    PlaylistKind, Rendition, Rung, SegmentFormat, SegmentOptions, SegmentReport, Segmenter, suggest_ladder,
};
pub use shared_frames::SharedFrames;
pub use sound::{Sound, SoundFormat};
pub use streams::{AudioStream, Timing, VideoStream};
pub use transcode::{TranscodeOptions, TranscodeProgress, TranscodeReport, Treatment, transcode};
pub use video_decoder::{DecoderConfig, DecoderStats, VideoDecoder};
pub use video_frame::{Destination, FieldOrder, VideoFrame};
