//! Tensors against plain arithmetic written here, and the promises that are exact.
#![allow(missing_docs, clippy::unwrap_used)]

use half::f16;
use millpond_core::simd::Level;
use millpond_core::video::convert::Converter;
use millpond_core::video::resize::{Alpha, Crop, Filter, ResizeSpec, Resizer};
use millpond_core::video::tensor::{
    ChannelOrder, FrameToTensor, FrameToTensorSpec, Normalise, TensorLayout, TensorSpec, TensorToFrame,
};
use millpond_core::video::{Color, Frame, FrameLayout, PixelFormat};

const IMAGENET: Normalise = Normalise::MeanStd { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const NORMALISES: [Normalise; 3] = [Normalise::ZeroToOne, Normalise::MinusOneToOne, IMAGENET];
const RGB: [PixelFormat; 4] = [PixelFormat::Rgba8, PixelFormat::Bgra8, PixelFormat::Rgb24, PixelFormat::Bgr24];

fn frame(format: PixelFormat, width: u32, height: u32, mut seed: u32) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
    for (index, byte) in frame.bytes_mut().iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if format.is_ten_bit() && format != PixelFormat::P010 && index % 2 == 1 {
            (seed >> 30) as u8
        } else {
            (seed >> 24) as u8
        };
    }
    frame
}

/// Red, green and blue of a pixel of packed R'G'B'.
fn pixel(frame: &Frame, x: usize, y: usize) -> [u8; 3] {
    let format = frame.layout().format();
    let pixel = &frame.view().plane(0).row(y)[x * format.sample_bytes(0)..];
    match format {
        PixelFormat::Bgra8 | PixelFormat::Bgr24 => [pixel[2], pixel[1], pixel[0]],
        _ => [pixel[0], pixel[1], pixel[2]],
    }
}

/// What a code becomes, in f64.
fn expected(normalise: Normalise, channel: usize, code: u8) -> f64 {
    let value = f64::from(code) / 255.0;
    match normalise {
        Normalise::ZeroToOne => value,
        Normalise::MinusOneToOne => f64::from(code) / 127.5 - 1.0,
        Normalise::MeanStd { mean, std } => (value - f64::from(mean[channel])) / f64::from(std[channel]),
    }
}

fn specs(width: u32, height: u32) -> Vec<TensorSpec> {
    let mut specs = Vec::new();
    for layout in [TensorLayout::Chw, TensorLayout::Hwc] {
        for order in [ChannelOrder::Rgb, ChannelOrder::Bgr] {
            for normalise in NORMALISES {
                specs.push(TensorSpec { width, height, layout, order, normalise });
            }
        }
    }
    specs
}

/// Where channel `channel` (0 is red) of a pixel is in a tensor.
fn index(spec: &TensorSpec, x: usize, y: usize, channel: usize) -> usize {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let channel = if spec.order == ChannelOrder::Rgb { channel } else { 2 - channel };
    match spec.layout {
        TensorLayout::Chw => (channel * height + y) * width + x,
        TensorLayout::Hwc => (y * width + x) * 3 + channel,
    }
}

