//! Where a muxer writes to: files, writers, memory, addresses, live receivers.

use super::{Muxer, MuxerConfig};
use crate::aside::AsideFile;
use crate::live::output::Receiver;
use crate::reader::{Fault, Guarded};
use crate::{Access, Cancel, Container, Error, LiveConfig, Place, State, options, sys};
use ffmpeg_next as ff;
use std::io::{Seek, Write};
use std::path::Path;

/// Where the index of an MP4 or MOV file stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    IndexFirst,
    IndexLast,
    Fragments,
}

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
}
