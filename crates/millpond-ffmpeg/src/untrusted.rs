//! Opening media of unknown origin. This module holds no items.
//!
//! A media file is a program for a large interpreter written in C, and a playlist is a list of places to read. What
//! protects from both is on unless it is switched off:
//!
//! | what a file may try | what stands against it | error |
//! |---|---|---|
//! | to be a playlist that names other files or addresses | only containers that hold their media are recognised, by an allow-list | [`FormatRefused`](crate::Error::FormatRefused) |
//! | to make FFmpeg use other protocols | only `file` is known, or what [`Access::protocols`](crate::Access::protocols) names | [`ProtocolRefused`](crate::Error::ProtocolRefused), [`MediaBroken`](crate::Error::MediaBroken) |
//! | from the network, to read local files | `file` is not known there unless it is named | [`MediaBroken`](crate::Error::MediaBroken) |
//! | to leave the folder of its scene | paths are resolved, links followed | [`PathEscapes`](crate::Error::PathEscapes) |
//! | to declare huge pictures, or to grow in mid-stream | [`Limits::pixels`](crate::Limits::pixels) | `E_LIMIT_PIXELS` |
//! | to declare thousands of streams | [`Limits::streams`](crate::Limits::streams) | `E_LIMIT_STREAMS` |
//! | to last for years | [`Limits::duration`](crate::Limits::duration); packets behind it count as damaged | `E_LIMIT_DURATION` |
//! | to keep a decoder busy for nothing | [`Limits::barren_packets`](crate::Limits::barren_packets) | `E_LIMIT_BARREN_PACKETS` |
//! | to have its parameters searched for without end | [`Limits::probe_bytes`](crate::Limits::probe_bytes) | |
//! | to make FFmpeg take a large piece of memory | [`limit_allocations`](crate::limit_allocations), for the whole process | `E_LIMIT_ALLOCATION` |
//!
//! Errors say which limit it was and both numbers; the commands end with code 3.
//!
//! ```
//! use millpond_ffmpeg::{Access, Cancel, Demuxer, Limits, limit_allocations};
//! use std::time::Duration;
//!
//! // A service that takes clips of at most ten minutes in 4K.
//! limit_allocations(256 << 20);
//! let limits = Limits { pixels: 4096 * 2304, streams: 8, duration: Duration::from_secs(600), ..Limits::default() };
//! let access = Access { limits, ..Access::default() };
//!
//! // An upload that is a playlist in truth.
//! let upload = std::io::Cursor::new("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://10.0.0.1/admin\n");
//! let refused = Demuxer::from_seekable("upload", upload, &access, &Cancel::new());
//! assert_eq!(refused.err().map(|error| error.code()), Some("E_FORMAT_REFUSED"));
//! ```
//!
//! # What damage does
//!
//! Packets and pictures that cannot be decoded are skipped and counted ([`DecoderStats::damaged`](crate::DecoderStats),
//! [`Demuxer::damaged`](crate::Demuxer::damaged)); a picture that the decoder had to guess parts of
//! [says so](crate::VideoFrame::is_damaged). A file that yields nothing at all is
//! [`MediaBroken`](crate::Error::MediaBroken). Thousands of files with flipped bits, missing ends and zeroed ranges go
//! through opening, decoding and remuxing in `tests/faults.rs`.
//!
//! # What this does not do
//!
//! - It bounds no processor time: a file within all limits can still be slow. [`Cancel`](crate::Cancel) from another
//!   thread, or a process with a time limit, does.
//! - It bounds single allocations of FFmpeg's and pictures, not the memory of the process. Pictures of
//!   [`Limits::pixels`](crate::Limits::pixels) in every slot are the most that a decoder takes.
//! - FFmpeg is C. Who runs uploads of strangers runs them in a process without rights besides.
