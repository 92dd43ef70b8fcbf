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
//! smallest of these bounds over the powers of 1/2 is used. IEEE additions and multiplications only: the same on every target.

use super::huffman::Codes;
use super::tables::ZIGZAG;

const ENERGY: f64 = 64.0 * 128.0 * 128.0;

/// The most bits of a block under this quantisation table and these DC and AC codes; without codes, under any.
// Once in the program, as the next: they are long, and called when an encoder is made.
#[inline(never)]
pub(super) fn block_bits(quantisation: &[u8; 64], codes: Option<(&Codes, &Codes)>) -> usize {
    // Bits of each run and size, size bits included.
    let costs: [[f64; 11]; 16] = core::array::from_fn(|run| {
        let length = |size: usize| codes.map_or(16, |(_, ac)| ac.length((run << 4 | size) as u8));
        core::array::from_fn(|size| f64::from(length(size)) + size as f64)
    });
    let bound = |power: u32| {
        let price = 1.0 / f64::from(1u32 << power);
        ENERGY * price + dearest(quantisation, &costs, price)
    };
    // A maximum of linear functions of the price is convex: left of the smallest bound they fall.
    let (mut low, mut high) = (0, 24);
    while low < high {
        let middle = u32::midpoint(low, high);
        if bound(middle) > bound(middle + 1) { low = middle + 1 } else { high = middle }
    }
    let ac = bound(low);
    // Neighbours' DC can differ by any size whatever the energy.
    let dc = (0..=11).map(|size| codes.map_or(16, |(dc, _)| dc.length(size)) + u32::from(size)).max();
    ac as usize + 1 + dc.unwrap_or(0) as usize
}

/// The largest `bits − price·energy` of a block's AC coefficients.
#[inline(never)]
fn dearest(quantisation: &[u8; 64], costs: &[[f64; 11]; 16], price: f64) -> f64 {
    let mut best = [0.0f64; 64];
    for last in 1..64 {
        let q = f64::from(quantisation[usize::from(ZIGZAG[last])]);
        let energy: [f64; 11] = core::array::from_fn(|size| {
            let least = (q * (f64::from(1u32 << size) / 2.0 - 0.5) - 1.0).max(0.0);
            price * least * least
        });
        // The most that a coefficient here is worth after a run of so many zeros, less whole runs of 16.
        let worth =
            costs.map(|costs| (1..=10).map(|size| costs[size] - energy[size]).fold(f64::NEG_INFINITY, f64::max));
        let after = |before: usize| {
            let run = last - before - 1;
            best[before] + (run / 16) as f64 * costs[15][0] + worth[run % 16]
        };
        best[last] = (0..last).map(after).fold(f64::NEG_INFINITY, f64::max);
    }
    let end_of_block = costs[0][0];
    best[..63].iter().map(|value| value + end_of_block).fold(best[63], f64::max)
}
