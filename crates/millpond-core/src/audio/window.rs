//! Window functions. Made once, by our own cosine.

use super::math::sin_cos_turns;

/// The symmetric Hann window of `len` ≥ 2 points: w[n] = ½ − ½·cos(2πn / (len − 1)), 0 at both ends.
pub(super) fn hann_symmetric(len: usize) -> Vec<f32> {
    let last = (len - 1) as f64;
    (0..len).map(|n| (0.5 - 0.5 * sin_cos_turns(n as f64 / last).1) as f32).collect()
}
