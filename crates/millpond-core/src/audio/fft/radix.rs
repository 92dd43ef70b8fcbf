//! In-place transforms of lengths 2^a·3^b·5^c by decimation in frequency.
//!
//! A stage of radix R cuts its block of R·M numbers into R rows of M: column j becomes a transform of R numbers, of which
//! number p is turned by e^(−2πi·jp/(R·M)) and left in row p. The rows are the blocks of the next stage; the last has M = 1.
//! Results end up in the order of reversed digits, which [`places`](RadixFft::places) undoes: whoever reads them looks
//! them up, once for all lanes. After the first stage blocks are finished one after the other, while they are in the
//! first cache. Making one allocates; running it does not.

use super::butterfly::{Butterfly, Eight, Five, Four, Three, Two};
use super::{turned, twiddle};
use crate::audio::lanes::{Complex, Lanes};

struct Stage {
    radix: usize,
    /// M: numbers in a row.
    row: usize,
    /// For j = 1…M − 1, the factors of p = 1…R − 1.
    twiddles: Vec<[f32; 2]>,
}

/// A planned transform.
pub(super) struct RadixFft {
    stages: Vec<Stage>,
    places: Vec<u32>,
}

impl RadixFft {
    /// Plans and allocates; `None` if the length, at least 1, has other prime factors than 2, 3 and 5.
    pub(super) fn new(len: usize) -> Option<RadixFft> {
        let mut block = len;
        let stages = radices(len)?.into_iter().map(|radix| {
            let row = block / radix;
            let factors = (1..row).flat_map(|j| (1..radix).map(move |p| (j, p)));
            let twiddles = factors.map(|(j, p)| twiddle(j * p, block)).collect();
            block = row;
            Stage { radix, row, twiddles }
        });
        let stages: Vec<Stage> = stages.collect();
        let places = (0..len).map(|k| place(k, &stages)).collect();
        Some(RadixFft { stages, places })
    }

    /// Where the result k is, by k.
    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }

    #[inline(always)]
    pub(super) fn run<V: Lanes>(&self, data: &mut [Complex<V>]) {
        let Some((first, rest)) = self.stages.split_first() else { return };
        // Not unrolled into two copies of every butterfly: round 0 is the first stage, the others are its rows.
        let rows = if rest.is_empty() { 0 } else { first.radix };
        for round in 0..=rows {
            let (stages, from, len) = match round {
                0 => (core::slice::from_ref(first), 0, data.len()),
                _ => (rest, (round - 1) * first.row, first.row),
            };
            let blocks = &mut data[from..from + len];
            for stage in stages {
                match stage.radix {
                    2 => pass::<V, Two, 2>(blocks, stage),
                    3 => pass::<V, Three, 3>(blocks, stage),
                    4 => pass::<V, Four, 4>(blocks, stage),
                    5 => pass::<V, Five, 5>(blocks, stage),
                    _ => pass::<V, Eight, 8>(blocks, stage),
                }
            }
        }
    }
}

/// All blocks through one stage: a function of its own, small enough to be compiled well.
#[inline(always)]
fn pass<V: Lanes, B: Butterfly<R>, const R: usize>(blocks: &mut [Complex<V>], stage: &Stage) {
    V::run(
        #[inline(always)]
        || {
            for block in blocks.chunks_exact_mut(R * stage.row) {
                columns::<V, B, R>(block, stage);
            }
        },
    );
}

/// One block through one stage.
#[inline(always)]
fn columns<V: Lanes, B: Butterfly<R>, const R: usize>(block: &mut [Complex<V>], stage: &Stage) {
    let row = stage.row;
    let block = &mut block[..R * row];
    let first = B::of(core::array::from_fn(|q| block[q * row]));
    for (p, value) in first.into_iter().enumerate() {
        block[p * row] = value;
    }
    let factors = stage.twiddles.chunks_exact(R - 1);
    for (j, factors) in (1..row).zip(factors) {
        let values = B::of(core::array::from_fn(|q| block[q * row + j]));
        block[j] = values[0];
        for p in 1..R {
            block[p * row + j] = turned(values[p], factors[p - 1]);
        }
    }
}

/// The radices of a length: threes and fives first, then a four or two, then as many eights as there are.
fn radices(len: usize) -> Option<Vec<usize>> {
    let (mut rest, mut radices) = (len, Vec::new());
    for prime in [3, 5] {
        while rest.is_multiple_of(prime) {
            radices.push(prime);
            rest /= prime;
        }
    }
    if !rest.is_power_of_two() {
        return None;
    }
    let twos = rest.trailing_zeros() as usize;
    let (small, eights): (&[usize], usize) = match (twos % 3, twos) {
        (0, _) => (&[], twos / 3),
        (1, 1) => (&[2], 0),
        (1, _) => (&[4, 4], twos / 3 - 1),
        _ => (&[4], twos / 3),
    };
    radices.extend_from_slice(small);
    radices.extend(std::iter::repeat_n(8, eights));
    Some(radices)
}

/// k's digits, least first, choose the row of each stage.
fn place(k: usize, stages: &[Stage]) -> u32 {
    let (mut k, mut place) = (k, 0);
    for stage in stages {
        place += k % stage.radix * stage.row;
        k /= stage.radix;
    }
    place as u32
}
