//! All sounds of a scene on one timeline of output frames.

use super::track::{Stream, Track};
use super::{MAX_BLOCK, RATE_HZ};
use crate::SceneError;
use crate::file::Sound;
use millpond_core::memory::opening;
use millpond_core::{Error, Rational};

/// Mixes a scene's sounds to 48 kHz stereo, block after block.
///
/// ```
/// # use millpond_scene::{Scene, sound::Mixer};
/// # let scene = Scene::from_json(r#"{"version": 1, "canvas": {"width": 2, "height": 2, "frame_rate": "25/1"},
/// #   "assets": {"a": {"src": "a.wav"}}, "layers": [], "audio": [{"asset": "a"}], "duration": 1}"#).unwrap();
/// let mut mixer = Mixer::new(&scene.audio)?;
/// let (mut left, mut right) = ([0.0; 1024], [0.0; 1024]);
/// mixer.open(0, 48_000, 1)?;
/// while let Some(sound) = mixer.need(1024) {
///     // Here a host decodes; this one has a constant. Timestamps are ticks and ticks per second.
///     let taken = mixer.push(sound, Some((0, 48_000.into())), &[&[0.25; 2000]])?;
///     assert_eq!(taken, 2000);
/// }
/// mixer.mix_into(&mut left, &mut right)?;
/// assert_eq!((left[0], right[1023], mixer.position()), (0.25, 0.25, 1024));
/// # Ok::<(), millpond_scene::SceneError>(())
/// ```
pub struct Mixer {
    tracks: Vec<Track>,
    position: u64,
}

impl std::fmt::Debug for Mixer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mixer").field("sounds", &self.tracks.len()).field("position", &self.position).finish()
    }
}

impl Mixer {
    /// A mixer of these sounds, at output frame 0.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER` for times beyond 10^10 seconds, a negative offset, or a gain that f32 cannot hold.
    pub fn new(sounds: &[Sound]) -> Result<Mixer, SceneError> {
        Ok(Mixer { tracks: sounds.iter().map(Track::new).collect::<Result<_, _>>()?, position: 0 })
    }

    /// Mixes these sounds from now on: as many as before, of the same assets. Open ones stay open. A sound of which only
    /// the gain changed plays on; one whose times changed has forgotten what was pushed. Returns the open ones of those:
    /// they are to be fed from [`wanted_from`](Self::wanted_from).
    ///
    /// # Errors
    /// `E_SCENE_CHANGED` for another number of sounds or another asset; those of [`new`](Self::new). Nothing changes then.
    ///
    /// # Realtime
    /// Allocates, counted as opening.
    pub fn set_sounds(&mut self, sounds: &[Sound]) -> Result<Vec<usize>, SceneError> {
        opening(|| {
            if sounds.len() != self.tracks.len() {
                return Err(SceneError::Changed { path: "audio".into() });
            }
            let other = sounds.iter().zip(&self.tracks).position(|(new, old)| new.asset != old.asset);
            if let Some(index) = other {
                return Err(SceneError::Changed { path: format!("audio[{index}].asset") });
            }
            let new = sounds.iter().map(Track::new).collect::<Result<Vec<_>, _>>()?;
            let moved = self.tracks.iter_mut().zip(new).map(|(old, new)| old.take_place_of(new, self.position));
            Ok(moved.enumerate().filter_map(|(index, has_moved)| has_moved.then_some(index)).collect())
        })
    }

    /// Says what the PCM of a sound is and allocates all that it needs. Opening it again changes the format: what was
    /// pushed is forgotten, and PCM is wanted for the current position.
    ///
    /// # Errors
    /// `E_NO_SUCH`; `E_BAD_PARAMETER` for a rate outside 1000 to 384000 Hz or channels outside 1 to 8.
    pub fn open(&mut self, sound: usize, rate_hz: u32, channels: usize) -> Result<(), SceneError> {
        let position = self.position;
        self.track(sound)?.open(rate_hz, channels, position)
    }

    /// Asset time in seconds from which PCM is wanted: earlier samples are dropped. A host seeks its demuxer there
    /// after [`open`](Self::open) or [`seek`](Self::seek). It lies up to 128 samples of the lower rate before what is
    /// heard next, because the resampler looks back so far.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`.
    pub fn wanted_from(&self, sound: usize) -> Result<Rational, SceneError> {
        let track = self.tracks.get(sound).ok_or(self.no_such(sound))?;
        let (rate_hz, sample) = track.wanted().ok_or(SceneError::SoundNotOpen { sound })?;
        Ok(Rational::new(i128::from(sample), i128::from(rate_hz)))
    }

    /// Input frames that the next push surely takes, if it continues the last one without a gap.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`.
    pub fn room(&self, sound: usize) -> Result<usize, SceneError> {
        let track = self.tracks.get(sound).ok_or(self.no_such(sound))?;
        if track.is_over(self.position) {
            return Ok(usize::MAX);
        }
        track.room().ok_or(SceneError::SoundNotOpen { sound })
    }

