//! Blocks of sound, and the pool of such blocks.
//!
//! Interleaved: sample c of frame i is element i × channels + c. Planar: each channel is a run of its own that starts on
//! a cache line. A frame is one sample of every channel.

use super::{Pool, PoolConfig, Recycle, Reset};
use crate::Error;
use crate::aligned::AlignedBytes;
use bytemuck::Pod;

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SampleFormat {
    /// Signed 16 bits, full scale 32768. FFmpeg `s16`, `s16p`.
    I16,
    /// Signed 32 bits, full scale 2^31. FFmpeg `s32`, `s32p`.
    I32,
    /// Floating point, full scale 1.0. FFmpeg `flt`, `fltp`.
    F32,
}

impl SampleFormat {
    /// Bytes of one sample.
    pub fn bytes(self) -> usize {
        match self {
            SampleFormat::I16 => 2,
            SampleFormat::I32 | SampleFormat::F32 => 4,
        }
    }

    /// The name used in errors: `i16`, `i32`, `f32`.
    pub fn name(self) -> &'static str {
        match self {
            SampleFormat::I16 => "i16",
            SampleFormat::I32 => "i32",
            SampleFormat::F32 => "f32",
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for i16 {}
    impl Sealed for i32 {}
    impl Sealed for f32 {}
}

/// A type of sample: `i16`, `i32` or `f32`.
pub trait Sample: Pod + sealed::Sealed {
    /// Its format.
    const FORMAT: SampleFormat;
}

impl Sample for i16 {
    const FORMAT: SampleFormat = SampleFormat::I16;
}

impl Sample for i32 {
    const FORMAT: SampleFormat = SampleFormat::I32;
}

impl Sample for f32 {
    const FORMAT: SampleFormat = SampleFormat::F32;
}

/// How the channels of a block lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// Sample by sample: L R L R.
    Interleaved,
    /// Channel by channel: L L R R.
    Planar,
}

/// Format and size of a block of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SampleLayout {
    format: SampleFormat,
    arrangement: Arrangement,
    channels: usize,
    frames: usize,
    /// Samples from the start of one run to the next: a channel's if planar, the whole block's if not.
    run: usize,
}

impl SampleLayout {
    /// A block of `frames` frames.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if there is no channel, more than 1024, or no frame, or the block does not fit into
    /// memory.
    pub fn new(
        format: SampleFormat,
        arrangement: Arrangement,
        channels: usize,
        frames: usize,
    ) -> Result<SampleLayout, Error> {
        let bad = |name, value: usize, expected| Err(Error::BadParameter { name, value: value as f64, expected });
        if !(1..=1024).contains(&channels) {
            return bad("number of channels", channels, "1 to 1024");
        }
        let line = crate::aligned::ALIGN / format.bytes();
        let (run, runs) = match arrangement {
            Arrangement::Interleaved => (frames.checked_mul(channels), 1),
            Arrangement::Planar => (frames.checked_next_multiple_of(line), channels),
        };
        let bytes = run.and_then(|run| run.checked_mul(runs)?.checked_mul(format.bytes()));
        match (run, bytes) {
            (Some(run), Some(bytes)) if frames > 0 && bytes <= isize::MAX as usize / 2 => {
                Ok(SampleLayout { format, arrangement, channels, frames, run })
            }
            _ => bad("frames of a block", frames, "at least 1, and few enough for memory"),
        }
    }

    /// How a sample is stored.
    pub fn format(&self) -> SampleFormat {
        self.format
    }

