//! Opening a file and reading its packets: which containers and protocols are allowed, and what the container says
//! about its streams.
//!
//! Opening happens in two steps, because FFmpeg fills in what a container does not say from the bitstream once it has
//! looked into packets. Colour tags and pixel aspect are therefore read between the two. Edit lists shift the
//! presentation times by the media time of the first real edit and trim nothing (`advanced_editlist=0`), as demuxers
//! in browsers do it.

use crate::live::session::Session;
use crate::place::{Access, Place};
use crate::reader::{Fault, Guarded};
use crate::{Cancel, Error, Flow, LiveConfig, LiveStats, Packet, State, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, Range};
use millpond_scene::ColorTags;
use std::io::{Read, Seek};
use std::sync::Once;

/// Containers that hold their media themselves. What is missing here are playlists and lists of files (`hls`, `dash`,
/// `concat`, `sdp`, `image2` and so on).
const CONTAINERS: &str = "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,nut,mxf,ivf,gif,yuv4mpegpipe,\
    h264,hevc,av1,obu,m4v,mjpeg,wav,w64,aiff,caf,au,mp3,flac,aac,ac3,eac3,dts,amr,ape,wv,tta,voc";

/// What the container alone says about a stream of pictures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ContainerTags {
    pub(crate) color: sys::ColorNumbers,
    pub(crate) aspect: (i32, i32),
}

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

/// A stream of pictures, as the container describes it.
#[derive(Clone)]
pub struct VideoStream {
    pub(crate) index: usize,
    pub(crate) place: Place,
    pub(crate) parameters: ff::codec::Parameters,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
    /// Clockwise quarter turns to show it upright.
    pub(crate) turns: u8,
    /// Width to height of a stored pixel.
    pub(crate) pixel_aspect: (u32, u32),
    pub(crate) container: ContainerTags,
}

impl VideoStream {
    /// Its index in the file, which its packets carry.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Seconds of one tick of its times.
    pub fn time_base(&self) -> Rational {
        self.time_base
    }

    /// Clockwise quarter turns that set its pictures upright.
    pub fn turns(&self) -> u8 {
        self.turns
    }

    /// Width to height of a stored pixel; (1, 1) is square, a 0 counts as square.
    pub fn pixel_aspect(&self) -> (u32, u32) {
        self.pixel_aspect
    }
}

/// A stream of sound, as the container describes it.
#[derive(Clone)]
pub struct AudioStream {
    pub(crate) index: usize,
    pub(crate) place: Place,
    pub(crate) parameters: ff::codec::Parameters,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
}

impl AudioStream {
    /// Its index in the file, which its packets carry.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Seconds of one tick of its times.
    pub fn time_base(&self) -> Rational {
        self.time_base
    }
}

/// Prepares FFmpeg, once; it is silent from then on.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fills in the texts of FFmpeg's error codes; there is nothing in it that can fail.
        let _ = ff::init();
        ff::log::set_level(ff::log::Level::Quiet);
    });
}

impl Demuxer {
    /// Opens a file and finds its streams. Allocates.
    ///
    /// # Errors
    /// [`Error::MediaMissing`], [`Error::MediaBroken`], [`Error::FormatRefused`], [`Error::UnsupportedFormat`],
    /// [`Error::Cancelled`].
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
        let flag = cancel.clone();
        let failed = |error| reader_error(place, &fault).unwrap_or_else(|| open_error(place, error, access, cancel));
        let mut context =
            sys::open(place.url(), stream, file_options(access), move || flag.is_abandoned()).map_err(failed)?;
        let tags = context.streams().map(|stream| container_tags(&stream)).collect();
        sys::find_streams(&mut context).map_err(failed)?;
        if cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        if let Some(error) = reader_error(place, &fault) {
            return Err(error);
        }
        let (place, cancel) = (place.clone(), cancel.clone());
        Ok(Demuxer { context, place, tags, cancel, fault, state: State::Opened, damaged: 0, live: None })
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
        })
    }

    /// What the container alone said about a stream.
    pub(crate) fn stream_tags(&self, index: usize) -> ContainerTags {
        self.tags.get(index).copied().unwrap_or_default()
    }

    /// Clockwise quarter turns and pixel aspect of a stream of pictures; the container's word counts before the
    /// bitstream's.
    pub(crate) fn shape(&self, stream: &ff::Stream<'_>) -> (u8, (u32, u32)) {
        let aspect = match self.stream_tags(stream.index()).aspect {
            // A container that says "square" says nothing that a page could tell from silence.
            (width, height) if width == 0 || height == 0 || width == height => sys::stream_numbers(stream).codec_aspect,
            aspect => aspect,
        };
        let side = |value: i32| u32::try_from(value).unwrap_or(0);
        (orientation(stream).turns, (side(aspect.0), side(aspect.1)))
    }

    /// The stream of sound that a player plays, chosen like [`video`](Self::video).
    ///
    /// # Errors
    /// [`Error::NoStream`]; [`Error::MediaBroken`].
    pub fn audio(&self) -> Result<AudioStream, Error> {
        let stream = self.pick(ff::media::Type::Audio).ok_or_else(|| self.no("sound"))?;
        Ok(AudioStream {
            index: self.told(stream.index()),
            place: self.place.clone(),
            parameters: stream.parameters().clone(),
            time_base: self.tick(&stream).ok_or_else(|| Error::broken(&self.place, "it has no time base"))?,
        })
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

/// The options to open a file with.
pub(crate) fn file_options(access: &Access) -> ff::Dictionary<'static> {
    let mut options = ff::Dictionary::new();
    options.set("advanced_editlist", "0");
    if access.protocols.is_empty() {
        options.set("protocol_whitelist", "file");
        options.set("format_whitelist", CONTAINERS);
    } else {
        options.set("protocol_whitelist", &protocols(access));
    }
    options
}

