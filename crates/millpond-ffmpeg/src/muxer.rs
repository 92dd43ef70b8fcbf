//! Writing a container.
//!
//! A muxer is created with its container, given its streams, opened (which writes the header), fed with packets and
//! finished. A regular MP4 or MOV file gets its index at the front (`faststart`); a device or pipe, which cannot be
//! rewritten, gets a fragmented one. Opening allocates, writing does not allocate on the Rust heap.

use crate::aside::AsideFile;
use crate::encoder::Encoder;
use crate::{Container, Error, Place, State, sys};
use ffmpeg_next as ff;
use std::path::PathBuf;

/// A file in the making.
pub(crate) struct Muxer {
    output: ff::format::context::Output,
    target: PathBuf,
    container: Container,
    state: State,
    streams: Vec<Track>,
    repaired: u64,
}

/// What is known about a stream of the file.
struct Track {
    /// Time base of the packets that are given.
    from: ff::Rational,
    /// Time base of the file.
    to: ff::Rational,
    /// Decoding time of the last packet, in the file's ticks.
    last: Option<i64>,
    /// Duration of that packet, in the file's ticks.
    duration: i64,
    /// Pictures by which decoding runs ahead of showing.
    delay: i64,
}

impl Track {
    fn new(from: ff::Rational, delay: i64) -> Track {
        Track { from, to: from, last: None, duration: 0, delay }
    }
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// The index at the front, which rewrites the file at the end.
    Whole,
    /// In fragments, each with its own index.
    Fragments,
}

impl Muxer {
    /// Creates the file. `target` stands for it in errors.
    pub(crate) fn create(file: &AsideFile, target: PathBuf, container: Container) -> Result<Muxer, Error> {
        crate::demuxer::prepare();
        let place = Place::file(file.path())?;
        let output =
            sys::create(place.url(), container.ffmpeg_name()).map_err(|error| Error::output(&target, error))?;
        Ok(Muxer { output, target, container, state: State::Created, streams: Vec::new(), repaired: 0 })
    }

    /// Adds the stream of an encoder; streams are numbered from 0.
    pub(crate) fn add_encoder(&mut self, encoder: &dyn Encoder) -> Result<(), Error> {
        self.state.allow("add_encoder", &[State::Created])?;
        let mut stream =
            self.output.add_stream_with(encoder.context()).map_err(|error| Error::output(&self.target, error))?;
        stream.set_time_base(encoder.time_base());
        self.streams.push(Track::new(encoder.time_base(), 0));
        Ok(())
    }

    /// Adds a stream that packets of `stream` are copied into.
    pub(crate) fn add_copy(&mut self, stream: &ff::Stream<'_>) -> Result<(), Error> {
        self.state.allow("add_copy", &[State::Created])?;
        sys::copy_stream(&mut self.output, stream).map_err(|error| Error::output(&self.target, error))?;
        self.streams.push(Track::new(stream.time_base(), sys::stream_numbers(stream).video_delay.into()));
        Ok(())
    }

    /// Whether the container can hold a codec.
    pub(crate) fn accepts(&self, codec: ff::codec::Id) -> bool {
        self.container.only_codec().map_or_else(|| sys::accepts(&self.output, codec), |only| only == codec)
    }

    /// The file's metadata and chapters.
    pub(crate) fn context_mut(&mut self) -> &mut ff::format::context::Output {
        &mut self.output
    }

    /// Writes the header.
    pub(crate) fn open(&mut self, arrangement: Arrangement) -> Result<(), Error> {
        self.state.allow("open", &[State::Created])?;
        let mut options = ff::Dictionary::new();
        // Only MP4 and MOV know it; others leave it in the dictionary.
        options.set(
            "movflags",
            match arrangement {
                Arrangement::Whole => "+faststart",
                Arrangement::Fragments => "+frag_keyframe+empty_moov+default_base_moof",
            },
        );
        drop(self.output.write_header_with(options).map_err(|error| Error::output(&self.target, error))?);
        for (index, track) in self.streams.iter_mut().enumerate() {
            track.to = self.output.stream(index).map_or(track.from, |stream| stream.time_base());
        }
        self.state = State::Opened;
        Ok(())
    }

    /// Writes a packet; packets of all streams together must come in the order of their decoding times.
    pub(crate) fn write(&mut self, stream: usize, mut packet: ff::Packet) -> Result<(), Error> {
        self.prepare(stream, &mut packet)?;
        packet.write(&mut self.output).map_err(|error| Error::output(&self.target, error))?;
        Ok(())
    }

    /// Takes a packet; the muxer brings those of all streams into order and keeps a few for that.
    pub(crate) fn interleave(&mut self, stream: usize, packet: &mut ff::Packet) -> Result<(), Error> {
        self.prepare(stream, packet)?;
        self.repair(stream, packet);
        packet.write_interleaved(&mut self.output).map_err(|error| Error::output(&self.target, error))
    }

    fn prepare(&mut self, stream: usize, packet: &mut ff::Packet) -> Result<(), Error> {
        self.state.allow("write", &[State::Opened, State::Streaming])?;
        self.state = State::Streaming;
        let Some(track) = self.streams.get(stream) else {
            return Err(Error::output(&self.target, ff::Error::StreamNotFound));
        };
        packet.set_stream(stream);
        packet.rescale_ts(track.from, track.to);
        packet.set_position(-1);
        Ok(())
    }

    /// Decoding times must rise, and none may come after its presentation time: what does not is moved and counted. Times
    /// that a container does not tell (Matroska has no decoding times, and FFmpeg cannot guess the first ones) follow the
    /// packet before; the first begins as much earlier as pictures are reordered.
    fn repair(&mut self, stream: usize, packet: &mut ff::Packet) {
        let Some(track) = self.streams.get_mut(stream) else { return };
        let follows = |track: &Track| match (track.last, packet.pts()) {
            (Some(last), Some(pts)) => last.saturating_add(track.duration).min(pts),
            (Some(last), None) => last.saturating_add(track.duration),
            (None, pts) => pts.unwrap_or(0).saturating_sub(track.delay.saturating_mul(packet.duration())),
        };
        let told = packet.dts().unwrap_or_else(|| follows(track));
        let dts = track.last.map_or(told, |last| told.max(last.saturating_add(1)));
        let pts = packet.pts().map_or(dts, |pts| pts.max(dts));
        let is_moved = packet.dts().is_some_and(|told| told != dts) || packet.pts().is_some_and(|told| told != pts);
        self.repaired += u64::from(is_moved);
        packet.set_dts(Some(dts));
        packet.set_pts(Some(pts));
        (track.last, track.duration) = (Some(dts), packet.duration());
    }

    /// Packets whose times were repaired.
    pub(crate) fn repaired(&self) -> u64 {
        self.repaired
    }

    /// Writes the index and closes the file.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.state.allow("finish", &[State::Opened, State::Streaming])?;
        let written = self.output.write_trailer();
        let closed = sys::close(&mut self.output);
        written.and(closed).map_err(|error| Error::output(&self.target, error))
    }
}
