//! Borrowed pictures: what every kernel reads and writes.
//!
//! Construction checks every bound once, so kernels index rows without further checks of their own. Views are plain
//! values; making one does not allocate.

use super::format::{FrameLayout, PixelFormat};
use crate::Error;

/// One plane to read: rows of `row_bytes` bytes, `stride` bytes apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plane<'a> {
    data: &'a [u8],
    stride: usize,
    row_bytes: usize,
    rows: usize,
}

impl<'a> Plane<'a> {
    /// Rows without a gap.
    pub(crate) fn packed(data: &'a [u8], row_bytes: usize) -> Plane<'a> {
        Plane { data, stride: row_bytes, row_bytes, rows: data.len() / row_bytes.max(1) }
    }

    /// Row `y` without its padding.
    ///
    /// # Panics
    /// If `y` is not below [`rows`](Self::rows).
    #[inline]
    pub fn row(&self, y: usize) -> &'a [u8] {
        let start = y * self.stride;
        &self.data[start..start + self.row_bytes]
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes in a row, without padding.
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }
}

/// One plane to write.
#[derive(Debug, Default)]
pub struct PlaneMut<'a> {
    data: &'a mut [u8],
    stride: usize,
    row_bytes: usize,
    rows: usize,
}

impl PlaneMut<'_> {
    /// Row `y` without its padding.
    ///
    /// # Panics
    /// If `y` is not below [`rows`](Self::rows).
    #[inline]
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        let start = y * self.stride;
        &mut self.data[start..start + self.row_bytes]
    }

    /// Rows `y` and `y + 1`.
    pub(crate) fn two_rows_mut(&mut self, y: usize) -> [&mut [u8]; 2] {
        let (first, second) = self.data[y * self.stride..].split_at_mut(self.stride);
        [&mut first[..self.row_bytes], &mut second[..self.row_bytes]]
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes in a row, without padding.
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// The same plane to read.
    pub fn as_ref(&self) -> Plane<'_> {
        Plane { data: self.data, stride: self.stride, row_bytes: self.row_bytes, rows: self.rows }
    }
}

/// A picture to read, whoever owns it.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: [Plane<'a>; 4],
}

impl<'a> FrameView<'a> {
    /// A picture in one buffer.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `data` ends before the layout does.
    pub fn new(layout: &FrameLayout, data: &'a [u8]) -> Result<FrameView<'a>, Error> {
        if data.len() < layout.size() {
            return Err(Error::BufferTooSmall { needed: layout.size(), got: data.len() });
        }
        let mut planes = [Plane::default(); 4];
        for (plane, at) in planes.iter_mut().zip(layout.planes()) {
            *plane = Plane {
                data: &data[at.offset..at.offset + at.stride * at.rows],
                stride: at.stride,
                row_bytes: at.row_bytes,
                rows: at.rows,
            };
        }
        Ok(FrameView { format: layout.format(), width: layout.width(), height: layout.height(), planes })
    }

    /// A picture from separate planes, each with its stride in bytes, as decoders hand them out.
    ///
    /// # Errors
    /// [`Error::BadSize`], [`Error::BadStride`] if a stride is smaller than a row, [`Error::BufferTooSmall`] if a
    /// plane is missing or ends before its last row does.
    pub fn from_planes(
        format: PixelFormat,
        width: u32,
        height: u32,
        data: &[(&'a [u8], usize)],
    ) -> Result<FrameView<'a>, Error> {
        let layout = FrameLayout::packed(format, width, height)?;
        let mut planes = [Plane::default(); 4];
        for (index, (plane, at)) in planes.iter_mut().zip(layout.planes()).enumerate() {
            let &(data, stride) = data.get(index).unwrap_or(&(&[], at.row_bytes));
            if stride < at.row_bytes {
                return Err(Error::BadStride { plane: index, stride, row: at.row_bytes });
            }
            let needed = stride * (at.rows - 1) + at.row_bytes;
            if data.len() < needed {
                return Err(Error::BufferTooSmall { needed, got: data.len() });
            }
            *plane = Plane { data, stride, row_bytes: at.row_bytes, rows: at.rows };
        }
        Ok(FrameView { format, width, height, planes })
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Plane `index`, in the order of [`PixelFormat`].
    ///
    /// # Panics
    /// If the format has no such plane.
    pub fn plane(&self, index: usize) -> Plane<'a> {
        self.planes[..self.format.planes()][index]
    }

    /// The `width` x `height` pixels from `(x, y)` on. They lie inside and start on a chroma sample.
    pub(crate) fn window(&self, x: usize, y: usize, width: usize, height: usize) -> FrameView<'a> {
        let (horizontal, vertical) = self.format.chroma_shift();
        let mut planes = [Plane::default(); 4];
        for (index, plane) in planes.iter_mut().enumerate().take(self.format.planes()) {
            // Alpha, the fourth plane, is as large as luma.
            let (horizontal, vertical) = if matches!(index, 1 | 2) { (horizontal, vertical) } else { (0, 0) };
            let (own, bytes) = (self.planes[index], self.format.sample_bytes(index));
            *plane = Plane {
                data: &own.data[(y >> vertical) * own.stride + (x >> horizontal) * bytes..],
                stride: own.stride,
                row_bytes: width.div_ceil(1 << horizontal) * bytes,
                rows: height.div_ceil(1 << vertical),
            };
        }
        FrameView { format: self.format, width: width as u32, height: height as u32, planes }
    }

    /// Every row of every plane without padding, in order: what raw files hold and frame hashes cover.
    pub fn rows(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let planes = self.planes;
        (0..self.format.planes()).flat_map(move |index| (0..planes[index].rows).map(move |y| planes[index].row(y)))
    }
}

/// A picture to write, whoever owns it.
#[derive(Debug)]
pub struct FrameViewMut<'a> {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: [PlaneMut<'a>; 4],
}

