//! Opening a file and reading its packets.
//!
//! Opening happens in two steps, because FFmpeg fills in what a container does not say from the bitstream once it has
//! looked into packets. Colour tags and pixel aspect are therefore read between the two, and what the header declares is
//! held against the [`Limits`](crate::Limits) before anything is decoded. Edit lists shift the
//! presentation times by the media time of the first real edit and trim nothing (`advanced_editlist=0`), as demuxers
//! in browsers do it.

mod opening;

pub(crate) use opening::{check, file_options};

use crate::limits;
use crate::live::session::Session;
use crate::reader::Fault;
use crate::streams::{ContainerTags, Timing, orientation, pixel_aspect, rational, time_base};
use crate::{AudioStream, Cancel, Error, Flow, Limits, LiveStats, Packet, Place, State, VideoStream, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use opening::reader_error;
use std::sync::Once;

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
