//! Rendering a scene: readers, composition, encoders and muxer, a thread each, with short queues between.
//!
//! The caller's thread composes. Everything that can be opened beforehand is; from frame 25 on nothing allocates on the
//! Rust heap, on any thread, except to open a further file, which is counted apart. The first error ends everybody, and
//! the output appears only when it is whole.

mod assets;
mod canvas;
mod feed;
mod frame_at;
mod input;
mod output;
mod reader;
mod sound;
mod timing;
mod warnings;

pub use frame_at::frame_at;
pub use timing::StageTime;
pub use warnings::Warning;

use crate::first_error::FirstError;
use crate::queue::{Closed, Sender};
use crate::{Access, Cancel, DecoderConfig, Error, SharedFrames, SharedMonitor, VideoFrame};
use assets::Assets;
use canvas::{Canvas, Wait};
use feed::Feed;
use millpond_core::video::FrameView;
use millpond_core::{Rational, memory};
use millpond_scene::{Scene, Stage};
use output::Output;
use sound::SoundEnd;
use std::path::PathBuf;
use std::time::Instant;
use timing::{Clock, Times};
use warnings::Warnings;

/// The frame before which the steady state begins.
pub const WARM_UP_FRAMES: u64 = 25;

/// How to render a scene.
#[derive(Clone, Debug, Default)]
pub struct RenderOptions {
    /// The folder of the scene file, to which `src` is relative.
    pub folder: PathBuf,
    /// The MP4 file to write; `None` composes and throws away, and does not touch the sound.
    pub output: Option<PathBuf>,
    /// Files for the scene's input assets: name of the asset, and a clip or raw frames.
    pub inputs: Vec<(String, PathBuf)>,
    /// What may be opened.
    pub access: Access,
    /// Ends the render early.
    pub cancel: Cancel,
    /// Is told of the render's pools.
    pub monitor: Option<SharedMonitor>,
    /// Threads that decode the pictures of all clips together; `None` fits the processors, and leaves most of them to the
    /// encoder if there is one.
    pub decoder_threads: Option<usize>,
    /// Where decoded pictures lie, in common with other renders; `None` is memory of its own.
    pub frames: Option<SharedFrames>,
}

/// What a render tells while it runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// It is about to compose the first frame.
    Started {
        /// How many frames there will be.
        frames: u64,
    },
    /// A frame was composed.
    Frame {
        /// Its index.
        index: u64,
        /// Its time in seconds.
        time: Rational,
        /// Its pixels, in the canvas's format.
        view: FrameView<'a>,
    },
    /// Something that does not stop it.
    Warning(Warning),
}

/// What a render did.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderReport {
    /// Frames composed.
    pub frames: u64,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// Calls of alloc and realloc on the Rust heap, all threads, from frame 25 to the last. 0 unless the program's
    /// global allocator counts.
    pub steady_allocations: u64,
    /// Such calls for opening things, from the start to the end.
    pub open_allocations: u64,
    /// It was ended early: the file is whole but short.
    pub is_shortened: bool,
    /// Where the time went, by stage.
    pub stages: Vec<StageTime>,
}

/// What all threads of a render share.
struct Run {
    cancel: Cancel,
    warnings: Warnings,
    failure: FirstError,
    times: Times,
    monitor: Option<SharedMonitor>,
    frames: Option<SharedFrames>,
    decoder_threads: usize,
    /// Pictures of one clip that can be on their way behind the composing stage.
    held: usize,
    sound_end: SoundEnd,
}

impl Run {
    fn new(options: &RenderOptions, duration: Rational) -> Run {
        let all = DecoderConfig::default().threads;
        // Encoding takes several times as long as decoding, and brings threads of its own.
        let threads = if options.output.is_some() { all.div_ceil(4) } else { all };
        Run {
            cancel: options.cancel.inner(),
            warnings: Warnings::default(),
            failure: FirstError::default(),
            times: Times::default(),
            monitor: options.monitor.clone(),
            frames: options.frames.clone(),
            decoder_threads: options.decoder_threads.unwrap_or(threads),
            held: if options.output.is_some() { output::WAITING } else { 0 },
            sound_end: SoundEnd::at(duration),
        }
    }

    /// Keeps the first error and ends everybody. Those who end because others did have nothing to say.
    fn fail(&self, error: Error) {
        self.failure.keep(error, &self.cancel);
    }
}

