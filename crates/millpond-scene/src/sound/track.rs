//! One sound on its way to the mix: placed by timestamps, downmixed, resampled, waiting in a queue at 48 kHz.
//!
//! Two number lines are in use: input samples of the asset at its own rate and output frames of the asset at 48 kHz, both
//! counted from asset time 0.

use super::downmix::{MAX_CHANNELS, downmix_into};
use super::{MAX_BLOCK, RATE_HZ};
use crate::SceneError;
use crate::file::Sound;
use millpond_core::audio::{Resampler, math};
use millpond_core::{Error, Rational};

/// Output frames that may wait for the mix: 0.68 s.
const QUEUE: usize = 8 * MAX_BLOCK;
/// Input samples that are downmixed at a time.
const PIECE: usize = 512;
/// Timestamps that are off by no more than 1/50 s are inexact, not a gap or an overlap.
const JITTER: u32 = 50;

/// A sound: its place in the mix, and its PCM once it is open.
pub(super) struct Track {
    pub(super) asset: usize,
    /// Output frames of the mix: first, and one past the last.
    start: i64,
    end: i64,
    /// The asset's output frame that is heard at `start`.
    offset: u64,
    offset_seconds: Rational,
    pub(super) gain: f32,
    stream: Option<Stream>,
    /// No PCM will come any more.
    ended: bool,
}

impl Track {
    pub(super) fn new(sound: &Sound) -> Result<Track, SceneError> {
        let frame = |name, time: Rational| {
            let expected = "from -10^10 to 10^10 seconds";
            let value = crate::seconds(time);
            rounded(time, RATE_HZ).filter(|_| value.abs() <= 1e10).ok_or(SceneError::Core(Error::BadParameter {
                name,
                value,
                expected,
            }))
        };
        let offset = frame("offset", sound.offset)?;
        if *sound.offset.numer() < 0 {
            let value = crate::seconds(sound.offset);
            return Err(Error::BadParameter { name: "offset", value, expected: "not negative" }.into());
        }
        let gain = math::db_to_factor(sound.gain_db) as f32;
        if !gain.is_finite() {
            let expected = "a gain that f32 can hold";
            return Err(Error::BadParameter { name: "gain_db", value: sound.gain_db, expected }.into());
        }
        Ok(Track {
            asset: sound.asset,
            start: frame("start", sound.start)?,
            end: sound.end.map_or(Ok(i64::MAX), |end| frame("end", end))?,
            offset: offset as u64,
            offset_seconds: sound.offset,
            gain,
            stream: None,
            ended: false,
        })
    }

    /// Takes the place and the gain of `new`, a track of the same asset that is not open. Says whether it moved: then what
    /// was pushed is forgotten.
    pub(super) fn take_place_of(&mut self, new: Track, position: u64) -> bool {
        let place = |track: &Track| (track.start, track.end, track.offset, track.offset_seconds);
        let has_moved = place(self) != place(&new);
        let stream = self.stream.take();
        *self = Track { stream, ended: self.ended, ..new };
        if let Some(stream) = self.stream.as_mut().filter(|_| has_moved) {
            stream.first_heard = first_heard(self.offset_seconds, stream.rate_hz);
            self.seek(position);
        }
        has_moved && self.stream.is_some()
    }

    pub(super) fn open(&mut self, rate_hz: u32, channels: usize, position: u64) -> Result<(), SceneError> {
        if !(1..=MAX_CHANNELS).contains(&channels) {
            let expected = "1 to 8";
            return Err(Error::BadParameter { name: "channels", value: channels as f64, expected }.into());
        }
        let resampler = Resampler::new(rate_hz, RATE_HZ)?;
        let first_heard = first_heard(self.offset_seconds, rate_hz);
        let sides = vec![Side { resampler, queue: vec![0.0; QUEUE], piece: [0.0; PIECE] }; channels.min(2)];
        self.stream = Some(Stream { rate_hz, channels, first_heard, sides, queued: 0, next_input: 0, cursor: None });
        self.seek(position);
        Ok(())
    }

