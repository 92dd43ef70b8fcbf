//! Media that does not lie in a file: readers and writers of the caller's, and bytes in memory. This module holds no items.
//!
//! | what there is to read | call | what can be read |
//! |---|---|---|
//! | anything that is [`Read`](std::io::Read) | [`Demuxer::from_reader`](crate::Demuxer::from_reader) | formats that are read from front to end: Matroska, transport streams, FLV, MP4 with its index at the front, … |
//! | anything that is [`Read`](std::io::Read) and [`Seek`](std::io::Seek) | [`Demuxer::from_seekable`](crate::Demuxer::from_seekable) | all, with seeking |
//! | bytes in memory | the same, through [`std::io::Cursor`] | all, with seeking |
//!
//! | what there is to write to | call | what is written |
//! |---|---|---|
//! | anything that is [`Write`](std::io::Write) | [`Muxer::to_writer`](crate::Muxer::to_writer) | every container from front to end, MP4 in fragments |
//! | anything that is [`Write`](std::io::Write) and [`Seek`](std::io::Seek) | [`Muxer::to_seekable`](crate::Muxer::to_seekable) | every container, sizes and index filled in at the end |
//! | memory | the same, with a [`MemoryFile`](crate::MemoryFile) | the same |
//!
//! ```
//! use millpond_ffmpeg::{Access, Cancel, Demuxer, Flow, Packet};
//! use std::io::Cursor;
//!
//! // Half a second of silence as it comes from an upload: a wave file in memory.
//! let mut wave = Vec::from(*b"RIFF\xa4\x3e\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
//! wave.extend(8000_u32.to_le_bytes());
//! wave.resize(wave.len() + 8000, 0);
//!
//! let mut demuxer = Demuxer::from_seekable("upload", Cursor::new(wave), &Access::default(), &Cancel::new())?;
//! let (mut packet, mut bytes) = (Packet::new(), 0);
//! while demuxer.read_into(&mut packet)? == Flow::Done {
//!     bytes += packet.data().len();
//! }
//! assert_eq!(bytes, 8000);
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # What can go wrong in a reader or writer
//!
//! A writer's errors and panics come back as [`Error::Output`](crate::Error::Output), in the same way as those of a reader:
//! FFmpeg reads 32 KiB at a time. Errors and panics of the reader stop at the border to C and come back from the call that
//! needed the bytes, as [`Error::Reader`](crate::Error::Reader) (`E_READER`) with the reader's own words. After that it is
//! not called again. One that says it read more than fits, or went elsewhere than it was sent, counts as failed. One that
//! lies about its length, or gives other bytes than it should, gives a damaged file: packets are skipped and counted, and
//! reading ends. An [`Interrupted`](std::io::ErrorKind::Interrupted) read is tried again.
//!
//! What the bytes may ask for and name is bounded as for files: see [`untrusted`](crate::untrusted).
//!
//! # What a deadline can do with a reader that blocks
//!
//! Nothing can be done about a call that does not return: Rust code cannot be interrupted from outside.
//! [`Cancel`](crate::Cancel) is asked before each call of the reader, so it ends what reads on and on and not what waits
//! in a single read. A source that may fall silent therefore needs a time limit of its own, and the error it then gives is
//! the error that the demuxer's call returns. Sockets have one:
//!
//! ```
//! use millpond_ffmpeg::{Access, Cancel, Demuxer};
//! use std::net::{TcpListener, TcpStream};
//! use std::time::Duration;
//!
//! // Somebody who takes the connection and never says a word.
//! let silent = TcpListener::bind("127.0.0.1:0")?;
//!
//! let stream = TcpStream::connect(silent.local_addr()?)?;
//! stream.set_read_timeout(Some(Duration::from_millis(50)))?;
//! let refused = Demuxer::from_reader("camera", stream, &Access::default(), &Cancel::new());
//! assert_eq!(refused.err().map(|error| error.code()), Some("E_READER"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! For a source without one, let a thread of its own read, and read here from the channel that it fills, with
//! [`recv_timeout`](std::sync::mpsc::Receiver::recv_timeout). The thread that is stuck stays stuck, and nobody waits for it.
