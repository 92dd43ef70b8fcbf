//! Drawing on an opaque RGBA canvas.
//!
//! A Y'CbCr picture has every plane resampled to full resolution and is then converted pixel by pixel; an R'G'B'
//! picture is only resampled.

use super::source::{A, Source, U, V, Y};
use super::{Placement, Visible};
use crate::simd::Level;
use crate::video::blend;
use crate::video::convert::{YuvToRgb, full_to_rgba};
use crate::video::resize::{Grid, PlaneResize, RgbaResize};
use crate::video::{FrameView, FrameViewMut};

/// The visible part of a layer as RGBA with straight alpha.
#[derive(Debug)]
pub(super) struct RgbPatch {
    visible: Visible,
    opacity: u8,
    pixels: Pixels,
    rgba: Vec<u8>,
}

#[derive(Debug)]
enum Pixels {
    Yuv {
        luma: PlaneResize,
        chroma: Option<[PlaneResize; 2]>,
        alpha: Option<PlaneResize>,
        convert: YuvToRgb,
        planes: [Vec<u8>; 4],
    },
    Rgb(RgbaResize),
}

impl RgbPatch {
    pub(super) fn new(source: &Source, placement: &Placement, visible: Visible, opacity: u8) -> RgbPatch {
        let full = || [(Grid::Full, visible.x0..visible.x1), (Grid::Full, visible.y0..visible.y1)];
        let count = visible.width() * visible.height();
        let pixels = if source.is_rgb() {
            Pixels::Rgb(source.plan_rgba(placement, full()))
        } else {
            let plan = |component| source.plan(component, placement, full());
            Pixels::Yuv {
                luma: plan(Y),
                chroma: source.has(U).then(|| [plan(U), plan(V)]),
                alpha: source.has(A).then(|| plan(A)),
                convert: YuvToRgb::new(source.picture.color),
                // 128 is the chroma of a picture that has none, 255 the alpha.
                planes: [vec![0; count], vec![128; count], vec![128; count], vec![255; count]],
            }
        };
        RgbPatch { visible, opacity, pixels, rgba: vec![0; count * 4] }
    }

    /// Computes the patch of a new picture.
    pub(super) fn prepare(&mut self, level: Level, source: &mut Source, picture: &FrameView<'_>) {
        source.turn(picture);
        match &mut self.pixels {
            Pixels::Rgb(resize) => resize.run(source.pixels(picture), &mut self.rgba),
            Pixels::Yuv { luma, chroma, alpha, convert, planes: [y, u, v, a] } => {
                luma.run(source.samples(picture, Y), y);
                if let Some([cb, cr]) = chroma {
                    cb.run(source.samples(picture, U), u);
                    cr.run(source.samples(picture, V), v);
                }
                full_to_rgba(level, convert, y, u, v, &mut self.rgba);
                if let Some(resize) = alpha {
                    resize.run(source.samples(picture, A), a);
                    for (out, &alpha) in self.rgba.chunks_exact_mut(4).zip(a.iter()) {
                        out[3] = alpha;
                    }
                }
            }
        }
    }

    /// Blends the patch over the canvas.
    pub(super) fn paint(&self, level: Level, canvas: &mut FrameViewMut<'_>) {
        let Visible { x0, x1, y0, .. } = self.visible;
        let width = self.visible.width() * 4;
        for (row, src) in self.rgba.chunks_exact(width).enumerate() {
            blend::row_rgba(level, &mut canvas.plane_mut(0).row_mut(y0 + row)[x0 * 4..x1 * 4], src, self.opacity);
        }
    }
}
