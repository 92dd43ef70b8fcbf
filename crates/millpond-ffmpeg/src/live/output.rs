//! Sending to a live receiver, which may die: RTMP, SRT, HTTP, UDP.
//!
//! Each write keeps to the deadline of [`LiveConfig::read`]. A receiver that is lost is an error worth a retry, or by option
//! is connected to again: meanwhile packets are dropped and counted rather than kept, so that what is sent stays live, and
//! after it pictures begin with a key frame. Only the attempts to connect block, each at most [`LiveConfig::open`].

use super::config::LiveConfig;
use super::watch::Watch;
use crate::{Access, Cancel, Error, Muxer, MuxerConfig, Packet, Place};
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

/// What keeps sending to a live receiver.
pub(crate) struct Receiver {
    place: Place,
    protocols: String,
    container: MuxerConfig,
    config: LiveConfig,
    watch: Arc<Watch>,
    stats: LiveOutputStats,
    /// The connection broke, or could not be made again.
    lost: Option<Lost>,
    /// Pictures are dropped until a key frame.
    wants_key: bool,
}

struct Lost {
    attempts: u32,
    next: Instant,
    why: Error,
}

impl Receiver {
    /// Connects to the receiver, as often as the configuration allows.
    pub(crate) fn connect(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        container: &MuxerConfig,
        config: &LiveConfig,
    ) -> Result<(Receiver, Muxer), Error> {
        let mut container = container.clone();
        if config.listen && place.protocol() == Some("srt") {
            container.options.push(("mode".to_owned(), "listener".to_owned()));
        }
        let mut receiver = Receiver {
            place: place.clone(),
            protocols: access.lists(place).0,
            container,
            config: config.clone(),
            watch: Arc::new(Watch::new(cancel)),
            stats: LiveOutputStats::default(),
            lost: None,
            wants_key: false,
        };
        let mut attempt = 0;
        loop {
            match receiver.dial() {
                Ok(muxer) => return Ok((receiver, muxer)),
                Err(error) if attempt == config.reconnect.attempts || !error.is_temporary() => return Err(error),
                Err(_) => attempt += 1,
            }
            if !receiver.watch.pause(config.reconnect.pause(attempt)) {
                return Err(Error::Cancelled);
            }
        }
    }

    /// What happened so far.
    pub(crate) fn stats(&self) -> LiveOutputStats {
        self.stats
    }

    /// Lets the connection say goodbye, for a moment.
    pub(crate) fn say_goodbye(&self) {
        self.watch.close_within(GOODBYE);
    }

    /// Connects once.
    fn dial(&mut self) -> Result<Muxer, Error> {
        self.watch.reopen();
        let asked = Arc::clone(&self.watch);
        let muxer = self.within("opening", self.config.open, |receiver| {
            Muxer::at(&receiver.place, &receiver.protocols, &receiver.container, move || asked.must_stop())
        })?;
        self.stats.connections += 1;
        Ok(muxer)
    }

    /// Does something with the connection within a deadline.
    pub(crate) fn within<T>(
        &mut self,
        what: &'static str,
        limit: Duration,
        call: impl FnOnce(&mut Receiver) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.watch.arm(limit);
        let done = call(self).map_err(|error| self.failure(error, what, limit));
        self.watch.disarm();
        done
    }

    /// What a failed call means for a receiver.
    fn failure(&self, error: Error, what: &'static str, limit: Duration) -> Error {
        match error {
            Error::Output { .. } if self.watch.is_ending() => Error::Cancelled,
            Error::Output { .. } if self.watch.has_fired() || self.watch.has_passed() => {
                Error::TimedOut { place: self.place.to_string(), what, limit }
            }
            Error::Output { place, reason } => Error::Disconnected { place, reason },
            error => error,
        }
    }

    /// Sends the header.
    pub(crate) fn open(&mut self, muxer: &mut Muxer) -> Result<(), Error> {
        self.within("opening", self.config.open, |_| muxer.open_now())
    }

    /// Sends a packet, or drops it if there is no connection.
    pub(crate) fn write(&mut self, muxer: &mut Muxer, stream: usize, packet: &mut Packet) -> Result<(), Error> {
        if !memory::opening(|| self.is_connected(muxer))? {
            return self.drop_packet(packet);
        }
        if self.wants_key && muxer.is_video(stream) {
            if !packet.is_key() {
                return self.drop_packet(packet);
            }
            self.wants_key = false;
        }
        match self.within("writing", self.config.read, |_| muxer.write_now(stream, packet)) {
            Err(why) if self.config.reconnect.attempts > 0 && why.is_temporary() => {
                // So that the receiver is rid of it before it is asked to take another.
                self.say_goodbye();
                muxer.hang_up();
                self.lost = Some(Lost { attempts: 0, next: Instant::now() + self.config.reconnect.pause(1), why });
                self.drop_packet(packet)
            }
            written => written,
        }
    }

    fn drop_packet(&mut self, packet: &mut Packet) -> Result<(), Error> {
        packet.clear();
        self.stats.dropped += 1;
        Ok(())
    }

    /// Whether there is a connection; makes it again if it is time to.
    fn is_connected(&mut self, muxer: &mut Muxer) -> Result<bool, Error> {
        let Some(lost) = &mut self.lost else { return Ok(true) };
        if Instant::now() < lost.next {
            return Ok(false);
        }
        lost.attempts += 1;
        let attempts = lost.attempts;
        let again = self.dial().and_then(|other| self.within("opening", self.config.open, |_| muxer.go_on_in(other)));
        match again {
            Ok(()) => {
                (self.lost, self.wants_key) = (None, true);
                Ok(true)
            }
            Err(why) if attempts >= self.config.reconnect.attempts || !why.is_temporary() => Err(why),
            Err(why) => {
                let next = Instant::now() + self.config.reconnect.pause(attempts + 1);
                self.lost = Some(Lost { attempts, next, why });
                Ok(false)
            }
        }
    }

    /// Sends what the muxer holds.
    pub(crate) fn flush(&mut self, muxer: &mut Muxer) -> Result<(), Error> {
        if self.lost.is_some() {
            return Ok(());
        }
        self.within("writing", self.config.read, |_| muxer.flush_now())
    }

    /// Sends what is left. A receiver that was lost and did not come back is an error.
    pub(crate) fn finish(&mut self, muxer: &mut Muxer) -> Result<(), Error> {
        if let Some(lost) = self.lost.take() {
            return Err(lost.why);
        }
        self.watch.close_within(self.config.read);
        let finished = muxer.end_now();
        finished.map_err(|error| self.failure(error, "writing", self.config.read))
    }
}