    /// How the channels lie.
    pub fn arrangement(&self) -> Arrangement {
        self.arrangement
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The most frames of a block.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Bytes of the block with its padding.
    pub fn size(&self) -> usize {
        let runs = if self.arrangement == Arrangement::Planar { self.channels } else { 1 };
        self.run * runs * self.format.bytes()
    }
}

/// A block of sound in memory of its own, aligned to 64 bytes, zeroed when made.
///
/// ```
/// use millpond_core::pool::{Arrangement, PoolConfig, SampleFormat, SampleLayout, SamplePool};
///
/// let layout = SampleLayout::new(SampleFormat::F32, Arrangement::Planar, 2, 1024)?;
/// let pool = SamplePool::samples(layout, PoolConfig::fixed(4))?;
/// let mut block = pool.acquire()?;
/// block.set_frames(1000)?;
/// block.channel_mut::<f32>(1)?.fill(0.25);
/// assert_eq!(block.channel::<f32>(1)?.len(), 1000);
/// assert_eq!(block.channel::<i16>(1).unwrap_err().code(), "E_SAMPLE_MISMATCH");
/// # Ok::<(), millpond_core::Error>(())
/// ```
pub struct Samples {
    layout: SampleLayout,
    frames: usize,
    memory: AlignedBytes,
}

impl Samples {
    /// Allocates a block. This is the only call on it that allocates.
    pub fn new(layout: SampleLayout) -> Samples {
        Samples { layout, frames: layout.frames, memory: AlignedBytes::zeroed(layout.size()) }
    }

    /// Format and size.
    pub fn layout(&self) -> &SampleLayout {
        &self.layout
    }

    /// Frames that count: all of them, unless [`set_frames`](Self::set_frames) said otherwise since the block was
    /// acquired.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Says how many frames count, as in the last block of a stream.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if the block is not so long.
    pub fn set_frames(&mut self, frames: usize) -> Result<(), Error> {
        if frames > self.layout.frames {
            return Err(Error::BufferTooSmall { needed: frames, got: self.layout.frames });
        }
        self.frames = frames;
        Ok(())
    }

    /// The samples of an interleaved block: [`frames`](Self::frames) × channels of them.
    ///
    /// # Errors
    /// [`Error::SampleMismatch`] if the block is planar or its samples are of another type.
    pub fn interleaved<S: Sample>(&self) -> Result<&[S], Error> {
        self.expect::<S>(Arrangement::Interleaved)?;
        Ok(&self.memory.as_slice()[..self.frames * self.layout.channels])
    }

    /// The same, to write.
    ///
    /// # Errors
    /// Those of [`interleaved`](Self::interleaved).
    pub fn interleaved_mut<S: Sample>(&mut self) -> Result<&mut [S], Error> {
        self.expect::<S>(Arrangement::Interleaved)?;
        let length = self.frames * self.layout.channels;
        Ok(&mut self.memory.as_mut_slice()[..length])
    }

    /// The [`frames`](Self::frames) samples of one channel of a planar block.
    ///
    /// # Errors
    /// [`Error::SampleMismatch`] if the block is interleaved or its samples are of another type,
    /// [`Error::BadParameter`] if there is no such channel.
    pub fn channel<S: Sample>(&self, channel: usize) -> Result<&[S], Error> {
        self.expect::<S>(Arrangement::Planar)?;
        let start = self.start(channel)?;
        Ok(&self.memory.as_slice()[start..start + self.frames])
    }

    /// The same, to write.
    ///
    /// # Errors
    /// Those of [`channel`](Self::channel).
    pub fn channel_mut<S: Sample>(&mut self, channel: usize) -> Result<&mut [S], Error> {
        self.expect::<S>(Arrangement::Planar)?;
        let start = self.start(channel)?;
        Ok(&mut self.memory.as_mut_slice()[start..start + self.frames])
    }

    fn start(&self, channel: usize) -> Result<usize, Error> {
        if channel < self.layout.channels {
            return Ok(channel * self.layout.run);
        }
        Err(Error::BadParameter {
            name: "channel",
            value: channel as f64,
            expected: "less than the number of channels",
        })
    }

