//! Live sources and receivers: RTMP, RTSP, SRT, HTTP, UDP, pipes. This module holds no items.
//!
//! A live source may be silent, break, come back as another, and does not wait.
//! [`Demuxer::open_live`](crate::Demuxer::open_live) reads one like a file, within deadlines;
//! [`LiveInput`](crate::LiveInput) does so on a thread of its own, with a queue for a slow reader;
//! [`Muxer::to_live`](crate::Muxer::to_live) sends to a receiver, and [`http_put`](crate::http_put) puts whole files.
//! [`LiveConfig`](crate::LiveConfig) has the deadlines. Protocols must be allowed by name in [`Access`](crate::Access);
//! what comes from the network cannot name local files.
//!
//! ```no_run
//! use millpond_ffmpeg::{Access, Cancel, Demuxer, Flow, LiveConfig, Packet, Reconnect};
//! use std::time::Duration;
//!
//! let access = Access { protocols: vec!["rtsp".into()], ..Access::default() };
//! let camera = access.argument("rtsp://user:password@camera.example/main".as_ref())?;
//! let reconnect = Reconnect { attempts: 60, ..Reconnect::default() };
//! let config = LiveConfig { read: Duration::from_secs(5), reconnect, ..LiveConfig::default() };
//! let mut demuxer = Demuxer::open_live(&camera, &access, &Cancel::new(), &config)?;
//! let mut packet = Packet::new();
//! while demuxer.read_into(&mut packet)? == Flow::Done {
//!     println!("{camera}: stream {} at {:?}", packet.stream(), packet.dts());
//! }
//! # Ok::<(), millpond_ffmpeg::Error>(())
//! ```
//!
//! # What is supported
//!
//! | | source | waits for a publisher (`listen`) | receiver |
//! |---|---|---|---|
//! | RTMP | yes | yes | yes, FLV |
//! | RTSP | over TCP or UDP | yes | no |
//! | SRT | yes | yes | yes, transport stream; may be waited for |
//! | HTTP | yes | yes, one who posts | a stream (FFmpeg posts it), whole files by PUT |
//! | UDP, TCP | yes | UDP always | yes |
//! | pipes, standard input | yes | | [`Muxer::to_file`](crate::Muxer::to_file) |
//!
//! A protocol that this FFmpeg was built without is [`Error::UnsupportedFormat`](crate::Error::UnsupportedFormat).
//! Sources over TLS (`rtmps`, `https`) go the same way and are not tested.
//!
//! # What a deadline can do, and what it cannot
//!
//! FFmpeg asks while it waits for the network whether it must stop, several times a second: connecting, handshakes,
//! reading and writing end shortly after their deadline, or after a cancellation.
//! [`Cancel::finish`](crate::Cancel::finish) ends reading in order, with what came; while nothing is open yet it is
//! [`Error::Cancelled`](crate::Error::Cancelled).
//!
//! - Opening has one deadline for everything: connecting, waiting for a publisher, finding the streams. It also bounds
//!   the wait for the first packet that can be decoded, from when the source is open.
//! - Reading has one for each packet: the longest silence. Bytes that do not make a packet do not extend it.
//! - While a full queue holds the source back nothing runs out.
//! - **Looking up a name cannot be interrupted**: the system's resolver has its own timeout. Give addresses in numbers
//!   where that matters.
//! - **A reader or writer of the caller's that blocks cannot be interrupted**
//!   ([`Demuxer::from_reader`](crate::Demuxer::from_reader)): cancellation is seen before its next call. Pipes and
//!   standard input opened here can be; that they are waited for with `poll` is only done on Unix.
//! - Dropping tells the other side goodbye, for at most half a second, and not at all after
//!   [`Cancel::abandon`](crate::Cancel::abandon).
//!
//! # When a source is lost
//!
//! Silence is [`Error::TimedOut`](crate::Error::TimedOut), a broken or refused connection
//! [`Error::Disconnected`](crate::Error::Disconnected): exit code 75. With [`Reconnect`](crate::Reconnect) it is opened
//! again, with pauses that double; a packet that comes through makes the count of attempts begin anew.
//!
//! What ends in order ends reading. RTMP knows no end but that of the connection: a publisher who was killed looks like
//! one who has finished. Of HTTP a stream whose length was not told also ends with its connection. nginx's RTMP server
//! keeps its players when their publisher is gone: the deadline finds out. `after_end` opens the source again after an
//! end.
//!
//! Streams keep their numbers and time bases over a reconnection, and the time goes on as much later as the source was
//! away. If one of them has another codec now, reading is [`Error::StreamsChanged`](crate::Error::StreamsChanged) once.
//!
//! # Times, key frames, sizes
//!
//! Jumps of the publisher's clock are closed, for all streams alike, and counters of 32 or 33 bits may end; both are
//! counted. A gap counts as a jump from ten seconds on, unless as much time has passed on the clock. Packets of
//! pictures before the first key frame are dropped and counted. A change of the picture's size is seen in the bitstream
//! without decoding it ([`LiveStats::changes`](crate::LiveStats::changes),
//! [`Received::Changed`](crate::Received::Changed)); decoders follow it by themselves.
//!
//! # Memory
//!
//! [`LiveInput`](crate::LiveInput) moves each packet into a buffer of a pool that is made when it opens; queue and pool
//! have the bounds of [`QueueConfig`](crate::QueueConfig), and nothing is allocated on the Rust heap per packet. What
//! FFmpeg itself keeps while it finds the streams is bounded by its `probesize`, 5 MB.
//! [`Demuxer::open_live`](crate::Demuxer::open_live) leaves packets where FFmpeg put them.
//!
//! # Secrets
//!
//! Errors, `Debug` and reports show addresses without user names, passwords, stream keys of RTMP and the values of
//! queries. FFmpeg's own log is off.

mod backlog;
mod buffers;
pub(crate) mod config;
mod connection;
pub(crate) mod input;
pub(crate) mod output;
#[cfg(unix)]
mod pipe;
mod protocol;
pub(crate) mod put;
pub(crate) mod session;
pub(crate) mod stats;
mod timeline;
mod watch;

/// Whether a file is one that may be silent.
pub(crate) fn is_pipe(path: &std::path::Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = std::fs::metadata(path).map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device() || kind.is_socket())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