    /// Hands over PCM: one slice per channel, all of one length. `pts` is the presentation time of the first sample as
    /// (ticks, ticks per second); `None` continues where the last push stopped.
    ///
    /// Timestamps within 20 ms of where the samples would go anyway are taken for inexact and the samples for
    /// contiguous. A longer gap is filled with silence; samples for times that have passed are dropped.
    ///
    /// Returns the frames taken, dropped ones included. Fewer than offered means that the queue, 0.68 s, is full: mix
    /// first, then push the rest with `None`. After the sound's end everything is taken and dropped.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`, `E_BAD_TIME_SCALE`; `E_BAD_PARAMETER` for another number of channels than it was
    /// opened with; `E_BUFFER_TOO_SMALL` for a channel shorter than the first. Nothing is taken then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push(&mut self, sound: usize, pts: Option<(i64, Rational)>, planar: &[&[f32]]) -> Result<usize, SceneError> {
        let over = self.tracks.get(sound).ok_or(self.no_such(sound))?.is_over(self.position);
        let stream = self.stream(sound)?;
        if planar.len() != stream.channels {
            let expected = "as many as it was opened with";
            return Err(Error::BadParameter { name: "channels", value: planar.len() as f64, expected }.into());
        }
        let needed = planar[0].len();
        if let Some(got) = planar.iter().map(|channel| channel.len()).find(|&len| len < needed) {
            return Err(Error::BufferTooSmall { needed, got }.into());
        }
        if let Some((ticks, time_scale)) = pts {
            stream.place(ticks, time_scale)?;
        }
        Ok(if over { needed } else { stream.push(planar) })
    }

    /// Says that no more PCM will come, until a [`seek`](Self::seek): the sound is silent after what was pushed. For an
    /// asset that has no sound at all call this instead of [`open`](Self::open).
    ///
    /// # Errors
    /// `E_NO_SUCH`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn end(&mut self, sound: usize) -> Result<(), SceneError> {
        self.track(sound)?.finish();
        Ok(())
    }

    /// The first sound that has to be opened, pushed to or ended before the next `frames` output frames can be mixed.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn need(&self, frames: usize) -> Option<usize> {
        self.tracks.iter().position(|track| track.needs(self.position, frames.min(MAX_BLOCK)))
    }

    /// Mixes the next `left.len()` output frames.
    ///
    /// # Errors
    /// `E_NEEDS_SOUND` while [`need`](Self::need) names a sound; `E_BAD_PARAMETER` for more than [`MAX_BLOCK`] frames;
    /// `E_BUFFER_TOO_SMALL` if `right` is shorter than `left`. Nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn mix_into(&mut self, left: &mut [f32], right: &mut [f32]) -> Result<(), SceneError> {
        let frames = left.len();
        if frames > MAX_BLOCK {
            let expected = "at most 4096";
            return Err(Error::BadParameter { name: "frames", value: frames as f64, expected }.into());
        }
        let got = right.len();
        let right = right.get_mut(..frames).ok_or(Error::BufferTooSmall { needed: frames, got })?;
        if let Some(sound) = self.need(frames) {
            return Err(SceneError::NeedsSound { sound, frames, position: self.position });
        }
        left.fill(0.0);
        right.fill(0.0);
        for track in &mut self.tracks {
            track.mix(self.position, left, right);
        }
        for sample in left.iter_mut().chain(right) {
            *sample = clamp(*sample);
        }
        self.position += frames as u64;
        Ok(())
    }

    /// The next output frame, at 48 kHz: as many were mixed since the start.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The exact time of the next output frame in seconds.
    pub fn time(&self) -> Rational {
        Rational::new(i128::from(self.position), i128::from(RATE_HZ))
    }

    /// Goes to an output frame (at most 2^60). Sounds stay open but forget what was pushed and that they ended; the next
    /// push says its time. If PCM is pushed from [`wanted_from`](Self::wanted_from) or earlier, and its timestamps are
    /// exact to the sample, what is mixed has the bits that playing from the start gives.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn seek(&mut self, output_frame: u64) {
        self.position = output_frame.min(1 << 60);
        for track in &mut self.tracks {
            track.seek(self.position);
        }
    }

    fn no_such(&self, sound: usize) -> SceneError {
        SceneError::NoSuch { what: "sound", index: sound, count: self.tracks.len() }
    }

    fn track(&mut self, sound: usize) -> Result<&mut Track, SceneError> {
        let missing = self.no_such(sound);
        self.tracks.get_mut(sound).ok_or(missing)
    }

    fn stream(&mut self, sound: usize) -> Result<&mut Stream, SceneError> {
        self.track(sound)?.stream().ok_or(SceneError::SoundNotOpen { sound })
    }
}

/// To −1…1; what is not a number to 0.
fn clamp(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}
