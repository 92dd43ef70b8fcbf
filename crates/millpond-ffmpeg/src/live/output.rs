//! Sending to a live receiver, which may die: RTMP, SRT, HTTP, UDP.
//!
//! Each write keeps to the deadline of [`LiveConfig::read`]. A receiver that is lost is an error worth a retry, or by option
//! is connected to again: meanwhile packets are dropped and counted rather than kept, so that what is sent stays live, and
//! after it pictures begin with a key frame. Only the attempts to connect block, each at most [`LiveConfig::open`].

use super::config::LiveConfig;
use super::protocol;
use super::watch::Watch;
use crate::{Access, Cancel, Container, Error, Muxer, MuxerConfig, Packet, Place};
use millpond_core::memory;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest that closing a connection may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// What happened on a live receiver so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveOutputStats {
    /// Times that it was connected to; all but the first were reconnections.
    pub connections: u64,
    /// Packets that were taken while there was no connection, before the first key frame after it, or when it broke.
    pub dropped: u64,
}

/// A container that is sent to a live receiver while it is made.
///
/// ```no_run
/// use millpond_ffmpeg::{Access, Cancel, Demuxer, Flow, LiveConfig, LiveOutput, MuxerConfig, Packet, Place, Reconnect};
///
/// let access = Access { protocols: vec!["rtmp".into()], ..Access::default() };
/// let mut demuxer = Demuxer::open(&Place::file("clip.mp4".as_ref())?, &Access::default(), &Cancel::new())?;
/// let place = access.argument("rtmp://server.example/live/key".as_ref())?;
/// let config = LiveConfig { reconnect: Reconnect { attempts: 20, ..Reconnect::default() }, ..LiveConfig::default() };
/// let mut output = LiveOutput::connect(&place, &access, &Cancel::new(), &MuxerConfig::default(), &config)?;
/// let video = output.muxer().add_copy(&demuxer, demuxer.video()?.index())?;
/// output.open()?;
/// let mut packet = Packet::new();
/// while demuxer.read_into(&mut packet)? == Flow::Done {
///     if packet.stream() == demuxer.video()?.index() {
///         output.write(video, &mut packet)?;
///     }
/// }
/// output.finish()?;
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct LiveOutput {
    muxer: Muxer,
    place: Place,
    protocols: String,
    container: MuxerConfig,
    config: LiveConfig,
    watch: Arc<Watch>,
    stats: LiveOutputStats,
    /// The connection broke, or could not be made again: attempts so far, when the next is due, and why.
    lost: Option<(u32, Instant, Error)>,
    /// Pictures are dropped until a key frame.
    wants_key: bool,
}

impl LiveOutput {
    /// Connects to the receiver. Without a container in `container` RTMP gets FLV, SRT and UDP a transport stream, others
    /// what the name says. Streams are added to [`muxer`](Self::muxer). Allocates.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Disconnected`] when the attempts are used up; those of [`Muxer::to_address`].
    pub fn connect(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        container: &MuxerConfig,
        config: &LiveConfig,
    ) -> Result<LiveOutput, Error> {
        let watch = Arc::new(Watch::new(cancel));
        let mut container = container.clone();
        let protocol = place.protocol().unwrap_or("file");
        container.container = container.container.or(match protocol {
            "srt" | "udp" => Some(Container::MpegTs),
            protocol if protocol.starts_with("rtmp") => Some(Container::Flv),
            _ => None,
        });
        let protocols = protocol::allowed(access);
        if config.listen && protocol == "srt" {
            container.options.push(("mode".to_owned(), "listener".to_owned()));
        }
        let mut attempt = 0;
        let muxer = loop {
            match open(place, &protocols, &container, config, &watch) {
                Ok(muxer) => break muxer,
                Err(error) if attempt == config.reconnect.attempts || !error.is_temporary() => return Err(error),
                Err(_) => attempt += 1,
            }
            if !watch.pause(config.reconnect.pause(attempt)) {
                return Err(Error::Cancelled);
            }
        };
        Ok(LiveOutput {
            muxer,
            place: place.clone(),
            protocols,
            container,
            config: config.clone(),
            watch,
            stats: LiveOutputStats { connections: 1, dropped: 0 },
            lost: None,
            wants_key: false,
        })
    }

    /// What is sent, to add streams and say things about it.
    pub fn muxer(&mut self) -> &mut Muxer {
        &mut self.muxer
    }

    /// Sends the header.
    ///
    /// # Errors
    /// Those of [`Muxer::open`]; [`Error::TimedOut`], [`Error::Disconnected`].
    pub fn open(&mut self) -> Result<(), Error> {
        self.watch.arm(self.config.open);
        let opened = self.muxer.open();
        let opened = opened.map_err(|error| failure(&self.place, error, &self.watch, "opening", self.config.open));
        self.watch.disarm();
        opened
    }

