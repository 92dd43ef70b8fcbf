//! `Mixer`: the scene's sound, from PCM that TypeScript writes to a fixed region.

use crate::errors;
use crate::scene::Scene;
use millpond_core::Rational;
use millpond_scene::seconds;
use millpond_scene::sound::{self, MAX_BLOCK};
use wasm_bindgen::prelude::*;

/// Most channels of a sound.
const CHANNELS: usize = 8;

/// Frames of one push.
const PUSH_FRAMES: usize = 8192;

/// The mixer of one scene, and the regions for PCM in and out.
#[wasm_bindgen]
pub struct Mixer {
    mixer: sound::Mixer,
    /// Channel after channel, `PUSH_FRAMES` each.
    input: Vec<f32>,
    /// Left, then right, `MAX_BLOCK` each.
    output: Vec<f32>,
}

#[wasm_bindgen]
impl Mixer {
    /// A mixer of a scene's sounds at output frame 0.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER` for times or gains out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(scene: &Scene) -> Result<Mixer, JsValue> {
        Ok(Mixer {
            mixer: sound::Mixer::new(scene.sounds()).map_err(errors::scene)?,
            input: vec![0.0; CHANNELS * PUSH_FRAMES],
            output: vec![0.0; 2 * MAX_BLOCK],
        })
    }

    /// Mixes the scene's sounds as they are now and returns those that must be fed from another place.
    ///
    /// # Errors
    /// `E_SCENE_CHANGED`; those of [`Mixer::new`]. Nothing changes then.
    pub fn update(&mut self, scene: &Scene) -> Result<Vec<u32>, JsValue> {
        let moved = self.mixer.set_sounds(scene.sounds()).map_err(errors::scene)?;
        Ok(moved.into_iter().map(|sound| sound as u32).collect())
    }

    /// The sound that must be opened, pushed to or ended before `frames` more can be mixed; -1 if none.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn need(&self, frames: u32) -> i32 {
        self.mixer.need(frames as usize).map_or(-1, |sound| sound as i32)
    }

    /// Says what the PCM of a sound is.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_BAD_PARAMETER`.
    pub fn open(&mut self, sound: u32, rate_hz: u32, channels: u32) -> Result<(), JsValue> {
        self.mixer.open(sound as usize, rate_hz, channels as usize).map_err(errors::scene)
    }

    /// Asset time in seconds from which PCM is wanted.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`.
    #[wasm_bindgen(js_name = wantedFrom)]
    pub fn wanted_from(&self, sound: u32) -> Result<f64, JsValue> {
        self.mixer.wanted_from(sound as usize).map(seconds).map_err(errors::scene)
    }

    /// Input frames that the next push surely takes.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`.
    pub fn room(&self, sound: u32) -> Result<u32, JsValue> {
        self.mixer.room(sound as usize).map(|frames| frames as u32).map_err(errors::scene)
    }

    /// Address of the region for PCM: 8 channels of 8192 frames.
    pub fn input(&self) -> u32 {
        self.input.as_ptr() as usize as u32
    }

    /// Hands over the PCM in the region. `tick` is the time of its first frame in 1/`time_scale` seconds; NaN continues
    /// where the last push stopped. Returns the frames taken.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_SOUND_NOT_OPEN`, `E_BAD_TIME_SCALE`, `E_BAD_PARAMETER`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push(&mut self, sound: u32, tick: f64, time_scale: u32, frames: u32, channels: u32) -> Result<u32, JsValue> {
        let (frames, channels) = (frames as usize, channels as usize);
        if frames > PUSH_FRAMES || !(1..=CHANNELS).contains(&channels) {
            let expected = "1 to 8 channels of at most 8192 frames";
            let error = millpond_core::Error::BadParameter { name: "channels", value: channels as f64, expected };
            return Err(errors::core(error));
        }
        let mut planar: [&[f32]; CHANNELS] = [&[]; CHANNELS];
        for (plane, region) in planar.iter_mut().zip(self.input.chunks_exact(PUSH_FRAMES)) {
            *plane = &region[..frames];
        }
        let pts = (!tick.is_nan()).then(|| (tick as i64, Rational::from_integer(time_scale.into())));
        let taken = self.mixer.push(sound as usize, pts, &planar[..channels]).map_err(errors::scene)?;
        Ok(taken as u32)
    }

    /// Says that no more PCM comes for a sound.
    ///
    /// # Errors
    /// `E_NO_SUCH`.
    pub fn end(&mut self, sound: u32) -> Result<(), JsValue> {
        self.mixer.end(sound as usize).map_err(errors::scene)
    }

    /// Mixes the next frames and returns the address of the left channel; the right one lies 4096 floats behind it.
    ///
    /// # Errors
    /// `E_NEEDS_SOUND`, `E_BAD_PARAMETER` for more than 4096 frames.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn mix(&mut self, frames: u32) -> Result<u32, JsValue> {
        let (left, right) = self.output.split_at_mut(MAX_BLOCK);
        let frames = frames as usize;
        let Some((left, right)) = left.get_mut(..frames).zip(right.get_mut(..frames)) else {
            let expected = "at most 4096";
            let error = millpond_core::Error::BadParameter { name: "frames", value: frames as f64, expected };
            return Err(errors::core(error));
        };
        self.mixer.mix_into(left, right).map_err(errors::scene)?;
        Ok(self.output.as_ptr() as usize as u32)
    }

    /// The next output frame.
    #[wasm_bindgen(getter)]
    pub fn position(&self) -> f64 {
        self.mixer.position() as f64
    }

    /// Goes to an output frame.
    pub fn seek(&mut self, frame: f64) {
        self.mixer.seek(frame as u64);
    }
}
