//! From samples to spectra and mel bands, as many frames at once as the level has lanes.
//!
//! Per group of frames: the samples under their windows, scaled and pre-emphasised; into lanes; [mean removed,
//! pre-emphasis within the frame;] windowed; FFT; |X| or |X|²; bands; logarithm of the larger of band and floor, minus
//! the reference. A frame's bits do not depend on its neighbours or its lane. Making [`Frames`] allocates; nothing else does.

use super::config::{MelConfig, Reference, Spectrum};
use super::fft::RealFft;
use super::filterbank::MelFilterbank;
use super::lanes::{Complex, Lanes, MAX_LANES, for_level};
use super::log::Logarithm;
use super::padding::{FrameGeometry, Padding};
use super::stft::StftConfig;
use crate::Error;
use crate::simd::Level;
use core::ops::Range;

/// A clip, or as much of it as is at hand.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) samples: &'a [f32],
    /// The position in the clip of the first of `samples`.
    pub(super) base: u64,
    /// Length of the clip; between the end of `samples` and here it is 0.
    pub(super) len: u64,
}

impl Source<'_> {
    #[inline]
    fn at(&self, position: u64) -> f32 {
        let index = position.checked_sub(self.base).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.samples.get(index)).copied().unwrap_or(0.0)
    }
}

/// What makes frames of samples, without the buffers.
pub(super) struct FramePlan {
    pub(super) geometry: FrameGeometry,
    pub(super) padding: Padding,
    /// Halved, as [`RealFft`] wants its input.
    half_window: Vec<f32>,
    fft: RealFft,
    scale: f32,
    /// Over the clip, and within frames.
    pre_emphasis: f32,
    frame_pre_emphasis: f32,
    remove_dc: bool,
}

impl FramePlan {
    /// Plans and allocates; the configuration is valid.
    pub(super) fn new(config: &StftConfig) -> FramePlan {
        let mut half_window = vec![0.0; config.win_samples];
        config.window.fill(config.window_periodic, &mut half_window);
        half_window.iter_mut().for_each(|w| *w *= 0.5);
        FramePlan {
            geometry: config.geometry(),
            padding: config.padding,
            half_window,
            fft: RealFft::new(config.n_fft),
            scale: 1.0,
            pre_emphasis: 0.0,
            frame_pre_emphasis: 0.0,
            remove_dc: false,
        }
    }
}

/// What makes bands of frames, without the buffers.
pub(super) struct BandPlan {
    pub(super) frames: FramePlan,
    filterbank: MelFilterbank,
    spectrum: Spectrum,
    logarithm: Option<Logarithm>,
    floor: f32,
    reference: f32,
}

impl BandPlan {
    /// Plans and allocates.
    pub(super) fn new(config: &MelConfig) -> Result<BandPlan, Error> {
        let filterbank = MelFilterbank::new(config)?;
        let (clip, frame) = if config.pre_emphasis_per_frame { (0.0, 1.0) } else { (1.0, 0.0) };
        let frames = FramePlan {
            scale: config.scale,
            pre_emphasis: clip * config.pre_emphasis,
            frame_pre_emphasis: frame * config.pre_emphasis,
            remove_dc: config.remove_dc,
            ..FramePlan::new(&StftConfig::of(config))
        };
        let reference = match config.reference {
            Reference::Value(value) => value,
            Reference::ClipMax => 0.0,
        };
        let logarithm = Logarithm::new(config.log, config.spectrum);
        Ok(BandPlan { frames, filterbank, spectrum: config.spectrum, logarithm, floor: config.floor, reference })
    }
}

/// Where a matrix goes: the number of row i of frame j, frames counted from 0, is at i × `row_step` + j × `frame_step`.
pub(super) struct Matrix<'a> {
    pub(super) out: &'a mut [f32],
    pub(super) row_step: usize,
    pub(super) frame_step: usize,
}

impl Matrix<'_> {
    #[inline(always)]
    fn put<V: Lanes>(&mut self, row: usize, frame: usize, lanes: usize, values: V) {
        let at = row * self.row_step + frame * self.frame_step;
        if self.frame_step == 1 && lanes == V::LANES {
            values.store(&mut self.out[at..]);
        } else {
            let mut all = [0.0; MAX_LANES];
            values.store(&mut all);
            for (lane, &value) in all[..lanes].iter().enumerate() {
                self.out[at + lane * self.frame_step] = value;
            }
        }
    }
}

