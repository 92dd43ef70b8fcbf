//! Filter graphs: whatever libavfilter can do with pictures and sound, in and out of pools.
//!
//! A [`FilterGraph`] is made of FFmpeg's own description (`yadif,scale=640:-2,fps=30`). What goes through a scene is never
//! filtered by it: scenes are composed by our own kernels, which give the same bits in the browser.
//!
//! ```no_run
//! use millpond_ffmpeg::{Access, Cancel, Clip, DecoderConfig, FilterConfig, FilterGraph, FilterInput, Flow, Place};
//! use millpond_core::Rational;
//!
//! let place = Place::file("interlaced.ts".as_ref())?;
//! // The graph holds some pictures while it looks back and ahead.
//! let config = DecoderConfig { held: 8, ..DecoderConfig::default() };
//! let mut clip = Clip::open(&place, &Access::default(), &Cancel::new(), config)?;
//! let input = FilterInput::Video { time_base: clip.info().time_scale.recip(), frame_rate: None, pixel_aspect: (1, 1) };
//! let mut graph = FilterGraph::new("bwdif,scale=-2:360", &[input], FilterConfig::default());
//! graph.open()?;
//!
//! let mut filtered = None;
//! while let Some(picture) = clip.read()? {
//!     // Taken, because everything that was ready was taken out before.
//!     let _ = graph.send_video(0, &picture.frame)?;
//!     while graph.receive_video(0, &mut filtered)? == Flow::Done {
//!         println!("{filtered:?}");
//!     }
//! }
//! graph.send_end(0)?;
//! while graph.receive_video(0, &mut filtered)? == Flow::Done {}
//!
//! // Loudness by EBU R 128; 48 kHz stereo comes out whatever the filter works at.
//! let input = FilterInput::Audio { rate_hz: 44_100, channels: 2 };
//! let mut loudness = FilterGraph::new("loudnorm=I=-16,aformat=sample_rates=48000", &[input], FilterConfig::default());
//! loudness.open()?;
//! let silence = [0.0; 1024];
//! let _ = loudness.send_audio(0, &[&silence, &silence], None)?;
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # Inputs and outputs
//!
//! A description with one open input and one open output is the usual case; both have the index 0. Others are numbered in the
//! order in which their filters stand in the description, whatever their labels say: in `[a][b]overlay,split[x][y]` input 0 is
//! what is overlaid, output 0 is `x`. A description without inputs (`testsrc2=duration=5`) makes its own.
//!
//! Sending and receiving answer with [`Flow`](crate::Flow), as decoders do. [`Flow::Full`](crate::Flow::Full) from one input
//! while others are hungry means that it is their turn; so no input runs ahead of the rest by more than the filters want.
//! Pictures come with times in ticks of [`time_base`](FilterGraph::time_base), which filters such as `fps` choose.
//!
//! The graph is made when the first picture shows what comes in, and made anew when size, pixel format, range or matrix
//! change: first it gives everything that it holds, so nothing is lost. Filters begin anew then.
//!
//! Pixel formats that have no counterpart here are converted by libswscale on the way out, sound to planar f32 by
//! libswresample; that is also how to scale and resample with them (`format=`, `scale=`, `aresample=`).
//!
//! # When is a picture copied?
//!
//! | step | copies |
//! |---|---|
//! | [`VideoFrame`](crate::VideoFrame) → graph | none: the graph refers to its slot; a filter that draws into a picture that others refer to copies it first |
//! | from filter to filter | as the filter does it, into memory that libavfilter keeps for reuse |
//! | graph → `Option<VideoFrame>`, of a picture that the filters only passed on, dropped, doubled, cropped or gave another time | none: it lies in the slot that it came in with |
//! | graph → `Option<VideoFrame>`, of a picture that a filter made | one, from libavfilter's memory, which cannot be brought from outside, into a slot; counted in [`copies`](FilterStats::copies) |
//! | graph → a frame or view of the caller's | one, counted |
//! | sound | one in, one out |
//!
//! # Untrusted descriptions
//!
//! A description can read and write files and open addresses (`movie=`, `metadata=file=`): never make one of text that others
//! wrote.

mod config;
mod graph;
mod ports;

pub use config::{FilterConfig, FilterInput, FilterStats};
pub use graph::FilterGraph;
