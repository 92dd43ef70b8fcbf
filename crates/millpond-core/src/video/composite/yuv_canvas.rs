//! Drawing on an I420 or NV12 canvas.
//!
//! A Y'CbCr picture is resampled plane by plane onto the canvas's grids and, if its matrix or range differ, converted
//! there. An R'G'B' picture is resampled, its luma converted pixel by pixel, and a chroma sample made from the mean
//! colour of the covered pixels of its cell, weighted by alpha: `(Σ a·c + Σa/2) / Σa`. See [`super::coverage`] for
//! the alpha of chroma samples.

use super::coverage::Cells;
use super::place::Area;
use super::plan::Factor;
use super::source::{A, Source, U, V, Y, plane_of};
use super::{CanvasSpec, Layer, Placement};
use crate::simd::Level;
use crate::video::blend;
use crate::video::convert::{self, RgbToYuv, YuvToYuv};
use crate::video::resize::{Grid, PlaneResize, RgbaResize};
use crate::video::{ChromaSiting, FrameView, FrameViewMut, PixelFormat};
use core::ops::Range;

/// The visible part of a layer as planes on the canvas's grids.
#[derive(Debug)]
pub(super) struct YuvPatch {
    visible: Area,
    cells: Cells,
    factor: Factor,
    pixels: Pixels,
    /// Luma, Cb, Cr of the patch; empty if the picture's own rows are used.
    planes: [Vec<u8>; 3],
    /// Cb and Cr in turn for an NV12 canvas; empty for others and where the picture's own rows are used.
    pairs: Vec<u8>,
    alpha: Alpha,
    /// Bytes of a cell in a row of chroma on the canvas: 2 if interleaved.
    cell_bytes: usize,
}

/// How the planes come about.
#[derive(Debug)]
enum Pixels {
    /// Rows of the picture, from this column and row of luma and of chroma on.
    Untouched { luma: (usize, usize), chroma: (usize, usize) },
    /// Resampled planes of a Y'CbCr picture.
    Yuv { luma: PlaneResize, chroma: Option<Chroma>, alpha: Option<PlaneResize>, convert: Option<YuvToYuv> },
    /// A resampled R'G'B' picture.
    Rgb { resize: RgbaResize, rgba: Vec<u8>, convert: RgbToYuv },
    /// R'G'B' pixels that are given; see [`YuvPatch::take`].
    Given(RgbToYuv),
}

/// Plans of Cb and Cr, which depend on whether the patch lies on even coordinates; by [`Area::parity`].
#[derive(Debug)]
struct Chroma {
    plans: [Option<Box<[PlaneResize; 2]>>; 4],
    parity: usize,
}

impl Chroma {
    fn new(source: &Source, placement: &Placement, visible: &Area, cells: &Cells) -> Chroma {
        let mut chroma = Chroma { plans: Default::default(), parity: 0 };
        chroma.settle(source, placement, visible, cells);
        chroma
    }

    /// Plans for this place, unless that was done before.
    fn settle(&mut self, source: &Source, placement: &Placement, visible: &Area, cells: &Cells) {
        let siting = ChromaSiting::default();
        self.parity = visible.parity();
        self.plans[self.parity].get_or_insert_with(|| {
            Box::new([U, V].map(|component| {
                let across = (Grid::Halved(siting.horizontal.half_samples()), cells.columns());
                let down = (Grid::Halved(siting.vertical.half_samples()), cells.rows());
                source.plan(component, placement, [across, down])
            }))
        });
    }

    fn plans(&mut self) -> Option<&mut [PlaneResize; 2]> {
        self.plans[self.parity].as_deref_mut()
    }
}

#[derive(Debug)]
enum Alpha {
    /// The opacity everywhere: alpha of the bytes of the upper edge, the middle and the lower edge of chroma.
    Constant { opacity: u8, cells: [Vec<u8>; 3] },
    /// An alpha for every pixel, for every cell, and for every byte of interleaved chroma.
    Varying { pixels: Vec<u8>, cells: Vec<u8>, pairs: Vec<u8> },
}

impl YuvPatch {
    pub(super) fn new(
        canvas: &CanvasSpec,
        source: &Source,
        placement: &Placement,
        visible: Area,
        factor: Factor,
    ) -> YuvPatch {
        let cells = Cells::new(canvas, visible);
        let full = || [(Grid::Full, visible.x0..visible.x1), (Grid::Full, visible.y0..visible.y1)];
        let pixels = if source.is_rgb() {
            Pixels::Rgb {
                resize: source.plan_rgba(placement, full()),
                rgba: vec![0; visible.width() * visible.height() * 4],
                convert: RgbToYuv::new(canvas.color),
            }
        } else {
            let chroma = source.has(U).then(|| Chroma::new(source, placement, &visible, &cells));
            Pixels::Yuv {
                luma: source.plan(Y, placement, full()),
                chroma,
                alpha: source.has(A).then(|| source.plan(A, placement, full())),
                convert: YuvToYuv::new(source.picture.color, canvas.color),
            }
        };
        let pixels = pixels.untouched(source, canvas.format).unwrap_or(pixels);
        YuvPatch::of_pixels(canvas, pixels, visible, factor)
    }

