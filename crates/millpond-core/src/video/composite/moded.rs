//! Drawing on an I420 or NV12 canvas with a blend mode.
//!
//! Modes are defined on R'G'B'. What the layer covers of the canvas is converted to it, each pixel with the chroma of its
//! cell; the mode makes a colour `B` of every pixel there and the layer's; these colours are drawn with the layer's alpha
//! like an R'G'B' picture. So where alpha is 0 the canvas stays as it is. Addition is drawn alike, with
//! `B = min(s + d, 255)`.

use super::place::Area;
use super::plan::Factor;
use super::rgb_canvas::RgbPatch;
use super::source::{Source, U, V, Y};
use super::yuv_canvas::YuvPatch;
use super::{CanvasSpec, Layer, Placement};
use crate::simd::Level;
use crate::video::blend::{self, Mode};
use crate::video::convert::{YuvToRgb, full_to_rgba, put_fourth};
use crate::video::{FrameView, FrameViewMut, PixelFormat};

/// The visible part of a layer, and the colours that the mode makes of it.
#[derive(Debug)]
pub(super) struct ModedPatch {
    visible: Area,
    mode: Mode,
    layer: RgbPatch,
    made: YuvPatch,
    convert: YuvToRgb,
    /// All pixels of the patch.
    rgba: Vec<u8>,
    /// A row: Cb and Cr of every pixel, the layer's colours, its alpha.
    chroma: [Vec<u8>; 2],
    colors: Vec<u8>,
    alpha: Vec<u8>,
}

impl ModedPatch {
    pub(super) fn new(
        canvas: &CanvasSpec,
        source: &Source,
        placement: &Placement,
        visible: Area,
        factor: Factor,
        mode: Mode,
    ) -> ModedPatch {
        let width = visible.width();
        ModedPatch {
            visible,
            mode,
            layer: RgbPatch::new(source, placement, visible, factor, Mode::Normal),
            made: YuvPatch::given(canvas, visible),
            convert: YuvToRgb::new(canvas.color),
            rgba: vec![0; width * visible.height() * 4],
            chroma: [vec![0; width], vec![0; width]],
            colors: vec![0; width * 4],
            alpha: vec![0; width],
        }
    }

    /// Moves the patch and blends it with the factors of another layer. Says whether what was computed stays.
    pub(super) fn shift(
        &mut self,
        canvas: &CanvasSpec,
        source: &Source,
        layer: &Layer<'_>,
        visible: Area,
    ) -> Option<bool> {
        self.made.relocate(canvas, source, &layer.placement, visible)?;
        self.visible = visible;
        Some(self.layer.shift(layer, visible))
    }

    /// Computes the layer's colours of a new picture.
    pub(super) fn prepare(&mut self, level: Level, source: &mut Source, picture: &FrameView<'_>) {
        self.layer.prepare(level, source, picture);
    }

    /// Draws the part in `part`, which is visible.
    pub(super) fn paint(&mut self, level: Level, picture: &FrameView<'_>, canvas: &mut FrameViewMut<'_>, part: Area) {
        let Area { x0, x1, y0, .. } = self.visible;
        for (row, rgba) in self.rgba.chunks_exact_mut(4 * (x1 - x0)).enumerate() {
            let canvas = canvas.as_view();
            let [cb, cr] = &mut self.chroma;
            for (x, (cb, cr)) in (x0..x1).zip(cb.iter_mut().zip(cr)) {
                [*cb, *cr] = chroma_of(&canvas, x / 2, (y0 + row) / 2);
            }
            let luma = &canvas.plane(Y).row(y0 + row)[x0..x1];
            full_to_rgba(level, &self.convert, luma, &self.chroma[0], &self.chroma[1], rgba);
            self.layer.split_row(level, picture, row, &mut self.colors, &mut self.alpha);
            blend::straight(level, rgba, &self.colors, 255, self.mode);
            put_fourth(level, &self.alpha, rgba);
        }
        self.made.take(level, &self.rgba);
        self.made.paint(level, picture, canvas, part);
    }
}

/// Cb and Cr of a cell of the canvas.
fn chroma_of(canvas: &FrameView<'_>, x: usize, y: usize) -> [u8; 2] {
    if canvas.format() == PixelFormat::Nv12 {
        let row = canvas.plane(U).row(y);
        [row[2 * x], row[2 * x + 1]]
    } else {
        [canvas.plane(U).row(y)[x], canvas.plane(V).row(y)[x]]
    }
}
