//! Pictures that become tensors, and tensors that become pictures.

use half::f16;
use millpond_core::simd::Level;
use millpond_core::video::tensor::{
    ChannelOrder, FrameToTensor, FrameToTensorSpec, Normalise, TensorLayout, TensorSpec, TensorToFrame,
};
use millpond_core::video::{Frame, FrameLayout, PixelFormat};

use crate::{Case, picture};

const IMAGENET: Normalise = Normalise::MeanStd { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

pub(crate) fn cases(level: Level) -> Vec<Case> {
    let chw = TensorSpec::new(320, 320);
    let hwc = TensorSpec { layout: TensorLayout::Hwc, order: ChannelOrder::Bgr, normalise: IMAGENET, ..chw };
    vec![
        to_tensor(PixelFormat::I420, (1280, 720), chw, level),
        to_tensor(PixelFormat::Nv12, (1280, 720), hwc, level),
        to_tensor(PixelFormat::Rgba8, (320, 320), TensorSpec { normalise: IMAGENET, ..chw }, level),
        to_tensor(PixelFormat::Bgr24, (333, 217), TensorSpec { normalise: Normalise::MinusOneToOne, ..chw }, level),
        to_halves(PixelFormat::I444P10, (640, 360), chw, level),
        to_frame(chw, PixelFormat::Rgba8, level),
        to_frame(hwc, PixelFormat::Bgr24, level),
    ]
}

fn named(format: PixelFormat, source: (u32, u32), tensor: TensorSpec, element: &str) -> String {
    let TensorSpec { width, height, layout, .. } = tensor;
    format!("tensor-{element}-{layout:?}-{width}x{height}-of-{format}-{}x{}", source.0, source.1).to_lowercase()
}

fn to_tensor(format: PixelFormat, source: (u32, u32), tensor: TensorSpec, level: Level) -> Case {
    let name = named(format, source, tensor, "f32");
    let spec = FrameToTensorSpec::new(format, source, tensor);
    let mut plan = FrameToTensor::new(spec).unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    let from = picture(format, source.0, source.1, 1);
    Case::floats(name, tensor.output_len(), move |output| {
        plan.tensor_into(&from.view(), output).unwrap_or_else(|e| panic!("{e}"));
    })
}

fn to_halves(format: PixelFormat, source: (u32, u32), tensor: TensorSpec, level: Level) -> Case {
    let name = named(format, source, tensor, "f16");
    let spec = FrameToTensorSpec::new(format, source, tensor);
    let mut plan = FrameToTensor::new(spec).unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    let from = picture(format, source.0, source.1, 1);
    let mut halves = vec![f16::ZERO; tensor.output_len()];
    Case::new(name, 2 * halves.len(), move |output| {
        plan.tensor_into(&from.view(), &mut halves).unwrap_or_else(|e| panic!("{e}"));
        for (out, half) in output.as_chunks_mut::<2>().0.iter_mut().zip(&halves) {
            *out = half.to_le_bytes();
        }
    })
}

fn to_frame(tensor: TensorSpec, format: PixelFormat, level: Level) -> Case {
    let TensorSpec { width, height, layout, .. } = tensor;
    let name = format!("frame-{format}-{width}x{height}-of-tensor-{layout:?}").to_lowercase();
    let mut plan = TensorToFrame::new(tensor, format).unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    // A little more than the range, so that ends are clamped.
    let value = |index: usize| (index * 7919 % 65_537) as f32 / 50_000.0 - 0.1;
    let values: Vec<f32> = (0..tensor.output_len()).map(value).collect();
    let layout = FrameLayout::packed(format, width, height).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut to = Frame::new(layout);
    Case::new(name, layout.size(), move |output| {
        plan.frame_into(&values, &mut to.view_mut()).unwrap_or_else(|e| panic!("{e}"));
        output.copy_from_slice(to.bytes());
    })
}
