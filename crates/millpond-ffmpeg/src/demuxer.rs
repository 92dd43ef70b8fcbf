//! Opening a file and reading its packets.
//!
//! Opening happens in two steps, because FFmpeg fills in what a container does not say from the bitstream once it has
//! looked into packets. Colour tags and pixel aspect are therefore read between the two, and what the header declares is
//! held against the [`Limits`](crate::Limits) before anything is decoded. Edit lists shift the
//! presentation times by the media time of the first real edit and trim nothing (`advanced_editlist=0`), as demuxers
//! in browsers do it.

use crate::limits::{self, Limit};
use crate::live::session::Session;
use crate::reader::{Fault, Guarded};
use crate::streams::{ContainerTags, Timing, container_tags, orientation, pixel_aspect, rational, time_base};
use crate::{
    Access, AudioStream, Cancel, Error, Flow, Limits, LiveConfig, LiveStats, Packet, Place, State, VideoStream, sys,
};
use ffmpeg_next as ff;
use millpond_core::Rational;
use std::io::{Read, Seek};
use std::sync::Once;
use std::time::Duration;

/// An open file or stream, whose packets are read one after the other.
///
/// # States
/// [`open`](Self::open) gives it opened, the first [`read_into`](Self::read_into) makes it streaming and the end draining;
/// [`seek`](Self::seek) goes back to streaming from any of them.
pub struct Demuxer {
    pub(crate) context: ff::format::context::Input,
    place: Place,
    tags: Vec<ContainerTags>,
    cancel: Cancel,
    /// What went wrong with a reader of the caller's.
    fault: Fault,
    state: State,
    damaged: u64,
    limits: Limits,
    /// Microseconds behind which no packet of a file with an end can lie.
    last_us: Option<i64>,
    /// What keeps a live source going.
    live: Option<Box<Session>>,
}

impl Drop for Demuxer {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.say_goodbye();
        }
    }
}

/// Streams beyond the limit that FFmpeg may still find, so that their number can be told.
const MORE_STREAMS: u32 = 4096;

/// Prepares FFmpeg, once; it is silent from then on.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fills in the texts of FFmpeg's error codes; there is nothing in it that can fail.
        let _ = ff::init();
        ff::log::set_level(ff::log::Level::Quiet);
        limits::prepare();
        sys::take_over_log();
    });
}

impl Demuxer {
    /// Opens a file and finds its streams. Allocates.
    ///
    /// # Errors
    /// [`Error::MediaMissing`], [`Error::MediaBroken`], [`Error::FormatRefused`], [`Error::UnsupportedFormat`],
    /// [`Error::LimitExceeded`], [`Error::Cancelled`].
    pub fn open(place: &Place, access: &Access, cancel: &Cancel) -> Result<Demuxer, Error> {
        prepare();
        if let Some(path) = place.path() {
            // FFmpeg would open a folder and fail to read it; the system's own words are clearer.
            let file = std::fs::File::open(path).map_err(|error| Error::missing(&place.to_string(), error))?;
            let metadata = file.metadata().map_err(|error| Error::missing(&place.to_string(), error))?;
            if metadata.is_dir() {
                return Err(Error::missing(&place.to_string(), "it is a folder"));
            }
        }
        Demuxer::start(place, None, Fault::default(), access, cancel)
    }

    /// Opens a live source: the address of an allowed protocol, a pipe, or standard input. Every call keeps to its
    /// deadline, a source that is lost can be opened again, and times are put on one timeline; [`live`](crate::live) tells
    /// more. Files are read as they are. Allocates.
    ///
    /// # Errors
    /// Those of [`open`](Self::open); [`Error::TimedOut`], [`Error::Disconnected`].
    pub fn open_live(place: &Place, access: &Access, cancel: &Cancel, config: &LiveConfig) -> Result<Demuxer, Error> {
        prepare();
        if !place.may_be_silent() {
            return Demuxer::open(place, access, cancel);
        }
        let (session, connection) = Session::open(place, access, cancel, config)?;
        Ok(Demuxer {
            context: connection.context,
            place: place.clone(),
            tags: connection.tags,
            cancel: cancel.clone(),
            fault: Fault::default(),
            state: State::Opened,
            damaged: 0,
            limits: access.limits,
            last_us: None,
            live: Some(Box::new(session)),
        })
    }