#[test]
fn every_pixel_is_where_the_layout_says_and_what_the_formula_says() {
    for (width, height) in [(1, 1), (37, 5), (64, 3)] {
        for format in RGB {
            let source = frame(format, width, height, 1);
            for tensor in specs(width, height) {
                let spec = FrameToTensorSpec::new(format, (width, height), tensor);
                let mut out = vec![f32::NAN; tensor.output_len()];
                FrameToTensor::new(spec).unwrap().tensor_into(&source.view(), &mut out).unwrap();
                for y in 0..height as usize {
                    for x in 0..width as usize {
                        for (channel, &code) in pixel(&source, x, y).iter().enumerate() {
                            let got = f64::from(out[index(&tensor, x, y, channel)]);
                            let expected = expected(tensor.normalise, channel, code);
                            assert!((got - expected).abs() < 5e-7, "{tensor:?}: {got} instead of {expected}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn ends_of_the_range_are_exact() {
    let mut source = Frame::new(FrameLayout::packed(PixelFormat::Rgb24, 2, 1).unwrap());
    source.bytes_mut().copy_from_slice(&[0, 0, 0, 255, 255, 255]);
    for (normalise, ends) in [(Normalise::ZeroToOne, [0.0, 1.0]), (Normalise::MinusOneToOne, [-1.0, 1.0])] {
        let tensor = TensorSpec { normalise, ..TensorSpec::new(2, 1) };
        let mut out = [0.0f32; 6];
        let spec = FrameToTensorSpec::new(PixelFormat::Rgb24, (2, 1), tensor);
        FrameToTensor::new(spec).unwrap().tensor_into(&source.view(), &mut out).unwrap();
        assert!(out.chunks_exact(2).all(|plane| plane == ends), "{out:?}");
    }
}

#[test]
fn there_and_back_is_the_picture() {
    for format in RGB {
        let source = frame(format, 19, 7, 2);
        for tensor in specs(19, 7) {
            let mut there = FrameToTensor::new(FrameToTensorSpec::new(format, (19, 7), tensor)).unwrap();
            for back_format in RGB {
                let mut back = TensorToFrame::new(tensor, back_format).unwrap();
                let mut out = frame(back_format, 19, 7, 3);
                let mut values = vec![0.0f32; tensor.output_len()];
                there.tensor_into(&source.view(), &mut values).unwrap();
                back.frame_into(&values, &mut out.view_mut()).unwrap();
                for (x, y) in (0..7).flat_map(|y| (0..19).map(move |x| (x, y))) {
                    assert_eq!(pixel(&out, x, y), pixel(&source, x, y), "{format} {back_format} {tensor:?}");
                    if back_format.has_alpha() {
                        assert_eq!(out.view().plane(0).row(y)[4 * x + 3], 255);
                    }
                }
                // Eleven bits of f16 hold eight: also there and back.
                let mut halves = vec![f16::ZERO; tensor.output_len()];
                there.tensor_into(&source.view(), &mut halves).unwrap();
                for (half, value) in halves.iter().zip(&values) {
                    assert_eq!(half.to_bits(), rounded_to_half(*value), "{value}");
                }
                let mut from_halves = frame(back_format, 19, 7, 4);
                back.frame_into(&halves, &mut from_halves.view_mut()).unwrap();
                assert!(from_halves.view().rows().eq(out.view().rows()), "{tensor:?}");
            }
        }
    }
}

/// Nearest half, ties to even, by search among all of them.
fn rounded_to_half(value: f32) -> u16 {
    let magnitude = f64::from(value.abs());
    let as_f64 = |bits: u16| {
        let (exponent, mantissa) = (i32::from(bits >> 10), f64::from(bits & 1023));
        if exponent == 0 { mantissa * 2f64.powi(-24) } else { (1024.0 + mantissa) * 2f64.powi(exponent - 25) }
    };
    let (mut low, mut high) = (0u16, 0x7bff);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if as_f64(middle) <= magnitude { low = middle } else { high = middle }
    }
    let (below, above) = (magnitude - as_f64(low), as_f64(high) - magnitude);
    let bits = if below < above || (below == above && low % 2 == 0) { low } else { high };
    bits | u16::from(value.is_sign_negative()) << 15
}

#[test]
fn values_round_half_up_are_clamped_and_what_is_not_a_number_is_zero() {
    let tensor = TensorSpec { layout: TensorLayout::Hwc, ..TensorSpec::new(4, 1) };
    let values = [
        // 100 + 1/2, just below, above the range
        100.5 / 255.0,
        100.499 / 255.0,
        1.5,
        // below the range, infinities
        -0.1,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        -f32::NAN,
        0.0,
        1.0,
        254.6 / 255.0,
        f32::MIN_POSITIVE,
    ];
    let expected = [101, 100, 255, 0, 255, 0, 0, 0, 0, 255, 255, 0];
    for level in Level::available() {
        for format in RGB {
            for layout in [TensorLayout::Hwc, TensorLayout::Chw] {
                let tensor = TensorSpec { layout, ..tensor };
                let mut in_layout = [0.0; 12];
                for at in 0..12 {
                    in_layout[index(&tensor, at / 3, 0, at % 3)] = values[at];
                }
                let mut out = frame(format, 4, 1, 5);
                let mut plan = TensorToFrame::new(tensor, format).unwrap().with_level(level);
                plan.frame_into(&in_layout, &mut out.view_mut()).unwrap();
                let got: Vec<u8> = (0..4).flat_map(|x| pixel(&out, x, 0)).collect();
                assert_eq!(got, expected, "{level:?} {format} {layout:?}");
            }
        }
    }
}

#[test]
fn every_level_has_the_same_bits() {
    for format in PixelFormat::ALL {
        for (source, target) in [((67, 31), (20, 40)), ((20, 11), (20, 11)), ((200, 120), (64, 64)), ((3, 2), (1, 1))] {
            let picture = frame(format, source.0, source.1, 6);
            for tensor in specs(target.0, target.1) {
                let spec = FrameToTensorSpec::new(format, source, tensor);
                let run = |level| {
                    let mut out = vec![0.0f32; tensor.output_len()];
                    FrameToTensor::new(spec).unwrap().with_level(level).tensor_into(&picture.view(), &mut out).unwrap();
                    out
                };
                let scalar = run(Level::SCALAR);
                let back = |level, format| {
                    let mut out = frame(format, target.0, target.1, 7);
                    let mut plan = TensorToFrame::new(tensor, format).unwrap().with_level(level);
                    plan.frame_into(&scalar, &mut out.view_mut()).unwrap();
                    out
                };
                for level in Level::available() {
                    let got = run(level);
                    assert!(got.iter().zip(&scalar).all(|(a, b)| a.to_bits() == b.to_bits()), "{level:?} {spec:?}");
                    for format in RGB {
                        assert!(
                            back(level, format).bytes() == back(Level::SCALAR, format).bytes(),
                            "{level:?} {spec:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn fused_is_the_same_as_step_by_step() {
    // R'G'B': crop and resize, then an unfused tensor.
    let source = frame(PixelFormat::Bgr24, 90, 70, 8);
    for filter in Filter::ALL {
        let crop = Crop::pixels(7, 9, 60, 50);
        let resize = ResizeSpec {
            filter,
            crop,
            alpha: Alpha::Ignored,
            ..ResizeSpec::new(PixelFormat::Bgr24, (90, 70), (32, 24))
        };
        let mut small = Frame::new(FrameLayout::packed(PixelFormat::Bgr24, 32, 24).unwrap());
        Resizer::new(resize).unwrap().resize_into(&source.view(), &mut small.view_mut()).unwrap();
        let tensor = TensorSpec { normalise: IMAGENET, ..TensorSpec::new(32, 24) };
        let mut expected = vec![0.0f32; tensor.output_len()];
        let plain = FrameToTensorSpec::new(PixelFormat::Bgr24, (32, 24), tensor);
        FrameToTensor::new(plain).unwrap().tensor_into(&small.view(), &mut expected).unwrap();
        let mut got = vec![0.0f32; tensor.output_len()];
        let fused = FrameToTensorSpec { crop, filter, ..FrameToTensorSpec::new(PixelFormat::Bgr24, (90, 70), tensor) };
        FrameToTensor::new(fused).unwrap().tensor_into(&source.view(), &mut got).unwrap();
        assert_eq!(got, expected, "{filter:?}");
    }
    // Y'CbCr without subsampling at its own size: converted, then an unfused tensor.
    let source = frame(PixelFormat::I444, 33, 21, 9);
    let mut rgba = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 33, 21).unwrap());
    let ends = [source.layout().format(), PixelFormat::Rgba8].map(|format| (format, Color::default()));
    Converter::new(ends[0], ends[1]).unwrap().convert_into(&source.view(), &mut rgba.view_mut()).unwrap();
    let tensor = TensorSpec::new(33, 21);
    let [got, expected] = [&source, &rgba].map(|picture| {
        let mut out = vec![0.0f32; tensor.output_len()];
        let spec = FrameToTensorSpec::new(picture.layout().format(), (33, 21), tensor);
        FrameToTensor::new(spec).unwrap().tensor_into(&picture.view(), &mut out).unwrap();
        out
    });
    assert_eq!(got, expected);
}

#[test]
fn chroma_layouts_of_the_same_picture_agree() {
    let i420 = frame(PixelFormat::I420, 64, 48, 10);
    let run = |picture: &Frame| {
        let tensor = TensorSpec::new(20, 30);
        let spec = FrameToTensorSpec::new(picture.layout().format(), (64, 48), tensor);
        let mut out = vec![0.0f32; tensor.output_len()];
        FrameToTensor::new(spec).unwrap().tensor_into(&picture.view(), &mut out).unwrap();
        out
    };
    let mut nv12 = Frame::new(FrameLayout::aligned(PixelFormat::Nv12, 64, 48).unwrap());
    let mut yv12 = Frame::new(FrameLayout::aligned(PixelFormat::Yv12, 64, 48).unwrap());
    for y in 0..48 {
        nv12.view_mut().plane_mut(0).row_mut(y).copy_from_slice(i420.view().plane(0).row(y));
        yv12.view_mut().plane_mut(0).row_mut(y).copy_from_slice(i420.view().plane(0).row(y));
    }
    for y in 0..24 {
        for x in 0..32 {
            let [u, v] = [1, 2].map(|plane| i420.view().plane(plane).row(y)[x]);
            nv12.view_mut().plane_mut(1).row_mut(y)[2 * x..2 * x + 2].copy_from_slice(&[u, v]);
            yv12.view_mut().plane_mut(1).row_mut(y)[x] = v;
            yv12.view_mut().plane_mut(2).row_mut(y)[x] = u;
        }
    }
    assert_eq!(run(&i420), run(&nv12));
    assert_eq!(run(&i420), run(&yv12));
}

#[test]
fn slots_of_a_batch_are_apart_and_end_with_it() {
    let tensor = TensorSpec::new(5, 4);
    let mut batch = vec![0.0f32; 3 * 60 + 59];
    for index in 0..3 {
        tensor.slot(&mut batch, index).unwrap().fill(index as f32 + 1.0);
    }
    assert_eq!((batch[59], batch[60], batch[179], batch[180]), (1.0, 2.0, 3.0, 0.0));
    for index in [3, usize::MAX, usize::MAX / 60] {
        assert_eq!(tensor.slot(&mut batch, index).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
    }
}

#[test]
fn wrong_arguments_are_errors_and_nothing_is_written() {
    let tensor = TensorSpec::new(4, 3);
    let spec = FrameToTensorSpec::new(PixelFormat::I420, (8, 6), tensor);
    let code = |spec| FrameToTensor::new(spec).unwrap_err().code();
    assert_eq!(code(FrameToTensorSpec { source: (0, 6), ..spec }), "E_BAD_SIZE");
    for (width, height) in [(0, 3), (4, 40_000), (u32::MAX, u32::MAX)] {
        let tensor = TensorSpec { width, height, ..tensor };
        assert_eq!(code(FrameToTensorSpec { tensor, ..spec }), "E_BAD_SIZE");
        assert_eq!(TensorToFrame::new(tensor, PixelFormat::Rgba8).unwrap_err().code(), "E_BAD_SIZE");
    }
    assert_eq!(code(FrameToTensorSpec { crop: Crop::pixels(1, 0, 8, 6), ..spec }), "E_BAD_PARAMETER");
    for (mean, std) in [(f32::NAN, 1.0), (0.5, 0.0), (0.5, f32::INFINITY), (f32::INFINITY, 1.0), (0.0, f32::NAN)] {
        let normalise = Normalise::MeanStd { mean: [0.5, 0.5, mean], std: [1.0, std, 1.0] };
        assert_eq!(code(FrameToTensorSpec { tensor: TensorSpec { normalise, ..tensor }, ..spec }), "E_BAD_PARAMETER");
    }
    assert_eq!(TensorToFrame::new(tensor, PixelFormat::Nv12).unwrap_err().code(), "E_UNSUPPORTED_FORMAT");

    let mut plan = FrameToTensor::new(spec).unwrap();
    let mut out = [9.0f32; 36];
    let source = frame(PixelFormat::I420, 8, 6, 11);
    assert_eq!(plan.tensor_into(&source.view(), &mut out[..35]).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
    let wrong = frame(PixelFormat::Nv12, 8, 6, 11);
    assert_eq!(plan.tensor_into(&wrong.view(), &mut out).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(out, [9.0; 36]);

    let mut plan = TensorToFrame::new(tensor, PixelFormat::Rgb24).unwrap();
    let mut picture = frame(PixelFormat::Rgb24, 4, 3, 12);
    let before = picture.bytes().to_vec();
    assert_eq!(plan.frame_into(&out[..35], &mut picture.view_mut()).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
    assert_eq!(picture.bytes(), before);
    let mut wrong = frame(PixelFormat::Rgb24, 3, 4, 12);
    assert_eq!(plan.frame_into(&out, &mut wrong.view_mut()).unwrap_err().code(), "E_MISMATCH");
}
