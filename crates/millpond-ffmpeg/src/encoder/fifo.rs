//! Samples on their way to an encoder of sound: blocks of any length in, frames of the codec's length and sample format
//! out.
//!
//! Input is planar f32, full scale 1. Integers are `round(v × 2^(bits − 1))`, halves away from zero, clamped; there is no
//! dither. Doubles are the same value. FLAC with 24 bits gets them in the high bits of 32. Filling does not allocate on
//! the Rust heap; each frame is a new one on FFmpeg's, because the codec may keep it.

use ff::format::Sample;
use ff::format::sample::Type;
use ffmpeg_next as ff;

/// What frames are made of.
#[derive(Clone, Copy)]
pub(super) struct FrameKind {
    pub(super) format: Sample,
    pub(super) channels: usize,
    pub(super) rate_hz: u32,
    /// Bits of 32 that count.
    pub(super) bits: u32,
}

/// A frame that fills up.
pub(super) struct Fifo {
    kind: FrameKind,
    /// Samples per channel of a frame; `None` takes each block as it is.
    frame_samples: Option<usize>,
    /// A run of `frame_samples` for each channel.
    samples: Vec<f32>,
    filled: usize,
}

impl Fifo {
    /// Allocates.
    pub(super) fn new(kind: FrameKind, frame_samples: Option<usize>) -> Fifo {
        let samples = vec![0.0; frame_samples.unwrap_or(0) * kind.channels];
        Fifo { kind, frame_samples, samples, filled: 0 }
    }

    /// Samples per channel that wait.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Takes samples from `at` on, as many as complete a frame at most. Returns how many, and the frame if it is complete.
    pub(super) fn push(&mut self, channels: &[&[f32]], at: usize) -> (usize, Option<ff::frame::Audio>) {
        let waiting = channels.first().map_or(0, |channel| channel.len() - at);
        let Some(length) = self.frame_samples else {
            return (waiting, (waiting > 0).then(|| frame(self.kind, waiting, |index| &channels[index][at..])));
        };
        let taken = waiting.min(length - self.filled);
        for (channel, run) in channels.iter().zip(self.samples.chunks_exact_mut(length)) {
            run[self.filled..self.filled + taken].copy_from_slice(&channel[at..at + taken]);
        }
        self.filled += taken;
        (taken, if self.filled == length { self.take() } else { None })
    }

    /// Adds zeros, as many as complete a frame at most.
    pub(super) fn push_silence(&mut self, wanted: usize) -> (usize, Option<ff::frame::Audio>) {
        let Some(length) = self.frame_samples else { return (0, None) };
        let taken = wanted.min(length - self.filled);
        for run in self.samples.chunks_exact_mut(length) {
            run[self.filled..self.filled + taken].fill(0.0);
        }
        self.filled += taken;
        (taken, if self.filled == length { self.take() } else { None })
    }

    /// What waits, as a frame that may be short.
    pub(super) fn take(&mut self) -> Option<ff::frame::Audio> {
        let length = self.frame_samples?;
        let filled = std::mem::take(&mut self.filled);
        let samples = &self.samples;
        (filled > 0).then(|| frame(self.kind, filled, |index| &samples[index * length..index * length + filled]))
    }
}

/// A frame of so many samples; without planes if there was no memory.
fn frame<'a>(kind: FrameKind, samples: usize, channel: impl Fn(usize) -> &'a [f32]) -> ff::frame::Audio {
    let layout = ff::ChannelLayout::default(i32::try_from(kind.channels).unwrap_or(0));
    let mut frame = ff::frame::Audio::new(kind.format, samples, layout);
    frame.set_rate(kind.rate_hz);
    let spare = 32 - kind.bits.clamp(1, 32);
    let scale = f64::from(1_u32 << (31 - spare));
    match kind.format {
        Sample::U8(order) => fill(&mut frame, kind, order, channel, |v| (v * 128.0).round() as i8 as u8 ^ 0x80),
        Sample::I16(order) => fill(&mut frame, kind, order, channel, |v| (v * 32_768.0).round() as i16),
        // `as` saturates; with spare bits the largest value is one step below full scale.
        Sample::I32(order) => fill(&mut frame, kind, order, channel, |v| {
            ((f64::from(v) * scale).round().clamp(-scale, scale - 1.0) as i32) << spare
        }),
        Sample::F32(order) => fill(&mut frame, kind, order, channel, |v| v),
        Sample::F64(order) => fill(&mut frame, kind, order, channel, f64::from),
        _ => {}
    }
    frame
}

fn fill<'a, T: ff::frame::audio::Sample>(
    frame: &mut ff::frame::Audio,
    kind: FrameKind,
    order: Type,
    channel: impl Fn(usize) -> &'a [f32],
    value: impl Fn(f32) -> T,
) {
    for index in 0..kind.channels {
        let samples = channel(index).iter().map(|sample| value(*sample));
        match order {
            Type::Planar if index < frame.planes() => {
                frame.plane_mut::<T>(index).iter_mut().zip(samples).for_each(|(to, sample)| *to = sample);
            }
            Type::Packed if frame.planes() > 0 => {
                let to = frame.plane_mut::<T>(0).get_mut(index..).unwrap_or(&mut []);
                to.iter_mut().step_by(kind.channels).zip(samples).for_each(|(to, sample)| *to = sample);
            }
            _ => {}
        }
    }
}