/// What the buffers of a level can do; called once a call, not once a frame.
pub(super) trait Kernel: Send + Sync {
    /// |X| or |X|² of some frames, a row a bin.
    fn spectra(&mut self, plan: &FramePlan, of: Spectrum, source: Source, frames: Range<usize>, out: Matrix);

    /// X of some frames: a row for the real parts and one for the imaginary parts of each bin.
    fn complex(&mut self, plan: &FramePlan, source: Source, frames: Range<usize>, out: Matrix);

    /// Bands of some frames, a row a band, with or without the logarithm.
    fn bands(&mut self, plan: &BandPlan, log: bool, source: Source, frames: Range<usize>, out: Matrix);
}

/// Plans and allocates the buffers of a level.
pub(super) fn kernel(level: Level, plan: &FramePlan) -> Box<dyn Kernel> {
    for_level!(level, V => Box::new(Frames::<V>::new(plan)))
}

/// The buffers for a group of frames.
struct Frames<V> {
    /// Samples under the windows of all lanes.
    span: Vec<f32>,
    data: Vec<Complex<V>>,
    scratch: Vec<Complex<V>>,
    bins: Vec<V>,
}

impl<V: Lanes> Frames<V> {
    fn new(plan: &FramePlan) -> Frames<V> {
        let FrameGeometry { n_fft, win, hop } = plan.geometry;
        let zero = V::splat(0.0);
        Frames {
            span: vec![0.0; (V::LANES - 1) * hop + win],
            data: vec![[zero; 2]; plan.fft.data_len()],
            scratch: vec![[zero; 2]; plan.fft.scratch_len()],
            bins: vec![zero; n_fft / 2 + 1],
        }
    }

    /// The windowed spectra of frames `first..first + lanes`, bin by bin, in no order.
    #[inline(always)]
    fn transform(
        &mut self,
        plan: &FramePlan,
        source: Source,
        first: usize,
        lanes: usize,
        mut bin: impl FnMut(&mut [V], usize, Complex<V>),
    ) {
        let FrameGeometry { win, hop, .. } = plan.geometry;
        let begin = (first * hop) as i64 + plan.padding.origin(plan.geometry);
        let (used, unused) = self.span.split_at_mut((lanes - 1) * hop + win);
        fill_span(plan, source, begin, used);
        unused.fill(0.0);

        let input = plan.fft.input(&mut self.data);
        let start = plan.padding.window_start(plan.geometry);
        input[..start].fill(V::splat(0.0));
        input[start + win..].fill(V::splat(0.0));
        let frame = &mut input[start..start + win];
        V::gather(&self.span, hop, frame);
        if plan.remove_dc {
            remove_mean(frame);
        }
        if plan.frame_pre_emphasis != 0.0 {
            let c = V::splat(plan.frame_pre_emphasis);
            for n in (1..win).rev() {
                frame[n] = frame[n] - c * frame[n - 1];
            }
            frame[0] = frame[0] - c * frame[0];
        }
        for (x, &w) in frame.iter_mut().zip(&plan.half_window) {
            *x = *x * V::splat(w);
        }
        let bins = &mut self.bins[..];
        plan.fft.run(
            &mut self.data,
            &mut self.scratch,
            #[inline(always)]
            |k, x| bin(bins, k, x),
        );
    }

    /// Fills `bins`.
    #[inline(always)]
    fn spectrum(&mut self, plan: &FramePlan, of: Spectrum, source: Source, first: usize, lanes: usize) {
        self.transform(
            plan,
            source,
            first,
            lanes,
            #[inline(always)]
            |bins, k, [re, im]| bins[k] = re * re + im * im,
        );
        if of == Spectrum::Magnitude {
            self.bins.iter_mut().for_each(|x| *x = x.sqrt());
        }
    }
}