    /// Sends a packet of stream `stream`, and leaves `packet` empty.
    ///
    /// # Errors
    /// Those of [`Muxer::write`]; [`Error::TimedOut`] and [`Error::Disconnected`] if the receiver is lost and not, or not any
    /// more, to be connected to again; [`Error::Cancelled`].
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a reconnection, which counts as
    /// [opening](millpond_core::memory::opening). Blocks while the receiver does, at most for the deadline.
    pub fn write(&mut self, stream: usize, packet: &mut Packet) -> Result<(), Error> {
        if self.lost.is_some() && !memory::opening(|| self.try_again())? {
            self.drop_packet(packet);
            return Ok(());
        }
        if self.wants_key && self.muxer.is_video(stream) {
            if !packet.is_key() {
                self.drop_packet(packet);
                return Ok(());
            }
            self.wants_key = false;
        }
        self.watch.arm(self.config.read);
        let written = self.muxer.write(stream, packet);
        let written = written.map_err(|error| failure(&self.place, error, &self.watch, "writing", self.config.read));
        self.watch.disarm();
        match written {
            Err(error) if self.config.reconnect.attempts > 0 && error.is_temporary() => {
                self.drop_packet(packet);
                // So that the receiver is rid of it before it is asked to take another.
                self.watch.close_within(GOODBYE);
                self.muxer.hang_up();
                self.lost = Some((0, Instant::now() + self.config.reconnect.pause(1), error));
                Ok(())
            }
            written => written,
        }
    }

    fn drop_packet(&mut self, packet: &mut Packet) {
        packet.clear();
        self.stats.dropped += 1;
    }

    /// Connects again if it is time to; whether there is a connection.
    fn try_again(&mut self) -> Result<bool, Error> {
        let Some((attempts, due, _)) = &mut self.lost else { return Ok(true) };
        if Instant::now() < *due {
            return Ok(false);
        }
        *attempts += 1;
        let attempts = *attempts;
        let again = open(&self.place, &self.protocols, &self.container, &self.config, &self.watch);
        let again = again.and_then(|muxer| {
            self.watch.arm(self.config.open);
            let opened = self.muxer.go_on_in(muxer);
            opened.map_err(|error| failure(&self.place, error, &self.watch, "opening", self.config.open))
        });
        self.watch.disarm();
        match again {
            Ok(()) => {
                self.lost = None;
                self.wants_key = true;
                self.stats.connections += 1;
                Ok(true)
            }
            Err(error) if attempts >= self.config.reconnect.attempts || !error.is_temporary() => Err(error),
            Err(error) => {
                self.lost = Some((attempts, Instant::now() + self.config.reconnect.pause(attempts + 1), error));
                Ok(false)
            }
        }
    }

    /// Sends what is left and says goodbye.
    ///
    /// # Errors
    /// Those of [`Muxer::finish`]; [`Error::TimedOut`] and [`Error::Disconnected`], also if the receiver was lost and did
    /// not come back before the end.
    pub fn finish(&mut self) -> Result<(), Error> {
        if let Some((_, _, error)) = self.lost.take() {
            return Err(error);
        }
        self.watch.close_within(self.config.read);
        let finished = self.muxer.finish();
        finished.map_err(|error| failure(&self.place, error, &self.watch, "writing", self.config.read))
    }

    /// What happened so far.
    pub fn stats(&self) -> LiveOutputStats {
        self.stats
    }
}

impl Drop for LiveOutput {
    /// Closes the connection, which may take half a second.
    fn drop(&mut self) {
        self.watch.close_within(GOODBYE);
    }
}

/// Opens the receiver once.
fn open(
    place: &Place,
    protocols: &str,
    container: &MuxerConfig,
    config: &LiveConfig,
    watch: &Arc<Watch>,
) -> Result<Muxer, Error> {
    watch.reopen();
    watch.arm(config.open);
    let asked = Arc::clone(watch);
    let opened = Muxer::at(place, protocols, container, move || asked.must_stop());
    let opened = opened.map_err(|error| failure(place, error, watch, "opening", config.open));
    watch.disarm();
    opened
}

/// What a failed call means for a receiver.
fn failure(place: &Place, error: Error, watch: &Watch, what: &'static str, limit: Duration) -> Error {
    match error {
        Error::Output { .. } if watch.is_ending() => Error::Cancelled,
        Error::Output { .. } if watch.has_fired() || watch.has_passed() => {
            Error::TimedOut { place: place.to_string(), what, limit }
        }
        Error::Output { place, reason } => Error::Disconnected { place, reason },
        error => error,
    }
}
