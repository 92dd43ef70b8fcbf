//! Decoding, encoding and filtering on a device: a GPU, or what else FFmpeg can use.
//!
//! [`HwDevice::open`] opens a device. A [`VideoDecoder`](crate::VideoDecoder) or [`Clip`](crate::Clip) takes it in its
//! [`DecoderConfig`](crate::DecoderConfig::device), a [`VideoEncoder`](crate::VideoEncoder) in its
//! [configuration](crate::VideoEncoderConfig::device), a [`FilterGraph`](crate::FilterGraph) in
//! [its own](crate::FilterConfig::device). Several may share one. `millpond devices` shows what opens on a machine, and why
//! the rest does not.
//!
//! ```no_run
//! use millpond_ffmpeg::{Access, Cancel, Clip, DecoderConfig, HwDevice, HwKind, Place};
//!
//! let device = HwDevice::open(HwKind::Auto).inspect_err(|error| eprintln!("in software: {error}")).ok();
//! let config = DecoderConfig { device, threads: 1, ..DecoderConfig::default() };
//! let place = Place::file("clip.mp4".as_ref())?;
//! let mut clip = Clip::open(&place, &Access::default(), &Cancel::new(), config)?;
//! while let Some(picture) = clip.read()? {
//!     // Where this picture really came from: `None` is software.
//!     println!("{}: {:?} in {:?}", picture.tick, picture.frame.view().format(), picture.frame.device());
//! }
//! if let Some(reason) = clip.fallback() {
//!     println!("in software, because {reason}");
//! }
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # Decoding
//!
//! A picture is decoded on the device, copied into a slot of the decoder's pool, and counted in
//! [`downloads`](crate::DecoderStats::downloads). Its pixel format is the one that it has on the device if that can be
//! copied, else the first that the device offers and that has a counterpart here; most devices give NV12 and P010 where
//! software gives I420 and I420P10. Because each picture is copied as soon as it comes out, one surface is asked for besides
//! those that the codec needs, whatever the caller [holds](crate::DecoderConfig::held).
//!
//! Software steps in, and [`fallback`](crate::VideoDecoder::fallback) says why,
//!
//! - when the decoder opens, if this FFmpeg cannot decode the codec on such a device;
//! - at the first picture, or where profile, size or format change, if the device does not take the stream;
//! - at any picture, if the device fails: what was sent since the last key frame that came out is decoded again, what came
//!   out before is left out, and the caller sees every picture once. Streams without presentation times and groups of
//!   over 1,024 pictures go on at the next key frame instead; what lies between is counted as
//!   [damaged](crate::DecoderStats::damaged).
//!
//! Then it stays with software until it is opened anew. [`VideoDecoder::device`](crate::VideoDecoder::device) and
//! [`VideoFrame::device`](crate::VideoFrame::device) go by the pictures themselves and not by what was asked for. If no
//! device opens at all, [`HwDevice::open`] says so, and `None` in the configuration is software.
//!
//! # Encoding
//!
//! For a codec named in the configuration (`h264`), the device's encoders of this FFmpeg (`h264_nvenc`, `h264_vaapi`) are tried
//! before those in software; [`refused`](crate::VideoEncoder::refused) has the reasons of those that did not open, and
//! [`VideoEncoder::device`](crate::VideoEncoder::device) says which kind did. An option that one of them does not know
//! (`crf`) counts as a reason. Encoders that take pictures on the device alone have each copied there. An encoder that fails
//! later is an error: its stream has begun.
//!
//! # What was tried
//!
//! | | |
//! |---|---|
//! | tested on every change | opening and refusal of all kinds; pictures to Vulkan (Mesa's lavapipe) and OpenCL (pocl) and back, exact, alone and in filter graphs; refusal of a stream, by FFmpeg's real negotiation; failures at any picture, on a device that holds pictures and has them decoded in software |
//! | compiled, **not tested** for want of hardware | decoding on CUDA, VAAPI, Vulkan, QSV, VideoToolbox and D3D11VA; every encoder on a device |

mod device;
mod fallback;
mod kind;
#[cfg(test)]
mod pretence;
#[cfg(test)]
mod tests;

pub use device::{HwDevice, HwInfo};
pub(crate) use fallback::Codec;
pub use kind::HwKind;