/// Groups of frames: the first of each, and how many.
#[inline(always)]
fn groups(frames: Range<usize>, lanes: usize) -> impl Iterator<Item = (usize, usize)> {
    frames.clone().step_by(lanes).map(move |first| (first, lanes.min(frames.end - first)))
}

impl<V: Lanes + Send + Sync> Kernel for Frames<V> {
    fn spectra(&mut self, plan: &FramePlan, of: Spectrum, source: Source, frames: Range<usize>, mut out: Matrix) {
        V::run(
            #[inline(always)]
            || {
                for (first, lanes) in groups(frames.clone(), V::LANES) {
                    self.spectrum(plan, of, source, first, lanes);
                    for (k, &x) in self.bins.iter().enumerate() {
                        out.put(k, first - frames.start, lanes, x);
                    }
                }
            },
        );
    }

    fn complex(&mut self, plan: &FramePlan, source: Source, frames: Range<usize>, mut out: Matrix) {
        V::run(
            #[inline(always)]
            || {
                for (first, lanes) in groups(frames.clone(), V::LANES) {
                    self.transform(
                        plan,
                        source,
                        first,
                        lanes,
                        #[inline(always)]
                        |_, k, [re, im]| {
                            out.put(2 * k, first - frames.start, lanes, re);
                            out.put(2 * k + 1, first - frames.start, lanes, im);
                        },
                    );
                }
            },
        );
    }

    fn bands(&mut self, plan: &BandPlan, log: bool, source: Source, frames: Range<usize>, mut out: Matrix) {
        let logarithm = plan.logarithm.filter(|_| log);
        V::run(
            #[inline(always)]
            || {
                let (floor, reference) = (V::splat(plan.floor), V::splat(plan.reference));
                for (first, lanes) in groups(frames.clone(), V::LANES) {
                    self.spectrum(&plan.frames, plan.spectrum, source, first, lanes);
                    for m in 0..plan.filterbank.n_mels() {
                        let mut band = plan.filterbank.energy(m, &self.bins);
                        if let Some(logarithm) = &logarithm {
                            band = logarithm.of(band.larger(floor)) - reference;
                        }
                        out.put(m, first - frames.start, lanes, band);
                    }
                }
            },
        );
    }
}

/// The scaled, pre-emphasised samples from position `begin` on.
#[inline(always)]
fn fill_span(plan: &FramePlan, source: Source, begin: i64, span: &mut [f32]) {
    let (scale, c) = (plan.scale, plan.pre_emphasis);
    let inside = u64::try_from(begin).ok().and_then(|begin| begin.checked_sub(source.base)).map(|index| index as usize);
    // One more before the first, for the pre-emphasis.
    if let Some(index) = inside.filter(|&index| index >= 1 && index + span.len() <= source.samples.len()) {
        let here = &source.samples[index..][..span.len()];
        if c == 0.0 {
            span.iter_mut().zip(here).for_each(|(out, &x)| *out = x * scale);
        } else {
            let before = &source.samples[index - 1..][..span.len()];
            for (out, (&x, &before)) in span.iter_mut().zip(here.iter().zip(before)) {
                *out = x * scale - c * (before * scale);
            }
        }
        return;
    }
    for (i, out) in span.iter_mut().enumerate() {
        *out = match plan.padding.index(begin + i as i64, source.len) {
            None => 0.0,
            Some(n) if c == 0.0 || n == 0 => source.at(n) * scale,
            Some(n) => source.at(n) * scale - c * (source.at(n - 1) * scale),
        };
    }
}

/// x − Σx/n, by four sums side by side: of the numbers 0, 4, 8 …, 1, 5, 9 … and so on.
#[inline(always)]
fn remove_mean<V: Lanes>(frame: &mut [V]) {
    let mut sums = [V::splat(0.0); 4];
    let (quads, rest) = frame.as_chunks::<4>();
    for quad in quads.iter().map(|quad| &quad[..]).chain([rest]) {
        for (sum, &x) in sums.iter_mut().zip(quad) {
            *sum = *sum + x;
        }
    }
    let [a, b, c, d] = sums;
    let mean = ((a + b) + (c + d)) / V::splat(frame.len() as f32);
    frame.iter_mut().for_each(|x| *x = *x - mean);
}
