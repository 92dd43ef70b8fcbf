//! Segments and playlists: HLS with fragmented MP4 or transport streams, DASH with fragmented MP4.
//!
//! A source is decoded once. Its pictures are scaled to each rung of a ladder and encoded there, all cut at the same
//! pictures; its sound is encoded to AAC or, if it is AAC, copied; pictures can be copied too. Each rendition is a track
//! in a folder of its own: `720p/`, `sound/`, with `init.mp4`, `00000.m4s` (or `.ts`), and for HLS `playlist.m3u8`; beside
//! the folders lies `master.m3u8` or `manifest.mpd`.
//!
//! # Whoever reads sees something valid
//!
//! FFmpeg's own `hls` and `dash` muxers are not used: they leave a rendition of constant quality without a bit rate,
//! write master playlists before there is anything to play, and delete by count. Here a segment appears when it is whole,
//! then the playlists that name it are replaced at once, and a segment that left the window is deleted only after the
//! time for which RFC 8216 6.2.2 promises it to readers of older playlists. What FFmpeg does is encode and mux, a muxer
//! for each track. A failure leaves no half segment behind and ends the playlists with what there is; recorded media is
//! published at the end or not at all.
//!
//! # Times
//!
//! All tracks share one time, [moved](clock) by ten seconds; pictures keep their exact times. Durations in playlists are
//! the differences of segments' first pictures, so they add up.
//!
//! # Threads
//!
//! The caller's thread reads packets and writes what is copied; one decodes and scales the pictures, one encodes each
//! rung, one does each track of sound. Queues between them are bounded. Once all run, frames and packets allocate nothing
//! on the Rust heap; a segment's files and playlists do.

mod clock;
mod codecs;
mod copied;
mod cutter;
mod dash;
mod folder;
mod hls;
mod ladder;
mod pictures;
mod plan;
mod presentation;
mod publisher;
mod routes;
mod run;
mod rung;
mod scaler;
mod sink;
mod sound;
mod survey;
mod writer;

pub use ladder::Rung;
pub use survey::suggest_ladder;

use crate::render::Warning;
use crate::{Cancel, Demuxer, Error};
use millpond_core::Rational;
use plan::Plan;
use presentation::Track;
use publisher::{Published, Publisher};
use routes::Routes;
use run::Run;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

/// What segments and playlists look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SegmentFormat {
    /// HLS with fragmented MP4.
    #[default]
    Hls,
    /// HLS with MPEG transport streams.
    HlsTs,
    /// MPEG-DASH with fragmented MP4.
    Dash,
}

impl SegmentFormat {
    pub(crate) fn extension(self) -> &'static str {
        if self == SegmentFormat::HlsTs { "ts" } else { "m4s" }
    }

    /// The file in the folder that a player opens.
    pub fn entry(self) -> &'static str {
        if self == SegmentFormat::Dash { dash::MANIFEST } else { hls::MASTER_PLAYLIST }
    }
}

/// What playlists promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaylistKind {
    /// Recorded media: everything, published at the end.
    #[default]
    Vod,
    /// Everything, published as it comes.
    Event,
    /// The newest `window` seconds, published as they come; older segments are deleted.
    Live {
        /// Seconds, at least three segments.
        window: Rational,
    },
}

/// How to segment a source.
#[derive(Clone, Debug)]
pub struct SegmentOptions {
    /// What to write.
    pub format: SegmentFormat,
    /// For whom.
    pub kind: PlaylistKind,
    /// Seconds of a segment, 0.5 to 60.
    pub duration: Rational,
    /// The renditions of the pictures; empty for the source's own size and the usual ones below it.
    pub ladder: Vec<Rung>,
    /// Ends early: orderly with what there is, or at once.
    pub cancel: Cancel,
}

impl Default for SegmentOptions {
    /// HLS of recorded media, segments of 6 seconds, the usual ladder.
    fn default() -> Self {
        SegmentOptions {
            format: SegmentFormat::default(),
            kind: PlaylistKind::default(),
            duration: Rational::from_integer(6),
            ladder: Vec::new(),
            cancel: Cancel::new(),
        }
    }
}

/// A rendition that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendition {
    /// Its folder.
    pub name: String,
    /// RFC 6381.
    pub codec: String,
    /// Segments written.
    pub segments: u64,
    /// Seconds of all of them.
    pub seconds: f64,
    /// The largest bit rate of segments that together last 0.5 to 1.5 segment durations.
    pub peak_bits: u64,
    /// The bit rate of all.
    pub average_bits: u64,
}

/// What a segmenter did.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentReport {
    /// What was written.
    pub renditions: Vec<Rendition>,
    /// Pictures decoded.
    pub pictures: u64,
    /// Pictures and packets left out because their time was before the start or not behind the one before.
    pub skipped: u64,
    /// Times that the last picture was shown again to bridge a gap.
    pub repeated: u64,
    /// Segments that were deleted because they left the window.
    pub deleted: u64,
    /// Segments that left the window and are still there, because readers may fetch them for a while.
    pub lingering: usize,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// It was ended early: what is there is whole but short.
    pub is_shortened: bool,
    /// A live source was lost: what is there is whole up to there.
    pub lost: Option<Warning>,
    /// What is not as one might think.
    pub warnings: Vec<Warning>,
}

