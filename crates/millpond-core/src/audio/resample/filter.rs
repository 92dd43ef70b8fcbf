//! The low-pass filter of a resampler, as a table of phases.
//!
//! h(u) = c·sinc(c·u)·I₀(β√(1 − (u/W)²))/I₀(β), u in input samples: a sinc under a Kaiser window. With r = min(1, to/from),
//! the half width is W = 128/r and β = 11.2, which stops 110 dB over a transition of 0.056 of the lower Nyquist
//! frequency; the cut-off c = 0.972·r puts the end of the transition on that frequency. The pass band reaches to 0.944 of it.
//!
//! A row holds the taps for one fractional position φ of an output sample between two input samples:
//! row[j] = h(j − (T/2 − 1) − φ), scaled so that the row sums to 1. Rates in the ratio L/M need the L positions p/L. If
//! that table would be larger than [`MAX_TAPS`], it has 2048 rows per zero crossing of the sinc instead and neighbours
//! are interpolated linearly, which adds errors below −130 dB.
//!
//! Computed in f64 by [`math`](crate::audio::math), rounded to f32 once. Making one allocates.

use crate::audio::math::{bessel_i0, sin_cos_turns};

/// Half the filter's length, in samples of the lower rate.
const HALF_WIDTH: u64 = 128;
const KAISER_BETA: f64 = 11.2;
const CUT_OFF: f64 = 0.972;
/// The largest exact table: 2 MiB.
const MAX_TAPS: u64 = 1 << 19;
/// Rows per sample of the lower rate where the exact table would be larger.
const INTERPOLATED_ROWS: u64 = 2048;

/// Taps by fractional position.
#[derive(Debug)]
pub(super) struct Filter {
    /// Taps in a row, a multiple of 8.
    pub(super) taps: usize,
    rows: Vec<f32>,
    /// Rows per input sample: position p/L is at row p·density/L.
    density: u64,
    /// L: output samples per M input samples.
    up: u64,
}

impl Filter {
    /// The filter from rate `down` to rate `up`, in lowest terms.
    pub(super) fn new(up: u64, down: u64) -> Filter {
        let half = (HALF_WIDTH * down).div_ceil(up).max(HALF_WIDTH).next_multiple_of(4);
        let taps = 2 * half;
        let density = if up * taps <= MAX_TAPS { up } else { (INTERPOLATED_ROWS * up).div_ceil(down.max(up)) };
        let ratio = if up < down { up as f64 / down as f64 } else { 1.0 };
        let shape = Shape { cut_off: CUT_OFF * ratio, width: HALF_WIDTH as f64 / ratio };

        // Interpolation looks at the row after the last, too: that of position 1.
        let mut rows = Vec::with_capacity(((density + 1) * taps) as usize);
        let mut row = vec![0.0; taps as usize];
        for q in 0..=density {
            let position = q as f64 / density as f64;
            let mut sum = 0.0;
            for (j, tap) in row.iter_mut().enumerate() {
                *tap = shape.at(j as f64 - (half - 1) as f64 - position);
                sum += *tap;
            }
            rows.extend(row.iter().map(|tap| (tap / sum) as f32));
        }
        Filter { taps: taps as usize, rows, density, up }
    }

    /// The sample at position `phase`/L after the middle of `input`, which has `taps` samples.
    #[inline]
    pub(super) fn apply(&self, input: &[f32], phase: u64) -> f32 {
        let row = |q: u64| &self.rows[q as usize * self.taps..][..self.taps];
        if self.density == self.up {
            return dot(input, row(phase));
        }
        let at = phase * self.density;
        let (q, weight) = (at / self.up, (at % self.up) as f32 / self.up as f32);
        let (before, after) = (dot(input, row(q)), dot(input, row(q + 1)));
        before + (after - before) * weight
    }
}

struct Shape {
    cut_off: f64,
    width: f64,
}

impl Shape {
    fn at(&self, u: f64) -> f64 {
        let inside = 1.0 - (u / self.width) * (u / self.width);
        if inside < 0.0 {
            return 0.0;
        }
        let x = self.cut_off * u;
        let sinc = if x == 0.0 { 1.0 } else { sin_cos_turns(x / 2.0).0 / (std::f64::consts::PI * x) };
        sinc * bessel_i0(KAISER_BETA * inside.sqrt())
    }
}

/// Σ a·b over a multiple of 8 values: eight sums side by side, then added crosswise, always in this order.
#[inline]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
