//! `SamplePool`: preallocated blocks of PCM that TypeScript borrows by number.

use crate::errors;
use crate::lending::{Lending, PoolPolicy, pool_calls};
use millpond_core::Error;
use millpond_core::pool::{Arrangement, SampleFormat, SampleLayout, Samples};
use wasm_bindgen::prelude::*;

/// A pool of blocks of one layout.
#[wasm_bindgen]
pub struct SamplePool {
    pub(crate) lending: Lending<Samples>,
}

pool_calls!(SamplePool);

#[wasm_bindgen]
impl SamplePool {
    /// Allocates the first blocks. `format` is 0 for i16, 1 for i32, 2 for f32.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        format: u32,
        planar: bool,
        channels: u32,
        frames: u32,
        policy: PoolPolicy,
    ) -> Result<SamplePool, JsValue> {
        let format = match format {
            0 => SampleFormat::I16,
            1 => SampleFormat::I32,
            _ => SampleFormat::F32,
        };
        let arrangement = if planar { Arrangement::Planar } else { Arrangement::Interleaved };
        let layout =
            SampleLayout::new(format, arrangement, channels as usize, frames as usize).map_err(errors::core)?;
        let bytes = layout.size() as u64 + 64;
        let lending = Lending::new(policy, bytes, |config| millpond_core::pool::SamplePool::samples(layout, config))?;
        Ok(SamplePool { lending })
    }

    /// Where a channel of a planar block, or an interleaved block (channel 0), starts in wasm memory; 0 if the block is
    /// not lent.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER` if there is no such channel.
    pub fn address(&self, index: u32, channel: u32) -> Result<u32, JsValue> {
        let start = self.lending.lent.with(index, |block| match block.layout().format() {
            SampleFormat::I16 => start::<i16>(block, channel),
            SampleFormat::I32 => start::<i32>(block, channel),
            SampleFormat::F32 => start::<f32>(block, channel),
        });
        start.unwrap_or(Ok(0)).map_err(errors::core)
    }

    /// Frames that count in a block.
    pub fn frames(&self, index: u32) -> u32 {
        self.lending.lent.with(index, |block| block.frames() as u32).unwrap_or(0)
    }

    /// Says how many frames count.
    ///
    /// # Errors
    /// `E_BUFFER_TOO_SMALL`.
    #[wasm_bindgen(js_name = setFrames)]
    pub fn set_frames(&self, index: u32, frames: u32) -> Result<(), JsValue> {
        let set = self.lending.lent.with(index, |block| block.set_frames(frames as usize));
        set.unwrap_or(Ok(())).map_err(errors::core)
    }
}

fn start<S: millpond_core::pool::Sample>(block: &mut Samples, channel: u32) -> Result<u32, Error> {
    let samples = match block.layout().arrangement() {
        Arrangement::Planar => block.channel_mut::<S>(channel as usize)?,
        Arrangement::Interleaved => block.interleaved_mut::<S>()?,
    };
    Ok(samples.as_mut_ptr() as usize as u32)
}
