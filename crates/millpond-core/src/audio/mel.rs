//! Features of a whole clip.
//!
//! Frames are computed as many at once as the level has vector lanes; what needs the whole clip (`top`, a `reference` of
//! clip-max, mean-variance) follows in a second pass over the output. The bits are the same on every target and level:
//! `lanes/` for the arithmetic, [`math`](super::math) for tables, `log.rs` for the logarithm.
//!
//! Making a [`Mel`] allocates; [`Mel::process_into`] does not, for a clip of any length.

use super::config::MelConfig;
use super::frames::{BandPlan, Kernel, Matrix, Source, kernel};
use super::normalize::{ClipReference, Layout, Shape, measure_and_finish};
use super::resample::Progress;
use crate::Error;
use crate::simd::Level;

/// A planned log-mel computation: make it once, run it on any number of clips.
pub struct Mel {
    config: MelConfig,
    plan: BandPlan,
    kernel: Box<dyn Kernel>,
    level: Level,
    layout: Layout,
    reference: ClipReference,
}

impl core::fmt::Debug for Mel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Mel").field("config", &self.config).field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl Mel {
    /// Validates, plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`], as [`MelConfig::validate`].
    pub fn new(config: MelConfig) -> Result<Mel, Error> {
        let plan = BandPlan::new(&config)?;
        let level = Level::best();
        let bands = vec![0.0; config.n_mels];
        let reference = ClipReference { peak: 0.0, mean: bands.clone(), deviation: bands };
        Ok(Mel { kernel: kernel(level, &plan.frames), plan, level, layout: Layout::MelsFirst, reference, config })
    }

    /// The same with another order of the output; [`Layout::MelsFirst`] without.
    pub fn with_layout(self, layout: Layout) -> Mel {
        Mel { layout, ..self }
    }

    /// The same with kernels of this level; allocates. Results do not depend on it.
    pub fn with_level(self, level: Level) -> Mel {
        Mel { kernel: kernel(level, &self.plan.frames), level, ..self }
    }

    /// What it was made from.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// Number of mel bands.
    pub fn n_mels(&self) -> usize {
        self.config.n_mels
    }

    /// Number of frames for a clip of `samples` samples.
    pub fn output_frames(&self, samples: usize) -> usize {
        self.config.output_frames(samples)
    }

    /// Number of features for a clip of `samples` samples: n_mels × output_frames.
    pub fn output_len(&self, samples: usize) -> usize {
        self.config.n_mels.saturating_mul(self.output_frames(samples))
    }

    /// The features of a clip: `out` becomes `[n_mels, n_frames]`, row-major, lowest band first, or `[n_frames, n_mels]` by
    /// [`with_layout`](Mel::with_layout). All samples are read; `written` is n_frames, and what `out` holds beyond is left
    /// alone.
    ///
    /// A sample that is infinite or not a number spoils the frames that see it. Such a band counts as `floor` if it is not
    /// a number and as 2^128 if it is infinite, on every target alike; what depends on the whole clip may then change
    /// everywhere. Without a logarithm it comes out as it is.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] with the numbers if `out` is shorter than [`output_len`](Mel::output_len); nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<Progress, Error> {
        let shape = self.bands(samples, out, true)?;
        let out = &mut out[..shape.n_mels * shape.n_frames];
        measure_and_finish(&self.config, self.level, out, shape, &mut self.reference);
        Ok(Progress { read: samples.len(), written: shape.n_frames })
    }

    /// The mel bands of a clip before the logarithm and all that follows it, otherwise as
    /// [`process_into`](Mel::process_into).
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], as there.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn linear_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<Progress, Error> {
        let shape = self.bands(samples, out, false)?;
        Ok(Progress { read: samples.len(), written: shape.n_frames })
    }

    /// What the last [`process_into`](Mel::process_into) found in its clip: with it, a stream has the same bits.
    pub fn clip_reference(&self) -> &ClipReference {
        &self.reference
    }

    fn bands(&mut self, samples: &[f32], out: &mut [f32], log: bool) -> Result<Shape, Error> {
        let needed = self.output_len(samples.len());
        if out.len() < needed {
            return Err(Error::BufferTooSmall { needed, got: out.len() });
        }
        let n_frames = self.output_frames(samples.len());
        let shape = Shape { n_mels: self.config.n_mels, n_frames, layout: self.layout };
        let (row_step, frame_step) = shape.steps();
        let len = samples.len().max(self.config.pad_to_samples) as u64;
        let source = Source { samples, base: 0, len };
        self.kernel.bands(&self.plan, log, source, 0..n_frames, Matrix { out, row_step, frame_step });
        Ok(shape)
    }
}
