//! Opening a live source once, within its deadline.

use super::config::LiveConfig;
#[cfg(unix)]
use super::pipe::PipeReader;
use super::protocol;
use super::watch::Watch;
use crate::demuxer::{check, file_options};
use crate::reader::{Fault, Guarded};
use crate::streams::{ContainerTags, container_tags};
use crate::{Access, Cancel, Error, Place, sys};
use ffmpeg_next as ff;
use std::sync::Arc;

/// An open source.
pub(crate) struct Connection {
    pub(crate) context: ff::format::context::Input,
    pub(crate) tags: Vec<ContainerTags>,
}

/// Opens a source and finds its streams. The watch is armed on return.
pub(crate) fn connect(
    place: &Place,
    access: &Access,
    config: &LiveConfig,
    watch: &Arc<Watch>,
) -> Result<Connection, Error> {
    watch.reopen();
    watch.arm(config.open);
    let mut options = file_options(place, access);
    for (name, value) in place.protocol().into_iter().flat_map(|protocol| protocol::options(protocol, config)) {
        options.set(name, &value);
    }
    options.set("analyzeduration", &config.probe.as_micros().clamp(1, i64::MAX as u128).to_string());
    let failed = |error| failure(place, error, watch, config);
    let asked = Arc::clone(watch);
    let pipe = pipe(place, watch)?;
    let mut context = sys::open(place.url(), pipe, options, move || asked.must_stop()).map_err(failed)?;
    check(&context, place, &access.limits)?;
    let tags = context.streams().map(|stream| container_tags(&stream)).collect();
    let found = sys::find_streams(&mut context, access.limits.pixels);
    // FFmpeg may call it a success that it was interrupted, with streams missing.
    if watch.must_stop() {
        return Err(failure(place, ff::Error::Exit, watch, config));
    }
    found.map_err(failed)?;
    check(&context, place, &access.limits)?;
    if context.nb_streams() == 0 {
        return Err(Error::broken(place, "it has no streams"));
    }
    Ok(Connection { context, tags })
}

/// What reads a place that FFmpeg cannot be interrupted on.
#[cfg(unix)]
fn pipe(place: &Place, watch: &Arc<Watch>) -> Result<Option<ff::format::context::StreamIo>, Error> {
    let reader = match place.path() {
        Some(path) if super::is_pipe(path) => PipeReader::open(path, watch),
        _ if place.is_standard_input() => PipeReader::standard_input(watch),
        _ => return Ok(None),
    };
    let reader = reader.map_err(|error| Error::missing(&place.to_string(), error))?;
    // The watch has the caller's flags, and tells a reader that failed from one that had to stop.
    let (reader, _): (_, Fault) = Guarded::new(reader, &Cancel::new());
    let stream = ff::format::context::StreamIo::from_read(reader);
    stream.map(Some).map_err(|error| Error::Temporary { what: "a read buffer", reason: error.to_string() })
}

#[cfg(not(unix))]
fn pipe(_: &Place, _: &Arc<Watch>) -> Result<Option<ff::format::context::StreamIo>, Error> {
    Ok(None)
}

/// What a failed call of FFmpeg means. Its own code is not to be relied on after an interruption.
pub(crate) fn failure(place: &Place, error: ff::Error, watch: &Watch, config: &LiveConfig) -> Error {
    let shown = place.to_string();
    match error {
        _ if watch.is_ending() => Error::Cancelled,
        _ if watch.has_passed() => Error::TimedOut { place: shown, what: "opening", limit: config.open },
        ff::Error::ProtocolNotFound => Error::UnsupportedFormat {
            format: format!("protocol {}", place.protocol().unwrap_or("file")),
            place: shown,
        },
        ff::Error::DemuxerNotFound => Error::UnsupportedFormat { place: shown, format: "the container".to_owned() },
        ff::Error::HttpBadRequest
        | ff::Error::HttpUnauthorized
        | ff::Error::HttpForbidden
        | ff::Error::HttpNotFound
        | ff::Error::HttpOther4xx => Error::missing(&shown, error),
        ff::Error::Other { errno: ff::error::ENOENT | ff::error::EACCES | ff::error::EISDIR } => {
            Error::missing(&shown, error)
        }
        ff::Error::InvalidData => Error::broken(place, error),
        error => Error::Disconnected { place: shown, reason: error.to_string() },
    }
}
