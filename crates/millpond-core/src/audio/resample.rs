//! Rational polyphase resampling.
use crate::Error;

/// What a call of [`Resampler::process_into`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Processed {
    /// Input samples consumed.
    pub read: usize,
    /// Output samples written.
    pub written: usize,
}

/// Resamples one channel from one integer rate to another.
#[derive(Clone, Debug)]
pub struct Resampler {}

impl Resampler {
    /// Plans and allocates. `clone()` shares the filter table: one clone per channel.
    ///
    /// # Errors
    /// `BadParameter` for a rate outside 1000..=384000 Hz.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Resampler, Error> {
        let _ = (from_hz, to_hz);
        unimplemented!()
    }

    /// Samples of a whole clip of `input` samples: ceil(input × to / from), which process and flush write together.
    pub fn clip_len(&self, input: usize) -> usize {
        let _ = input;
        unimplemented!()
    }

    /// Exactly how many samples [`process_into`](Self::process_into) writes for `input` more samples.
    pub fn output_len(&self, input: usize) -> usize {
        let _ = input;
        unimplemented!()
    }

    /// Exactly how many samples [`flush_into`](Self::flush_into) still has to write.
    pub fn flush_len(&self) -> usize {
        unimplemented!()
    }

    /// Consumes input until it is used up or `output` is full.
    pub fn process_into(&mut self, input: &[f32], output: &mut [f32]) -> Processed {
        let _ = (input, output);
        unimplemented!()
    }

    /// Writes what the filter still holds (zeros follow the input), as much as fits; returns the samples written.
    pub fn flush_into(&mut self, output: &mut [f32]) -> usize {
        let _ = output;
        unimplemented!()
    }

    /// Forgets the past; the next sample written is number `output_sample` of the whole clip. Returns the number of the
    /// input sample that must come next.
    pub fn seek(&mut self, output_sample: u64) -> u64 {
        let _ = output_sample;
        unimplemented!()
    }
}
