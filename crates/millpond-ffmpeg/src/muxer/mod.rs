//! Writing a container.
//!
//! A muxer is created for a place to write to, given its streams, opened (which writes the header), fed with packets and
//! finished. Packets of all streams are brought into the order of their decoding times, for which the container's writer
//! keeps a few. Creating and opening allocate, writing does not allocate on the Rust heap.
//!
//! Where the index of an MP4 or MOV file stands: at the front of a file (`faststart`, which rewrites it at the end), at the
//! end of what a seekable writer gets, and in fragments where nothing can be rewritten.

mod description;
mod destinations;
mod memory;
mod track;

pub use memory::MemoryFile;

use crate::aside::AsideFile;
use crate::live::output::{LiveOutputStats, Receiver};
use crate::reader::Fault;
use crate::redact::redacted;
use crate::{Container, Error, Packet, State, options, sys};
use ffmpeg_next as ff;
use std::path::Path;
use track::Track;

/// How to write a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MuxerConfig {
    /// The container; `None` goes by the name of the file.
    pub container: Option<Container>,
    /// MP4 and MOV in fragments, which can be read while they grow. What cannot be rewritten gets them anyway.
    pub is_fragmented: bool,
    /// Options of FFmpeg's muxer (and of the protocol, for an address), by its names.
    pub options: Vec<(String, String)>,
}

/// A container in the making.
///
/// # States
/// Made, it is created and takes streams; [`open`](Self::open) writes the header; the first [`write`](Self::write) makes it
/// streaming; [`finish`](Self::finish) closes it. Dropped before that, a file does not appear, and what stood there stays.
pub struct Muxer {
    /// Dropped first: writing out what it holds may call the rest.
    output: Option<ff::format::context::Output>,
    _interrupt: Option<ff::util::interrupt::InterruptGuard>,
    /// A file that appears when it is whole.
    aside: Option<AsideFile>,
    /// What it is called in errors.
    place: String,
    container: Container,
    state: State,
    tracks: Vec<Track>,
    packets: u64,
    repaired: u64,
    refused: u64,
    /// What went wrong with a writer of the caller's.
    fault: Fault,
    /// What keeps sending to a live receiver.
    live: Option<Box<Receiver>>,
}

impl Drop for Muxer {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.say_goodbye();
        }
    }
}

const WORKING: &[State] = &[State::Opened, State::Streaming];

impl Muxer {
    /// Closes the connection, which broke; the streams stay known.
    pub(crate) fn hang_up(&mut self) {
        if let Some(output) = &mut self.output {
            // It is broken already.
            let _ = sys::close(output);
        }
    }

    /// Goes on in `other`, which has no streams yet: with the same streams and a header of their own.
    pub(crate) fn go_on_in(&mut self, mut other: Muxer) -> Result<(), Error> {
        let Some(from) = &self.output else { return Err(Error::WrongState { call: "going on", state: self.state }) };
        for stream in from.streams() {
            sys::copy_stream(other.output()?, &stream).map_err(|error| self.error(error))?;
        }
        std::mem::swap(&mut other.tracks, &mut self.tracks);
        if let Err(error) = other.open_now() {
            std::mem::swap(&mut other.tracks, &mut self.tracks);
            return Err(error);
        }
        (other.packets, other.repaired) = (self.packets, self.repaired);
        *self = other;
        Ok(())
    }

    /// Does something with a live receiver, if there is one.
    fn with_live(
        &mut self,
        call: impl FnOnce(&mut Receiver, &mut Muxer) -> Result<(), Error>,
    ) -> Option<Result<(), Error>> {
        let mut live = self.live.take()?;
        let done = call(&mut live, self);
        self.live = Some(live);
        Some(done)
    }

