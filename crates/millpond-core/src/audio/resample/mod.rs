//! Rational polyphase resampling, the same bits on every target.
//!
//! Output sample k is the band-limited signal at time k/`to_hz`, computed from the input samples around it: the first
//! output sample lies on the first input sample, and the filter's delay is compensated. With L/M = to/from in lowest
//! terms, n = ⌊kM/L⌋ and φ = kM/L − n it is Σ x[n + j − (T/2 − 1)]·h_φ[j] over the T taps of `filter.rs`; samples before
//! and after the clip are 0. Multiplications and additions are f32, eight sums side by side, without fused
//! multiply-add. Pass band flat to 0.944 of the lower Nyquist frequency, stop band below −100 dB from that frequency on.
//! Equal rates pass every sample through untouched.
//!
//! [`Resampler::new`] allocates (and takes some milliseconds for the table); `clone` allocates twice the window, 2 KB and
//! more the steeper the reduction, and shares the table. Nothing else allocates.

mod filter;

use crate::Error;
use filter::Filter;
use std::sync::Arc;

/// What a call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Input samples consumed.
    pub read: usize,
    /// Output samples written; of features, frames.
    pub written: usize,
}

/// Resamples one channel; for more channels clone it.
///
/// ```
/// use millpond_core::audio::Resampler;
///
/// let mut resampler = Resampler::new(44_100, 16_000)?;
/// let clip = vec![0.25; 44_100];
/// let mut out = vec![0.0; resampler.clip_len(clip.len())];
/// let done = resampler.process_into(&clip, &mut out);
/// let rest = resampler.flush_into(&mut out[done.written..]);
/// assert_eq!((done.read, done.written + rest), (44_100, 16_000));
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resampler {
    /// L and M: output samples per input samples, in lowest terms.
    up: u64,
    down: u64,
    /// `None` for equal rates.
    filter: Option<Arc<Filter>>,
    /// Input samples from the start of the next output's window on, and some before it.
    history: Vec<f32>,
    /// How many samples `history` holds.
    filled: usize,
    /// Where in `history` the next output's window starts.
    window: usize,
    /// The next output lies `phase`/L after the middle of its window.
    phase: u64,
    /// Number of the next output sample.
    next_output: u64,
    /// Number of the next input sample.
    next_input: u64,
}

