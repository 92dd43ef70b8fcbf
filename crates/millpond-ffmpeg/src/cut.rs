//! The stretch of a file that is taken when its packets are copied.
//!
//! One stream leads: that of the pictures, else the first. The stretch begins with the leader's last key frame whose
//! presentation time is not after the start, and ends before its first one at or after the end. Pictures that are shown
//! before that first key frame though they are stored behind it cannot be decoded without what was left out: they are left
//! out too. Packets of the other streams are taken if they overlap the stretch.

use crate::{Demuxer, Error, Flow, Muxer, Packet, RemuxOptions};
use ffmpeg_next as ff;
use millpond_core::Rational;

/// A stretch of a file.
pub(crate) struct Cut {
    streams: Vec<Stream>,
    leader: usize,
    /// Presentation time of the first key frame, if there is a start.
    first: Option<Rational>,
    /// Seconds taken off every time.
    offset: Rational,
    end: Option<Rational>,
    /// Presentation time of the key frame before which the leader ended.
    ended: Option<Rational>,
}

struct Stream {
    /// Seconds of a tick.
    base: Rational,
    /// No more of it will be taken.
    is_over: bool,
}

/// Where a packet lies.
#[derive(Debug, PartialEq)]
pub(crate) enum Side {
    /// Before or behind the stretch.
    Outside,
    /// In it.
    Inside,
    /// Behind the asked end, but the leader has not come to its key frame yet.
    Undecided,
}

const ZERO: Rational = Rational::new_raw(0, 1);

impl Cut {
    /// Finds the start and goes there. `streams` are indices in the source.
    pub(crate) fn find(demuxer: &mut Demuxer, streams: &[usize], options: &RemuxOptions) -> Result<Cut, Error> {
        let kind = |index: usize| demuxer.context.stream(index).map(|stream| stream.parameters().medium());
        let is_sparse = |index: usize| !matches!(kind(index), Some(ff::media::Type::Video | ff::media::Type::Audio));
        let of_pictures = streams.iter().position(|index| kind(*index) == Some(ff::media::Type::Video));
        let leader = of_pictures.unwrap_or(0);
        let list = streams.iter().map(|index| {
            let base = demuxer.context.stream(*index).map(|stream| stream.time_base());
            let base = base.filter(|base| base.numerator() > 0 && base.denominator() > 0);
            let base = base.map_or(Rational::new(1, 1), |base| Rational::new(base.0.into(), base.1.into()));
            // Nobody knows whether more subtitles come, so nobody waits for them.
            Stream { base, is_over: is_sparse(*index) }
        });
        let start_us = crate::sys::container_numbers(&demuxer.context).start_us;
        let begins = if start_us == ff::ffi::AV_NOPTS_VALUE { ZERO } else { Rational::new(start_us.into(), 1_000_000) };
        let mut cut = Cut {
            streams: list.collect(),
            leader,
            first: None,
            offset: begins.max(ZERO),
            end: options.end,
            ended: None,
        };
        if let Some(start) = options.start {
            let first = go_to_key(demuxer, streams[leader], cut.streams[leader].base, start)?;
            (cut.first, cut.offset) = (Some(first), first);
        }
        Ok(cut)
    }

    /// Where a packet of stream `to` lies.
    pub(crate) fn place(&mut self, to: usize, packet: &Packet) -> Side {
        let time = self.time(to, packet);
        let is_leader = to == self.leader;
        let duration = Rational::from_integer(packet.duration().into()) * self.streams[to].base;
        let is_before =
            |first: Rational| if is_leader { time < first } else { time < first && time + duration <= first };
        if self.first.is_some_and(is_before) {
            return Side::Outside;
        }
        let Some(end) = self.end else { return Side::Inside };
        if is_leader && packet.is_key() && time >= end && self.ended.is_none() {
            self.ended = Some(time);
        }
        match self.ended {
            Some(ended) if time >= ended || is_leader && self.streams[to].is_over => {
                self.streams[to].is_over = true;
                Side::Outside
            }
            // Stored behind the key frame that ends the stretch, though shown before it.
            Some(_) if is_leader => Side::Outside,
            Some(_) => Side::Inside,
            None if time >= end && !is_leader => Side::Undecided,
            None => Side::Inside,
        }
    }

    /// It is known where the stretch ends.
    pub(crate) fn is_decided(&self) -> bool {
        self.ended.is_some()
    }

    /// Everything was taken.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some() && self.streams.iter().all(|stream| stream.is_over)
    }

    /// Moves a packet so that the stretch begins at 0.
    pub(crate) fn shift(&self, to: usize, packet: &mut Packet) {
        let ticks = (self.offset / self.streams[to].base).round().to_integer();
        let ticks = i64::try_from(ticks).unwrap_or(0);
        let (pts, dts) = (packet.pts(), packet.dts());
        let earlier = |tick: i64| tick.saturating_sub(ticks);
        packet.set_times(pts.map(earlier), dts.map(earlier));
    }

    /// Adds the chapters of the stretch to a muxer.
    pub(crate) fn add_chapters(&self, demuxer: &Demuxer, muxer: &mut Muxer) -> Result<(), Error> {
        add_chapters(demuxer, muxer, self.offset, self.end)
    }

    fn time(&self, to: usize, packet: &Packet) -> Rational {
        let ticks = packet.pts().or(packet.dts()).unwrap_or(0);
        Rational::from_integer(ticks.into()) * self.streams[to].base
    }
}

/// Goes to where a stream's key frame at or before `start` (seconds) can be read, and returns its time. The first one of all
/// if there is none before.
pub(crate) fn go_to_key(
    demuxer: &mut Demuxer,
    index: usize,
    base: Rational,
    start: Rational,
) -> Result<Rational, Error> {
    let mut packet = Packet::new();
    let mut from = start;
    // Containers index decoding times; where pictures are reordered the key frame found may be too late.
    for attempt in 0..12 {
        let tick = i64::try_from((from / base).floor().to_integer()).unwrap_or(i64::MIN);
        demuxer.seek(index, tick)?;
        while demuxer.read_into(&mut packet)? == Flow::Done {
            if packet.stream() != index || !packet.is_key() {
                continue;
            }
            let time = Rational::from_integer(packet.pts().or(packet.dts()).unwrap_or(0).into()) * base;
            if time > start && from > ZERO && attempt < 11 {
                break;
            }
            demuxer.seek(index, tick)?;
            return Ok(time);
        }
        from = (start - Rational::from_integer(1 << attempt)).max(ZERO);
    }
    Err(Error::broken(demuxer.place(), "no key frame can be reached"))
}

/// Adds a file's chapters to a muxer, as far as they lie between `offset`, which becomes 0, and `end`.
pub(crate) fn add_chapters(
    demuxer: &Demuxer,
    muxer: &mut Muxer,
    offset: Rational,
    end: Option<Rational>,
) -> Result<(), Error> {
    for chapter in demuxer.context.chapters() {
        let base = chapter.time_base();
        let base = Rational::new(base.0.into(), i128::from(base.1.max(1)));
        let seconds = |tick: i64| Rational::from_integer(tick.into()) * base;
        let last = end.map_or(seconds(chapter.end()), |end| end.min(seconds(chapter.end())));
        let (first, last) = ((seconds(chapter.start()) - offset).max(ZERO), last - offset);
        if first < last {
            muxer.add_chapter(first, last, chapter.metadata().get("title").unwrap_or_default())?;
        }
    }
    Ok(())
}
