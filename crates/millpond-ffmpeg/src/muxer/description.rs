//! What a muxer is told before it opens: its streams, metadata and chapters.

use super::Muxer;
use super::track::Track;
use crate::encoder::Encoder;
use crate::{Demuxer, Error, State, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;

impl Muxer {
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
}

/// A stream of a demuxer.
fn source(demuxer: &Demuxer, index: usize) -> Result<ff::Stream<'_>, Error> {
    demuxer.context.stream(index).ok_or_else(|| Error::UnsupportedOutput {
        what: format!("stream {index}"),
        reason: "the file has no such stream".to_owned(),
    })
}