impl Resampler {
    /// Plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a rate outside 1000 to 384000 Hz.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Resampler, Error> {
        for (name, hz) in [("from_hz", from_hz), ("to_hz", to_hz)] {
            if !(1000..=384_000).contains(&hz) {
                return Err(Error::BadParameter { name, value: f64::from(hz), expected: "1000 to 384000" });
            }
        }
        let divisor = u64::from(greatest_common_divisor(from_hz, to_hz));
        let (up, down) = (u64::from(to_hz) / divisor, u64::from(from_hz) / divisor);
        let filter = (up != down).then(|| Arc::new(Filter::new(up, down)));
        // Twice the window: moving what is left of it to the front then costs less than one copy a sample.
        let history = vec![0.0; filter.as_ref().map_or(0, |filter| 2 * filter.taps)];
        let mut resampler =
            Resampler { up, down, filter, history, filled: 0, window: 0, phase: 0, next_output: 0, next_input: 0 };
        resampler.seek(0);
        Ok(resampler)
    }

    /// Samples that a whole clip of `input` samples becomes, processing and flushing together: ceil(input·to/from).
    pub fn clip_len(&self, input: usize) -> usize {
        to_usize((input as u128 * u128::from(self.up)).div_ceil(u128::from(self.down)))
    }

    /// Samples that [`process_into`](Self::process_into) will write for `input` more samples, exactly, if there is room.
    pub fn output_len(&self, input: usize) -> usize {
        let Some(filter) = &self.filter else { return input };
        let have = (self.filled as u128 + input as u128).saturating_sub((self.window + filter.taps) as u128 - 1);
        // Output i from here on has its window start ⌊(phase + i·M)/L⌋ samples further on.
        to_usize((have * u128::from(self.up)).saturating_sub(u128::from(self.phase)).div_ceil(u128::from(self.down)))
    }

    /// The most input samples of which [`process_into`](Self::process_into) makes no more than `output` samples.
    pub fn input_len(&self, output: usize) -> usize {
        let Some(filter) = &self.filter else { return output };
        let steps = (output as u128 * u128::from(self.down) + u128::from(self.phase)) / u128::from(self.up);
        to_usize((steps + (self.window + filter.taps) as u128 - 1).saturating_sub(self.filled as u128))
    }

    /// Samples that [`flush_into`](Self::flush_into) still has to write, exactly.
    pub fn flush_len(&self) -> usize {
        let all = (u128::from(self.next_input) * u128::from(self.up)).div_ceil(u128::from(self.down));
        to_usize(all.saturating_sub(u128::from(self.next_output)))
    }

    /// Resamples until `input` is used up or `output` is full. However a clip is cut into pieces, the samples are the
    /// same to the bit. A sample that is infinite or not a number spoils the outputs whose window holds it.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process_into(&mut self, input: &[f32], output: &mut [f32]) -> Progress {
        let done = if self.filter.is_none() {
            let len = input.len().min(output.len());
            output[..len].copy_from_slice(&input[..len]);
            self.next_output += len as u64;
            Progress { read: len, written: len }
        } else {
            // As much as makes no more than fits, and at least as much as fills the output: where one input sample
            // makes several outputs, some then stay due.
            let fills = output.len().checked_sub(1).map_or(0, |len| self.input_len(len).saturating_add(1));
            let accepted = input.len().min(self.input_len(output.len()).max(fills));
            self.run(accepted, |history, at| history.copy_from_slice(&input[at..][..history.len()]), output)
        };
        self.next_input += done.read as u64;
        done
    }

    /// Ends the clip: writes the last samples, whose windows reach past its end, as far as `output` has room, and
    /// returns how many. Call it again for the rest; after that, [`seek`](Self::seek) before using it again.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn flush_into(&mut self, output: &mut [f32]) -> usize {
        let len = self.flush_len().min(output.len());
        self.run(usize::MAX, |history, _| history.fill(0.0), &mut output[..len]).written
    }

    /// Goes to output sample `output` of the clip, forgetting what was pushed, and returns the number of the input
    /// sample that has to come next: the first that output sample needs. From there on the samples have the bits that
    /// they have without a seek. `seek(0)` begins a new clip. Outputs beyond 2^53 count as that one.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn seek(&mut self, output: u64) -> u64 {
        // Leaves room to count on from there, in inputs too, which are up to 384 times as many.
        let output = output.min(1 << 53);
        self.next_output = output;
        (self.filled, self.window, self.phase) = (0, 0, 0);
        let Some(filter) = &self.filter else {
            self.next_input = output;
            return output;
        };
        let position = u128::from(output) * u128::from(self.down);
        self.phase = (position % u128::from(self.up)) as u64;
        let middle = u64::try_from(position / u128::from(self.up)).unwrap_or(u64::MAX);
        let before = filter.taps as u64 / 2 - 1;
        // The window of the first outputs begins before the clip, where all is 0.
        self.filled = before.saturating_sub(middle) as usize;
        self.history[..self.filled].fill(0.0);
        self.next_input = middle.saturating_sub(before);
        self.next_input
    }

    /// Writes outputs from at most `available` more input samples, which `fill` copies to where it is told, from the
    /// given offset on.
    fn run(&mut self, available: usize, fill: impl Fn(&mut [f32], usize), output: &mut [f32]) -> Progress {
        let mut done = Progress::default();
        let Some(filter) = &self.filter else { return done };
        let (step, carry) = ((self.down / self.up) as usize, self.down % self.up);
        loop {
            while done.written < output.len() && self.window + filter.taps <= self.filled {
                output[done.written] = filter.apply(&self.history[self.window..][..filter.taps], self.phase);
                done.written += 1;
                self.next_output += 1;
                self.window += step;
                self.phase += carry;
                if self.phase >= self.up {
                    self.phase -= self.up;
                    self.window += 1;
                }
            }
            let due = self.window + filter.taps <= self.filled;
            if done.read == available || due {
                return done;
            }
            if self.filled == self.history.len() {
                // A step is shorter than a window, so the next window starts inside the history.
                self.history.copy_within(self.window.., 0);
                self.filled -= self.window;
                self.window = 0;
            }
            let len = (self.history.len() - self.filled).min(available - done.read);
            fill(&mut self.history[self.filled..][..len], done.read);
            self.filled += len;
            done.read += len;
        }
    }
}

fn to_usize(value: u128) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