/// Renders a scene. `on_event` runs on the caller's thread; an error from it ends the render.
///
/// # Errors
/// The first error of any stage; [`Error::Cancelled`] if the render was abandoned, or ended before its first frame. No
/// output is left then.
pub fn render(
    scene: &Scene,
    options: &RenderOptions,
    on_event: &mut dyn FnMut(Event<'_>) -> Result<(), Error>,
) -> Result<RenderReport, Error> {
    let start = Instant::now();
    let opening_before = memory::counts().opening;
    let assets = Assets::find(scene, &options.folder, &options.access)?;
    let duration = assets.duration(scene, &options.cancel)?;
    let frames = scene.frame_count(duration);
    let stage: Stage<VideoFrame> = Stage::new(scene.clone())?;
    let layout = stage.canvas_layout()?;
    let run = Run::new(options, duration);
    let encoded = canvas::encoder_layout(&layout)?;
    let output = options.output.as_ref().map(|target| Output::create(target, scene, &encoded)).transpose()?;
    if output.is_some() && (encoded.width(), encoded.height()) != (layout.width(), layout.height()) {
        let (width, height) = (encoded.width(), encoded.height());
        run.warnings.add("W_ODD_CANVAS", || {
            format!("the last column or row is repeated, H.264 needs even sizes: {width}x{height}")
        });
    }
    let canvas = Canvas::new(&stage, run.held)?;
    if let Some(monitor) = &options.monitor {
        canvas.watch(monitor);
    }
    let composed = std::thread::scope(|scope| {
        // An error is noted while pictures and file are still held: let go first, they would end the file as a whole one.
        let fail = |error| run.fail(error);
        let compose = || {
            let running = output.map(|output| output.start(scope, scene, &assets, &run)).transpose().map_err(fail)?;
            let (pictures, file) = running.map(|running| (running.pictures, running.file)).unzip();
            let feed = Feed::start(scope, scene, &assets, options, &run).map_err(fail)?;
            let clock = run.times.start("compose".to_owned());
            let mut composition = Composition { stage, canvas, feed, pictures, clock, run: &run };
            let composed = composition.run(frames, on_event).map_err(fail)?;
            Ok::<_, ()>((composed, file))
        };
        compose().ok()
    });
    while let Some(warning) = run.warnings.take() {
        on_event(Event::Warning(warning))?;
    }
    if let Some(error) = run.failure.get() {
        return Err(error);
    }
    let Some((composed, file)) = composed.filter(|_| !run.cancel.is_abandoned()) else { return Err(Error::Cancelled) };
    if let Some(file) = file {
        file.commit()?;
    }
    Ok(RenderReport {
        frames: composed.frames,
        wall_s: start.elapsed().as_secs_f64(),
        steady_allocations: composed.steady_allocations,
        open_allocations: memory::counts().opening - opening_before,
        is_shortened: composed.frames < frames,
        stages: run.times.take(),
    })
}

/// The stage that the caller's thread runs.
struct Composition<'scope, 'env> {
    stage: Stage<VideoFrame>,
    canvas: Canvas,
    feed: Feed<'scope, 'env>,
    pictures: Option<Sender<VideoFrame>>,
    clock: Clock,
    run: &'env Run,
}

struct Composed {
    frames: u64,
    steady_allocations: u64,
}

impl Composition<'_, '_> {
    fn run(
        &mut self,
        frames: u64,
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<Composed, Error> {
        on_event(Event::Started { frames })?;
        let mut steady_before = None;
        let mut index = 0;
        while index < frames && !self.run.cancel.is_ending() {
            if index == WARM_UP_FRAMES {
                steady_before = Some(memory::counts().steady);
            }
            self.frame(index, on_event)?;
            index += 1;
        }
        let steady_allocations = steady_before.map_or(0, |before| memory::counts().steady - before);
        if index == 0 || self.run.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        if index < frames {
            self.run.sound_end.shorten(self.stage.scene().frame_time(index));
        }
        Ok(Composed { frames: index, steady_allocations })
    }

    fn frame(&mut self, index: u64, on_event: &mut dyn FnMut(Event<'_>) -> Result<(), Error>) -> Result<(), Error> {
        while let Some(warning) = self.run.warnings.take() {
            on_event(Event::Warning(warning))?;
        }
        self.clock.input(|| self.feed.prepare(&mut self.stage, index))?;
        let wait = Wait { cancel: &self.run.cancel, clock: &self.clock };
        let frame = self.canvas.frame(&mut self.stage, index, &wait)?;
        let time = self.stage.scene().frame_time(index);
        on_event(Event::Frame { index, time, view: frame.view() })?;
        if let Some(pictures) = &self.pictures {
            let picture = self.canvas.finish(frame, &wait)?;
            // The encoder is gone only if it failed, which it has noted itself.
            self.clock.output(|| pictures.send(picture)).map_err(|Closed| Error::Cancelled)?;
        }
        Ok(())
    }
}
