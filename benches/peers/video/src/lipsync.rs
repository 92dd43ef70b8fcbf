//! A frame of a talking head, from the model's output on: the mouth, a tensor of [3, 320, 320], becomes a picture, is resized
//! into the face rectangle of a 1080p background, fades into it along the edges, and the frame becomes a JPEG file. Only the
//! rectangle changes from frame to frame, so ours codes again only the strips that it touches. The peer does the same steps
//! with numpy and OpenCV, whose JPEG encoder is libjpeg-turbo; it restores only the rectangle, and must code all.

use std::path::Path;

use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::scenery;
use millpond_core::video::blend::{Blend, feathered_rectangle};
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{JpegOptions, JpegStrips};
use millpond_core::video::resize::{Alpha, Filter, ResizeSpec, Resizer};
use millpond_core::video::tensor::{TensorSpec, TensorToFrame};
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use serde_json::json;

use crate::Rows;
use crate::compare::packed;
use crate::jpeg::{JFIF, at_least, psnr};
use crate::python::Python;

const ROUNDS: usize = 15;
const MODEL: u32 = 320;
const FACE: Target = Target { x: 860, y: 320, width: 200, height: 200 };
const FEATHER: u32 = 16;
const QUALITY: u8 = 80;

/// Everything that is planned once.
struct Ours {
    background: Frame,
    canvas: Frame,
    mouth: Frame,
    small: Frame,
    mask: Frame,
    to_frame: TensorToFrame,
    resizer: Resizer,
    strips: JpegStrips,
    file: Vec<u8>,
    len: usize,
}

impl Ours {
    fn new(background: Frame) -> Result<Ours, millpond_core::Error> {
        let rgba = PixelFormat::Rgba8;
        let frame = |width, height| FrameLayout::packed(rgba, width, height).map(Frame::new);
        let (from, to) = ((MODEL, MODEL), (FACE.width, FACE.height));
        let spec = ResizeSpec { filter: Filter::Bilinear, alpha: Alpha::Ignored, ..ResizeSpec::new(rgba, from, to) };
        let options = JpegOptions { quality: QUALITY, ..JpegOptions::default() };
        let mut canvas = Frame::new(*background.layout());
        canvas.bytes_mut().copy_from_slice(background.bytes());
        let strips = JpegStrips::new(rgba, background.layout().width(), background.layout().height(), JFIF, &options)?;
        Ok(Ours {
            canvas,
            background,
            mouth: frame(MODEL, MODEL)?,
            small: frame(FACE.width, FACE.height)?,
            mask: feathered_rectangle(FACE.width, FACE.height, FEATHER)?,
            to_frame: TensorToFrame::new(TensorSpec::new(MODEL, MODEL), rgba)?,
            resizer: Resizer::new(spec)?,
            file: vec![0; strips.max_len()],
            strips,
            len: 0,
        })
    }

    fn frame(&mut self, tensor: &[f32]) -> Result<(), millpond_core::Error> {
        self.to_frame.frame_into(tensor, &mut self.mouth.view_mut())?;
        self.resizer.resize_into(&self.mouth.view(), &mut self.small.view_mut())?;
        let below = self.background.view().crop(FACE.x as u32, FACE.y as u32, FACE.width, FACE.height)?;
        Blend::default().draw(&below, (FACE.x, FACE.y), &mut self.canvas.view_mut())?;
        let (small, mask) = (self.small.view(), self.mask.view());
        Blend::default().draw_masked(&small, &mask, (FACE.x, FACE.y), &mut self.canvas.view_mut())?;
        self.len = self.strips.encode_into(&self.canvas.view(), &[FACE], &mut self.file)?;
        Ok(())
    }
}

pub(crate) fn rows(folder: &Path) -> Rows {
    let mut background = scenery(PixelFormat::Rgba8, 1920, 1080);
    background.bytes_mut().iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
    let mut python = Python::start(folder)?;
    let rgba = packed(&background);
    let rgb: Vec<u8> = rgba.as_chunks::<4>().0.iter().flat_map(|pixel| &pixel[..3]).copied().collect();
    // Two mouths in turn, so that no frame is like the last one.
    let tensors = [0.0, 0.25].map(|lift| -> Vec<f32> {
        let picture = scenery(PixelFormat::Rgba8, MODEL, MODEL);
        let (view, side) = (picture.view(), MODEL as usize);
        let value = |index: usize| {
            let (channel, y, x) = (index / side / side, index / side % side, index % side);
            (f32::from(view.plane(0).row(y)[4 * x + channel]) / 255.0 * 0.75 + lift).min(1.0)
        };
        (0..3 * side * side).map(value).collect()
    });
    let bytes: Vec<u8> = tensors[0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let (tensor, picture) = (python.share("mouth.f32", &bytes)?, python.share("background.rgb", &rgb)?);
    let face = [FACE.x, FACE.y, FACE.width as i32, FACE.height as i32];
    python.prepare(&json!(["mouth", tensor, picture, 1920, 1080, face, FEATHER]))?;
    let line = [json!("lipsync"), json!(QUALITY)];
    python.time(&line, 1)?;

    let mut ours = Ours::new(background).map_err(|e| e.to_string())?;
    ours.frame(&tensors[0]).map_err(|e| e.to_string())?;
    at_least(psnr(&ours.file[..ours.len], &python.result()?)?, "OpenCV's frame")?;
    let (opencv, mut turn) = (python.opencv.clone(), 0);
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| {
                turn += 1;
                ours.frame(&tensors[turn % 2]).unwrap_or_else(|e| panic!("{e}"));
            }),
            Job::timing_itself(|times| python.timed(&line, times)),
        ],
    );
    Ok(vec![Row {
        job: "lip-sync frame: [3, 320, 320] feathered into a 200x200 face of 1080p, JPEG q80".into(),
        unit: "us",
        ours: medians[0] * 1e6,
        peer: "numpy, OpenCV",
        peer_version: opencv,
        theirs: Ok(medians[1] * 1e6),
        bar: None,
    }])
}
