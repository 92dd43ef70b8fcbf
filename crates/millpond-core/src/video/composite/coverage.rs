//! Alpha of the chroma samples of a Y'CbCr canvas.
//!
//! Alpha is defined per pixel. A chroma sample's is
//!
//! ```text
//! (sum over its 2×2 pixels of coverage · alpha + 2) >> 2
//! ```
//!
//! where a pixel outside the layer has coverage 0. In the last column or row of an odd canvas, where the cell has
//! pixels that do not exist, the existing ones count twice, so an opaque layer is opaque there too.

use super::CanvasSpec;
use super::place::Area;

/// Chroma cells that a layer touches, along both axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells {
    visible: Area,
    canvas: (usize, usize),
}

impl Cells {
    pub(super) fn new(canvas: &CanvasSpec, visible: Area) -> Cells {
        Cells { visible, canvas: (canvas.width as usize, canvas.height as usize) }
    }

    /// Columns of the chroma planes.
    pub(super) fn columns(&self) -> std::ops::Range<usize> {
        self.visible.x0 / 2..self.visible.x1.div_ceil(2)
    }

    /// Rows of the chroma planes.
    pub(super) fn rows(&self) -> std::ops::Range<usize> {
        self.visible.y0 / 2..self.visible.y1.div_ceil(2)
    }

    /// The two pixel columns of cell column `cell` that exist (the same one twice at an odd edge), counted from the
    /// left of the visible rectangle; `None` where the layer does not cover it.
    #[inline(always)]
    pub(super) fn pixel_columns(&self, cell: usize) -> [Option<usize>; 2] {
        pair(cell, self.canvas.0, self.visible.x0, self.visible.x1)
    }

    /// The same for rows.
    #[inline(always)]
    pub(super) fn pixel_rows(&self, cell: usize) -> [Option<usize>; 2] {
        pair(cell, self.canvas.1, self.visible.y0, self.visible.y1)
    }

    /// Alpha of every cell of a row of cells when all covered pixels have `alpha`.
    pub(super) fn constant_row(&self, cell_row: usize, alpha: u8) -> impl Iterator<Item = u8> {
        let rows = self.pixel_rows(cell_row).iter().flatten().count();
        self.columns().map(move |cell| {
            let columns = self.pixel_columns(cell).iter().flatten().count();
            ((u32::from(alpha) * (rows * columns) as u32 + 2) >> 2) as u8
        })
    }
}

fn pair(cell: usize, canvas: usize, start: usize, end: usize) -> [Option<usize>; 2] {
    [2 * cell, (2 * cell + 1).min(canvas - 1)].map(|pixel| (start..end).contains(&pixel).then(|| pixel - start))
}
