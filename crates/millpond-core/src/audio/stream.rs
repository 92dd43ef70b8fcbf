//! Features of a stream, in any pieces: the bits of the whole clip at once.
//!
//! Frame f comes out as soon as the last sample under its window is in: [`MelStream::latency_samples`] after sample f·hop.
//! Only while the window of frame 0 hangs over the start of the clip, one sample more is waited for, which the reflection
//! needs. The samples that frames to come may need (and the reflection at the end) are kept in a buffer of fixed size, so memory does not grow with
//! the clip. Making a [`MelStream`] allocates; nothing else does.

use super::config::MelConfig;
use super::frames::{BandPlan, Kernel, Matrix, Source, kernel};
use super::lanes::MAX_LANES;
use super::normalize::{ClipReference, Layout, Shape, finish};
use super::padding::Padding;
use super::resample::Progress;
use crate::Error;
use crate::simd::Level;

/// A planned log-mel computation over a stream.
///
/// ```
/// use millpond_core::audio::{MelStream, Profile};
///
/// let mut stream = MelStream::new(Profile::Lipsync.config())?;
/// let mut features = [0.0; 80 * 4]; // a frame after the other
/// let mut frames = 0;
/// for quantum in vec![0.0; 16_000].chunks(128) {
///     assert!(stream.output_len(quantum.len()) <= features.len());
///     frames += stream.push_into(quantum, &mut features)?.written;
/// }
/// frames += stream.flush_into(&mut features)?.written;
/// assert_eq!(frames, 81);
/// # Ok::<(), millpond_core::Error>(())
/// ```
pub struct MelStream {
    config: MelConfig,
    plan: BandPlan,
    kernel: Box<dyn Kernel>,
    level: Level,
    reference: ClipReference,
    /// Samples from position `base` on, of which `filled` are there.
    history: Vec<f32>,
    filled: usize,
    base: u64,
    /// The frame that comes out next.
    next: usize,
}

impl core::fmt::Debug for MelStream {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MelStream").field("config", &self.config).field("next", &self.next).finish_non_exhaustive()
    }
}

impl MelStream {
    /// Validates, plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`], as [`MelConfig::validate`]; [`Error::NeedsWholeClip`] if features depend on the whole clip
    /// ([`MelConfig::needs_whole_clip`]): use [`with_reference`](MelStream::with_reference).
    pub fn new(config: MelConfig) -> Result<MelStream, Error> {
        config.validate()?;
        match config.needs_whole_clip() {
            Some(what) => Err(Error::NeedsWholeClip { what }),
            None => MelStream::with_reference(config, ClipReference::peak(0.0)),
        }
    }

    /// As [`new`](MelStream::new), with what to take for facts of the whole clip.
    ///
    /// # Errors
    /// [`Error::BadParameter`], also for a reference with the wrong number of means, or a number that is not finite.
    pub fn with_reference(config: MelConfig, reference: ClipReference) -> Result<MelStream, Error> {
        let plan = BandPlan::new(&config)?;
        reference.check(&config)?;
        // At most `kept` samples stay while no frame can come out (see `discard`); beside them a group of frames fits.
        let kept = 2 * (config.n_fft + config.hop_samples) + 4;
        let history = vec![0.0; kept + MAX_LANES * config.hop_samples.min(4096)];
        let level = Level::best();
        let kernel = kernel(level, &plan.frames);
        Ok(MelStream { config, plan, kernel, level, reference, history, filled: 0, base: 0, next: 0 })
    }

    /// The same with kernels of this level; allocates. Results do not depend on it.
    pub fn with_level(self, level: Level) -> MelStream {
        MelStream { kernel: kernel(level, &self.plan.frames), level, ..self }
    }

    /// What it was made from.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// Samples after f·hop that must be in before frame f comes out; frame 0 may need one more.
    pub fn latency_samples(&self) -> usize {
        let FrameEnds { end, .. } = self.ends();
        let exists = match self.config.padding {
            Padding::Reflect | Padding::Zero => 0,
            Padding::None => self.config.n_fft,
            Padding::SnipEdges => self.config.win_samples,
            Padding::Mirror => self.config.hop_samples.div_ceil(2),
        };
        let dropped = if self.config.drop_last_frame { self.config.hop_samples } else { 0 };
        end.max(0).max((exists + dropped) as i64) as usize
    }

    /// Frames that [`push_into`](MelStream::push_into) of `samples` more samples will write, exactly.
    pub fn output_frames(&self, samples: usize) -> usize {
        self.ready(self.received() + samples as u64).saturating_sub(self.next)
    }

    /// Numbers that they are: n_mels × output_frames.
    pub fn output_len(&self, samples: usize) -> usize {
        self.config.n_mels.saturating_mul(self.output_frames(samples))
    }

