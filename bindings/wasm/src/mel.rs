//! `Mel`: log-mel features of a whole clip, computed in memory that TypeScript fills and reads.
//!
//! Samples and features pass through two buffers that only ever grow, with the longest clip so far; a clip that is not
//! longer allocates nothing.

use crate::memory::grow;
use crate::{MelConfig, errors, memory};
use millpond_core::audio::{self, Resampler};
use millpond_core::memory::opening;
use wasm_bindgen::prelude::*;

/// A planned computation and its buffers.
#[wasm_bindgen]
pub struct Mel {
    mel: audio::Mel,
    /// Takes the input to the configuration's rate, if it has another.
    resampler: Option<Resampler>,
    samples: Vec<f32>,
    resampled: Vec<f32>,
    features: Vec<f32>,
    frames: usize,
    picture: Vec<u8>,
}

#[wasm_bindgen]
impl Mel {
    /// Plans a configuration for samples of this rate in Hz; 0 is the configuration's own.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER` for a field of the configuration, or a rate outside 1000 to
    /// 384000 Hz.
    #[wasm_bindgen(constructor)]
    pub fn new(MelConfig(config): MelConfig, rate_hz: u32) -> Result<Mel, JsValue> {
        let resampler = resampler(rate_hz, config.sample_rate_hz)?;
        Ok(Mel {
            mel: audio::Mel::new(config).map_err(errors::core)?,
            resampler,
            samples: Vec::new(),
            resampled: Vec::new(),
            features: Vec::new(),
            frames: 0,
            picture: Vec::new(),
        })
    }

    /// Number of mel bands.
    #[wasm_bindgen(getter, js_name = nMels)]
    pub fn n_mels(&self) -> u32 {
        self.mel.n_mels() as u32
    }

    /// Number of frames for a clip of `samples` input samples.
    #[wasm_bindgen(js_name = outputFrames)]
    pub fn output_frames(&self, samples: u32) -> u32 {
        self.mel.output_frames(self.own_samples(samples as usize)) as u32
    }

    /// Makes room for a clip and returns the address where its samples go.
    ///
    /// # Errors
    /// `E_OUT_OF_MEMORY`.
    ///
    /// # Realtime
    /// Does not allocate unless the clip is longer than all before, and then as opening.
    pub fn begin(&mut self, samples: u32) -> Result<u32, JsValue> {
        let samples = samples as usize;
        let own = self.own_samples(samples);
        let features = self.mel.output_len(own);
        opening(|| {
            grow(&mut self.samples, samples)?;
            if self.resampler.is_some() {
                grow(&mut self.resampled, own)?;
            }
            grow(&mut self.features, features)
        })?;
        Ok(memory::address(&self.samples))
    }

    /// Computes the features of the `samples` samples that were written and returns the number of frames.
    ///
    /// # Errors
    /// `E_BUFFER_TOO_SMALL` if [`Mel::begin`] was not called for as many.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process(&mut self, samples: u32) -> Result<u32, JsValue> {
        let (samples, own) = (samples as usize, self.own_samples(samples as usize));
        let input = within(&self.samples, samples)?;
        let clip = match &mut self.resampler {
            None => input,
            Some(resampler) => {
                within(&self.resampled, own)?;
                resampler.seek(0);
                let done = resampler.process_into(input, &mut self.resampled[..own]);
                resampler.flush_into(&mut self.resampled[done.written..own]);
                &self.resampled[..own]
            }
        };
        self.frames = self.mel.process_into(clip, &mut self.features).map_err(errors::core)?.written;
        Ok(self.frames as u32)
    }

    /// Address of the features, `[n_mels, n_frames]`.
    pub fn features(&self) -> u32 {
        memory::address(&self.features)
    }

    /// The largest logarithm of the last clip: what a stream needs whose features depend on it.
    #[wasm_bindgen(getter)]
    pub fn peak(&self) -> f32 {
        self.mel.clip_reference().peak
    }

    /// Draws the last features from `low` (darkest) to `high` and returns the address of `width` × `height` RGBA pixels.
    ///
    /// # Errors
    /// `E_BAD_SIZE`; `E_BAD_PARAMETER` if there are no features or the range is empty.
    ///
    /// # Realtime
    /// Does not allocate unless the picture is larger than all before, and then as opening.
    pub fn picture(&mut self, width: u32, height: u32, low: f32, high: f32) -> Result<u32, JsValue> {
        let bytes = (width as usize).saturating_mul(height as usize).saturating_mul(4);
        opening(|| grow(&mut self.picture, bytes))?;
        let bands = self.mel.n_mels();
        audio::mel_picture_into(&self.features, bands, self.frames, (low, high), width, height, &mut self.picture)
            .map_err(errors::core)?;
        Ok(memory::address(&self.picture))
    }
}

impl Mel {
    /// Samples at the configuration's rate.
    fn own_samples(&self, samples: usize) -> usize {
        self.resampler.as_ref().map_or(samples, |resampler| resampler.clip_len(samples))
    }
}

/// What takes samples of a rate to another; `None` if there is nothing to do. 0 is the other.
pub(crate) fn resampler(rate_hz: u32, own_hz: u32) -> Result<Option<Resampler>, JsValue> {
    match rate_hz {
        0 => Ok(None),
        rate_hz if rate_hz == own_hz => Ok(None),
        rate_hz => Resampler::new(rate_hz, own_hz).map(Some).map_err(errors::core),
    }
}

pub(crate) fn within(buffer: &[f32], length: usize) -> Result<&[f32], JsValue> {
    let too_small = millpond_core::Error::BufferTooSmall { needed: length, got: buffer.len() };
    buffer.get(..length).ok_or_else(|| errors::core(too_small))
}
