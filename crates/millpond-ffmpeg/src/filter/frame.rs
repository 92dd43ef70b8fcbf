//! Sound that came out of a filter graph.

use ffmpeg_next as ff;
use std::fmt;

/// A block of sound in planar f32, full scale 1: a handle on memory that FFmpeg counts references to.
pub struct AudioFrame(ff::frame::Audio);

impl AudioFrame {
    pub(super) fn new(frame: ff::frame::Audio) -> AudioFrame {
        AudioFrame(frame)
    }

    /// Its samples of one channel; empty for a channel that it does not have.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn channel(&self, index: usize) -> &[f32] {
        if index < self.0.planes() { self.0.plane::<f32>(index) } else { &[] }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        usize::from(self.0.channels())
    }

    /// Samples of each channel.
    pub fn samples(&self) -> usize {
        self.0.samples()
    }

    /// Sample rate in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.0.rate()
    }

    /// Time of its first sample in ticks of the output's time base, if it is known.
    pub fn tick(&self) -> Option<i64> {
        self.0.pts()
    }

    pub(super) fn set_tick(&mut self, tick: Option<i64>) {
        self.0.set_pts(tick);
    }
}

impl fmt::Debug for AudioFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioFrame")
            .field("channels", &self.channels())
            .field("samples", &self.samples())
            .field("rate_hz", &self.rate_hz())
            .field("tick", &self.tick())
            .finish()
    }
}
