//! Decoding a file and encoding it anew: demuxer, picture decoder, picture encoder and sound, a thread each, with short
//! queues of pooled handles between, and one muxer.
//!
//! Pictures go from decoder to encoder by reference unless size, format or range must change (`fit.rs`). Every picture
//! keeps its time, so an uneven rate stays uneven. Sound is cut to the sample, gaps in it are filled (`sound.rs`). Damaged
//! packets are skipped and counted. Rotation is written into the file and not applied. From picture 25 on nothing allocates
//! on the Rust heap. The first error ends everybody, and a file appears only when it is whole.

mod fit;
mod plan;
mod sound;
mod stages;
mod video;

use crate::encoder::{AudioEncoderConfig, VideoEncoderConfig};
use crate::queue::Sender;
use crate::render::Warning;
use crate::{Cancel, Container, Demuxer, Error, Flow, Muxer, Packet, cut, threads};
use millpond_core::{Rational, memory};
use plan::Window;
use stages::Stages;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// What becomes of a kind of stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Treatment<T> {
    /// It is encoded so.
    Encode(T),
    /// Its packets are copied. Pictures then begin with the first key frame in the stretch that is taken.
    Copy,
    /// It is left out.
    Omit,
}

/// How to transcode.
#[derive(Clone, Debug)]
pub struct TranscodeOptions {
    /// The pictures. Format, colours, rate and time base come from the source, and so does a width or height of 0; if the
    /// encoder does not take the source's format, the nearest that it does.
    pub video: Treatment<VideoEncoderConfig>,
    /// The sound. A rate or number of channels of 0 is the source's, or the nearest that the encoder takes.
    pub audio: Treatment<AudioEncoderConfig>,
    /// Where to begin, in seconds of the file: exact to the picture and the sample.
    pub start: Option<Rational>,
    /// Where to end, in seconds of the file.
    pub end: Option<Rational>,
    /// Ends early: [`finish`](Cancel::finish) with what there is, [`abandon`](Cancel::abandon) with nothing.
    pub cancel: Cancel,
}

