//! Writing a container.
//!
//! A muxer is created for a place to write to, given its streams, opened (which writes the header), fed with packets and
//! finished. Packets of all streams are brought into the order of their decoding times, for which the container's writer
//! keeps a few. Creating and opening allocate, writing does not allocate on the Rust heap.
//!
//! Where the index of an MP4 or MOV file stands: at the front of a file (`faststart`, which rewrites it at the end), at the
//! end of what a seekable writer gets, and in fragments where nothing can be rewritten.

mod memory;
mod track;

pub use memory::MemoryFile;

use crate::aside::AsideFile;
use crate::encoder::Encoder;
use crate::live::output::{LiveOutputStats, Receiver};
use crate::reader::{Fault, Guarded};
use crate::redact::redacted;
use crate::{Access, Cancel, Container, Demuxer, Error, LiveConfig, Packet, Place, State, options, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use std::io::{Seek, Write};
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
    /// Writes a file, which appears under its name when it is finished. Devices and pipes are written directly.
    ///
    /// # Errors
    /// [`Error::Output`] if nothing can be written there; [`Error::UnsupportedOutput`] if the container is not known;
    /// [`Error::UnknownOption`] and [`Error::OptionValue`] with near names.
    pub fn to_file(path: &Path, config: &MuxerConfig) -> Result<Muxer, Error> {
        let container = config.container_of(path)?;
        let file = AsideFile::create(path)?;
        let mut muxer = Muxer::to_aside(&file, path, container, config)?;
        muxer.aside = Some(file);
        Ok(muxer)
    }

    /// Writes a file that somebody else will make appear. `target` stands for it in errors.
    pub(crate) fn to_aside(
        file: &AsideFile,
        target: &Path,
        container: Container,
        config: &MuxerConfig,
    ) -> Result<Muxer, Error> {
        crate::demuxer::prepare();
        let place = Place::file(file.path())?;
        let output = sys::create(place.url(), container.ffmpeg_name()).map_err(|error| Error::output(target, error))?;
        let layout = if file.is_regular() { Layout::IndexFirst } else { Layout::Fragments };
        Muxer::with(output, target.display().to_string(), container, layout, config)
    }

    /// Writes to a writer, from front to end. `name` stands for it in errors and, without a container in the
    /// configuration, tells it.
    ///
    /// FFmpeg's buffer has 32 KiB. An error or panic of the writer comes back from the call that met it.
    ///
    /// # Errors
    /// Those of [`to_file`](Self::to_file).
    pub fn to_writer(name: &str, writer: impl Write + Send + 'static, config: &MuxerConfig) -> Result<Muxer, Error> {
        let (writer, fault) = Guarded::new(writer, &Cancel::new());
        Muxer::custom(name, ff::format::context::StreamIo::from_write(writer), fault, Layout::Fragments, config)
    }

    /// Writes to a writer that can jump about, so that sizes and an index can be filled in at the end.
    ///
    /// # Errors
    /// Those of [`to_file`](Self::to_file).
    pub fn to_seekable(
        name: &str,
        writer: impl Write + Seek + Send + 'static,
        config: &MuxerConfig,
    ) -> Result<Muxer, Error> {
        let (writer, fault) = Guarded::new(writer, &Cancel::new());
        Muxer::custom(name, ff::format::context::StreamIo::from_write_seek(writer), fault, Layout::IndexLast, config)
    }

    fn custom(
        name: &str,
        stream: Result<ff::format::context::StreamIo, ff::Error>,
        fault: Fault,
        layout: Layout,
        config: &MuxerConfig,
    ) -> Result<Muxer, Error> {
        crate::demuxer::prepare();
        let container = config.container_of(Path::new(name))?;
        let temporary = |error: ff::Error| Error::Temporary { what: "a write buffer", reason: error.to_string() };
        let stream = stream.map_err(temporary)?;
        let output = sys::create_custom(stream, container.ffmpeg_name()).map_err(temporary)?;
        let mut muxer = Muxer::with(output, name.to_owned(), container, layout, config)?;
        muxer.fault = fault;
        Ok(muxer)
    }

    /// Writes to an address of an allowed protocol, such as `srt://host:port` or `http://host/path`. Without a container in
    /// the configuration the name tells it. Blocks while the system keeps FFmpeg waiting, until cancelled.
    ///
    /// # Errors
    /// Those of [`to_file`](Self::to_file); [`Error::Cancelled`].
    pub fn to_address(place: &Place, access: &Access, cancel: &Cancel, config: &MuxerConfig) -> Result<Muxer, Error> {
        if let Some(path) = place.path() {
            return Muxer::to_file(path, config);
        }
        let flag = cancel.clone();
        let opened = Muxer::at(place, &access.lists(place).0, config, move || flag.is_abandoned());
        if cancel.is_abandoned() { Err(Error::Cancelled) } else { opened }
    }

    /// Sends to a live receiver, the address of an allowed protocol: RTMP, SRT, UDP, TCP or HTTP. Every call keeps to its
    /// deadline, and a receiver that is lost can be connected to again; [`live`](crate::live) tells more. Files are written
    /// as they are.
    ///
    /// # Errors
    /// Those of [`to_file`](Self::to_file); [`Error::TimedOut`] and [`Error::Disconnected`], also from every later call;
    /// [`Error::Cancelled`].
    pub fn to_live(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        config: &MuxerConfig,
        live: &LiveConfig,
    ) -> Result<Muxer, Error> {
        if let Some(path) = place.path() {
            return Muxer::to_file(path, config);
        }
        let (receiver, mut muxer) = Receiver::connect(place, access, cancel, config, live)?;
        muxer.live = Some(Box::new(receiver));
        Ok(muxer)
    }

    /// Opens an address; `interrupted` is asked while the system keeps FFmpeg waiting, as long as the muxer lives.
    pub(crate) fn at(
        place: &Place,
        protocols: &str,
        config: &MuxerConfig,
        interrupted: impl Fn() -> bool + Send + 'static,
    ) -> Result<Muxer, Error> {
        crate::demuxer::prepare();
        let name = place.to_string();
        let container = config.container_of(Path::new(&name))?;
        let options: Vec<(&str, &str)> = config.options.iter().map(|(name, value)| (&**name, &**value)).collect();
        let opened = sys::create_at(place.url(), container.ffmpeg_name(), protocols, &options, interrupted);
        let (output, interrupt, taken) =
            opened.map_err(|error| Error::Output { place: name.clone(), reason: error.to_string() })?;
        let mut config = config.clone();
        config.options.retain(|(name, _)| !taken.contains(name));
        let mut muxer = Muxer::with(output, name, container, Layout::Fragments, &config)?;
        muxer._interrupt = Some(interrupt);
        Ok(muxer)
    }

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

    fn with(
        mut output: ff::format::context::Output,
        place: String,
        container: Container,
        layout: Layout,
        config: &MuxerConfig,
    ) -> Result<Muxer, Error> {
        let layout = if config.is_fragmented { Layout::Fragments } else { layout };
        let name = container.name();
        let flags = match layout {
            Layout::IndexFirst => Some("+faststart"),
            Layout::IndexLast => None,
            Layout::Fragments => Some("+frag_keyframe+empty_moov+default_base_moof"),
        };
        let flags = flags.filter(|_| container.is_indexed()).map(|flags| ("movflags", flags));
        let given = config.options.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        options::set_all(&mut output, name, flags.into_iter().chain(given))?;
        Ok(Muxer {
            output: Some(output),
            _interrupt: None,
            aside: None,
            place,
            container,
            state: State::Created,
            tracks: Vec::new(),
            packets: 0,
            repaired: 0,
            refused: 0,
            fault: Fault::default(),
            live: None,
        })
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

    /// Adds the stream of an open encoder and returns its number, which counts from 0.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created, or for an encoder that is not open; [`Error::UnsupportedOutput`] if the
    /// container cannot hold its codec.
    pub fn add_encoder(&mut self, encoder: &impl Encoder) -> Result<usize, Error> {
        self.state.allow("add_encoder", &[State::Created])?;
        let Some(context) = encoder.context() else {
            return Err(Error::WrongState { call: "add_encoder of an encoder", state: State::Created });
        };
        self.expect(context.id())?;
        let base = crate::streams::av_rational(encoder.time_base());
        let container = self.container;
        let added = self.output()?.add_stream_with(context).map(|mut stream| {
            stream.set_time_base(base);
            let index = stream.index();
            sys::finish_encoder_stream(&mut stream, context, container.is_indexed());
            index
        });
        let index = added.map_err(|error| self.error(error))?;
        let filter =
            sys::PacketFilter::for_headers(self.output()?, index, context).map_err(|error| self.error(error))?;
        self.tracks.push(Track::new(base, 0, filter));
        Ok(index)
    }

    /// Adds a stream that packets of stream `index` of a demuxer are copied into, with all that is known about it, and
    /// returns its number.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created; [`Error::UnsupportedOutput`] if the demuxer has no such stream or the container
    /// cannot hold it.
    pub fn add_copy(&mut self, demuxer: &Demuxer, index: usize) -> Result<usize, Error> {
        self.state.allow("add_copy", &[State::Created])?;
        let stream = source(demuxer, index)?;
        self.expect(stream.parameters().id())?;
        let added = sys::copy_stream(self.output()?, &stream).map_err(|error| self.error(error))?;
        let delay = sys::stream_numbers(&stream).video_delay.into();
        self.tracks.push(Track::new(stream.time_base(), delay, None));
        Ok(added)
    }

    /// Says about a stream what a demuxer says about its stream `index`: language and other metadata, whether it is the
    /// default, rotation. For streams of encoders; copies have it.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created; [`Error::UnsupportedOutput`] if there is no such stream.
    pub fn describe_like(&mut self, stream: usize, demuxer: &Demuxer, index: usize) -> Result<(), Error> {
        self.state.allow("describe_like", &[State::Created])?;
        let from = source(demuxer, index)?;
        sys::describe_stream(self.output()?, stream, &from).map_err(|error| self.error(error))
    }

    /// Sets an entry of the file's metadata, such as `title`. Containers leave out what they cannot hold.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created; [`Error::Core`] if name or value hold a zero byte.
    pub fn set_metadata(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.state.allow("set_metadata", &[State::Created])?;
        let entry = std::ffi::CString::new(name).ok().zip(std::ffi::CString::new(value).ok());
        let Some((name, value)) = entry else {
            let expected = "text without a zero byte";
            return Err(millpond_core::Error::BadParameter { name: "metadata", value: 0.0, expected }.into());
        };
        sys::set_metadata(self.output()?, &name, &value).map_err(|error| self.error(error))
    }

    /// Copies the metadata of a demuxer's file.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created.
    pub fn copy_metadata(&mut self, demuxer: &Demuxer) -> Result<(), Error> {
        self.state.allow("copy_metadata", &[State::Created])?;
        for (name, value) in &demuxer.context.metadata() {
            self.set_metadata(name, value)?;
        }
        Ok(())
    }

    /// Adds a chapter from `start` to `end`, in seconds.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless created; [`Error::Output`] if it ends before it begins or its times do not fit.
    pub fn add_chapter(&mut self, start: Rational, end: Rational, title: &str) -> Result<(), Error> {
        self.state.allow("add_chapter", &[State::Created])?;
        let micros = |time: Rational| (time * Rational::from_integer(1_000_000)).round().to_integer();
        let times = i64::try_from(micros(start)).ok().zip(i64::try_from(micros(end)).ok());
        let title = title.replace('\0', "");
        let output = self.output()?;
        let id = output.nb_chapters().into();
        let added = match times {
            Some((start, end)) => {
                output.add_chapter(id, ff::Rational::new(1, 1_000_000), start, end, title).map(|_| ())
            }
            None => Err(ff::Error::InvalidData),
        };
        added.map_err(|error| self.error(error))
    }

    /// Whether a stream is one of pictures.
    pub(crate) fn is_video(&self, stream: usize) -> bool {
        let stream = self.output.as_ref().and_then(|output| output.stream(stream));
        stream.is_some_and(|stream| stream.parameters().medium() == ff::media::Type::Video)
    }

    /// Whether the container can hold a codec, as far as its muxer knows. Codecs have FFmpeg's names.
    pub fn accepts(&self, codec: &str) -> bool {
        sys::codec_named(codec).is_some_and(|codec| self.holds(codec))
    }

    pub(crate) fn holds(&self, codec: ff::codec::Id) -> bool {
        let asked = || self.output.as_ref().is_some_and(|output| sys::accepts(output, codec));
        self.container.only_codec().map_or_else(asked, |only| only == codec)
    }

    fn expect(&self, codec: ff::codec::Id) -> Result<(), Error> {
        if self.holds(codec) {
            return Ok(());
        }
        let reason = format!("{} cannot hold it: {}", self.container.name(), self.place);
        Err(Error::UnsupportedOutput { what: format!("codec {}", codec.name()), reason })
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

/// Where the index of an MP4 or MOV file stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    IndexFirst,
    IndexLast,
    Fragments,
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

/// A stream of a demuxer.
fn source(demuxer: &Demuxer, index: usize) -> Result<ff::Stream<'_>, Error> {
    demuxer.context.stream(index).ok_or_else(|| Error::UnsupportedOutput {
        what: format!("stream {index}"),
        reason: "the file has no such stream".to_owned(),
    })
}
