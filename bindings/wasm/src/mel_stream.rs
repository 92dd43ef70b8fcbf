//! `MelStream`: log-mel features as the sound comes in, block by block, for an AudioWorklet or a socket.
//!
//! All buffers of a block are made with the stream. A flush, which gives out what a resampler still holds, may need longer
//! ones, and counts that as opening.

use crate::mel::{resampler, within};
use crate::memory::grow;
use crate::{MelConfig, errors, memory};
use millpond_core::audio::{self, ClipReference, Resampler};
use millpond_core::memory::opening;
use wasm_bindgen::prelude::*;

/// The most samples of one block.
const BLOCK: usize = 1024;

/// A planned stream and its buffers.
#[wasm_bindgen]
pub struct MelStream {
    stream: audio::MelStream,
    /// Takes the input to the configuration's rate, if it has another.
    resampler: Option<Resampler>,
    input: Vec<f32>,
    resampled: Vec<f32>,
    /// The last features, `[frames, n_mels]`.
    features: Vec<f32>,
    frames: usize,
    /// They again, `[n_mels, frames]`, to be drawn.
    rows: Vec<f32>,
    picture: Vec<u8>,
}

#[wasm_bindgen]
impl MelStream {
    /// Plans a configuration for samples of this rate in Hz; 0 is the configuration's own. `peak` stands
    /// for the largest logarithm of the clip; NaN if none is given.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`; `E_NEEDS_WHOLE_CLIP` if features depend on the whole clip and no peak is given.
    #[wasm_bindgen(constructor)]
    pub fn new(MelConfig(config): MelConfig, rate_hz: u32, peak: f32) -> Result<MelStream, JsValue> {
        let resampler = resampler(rate_hz, config.sample_rate_hz)?;
        // A resampler may have held back what one more sample sets free.
        let own = resampler.as_ref().map_or(BLOCK, |resampler| resampler.clip_len(BLOCK) + 1);
        let frames = most_frames(&config, own);
        let stream = if peak.is_nan() {
            audio::MelStream::new(config)
        } else {
            audio::MelStream::with_reference(config, ClipReference::peak(peak))
        };
        let stream = stream.map_err(errors::core)?;
        let n_mels = stream.config().n_mels;
        let mut buffers = [BLOCK, own, frames * n_mels, frames * n_mels].map(|len| (len, Vec::new()));
        buffers.iter_mut().try_for_each(|(len, buffer)| grow(buffer, *len))?;
        let [input, resampled, features, rows] = buffers.map(|(_, buffer)| buffer);
        Ok(MelStream { stream, resampler, input, resampled, features, frames: 0, rows, picture: Vec::new() })
    }

    /// Number of mel bands.
    #[wasm_bindgen(getter, js_name = nMels)]
    pub fn n_mels(&self) -> u32 {
        self.stream.config().n_mels as u32
    }

    /// The most samples of one [`push`](MelStream::push).
    #[wasm_bindgen(getter, js_name = mostSamples)]
    pub fn most_samples(&self) -> u32 {
        BLOCK as u32
    }

    /// Samples at the configuration's rate after the middle of a frame before it comes out.
    #[wasm_bindgen(getter, js_name = latencySamples)]
    pub fn latency_samples(&self) -> u32 {
        self.stream.latency_samples() as u32
    }

    /// Frames that the next `samples` input samples will yield, exactly.
    #[wasm_bindgen(js_name = outputFrames)]
    pub fn output_frames(&self, samples: u32) -> u32 {
        let samples = samples as usize;
        let own = self.resampler.as_ref().map_or(samples, |resampler| resampler.output_len(samples));
        self.stream.output_frames(own) as u32
    }

    /// Where the samples of the next block go.
    pub fn input(&self) -> u32 {
        memory::address(&self.input)
    }

    /// Takes the `samples` samples that were written and returns the number of frames that are now complete.
    ///
    /// # Errors
    /// `E_BUFFER_TOO_SMALL` for more than [`most_samples`](MelStream::most_samples).
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push(&mut self, samples: u32) -> Result<u32, JsValue> {
        let block = within(&self.input, samples as usize)?;
        let block = match &mut self.resampler {
            None => block,
            Some(resampler) => {
                let done = resampler.process_into(block, &mut self.resampled);
                &self.resampled[..done.written]
            }
        };
        self.frames = self.stream.push_into(block, &mut self.features).map_err(errors::core)?.written;
        Ok(self.frames as u32)
    }

    /// Ends the clip and returns the number of its last frames; the stream is then ready for another.
    ///
    /// # Errors
    /// `E_OUT_OF_MEMORY`.
    ///
    /// # Realtime
    /// Does not allocate unless more frames come out than ever before, and then as opening.
    pub fn flush(&mut self) -> Result<u32, JsValue> {
        let n_mels = self.stream.config().n_mels;
        let mut rest = 0;
        if let Some(resampler) = &mut self.resampler {
            rest = resampler.flush_len();
            opening(|| grow(&mut self.resampled, rest))?;
            resampler.flush_into(&mut self.resampled[..rest]);
            resampler.seek(0);
        }
        let rest = within(&self.resampled, rest)?;
        let most = most_frames(self.stream.config(), rest.len());
        opening(|| grow(&mut self.features, most.saturating_mul(n_mels)))?;
        let pushed = self.stream.push_into(rest, &mut self.features).map_err(errors::core)?.written;
        let flushed = self.stream.flush_into(&mut self.features[pushed * n_mels..]).map_err(errors::core)?.written;
        self.frames = pushed + flushed;
        Ok(self.frames as u32)
    }

    /// Forgets the clip so far.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn reset(&mut self) {
        self.stream.reset();
        if let Some(resampler) = &mut self.resampler {
            resampler.seek(0);
        }
    }

    /// Address of the features of the last push or flush, `[frames, n_mels]`.
    pub fn features(&self) -> u32 {
        memory::address(&self.features)
    }

    /// Draws the features of the last push or flush, a column of pixels for each frame, `height` high, from `low` (darkest)
    /// to `high`. Returns the address of the RGBA pixels.
    ///
    /// # Errors
    /// `E_BAD_SIZE`; `E_BAD_PARAMETER` if no frame came out or the range is empty.
    ///
    /// # Realtime
    /// Does not allocate unless the picture is larger than all before, and then as opening.
    pub fn picture(&mut self, height: u32, low: f32, high: f32) -> Result<u32, JsValue> {
        let (frames, n_mels) = (self.frames, self.stream.config().n_mels);
        let most = self.features.len() / n_mels;
        opening(|| {
            grow(&mut self.rows, self.features.len())?;
            grow(&mut self.picture, most.saturating_mul(height as usize).saturating_mul(4))
        })?;
        for (frame, features) in self.features.chunks_exact(n_mels).take(frames).enumerate() {
            for (band, feature) in features.iter().enumerate() {
                self.rows[band * frames + frame] = *feature;
            }
        }
        let width = frames as u32;
        audio::mel_picture_into(&self.rows, n_mels, frames, (low, high), width.max(1), height, &mut self.picture)
            .map_err(errors::core)?;
        Ok(memory::address(&self.picture))
    }
}

/// More frames than `samples` more samples and the end of the clip can set free: those whose windows hang over the end, and
/// those of the zeros that continue a short clip.
fn most_frames(config: &audio::MelConfig, samples: usize) -> usize {
    (samples + 2 * config.n_fft + config.pad_to_samples) / config.hop_samples + 2
}
