//! Threads that read clips ahead of the one that composes.
//!
//! As many as clips can be open at once are started before the first frame; each opens a clip when told to, decodes it
//! into a short queue, and waits for the next job when the clip ends or nobody wants it any more. Opening counts as
//! opening; reading does not allocate.

use super::Run;
use super::assets::Assets;
use super::timing::Clock;
use crate::queue::{Receiver, Sender, bounded};
use crate::{Clip, ClipPicture, DecoderConfig, Error, Place, threads};
use millpond_core::{Rational, memory};
use millpond_scene::{ClipInfo, Scene};
use std::thread::Scope;

/// Pictures that wait for the composing stage, besides the one that waits to get into the queue.
const AHEAD: usize = 1;

/// Pictures of a clip that can be out at once: those ahead, the one that waits to get into the queue, the one on its way
/// to the stage, and the two that the stage holds.
const OUT: usize = AHEAD + 4;

/// What a clip's thread says.
pub(crate) enum FromClip {
    /// It is open; always the first message.
    Opened(ClipInfo),
    /// The next picture.
    Picture(ClipPicture),
    /// There are no more; the tick at which the last one ends.
    End(i64),
    /// It cannot go on.
    Failed(Error),
}

struct Job {
    place: Place,
    from: Rational,
    out: Sender<FromClip>,
}

/// An open clip, seen from the thread that composes. Dropping it closes the clip.
pub(crate) struct Reader {
    worker: usize,
    messages: Receiver<FromClip>,
}

impl Reader {
    /// Waits for the next message.
    pub(crate) fn receive(&self) -> FromClip {
        // A thread ends without a word only when everything was abandoned.
        self.messages.receive().unwrap_or(FromClip::Failed(Error::Cancelled))
    }
}

/// The threads.
pub(crate) struct Readers<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    assets: &'env Assets,
    pub(crate) run: &'env Run,
    config: DecoderConfig,
    jobs: Vec<Sender<Job>>,
    idle: Vec<usize>,
}

impl<'scope, 'env> Readers<'scope, 'env> {
    /// Starts `count` threads. Their decoders share the render's threads for decoding.
    pub(crate) fn start(
        scope: &'scope Scope<'scope, 'env>,
        assets: &'env Assets,
        count: usize,
        run: &'env Run,
    ) -> Result<Self, Error> {
        let threads = (run.decoder_threads / count.max(1)).max(1);
        let config = DecoderConfig { held: OUT + run.held, threads, ..DecoderConfig::default() };
        let mut readers = Readers { scope, assets, run, config, jobs: Vec::new(), idle: Vec::new() };
        for _ in 0..count {
            let worker = readers.hire()?;
            readers.idle.push(worker);
        }
        Ok(readers)
    }

    fn hire(&mut self) -> Result<usize, Error> {
        let (jobs, work) = bounded::<Job>(1);
        let (assets, run, config) = (self.assets, self.run, self.config.clone());
        threads::start(self.scope, "clip reader", move || {
            while let Some(job) = work.receive() {
                read(job, assets, config.clone(), run);
            }
        })?;
        self.jobs.push(jobs);
        Ok(self.jobs.len() - 1)
    }

    /// Opens a clip from asset time `from` on. Allocates.
    pub(crate) fn open(&mut self, place: &Place, from: Rational) -> Result<Reader, Error> {
        let worker = match self.idle.pop() {
            Some(worker) => worker,
            None => self.hire()?,
        };
        let (out, messages) = bounded(AHEAD);
        let job = Job { place: place.clone(), from, out };
        match self.jobs.get(worker).map(|jobs| jobs.send(job)) {
            Some(Ok(())) => Ok(Reader { worker, messages }),
            _ => Err(Error::Cancelled),
        }
    }

    /// Closes a clip; its thread is free for another.
    pub(crate) fn close(&mut self, reader: Reader) {
        self.idle.push(reader.worker);
    }
}

fn read(job: Job, assets: &Assets, config: DecoderConfig, run: &Run) {
    let opened = memory::opening(|| {
        let clock = run.times.start(format!("read {}", job.place));
        let mut clip = Clip::open_with(&job.place, &assets.access, &run.cancel, config, run.frames.as_ref())?;
        clip.seek(job.from)?;
        if let Some(monitor) = &run.monitor {
            clip.watch(monitor);
        }
        Ok((clip, clock))
    });
    // Sending fails when nobody wants more, which is a fine end.
    let _ = match opened {
        Ok((mut clip, clock)) => {
            let sent = job.out.send(FromClip::Opened(*clip.info())).and_then(|()| pump(&mut clip, &job.out, &clock));
            if clip.damaged() > 0 {
                run.warnings.damaged(&job.place, clip.damaged());
            }
            sent
        }
        Err(error) => job.out.send(FromClip::Failed(error)),
    };
}

fn pump(clip: &mut Clip, out: &Sender<FromClip>, clock: &Clock) -> Result<(), crate::queue::Closed> {
    loop {
        let message = match clip.read() {
            Ok(Some(picture)) => FromClip::Picture(picture),
            Ok(None) => return out.send(FromClip::End(clip.end_tick())),
            Err(error) => return out.send(FromClip::Failed(error)),
        };
        clock.output(|| out.send(message))?;
    }
}

/// The most clips that can be open at once: at each layer's start, the layers that have begun and not ended. One that
/// ends where another begins still counts.
pub(crate) fn most_open(scene: &Scene, is_clip: impl Fn(usize) -> bool) -> usize {
    let clips = || scene.layers.iter().filter(|layer| is_clip(layer.asset));
    let open_at = |time| clips().filter(|layer| layer.start <= time && layer.end.is_none_or(|end| end >= time)).count();
    clips().map(|layer| open_at(layer.start)).max().unwrap_or(0)
}
