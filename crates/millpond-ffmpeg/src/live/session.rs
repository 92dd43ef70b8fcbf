//! Reading a live source packet by packet: deadlines, joining at a key frame, one timeline, changes of the streams, and
//! opening the source again when it was lost.
//!
//! What the reader of the packets was told about the streams when the source was opened stays true: after a reconnection
//! each stream is found again by kind and codec, its packets get the index and time base that were told, and set-up data
//! that differs travels with its first packet, so decoders go on. If a stream cannot be found again the streams are told
//! anew, which is the error [`Error::StreamsChanged`], once.

use super::config::LiveConfig;
use super::connection::{Connection, connect, failure};
use super::stats::Counters;
use super::timeline::{Timeline, Times};
use super::watch::Watch;
use crate::streams::{ContainerTags, av_rational, time_base};
use crate::sys::SizeParser;
use crate::{Access, Cancel, Error, Flow, Packet, Place, sys};
use ffmpeg_next as ff;
use millpond_core::{Rational, memory};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest that saying goodbye to a server may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// What keeps a live source going.
pub(crate) struct Session {
    config: LiveConfig,
    access: Access,
    watch: Arc<Watch>,
    counters: Arc<Counters>,
    tracks: Vec<Track>,
    /// The track of each of the connection's streams.
    map: Vec<Option<usize>>,
    timeline: Timeline,
    began: Instant,
    /// Until when the first packet must have come that decoding can begin with.
    join_by: Option<Instant>,
    /// Attempts in a row that gave no packet.
    attempts: u32,
    is_lost: bool,
}

/// A stream as it was told.
struct Track {
    medium: ff::media::Type,
    codec: ff::codec::Id,
    time_base: Rational,
    extradata: Vec<u8>,
    /// Set-up data that the next packet must bring.
    is_extradata_due: bool,
    has_key: bool,
    parser: Option<SizeParser>,
    size: Option<(i32, i32)>,
    /// The size of the pictures was known when it was told.
    had_size: bool,
}

impl Track {
    fn new(stream: &ff::Stream<'_>) -> Track {
        let parameters = stream.parameters();
        let medium = parameters.medium();
        let is_video = medium == ff::media::Type::Video;
        Track {
            medium,
            codec: parameters.id(),
            time_base: time_base(stream).unwrap_or(Rational::new(1, 1000)),
            extradata: sys::extradata(&parameters),
            is_extradata_due: false,
            has_key: !is_video,
            parser: is_video.then(|| SizeParser::new(&parameters)).flatten(),
            size: None,
            had_size: sys::stream_numbers(stream).width > 0,
        }
    }

    fn is_media(&self) -> bool {
        matches!(self.medium, ff::media::Type::Video | ff::media::Type::Audio)
    }

    /// Whether a stream of a new connection can go on for this one.
    fn continues_as(&self, stream: &ff::Stream<'_>) -> bool {
        let parameters = stream.parameters();
        let has_same_form = self.extradata.is_empty() || !sys::extradata(&parameters).is_empty();
        parameters.medium() == self.medium && parameters.id() == self.codec && has_same_form
    }
}

/// How a read went.
enum Fetched {
    Packet,
    /// Somebody asked for the end.
    Ending,
    /// The source said that it is over.
    End,
    Lost(Error),
}

impl Session {
    /// Opens a source, as often as the configuration allows.
    pub(crate) fn open(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        config: &LiveConfig,
    ) -> Result<(Session, Connection), Error> {
        let mut session = Session {
            config: config.clone(),
            access: access.clone(),
            watch: Arc::new(Watch::new(cancel)),
            counters: Arc::default(),
            tracks: Vec::new(),
            map: Vec::new(),
            timeline: Timeline::new(std::iter::empty()),
            began: Instant::now(),
            join_by: None,
            attempts: 0,
            is_lost: false,
        };
        let connection = match session.connect(place) {
            Ok(connection) => connection,
            Err(error) => session.try_again(place, error)?,
        };
        session.tell(&connection.context);
        Ok((session, connection))
    }