    /// A patch whose pixels are [given](Self::take).
    pub(super) fn given(canvas: &CanvasSpec, visible: Area) -> YuvPatch {
        YuvPatch::of_pixels(canvas, Pixels::Given(RgbToYuv::new(canvas.color)), visible, Factor::Constant(255))
    }

    fn of_pixels(canvas: &CanvasSpec, pixels: Pixels, visible: Area, factor: Factor) -> YuvPatch {
        let cells = Cells::new(canvas, visible);
        let pixel_count = visible.width() * visible.height();
        let cell_count = cells.columns().len() * cells.rows().len();
        let cell_bytes = if canvas.format == PixelFormat::Nv12 { 2 } else { 1 };
        let pair_bytes = if cell_bytes == 2 { 2 * cell_count } else { 0 };
        let has_alpha = pixels.have_alpha();
        let alpha = match &factor {
            Factor::Constant(opacity) if !has_alpha => Alpha::constant(*opacity, &cells, cell_bytes),
            _ => {
                let (pixels, cells) = (vec![255; pixel_count], vec![0; cell_count]);
                Alpha::Varying { pixels, cells, pairs: vec![0; pair_bytes] }
            }
        };
        let (planes, pairs) = match pixels {
            Pixels::Untouched { .. } => Default::default(),
            // 128 is the chroma of a picture that has none.
            _ => ([vec![0; pixel_count], vec![128; cell_count], vec![128; cell_count]], vec![128; pair_bytes]),
        };
        let mut patch = YuvPatch { visible, cells, factor, pixels, planes, pairs, alpha, cell_bytes };
        if !has_alpha {
            // A mask alone is the same for every picture.
            patch.finish_alpha(Level::SCALAR);
        }
        patch
    }

    /// Moves the patch and blends it with the factors of another layer. Says whether what was computed stays; `None` if it
    /// must be planned anew, and then nothing has changed.
    pub(super) fn shift(
        &mut self,
        canvas: &CanvasSpec,
        source: &Source,
        layer: &Layer<'_>,
        visible: Area,
    ) -> Option<bool> {
        let stays = self.relocate(canvas, source, &layer.placement, visible)?;
        let is_same = self.factor.set(layer, visible);
        let has_alpha = self.pixels.have_alpha();
        match &mut self.alpha {
            Alpha::Constant { opacity, cells } => {
                *opacity = layer.opacity;
                constant_alpha(layer.opacity, &self.cells, self.cell_bytes, cells);
                Some(stays)
            }
            Alpha::Varying { pixels, .. } if !has_alpha => {
                pixels.fill(255);
                self.finish_alpha(Level::SCALAR);
                Some(stays)
            }
            Alpha::Varying { .. } => Some(stays && is_same),
        }
    }

    /// Moves the patch. Says whether what was computed stays; `None` if it must be planned anew.
    pub(super) fn relocate(
        &mut self,
        canvas: &CanvasSpec,
        source: &Source,
        placement: &Placement,
        visible: Area,
    ) -> Option<bool> {
        let is_even = visible.parity() == self.visible.parity();
        if matches!(self.pixels, Pixels::Untouched { .. }) && !is_even {
            return None;
        }
        // In the last column and row of an odd canvas a cell has fewer pixels.
        let ends_oddly = |area: &Area| {
            let ends = |end: usize, side: u32| end % 2 == 1 && end == side as usize;
            ends(area.x1, canvas.width) || ends(area.y1, canvas.height)
        };
        let stays = is_even && !ends_oddly(&self.visible) && !ends_oddly(&visible);
        self.visible = visible;
        self.cells = Cells::new(canvas, visible);
        let count = self.cells.columns().len() * self.cells.rows().len();
        let [_, u, v] = &mut self.planes;
        for plane in [u, v].into_iter().filter(|plane| !plane.is_empty()) {
            plane.resize(count, 128);
        }
        let pair_bytes = if self.cell_bytes == 2 { 2 * count } else { 0 };
        if !self.pairs.is_empty() {
            self.pairs.resize(pair_bytes, 128);
        }
        if let Alpha::Varying { cells, pairs, .. } = &mut self.alpha {
            cells.resize(count, 0);
            pairs.resize(pair_bytes, 0);
        }
        if let Pixels::Yuv { chroma: Some(chroma), .. } = &mut self.pixels {
            chroma.settle(source, placement, &visible, &self.cells);
        }
        Some(stays)
    }