    pub(super) fn stream(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// Rate of the input in Hz and the first sample that is still wanted.
    pub(super) fn wanted(&self) -> Option<(u32, u64)> {
        self.stream.as_ref().map(|stream| (stream.rate_hz, stream.next_input.max(stream.first_heard)))
    }

    /// The input that surely fits, if it continues what was pushed.
    pub(super) fn room(&self) -> Option<usize> {
        let room = |stream: &Stream| stream.sides[0].resampler.input_len(QUEUE - stream.queued);
        self.stream.as_ref().map(room)
    }

    /// Everything that comes is dropped: the mix is past the end, or the host ended the sound.
    pub(super) fn is_over(&self, position: u64) -> bool {
        self.ended || position as i64 >= self.end
    }

    pub(super) fn finish(&mut self) {
        self.ended = true;
        if let Some(stream) = &mut self.stream {
            stream.drain();
        }
    }

    pub(super) fn seek(&mut self, position: u64) {
        let Some(stream) = &mut self.stream else { return };
        self.ended = false;
        let played = (position as i64).saturating_sub(self.start).max(0);
        stream.seek(self.offset + played as u64);
    }

    /// The frames of the block from `position` on in which this sound is heard: offset in the block and length.
    fn heard(&self, position: u64, frames: usize) -> (usize, usize) {
        let block = position as i64;
        let from = block.max(self.start);
        let to = (block + frames as i64).min(self.end);
        if from < to { ((from - block) as usize, (to - from) as usize) } else { (0, 0) }
    }

    pub(super) fn needs(&self, position: u64, frames: usize) -> bool {
        let queued = self.stream.as_ref().map_or(0, |stream| stream.queued);
        !self.ended && queued < self.heard(position, frames).1
    }

    /// Adds this sound to a block and lets go of what was heard.
    pub(super) fn mix(&mut self, position: u64, left: &mut [f32], right: &mut [f32]) {
        let (at, len) = self.heard(position, left.len());
        let Some(stream) = &mut self.stream else { return };
        let len = len.min(stream.queued);
        if len == 0 {
            return;
        }
        let (first, last) = (&stream.sides[0].queue, &stream.sides[stream.sides.len() - 1].queue);
        for (out, queue) in [(left, first), (right, last)] {
            for (out, sample) in out[at..at + len].iter_mut().zip(queue) {
                *out += self.gain * sample;
            }
        }
        stream.release(len);
        if self.ended {
            stream.drain();
        }
    }
}

/// The way of one side to the queue. Mono has one, all else two.
#[derive(Clone)]
struct Side {
    resampler: Resampler,
    queue: Vec<f32>,
    piece: [f32; PIECE],
}

/// An open sound.
pub(super) struct Stream {
    rate_hz: u32,
    pub(super) channels: usize,
    /// Number of the first input sample that is not silenced.
    first_heard: u64,
    sides: Vec<Side>,
    /// Output frames in each queue.
    queued: usize,
    /// Number of the input sample that the resamplers take next.
    next_input: u64,
    /// Number of the next sample that the host pushes, if timestamps do not say otherwise; unknown after a seek.
    cursor: Option<i64>,
}

impl Stream {
    fn seek(&mut self, output: u64) {
        for side in &mut self.sides {
            self.next_input = side.resampler.seek(output);
        }
        self.queued = 0;
        self.cursor = None;
    }

    /// Says when the next pushed sample is presented.
    pub(super) fn place(&mut self, ticks: i64, time_scale: Rational) -> Result<(), SceneError> {
        if *time_scale.numer() <= 0 {
            return Err(SceneError::BadTimeScale(time_scale));
        }
        let told = i128::from(ticks)
            .checked_mul(*time_scale.denom())
            .and_then(|seconds| rounded(Rational::new(seconds, *time_scale.numer()), self.rate_hz))
            .ok_or(SceneError::BadTimeScale(time_scale))?;
        let jitter = u64::from(self.rate_hz / JITTER);
        self.cursor = Some(self.cursor.filter(|&cursor| told.abs_diff(cursor) <= jitter).unwrap_or(told));
        Ok(())
    }

    /// Takes as many samples of equally long channels as the queue has room for.
    pub(super) fn push(&mut self, planar: &[&[f32]]) -> usize {
        let len = planar[0].len();
        let mut taken = 0;
        // Nobody said where the first samples after a seek belong: take them for what is wanted.
        let mut cursor = self.cursor.unwrap_or(self.next_input as i64);
        while taken < len {
            let wanted = self.next_input as i64;
            let begins = cursor.max(self.first_heard as i64);
            if wanted < begins {
                // A gap, or what lies before the in-point.
                if self.feed_silence(begins.abs_diff(wanted)) == 0 {
                    break;
                }
            } else if cursor < wanted {
                let late = usize::try_from(wanted.abs_diff(cursor)).unwrap_or(usize::MAX).min(len - taken);
                taken += late;
                cursor += late as i64;
            } else {
                let piece = PIECE.min(len - taken);
                for (i, side) in self.sides.iter_mut().enumerate() {
                    downmix_into(planar, i, taken, &mut side.piece[..piece]);
                }
                let fed = self.feed(piece);
                taken += fed;
                cursor += fed as i64;
                if fed < piece {
                    break;
                }
            }
        }
        self.cursor = Some(cursor);
        taken
    }

    fn feed_silence(&mut self, samples: u64) -> usize {
        let piece = samples.min(PIECE as u64) as usize;
        for side in &mut self.sides {
            side.piece[..piece].fill(0.0);
        }
        self.feed(piece)
    }

    /// Resamples the first `len` samples of the pieces into the queues; returns how many the queues had room for.
    fn feed(&mut self, len: usize) -> usize {
        let mut done = Default::default();
        for side in &mut self.sides {
            done = side.resampler.process_into(&side.piece[..len], &mut side.queue[self.queued..]);
        }
        self.queued += done.written;
        self.next_input += done.read as u64;
        done.read
    }

    /// Moves what the resamplers still hold to the queues, as far as there is room.
    fn drain(&mut self) {
        let mut written = 0;
        for side in &mut self.sides {
            written = side.resampler.flush_into(&mut side.queue[self.queued..]);
        }
        self.queued += written;
    }

    fn release(&mut self, frames: usize) {
        for side in &mut self.sides {
            side.queue.copy_within(frames..self.queued, 0);
        }
        self.queued -= frames;
    }
}

/// The first sample at or after the in-point. [`Track::new`] bounded the offset, so the product fits.
fn first_heard(offset: Rational, rate_hz: u32) -> u64 {
    (offset * i128::from(rate_hz)).ceil().to_integer() as u64
}

/// time · rate to the nearest integer, halves upwards; `None` if that leaves 62 bits.
fn rounded(time: Rational, rate_hz: u32) -> Option<i64> {
    let doubled = time.numer().checked_mul(2 * i128::from(rate_hz))?.checked_add(*time.denom())?;
    let nearest = doubled.div_euclid(time.denom().checked_mul(2)?);
    i64::try_from(nearest).ok().filter(|frame| frame.unsigned_abs() < 1 << 62)
}