    pub(crate) fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// The index by which a stream of the connection is told.
    pub(crate) fn told(&self, index: usize) -> usize {
        self.map.get(index).copied().flatten().unwrap_or(index)
    }

    /// Seconds of one tick of the packets of a stream of the connection.
    pub(crate) fn time_base(&self, index: usize) -> Option<Rational> {
        let told = self.map.get(index).copied().flatten()?;
        self.tracks.get(told).map(|track| track.time_base)
    }

    /// Begins a timeline of its own, after going elsewhere in a source that can be sought in.
    pub(crate) fn begin_anew(&mut self) {
        let mended = self.timeline.mended();
        self.timeline = Timeline::new(self.tracks.iter().map(|track| track.time_base));
        self.timeline.begin_with(mended);
    }

    /// Lets the connection say goodbye, for a moment.
    pub(crate) fn say_goodbye(&self) {
        self.watch.close_within(GOODBYE);
    }

    fn connect(&mut self, place: &Place) -> Result<Connection, Error> {
        let connected = connect(place, &self.access, &self.config, &self.watch);
        self.watch.disarm();
        match &connected {
            Ok(_) => {
                self.counters.connections.add(1);
                self.join_by = Instant::now().checked_add(self.config.open);
                self.is_lost = false;
            }
            Err(Error::Cancelled) => {}
            Err(error) => {
                self.counters.failed.add(1);
                self.counters.timeouts.add(u64::from(matches!(error, Error::TimedOut { .. })));
            }
        }
        connected
    }

    /// Opens the source again until it works, somebody asks for the end, or the attempts are used up: then the last error.
    fn try_again(&mut self, place: &Place, mut error: Error) -> Result<Connection, Error> {
        loop {
            let is_final =
                matches!(error, Error::Cancelled | Error::UnsupportedFormat { .. } | Error::LimitExceeded { .. });
            if is_final || self.attempts >= self.config.reconnect.attempts {
                return Err(error);
            }
            self.attempts += 1;
            if !self.watch.pause(self.config.reconnect.pause(self.attempts)) {
                return Err(Error::Cancelled);
            }
            match self.connect(place) {
                Ok(connection) => return Ok(connection),
                Err(again) => error = again,
            }
        }
    }

    /// Tells the streams of a connection, from now on under their own indices.
    fn tell(&mut self, context: &ff::format::context::Input) {
        self.tracks = context.streams().map(|stream| Track::new(&stream)).collect();
        self.map = (0..self.tracks.len()).map(Some).collect();
        self.begin_anew();
    }

