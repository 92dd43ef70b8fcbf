//! The mixer.
use super::{Error, Rational};

/// The most frames that one [`Mixer::mix_into`] makes.
pub const MAX_BLOCK: usize = 4096;

/// One entry of the scene's `audio`.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackSpec {
    /// Scene time at which it begins, in seconds.
    pub start: Rational,
    /// Scene time at which it is cut off, in seconds.
    pub end: Option<Rational>,
    /// In-point in the asset, in seconds.
    pub offset: Rational,
    /// Gain in dB.
    pub gain_db: f64,
}

/// Mixes tracks to 48 kHz stereo.
pub struct Mixer {}

impl Mixer {
    /// A mixer at position 0.
    ///
    /// # Errors
    /// `BadParameter` for times or gains out of range.
    pub fn new(tracks: &[TrackSpec]) -> Result<Mixer, Error> {
        let _ = tracks;
        todo!()
    }

    /// Says what the track's PCM is and allocates all it needs. Opening again changes the format and forgets what was pushed.
    ///
    /// # Errors
    /// `NoTrack`, `BadParameter` for a rate outside 1000..=384000 Hz or channels outside 1..=8.
    pub fn open(&mut self, track: usize, rate_hz: u32, channels: usize) -> Result<(), Error> {
        let _ = (track, rate_hz, channels);
        todo!()
    }

    /// Asset time in seconds from which PCM is wanted next: what lies before it is dropped. Where to seek the demuxer to.
    pub fn wanted_from(&self, track: usize) -> Result<Rational, Error> {
        let _ = track;
        todo!()
    }

    /// Input frames that a push takes for sure now.
    pub fn room(&self, track: usize) -> Result<usize, Error> {
        let _ = track;
        todo!()
    }

    /// Hands over PCM: one slice per channel, all of one length; `pts` is the presentation time of its first sample as
    /// (ticks, ticks per second), `None` continues where the last push stopped. Returns the frames taken; fewer than
    /// offered when the buffer is full: mix, then push the rest with `None`.
    pub fn push(&mut self, track: usize, pts: Option<(i64, Rational)>, planar: &[&[f32]]) -> Result<usize, Error> {
        let _ = (track, pts, planar);
        todo!()
    }

    /// No more PCM will come (until a seek): the track is silent after what was pushed. Also for a track without sound.
    pub fn end(&mut self, track: usize) -> Result<(), Error> {
        let _ = track;
        todo!()
    }

    /// The first track that must be opened, pushed to or ended before `frames` more output frames can be mixed.
    pub fn need(&self, frames: usize) -> Option<usize> {
        let _ = frames;
        todo!()
    }

    /// Mixes the next `left.len()` frames (at most [`MAX_BLOCK`]).
    ///
    /// # Errors
    /// `NeedsSound`; `BufferTooSmall` when `right` is shorter than `left`; `BadParameter` for more than [`MAX_BLOCK`].
    pub fn mix_into(&mut self, left: &mut [f32], right: &mut [f32]) -> Result<(), Error> {
        let _ = (left, right);
        todo!()
    }

    /// Output frames mixed so far: the position on the 48 kHz timeline.
    pub fn position(&self) -> u64 {
        todo!()
    }

    /// Goes to an output frame; tracks stay open, forget what was pushed and want PCM from [`wanted_from`](Self::wanted_from).
    pub fn seek(&mut self, output_frame: u64) {
        let _ = output_frame;
        todo!()
    }
}