    /// Seconds of one tick of a stream's packets.
    fn tick(&self, stream: &ff::Stream<'_>) -> Option<Rational> {
        let told = self.live.as_ref().and_then(|live| live.time_base(stream.index()));
        told.or_else(|| time_base(stream))
    }

    /// What happened so far, if the source is live.
    pub fn live_stats(&self) -> Option<LiveStats> {
        self.live.as_ref().map(|live| live.counters().snapshot())
    }

    /// What keeps a live source going.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.live.as_deref()
    }

    /// The index that packets of a stream of the context carry.
    fn told(&self, index: usize) -> usize {
        self.live.as_ref().map_or(index, |live| live.told(index))
    }

    /// Reads what a reader gives, from front to end; formats that need to jump about cannot be read this way. `name` stands
    /// for it in errors. Bytes in memory are read through [`std::io::Cursor`] by [`from_seekable`](Self::from_seekable).
    /// Allocates.
    ///
    /// # Errors
    /// Those of [`open`](Self::open); [`Error::Reader`] if the reader fails or panics.
    pub fn from_reader(
        name: &str,
        reader: impl Read + Send + 'static,
        access: &Access,
        cancel: &Cancel,
    ) -> Result<Demuxer, Error> {
        let (reader, fault) = Guarded::new(reader, cancel);
        Demuxer::custom(name, ff::format::context::StreamIo::from_read(reader), fault, access, cancel)
    }

    /// Reads what a reader gives that can jump about.
    ///
    /// ```
    /// # use millpond_ffmpeg::{Access, Cancel, Demuxer};
    /// let bytes = std::io::Cursor::new(b"not media at all");
    /// let refused = Demuxer::from_seekable("bytes", bytes, &Access::default(), &Cancel::new());
    /// assert_eq!(refused.err().map(|error| error.code()), Some("E_MEDIA_BROKEN"));
    /// ```
    ///
    /// # Errors
    /// Those of [`open`](Self::open); [`Error::Reader`] if the reader fails, panics or lies.
    pub fn from_seekable(
        name: &str,
        reader: impl Read + Seek + Send + 'static,
        access: &Access,
        cancel: &Cancel,
    ) -> Result<Demuxer, Error> {
        let (reader, fault) = Guarded::new(reader, cancel);
        Demuxer::custom(name, ff::format::context::StreamIo::from_read_seek(reader), fault, access, cancel)
    }

    fn custom(
        name: &str,
        stream: Result<ff::format::context::StreamIo, ff::Error>,
        fault: Fault,
        access: &Access,
        cancel: &Cancel,
    ) -> Result<Demuxer, Error> {
        prepare();
        let temporary = |error: ff::Error| Error::Temporary { what: "a read buffer", reason: error.to_string() };
        Demuxer::start(&Place::named(name), Some(stream.map_err(temporary)?), fault, access, cancel)
    }

    fn start(
        place: &Place,
        stream: Option<ff::format::context::StreamIo>,
        fault: Fault,
        access: &Access,
        cancel: &Cancel,
    ) -> Result<Demuxer, Error> {
        let (flag, limits) = (cancel.clone(), access.limits);
        let failed = |error| reader_error(place, &fault).unwrap_or_else(|| open_error(place, error, cancel));
        let mut context =
            sys::open(place.url(), stream, file_options(place, access), move || flag.is_abandoned()).map_err(failed)?;
        check(&context, place, &limits)?;
        let tags = context.streams().map(|stream| container_tags(&stream)).collect();
        sys::find_streams(&mut context, limits.pixels).map_err(failed)?;
        if cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        if let Some(error) = reader_error(place, &fault) {
            return Err(error);
        }
        check(&context, place, &limits)?;
        let last_us = last_us(&context, place, &limits);
        let (place, cancel) = (place.clone(), cancel.clone());
        Ok(Demuxer {
            context,
            place,
            tags,
            cancel,
            fault,
            state: State::Opened,
            damaged: 0,
            limits,
            last_us,
            live: None,
        })
    }

    /// Where it was opened from.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The stream of pictures that a player shows: the first one marked as default, else the first one. Cover art of
    /// sound files is not one.
    ///
    /// # Errors
    /// [`Error::NoStream`]; [`Error::UnsupportedFormat`] for mirrored pictures; [`Error::MediaBroken`].
    pub fn video(&self) -> Result<VideoStream, Error> {
        let stream = self.pick(ff::media::Type::Video).ok_or_else(|| self.no("pictures"))?;
        if orientation(&stream).is_mirrored {
            let format = "mirrored video".to_owned();
            return Err(Error::UnsupportedFormat { place: self.place.to_string(), format });
        }
        let (turns, pixel_aspect) = self.shape(&stream);
        Ok(VideoStream {
            index: self.told(stream.index()),
            place: self.place.clone(),
            // A copy: the stream's own would keep the source open.
            parameters: stream.parameters().clone(),
            time_base: self.tick(&stream).ok_or_else(|| Error::broken(&self.place, "it has no time base"))?,
            turns,
            pixel_aspect,
            container: self.stream_tags(stream.index()),
            timing: Timing::of(&stream),
            frame_rate: rational(stream.avg_frame_rate()),
            limits: self.limits,
        })
    }

    /// What the container alone said about a stream.
    pub(crate) fn stream_tags(&self, index: usize) -> ContainerTags {
        self.tags.get(index).copied().unwrap_or_default()
    }

    /// Clockwise quarter turns and pixel aspect of a stream of pictures; the container's word counts before the
    /// bitstream's.
    pub(crate) fn shape(&self, stream: &ff::Stream<'_>) -> (u8, (u32, u32)) {
        let container = self.stream_tags(stream.index()).aspect;
        (orientation(stream).turns, pixel_aspect(container, sys::stream_numbers(stream).codec_aspect))
    }

    /// The stream of sound that a player plays, chosen like [`video`](Self::video).
    ///
    /// # Errors
    /// [`Error::NoStream`]; [`Error::MediaBroken`].
    pub fn audio(&self) -> Result<AudioStream, Error> {
        self.audio_of(&self.pick(ff::media::Type::Audio).ok_or_else(|| self.no("sound"))?)
    }

    /// What the container says about a stream of sound.
    pub(crate) fn audio_of(&self, stream: &ff::Stream<'_>) -> Result<AudioStream, Error> {
        let numbers = sys::stream_numbers(stream);
        let time_base = self.tick(stream).ok_or_else(|| Error::broken(&self.place, "it has no time base"))?;
        let timing = Timing::of(stream);
        // What a container does not say in samples, its times do.
        let first = Some(numbers.first_indexed).filter(|first| *first != ff::ffi::AV_NOPTS_VALUE);
        let before = timing.start.zip(first).map_or(0, |(start, first)| i128::from(start) - i128::from(first));
        let before = Rational::from_integer(before) * time_base * Rational::from_integer(numbers.rate_hz.into());
        let whole = |number: i32| u32::try_from(number).unwrap_or(0);
        Ok(AudioStream {
            index: self.told(stream.index()),
            place: self.place.clone(),
            parameters: stream.parameters().clone(),
            time_base,
            timing,
            priming_samples: match whole(numbers.initial_padding) {
                0 => u32::try_from(before.round().to_integer()).unwrap_or(0),
                told => told,
            },
            padding_samples: whole(numbers.trailing_padding),
            limits: self.limits,
        })
    }

    /// All streams of sound, the one that a player plays first.
    pub(crate) fn sounds(&self) -> impl Iterator<Item = AudioStream> + '_ {
        let first = self.audio().ok();
        let index = first.as_ref().map(AudioStream::index);
        let is_another = move |stream: &ff::Stream<'_>| {
            stream.parameters().medium() == ff::media::Type::Audio && index != Some(stream.index())
        };
        let others = self.context.streams().filter(is_another);
        first.into_iter().chain(others.filter_map(|stream| self.audio_of(&stream).ok()))
    }

    /// Pictures of a stream are 4:2:0 of eight bits in the limited range.
    pub(crate) fn is_yuv420p(&self, index: usize) -> bool {
        let format = self.context.stream(index).map(|stream| sys::stream_format(&stream.parameters()));
        format == Some(ff::ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32)
    }

    fn pick(&self, kind: ff::media::Type) -> Option<ff::Stream<'_>> {
        let wanted = |stream: &ff::Stream<'_>| {
            stream.parameters().medium() == kind
                && !stream.disposition().contains(ff::format::stream::Disposition::ATTACHED_PIC)
        };
        let is_default =
            |stream: &ff::Stream<'_>| stream.disposition().contains(ff::format::stream::Disposition::DEFAULT);
        let mut streams = self.context.streams().filter(wanted);
        streams.find(is_default).or_else(|| self.context.streams().find(wanted))
    }

    fn no(&self, kind: &'static str) -> Error {
        Error::NoStream { place: self.place.to_string(), kind }
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Stretches that were damaged and skipped so far.
    pub fn damaged(&self) -> u64 {
        self.live.as_ref().map_or(self.damaged, |live| live.counters().damaged.get())
    }

    /// Reads the next packet of any stream: [`Flow::Done`] if there is one, [`Flow::Ended`] at the end. Damaged stretches
    /// are skipped and counted.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Reader`] if a reader of the caller's failed. Of a live source
    /// [`Error::TimedOut`] and [`Error::Disconnected`] when it is lost, after which it has ended, and
    /// [`Error::StreamsChanged`], after which it goes on.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a reconnection, which counts as
    /// [opening](millpond_core::memory::opening). Blocks while the system keeps FFmpeg waiting, until cancelled or, of a
    /// live source, its deadline.
    pub fn read_into(&mut self, packet: &mut Packet) -> Result<Flow, Error> {
        /// Errors in a row after which a file counts as ended.
        const PATIENCE: u32 = 64;
        // Reading overwrites what the packet refers to without giving it up.
        packet.clear();
        if self.state == State::Draining {
            return Ok(Flow::Ended);
        }
        self.state = State::Streaming;
        if let Some(live) = &mut self.live {
            let read = live.read(&self.place, &mut self.context, &mut self.tags, packet);
            if matches!(read, Ok(Flow::Done)) {
                return read;
            }
            packet.clear();
            if self.cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
            if matches!(read, Ok(Flow::Ended)) {
                self.state = State::Draining;
            }
            return read;
        }
        for _ in 0..PATIENCE {
            if self.cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
            match packet.raw_mut().read(&mut self.context) {
                Ok(()) if self.is_too_late(packet) => self.damaged += 1,
                Ok(()) => {
                    sys::mend_duration(&self.context, packet.raw_mut());
                    return Ok(Flow::Done);
                }
                Err(ff::Error::Eof) => break,
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => {}
                Err(_) if self.fault.get().is_some() => break,
                Err(_) => self.damaged += 1,
            }
            packet.clear();
        }
        self.state = State::Draining;
        packet.clear();
        if self.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        reader_error(&self.place, &self.fault).map_or(Ok(Flow::Ended), Err)
    }

    fn is_too_late(&self, packet: &Packet) -> bool {
        let (Some(last), Some(tick)) = (self.last_us, packet.dts().or(packet.pts())) else { return false };
        let Some(base) = self.context.stream(packet.stream()).and_then(|stream| time_base(&stream)) else {
            return false;
        };
        i128::from(tick) * base.numer() * 1_000_000 > i128::from(last) * base.denom()
    }

    /// Goes to the key frame at or before a tick of a stream, as far as the container's index knows. Decoders of its
    /// streams must be flushed.
    ///
    /// # Errors
    /// [`Error::MediaBroken`] if the container cannot go there; [`Error::Reader`].
    pub fn seek(&mut self, stream: usize, tick: i64) -> Result<(), Error> {
        let sought = sys::seek(&mut self.context, stream, tick);
        if let Some(error) = reader_error(&self.place, &self.fault) {
            return Err(error);
        }
        sought.map_err(|error| Error::broken(&self.place, error))?;
        if let Some(live) = &mut self.live {
            live.begin_anew();
        }
        self.state = State::Streaming;
        Ok(())
    }
}