    /// What happened so far, if the receiver is live.
    pub fn live_stats(&self) -> Option<LiveOutputStats> {
        self.live.as_ref().map(|live| live.stats())
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// The container.
    pub fn container(&self) -> Container {
        self.container
    }

    /// Packets that were written.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Packets whose times did not rise, or came after they were to be shown, and were moved.
    pub fn repaired(&self) -> u64 {
        self.repaired
    }

    /// Packets that the container could not take, because they are damaged or framed otherwise than their stream says. They
    /// were left out.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Writes the header; streams can be added no more. Allocates.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created; [`Error::UnsupportedOutput`] if the container cannot hold these streams
    /// together; [`Error::Output`].
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created])?;
        self.with_live(|live, muxer| live.open(muxer)).unwrap_or_else(|| self.open_now())
    }

    pub(crate) fn open_now(&mut self) -> Result<(), Error> {
        let written = self.output()?.write_header().map(|_| ());
        written.map_err(|error| match error {
            ff::Error::InvalidData | ff::Error::Other { errno: ff::error::EINVAL } if self.fault.get().is_none() => {
                let what = format!("{} with these streams", self.container.name());
                Error::UnsupportedOutput { what, reason: format!("{error}: {}", self.place) }
            }
            error => self.error(error),
        })?;
        if let Some(output) = &self.output {
            let may_stand = output.format().flags().contains(ff::format::Flags::TS_NONSTRICT);
            for (track, stream) in self.tracks.iter_mut().zip(output.streams()) {
                (track.to, track.may_stand) = (stream.time_base(), may_stand);
            }
        }
        self.state = State::Opened;
        Ok(())
    }

    /// Takes a packet of stream `stream`, whose times are in ticks of its encoder's or demuxer's time base, and leaves
    /// `packet` empty. It is written once every other stream has come as far. One that the container cannot take is left out
    /// and [counted](Self::refused).
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Core`] if there is no such stream; [`Error::Output`].
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap. Blocks while the place that is written to does.
    pub fn write(&mut self, stream: usize, packet: &mut Packet) -> Result<(), Error> {
        self.state.allow("write", WORKING)?;
        self.with_live(|live, muxer| live.write(muxer, stream, packet))
            .unwrap_or_else(|| self.write_now(stream, packet))
    }

    pub(crate) fn write_now(&mut self, stream: usize, packet: &mut Packet) -> Result<(), Error> {
        let Some(track) = self.tracks.get_mut(stream) else {
            let expected = "a number that add_encoder or add_copy returned";
            let error = millpond_core::Error::BadParameter { name: "stream", value: stream as f64, expected };
            return Err(error.into());
        };
        self.state = State::Streaming;
        let raw = packet.raw_mut();
        raw.set_stream(stream);
        raw.set_position(-1);
        self.repaired += u64::from(track.place(raw));
        let filtered = track.filter.as_mut().map_or(Ok(()), |filter| filter.apply(raw));
        let output = self.output.as_mut().ok_or(Error::WrongState { call: "write", state: State::Closed })?;
        match filtered.and_then(|()| raw.write_interleaved(output)) {
            Ok(()) => self.packets += 1,
            // A writer that fails says something else.
            Err(ff::Error::InvalidData) if self.fault.get().is_none() => {
                packet.clear();
                self.refused += 1;
            }
            Err(error) => return Err(self.error(error)),
        }
        Ok(())
    }

    /// Writes out everything that was taken so far: what waits for other streams, the fragment that is not full, and what
    /// lies in FFmpeg's buffer.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Output`].
    pub fn flush(&mut self) -> Result<(), Error> {
        self.state.allow("flush", WORKING)?;
        self.with_live(|live, muxer| live.flush(muxer)).unwrap_or_else(|| self.flush_now())
    }

    pub(crate) fn flush_now(&mut self) -> Result<(), Error> {
        let flushed = sys::flush(self.output()?);
        flushed.map_err(|error| self.error(error))
    }

    /// Sets an option while packets are being written.
    pub(crate) fn set_option(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let container = self.container.name();
        options::set_all(self.output()?, container, [(name, value)])
    }

    /// The codec's parameters of a stream, in the codec's own form.
    pub(crate) fn extradata(&self, stream: usize) -> Vec<u8> {
        let stream = self.output.as_ref().and_then(|output| output.stream(stream));
        stream.map(|stream| sys::extradata(&stream.parameters())).unwrap_or_default()
    }

    /// Writes what is left and the index, and closes it; a file appears under its name.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Output`], and no file is left then.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.end()?;
        self.aside.take().map_or(Ok(()), AsideFile::commit)
    }

    /// [`finish`](Self::finish), but for making the file appear.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.state.allow("finish", WORKING)?;
        self.with_live(|live, muxer| live.finish(muxer)).unwrap_or_else(|| self.end_now())
    }

    pub(crate) fn end_now(&mut self) -> Result<(), Error> {
        // Packets that wait for other streams may be refused as well; each ends one call.
        for _ in 0..self.packets {
            match sys::write_waiting(self.output()?) {
                Err(ff::Error::InvalidData) => self.refused += 1,
                _ => break,
            }
        }
        let output = self.output()?;
        let written = output.write_trailer();
        let closed = sys::close(output);
        let ended = written.and(closed).map_err(|error| self.error(error));
        // Writes out and drops a writer of the caller's.
        self.output = None;
        self.state = State::Closed;
        if ended.is_err() {
            self.aside = None;
        }
        ended?;
        match self.fault.get() {
            Some(reason) => {
                self.aside = None;
                Err(Error::Output { place: self.place.clone(), reason })
            }
            None => Ok(()),
        }
    }

    /// Nothing was refused: packets of one's own encoders must not be.
    pub(crate) fn took_all(&self) -> Result<(), Error> {
        match self.refused {
            0 => Ok(()),
            refused => Err(Error::Output {
                place: self.place.clone(),
                reason: format!("{refused} packets do not fit the container"),
            }),
        }
    }

    fn output(&mut self) -> Result<&mut ff::format::context::Output, Error> {
        self.output.as_mut().ok_or(Error::WrongState { call: "writing", state: State::Closed })
    }

    fn error(&self, error: ff::Error) -> Error {
        Error::Output { place: self.place.clone(), reason: self.fault.get().unwrap_or_else(|| error.to_string()) }
    }
}

impl MuxerConfig {
    /// A container, the rest by default.
    pub fn new(container: Container) -> MuxerConfig {
        MuxerConfig { container: Some(container), ..MuxerConfig::default() }
    }

    /// The container to write under this name: RTMP takes FLV, SRT and UDP a transport stream, otherwise it goes by the
    /// extension.
    ///
    /// # Errors
    /// [`Error::UnsupportedOutput`] if none of that tells it.
    pub fn container_of(&self, name: &Path) -> Result<Container, Error> {
        let address = name.to_str().and_then(|name| Some((name.split_once("://")?.0, name.split(['?', '#']).next()?)));
        let told = self.container.or_else(|| match address {
            Some(("srt" | "udp", _)) => Some(Container::MpegTs),
            Some((protocol, _)) if protocol.starts_with("rtmp") => Some(Container::Flv),
            Some((_, path)) => Container::of(Path::new(path)),
            None => Container::of(name),
        });
        told.ok_or_else(|| Error::UnsupportedOutput {
            what: format!("the container of {}", redacted(&name.display().to_string())),
            reason: "its name has no known extension".to_owned(),
        })
    }
}
