//! An encoded packet of a stream.
//!
//! A [`Packet`] is a handle on memory that FFmpeg counts references to: the demuxer allocates it on FFmpeg's heap, there is
//! no way to bring one's own. Reading into the same handle again gives the memory back.

use crate::{Error, sys};
use ffmpeg_next as ff;
use std::fmt;

/// An encoded packet. Times are in ticks of its stream's time base.
pub struct Packet(ff::Packet);

impl Packet {
    /// An empty one, to read into.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn new() -> Packet {
        Packet(ff::Packet::empty())
    }

    /// Another handle on the same bytes.
    ///
    /// # Errors
    /// [`Error::Temporary`] if FFmpeg's heap has no room for it.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, and copies no bytes that FFmpeg counts references to.
    pub fn share(&self) -> Result<Packet, Error> {
        let mut shared = Packet::new();
        sys::refer_to_packet(&self.0, &mut shared.0)
            .map_err(|error| Error::Temporary { what: "a reference to a packet", reason: error.to_string() })?;
        Ok(shared)
    }

    /// Index of its stream in the file.
    pub fn stream(&self) -> usize {
        self.0.stream()
    }

    /// Presentation time, if it has one.
    pub fn pts(&self) -> Option<i64> {
        self.0.pts()
    }

    /// Decoding time, if it has one.
    pub fn dts(&self) -> Option<i64> {
        self.0.dts()
    }

    /// Duration; 0 if it is not known.
    pub fn duration(&self) -> i64 {
        self.0.duration()
    }

    /// Sets presentation and decoding time.
    pub fn set_times(&mut self, pts: Option<i64>, dts: Option<i64>) {
        self.0.set_pts(pts);
        self.0.set_dts(dts);
    }

    /// Sets the duration.
    pub fn set_duration(&mut self, duration: i64) {
        self.0.set_duration(duration);
    }

    /// Decoding can begin here.
    pub fn is_key(&self) -> bool {
        self.0.is_key()
    }

    /// The encoded bytes.
    pub fn data(&self) -> &[u8] {
        self.0.data().unwrap_or(&[])
    }

    pub(crate) fn raw(&self) -> &ff::Packet {
        &self.0
    }

    pub(crate) fn raw_mut(&mut self) -> &mut ff::Packet {
        &mut self.0
    }

    /// Gives up what it refers to.
    pub(crate) fn clear(&mut self) {
        self.0 = ff::Packet::empty();
    }
}

impl Default for Packet {
    fn default() -> Packet {
        Packet::new()
    }
}

impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packet")
            .field("stream", &self.stream())
            .field("pts", &self.pts())
            .field("dts", &self.dts())
            .field("bytes", &self.data().len())
            .finish_non_exhaustive()
    }
}
