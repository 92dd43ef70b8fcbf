//! Drawing on an opaque RGBA canvas.
//!
//! A Y'CbCr picture has every plane resampled to full resolution and is then converted pixel by pixel; an R'G'B'
//! picture is only resampled. An RGBA picture of the target's size is read where it lies.

use super::place::Area;
use super::plan::Factor;
use super::source::{A, Source, U, V, Y};
use super::{Layer, Placement};
use crate::simd::Level;
use crate::video::blend::{self, Mode};
use crate::video::convert::{YuvToRgb, full_to_rgba, put_fourth, take_fourth};
use crate::video::resize::{Grid, PlaneResize, RgbaResize};
use crate::video::{FrameView, FrameViewMut};

/// The visible part of a layer as RGBA with straight alpha.
#[derive(Debug)]
pub(super) struct RgbPatch {
    visible: Area,
    factor: Factor,
    mode: Mode,
    /// Alpha is 255 everywhere and the mode is normal: pixels are copied.
    is_opaque: bool,
    pixels: Pixels,
    /// Empty if the picture's own pixels are used.
    rgba: Vec<u8>,
}

#[derive(Debug)]
enum Pixels {
    /// Those of the picture from this column and row on.
    Untouched(usize, usize),
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
    pub(super) fn new(source: &Source, placement: &Placement, visible: Area, factor: Factor, mode: Mode) -> RgbPatch {
        let full = || [(Grid::Full, visible.x0..visible.x1), (Grid::Full, visible.y0..visible.y1)];
        let count = visible.width() * visible.height();
        let pixels = if let Some((x, y)) = source.untouched_rgba(placement, full()) {
            Pixels::Untouched(x, y)
        } else if source.is_rgb() {
            Pixels::Rgb(source.plan_rgba(placement, full()))
        } else {
            let plan = |component| source.plan(component, placement, full());
            Pixels::Yuv {
                luma: plan(Y),
                chroma: source.has(U).then(|| [plan(U), plan(V)]),
                alpha: source.has(A).then(|| plan(A)),
                convert: YuvToRgb::new(source.picture.color),
                // 128 is the chroma of a picture that has none.
                planes: [vec![0; count], vec![128; count], vec![128; count], vec![0; count]],
            }
        };
        let rgba = if matches!(pixels, Pixels::Untouched(..)) { Vec::new() } else { vec![0; count * 4] };
        let is_opaque =
            !source.picture.format.has_alpha() && matches!(factor, Factor::Constant(255)) && mode == Mode::Normal;
        RgbPatch { visible, factor, mode, is_opaque, pixels, rgba }
    }

    /// Moves the patch and blends it with the factors of another layer. What was computed stays.
    pub(super) fn shift(&mut self, layer: &Layer<'_>, visible: Area) -> bool {
        self.visible = visible;
        self.factor.set(layer, visible);
        self.is_opaque = !layer.picture.format.has_alpha()
            && matches!(self.factor, Factor::Constant(255))
            && self.mode == Mode::Normal;
        true
    }

    /// Computes the patch of a new picture.
    pub(super) fn prepare(&mut self, level: Level, source: &mut Source, picture: &FrameView<'_>) {
        source.turn(picture);
        match &mut self.pixels {
            Pixels::Untouched(..) => {}
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
                    put_fourth(level, a, &mut self.rgba);
                }
            }
        }
    }

    /// Blends the part of the patch in `part`, which is visible, over the canvas.
    pub(super) fn paint(&self, level: Level, picture: &FrameView<'_>, canvas: &mut FrameViewMut<'_>, part: Area) {
        let Area { x0, y0, .. } = self.visible;
        let columns = part.x0 - x0..part.x1 - x0;
        for y in part.y0..part.y1 {
            let src = self.row(picture, y - y0, &columns);
            let dst = &mut canvas.plane_mut(0).row_mut(y)[4 * part.x0..4 * part.x1];
            match &self.factor {
                _ if self.is_opaque => dst.copy_from_slice(src),
                Factor::Constant(opacity) => blend::straight(level, dst, src, *opacity, self.mode),
                Factor::Varying(factors) => {
                    let start = (y - y0) * self.visible.width();
                    let factors = &factors[start + columns.start..start + columns.end];
                    blend::straight_masked(level, dst, src, factors, 255, self.mode);
                }
            }
        }
    }

    /// Colours and alpha of row `row` of the patch, for a canvas that is not RGBA: pixels with alpha 255, and what their
    /// alpha was, times the factor.
    pub(super) fn split_row(
        &self,
        level: Level,
        picture: &FrameView<'_>,
        row: usize,
        colors: &mut [u8],
        alpha: &mut [u8],
    ) {
        let width = self.visible.width();
        let pixels = self.row(picture, row, &(0..width));
        take_fourth(level, pixels, alpha);
        match &self.factor {
            Factor::Constant(opacity) => blend::scale(level, alpha, *opacity),
            Factor::Varying(factors) => blend::multiply(level, alpha, &factors[row * width..(row + 1) * width]),
        }
        colors.copy_from_slice(pixels);
        for color in colors.as_chunks_mut::<4>().0 {
            color[3] = 255;
        }
    }

    /// Pixels `columns` of row `row` of the patch.
    fn row<'a>(&'a self, picture: &FrameView<'a>, row: usize, columns: &std::ops::Range<usize>) -> &'a [u8] {
        match self.pixels {
            Pixels::Untouched(x, y) => &picture.plane(0).row(y + row)[4 * (x + columns.start)..4 * (x + columns.end)],
            _ => {
                let start = row * self.visible.width();
                &self.rgba[4 * (start + columns.start)..4 * (start + columns.end)]
            }
        }
    }
}
