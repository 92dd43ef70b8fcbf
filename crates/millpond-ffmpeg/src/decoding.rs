//! How pictures are decoded, where their pixels lie, and when they are copied. This module holds no items.
//!
//! Three ways in, each made of the one below it:
//!
//! - [`render`](crate::render()) shows a whole scene.
//! - [`Clip`](crate::Clip) gives the pictures of a file one after the other, each with its time, and seeks to a key frame
//!   or to the frame.
//! - [`Demuxer`](crate::Demuxer) gives packets, of a file or of a [reader](crate::Demuxer::from_seekable) of yours, and
//!   [`VideoDecoder`](crate::VideoDecoder) turns them into pictures, call by call.
//!
//! ```no_run
//! use millpond_core::video::{Frame, FrameLayout, PixelFormat};
//! use millpond_ffmpeg::{Access, Cancel, DecoderConfig, Demuxer, Flow, Packet, VideoDecoder};
//!
//! # fn upload() -> std::io::Cursor<Vec<u8>> { std::io::Cursor::new(Vec::new()) }
//! let mut demuxer = Demuxer::from_seekable("upload", upload(), &Access::default(), &Cancel::new())?;
//! let stream = demuxer.video()?;
//! // Two pictures are held at a time; the pool has room for them.
//! let config = DecoderConfig { held: 2, ..DecoderConfig::default() };
//! let mut decoder = VideoDecoder::new(&stream, config);
//! decoder.open()?;
//!
//! let (mut packet, mut shown, mut before) = (Packet::new(), None, None);
//! while demuxer.read_into(&mut packet)? == Flow::Done {
//!     if packet.stream() == stream.index() && decoder.decode_into(&packet, &mut shown)? != Flow::NeedMore {
//!         // A handle on the slot that the codec wrote into: no pixel was copied.
//!         before = shown.take();
//!     }
//! }
//! // What the decoder still held, into memory of one's own: one copy each.
//! let mut own = Frame::new(FrameLayout::packed(PixelFormat::I420, 1280, 720)?);
//! while decoder.flush_into(&mut own)? == Flow::Done {}
//! println!("{before:?}, {} copies", decoder.stats().copies);
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # States
//!
//! created → opened → streaming → draining → closed ([`State`](crate::State)). A call that the state does not allow is
//! [`Error::WrongState`](crate::Error::WrongState), names both, and changes nothing. After a seek, or to decode anew,
//! [`flush`](crate::VideoDecoder::flush) leads back to opened. Dropping is fine in every state.
//!
//! # When is a frame copied?
//!
//! | step | copies | counted in |
//! |---|---|---|
//! | codec → slot: H.264, HEVC, VP8, VP9, MPEG-1/2/4, MJPEG, ProRes, FFV1, PNG, GIF and every other that takes our memory | none | [`in_place`](crate::DecoderStats::in_place) |
//! | codec → slot: AV1 by libdav1d, raw video | one | [`copies`](crate::DecoderStats::copies) |
//! | codec on a [device](crate::hw) → slot | one, from the device | [`downloads`](crate::DecoderStats::downloads) |
//! | codec → slot: four bytes a pixel of which one is unused (`rgb0`, `bgr0`), because its alpha becomes 255 | one | [`copies`](crate::DecoderStats::copies) |
//! | decoder → `Option<VideoFrame>`, a queue, another thread | none | |
//! | decoder → a [`Frame`](millpond_core::video::Frame) or view of the caller's | one | [`copies`](crate::DecoderStats::copies) |
//! | through a [filter graph](crate::filter) | none if the filters only pass it on, else one | [`copies`](crate::FilterStats::copies) |
//! | picture of a render that is the whole canvas, 1:1 and opaque → hash, encoder | none | |
//! | the same with layers over it, which are drawn onto it: nobody else refers to it and no later frame shows it | none | |
//! | the same otherwise: the codec still predicts from it | one | the monitor's pool `canvas` |
//! | any other picture → canvas of a render: composing writes the canvas, where it changed | it is the composition | |
//! | I420 canvas of even size → encoder of a render | none | |
//! | RGBA canvas, or one of odd size → encoder of a render | one, with the conversion | |
//!
//! # The pool
//!
//! Its slots suffice for the codec's reference frames, the picture that is written, one for each further thread, and those
//! that the caller [holds](crate::DecoderConfig::held); a slot takes memory from when it was first written. If more are
//! held than was said, [`when_empty`](crate::DecoderConfig::when_empty) decides. Pictures of another size or format come
//! from a new pool; the old one is freed when its last picture comes back.
//!
//! Decoders of one process can take their slots from the same memory: [`SharedFrames`](crate::SharedFrames).
//!
//! Reference frames stay in use by the decoder after they came out, so a [`VideoFrame`](crate::VideoFrame) can be read, and
//! [written](crate::VideoFrame::view_mut) only once it is the last reference. Packets lie on FFmpeg's heap: its demuxers allocate them and take no memory from outside.