    fn expect<S: Sample>(&self, arrangement: Arrangement) -> Result<(), Error> {
        if (S::FORMAT, arrangement) == (self.layout.format, self.layout.arrangement) {
            return Ok(());
        }
        let name = |arrangement| match arrangement {
            Arrangement::Interleaved => "interleaved",
            Arrangement::Planar => "planar",
        };
        Err(Error::SampleMismatch {
            expected: (S::FORMAT.name(), name(arrangement)),
            got: (self.layout.format.name(), name(self.layout.arrangement)),
        })
    }
}

impl core::fmt::Debug for Samples {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Samples").field("layout", &self.layout).field("frames", &self.frames).finish_non_exhaustive()
    }
}

impl Recycle for Samples {
    /// All frames count again.
    fn recycle(&mut self, reset: Reset) {
        self.frames = self.layout.frames;
        if reset == Reset::Zero {
            self.memory.zero();
        }
    }

    fn bytes(&self) -> usize {
        self.memory.allocated()
    }
}

/// A [`Pool`] of blocks of one layout.
pub type SamplePool = Pool<Samples>;

impl SamplePool {
    /// A pool of blocks of this layout. Allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the configuration makes no sense.
    pub fn samples(layout: SampleLayout, config: PoolConfig) -> Result<SamplePool, Error> {
        Pool::new(config, move || Samples::new(layout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(format: SampleFormat, arrangement: Arrangement, channels: usize, frames: usize) -> Samples {
        Samples::new(SampleLayout::new(format, arrangement, channels, frames).unwrap())
    }

    #[test]
    fn channels_of_a_planar_block_do_not_overlap_and_start_on_cache_lines() {
        let mut block = block(SampleFormat::I16, Arrangement::Planar, 3, 33);
        assert_eq!(block.layout().size(), 3 * 64 * 2);
        for channel in 0..3 {
            block.channel_mut::<i16>(channel).unwrap().fill(channel as i16 + 1);
        }
        for channel in 0..3 {
            let samples = block.channel::<i16>(channel).unwrap();
            assert_eq!(samples, [channel as i16 + 1; 33]);
            assert_eq!(samples.as_ptr() as usize % 64, 0);
        }
        assert_eq!(block.channel::<i16>(3).unwrap_err().code(), "E_BAD_PARAMETER");
        assert_eq!(block.interleaved::<i16>().unwrap_err().code(), "E_SAMPLE_MISMATCH");
    }

    #[test]
    fn an_interleaved_block_is_as_long_as_its_frames_count() {
        let mut block = block(SampleFormat::I32, Arrangement::Interleaved, 6, 10);
        assert_eq!(block.interleaved::<i32>().unwrap().len(), 60);
        block.set_frames(7).unwrap();
        assert_eq!(block.interleaved_mut::<i32>().unwrap().len(), 42);
        assert_eq!(block.set_frames(11).unwrap_err(), Error::BufferTooSmall { needed: 11, got: 10 });
        assert_eq!(block.interleaved::<f32>().unwrap_err().code(), "E_SAMPLE_MISMATCH");
        block.recycle(Reset::Keep);
        assert_eq!(block.frames(), 10);
    }

    #[test]
    fn zeroing_leaves_nothing() {
        let mut block = block(SampleFormat::F32, Arrangement::Interleaved, 2, 100);
        block.interleaved_mut::<f32>().unwrap().fill(0.5);
        block.set_frames(1).unwrap();
        block.recycle(Reset::Zero);
        assert_eq!(block.interleaved::<f32>().unwrap(), [0.0; 200]);
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for (channels, frames) in [(0, 1), (1025, 1), (1, 0), (1, usize::MAX), (1024, usize::MAX / 1024)] {
            for arrangement in [Arrangement::Planar, Arrangement::Interleaved] {
                let layout = SampleLayout::new(SampleFormat::I16, arrangement, channels, frames);
                assert_eq!(layout.unwrap_err().code(), "E_BAD_PARAMETER", "{channels} {frames}");
            }
        }
    }
}