    /// Frames that [`flush_into`](MelStream::flush_into) will write, exactly.
    pub fn flush_frames(&self) -> usize {
        let received = usize::try_from(self.received()).unwrap_or(usize::MAX);
        self.config.output_frames(received).saturating_sub(self.next)
    }

    /// Numbers that they are.
    pub fn flush_len(&self) -> usize {
        self.config.n_mels.saturating_mul(self.flush_frames())
    }

    /// Takes more samples and writes the frames that are now complete, `[frames, n_mels]`, one after the other. All
    /// samples are read. What is not a number is treated as by [`Mel::process_into`](super::Mel::process_into).
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `out` is shorter than [`output_len`](MelStream::output_len); nothing is read or written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<Progress, Error> {
        let needed = self.output_len(samples.len());
        if out.len() < needed {
            return Err(Error::BufferTooSmall { needed, got: out.len() });
        }
        let (mut rest, mut written) = (samples, 0);
        while !rest.is_empty() {
            let len = rest.len().min(self.history.len() - self.filled);
            let (now, later) = rest.split_at(len);
            self.history[self.filled..][..len].copy_from_slice(now);
            self.filled += len;
            rest = later;
            let ready = self.ready(self.received());
            // The end is not known yet; frames that would see it are not ready.
            written += self.write(ready, u64::MAX, &mut out[written * self.config.n_mels..]);
            self.discard();
        }
        Ok(Progress { read: samples.len(), written })
    }

    /// Ends the clip: writes the frames that reach over its end, as [`push_into`](MelStream::push_into), and is ready for
    /// the next clip.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `out` is shorter than [`flush_len`](MelStream::flush_len); nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn flush_into(&mut self, out: &mut [f32]) -> Result<Progress, Error> {
        let needed = self.flush_len();
        if out.len() < needed {
            return Err(Error::BufferTooSmall { needed, got: out.len() });
        }
        let len = self.received().max(self.config.pad_to_samples as u64);
        let written = self.write(self.next + self.flush_frames(), len, out);
        self.reset();
        Ok(Progress { read: 0, written })
    }

    /// Forgets the clip so far.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn reset(&mut self) {
        (self.filled, self.base, self.next) = (0, 0, 0);
    }

    fn received(&self) -> u64 {
        self.base + self.filled as u64
    }

    fn ends(&self) -> FrameEnds {
        let geometry = self.config.frame_geometry();
        let begin = self.config.padding.origin(geometry);
        FrameEnds { begin, end: begin + geometry.win as i64 }
    }

    /// Number of frames that can be computed from `received` samples, whatever follows them.
    fn ready(&self, received: u64) -> usize {
        let FrameEnds { begin, end } = self.ends();
        let received = i64::try_from(received).unwrap_or(i64::MAX);
        // What frame 0 sees in the mirror at the start.
        let mirrored = match self.config.padding {
            Padding::Reflect => 1 - begin,
            Padding::Mirror => -begin,
            _ => 0,
        };
        if received < mirrored || received < end {
            return 0;
        }
        let complete = ((received - end) / self.config.hop_samples as i64) as usize + 1;
        let exist = self.config.padding.frames(received as usize, self.config.frame_geometry());
        complete.min(exist.saturating_sub(usize::from(self.config.drop_last_frame)))
    }

    /// Writes the frames up to `end` and returns how many.
    fn write(&mut self, end: usize, len: u64, out: &mut [f32]) -> usize {
        let n_frames = end.saturating_sub(self.next);
        if n_frames == 0 {
            return 0;
        }
        let shape = Shape { n_mels: self.config.n_mels, n_frames, layout: Layout::FramesFirst };
        let (row_step, frame_step) = shape.steps();
        let out = &mut out[..shape.n_mels * n_frames];
        let source = Source { samples: &self.history[..self.filled], base: self.base, len };
        self.kernel.bands(&self.plan, true, source, self.next..end, Matrix { out: &mut *out, row_step, frame_step });
        finish(&self.config, self.level, out, shape, &self.reference);
        self.next = end;
        n_frames
    }

    /// Forgets samples that no frame to come will see: those before the next frame, except that the last frames see what
    /// lies up to the length of their overhang before the end of the clip; one more is for the pre-emphasis.
    fn discard(&mut self) {
        let FrameEnds { begin, end } = self.ends();
        let received = self.received() as i64;
        let next = (self.next as i64).saturating_mul(self.config.hop_samples as i64).saturating_add(begin);
        let keep_from = next.min(received - end - 1) - 1;
        let drop = (keep_from - self.base as i64).clamp(0, self.filled as i64) as usize;
        self.history.copy_within(drop..self.filled, 0);
        self.filled -= drop;
        self.base += drop as u64;
    }
}

/// Where the window of frame 0 begins and ends.
struct FrameEnds {
    begin: i64,
    end: i64,
}