impl<'a> FrameViewMut<'a> {
    /// A picture in one buffer.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if `data` ends before the layout does.
    pub fn new(layout: &FrameLayout, data: &'a mut [u8]) -> Result<FrameViewMut<'a>, Error> {
        if data.len() < layout.size() {
            return Err(Error::BufferTooSmall { needed: layout.size(), got: data.len() });
        }
        let mut planes: [PlaneMut<'a>; 4] = Default::default();
        let mut rest = data;
        for (plane, at) in planes.iter_mut().zip(layout.planes()) {
            // Planes follow one another without a gap, so cutting from the front finds each.
            let (data, tail) = rest.split_at_mut(at.stride * at.rows);
            *plane = PlaneMut { data, stride: at.stride, row_bytes: at.row_bytes, rows: at.rows };
            rest = tail;
        }
        Ok(FrameViewMut { format: layout.format(), width: layout.width(), height: layout.height(), planes })
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Plane `index`, in the order of [`PixelFormat`].
    ///
    /// # Panics
    /// If the format has no such plane.
    pub fn plane_mut(&mut self, index: usize) -> &mut PlaneMut<'a> {
        &mut self.planes[..self.format.planes()][index]
    }

    /// All planes at once.
    pub(crate) fn planes_mut(&mut self) -> &mut [PlaneMut<'a>] {
        &mut self.planes[..self.format.planes()]
    }

    /// The same picture to read.
    pub fn as_view(&self) -> FrameView<'_> {
        let mut planes = [Plane::default(); 4];
        for (plane, own) in planes.iter_mut().zip(&self.planes) {
            *plane = own.as_ref();
        }
        FrameView { format: self.format, width: self.width, height: self.height, planes }
    }

    /// A view that ends before this one does, for handing on.
    pub fn reborrow(&mut self) -> FrameViewMut<'_> {
        let mut planes: [PlaneMut<'_>; 4] = Default::default();
        for (plane, own) in planes.iter_mut().zip(&mut self.planes) {
            *plane = PlaneMut { data: own.data, stride: own.stride, row_bytes: own.row_bytes, rows: own.rows };
        }
        FrameViewMut { format: self.format, width: self.width, height: self.height, planes }
    }

    /// Copies a picture of the same format and size; strides may differ.
    ///
    /// # Errors
    /// [`Error::Mismatch`]; nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn copy_from(&mut self, source: &FrameView<'_>) -> Result<(), Error> {
        let (expected, got) = (self.as_view().kind(), source.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        for index in 0..self.format.planes() {
            let from = source.plane(index);
            let to = self.plane_mut(index);
            for y in 0..from.rows() {
                to.row_mut(y).copy_from_slice(from.row(y));
            }
        }
        Ok(())
    }
}

impl FrameView<'_> {
    /// Format and size, for comparing and for errors.
    pub fn kind(&self) -> crate::error::PictureKind {
        crate::error::PictureKind { format: self.format, width: self.width, height: self.height }
    }
}
