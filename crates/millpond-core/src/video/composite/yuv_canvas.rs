//! Drawing on an I420 canvas.
//!
//! A Y'CbCr picture is resampled plane by plane onto the canvas's grids and, if its matrix or range differ, converted
//! there. An R'G'B' picture is resampled, its luma converted pixel by pixel, and a chroma sample made from the mean
//! colour of the covered pixels of its cell, weighted by alpha: `(Σ a·c + Σa/2) / Σa`. See [`super::coverage`] for
//! the alpha of chroma samples.

use super::coverage::Cells;
use super::source::{A, Source, U, V, Y, plane_of};
use super::{CanvasSpec, Placement, Visible};
use crate::video::blend::{self, div_255};
use crate::video::convert::{RgbToYuv, YuvToYuv};
use crate::video::resize::{Grid, PlaneResize, RgbaResize};
use crate::video::{ChromaSiting, FrameView, FrameViewMut};

/// The visible part of a layer as planes on the canvas's grids.
#[derive(Debug)]
pub(super) struct YuvPatch {
    visible: Visible,
    cells: Cells,
    opacity: u8,
    pixels: Pixels,
    /// Luma, Cb, Cr of the patch; empty if the picture's own rows are used.
    planes: [Vec<u8>; 3],
    alpha: Alpha,
}

/// How the planes come about.
#[derive(Debug)]
enum Pixels {
    /// Rows of the picture, from this column and row of luma and of chroma on.
    Untouched { luma: (usize, usize), chroma: (usize, usize) },
    /// Resampled planes of a Y'CbCr picture.
    Yuv { luma: PlaneResize, chroma: Option<[PlaneResize; 2]>, alpha: Option<PlaneResize>, convert: Option<YuvToYuv> },
    /// A resampled R'G'B' picture.
    Rgb { resize: RgbaResize, rgba: Vec<u8>, convert: RgbToYuv },
}

#[derive(Debug)]
enum Alpha {
    /// The opacity everywhere: alpha of the cells of the upper edge, the middle and the lower edge.
    Constant { cells: [Vec<u8>; 3] },
    /// An alpha for every pixel and for every cell.
    Varying { pixels: Vec<u8>, cells: Vec<u8> },
}

impl YuvPatch {
    pub(super) fn new(
        canvas: &CanvasSpec,
        source: &Source,
        placement: &Placement,
        visible: Visible,
        opacity: u8,
    ) -> YuvPatch {
        let cells = Cells::new(canvas, visible);
        let siting = ChromaSiting::default();
        let full = || [(Grid::Full, visible.x0..visible.x1), (Grid::Full, visible.y0..visible.y1)];
        let halved = || {
            [
                (Grid::Halved(siting.horizontal.half_samples()), cells.columns()),
                (Grid::Halved(siting.vertical.half_samples()), cells.rows()),
            ]
        };
        let pixels = if source.is_rgb() {
            Pixels::Rgb {
                resize: source.plan_rgba(placement, full()),
                rgba: vec![0; visible.width() * visible.height() * 4],
                convert: RgbToYuv::new(canvas.color),
            }
        } else {
            let chroma = source.has(U).then(|| [U, V].map(|component| source.plan(component, placement, halved())));
            Pixels::Yuv {
                luma: source.plan(Y, placement, full()),
                chroma,
                alpha: source.has(A).then(|| source.plan(A, placement, full())),
                convert: YuvToYuv::new(source.picture.color, canvas.color),
            }
        };
        let pixels = pixels.untouched(source).unwrap_or(pixels);
        let pixel_count = visible.width() * visible.height();
        let cell_count = cells.columns().len() * cells.rows().len();
        let varying = matches!(&pixels, Pixels::Rgb { .. } | Pixels::Yuv { alpha: Some(_), .. });
        let alpha = if varying {
            Alpha::Varying { pixels: vec![0; pixel_count], cells: vec![0; cell_count] }
        } else {
            let rows = cells.rows();
            let kinds = [rows.start, rows.start + rows.len() / 2, rows.end - 1];
            Alpha::Constant {
                cells: kinds.map(|row| {
                    let mut out = vec![0; cells.columns().len()];
                    cells.constant_row(row, opacity, &mut out);
                    out
                }),
            }
        };
        let planes = match pixels {
            Pixels::Untouched { .. } => Default::default(),
            // 128 is the chroma of a picture that has none.
            _ => [vec![0; pixel_count], vec![128; cell_count], vec![128; cell_count]],
        };
        YuvPatch { visible, cells, opacity, pixels, planes, alpha }
    }

