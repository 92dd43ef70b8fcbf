//! Streams that are copied into segments as they are. The caller's thread does it: there is nothing to compute.

use super::clock::Clock;
use super::cutter::{Grid, KeyFrames};
use super::publisher::Publisher;
use super::run::Run;
use super::writer::{Place, SegmentWriter};
use crate::{Demuxer, Error, Packet};
use millpond_core::Rational;
use std::sync::atomic::Ordering;

/// A stream that is copied.
pub(crate) struct PlannedCopy {
    pub(crate) index: usize,
    pub(crate) clock: Clock,
    pub(crate) cut: Cut,
    pub(crate) place: Place,
}

/// Where a copied stream is cut.
pub(crate) enum Cut {
    Pictures(KeyFrames),
    Sound(Grid),
}

/// A stream that is being copied.
pub(crate) struct Copied<'a> {
    index: usize,
    clock: Clock,
    cut: Cut,
    writer: SegmentWriter<'a>,
    /// Pictures can be decoded from here on.
    has_begun: bool,
}

impl PlannedCopy {
    /// Opens its muxer.
    pub(crate) fn open<'a>(self, publisher: &'a Publisher, demuxer: &Demuxer) -> Result<Copied<'a>, Error> {
        let PlannedCopy { index, clock, cut, place } = self;
        let writer = SegmentWriter::open(publisher, place, clock, |muxer| muxer.add_copy(demuxer, index))?;
        Ok(Copied { index, clock, cut, writer, has_begun: false })
    }
}

impl Copied<'_> {
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Writes a packet; says whether a segment of pictures began with it.
    pub(crate) fn write(&mut self, packet: &mut Packet, run: &Run) -> Result<bool, Error> {
        let Some(pts) = packet.pts().or(packet.dts()) else {
            run.skipped.fetch_add(1, Ordering::Relaxed);
            return Ok(false);
        };
        let time = self.clock.seconds(pts);
        let is_cut = match &mut self.cut {
            Cut::Sound(grid) => grid.cuts(time.max(Rational::from_integer(0))),
            // What comes before the first key frame cannot be decoded.
            Cut::Pictures(_) if !self.has_begun && !packet.is_key() => {
                run.skipped.fetch_add(1, Ordering::Relaxed);
                return Ok(false);
            }
            Cut::Pictures(keys) => packet.is_key() && keys.cuts(time),
        };
        self.has_begun = true;
        self.writer.write(packet, is_cut)?;
        Ok(is_cut && matches!(self.cut, Cut::Pictures(_)))
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        self.writer.finish()
    }
}
