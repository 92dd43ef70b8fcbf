//! The times of one stream that is written.
//!
//! Packets come in ticks of their source and are written in ticks of the file. Decoding times must rise (in containers whose
//! ticks are coarse, such as Matroska's milliseconds, they may stand still), and none may come after its presentation time:
//! what does not is moved and counted. Times that a container does not tell (Matroska has no
//! decoding times, and FFmpeg cannot guess the first ones) follow the packet before; the first begins as much earlier as
//! pictures are reordered.

use crate::sys::PacketFilter;
use ffmpeg_next as ff;

/// A stream of the file.
pub(super) struct Track {
    /// Time base of the packets that are given.
    from: ff::Rational,
    /// Time base of the file.
    pub(super) to: ff::Rational,
    /// Decoding time of the last packet, in the file's ticks.
    last: Option<i64>,
    /// Duration of that packet, in the file's ticks.
    duration: i64,
    /// Decoding times may stand still.
    pub(super) may_stand: bool,
    /// Pictures by which decoding runs ahead of showing.
    delay: i64,
    /// What its packets go through first.
    pub(super) filter: Option<PacketFilter>,
}

impl Track {
    pub(super) fn new(from: ff::Rational, delay: i64, filter: Option<PacketFilter>) -> Track {
        Track { from, to: from, last: None, duration: 0, may_stand: false, delay, filter }
    }

    /// Puts a packet's times into the file's ticks, and into order. Says whether they had to be moved for that.
    pub(super) fn place(&mut self, packet: &mut ff::Packet) -> bool {
        packet.rescale_ts(self.from, self.to);
        let follows = |track: &Track| match (track.last, packet.pts()) {
            (Some(last), Some(pts)) => last.saturating_add(track.duration).min(pts),
            (Some(last), None) => last.saturating_add(track.duration),
            (None, pts) => pts.unwrap_or(0).saturating_sub(track.delay.saturating_mul(packet.duration())),
        };
        let told = packet.dts().unwrap_or_else(|| follows(self));
        let is_after = |last: i64| told > last || self.may_stand && told == last;
        let dts = self.last.map_or(told, |last| if is_after(last) { told } else { last.saturating_add(1) });
        let pts = packet.pts().map_or(dts, |pts| pts.max(dts));
        let is_moved = packet.dts().is_some_and(|told| told != dts) || packet.pts().is_some_and(|told| told != pts);
        packet.set_dts(Some(dts));
        packet.set_pts(Some(pts));
        (self.last, self.duration) = (Some(dts), packet.duration());
        is_moved
    }
}
