//! `FrameToTensor` and `TensorToFrame`: pictures as f32 tensors in a lent batch, and back.

use crate::frame_pool::format_named;
use crate::{FramePool, TensorPool, errors, options};
use millpond_core::video::tensor::{self, ChannelOrder, FrameToTensorSpec, Normalise, TensorLayout};
use wasm_bindgen::prelude::*;

/// What a tensor of a batch is: of RGB, codes 0 to 255 as 0 to 1, unless told otherwise.
#[wasm_bindgen]
pub struct TensorSpec(tensor::TensorSpec);

#[wasm_bindgen]
impl TensorSpec {
    /// A tensor of so many pixels, `chw` or `hwc`, of `rgb` or `bgr`.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32, layout: &str, order: &str) -> Result<TensorSpec, JsValue> {
        Ok(TensorSpec(tensor::TensorSpec {
            layout: options::word("layout", layout, &[("chw", TensorLayout::Chw), ("hwc", TensorLayout::Hwc)])?,
            order: options::word("order", order, &[("rgb", ChannelOrder::Rgb), ("bgr", ChannelOrder::Bgr)])?,
            ..tensor::TensorSpec::new(width, height)
        }))
    }

    /// What the codes become: `0..1` or `-1..1`.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    pub fn normalise(&mut self, way: &str) -> Result<(), JsValue> {
        let ways = [("0..1", Normalise::ZeroToOne), ("-1..1", Normalise::MinusOneToOne)];
        self.0.normalise = options::word("normalise", way, &ways)?;
        Ok(())
    }

    /// They become (v / 255 − mean) / std: means and deviations of red, green, blue.
    #[wasm_bindgen(js_name = meanStd)]
    pub fn mean_std(&mut self, m0: f32, m1: f32, m2: f32, s0: f32, s1: f32, s2: f32) {
        self.0.normalise = Normalise::MeanStd { mean: [m0, m1, m2], std: [s0, s1, s2] };
    }
}

/// A planned crop, resampling, conversion and normalisation.
#[wasm_bindgen]
pub struct FrameToTensor {
    plan: tensor::FrameToTensor,
}

#[wasm_bindgen]
impl FrameToTensor {
    /// Plans it.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        format: &str,
        source_width: u32,
        source_height: u32,
        matrix: &str,
        range: &str,
        crop: &str,
        filter: &str,
        tensor: &TensorSpec,
    ) -> Result<FrameToTensor, JsValue> {
        let source = (source_width, source_height);
        let spec = FrameToTensorSpec {
            color: options::color(matrix, range)?,
            crop: options::crop(crop, source)?,
            filter: options::filter(filter)?,
            ..FrameToTensorSpec::new(format_named(format)?, source, tensor.0)
        };
        Ok(FrameToTensor { plan: tensor::FrameToTensor::new(spec).map_err(errors::core)? })
    }

    /// Makes tensor `index` of a lent batch from a lent picture.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`, and that of an index beyond the batch.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process(
        &mut self,
        from: &FramePool,
        picture: u32,
        to: &TensorPool,
        batch: u32,
        index: u32,
    ) -> Result<(), JsValue> {
        let tensor = self.plan.spec().tensor;
        to.lending.lent.write(batch, |batch| {
            let out = tensor.slot(batch.as_mut_slice(), index as usize).map_err(errors::core)?;
            from.read(picture, |picture| self.plan.tensor_into(picture, out))
        })
    }
}

/// A planned way back.
#[wasm_bindgen]
pub struct TensorToFrame {
    plan: tensor::TensorToFrame,
    tensor: tensor::TensorSpec,
}

#[wasm_bindgen]
impl TensorToFrame {
    /// Plans it.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(format: &str, tensor: &TensorSpec) -> Result<TensorToFrame, JsValue> {
        let tensor = tensor.0;
        let plan = tensor::TensorToFrame::new(tensor, format_named(format)?).map_err(errors::core)?;
        Ok(TensorToFrame { plan, tensor })
    }

    /// Makes a lent picture from tensor `index` of a lent batch.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`, and that of an index beyond the batch.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process(
        &mut self,
        from: &TensorPool,
        batch: u32,
        index: u32,
        to: &FramePool,
        picture: u32,
    ) -> Result<(), JsValue> {
        from.lending.lent.write(batch, |batch| {
            let tensor = self.tensor.slot(batch.as_mut_slice(), index as usize).map_err(errors::core)?;
            to.write(picture, |picture| self.plan.frame_into(tensor, picture).map_err(errors::core))
        })
    }
}