    /// Whether the picture's own rows are used, from the first on.
    pub(super) fn copies_from_the_corner(&self) -> bool {
        matches!(self.pixels, Pixels::Untouched { luma: (0, 0), chroma: (0, 0) })
    }

    /// Computes the patch of a new picture.
    pub(super) fn prepare(&mut self, level: Level, source: &mut Source, picture: &FrameView<'_>) {
        let has_alpha = match &mut self.pixels {
            Pixels::Untouched { .. } | Pixels::Given(_) => return,
            Pixels::Yuv { luma, chroma, alpha, convert } => {
                let [y, u, v] = &mut self.planes;
                source.turn(picture);
                luma.run(source.samples(picture, Y), y);
                if let Some([cb, cr]) = chroma.as_mut().and_then(Chroma::plans) {
                    cb.run(source.samples(picture, U), u);
                    cr.run(source.samples(picture, V), v);
                }
                if let Some(convert) = convert {
                    recolor(convert, &self.visible, &self.cells, y, u, v);
                }
                if let (Some(resize), Alpha::Varying { pixels, .. }) = (&mut *alpha, &mut self.alpha) {
                    resize.run(source.samples(picture, A), pixels);
                }
                alpha.is_some()
            }
            Pixels::Rgb { resize, rgba, convert } => {
                source.turn(picture);
                resize.run(source.pixels(picture), rgba);
                convert_colors(level, convert, &self.visible, &self.cells, rgba, &mut self.planes);
                if let Alpha::Varying { pixels, .. } = &mut self.alpha {
                    convert::take_fourth(level, rgba, pixels);
                }
                true
            }
        };
        self.finish(level, has_alpha);
    }

    /// Takes the pixels of a patch that is [given](Self::given), row by row as RGBA.
    pub(super) fn take(&mut self, level: Level, rgba: &[u8]) {
        let (Pixels::Given(convert), Alpha::Varying { pixels, .. }) = (&self.pixels, &mut self.alpha) else { return };
        convert_colors(level, convert, &self.visible, &self.cells, rgba, &mut self.planes);
        convert::take_fourth(level, rgba, pixels);
        self.finish(level, true);
    }

    fn finish(&mut self, level: Level, has_alpha: bool) {
        if self.cell_bytes == 2 {
            let [_, u, v] = &self.planes;
            convert::join(level, u, v, &mut self.pairs);
        }
        if has_alpha {
            self.finish_alpha(level);
        }
    }

    /// From the picture's alpha of every pixel to what is blended with.
    fn finish_alpha(&mut self, level: Level) {
        let Alpha::Varying { pixels, cells, pairs } = &mut self.alpha else { return };
        match &self.factor {
            Factor::Constant(opacity) => blend::scale(level, pixels, *opacity),
            Factor::Varying(factors) => blend::multiply(level, pixels, factors),
        }
        cell_alpha(&self.visible, &self.cells, pixels, cells);
        convert::join(level, cells, cells, pairs);
    }

    /// Blends the part of the patch in `part`, which is visible, over the canvas. `part` has whole cells, but for those
    /// that the layer does not cover.
    pub(super) fn paint(&self, level: Level, picture: &FrameView<'_>, canvas: &mut FrameViewMut<'_>, part: Area) {
        let Area { x0, y0, .. } = self.visible;
        let columns = part.x0 - x0..part.x1 - x0;
        for y in part.y0..part.y1 {
            let src = &self.row(picture, Y, y - y0)[columns.clone()];
            let dst = &mut canvas.plane_mut(Y).row_mut(y)[part.x0..part.x1];
            match &self.alpha {
                Alpha::Constant { opacity, .. } => blend::plane_constant(level, dst, src, *opacity),
                Alpha::Varying { pixels, .. } => {
                    let start = (y - y0) * self.visible.width();
                    blend::plane_alpha(level, dst, src, &pixels[start + columns.start..start + columns.end]);
                }
            }
        }
        let planes: &[usize] = if self.cell_bytes == 2 { &[U] } else { &[U, V] };
        let (all_columns, all_rows) = (self.cells.columns(), self.cells.rows());
        let columns = self.bytes(part.x0 / 2 - all_columns.start..part.x1.div_ceil(2) - all_columns.start);
        let on_canvas = self.bytes(part.x0 / 2..part.x1.div_ceil(2));
        for &plane in planes {
            for y in part.y0 / 2..part.y1.div_ceil(2) {
                let row = y - all_rows.start;
                let src = &self.row(picture, plane, row)[columns.clone()];
                let dst = &mut canvas.plane_mut(plane).row_mut(y)[on_canvas.clone()];
                match &self.alpha {
                    Alpha::Varying { cells, pairs, .. } => {
                        let alphas = if self.cell_bytes == 2 { pairs } else { cells };
                        let start = row * all_columns.len() * self.cell_bytes;
                        blend::plane_alpha(level, dst, src, &alphas[start + columns.start..start + columns.end]);
                    }
                    Alpha::Constant { cells, .. } => {
                        let kind = if row == 0 { 0 } else { 1 + usize::from(row + 1 == all_rows.len()) };
                        constant_cells(level, dst, src, &cells[kind][columns.clone()], self.cell_bytes);
                    }
                }
            }
        }
    }

