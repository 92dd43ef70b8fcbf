//! Decoding the pictures once for all rungs: a thread's work.
//!
//! Every rung gets the same pictures, told to cut at the same ones. Pictures without a time follow the one before; those
//! that are not behind the one before are left out and counted. In playlists that are read while they grow
//! no segment may be longer than they promised: where no picture comes within a quarter of a second of a boundary, the last
//! one is shown again there.

use super::clock::Clock;
use super::cutter::Grid;
use super::run::Run;
use super::rung::ToEncode;
use super::scaler::Scaler;
use crate::queue::{Closed, Receiver, Sender};
use crate::{DecoderConfig, Error, Flow, Packet, VideoDecoder, VideoFrame, VideoStream, pixels};
use millpond_core::Rational;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;

/// A packet to decode.
pub(crate) struct ToDecode {
    pub(crate) packet: Packet,
    /// Copied pictures are cut here, so encoded ones are too.
    pub(crate) is_cut: bool,
}

/// A rung that pictures go to.
pub(crate) struct Outlet {
    pub(crate) scaler: Scaler,
    pub(crate) to: Sender<ToEncode>,
}

/// Where segments begin.
pub(crate) enum Cuts {
    /// At multiples of the segment duration.
    Grid(Grid),
    /// Where copied pictures are cut: ticks of the stream, in order.
    Told(VecDeque<i64>),
}

/// The longest gap, in seconds, that is taken for one.
const LONGEST_GAP_S: i128 = 600;

/// The decoder of all rungs.
pub(crate) struct Pictures<'a> {
    pub(crate) stream: VideoStream,
    pub(crate) clock: Clock,
    pub(crate) cuts: Cuts,
    pub(crate) outlets: Vec<Outlet>,
    pub(crate) run: &'a Run,
    /// Ticks of the stream from a picture to the next, for streams that do not tell times.
    pub(crate) interval: i64,
    /// Gaps are bridged.
    pub(crate) bridges: bool,
    /// Tick of the last picture.
    pub(crate) last: Option<i64>,
}

impl Pictures<'_> {
    /// The thread.
    pub(crate) fn run(mut self, packets: Receiver<ToDecode>) -> Result<(), Error> {
        // What encoders wait for and keep may be the decoder's own pictures.
        let config = DecoderConfig { held: super::scaler::IN_FLIGHT, ..DecoderConfig::default() };
        let mut decoder = VideoDecoder::new(&self.stream, config);
        decoder.open()?;
        let mut frame = None;
        while let Some(ToDecode { packet, is_cut }) = packets.receive() {
            self.check()?;
            if let (true, Cuts::Told(cuts), Some(pts)) = (is_cut, &mut self.cuts, packet.pts()) {
                cuts.push_back(pts);
            }
            loop {
                let flow = decoder.decode_into(&packet, &mut frame)?;
                if let (Flow::Done | Flow::Full, Some(frame)) = (flow, frame.take()) {
                    self.hand_out(&frame, decoder.bitstream_color().chroma_location)?;
                }
                if flow != Flow::Full {
                    break;
                }
            }
        }
        self.check()?;
        while decoder.flush_into(&mut frame)? == Flow::Done {
            if let Some(frame) = frame.take() {
                self.hand_out(&frame, decoder.bitstream_color().chroma_location)?;
            }
        }
        let stats = decoder.stats();
        self.run.pictures.fetch_add(stats.pictures, Ordering::Relaxed);
        self.run.damaged.fetch_add(stats.damaged, Ordering::Relaxed);
        Ok(())
    }

    /// A stage that failed looks like one that ended.
    fn check(&self) -> Result<(), Error> {
        if self.run.cancel.is_abandoned() { Err(Error::Cancelled) } else { Ok(()) }
    }

    fn hand_out(&mut self, picture: &VideoFrame, chroma_location: i32) -> Result<(), Error> {
        let follows = self.last.map_or(0, |last| last.saturating_add(self.interval));
        let tick = picture.tick().unwrap_or(follows);
        let time = self.clock.seconds(tick);
        if self.last.is_some_and(|last| self.clock.ticks(tick) <= self.clock.ticks(last))
            || time < Rational::from_integer(0)
        {
            self.run.skipped.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        if let (Some(last), true) = (self.last, self.bridges) {
            self.bridge(self.clock.seconds(last), time)?;
        }
        let is_cut = match &mut self.cuts {
            Cuts::Grid(grid) => grid.cuts(time),
            Cuts::Told(cuts) => {
                let waiting = cuts.len();
                while cuts.front().is_some_and(|cut| *cut <= tick) {
                    cuts.pop_front();
                }
                cuts.len() < waiting || self.last.is_none()
            }
        };
        self.last = Some(tick);
        let ticks = self.clock.ticks_at(time);
        let siting = pixels::siting(chroma_location);
        for Outlet { scaler, to } in &mut self.outlets {
            let picture = scaler.scale(picture, siting, &self.run.cancel)?;
            // An encoder is gone only if it failed, which it has noted itself.
            to.send(ToEncode::Picture { picture, tick: ticks, is_cut }).map_err(|Closed| Error::Cancelled)?;
        }
        Ok(())
    }

    /// Shows the last picture again at each boundary that no picture came to.
    fn bridge(&mut self, last: Rational, time: Rational) -> Result<(), Error> {
        if time - last > Rational::from_integer(LONGEST_GAP_S) {
            let reason = format!("its pictures have a gap of {} s", (time - last).to_integer());
            return Err(Error::broken(&self.stream.place, reason));
        }
        let Cuts::Grid(grid) = &mut self.cuts else { return Ok(()) };
        while let Some(boundary) = grid.missed(time).filter(|boundary| time - *boundary > Rational::new(1, 4)) {
            grid.cuts(boundary);
            let tick = self.clock.ticks_at(boundary);
            for Outlet { to, .. } in &self.outlets {
                to.send(ToEncode::Again { tick }).map_err(|Closed| Error::Cancelled)?;
            }
            self.run.repeated.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