    /// Computes the patch of a new picture.
    pub(super) fn prepare(&mut self, source: &mut Source, picture: &FrameView<'_>) {
        let [y, u, v] = &mut self.planes;
        match &mut self.pixels {
            Pixels::Untouched { .. } => {}
            Pixels::Yuv { luma, chroma, alpha, convert } => {
                source.turn(picture);
                luma.run(source.samples(picture, Y), y);
                if let Some([cb, cr]) = chroma {
                    cb.run(source.samples(picture, U), u);
                    cr.run(source.samples(picture, V), v);
                }
                if let Some(convert) = convert {
                    recolor(convert, &self.visible, &self.cells, y, u, v);
                }
                if let (Some(resize), Alpha::Varying { pixels, cells }) = (alpha, &mut self.alpha) {
                    resize.run(source.samples(picture, A), pixels);
                    for alpha in pixels.iter_mut() {
                        *alpha = div_255(u32::from(*alpha) * u32::from(self.opacity)) as u8;
                    }
                    cell_alpha(&self.visible, &self.cells, pixels, cells);
                }
            }
            Pixels::Rgb { resize, rgba, convert } => {
                source.turn(picture);
                resize.run(source.pixels(picture), rgba);
                let pixels = rgba.as_chunks::<4>().0;
                for (y, &[red, green, blue, _]) in y.iter_mut().zip(pixels) {
                    *y = convert.luma([red, green, blue]);
                }
                cell_colors(convert, &self.visible, &self.cells, pixels, u, v);
                if let Alpha::Varying { pixels: alphas, cells } = &mut self.alpha {
                    for (out, pixel) in alphas.iter_mut().zip(pixels) {
                        *out = div_255(u32::from(pixel[3]) * u32::from(self.opacity)) as u8;
                    }
                    cell_alpha(&self.visible, &self.cells, alphas, cells);
                }
            }
        }
    }

    /// Blends the patch over the canvas.
    pub(super) fn paint(&self, picture: &FrameView<'_>, canvas: &mut FrameViewMut<'_>) {
        let Visible { x0, x1, y0, .. } = self.visible;
        let width = self.visible.width();
        for row in 0..self.visible.height() {
            let src = self.row(picture, Y, row, width);
            let dst = &mut canvas.plane_mut(Y).row_mut(y0 + row)[x0..x1];
            match &self.alpha {
                Alpha::Constant { .. } => blend::row_constant(dst, src, self.opacity),
                Alpha::Varying { pixels, .. } => blend::row_alpha(dst, src, &pixels[row * width..(row + 1) * width]),
            }
        }
        let (columns, rows) = (self.cells.columns(), self.cells.rows());
        let width = columns.len();
        for plane in [U, V] {
            for (row, y) in rows.clone().enumerate() {
                let src = self.row(picture, plane, row, width);
                let dst = &mut canvas.plane_mut(plane).row_mut(y)[columns.clone()];
                match &self.alpha {
                    Alpha::Varying { cells, .. } => {
                        blend::row_alpha(dst, src, &cells[row * width..(row + 1) * width]);
                    }
                    Alpha::Constant { cells } => {
                        let kind = if row == 0 {
                            0
                        } else if row + 1 == rows.len() {
                            2
                        } else {
                            1
                        };
                        constant_cells(dst, src, &cells[kind]);
                    }
                }
            }
        }
    }

    fn row<'a>(&'a self, picture: &FrameView<'a>, plane: usize, row: usize, width: usize) -> &'a [u8] {
        match self.pixels {
            Pixels::Untouched { luma, chroma } => {
                let (x, y) = if plane == Y { luma } else { chroma };
                &picture.plane(plane_of(picture.format(), plane)).row(y + row)[x..x + width]
            }
            _ => &self.planes[plane][row * width..(row + 1) * width],
        }
    }
}

