//! The sound of a file as one channel of a given rate: block by block, or all at once.
//!
//! Sound before time 0 (the priming of a codec) is dropped and gaps are filled with zeros, both by timestamps; jitter of
//! less than two milliseconds is none. Channels are mixed down to left and right as ITU-R BS.775 has it (centre and
//! surrounds at -3 dB, LFE dropped) and those averaged; one channel stays as it is.

use crate::{Access, Cancel, Error, Place, Sound, SoundFormat};
use millpond_core::Rational;
use millpond_core::audio::Resampler;

/// Zeros that a gap yields at once.
const MOST_ZEROS: u64 = 1 << 14;

/// A file whose sound is read as one channel. Its memory does not depend on the length of the file.
pub struct MonoSound {
    place: String,
    sound: Sound,
    format: SoundFormat,
    resampler: Resampler,
    /// Frames handed to the resampler so far.
    position: u64,
    /// Zeros that come before the block that was read last.
    gap: u64,
    /// Frames at its start that are too early.
    skipped: usize,
    state: State,
    mixed: Vec<f32>,
    resampled: Vec<f32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The next block is to be decoded.
    Reading,
    /// A block was decoded and not handed out yet.
    Waiting,
    /// The file is over; the resampler still holds some.
    Over,
    Ended,
}

impl MonoSound {
    /// Opens a file's sound.
    ///
    /// # Errors
    /// Those of [`Sound::open`]; [`millpond_core::Error::BadParameter`] for a rate outside 1000 to 384000 Hz.
    pub fn open(place: &Place, access: &Access, cancel: &Cancel, rate_hz: u32) -> Result<MonoSound, Error> {
        let sound = Sound::open(place, access, cancel)?;
        let format = sound.format();
        Ok(MonoSound {
            place: place.to_string(),
            sound,
            format,
            resampler: Resampler::new(format.rate_hz, rate_hz)?,
            position: 0,
            gap: 0,
            skipped: 0,
            state: State::Reading,
            mixed: Vec::new(),
            resampled: Vec::new(),
        })
    }

    /// The next samples; `None` at the end. Blocks are of any length, 0 too.
    ///
    /// # Errors
    /// Those of [`Sound::read`]; [`Error::UnsupportedFormat`] if rate or channels change.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap unless a block is longer than all before.
    pub fn read(&mut self) -> Result<Option<&[f32]>, Error> {
        if self.state == State::Reading {
            self.decode()?;
        }
        self.mixed.clear();
        match self.state {
            State::Ended => return Ok(None),
            State::Over => {
                self.resampled.resize(self.resampler.flush_len(), 0.0);
                self.resampler.flush_into(&mut self.resampled);
                self.state = State::Ended;
                return Ok(Some(&self.resampled));
            }
            _ if self.gap > 0 => {
                let zeros = self.gap.min(MOST_ZEROS);
                self.gap -= zeros;
                self.mixed.resize(zeros as usize, 0.0);
            }
            _ => {
                self.mix();
                self.state = State::Reading;
            }
        }
        self.position += self.mixed.len() as u64;
        self.resampled.resize(self.resampler.output_len(self.mixed.len()), 0.0);
        self.resampler.process_into(&self.mixed, &mut self.resampled);
        Ok(Some(&self.resampled))
    }

    /// Decodes a block and finds its place.
    fn decode(&mut self) -> Result<(), Error> {
        if !self.sound.read()? {
            self.state = State::Over;
            return Ok(());
        }
        if self.sound.format() != self.format {
            let format = "sound that changes its rate".into();
            return Err(Error::UnsupportedFormat { place: self.place.clone(), format });
        }
        self.state = State::Waiting;
        (self.gap, self.skipped) = (0, 0);
        let Some(tick) = self.sound.tick() else { return Ok(()) };
        let start = Rational::from_integer(tick.into()) / self.sound.time_scale();
        let wanted = (start * Rational::from_integer(self.format.rate_hz.into())).round().to_integer();
        let late = wanted - i128::from(self.position);
        let is_jitter = self.position > 0 && late.abs() * 500 < i128::from(self.format.rate_hz);
        if !is_jitter {
            self.gap = u64::try_from(late).unwrap_or(0);
            self.skipped = usize::try_from(-late).unwrap_or(0).min(self.sound.channel(0).len());
        }
        Ok(())
    }

    /// Mixes the block that was read.
    fn mix(&mut self) {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        let (sound, channels) = (&self.sound, self.format.channels);
        self.mixed.extend((self.skipped..sound.channel(0).len()).map(|at| {
            let at = |index: usize| sound.channel(index).get(at).copied().unwrap_or(0.0);
            match channels {
                1 => at(0),
                2 => (at(0) + at(1)) / 2.0,
                3 => (at(0) + at(1) + 2.0 * half * at(2)) / 2.0,
                4 => (at(0) + at(1) + half * (at(2) + at(3))) / 2.0,
                5 => (at(0) + at(1) + 2.0 * half * at(2) + half * (at(3) + at(4))) / 2.0,
                // Left, right, centre, LFE, then surrounds in pairs.
                channels => {
                    let surrounds: f32 = (4..channels).map(at).sum();
                    (at(0) + at(1) + 2.0 * half * at(2) + half * surrounds) / 2.0
                }
            }
        }));
    }
}

/// All of a file's sound as one channel. Allocates.
///
/// # Errors
/// Those of [`MonoSound::open`] and [`MonoSound::read`].
pub fn decode_mono(place: &Place, access: &Access, cancel: &Cancel, rate_hz: u32) -> Result<Vec<f32>, Error> {
    let mut sound = MonoSound::open(place, access, cancel, rate_hz)?;
    let mut samples = Vec::new();
    while let Some(block) = sound.read()? {
        samples.extend_from_slice(block);
    }
    Ok(samples)
}
