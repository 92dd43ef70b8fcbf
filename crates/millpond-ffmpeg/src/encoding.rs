//! How pictures and sound are encoded and written to a container. This module holds no items.
//!
//! [`VideoEncoder`](crate::VideoEncoder) and [`AudioEncoder`](crate::AudioEncoder) turn pictures and samples into packets,
//! [`Muxer`](crate::Muxer) puts packets of encoders, or of a [`Demuxer`](crate::Demuxer), into a container.
//!
//! ```
//! use millpond_core::Rational;
//! use millpond_core::pool::PoolConfig;
//! use millpond_core::video::{FrameLayout, FramePool, PixelFormat};
//! use millpond_ffmpeg::{
//!     Container, Flow, MemoryFile, Muxer, MuxerConfig, Packet, VideoEncoder, VideoEncoderConfig, VideoFrame,
//! };
//!
//! let mut encoder = VideoEncoder::new(VideoEncoderConfig {
//!     codecs: vec!["libx264".into(), "mjpeg".into()], // the first that is there
//!     crf: Some(23.0),
//!     preset: Some("veryfast".into()),
//!     ..VideoEncoderConfig::new("", 320, 180, Rational::from_integer(25))
//! });
//! encoder.open()?;
//!
//! let file = MemoryFile::new();
//! let mut muxer = Muxer::to_seekable("clip", file.clone(), &MuxerConfig::new(Container::Mp4))?;
//! let stream = muxer.add_encoder(&encoder)?;
//! muxer.open()?;
//!
//! let pool = FramePool::frames(FrameLayout::aligned(PixelFormat::I420, 320, 180)?, PoolConfig::fixed(2))?;
//! let mut packet = Packet::new();
//! for n in 0..50 {
//!     let mut picture = pool.acquire()?;
//!     picture.view_mut().plane_mut(0).row_mut(0).fill(n as u8);
//!     // By reference: the slot comes home when the encoder is done with it.
//!     let flow = encoder.send(&VideoFrame::from(picture), n)?;
//!     assert_eq!(flow, Flow::Done); // there is always room once all packets were received
//!     while encoder.receive(&mut packet)? == Flow::Done {
//!         muxer.write(stream, &mut packet)?;
//!     }
//! }
//! encoder.send_end()?;
//! while encoder.receive(&mut packet)? == Flow::Done {
//!     muxer.write(stream, &mut packet)?;
//! }
//! muxer.finish()?;
//! assert_eq!(&file.take()[4..8], b"ftyp");
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # States
//!
//! Encoders: created → opened → streaming → draining → closed ([`State`](crate::State)); a closed one can be opened anew.
//! Muxers: created, while streams are added → opened, once the header is written → streaming → closed. A call that the
//! state does not allow is [`Error::WrongState`](crate::Error::WrongState), names both, and changes nothing. Dropping is fine
//! in every state: an encoder gives back the pictures it refers to, and a file that was not finished does not appear.
//!
//! # Codecs and options
//!
//! A codec is named as FFmpeg names the encoder (`libx264`) or the codec (`h264`), and several names are a list of
//! preference: the first that this FFmpeg has and that takes all settings is used, and
//! [`refused`](crate::VideoEncoder::refused) says why those before it were not. An option that an encoder does not have, or a
//! value that it does not take, is an error with names that look like it; nothing is ignored in silence.
//!
//! | codec | encoders | pixel or sample formats taken as they are |
//! |---|---|---|
//! | `h264` | libx264 | I420, I422, I444, NV12, I420P10, I422P10, I444P10, grey |
//! | `hevc`, `h265` | libx265 | I420, I422, I444, the same with ten bits, grey |
//! | `vp9` | libvpx-vp9 | I420, I422, I444, I420A, the first three with ten bits |
//! | `av1` | libsvtav1, libaom-av1, librav1e | I420, I420P10 |
//! | `mjpeg` | mjpeg | I420, I422, I444 of full range |
//! | `png` | png | RGB24, RGBA, grey |
//! | `prores` | prores_ks | I422P10, I444P10 |
//! | `aac`, `opus`, `mp3`, `flac`, `pcm_s16le` and other PCM | aac, libopus, libmp3lame, flac, pcm_… | planar f32, converted to what the encoder takes |
//!
//! # When is a picture copied?
//!
//! Not on its way to the encoder: it gets a reference to the slot. What happens then is the codec's affair. libx264,
//! libx265, libvpx and the AV1 encoders copy into memory of their own and let go at once; PNG, MJPEG and ProRes keep the
//! slot while one of their threads works on it, and FFmpeg's own encoders with B-frames until they encoded it. A pool that
//! feeds those needs so many frames more.
//!
//! # Containers
//!
//! Encoders put their headers beside the packets, as MP4 and Matroska want it. For containers that have no place for them
//! (transport streams, bare H.264) the muxer puts them before each key frame, so the packets of one encoder can go to several
//! muxers ([`Packet::share`](crate::Packet::share)). Other differences of framing are bridged by FFmpeg's own bitstream
//! filters. Decoding times that do not rise are moved and [counted](crate::Muxer::repaired).
//!
//! A muxer writes a file that appears when it is whole ([`to_file`](crate::Muxer::to_file)), or to any
//! [writer](crate::Muxer::to_writer), [seekable writer](crate::Muxer::to_seekable), [memory](crate::MemoryFile) or
//! [address](crate::Muxer::to_address) of an allowed protocol.