impl TranscodeOptions {
    /// What a container is usually filled with, in the encoders' own quality: H.264 and AAC for MP4, MOV, Matroska and
    /// transport streams, VP9 and Opus for WebM, and the one codec of those that have one.
    pub fn new(container: Container) -> TranscodeOptions {
        let (video, audio) = container.usual_codecs();
        let video = video.map(|codec| VideoEncoderConfig::new(codec, 0, 0, Rational::from_integer(0)));
        let audio = audio.map(|codec| AudioEncoderConfig::new(codec, 0, 0));
        TranscodeOptions {
            video: video.map_or(Treatment::Omit, Treatment::Encode),
            audio: audio.map_or(Treatment::Omit, Treatment::Encode),
            start: None,
            end: None,
            cancel: Cancel::new(),
        }
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TranscodeProgress {
    /// Pictures encoded so far.
    pub frames: u64,
    /// Pictures that there will be, by the file's duration and average rate; `None` if it does not tell, or without
    /// pictures.
    pub frames_expected: Option<u64>,
    /// Seconds of the source that were read.
    pub read: Rational,
    /// Seconds that there are to read, if the file tells.
    pub duration: Option<Rational>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct TranscodeReport {
    /// Pictures encoded.
    pub frames: u64,
    /// Packets written, of all streams.
    pub packets: u64,
    /// FFmpeg's names of the encoders.
    pub encoders: Vec<String>,
    /// Packets and pictures that were damaged, and skipped where they could not be decoded.
    pub damaged: u64,
    /// Packets and pictures whose times did not rise: moved, or left out.
    pub repaired: u64,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// Calls of alloc and realloc on the Rust heap, all threads, from picture 25 to the last. 0 unless the program's
    /// global allocator counts.
    pub steady_allocations: u64,
    /// It was ended early: the file is whole but short.
    pub is_shortened: bool,
    /// A live source was lost: the file is whole up to there.
    pub lost: Option<Warning>,
    /// What is not as one might think.
    pub warnings: Vec<Warning>,
}

/// Packets that wait for a decoder.
const PACKETS: usize = 32;

/// Transcodes the streams that a player would show and play. `on_progress` is called on the caller's thread, once a packet
/// that was read.
///
/// # Errors
/// The first error of any stage; those of opening encoders; [`Error::UnsupportedOutput`] if there is nothing to write;
/// [`Error::Cancelled`] if it was abandoned, or ended before its first packet. No file is left then.
pub fn transcode(
    mut demuxer: Demuxer,
    mut muxer: Muxer,
    options: &TranscodeOptions,
    on_progress: &mut dyn FnMut(TranscodeProgress),
) -> Result<TranscodeReport, Error> {
    let began = Instant::now();
    let mut warnings = Vec::new();
    let window = Window::find(&demuxer, options);
    let mut plan = plan::Plan::new(&demuxer, &mut muxer, options, &window, &mut warnings)?;
    muxer.copy_metadata(&demuxer)?;
    cut::add_chapters(&demuxer, &mut muxer, window.offset, options.end)?;
    muxer.open()?;
    if let Some((index, base)) = plan.leader(&demuxer).filter(|_| options.start.is_some()) {
        // Early enough that sound has settled.
        cut::go_to_key(&mut demuxer, index, base, window.offset - Rational::new(1, 5))?;
    }
    let duration = window.duration(&demuxer);
    let rate = plan.video.as_ref().map(|video| video.encoder.config().frame_rate);
    let expected =
        rate.zip(duration).and_then(|(rate, duration)| u64::try_from((rate * duration).round().to_integer()).ok());
    let start = TranscodeProgress { frames: 0, frames_expected: expected, read: Rational::from_integer(0), duration };
    let stages = Stages::new(muxer, &options.cancel);
    let (video, audio) = (plan.video.take(), plan.audio.take());
    let copies = plan.copies;
    let mut lost = None;
    std::thread::scope(|scope| {
        let run = || {
            let mut to_video = None;
            if let Some(video) = video {
                let index = video.stream.index();
                to_video = Some((index, video::start(scope, video, window, &stages)?));
            }
            let mut to_audio = None;
            if let Some(audio) = audio {
                let index = audio.stream.index();
                let (packets, received) = crate::queue::bounded(PACKETS);
                let stages = &stages;
                threads::start(scope, "sound", move || stages.run(|| sound::run(audio, received, window, stages)))?;
                to_audio = Some((index, packets));
            }
            lost = feed(&mut demuxer, [to_video, to_audio], copies, window, start, &stages, on_progress)?;
            Ok(())
        };
        if let Err(error) = run() {
            stages.fail(error);
        }
    });
    let done = stages.finish()?;
    let damaged = demuxer.damaged() + done.damaged;
    if damaged > 0 {
        let message = format!("{damaged} damaged packets or pictures: {}", demuxer.place());
        warnings.push(Warning { code: "W_DAMAGED", message });
    }
    warnings.extend(done.warnings);
    Ok(TranscodeReport {
        frames: done.frames,
        packets: done.packets,
        encoders: plan.encoders,
        damaged,
        repaired: done.repaired,
        wall_s: began.elapsed().as_secs_f64(),
        steady_allocations: done.steady_allocations,
        is_shortened: options.cancel.is_ending(),
        lost,
        warnings,
    })
}

/// A stage that takes the packets of a stream, until it wants no more.
type Fed = Option<(usize, Sender<Packet>)>;

/// The caller's thread: reads packets and hands each to whom it belongs. Returns why a live source was lost, if it was.
fn feed(
    demuxer: &mut Demuxer,
    mut stages_fed: [Fed; 2],
    mut copies: Vec<plan::Copied>,
    window: Window,
    mut progress: TranscodeProgress,
    stages: &Stages,
    on_progress: &mut dyn FnMut(TranscodeProgress),
) -> Result<Option<Warning>, Error> {
    let mut packet = Packet::new();
    while !stages.cancel.is_ending() {
        match demuxer.read_into(&mut packet) {
            Ok(Flow::Done) => {}
            // What came until then is worth keeping.
            Err(error) if error.is_temporary() && progress.frames > 0 => {
                return Ok(Some(Warning { code: error.code(), message: error.to_string() }));
            }
            Err(error) => return Err(error),
            Ok(_) => break,
        }
        let base = demuxer.context.stream(packet.stream()).map(|stream| stream.time_base());
        if let (Some(base), Some(tick)) = (base.filter(|base| base.1 > 0), packet.pts().or(packet.dts())) {
            let time = Rational::new(i128::from(tick) * i128::from(base.0), base.1.into());
            progress.read = progress.read.max(time - window.offset);
        }
        let from = packet.stream();
        if let Some(copied) = copies.iter_mut().find(|copied| copied.from == from) {
            if copied.takes(&mut packet, window) {
                stages.write(copied.to, &mut packet)?;
            }
        } else if let Some(fed) =
            stages_fed.iter_mut().find(|fed| fed.as_ref().is_some_and(|(index, _)| *index == from))
            && let Some((_, packets)) = fed
            && packets.send(std::mem::take(&mut packet)).is_err()
        {
            // It has come to the end of the stretch, or failed, which it has noted itself.
            *fed = None;
        }
        if stages_fed.iter().all(Option::is_none) && copies.iter().all(|copied| copied.is_over) {
            break;
        }
        progress.frames = stages.frames.load(Ordering::Relaxed);
        on_progress(progress);
    }
    Ok(None)
}

/// Seconds from one tick to the next times a number of ticks.
fn seconds(tick: i64, base: Rational) -> Rational {
    Rational::from_integer(tick.into()) * base
}

/// Calls of alloc and realloc so far.
fn allocations() -> u64 {
    memory::counts().steady
}
