//! I420 to RGBA and back, 1080p, BT.601 limited (which is what libyuv's functions are made for), beside libyuv, the crate
//! yuv and FFmpeg's swscale.

use std::cell::RefCell;
use std::path::Path;

use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::scenery;
use millpond_core::simd::Level;
use millpond_core::video::convert::Converter;
use millpond_core::video::{Color, Frame, FrameLayout, Matrix, PixelFormat, Range};
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvPlanarImage, YuvPlanarImageMut, YuvRange, YuvStandardMatrix, rgba_to_yuv420,
    yuv420_to_rgba,
};

use crate::compare::within;
use crate::swscale::{self, Swscale};
use crate::{Rows, libyuv};

const ROUNDS: usize = 31;
const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;
const COLOR: Color = Color { matrix: Matrix::Bt601, range: Range::Limited };
const YUV_VERSION: &str = "0.8.20";

pub(crate) fn rows(_folder: &Path) -> Rows {
    let version = libyuv::version()?;
    let kind = |format| (format, COLOR);
    let converter = |from, to| Converter::new(kind(from), kind(to)).map_err(|e| e.to_string());
    let (to_rgba, to_i420) =
        (converter(PixelFormat::I420, PixelFormat::Rgba8)?, converter(PixelFormat::Rgba8, PixelFormat::I420)?);
    let run = |converter: &Converter, from: &Frame, to: &mut Frame| {
        converter.convert_into(&from.view(), &mut to.view_mut()).unwrap_or_else(|e| panic!("{e}"));
    };
    let frame = |format| FrameLayout::packed(format, WIDTH, HEIGHT).map(Frame::new).map_err(|e| e.to_string());
    let mut i420 = frame(PixelFormat::I420)?;
    // Made from RGBA, so that no code is outside the limited range, where the crate yuv does otherwise.
    run(&to_i420, &scenery(PixelFormat::Rgba8, WIDTH, HEIGHT), &mut i420);
    let (mut rgba, mut theirs_rgba, mut crates) =
        (frame(PixelFormat::Rgba8)?, frame(PixelFormat::Rgba8)?, frame(PixelFormat::Rgba8)?);
    run(&to_rgba, &i420, &mut rgba);
    libyuv::to_rgba(&mut i420, &mut theirs_rgba);
    within(&rgba, &theirs_rgba, 3, "libyuv's RGBA")?;
    crate_to_rgba(&i420, &mut crates);
    within(&rgba, &crates, 2, "the RGBA of the crate yuv")?;
    let (mut back, mut theirs, mut crates) =
        (frame(PixelFormat::I420)?, frame(PixelFormat::I420)?, frame(PixelFormat::I420)?);
    run(&to_i420, &rgba, &mut back);
    libyuv::to_i420(&rgba, &mut theirs);
    within(&back, &theirs, 2, "libyuv's I420")?;
    crate_to_i420(&rgba, &mut crates);
    within(&back, &crates, 2, "the I420 of the crate yuv")?;
    // By default swscale computes with fewer bits.
    let mut sws_to_rgba = Swscale::new("yuv420p", "rgba", (WIDTH, HEIGHT))?;
    let mut sws_to_i420 = Swscale::new("rgba", "yuv420p", (WIDTH, HEIGHT))?;
    sws_to_rgba.convert(&i420, &mut theirs_rgba);
    within(&rgba, &theirs_rgba, 6, "swscale's RGBA")?;
    sws_to_i420.convert(&rgba, &mut theirs);
    within(&back, &theirs, 6, "swscale's I420")?;

    let (i420, rgba, out) = (RefCell::new(i420), RefCell::new(rgba), RefCell::new(back));
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| run(&to_rgba, &i420.borrow(), &mut rgba.borrow_mut())),
            Job::new(|| libyuv::to_rgba(&mut i420.borrow_mut(), &mut rgba.borrow_mut())),
            Job::new(|| crate_to_rgba(&i420.borrow(), &mut rgba.borrow_mut())),
            Job::new(|| run(&to_i420, &rgba.borrow(), &mut out.borrow_mut())),
            Job::new(|| libyuv::to_i420(&rgba.borrow(), &mut out.borrow_mut())),
            Job::new(|| crate_to_i420(&rgba.borrow(), &mut out.borrow_mut())),
            Job::new(|| sws_to_rgba.convert(&i420.borrow(), &mut rgba.borrow_mut())),
            Job::new(|| sws_to_i420.convert(&rgba.borrow(), &mut out.borrow_mut())),
        ],
    );
    let row = |job: &str, ours: f64, peer, version: &str, theirs: f64, bar| Row {
        job: job.into(),
        unit: "us",
        ours: ours * 1e6,
        peer,
        peer_version: format!("{version}; ours {:?}", Level::best().isa()),
        theirs: Ok(theirs * 1e6),
        bar,
    };
    let sws_version = swscale::version();
    Ok(vec![
        row("I420 to RGBA 1080p", medians[0], "libyuv", &version, medians[1], Some(1.0)),
        row("I420 to RGBA 1080p", medians[0], "yuv", YUV_VERSION, medians[2], None),
        row("I420 to RGBA 1080p", medians[0], "swscale", &sws_version, medians[6], None),
        row("RGBA to I420 1080p", medians[3], "libyuv", &version, medians[4], Some(1.0)),
        row("RGBA to I420 1080p", medians[3], "yuv", YUV_VERSION, medians[5], None),
        row("RGBA to I420 1080p", medians[3], "swscale", &sws_version, medians[7], None),
    ])
}

fn crate_to_rgba(from: &Frame, to: &mut Frame) {
    let view = from.view();
    let plane = |index: usize| &from.bytes()[from.layout().planes()[index].offset..];
    let stride = |index: usize| view.plane(index).stride() as u32;
    let image = YuvPlanarImage {
        y_plane: plane(0),
        y_stride: stride(0),
        u_plane: plane(1),
        u_stride: stride(1),
        v_plane: plane(2),
        v_stride: stride(2),
        width: WIDTH,
        height: HEIGHT,
    };
    let rgba_stride = to.layout().planes()[0].stride as u32;
    let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
    yuv420_to_rgba(&image, to.bytes_mut(), rgba_stride, range, matrix).unwrap_or_else(|e| panic!("{e}"));
}

fn crate_to_i420(from: &Frame, to: &mut Frame) {
    let planes = [0, 1, 2].map(|index| to.layout().planes()[index]);
    let (y, chroma) = to.bytes_mut().split_at_mut(planes[1].offset);
    let (u, v) = chroma.split_at_mut(planes[2].offset - planes[1].offset);
    let mut image = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y),
        y_stride: planes[0].stride as u32,
        u_plane: BufferStoreMut::Borrowed(u),
        u_stride: planes[1].stride as u32,
        v_plane: BufferStoreMut::Borrowed(v),
        v_stride: planes[2].stride as u32,
        width: WIDTH,
        height: HEIGHT,
    };
    let stride = from.layout().planes()[0].stride as u32;
    let (range, matrix, mode) = (YuvRange::Limited, YuvStandardMatrix::Bt601, YuvConversionMode::Balanced);
    rgba_to_yuv420(&mut image, from.bytes(), stride, range, matrix, mode).unwrap_or_else(|e| panic!("{e}"));
}
