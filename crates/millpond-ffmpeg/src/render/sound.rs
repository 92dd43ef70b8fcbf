//! The sound of a scene: decodes its tracks, mixes them and encodes the mix.
//!
//! Opening a track counts as opening; everything after does not allocate.

use super::Run;
use super::assets::{Asset, Assets};
use crate::queue::Sender;
use crate::{AudioEncoder, Cancel, Error, Flow, Packet, Sound, SoundFormat};
use millpond_core::{Rational, memory};
use millpond_scene::Scene;
use millpond_scene::sound::{Mixer, RATE_HZ};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the sound ends, in samples; a render that is ended early brings it forward.
pub(crate) struct SoundEnd(AtomicU64);

impl SoundEnd {
    /// As long as the pictures: `duration` in samples, rounded half up.
    pub(crate) fn at(duration: Rational) -> SoundEnd {
        SoundEnd(AtomicU64::new(samples(duration)))
    }

    /// Ends earlier.
    pub(crate) fn shorten(&self, duration: Rational) {
        self.0.fetch_min(samples(duration), Ordering::AcqRel);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

fn samples(duration: Rational) -> u64 {
    let exact = duration * Rational::from_integer(RATE_HZ.into()) + Rational::new(1, 2);
    u64::try_from(exact.floor().to_integer()).unwrap_or(0)
}

/// Samples of a block if the encoder takes any number.
const BLOCK: usize = 1024;

/// What a track is fed from.
enum Track {
    Unopened,
    Open {
        sound: Box<Sound>,
        /// What the mixer was told.
        format: SoundFormat,
        /// Samples of the current block that the mixer has not taken.
        taken: usize,
        /// Whether there is a current block.
        has_block: bool,
    },
    Over,
}

/// The thread's work.
pub(crate) fn run(
    scene: &Scene,
    assets: &Assets,
    mut encoder: AudioEncoder,
    packets: Sender<Packet>,
    run: &Run,
) -> Result<(), Error> {
    let block = encoder.frame_samples().unwrap_or(BLOCK);
    let (mut left, mut right) = memory::opening(|| (vec![0.0; block], vec![0.0; block]));
    let mut mix = memory::opening(|| Mix::new(scene, assets))?;
    let clock = memory::opening(|| run.times.start("sound".to_owned()));
    let mut position = 0;
    loop {
        let frames = block.min(usize::try_from(run.sound_end.get().saturating_sub(position)).unwrap_or(block));
        if run.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        if frames == 0 {
            encoder.send_end()?;
        } else {
            mix.next(&mut left[..frames], &mut right[..frames], run)?;
            encoder.send(&[&left[..frames], &right[..frames]], None)?;
            position += frames as u64;
        }
        loop {
            let mut packet = Packet::new();
            if encoder.receive(&mut packet)? != Flow::Done {
                break;
            }
            // The muxer is gone only if it failed, which it has noted itself.
            if clock.output(|| packets.send(packet)).is_err() {
                return Err(Error::Cancelled);
            }
        }
        if frames == 0 {
            return Ok(());
        }
    }
}

struct Mix<'a> {
    scene: &'a Scene,
    assets: &'a Assets,
    mixer: Mixer,
    tracks: Vec<Track>,
}

impl<'a> Mix<'a> {
    fn new(scene: &'a Scene, assets: &'a Assets) -> Result<Mix<'a>, Error> {
        let tracks = scene.audio.iter().map(|_| Track::Unopened).collect();
        Ok(Mix { scene, assets, mixer: Mixer::new(&scene.audio)?, tracks })
    }

    fn next(&mut self, left: &mut [f32], right: &mut [f32], run: &Run) -> Result<(), Error> {
        while let Some(track) = self.mixer.need(left.len()) {
            self.feed(track, run)?;
        }
        Ok(self.mixer.mix_into(left, right)?)
    }

    fn feed(&mut self, index: usize, run: &Run) -> Result<(), Error> {
        match &mut self.tracks[index] {
            Track::Over => Ok(self.mixer.end(index)?),
            Track::Unopened => {
                self.tracks[index] = memory::opening(|| self.open(index, run))?;
                Ok(())
            }
            Track::Open { sound, format, taken, has_block } => {
                if !*has_block {
                    if !sound.read()? {
                        self.mixer.end(index)?;
                        if sound.damaged() > 0
                            && let Some(Asset::Clip(place)) = self.assets.get(self.scene.audio[index].asset)
                        {
                            run.warnings.damaged(place, sound.damaged());
                        }
                        self.tracks[index] = Track::Over;
                        return Ok(());
                    }
                    (*taken, *has_block) = (0, true);
                    if sound.format() != *format {
                        *format = sound.format();
                        memory::opening(|| self.mixer.open(index, format.rate_hz, format.channels))?;
                    }
                }
                let pts = sound.tick().filter(|_| *taken == 0).map(|tick| (tick, sound.time_scale()));
                let mut planes: [&[f32]; crate::MAX_CHANNELS] = [&[]; crate::MAX_CHANNELS];
                for (channel, plane) in planes.iter_mut().enumerate() {
                    *plane = sound.channel(channel).get(*taken..).unwrap_or(&[]);
                }
                *taken += self.mixer.push(index, pts, &planes[..format.channels])?;
                *has_block = *taken < sound.channel(0).len();
                Ok(())
            }
        }
    }

    fn open(&mut self, index: usize, run: &Run) -> Result<Track, Error> {
        let Some(Asset::Clip(place)) = self.assets.get(self.scene.audio[index].asset) else {
            run.warnings.add("W_NO_SOUND", || format!("a picture has no sound: audio[{index}]"));
            return self.silent(index);
        };
        let cancel: &Cancel = &run.cancel;
        let mut sound = match Sound::open(place, &self.assets.access, cancel) {
            Ok(sound) => sound,
            Err(Error::NoStream { .. }) => {
                run.warnings.add("W_NO_SOUND", || format!("the file has no sound: {place}"));
                return self.silent(index);
            }
            Err(error) => return Err(error),
        };
        let format = sound.format();
        self.mixer.open(index, format.rate_hz, format.channels)?;
        sound.seek(self.mixer.wanted_from(index)?)?;
        Ok(Track::Open { sound: Box::new(sound), format, taken: 0, has_block: false })
    }

    fn silent(&mut self, index: usize) -> Result<Track, Error> {
        self.mixer.end(index)?;
        Ok(Track::Over)
    }
}