    /// Finds the told streams among those of a new connection, and tells those that are new; whether all were found.
    fn find_again(&mut self, context: &ff::format::context::Input) -> bool {
        self.map = vec![None; context.nb_streams() as usize];
        let mut are_all = true;
        for (index, track) in self.tracks.iter_mut().enumerate() {
            let is_it = |stream: &ff::Stream<'_>| {
                self.map.get(stream.index()).is_some_and(Option::is_none) && track.continues_as(stream)
            };
            let Some(stream) = context.streams().find(is_it) else {
                are_all &= !track.is_media();
                continue;
            };
            self.map[stream.index()] = Some(index);
            track.has_key = track.medium != ff::media::Type::Video;
            track.is_extradata_due = sys::extradata(&stream.parameters()) != track.extradata;
        }
        self.tell_new(context);
        are_all
    }

    /// Tells the streams that were not told yet.
    fn tell_new(&mut self, context: &ff::format::context::Input) {
        self.map.resize(context.nb_streams() as usize, None);
        for stream in context.streams() {
            if let Some(told @ None) = self.map.get_mut(stream.index()) {
                *told = Some(self.tracks.len());
                let track = Track::new(&stream);
                self.counters.changes.add(u64::from(track.is_media()));
                self.timeline.add(track.time_base);
                self.tracks.push(track);
            }
        }
    }

    /// Reads the next packet that can be decoded; reconnects if it must. The context may be another one afterwards.
    pub(crate) fn read(
        &mut self,
        place: &Place,
        context: &mut ff::format::context::Input,
        tags: &mut Vec<ContainerTags>,
        packet: &mut Packet,
    ) -> Result<Flow, Error> {
        loop {
            if self.is_lost {
                // Opening that failed for good is not tried again.
                return Ok(Flow::Ended);
            }
            packet.clear();
            match self.fetch(place, context, packet) {
                Fetched::Packet if self.prepare(context, packet)? => return Ok(Flow::Done),
                Fetched::Packet if self.join_by.is_some_and(|limit| Instant::now() > limit) => {
                    let error = memory::opening(|| timed_out(place, "waiting for a key frame", self.config.open));
                    self.counters.timeouts.add(1);
                    self.reconnect(place, context, tags, error)?;
                }
                Fetched::Packet => {}
                Fetched::Ending => return Ok(Flow::Ended),
                Fetched::End => {
                    let reconnect = &self.config.reconnect;
                    if !reconnect.after_end || reconnect.attempts == 0 {
                        return Ok(Flow::Ended);
                    }
                    let ended = || Error::Disconnected { place: place.to_string(), reason: "it ended".to_owned() };
                    self.reconnect(place, context, tags, memory::opening(ended))?;
                }
                Fetched::Lost(error) => self.reconnect(place, context, tags, error)?,
            }
            if self.watch.is_ending() {
                return Ok(Flow::Ended);
            }
        }
    }

    fn reconnect(
        &mut self,
        place: &Place,
        context: &mut ff::format::context::Input,
        tags: &mut Vec<ContainerTags>,
        error: Error,
    ) -> Result<(), Error> {
        memory::opening(|| {
            self.is_lost = true;
            // Closed first: whoever listens wants the port back.
            self.say_goodbye();
            *context =
                sys::unopened().map_err(|error| Error::Temporary { what: "a context", reason: error.to_string() })?;
            let connection = match self.try_again(place, error) {
                Err(Error::Cancelled) => return Ok(()),
                connection => connection?,
            };
            let is_same = self.find_again(&connection.context);
            (*context, *tags) = (connection.context, connection.tags);
            self.timeline.reconnected();
            if is_same {
                return Ok(());
            }
            self.counters.changes.add(1);
            self.tell(context);
            let names: Vec<&str> = self.tracks.iter().map(|track| track.codec.name()).collect();
            Err(Error::StreamsChanged { place: place.to_string(), streams: names.join(", ") })
        })
    }

    /// Reads what comes next, within the deadline.
    fn fetch(&mut self, place: &Place, context: &mut ff::format::context::Input, packet: &mut Packet) -> Fetched {
        /// Damaged stretches in a row after which a source counts as lost.
        const PATIENCE: u32 = 64;
        self.watch.arm(self.config.read);
        let mut damaged = 0;
        let fetched = loop {
            if self.watch.is_ending() {
                break Fetched::Ending;
            }
            let error = match packet.raw_mut().read(context) {
                Ok(()) => break Fetched::Packet,
                Err(error) => error,
            };
            packet.clear();
            if self.watch.is_ending() {
                break Fetched::Ending;
            }
            let below = sys::source_error(context);
            if self.watch.has_fired() || self.watch.has_passed() {
                self.counters.timeouts.add(1);
                break Fetched::Lost(memory::opening(|| timed_out(place, "reading", self.config.read)));
            }
            const CUT: ff::Error = ff::Error::Other { errno: ff::error::EIO };
            match (error, below) {
                (ff::Error::Eof, None) => break Fetched::End,
                (ff::Error::Eof | CUT, None | Some(CUT)) if ends_with_connection(place, context) => break Fetched::End,
                (ff::Error::Other { errno: ff::error::EAGAIN }, _) => {}
                (ff::Error::InvalidData, None) if damaged < PATIENCE => {
                    damaged += 1;
                    self.counters.damaged.add(1);
                }
                (error, below) => {
                    // The text of what may be mended by a reconnection, and belongs to it.
                    break Fetched::Lost(memory::opening(|| {
                        failure(place, below.unwrap_or(error), &self.watch, &self.config)
                    }));
                }
            }
        };
        self.watch.disarm();
        fetched
    }

    /// Makes a packet what was told; whether it can be decoded.
    fn prepare(&mut self, context: &mut ff::format::context::Input, packet: &mut Packet) -> Result<bool, Error> {
        let from = packet.stream();
        if from >= self.map.len() {
            memory::opening(|| self.tell_new(context));
        }
        let Some(told) = self.map.get(from).copied().flatten() else { return Ok(false) };
        let Some(track) = self.tracks.get_mut(told) else { return Ok(false) };
        if !track.has_key && !packet.is_key() {
            self.counters.before_key.add(1);
            return Ok(false);
        }
        track.has_key = true;
        sys::mend_duration(context, packet.raw_mut());
        sys::fill_duration(context, packet.raw_mut());
        let now = context.stream(from).as_ref().and_then(time_base);
        if let Some(now) = now.filter(|now| *now != track.time_base) {
            packet.raw_mut().rescale_ts(av_rational(now), av_rational(track.time_base));
        }
        let failed = |error: ff::Error| Error::Temporary { what: "a packet", reason: error.to_string() };
        if std::mem::take(&mut track.is_extradata_due)
            && let Some(stream) = context.stream(from)
        {
            memory::opening(|| sys::set_new_extradata(packet.raw_mut(), &sys::extradata(&stream.parameters())))
                .map_err(failed)?;
        }
        if track.notice(context, from, packet.raw()).map_err(failed)? {
            self.counters.changes.add(1);
        }
        packet.raw_mut().set_stream(told);
        let raw = packet.raw();
        let times = Times { pts: raw.pts(), dts: raw.dts(), duration: raw.duration() };
        let times = self.timeline.place(told, times, self.began.elapsed());
        packet.raw_mut().set_pts(times.pts);
        packet.raw_mut().set_dts(times.dts);
        let mended = self.timeline.mended();
        self.counters.jumps.set(mended.jumps);
        self.counters.wraps.set(mended.wraps);
        self.counters.repaired.set(mended.repaired);
        self.counters.packets.add(1);
        self.counters.bytes.add(packet.data().len() as u64);
        (self.join_by, self.attempts) = (None, 0);
        Ok(true)
    }
}

