//! Pictures as tensors of f32 and f16, and back.

use std::rc::Rc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use millpond_core::video::PixelFormat;
use millpond_core::video::resize::Filter;
use millpond_core::video::tensor::{
    ChannelOrder, FrameToTensor, FrameToTensorSpec, Normalise, TensorLayout, TensorSpec, TensorToFrame,
};

use crate::{Choices, Picture, Target, Trial, refused};

const IMAGENET: Normalise = Normalise::MeanStd { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const RGB: [PixelFormat; 4] = [PixelFormat::Rgba8, PixelFormat::Bgra8, PixelFormat::Rgb24, PixelFormat::Bgr24];

fn tensor(choices: &mut Choices<'_>, (width, height): (u32, u32)) -> TensorSpec {
    TensorSpec {
        layout: choices.pick(&[TensorLayout::Chw, TensorLayout::Hwc]),
        order: choices.pick(&[ChannelOrder::Rgb, ChannelOrder::Bgr]),
        normalise: choices.pick(&[Normalise::ZeroToOne, Normalise::MinusOneToOne, IMAGENET]),
        ..TensorSpec::new(width, height)
    }
}

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let source = (choices.side(), choices.short_side());
    // One to one takes another way than resampling.
    let target = if choices.once_in(3) { source } else { (choices.side(), choices.short_side()) };
    let tensor = tensor(choices, target);
    let spec = FrameToTensorSpec {
        color: choices.color(),
        siting: choices.siting(),
        crop: choices.crop(source),
        filter: choices.pick(&Filter::ALL),
        ..FrameToTensorSpec::new(choices.format(), source, tensor)
    };
    let picture = Rc::new(Picture::new(choices, spec.format, source));
    let halves = choices.once_in(3);
    let out = match halves {
        true => Target::Bytes(vec![0; 2 * tensor.output_len()]),
        false => Target::floats(choices.below(9) as usize, tensor.output_len()),
    };
    Trial::new(format!("{spec:?}, halves {halves}"), out, move |level| {
        let mut plan = FrameToTensor::new(spec).unwrap_or_else(|e| panic!("{e}")).with_level(level);
        let picture = Rc::clone(&picture);
        let mut elements = vec![f16::ZERO; if halves { tensor.output_len() } else { 0 }];
        Box::new(move |target| {
            if !halves {
                plan.tensor_into(&picture.view(), target.numbers()).unwrap_or_else(|e| panic!("{e}"));
                return;
            }
            plan.tensor_into(&picture.view(), &mut elements).unwrap_or_else(|e| panic!("{e}"));
            for (out, element) in target.file().as_chunks_mut::<2>().0.iter_mut().zip(&elements) {
                *out = element.to_le_bytes();
            }
        })
    })
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let (source, target) = ((choices.any_side(), choices.any_side()), (choices.any_side(), choices.any_side()));
    let mut tensor = tensor(choices, target);
    if choices.once_in(4) {
        let number = |choices: &mut Choices<'_>| choices.pick(&[0.0, 1.0, -1e-9, 1e30, f32::NAN, f32::INFINITY]);
        tensor.normalise = Normalise::MeanStd { mean: [number(choices); 3], std: [number(choices); 3] };
    }
    let spec = FrameToTensorSpec {
        color: choices.color(),
        crop: choices.any_crop(source),
        filter: choices.pick(&Filter::ALL),
        ..FrameToTensorSpec::new(choices.format(), source, tensor)
    };
    let Ok(plan) = FrameToTensor::new(spec) else { return };
    let mut plan = plan.with_level(choices.level());
    let picture = Picture::perhaps(choices, spec.format, source);
    let mut out = Target::floats(0, choices.below(12_000) as usize);
    let legal =
        picture.format() == spec.format && picture.size() == source && out.numbers().len() >= tensor.output_len();
    let before = out.bytes();
    let result = plan.tensor_into(&picture.view(), out.numbers());
    assert_eq!(result.is_ok(), legal, "{spec:?}: {result:?}");
    refused("frame-to-tensor", &result, &before, &out.bytes());
    let mut batch = vec![0u8; choices.below(4000) as usize];
    let index = choices.pick(&[0, 1, 2, usize::MAX / 2, usize::MAX]);
    let len = batch.len();
    if let Ok(slot) = tensor.slot(&mut batch, index) {
        assert!(slot.len() == tensor.output_len() && slot.len() <= len);
    }
}

/// Numbers around the legal range, and such that are none.
fn values(choices: &mut Choices<'_>, len: usize) -> Vec<f32> {
    let mut values = choices.floats(len);
    for value in &mut values {
        *value = *value * 3.0 + 0.5;
    }
    for _ in 0..choices.below(9).min(len as u32) {
        let at = choices.below(len as u32) as usize;
        values[at] = choices.pick(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -0.0, 1e-40]);
    }
    values
}

pub(crate) fn back_trial(choices: &mut Choices<'_>) -> Trial {
    let size = (choices.side(), choices.short_side());
    let (tensor, format, halves) = (tensor(choices, size), choices.pick(&RGB), choices.once_in(3));
    let values: Rc<[f32]> = values(choices, tensor.output_len()).into();
    let out = Target::Picture(Picture::new(choices, format, size));
    Trial::new(format!("{tensor:?} to {format}, halves {halves}"), out, move |level| {
        let mut plan = TensorToFrame::new(tensor, format).unwrap_or_else(|e| panic!("{e}")).with_level(level);
        let values = Rc::clone(&values);
        let mut elements = vec![f16::ZERO; values.len()];
        elements.convert_from_f32_slice(&values);
        Box::new(move |target| {
            let mut out = target.picture().view_mut();
            let done = match halves {
                true => plan.frame_into(&elements, &mut out),
                false => plan.frame_into(&values, &mut out),
            };
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn back_misuse(choices: &mut Choices<'_>) {
    let format = if choices.once_in(4) { choices.format() } else { choices.pick(&RGB) };
    let size = (choices.any_side(), choices.any_side());
    let tensor = tensor(choices, size);
    let Ok(mut plan) = TensorToFrame::new(tensor, format).map(|plan| plan.with_level(choices.level())) else { return };
    let len = choices.below(12_000) as usize;
    let values = values(choices, len);
    let mut out = Target::Picture(Picture::perhaps(choices, format, size));
    let legal = out.picture().format() == format && out.picture().size() == size && values.len() >= tensor.output_len();
    let before = out.bytes();
    let result = plan.frame_into(&values, &mut out.picture().view_mut());
    assert_eq!(result.is_ok(), legal, "{tensor:?} to {format}: {result:?}");
    refused("tensor-to-frame", &result, &before, &out.bytes());
}
