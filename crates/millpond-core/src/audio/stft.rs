//! Short-time power spectra of a clip, four frames at a time.
//!
//! Frame f is centred at sample f·hop. The clip is pre-emphasised first, y[0] = x[0], y[n] = x[n] − c·x[n−1], then
//! continued beyond both ends by reflection that does not repeat the end sample (numpy's `reflect`), again and again if
//! the clip is shorter than the padding; a clip of one sample is continued by that sample. All in f32; a lane never
//! meets another, so a frame has the same bits wherever it falls in a group of four.
//!
//! Planning allocates; computing does not, whatever the length of the clip.

use super::lanes::{F32x4, LANES};
use super::window::hann_symmetric;
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use std::sync::Arc;

/// A planned STFT.
pub(super) struct Stft {
    fft: Arc<dyn RealToComplex<F32x4>>,
    pre_emphasis: f32,
    hop: usize,
    window: Vec<f32>,
    /// Where the window begins in the FFT.
    window_start: usize,
    /// First bin whose power is wanted, and one past the last.
    bins: (usize, usize),
    /// Pre-emphasised samples under the windows of four frames.
    span: Vec<f32>,
    input: Vec<F32x4>,
    spectrum: Vec<Complex<F32x4>>,
    scratch: Vec<Complex<F32x4>>,
    power: Vec<F32x4>,
}

impl Stft {
    /// Plans and allocates. `n_fft` is even and at most 4096, 2 ≤ `win` ≤ `n_fft`, `hop` ≥ 1.
    pub(super) fn new(n_fft: usize, win: usize, hop: usize, pre_emphasis: f32, bins: (usize, usize)) -> Stft {
        let fft = RealFftPlanner::<F32x4>::new().plan_fft_forward(n_fft);
        Stft {
            pre_emphasis,
            hop,
            window: hann_symmetric(win),
            window_start: (n_fft - win) / 2,
            bins,
            span: vec![0.0; (LANES - 1) * hop + win],
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![F32x4::default(); n_fft / 2 + 1],
            fft,
        }
    }

    /// Power |X|² of frames `frame..frame + 4` of a clip that is not empty, by bin; bins that nobody wants are 0.
    pub(super) fn power(&mut self, samples: &[f32], frame: usize) -> &[F32x4] {
        let first = (frame * self.hop) as i64 + self.window_start as i64 - (self.input.len() / 2) as i64;
        self.fill_span(samples, first);
        self.window_lanes();
        // It can only refuse buffers of other lengths than it made itself.
        let planned = self.fft.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        debug_assert!(planned.is_ok());

        let (from, to) = self.bins;
        for (power, bin) in self.power[from..to].iter_mut().zip(&self.spectrum[from..to]) {
            *power = bin.re * bin.re + bin.im * bin.im;
        }
        &self.power
    }

    /// Pre-emphasised samples from position `first` on.
    fn fill_span(&mut self, samples: &[f32], first: i64) {
        let c = self.pre_emphasis;
        let end = first + self.span.len() as i64;
        if first >= 1 && end <= samples.len() as i64 {
            let (first, end) = (first as usize, end as usize);
            let pairs = samples[first..end].iter().zip(&samples[first - 1..end - 1]);
            for (out, (&x, &before)) in self.span.iter_mut().zip(pairs) {
                *out = x - c * before;
            }
        } else {
            for (i, out) in self.span.iter_mut().enumerate() {
                let n = reflect(first + i as i64, samples.len());
                *out = if n == 0 { samples[0] } else { samples[n] - c * samples[n - 1] };
            }
        }
    }

    /// Windows four frames into the lanes of the FFT's input, which the last FFT has overwritten.
    fn window_lanes(&mut self) {
        let (hop, win) = (self.hop, self.window.len());
        self.input[..self.window_start].fill(F32x4::default());
        self.input[self.window_start + win..].fill(F32x4::default());
        let lane = |i: usize| &self.span[i * hop..][..win];
        let (a, b, c, d) = (lane(0), lane(1), lane(2), lane(3));
        let input = &mut self.input[self.window_start..][..win];
        for (i, (out, &w)) in input.iter_mut().zip(&self.window).enumerate() {
            *out = F32x4([a[i], b[i], c[i], d[i]]) * F32x4::splat(w);
        }
    }
}

/// The index inside a clip of `len` ≥ 1 samples that reflection gives for any position.
fn reflect(position: i64, len: usize) -> usize {
    let last = len as i64 - 1;
    if last == 0 {
        return 0;
    }
    let n = position.rem_euclid(2 * last);
    n.min(2 * last - n) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_is_numpys() {
        // np.pad([0, 1, 2], 5, mode="reflect")
        let padded: Vec<usize> = (-5..8).map(|i| reflect(i, 3)).collect();
        assert_eq!(padded, [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
        assert!((-9..9).all(|i| reflect(i, 1) == 0));
    }

    /// See the head of `lanes.rs`. Lengths: `n_fft` ≤ 4096, of which rustfft plans the half; its Bluestein and Rader plans
    /// ask for lengths below twice the half, rounded up to 2^a·3^b ≤ 4096.
    #[test]
    fn twiddles_do_not_depend_on_libm() {
        /// Units in the last place of f64 by which a libm may err. The usual ones promise 1.
        const LIBM_ULPS: u64 = 50;
        for len in 1..=4096usize {
            let constant = -2f64 * std::f64::consts::PI / len as f64;
            for index in 0..len {
                let angle = constant * index as f64;
                for value in [angle.cos(), angle.sin()] {
                    if value != 0.0 {
                        // The 29 bits that f32 drops: at 2^28 rounding tips over.
                        let dropped = value.to_bits() & ((1 << 29) - 1);
                        let margin = dropped.abs_diff(1 << 28);
                        assert!(margin > LIBM_ULPS, "{index}/{len}: {value} is {margin} ulps from a boundary");
                    }
                }
            }
        }
    }
}