fn timed_out(place: &Place, what: &'static str, limit: Duration) -> Error {
    Error::TimedOut { place: place.to_string(), what, limit }
}

/// Whether a source has no end but its connection's, which FFmpeg calls an error: RTMP, and HTTP without a length.
fn ends_with_connection(place: &Place, context: &ff::format::context::Input) -> bool {
    match place.protocol() {
        Some("http" | "https") => sys::source_size(context).is_none(),
        Some(protocol) => protocol.starts_with("rtmp"),
        None => false,
    }
}

impl Track {
    /// Looks whether a packet brings other set-up data or another picture size than before; the stream's parameters then
    /// have them.
    fn notice(
        &mut self,
        context: &mut ff::format::context::Input,
        index: usize,
        packet: &ff::Packet,
    ) -> Result<bool, ff::Error> {
        let mut is_changed = false;
        if let Some(extradata) = sys::new_extradata(packet).filter(|extradata| *extradata != self.extradata) {
            memory::opening(|| -> Result<(), ff::Error> {
                self.extradata = extradata.to_vec();
                sys::set_extradata(context, index, extradata)?;
                if self.medium == ff::media::Type::Video {
                    self.parser = context.stream(index).and_then(|stream| SizeParser::new(&stream.parameters()));
                }
                Ok(())
            })?;
            is_changed = true;
        }
        if packet.is_key()
            && let Some(size) = self.parser.as_mut().and_then(|parser| parser.size(packet))
            && self.size != Some(size)
        {
            // The first one is what the reader of the stream was told, unless nothing was known then.
            is_changed |= self.size.is_some() || !self.had_size;
            self.size = Some(size);
            sys::set_size(context, index, size);
        }
        Ok(is_changed)
    }
}
