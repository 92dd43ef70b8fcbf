//! How many bits a block can have at most: what makes a buffer long enough for every picture.
//!
//! The DCT keeps energy: the squares of a block's 64 coefficients sum to at most 64·128². A coefficient whose quantised
//! size is s was at least `q·(2^(s−1) − 1/2) − 1` (the integer transform is off by less than 1) and costs its code and s bits.
//! The most that energy can buy is bounded by Lagrange's method: for every price λ ≥ 0 of energy,
//!
//! ```text
//! bits ≤ λ·64·128² + max over all blocks of (bits − λ·energy)
//! ```
//!
//! and the maximum on the right is found exactly, by dynamic programming over the last coefficient that is not zero. The
//! smallest of these bounds over a list of λ is used. IEEE additions and multiplications only: the same on every target.

use super::huffman::Codes;
use super::tables::ZIGZAG;

const ENERGY: f64 = 64.0 * 128.0 * 128.0;

/// The most bits of a block under this quantisation table and these DC and AC codes; without codes, under any.
pub(super) fn block_bits(quantisation: &[u8; 64], codes: Option<(&Codes, &Codes)>) -> usize {
    let prices = (0..24).flat_map(|power| [1.0, 1.5].map(|factor| factor / f64::from(1u32 << power)));
    let bounds = prices.map(|price| ENERGY * price + dearest(quantisation, codes.map(|(_, ac)| ac), price));
    let ac = bounds.fold(f64::INFINITY, f64::min);
    // Neighbours' DC can differ by any size whatever the energy.
    let dc = (0..=11).map(|size| codes.map_or(16, |(dc, _)| dc.length(size)) + u32::from(size)).max();
    ac as usize + 1 + dc.unwrap_or(0) as usize
}

/// The largest `bits − price·energy` of a block's AC coefficients.
fn dearest(quantisation: &[u8; 64], ac: Option<&Codes>, price: f64) -> f64 {
    let length = |run: usize, size: usize| f64::from(ac.map_or(16, |ac| ac.length((run << 4 | size) as u8)));
    let mut best = [0.0f64; 64];
    for last in 1..64 {
        let q = f64::from(quantisation[usize::from(ZIGZAG[last])]);
        best[last] = f64::NEG_INFINITY;
        for size in 1..=10 {
            let least = (q * (f64::from(1u32 << (size - 1)) - 0.5) - 1.0).max(0.0);
            let worth = size as f64 - price * least * least;
            for (before, best_before) in best[..last].to_vec().into_iter().enumerate() {
                let run = last - before - 1;
                let bits = (run / 16) as f64 * length(15, 0) + length(run % 16, size);
                best[last] = best[last].max(best_before + bits + worth);
            }
        }
    }
    best[..63].iter().map(|value| value + length(0, 0)).fold(best[63], f64::max)
}