/// What a container is opened with.
pub(crate) fn file_options(place: &Place, access: &Access) -> ff::Dictionary<'static> {
    let (protocols, formats) = access.lists(place);
    let mut options = ff::Dictionary::new();
    options.set("advanced_editlist", "0");
    options.set("protocol_whitelist", &protocols);
    options.set("format_whitelist", &formats);
    options.set("probesize", &access.limits.probe_bytes.clamp(32, i32::MAX as u32).to_string());
    let most = access.limits.streams.saturating_add(MORE_STREAMS).min(i32::MAX as u32);
    options.set("max_streams", &most.to_string());
    options
}

/// Holds what a container says against the limits.
pub(crate) fn check(context: &ff::format::context::Input, place: &Place, limits: &Limits) -> Result<(), Error> {
    Limit::Streams.check(place, limits.streams.into(), u64::from(context.nb_streams()))?;
    let duration_us = u64::try_from(sys::container_numbers(context).duration_us).unwrap_or(0);
    if Duration::from_micros(duration_us) > limits.duration {
        Limit::Duration.check(place, limits.duration.as_secs(), duration_us.div_ceil(1_000_000))?;
    }
    context.streams().try_for_each(|stream| {
        let numbers = sys::stream_numbers(&stream);
        let side = |side: i32| u64::try_from(side).unwrap_or(0);
        Limit::Pixels.check(place, limits.pixels, side(numbers.width) * side(numbers.height))
    })
}

