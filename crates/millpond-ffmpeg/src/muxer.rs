//! Writing an MP4 file: one stream of pictures, at most one of sound.
//!
//! A regular file gets its index at the front (`faststart`); a device or pipe, which cannot be rewritten, gets a
//! fragmented file. Opening allocates, writing does not allocate on the Rust heap.

use crate::aside::AsideFile;
use crate::encoder::Encoder;
use crate::{Error, Place, sys};
use ffmpeg_next as ff;
use std::path::PathBuf;

/// An MP4 file in the making.
pub(crate) struct Muxer {
    output: ff::format::context::Output,
    target: PathBuf,
    /// Per stream: the encoder's time base and the one that the file uses.
    time_bases: Vec<(ff::Rational, ff::Rational)>,
}

impl Muxer {
    /// Opens the file and writes its header. Streams are numbered as their encoders stand here.
    pub(crate) fn create(file: &AsideFile, target: PathBuf, encoders: &[&dyn Encoder]) -> Result<Muxer, Error> {
        let place = Place::file(file.path())?;
        let mut output = sys::create(place.url(), c"mp4").map_err(|error| Error::output(&target, error))?;
        for encoder in encoders {
            let mut stream =
                output.add_stream_with(encoder.context()).map_err(|error| Error::output(&target, error))?;
            stream.set_time_base(encoder.time_base());
        }
        let mut options = ff::Dictionary::new();
        let flags = if file.is_regular() { "+faststart" } else { "+frag_keyframe+empty_moov+default_base_moof" };
        options.set("movflags", flags);
        drop(output.write_header_with(options).map_err(|error| Error::output(&target, error))?);
        let base = |index| output.stream(index).map_or(ff::Rational::new(1, 1), |stream| stream.time_base());
        let time_bases =
            encoders.iter().enumerate().map(|(index, encoder)| (encoder.time_base(), base(index))).collect();
        Ok(Muxer { output, target, time_bases })
    }

    /// Writes a packet; packets of all streams together must come in the order of their decoding times.
    pub(crate) fn write(&mut self, stream: usize, mut packet: ff::Packet) -> Result<(), Error> {
        let Some(&(from, to)) = self.time_bases.get(stream) else {
            return Err(Error::output(&self.target, ff::Error::StreamNotFound));
        };
        packet.set_stream(stream);
        packet.rescale_ts(from, to);
        packet.write(&mut self.output).map_err(|error| Error::output(&self.target, error))?;
        Ok(())
    }

    /// Writes the index and closes the file.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let written = self.output.write_trailer();
        let closed = sys::close(&mut self.output);
        written.and(closed).map_err(|error| Error::output(&self.target, error))
    }
}