/// Segments a source.
///
/// ```no_run
/// use millpond_ffmpeg::{Access, Cancel, Demuxer, Place, SegmentOptions, Segmenter};
///
/// let demuxer = Demuxer::open(&Place::file("clip.mp4".as_ref())?, &Access::default(), &Cancel::new())?;
/// let segmenter = Segmenter::new(demuxer, "out".as_ref(), &SegmentOptions::default())?;
/// let report = segmenter.run(&mut |segments| println!("{segments} segments"))?;
/// for rendition in &report.renditions {
///     println!("{}: {} segments, {} bits a second", rendition.name, rendition.segments, rendition.average_bits);
/// }
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct Segmenter {
    demuxer: Demuxer,
    plan: Plan,
    publisher: Publisher,
    cancel: Cancel,
}

impl Segmenter {
    /// Plans the renditions and makes the folder, which must be new or empty. Allocates.
    ///
    /// # Errors
    /// [`Error::NoStream`] for a source without pictures and sound; [`Error::UnsupportedOutput`] for options that do not go
    /// together or pictures that cannot be copied; [`Error::Output`] for a folder that is not empty or cannot be made;
    /// [`Error::UnsupportedCodec`].
    pub fn new(demuxer: Demuxer, folder: &Path, options: &SegmentOptions) -> Result<Segmenter, Error> {
        let (plan, publisher) = Plan::make(&demuxer, folder, options)?;
        Ok(Segmenter { demuxer, plan, publisher, cancel: options.cancel.clone() })
    }

    /// Reads the source to its end; one that is [live](crate::live) may also be lost. `on_segment` is told, on the caller's thread, how many segments there are.
    ///
    /// # Errors
    /// The first error of any thread: those of reading, decoding and encoding; [`Error::Output`], also for a full disk;
    /// [`Error::UnsupportedOutput`] if copied pictures have key frames further apart than a playlist that is read while it
    /// grows has promised; [`Error::Cancelled`]. Recorded media leaves nothing then; other playlists end with the last whole
    /// segment.
    pub fn run(self, on_segment: &mut dyn FnMut(u64)) -> Result<SegmentReport, Error> {
        let began = Instant::now();
        let Segmenter { mut demuxer, plan, publisher, cancel } = self;
        let run = Run::new(&cancel);
        publisher.set_epoch(SystemTime::now());
        let mut lost = None;
        std::thread::scope(|scope| {
            run.stage(|| {
                let mut routes = Routes::start(scope, plan, &publisher, &run, &demuxer)?;
                lost = routes.read(&mut demuxer, &publisher, &run, on_segment)?;
                Ok(())
            });
        });
        let failure = run.failure().or_else(|| run.cancel.is_abandoned().then_some(Error::Cancelled));
        if let Some(error) = failure {
            publisher.give_up();
            return Err(error);
        }
        let is_shortened = cancel.is_ending();
        let Some(published) = publisher.finish()? else {
            let nothing = || Error::broken(demuxer.place(), "it yields no packets");
            return Err(if is_shortened { Error::Cancelled } else { lost.unwrap_or_else(nothing) });
        };
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Ok(SegmentReport {
            renditions: published.tracks.iter().map(rendition).collect(),
            pictures: count(&run.pictures),
            skipped: count(&run.skipped),
            repeated: count(&run.repeated),
            deleted: published.deleted,
            lingering: published.waiting,
            wall_s: began.elapsed().as_secs_f64(),
            is_shortened,
            lost: lost.map(|error| Warning { code: error.code(), message: error.to_string() }),
            warnings: warnings(&published, &run, &demuxer),
        })
    }
}

fn rendition(track: &Track) -> Rendition {
    let (whole, fraction) = (track.total().to_integer() as f64, track.total().fract());
    Rendition {
        name: track.name.clone(),
        codec: track.codec.clone(),
        segments: track.segments.back().map_or(0, |last| last.number + 1),
        seconds: whole + *fraction.numer() as f64 / *fraction.denom() as f64,
        peak_bits: track.measured_peak_bits(),
        average_bits: track.average_bits().unwrap_or(0),
    }
}

fn warnings(published: &Published, run: &Run, demuxer: &Demuxer) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let place = demuxer.place();
    let damaged = run.damaged.load(Ordering::Relaxed) + demuxer.damaged();
    if damaged > 0 {
        warnings
            .push(Warning { code: "W_DAMAGED", message: format!("{damaged} damaged packets or pictures: {place}") });
    }
    let repeated = run.repeated.load(Ordering::Relaxed);
    if repeated > 0 {
        let message = format!("the last picture was shown again {repeated} times to bridge gaps: {place}");
        warnings.push(Warning { code: "W_GAP", message });
    }
    for track in &published.tracks {
        if track.promised_bits > 0 && track.measured_peak_bits() > track.promised_bits {
            let message = format!("{} took more bits than promised: {} a second", track.name, track.peak_bits());
            warnings.push(Warning { code: "W_BIT_RATE", message });
        }
    }
    warnings
}