/// FFmpeg's list of allowed protocols: those that the caller named, and what FFmpeg's own layers need below them.
pub(crate) fn protocols(access: &Access) -> String {
    let mut list = String::from("file,crypto,data,tcp,tls,udp,httpproxy");
    for protocol in &access.protocols {
        list.push(',');
        list.push_str(protocol);
    }
    list
}

fn reader_error(place: &Place, fault: &Fault) -> Option<Error> {
    fault.get().map(|reason| Error::Reader { place: place.to_string(), reason })
}

fn open_error(place: &Place, error: ff::Error, access: &Access, cancel: &Cancel) -> Error {
    match error {
        _ if cancel.is_abandoned() => Error::Cancelled,
        // The one meaning of EINVAL when a container is opened: its format is not on the list.
        ff::Error::Other { errno: ff::error::EINVAL } if access.protocols.is_empty() => {
            Error::FormatRefused { place: place.to_string() }
        }
        ff::Error::Other { errno: ff::error::ENOENT | ff::error::EACCES | ff::error::EISDIR } => {
            Error::missing(&place.to_string(), error)
        }
        ff::Error::DemuxerNotFound => {
            Error::UnsupportedFormat { place: place.to_string(), format: "the container".to_owned() }
        }
        error => Error::broken(place, error),
    }
}

pub(crate) fn container_tags(stream: &ff::Stream<'_>) -> ContainerTags {
    let numbers = sys::stream_numbers(stream);
    ContainerTags { color: numbers.color, aspect: numbers.container_aspect }
}

pub(crate) fn time_base(stream: &ff::Stream<'_>) -> Option<Rational> {
    let base = stream.time_base();
    let (numerator, denominator) = (base.numerator(), base.denominator());
    (numerator > 0 && denominator > 0).then(|| Rational::new(numerator.into(), denominator.into()))
}

/// A time base as FFmpeg has it; every one came from there.
pub(crate) fn av_rational(value: Rational) -> ff::Rational {
    ff::Rational::new(*value.numer() as i32, *value.denom() as i32)
}

/// How a stream's pictures must be turned.
#[derive(Clone, Copy, Debug, Default)]
struct Orientation {
    /// Clockwise quarter turns.
    turns: u8,
    is_mirrored: bool,
}

/// Reads the display matrix, which takes (1, 0) to (a, b) and (0, 1) to (c, d), y pointing down. It turns first and
/// mirrors after.
fn orientation(stream: &ff::Stream<'_>) -> Orientation {
    let is_matrix = |data: &ff::packet::SideData<'_>| data.kind() == ff::packet::side_data::Type::DisplayMatrix;
    let Some(data) = stream.side_data().find(is_matrix) else { return Orientation::default() };
    let cell = |index: usize| {
        let bytes = data.data().get(index * 4..index * 4 + 4)?;
        Some(f64::from(i32::from_ne_bytes(bytes.try_into().ok()?)))
    };
    let (Some(a), Some(b), Some(c), Some(d)) = (cell(0), cell(1), cell(3), cell(4)) else {
        return Orientation::default();
    };
    let is_mirrored = a * d - b * c < 0.0;
    let quarters = b.atan2(if is_mirrored { -a } else { a }) / std::f64::consts::FRAC_PI_2;
    Orientation { turns: (quarters.round() as i64).rem_euclid(4) as u8, is_mirrored }
}

/// "Unspecified" in H.273.
const UNSPECIFIED: u8 = 2;

fn full_range(range: i32) -> Option<bool> {
    match range {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// Matrix and range of a set of numbers.
pub(crate) fn color_tags(numbers: sys::ColorNumbers) -> ColorTags {
    ColorTags::from_h273(u8::try_from(numbers.matrix).unwrap_or(UNSPECIFIED), full_range(numbers.range))
}

/// What a picture says about its colours: the container's numbers where it gives them, else the bitstream's.
pub(crate) fn color_description(container: sys::ColorNumbers, bitstream: sys::ColorNumbers) -> ColorDescription {
    let number = |container: i32, bitstream: i32| {
        let [container, bitstream] = [container, bitstream].map(|number| u8::try_from(number).unwrap_or(UNSPECIFIED));
        if container == UNSPECIFIED { bitstream } else { container }
    };
    let range = full_range(container.range).or(full_range(bitstream.range));
    ColorDescription {
        primaries: number(container.primaries, bitstream.primaries),
        transfer: number(container.transfer, bitstream.transfer),
        matrix: number(container.matrix, bitstream.matrix),
        range: range.map(|full| if full { Range::Full } else { Range::Limited }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pictures_colours_are_the_containers_before_the_bitstreams() {
        let nothing = sys::ColorNumbers::default();
        assert_eq!(color_description(nothing, nothing), ColorDescription::UNSPECIFIED);
        // An HDR stream (BT.2020, PQ, limited) in a container that tags only the primaries, as P3.
        let stream = sys::ColorNumbers { matrix: 9, range: 1, primaries: 9, transfer: 16, ..nothing };
        let container = sys::ColorNumbers { primaries: 12, ..nothing };
        let expected = ColorDescription { primaries: 12, transfer: 16, matrix: 9, range: Some(Range::Limited) };
        assert_eq!(color_description(container, stream), expected);
        // What is no H.273 number counts as unspecified.
        let odd = sys::ColorNumbers { matrix: -3, transfer: 4000, range: 7, ..nothing };
        assert_eq!(color_description(odd, odd), ColorDescription::UNSPECIFIED);
    }
}