    fn bytes(&self, cells: Range<usize>) -> Range<usize> {
        cells.start * self.cell_bytes..cells.end * self.cell_bytes
    }

    /// A row of the patch; interleaved chroma is that of `U`.
    fn row<'a>(&'a self, picture: &FrameView<'a>, plane: usize, row: usize) -> &'a [u8] {
        let (width, bytes) = match plane {
            Y => (self.visible.width(), 1),
            _ => (self.cells.columns().len(), self.cell_bytes),
        };
        match self.pixels {
            Pixels::Untouched { luma, chroma } => {
                let (x, y) = if plane == Y { luma } else { chroma };
                &picture.plane(plane_of(picture.format(), plane)).row(y + row)[x * bytes..(x + width) * bytes]
            }
            _ => {
                let samples = if bytes == 2 { &self.pairs } else { &self.planes[plane] };
                &samples[row * width * bytes..(row + 1) * width * bytes]
            }
        }
    }
}

impl Alpha {
    fn constant(opacity: u8, cells: &Cells, cell_bytes: usize) -> Alpha {
        let mut kinds = Default::default();
        constant_alpha(opacity, cells, cell_bytes, &mut kinds);
        Alpha::Constant { opacity, cells: kinds }
    }
}

/// Alpha of the bytes of the upper edge, the middle and the lower edge of chroma.
fn constant_alpha(opacity: u8, cells: &Cells, cell_bytes: usize, kinds: &mut [Vec<u8>; 3]) {
    let rows = cells.rows();
    let kind_rows = [rows.start, rows.start + rows.len() / 2, rows.end - 1];
    for (row, out) in kind_rows.into_iter().zip(kinds) {
        out.clear();
        out.extend(cells.constant_row(row, opacity).flat_map(|alpha| std::iter::repeat_n(alpha, cell_bytes)));
    }
}

impl Pixels {
    fn have_alpha(&self) -> bool {
        !matches!(self, Pixels::Untouched { .. } | Pixels::Yuv { alpha: None, .. })
    }

    /// Reads the picture's own rows if every plane would only be copied.
    fn untouched(&self, source: &Source, canvas: PixelFormat) -> Option<Pixels> {
        let Pixels::Yuv { luma, chroma: Some(chroma), alpha: None, convert: None } = self else { return None };
        let [cb, _] = chroma.plans[chroma.parity].as_deref()?;
        let copies = |plane: &PlaneResize| {
            let (x, y) = plane.axes();
            (x.is_identity() && y.is_identity()).then(|| (x.at(0).0, y.at(0).0))
        };
        if !source.has_planes_of(canvas) {
            return None;
        }
        Some(Pixels::Untouched { luma: copies(luma)?, chroma: copies(cb)? })
    }
}

/// A row of cells whose inner alpha is one value and whose ends may differ.
fn constant_cells(level: Level, dst: &mut [u8], src: &[u8], alpha: &[u8], cell_bytes: usize) {
    let len = dst.len();
    let inner = cell_bytes..len.saturating_sub(cell_bytes);
    if !inner.is_empty() {
        blend::plane_constant(level, &mut dst[inner.clone()], &src[inner], alpha[cell_bytes]);
    }
    let ends = (0..cell_bytes.min(len)).chain(len.saturating_sub(cell_bytes).max(cell_bytes)..len);
    for at in ends {
        dst[at] = blend::mix(src[at], dst[at], alpha[at]);
    }
}

/// Converts a patch to the canvas's colours; luma takes the chroma of its cell.
fn recolor(convert: &YuvToYuv, visible: &Area, cells: &Cells, y: &mut [u8], u: &mut [u8], v: &mut [u8]) {
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

/// Luma of every pixel, chroma of every cell.
fn convert_colors(
    level: Level,
    convert: &RgbToYuv,
    visible: &Area,
    cells: &Cells,
    rgba: &[u8],
    [y, u, v]: &mut [Vec<u8>; 3],
) {
    convert::luma(level, convert, rgba, y);
    cell_colors(convert, visible, cells, rgba.as_chunks::<4>().0, u, v);
}

/// Alpha of every cell from that of the pixels.
fn cell_alpha(visible: &Area, cells: &Cells, pixels: &[u8], out: &mut [u8]) {
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
fn cell_colors(convert: &RgbToYuv, visible: &Area, cells: &Cells, pixels: &[[u8; 4]], u: &mut [u8], v: &mut [u8]) {
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
