//! One track's segments: a muxer that runs through, and files that are changed under it.
//!
//! MP4 writes its index once, into a file of its own, and then a fragment for each segment, with `styp` before it
//! (ISO/IEC 23000-19). A transport stream repeats its tables at the beginning of each segment, as RFC 8216 3.2 wants.
//! Times are moved to the segments' own ([`ORIGIN_S`](super::clock::ORIGIN_S)). A segment's file appears when it is whole.
//! Nothing is allocated on the Rust heap but for the files and playlists of a segment.

use super::clock::Clock;
use super::presentation::Segment;
use super::publisher::Publisher;
use super::sink::Sink;
use super::{SegmentFormat, hls};
use crate::aside::AsideFile;
use crate::{Container, Error, Muxer, MuxerConfig, Packet};
use std::io::Write;
use std::path::PathBuf;

/// The file that MP4 segments need first.
pub(crate) const INITIAL: &str = "init.mp4";

/// Brands of a media segment: `styp` with `msdh`, compatible with `msdh` and `msix`.
const SEGMENT_TYPE: [u8; 24] = *b"\0\0\0\x18stypmsdh\0\0\0\0msdhmsix";

/// Where a track's segments go.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its number in the presentation.
    pub(crate) track: usize,
    pub(crate) folder: PathBuf,
    pub(crate) format: SegmentFormat,
}

/// Writes the segments of one track.
pub(crate) struct SegmentWriter<'a> {
    publisher: &'a Publisher,
    place: Place,
    clock: Clock,
    muxer: Muxer,
    sink: Sink,
    /// The segment in the making.
    current: Option<Current>,
    number: u64,
    /// The tick behind everything that was written.
    end: i64,
}

struct Current {
    file: AsideFile,
    start: i64,
}

impl<'a> SegmentWriter<'a> {
    /// Opens a muxer whose only stream `add` adds; tells `codec` the extradata of it. Allocates.
    pub(crate) fn open(
        publisher: &'a Publisher,
        place: Place,
        clock: Clock,
        add: impl FnOnce(&mut Muxer) -> Result<usize, Error>,
    ) -> Result<SegmentWriter<'a>, Error> {
        let options: &[(&str, &str)] = match place.format {
            // The tables stand at the beginning of each segment, once.
            SegmentFormat::HlsTs => {
                &[("avoid_negative_ts", "disabled"), ("pat_period", "3600"), ("sdt_period", "3600")]
            }
            SegmentFormat::Hls | SegmentFormat::Dash => &[
                ("avoid_negative_ts", "disabled"),
                ("movflags", "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer"),
                ("use_editlist", "0"),
            ],
        };
        let config = MuxerConfig {
            container: Some(if place.format == SegmentFormat::HlsTs { Container::MpegTs } else { Container::Mp4 }),
            options: options.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..MuxerConfig::default()
        };
        let sink = Sink::default();
        let mut muxer = Muxer::to_writer(&place.folder.display().to_string(), sink.clone(), &config)?;
        add(&mut muxer)?;
        if place.format == SegmentFormat::HlsTs {
            muxer.open()?;
        } else {
            let mut file = AsideFile::create(&place.folder.join(INITIAL))?;
            sink.turn_to(Some(file.take_file()?));
            muxer.open()?;
            muxer.flush()?;
            sink.turn_to(None);
            file.commit()?;
        }
        Ok(SegmentWriter { publisher, place, clock, muxer, sink, current: None, number: 0, end: 0 })
    }

    /// Parameters of the stream as the codec's format has them.
    pub(crate) fn extradata(&self) -> Vec<u8> {
        self.muxer.extradata(0)
    }

    /// Writes a packet. Its times are the stream's; with `is_cut` a segment begins with it.
    ///
    /// # Errors
    /// Those of the muxer and of [`Publisher::publish`].
    pub(crate) fn write(&mut self, packet: &mut Packet, is_cut: bool) -> Result<(), Error> {
        let pts = packet.pts().or(packet.dts()).unwrap_or(0);
        // A player begins at 0, so priming before it belongs to no time.
        let tick = self.clock.ticks(pts).max(0);
        let end = self.clock.ticks(pts.saturating_add(packet.duration().max(0)));
        if is_cut || self.current.is_none() {
            self.end_segment(tick)?;
            self.begin(tick)?;
        }
        self.end = self.end.max(end);
        let shift = self.clock.shift();
        let (pts, dts) = (packet.pts(), packet.dts());
        packet.raw_mut().set_pts(pts.map(|pts| pts.saturating_add(shift)));
        packet.raw_mut().set_dts(dts.map(|dts| dts.saturating_add(shift)));
        self.muxer.write(0, packet)
    }

    /// Ends the last segment.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.end_segment(self.end)?;
        self.muxer.finish()
    }

    fn begin(&mut self, start: i64) -> Result<(), Error> {
        let extension = self.place.format.extension();
        let path = self.place.folder.join(hls::file_name(self.number, extension));
        let mut file = AsideFile::create(&path)?;
        self.sink.turn_to(Some(file.take_file()?));
        if self.place.format == SegmentFormat::HlsTs {
            self.muxer.set_option("mpegts_flags", "+resend_headers")?;
        } else {
            self.sink.write_all(&SEGMENT_TYPE).map_err(|error| Error::output(&path, error))?;
        }
        self.current = Some(Current { file, start });
        Ok(())
    }

    fn end_segment(&mut self, end: i64) -> Result<(), Error> {
        let Some(Current { file, start }) = self.current.take() else { return Ok(()) };
        self.muxer.flush()?;
        let bytes = self.sink.turn_to(None);
        file.commit()?;
        let segment = Segment { number: self.number, start, end: end.max(start + 1), bytes };
        self.number += 1;
        self.publisher.publish(self.place.track, segment)
    }
}
