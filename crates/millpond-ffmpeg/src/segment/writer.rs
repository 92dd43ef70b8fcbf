//! One track's segments: a muxer that runs through, and files that are changed under it.
//!
//! MP4 writes its index once, into a file of its own, and then a fragment for each segment, with `styp` before it
//! (ISO/IEC 23000-19). Where pictures are reordered its edit list takes off what decoding runs ahead, so that the first
//! fragment's decoding time is its first picture's presentation time: players disagree about anything else. A transport stream repeats its tables at the beginning of each segment, as RFC 8216 3.2 wants.
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
    /// The newest packet, in the segments' own time.
    held: Option<Packet>,
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
            // The clock runs 0.7 s ahead of decoding, as in FFmpeg's own streams, and sound is packed for as long at most; the
            // tables stand at the beginning of each segment, once.
            SegmentFormat::HlsTs => &[
                ("avoid_negative_ts", "disabled"),
                ("mpegts_copyts", "1"),
                ("max_delay", "700000"),
                ("pat_period", "3600"),
                ("sdt_period", "3600"),
            ],
            SegmentFormat::Hls | SegmentFormat::Dash => &[
                ("avoid_negative_ts", "disabled"),
                ("movflags", "frag_custom+empty_moov+delay_moov+default_base_moof+frag_discont+skip_trailer"),
                ("use_editlist", "1"),
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
        muxer.open()?;
        Ok(SegmentWriter { publisher, place, clock, muxer, sink, current: None, held: None, number: 0, end: 0 })
    }

    /// Parameters of the stream as the codec's format has them.
    pub(crate) fn extradata(&self) -> Vec<u8> {
        self.muxer.extradata(0)
    }

    /// Writes a packet and leaves it empty. Its times are the stream's; with `is_cut` a segment begins with it.
    ///
    /// # Errors
    /// Those of the muxer and of [`Publisher::publish`].
    pub(crate) fn write(&mut self, packet: &mut Packet, is_cut: bool) -> Result<(), Error> {
        let pts = packet.pts().or(packet.dts()).unwrap_or(0);
        // A player begins at 0, so priming before it belongs to no time.
        let tick = self.clock.ticks(pts).max(0);
        let end = self.clock.ticks(pts.saturating_add(packet.duration().max(0)));
        let shift = self.clock.shift();
        let moved = |time: Option<i64>| time.map(|time| time.saturating_add(shift));
        packet.set_times(moved(packet.pts()), moved(packet.dts()));
        self.write_held(packet.dts())?;
        if is_cut || self.current.is_none() {
            self.end_segment(tick)?;
            self.begin(tick)?;
        }
        self.end = self.end.max(end);
        self.held = Some(std::mem::take(packet));
        Ok(())
    }

    /// Ends the last segment.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.write_held(None)?;
        self.end_segment(self.end)?;
        self.muxer.finish()
    }

    /// Writes the packet that waits for the next one, which begins decoding at `next`. A packet that says that it lasts longer
    /// than until then would push away the first one of the next fragment.
    fn write_held(&mut self, next: Option<i64>) -> Result<(), Error> {
        let Some(mut held) = self.held.take() else { return Ok(()) };
        if let Some(lasts) = next.zip(held.dts()).map(|(next, dts)| next.saturating_sub(dts)).filter(|lasts| *lasts > 0)
        {
            held.raw_mut().set_duration(lasts);
        }
        self.muxer.write(0, &mut held)
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

    /// Writes the index: the first thing that is flushed, which the first packet's times are needed for.
    fn write_index(&mut self) -> Result<(), Error> {
        let mut index = AsideFile::create(&self.place.folder.join(INITIAL))?;
        let segment = self.sink.turn_to(Some(index.take_file()?));
        self.muxer.flush()?;
        self.sink.turn_back(segment);
        index.commit()
    }

    fn end_segment(&mut self, end: i64) -> Result<(), Error> {
        let Some(Current { file, start }) = self.current.take() else { return Ok(()) };
        if self.number == 0 && self.place.format != SegmentFormat::HlsTs {
            self.write_index()?;
        }
        self.muxer.flush()?;
        let bytes = self.sink.turn_to(None).1;
        file.commit()?;
        let segment = Segment { number: self.number, start, end: end.max(start + 1), bytes };
        self.number += 1;
        self.publisher.publish(self.place.track, segment)
    }
}
