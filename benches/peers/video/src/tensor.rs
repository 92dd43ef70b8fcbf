//! A decoded picture to a normalised tensor, beside OpenCV's usual way there.

use std::path::Path;

use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::picture;
use millpond_core::video::resize::Filter;
use millpond_core::video::tensor::{FrameToTensor, FrameToTensorSpec, TensorSpec};
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, Matrix, PixelFormat, Range, Siting};
use serde_json::json;

use crate::Rows;
use crate::python::Python;

const ROUNDS: usize = 15;
/// OpenCV converts before it resizes, takes chroma from the nearest sample, and rounds twice more.
const BOUND: f32 = 5.0 / 255.0;

pub(crate) fn rows(folder: &Path) -> Rows {
    let (width, height) = (1280, 720);
    // Smooth chroma: where it is sampled makes no difference then.
    let noise = picture(PixelFormat::I420, width, height, 1);
    let mut source = Frame::new(FrameLayout::packed(PixelFormat::I420, width, height).map_err(|e| e.to_string())?);
    for plane in 0..3 {
        let mut view = source.view_mut();
        for y in 0..noise.view().plane(plane).rows() {
            let from = noise.view().plane(plane).row(y);
            for (x, (to, &from)) in view.plane_mut(plane).row_mut(y).iter_mut().zip(from).enumerate() {
                *to = if plane == 0 { 60 + from / 2 } else { (112 + (x + y) / 32) as u8 };
            }
        }
    }
    let tensor = TensorSpec::new(320, 320);
    let middle = ChromaSiting { horizontal: Siting::Middle, vertical: Siting::Middle };
    let spec = FrameToTensorSpec {
        color: Color { matrix: Matrix::Bt601, range: Range::Limited },
        siting: middle,
        filter: Filter::Bilinear,
        ..FrameToTensorSpec::new(PixelFormat::I420, (width, height), tensor)
    };
    let mut plan = FrameToTensor::new(spec).map_err(|e| e.to_string())?;
    let mut out = vec![0.0f32; tensor.output_len()];
    plan.tensor_into(&source.view(), &mut out).map_err(|e| e.to_string())?;

    let mut python = Python::start(folder)?;
    python.load(source.bytes(), (width, height * 3 / 2), 1)?;
    let line = [json!("tensor"), json!(320), json!(320)];
    python.time(&line, 1)?;
    let theirs = python.result()?;
    let theirs = theirs.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let most = out.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    eprintln!("OpenCV's tensor: differs by {most} at most, {BOUND} allowed");
    if most > BOUND {
        return Err(format!("OpenCV's tensor differs by {most}, at most {BOUND} allowed"));
    }
    let peer_version = python.opencv.clone();
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| {
                let _ = plan.tensor_into(&source.view(), &mut out);
            }),
            Job::timing_itself(|times| python.timed(&line, times)),
        ],
    );
    Ok(vec![Row {
        job: "I420 720p to a tensor of [3, 320, 320], bilinear".into(),
        unit: "us",
        ours: medians[0] * 1e6,
        peer: "OpenCV",
        peer_version,
        theirs: Ok(medians[1] * 1e6),
        bar: None,
    }])
}
