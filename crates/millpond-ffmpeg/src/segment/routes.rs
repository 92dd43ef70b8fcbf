//! From the source to the threads: who gets which packet.

use super::copied::Copied;
use super::pictures::{Outlet, Pictures, ToDecode};
use super::plan::Plan;
use super::publisher::Publisher;
use super::run::Run;
use super::rung;
use crate::queue::{Closed, Sender, bounded};
use crate::{Demuxer, Error, Flow, Packet, threads};
use std::thread::Scope;

/// Packets that wait for a thread.
const PACKETS: usize = 64;

/// Where packets go.
pub(super) struct Routes<'scope> {
    /// The pictures' stream, and the thread that decodes it.
    pictures: Option<(usize, Sender<ToDecode>)>,
    sounds: Vec<(usize, Sender<Packet>)>,
    copies: Vec<Copied<'scope>>,
}

impl<'scope> Routes<'scope> {
    /// Opens what is copied and starts the threads.
    pub(super) fn start<'env: 'scope>(
        scope: &'scope Scope<'scope, 'env>,
        plan: Plan,
        publisher: &'env Publisher,
        run: &'env Run,
        demuxer: &Demuxer,
    ) -> Result<Routes<'scope>, Error> {
        let mut routes = Routes { pictures: None, sounds: Vec::new(), copies: Vec::new() };
        for copy in plan.copies {
            routes.copies.push(copy.open(publisher, demuxer)?);
        }
        for sound in plan.sounds {
            let index = sound.stream.index;
            let (to, packets) = bounded(PACKETS);
            let track = sound.with(publisher, run);
            threads::start(scope, "sound", move || run.stage(|| track.run(packets)))?;
            routes.sounds.push((index, to));
        }
        if let Some(pictures) = plan.pictures {
            let mut outlets = Vec::new();
            for (rung, scaler) in pictures.rungs {
                let (to, from) = bounded(rung::WAITING);
                outlets.push(Outlet { scaler, to });
                threads::start(scope, "rung", move || run.stage(|| rung::run(rung, from, publisher, run)))?;
            }
            let (to, packets) = bounded(PACKETS);
            routes.pictures = Some((pictures.stream.index(), to));
            let decoding = Pictures {
                stream: pictures.stream,
                clock: pictures.clock,
                cuts: pictures.cuts,
                outlets,
                run,
                interval: pictures.interval,
                bridges: pictures.bridges,
                last: None,
            };
            threads::start(scope, "decoder", move || run.stage(|| decoding.run(packets)))?;
        }
        Ok(routes)
    }

    /// Reads the source to its end, or until somebody asks for one. A live source that is lost ends as well; the error with
    /// which it was is returned.
    pub(super) fn read(
        &mut self,
        demuxer: &mut Demuxer,
        publisher: &Publisher,
        run: &Run,
        on_segment: &mut dyn FnMut(u64),
    ) -> Result<Option<Error>, Error> {
        let mut told = 0;
        let mut lost = None;
        let mut packet = Packet::new();
        while !run.cancel.is_ending() {
            match demuxer.read_into(&mut packet) {
                Ok(Flow::Done) => {}
                Ok(_) => break,
                // What came until then is worth keeping.
                Err(error) if error.is_temporary() => {
                    lost = Some(error);
                    break;
                }
                Err(error) => return Err(error),
            }
            let published = publisher.segments();
            if published > told {
                told = published;
                on_segment(told);
            }
            self.route(&mut packet, run)?;
        }
        for copy in self.copies.drain(..) {
            copy.finish()?;
        }
        Ok(lost)
    }

    fn route(&mut self, packet: &mut Packet, run: &Run) -> Result<(), Error> {
        let index = packet.stream();
        // A thread is gone only if it failed, which it has noted itself.
        let gone = |Closed| Error::Cancelled;
        let mut is_cut = false;
        if let Some(copy) = self.copies.iter_mut().find(|copy| copy.index() == index) {
            let is_decoded_too = self.pictures.as_ref().is_some_and(|(pictures, _)| *pictures == index);
            let mut copied = if is_decoded_too { packet.share()? } else { std::mem::take(packet) };
            is_cut = copy.write(&mut copied, run)?;
        }
        if let Some((_, to)) = self.pictures.as_ref().filter(|(pictures, _)| *pictures == index) {
            return to.send(ToDecode { packet: std::mem::take(packet), is_cut }).map_err(gone);
        }
        if let Some((_, to)) = self.sounds.iter().find(|(sound, _)| *sound == index) {
            return to.send(std::mem::take(packet)).map_err(gone);
        }
        Ok(())
    }
}
