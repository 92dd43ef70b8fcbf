//! The horizontal pass laid out for vector units: which bytes of a row a vector takes and what it multiplies them by.
//!
//! A lane is a vector of 16 bytes of which one instruction makes four sums of two products. In each of `steps` steps a lane
//! loads 16 bytes of the row, `stride` bytes after those of the step before, picks samples by its shuffle (0x80 gives
//! zero), and multiplies the eight 16-bit numbers with eight weights. There are two ways to use the four sums:
//!
//! - [`Form::Four`]: they are four output samples that follow one another, and a step takes two taps of each. All four
//!   must lie within 16 bytes of the row.
//! - [`Form::One`]: they are parts of one output sample, and a step takes up to eight taps; for long filters.
//!
//! Loads never leave the row: the last ones start 16 bytes before its end. Rows too short for that have no lanes.

use super::Axis;

/// What a lane's sums are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Four,
    One,
}

/// Output samples that kernels compute at a time; rows of sums are padded to it.
pub(crate) const BLOCK: usize = 32;

/// The lanes of all output samples, in their order, padded to whole blocks.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub(crate) form: Form,
    pub(crate) steps: usize,
    /// Bytes from one step's load to the next.
    pub(crate) stride: usize,
    /// Shortest row that the loads may be made from.
    pub(crate) row_bytes: usize,
    /// Per lane the byte of the row where its first load starts.
    pub(crate) bases: Vec<u32>,
    /// Per lane its shuffle.
    pub(crate) shuffles: Vec<[u8; 16]>,
    /// Per four lanes and step four times eight weights.
    pub(crate) weights: Vec<[i16; 8]>,
}

impl Lanes {
    /// Lanes for rows of `channels` interleaved samples of `bytes` bytes each, 1 or 2.
    pub(crate) fn new(axis: &Axis, channels: usize, bytes: usize) -> Option<Lanes> {
        Lanes::with_form(axis, channels, bytes, Form::Four)
            .or_else(|| Lanes::with_form(axis, channels, bytes, Form::One))
    }

    fn with_form(axis: &Axis, channels: usize, bytes: usize, form: Form) -> Option<Lanes> {
        let pixel = channels * bytes;
        let step_taps = match form {
            Form::Four => 2,
            // Eight, or as many as begin within 16 bytes.
            Form::One => (15 / pixel + 1).min(8),
        };
        let steps = axis.taps().div_ceil(step_taps);
        let stride = step_taps * pixel;
        let row_bytes = axis.source_len() * pixel;
        // Where the first load of any lane must start at the latest.
        let latest = row_bytes.checked_sub((steps - 1) * stride + 16)?;
        let room = axis.source_len().checked_sub(steps * step_taps)?;
        let samples = axis.len() * channels;
        let per_lane = if form == Form::Four { 4 } else { 1 };
        let lanes = samples.next_multiple_of(BLOCK) / per_lane;
        let mut new = Lanes {
            form,
            steps,
            stride,
            row_bytes,
            bases: vec![0; lanes],
            shuffles: vec![[0x80; 16]; lanes],
            weights: vec![[0; 8]; lanes * steps],
        };
        for lane in 0..samples.div_ceil(per_lane) {
            let of_lane = lane * per_lane..samples.min((lane + 1) * per_lane);
            let start = |sample: usize| axis.at(sample / channels).0.min(room) * pixel + sample % channels * bytes;
            let base = of_lane.clone().map(start).min()?.min(latest);
            new.bases[lane] = base as u32;
            for (slot, sample) in of_lane.enumerate() {
                let (first, weights) = axis.at(sample / channels);
                let lead = first - first.min(room);
                for tap in 0..step_taps {
                    // Sums are of neighbours: the two taps of a sample, or any taps of the one sample.
                    let at = slot * 2 + tap;
                    for byte in 0..bytes {
                        let from = start(sample) + tap * pixel + byte - base;
                        new.shuffles[lane][at * 2 + byte] = u8::try_from(from).ok().filter(|&from| from < 16)?;
                    }
                }
                for (tap, &weight) in weights.iter().enumerate() {
                    let (step, tap) = ((tap + lead) / step_taps, (tap + lead) % step_taps);
                    new.weights[(lane / 4 * steps + step) * 4 + lane % 4][slot * 2 + tap] = weight;
                }
            }
        }
        Some(new)
    }
}
