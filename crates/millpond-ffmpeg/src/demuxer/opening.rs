//! Opening a file, an address or a reader, and holding what its container says against the limits.

use super::{Demuxer, prepare};
use crate::limits::{self, Limit};
use crate::live::session::Session;
use crate::reader::{Fault, Guarded};
use crate::streams::container_tags;
use crate::{Access, Cancel, Error, Limits, LiveConfig, Place, State, sys};
use ffmpeg_next as ff;
use std::io::{Read, Seek};
use std::time::Duration;

/// Streams beyond the limit that FFmpeg may still find, so that their number can be told.
const MORE_STREAMS: u32 = 4096;

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

pub(super) fn reader_error(place: &Place, fault: &Fault) -> Option<Error> {
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