/// Behind which time a packet must be damaged. What declares no duration and is no file may have no end.
fn last_us(context: &ff::format::context::Input, place: &Place, limits: &Limits) -> Option<i64> {
    let known = |time: i64| (time != ff::ffi::AV_NOPTS_VALUE).then_some(time);
    let numbers = sys::container_numbers(context);
    known(numbers.duration_us).or(place.path().map(|_| 0))?;
    let length = i64::try_from(limits.duration.as_micros()).unwrap_or(i64::MAX);
    Some(known(numbers.start_us).unwrap_or(0).saturating_add(length))
}

fn reader_error(place: &Place, fault: &Fault) -> Option<Error> {
    fault.get().map(|reason| Error::Reader { place: place.to_string(), reason })
}

fn open_error(place: &Place, error: ff::Error, cancel: &Cancel) -> Error {
    match error {
        _ if cancel.is_abandoned() => Error::Cancelled,
        // Of a file or a reader this has one meaning: its format is not on the list.
        ff::Error::Other { errno: ff::error::EINVAL } if !place.is_address() => {
            Error::FormatRefused { place: place.to_string() }
        }
        ff::Error::Other { errno: ff::error::ENOMEM } => limits::allocation_refused(place),
        ff::Error::Other { errno: ff::error::ENOENT | ff::error::EACCES | ff::error::EISDIR } => {
            Error::missing(&place.to_string(), error)
        }
        ff::Error::DemuxerNotFound => {
            Error::UnsupportedFormat { place: place.to_string(), format: "the container".to_owned() }
        }
        error => Error::broken(place, error),
    }
}