impl Pixels {
    /// Reads the picture's own rows if every plane would only be copied.
    fn untouched(&self, source: &Source) -> Option<Pixels> {
        let Pixels::Yuv { luma, chroma: Some(chroma), alpha: None, convert: None } = self else { return None };
        let copies = |plane: &PlaneResize| {
            let (x, y) = plane.axes();
            (x.is_identity() && y.is_identity()).then(|| (x.at(0).0, y.at(0).0))
        };
        if !source.is_planar_eight_bit() {
            return None;
        }
        Some(Pixels::Untouched { luma: copies(luma)?, chroma: copies(&chroma[0])? })
    }
}

/// A row of cells whose inner alpha is one value and whose ends may differ.
fn constant_cells(dst: &mut [u8], src: &[u8], alpha: &[u8]) {
    let Some(last) = dst.len().checked_sub(1) else { return };
    if last >= 2 {
        blend::row_constant(&mut dst[1..last], &src[1..last], alpha[1]);
    }
    dst[0] = blend::mix(src[0], dst[0], alpha[0]);
    if last > 0 {
        dst[last] = blend::mix(src[last], dst[last], alpha[last]);
    }
}

/// Converts a patch to the canvas's colours; luma takes the chroma of its cell.
fn recolor(convert: &YuvToYuv, visible: &Visible, cells: &Cells, y: &mut [u8], u: &mut [u8], v: &mut [u8]) {
    let (first_column, first_row) = (cells.columns().start, cells.rows().start);
    let cell_width = cells.columns().len();
    for (row, y) in y.chunks_exact_mut(visible.width()).enumerate() {
        let start = ((visible.y0 + row) / 2 - first_row) * cell_width;
        for (column, y) in y.iter_mut().enumerate() {
            let cell = start + (visible.x0 + column) / 2 - first_column;
            *y = convert.luma(*y, u[cell], v[cell]);
        }
    }
    for (u, v) in u.iter_mut().zip(v) {
        [*u, *v] = convert.chroma(*u, *v);
    }
}

/// Alpha of every cell from that of the pixels.
fn cell_alpha(visible: &Visible, cells: &Cells, pixels: &[u8], out: &mut [u8]) {
    let width = visible.width();
    let cell_width = cells.columns().len();
    for (cell_y, out) in cells.rows().zip(out.chunks_exact_mut(cell_width)) {
        let rows = cells.pixel_rows(cell_y);
        for (cell_x, out) in cells.columns().zip(out) {
            let columns = cells.pixel_columns(cell_x);
            let mut sum = 0;
            for y in rows.into_iter().flatten() {
                for x in columns.into_iter().flatten() {
                    sum += u32::from(pixels[y * width + x]);
                }
            }
            *out = ((sum + 2) >> 2) as u8;
        }
    }
}

/// Chroma of every cell from the mean colour of its covered pixels, weighted by alpha.
fn cell_colors(convert: &RgbToYuv, visible: &Visible, cells: &Cells, pixels: &[[u8; 4]], u: &mut [u8], v: &mut [u8]) {
    let width = visible.width();
    let cell_width = cells.columns().len();
    for (row, cell_y) in cells.rows().enumerate() {
        let rows = cells.pixel_rows(cell_y);
        for (column, cell_x) in cells.columns().enumerate() {
            let columns = cells.pixel_columns(cell_x);
            let (mut sums, mut total) = ([0u32; 3], 0u32);
            for y in rows.into_iter().flatten() {
                for x in columns.into_iter().flatten() {
                    let [red, green, blue, alpha] = pixels[y * width + x].map(u32::from);
                    for (sum, channel) in sums.iter_mut().zip([red, green, blue]) {
                        *sum += channel * alpha;
                    }
                    total += alpha;
                }
            }
            // Where nothing can be seen the chroma is not used.
            let mean = if total == 0 { [0; 3] } else { sums.map(|sum| ((sum + total / 2) / total) as u8) };
            [u[row * cell_width + column], v[row * cell_width + column]] = convert.chroma(mean);
        }
    }
}
