//! The short-time Fourier transform of a clip: complex, magnitude or power.
//!
//! X[k, f] = Σ w[n]·x[f·hop + origin + n]·e^(−2πik(n + start)/n_fft), with `origin` and `start` of [`Padding`]; any FFT
//! length, any window no longer, any hop. Frames are computed as many at once as the level has lanes, and a frame's bits do
//! not depend on that. Planning allocates; computing does not, whatever the length of the clip.

use super::config::{MelConfig, Spectrum};
use super::frames::{FramePlan, Kernel, Matrix, Source, kernel};
use super::padding::{FrameGeometry, Padding};
use super::window::Window;
use crate::Error;
use crate::simd::Level;

/// What defines an STFT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StftConfig {
    /// Length of the FFT in samples, 2 to 65536.
    pub n_fft: usize,
    /// Length of the window in samples, 2 to `n_fft`.
    pub win_samples: usize,
    /// Samples from one frame to the next, 1 to 65536.
    pub hop_samples: usize,
    /// Shape of the window.
    pub window: Window,
    /// Whether the window is periodic or symmetric.
    pub window_periodic: bool,
    /// Where frames lie, and what is beyond the ends of the clip.
    pub padding: Padding,
}

impl StftConfig {
    pub(super) fn of(config: &MelConfig) -> StftConfig {
        StftConfig {
            n_fft: config.n_fft,
            win_samples: config.win_samples,
            hop_samples: config.hop_samples,
            window: config.window,
            window_periodic: config.window_periodic,
            padding: config.padding,
        }
    }

    pub(super) fn geometry(&self) -> FrameGeometry {
        FrameGeometry { n_fft: self.n_fft, win: self.win_samples, hop: self.hop_samples }
    }
}

/// Refuses sizes outside the ranges that [`StftConfig`] gives.
pub(super) fn check_sizes(FrameGeometry { n_fft, win, hop }: FrameGeometry) -> Result<(), Error> {
    let check = |ok: bool, name, value: usize, expected| {
        if ok { Ok(()) } else { Err(Error::BadParameter { name, value: value as f64, expected }) }
    };
    check((2..=65_536).contains(&n_fft), "n_fft", n_fft, "2 to 65536")?;
    check((2..=n_fft).contains(&win), "win_samples", win, "2 to n_fft")?;
    check((1..=65_536).contains(&hop), "hop_samples", hop, "1 to 65536")
}

/// A planned STFT: make it once, run it on any number of clips.
///
/// ```
/// use millpond_core::audio::{Padding, Stft, StftConfig, Window};
///
/// let mut stft = Stft::new(StftConfig {
///     n_fft: 512,
///     win_samples: 400,
///     hop_samples: 160,
///     window: Window::Hann,
///     window_periodic: true,
///     padding: Padding::Reflect,
/// })?;
/// let clip = vec![0.5; 16_000];
/// let n_frames = stft.output_frames(clip.len());
/// let mut power = vec![0.0; stft.n_bins() * n_frames];
/// stft.power_into(&clip, &mut power)?;
/// assert!((power[50] - (0.5f32 * 200.0).powi(2)).abs() < 1e-2); // bin 0 of frame 50
/// # Ok::<(), millpond_core::Error>(())
/// ```
pub struct Stft {
    config: StftConfig,
    plan: FramePlan,
    kernel: Box<dyn Kernel>,
}

impl core::fmt::Debug for Stft {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Stft").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Stft {
    /// Validates, plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a size outside the range that [`StftConfig`] gives.
    pub fn new(config: StftConfig) -> Result<Stft, Error> {
        check_sizes(config.geometry())?;
        let plan = FramePlan::new(&config);
        Ok(Stft { config, kernel: kernel(Level::best(), &plan), plan })
    }

    /// The same with kernels of this level; allocates. Results do not depend on it.
    pub fn with_level(self, level: Level) -> Stft {
        Stft { kernel: kernel(level, &self.plan), ..self }
    }

    /// Number of bins, n_fft / 2 + 1: the rows of the output.
    pub fn n_bins(&self) -> usize {
        self.config.n_fft / 2 + 1
    }

    /// Number of frames, the columns of the output, for a clip of `samples` samples.
    pub fn output_frames(&self, samples: usize) -> usize {
        self.config.padding.frames(samples, self.config.geometry())
    }

    /// |X|² of a clip into `[n_bins, n_frames]`, row-major. Returns the number of frames.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `out` is shorter than n_bins × n_frames; nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn power_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        self.spectra_into(Spectrum::Power, samples, out)
    }

    /// |X| of a clip, otherwise as [`power_into`](Self::power_into).
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], as there.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn magnitude_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        self.spectra_into(Spectrum::Magnitude, samples, out)
    }

    fn spectra_into(&mut self, of: Spectrum, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        let n_frames = self.check_room(samples, 1, out)?;
        let out = Matrix { out, row_step: n_frames, frame_step: 1 };
        self.kernel.spectra(&self.plan, of, whole(samples), 0..n_frames, out);
        Ok(n_frames)
    }

    /// X of a clip into `[n_bins, 2, n_frames]`, row-major: a row of real parts and one of imaginary parts for each bin.
    /// Returns the number of frames.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `out` is shorter than 2 × n_bins × n_frames; nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn complex_into(&mut self, samples: &[f32], out: &mut [f32]) -> Result<usize, Error> {
        let n_frames = self.check_room(samples, 2, out)?;
        let out = Matrix { out, row_step: n_frames, frame_step: 1 };
        self.kernel.complex(&self.plan, whole(samples), 0..n_frames, out);
        Ok(n_frames)
    }

    fn check_room(&self, samples: &[f32], per_bin: usize, out: &[f32]) -> Result<usize, Error> {
        let n_frames = self.output_frames(samples.len());
        let needed = (self.n_bins() * per_bin).saturating_mul(n_frames);
        if out.len() < needed {
            return Err(Error::BufferTooSmall { needed, got: out.len() });
        }
        Ok(n_frames)
    }
}

fn whole(samples: &[f32]) -> Source<'_> {
    Source { samples, base: 0, len: samples.len() as u64 }
}
