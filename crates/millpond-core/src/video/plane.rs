//! One plane of a borrowed picture: rows of bytes at a fixed distance.
//!
//! Making a plane checks every bound once, so that kernels take rows without further thought. Nothing here allocates.

use super::format::PlaneLayout;
use crate::Error;

/// One plane to read: rows of `row_bytes` bytes, `stride` bytes apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plane<'a> {
    data: &'a [u8],
    stride: usize,
    row_bytes: usize,
    rows: usize,
}

/// Bytes that a plane takes: all strides but the last, which may end with the row.
fn needed(index: usize, at: &PlaneLayout, stride: usize, got: usize) -> Result<(), Error> {
    if stride < at.row_bytes {
        return Err(Error::BadStride { plane: index, stride, row: at.row_bytes });
    }
    // A stride may be any number, so the product may not fit; no buffer is that long then.
    let before_last = stride.checked_mul(at.rows.saturating_sub(1));
    let needed = before_last.and_then(|bytes| bytes.checked_add(at.row_bytes)).unwrap_or(usize::MAX);
    if got < needed { Err(Error::BufferTooSmall { needed, got }) } else { Ok(()) }
}

impl<'a> Plane<'a> {
    /// Plane `index` with the row length and the rows of `at`.
    pub(super) fn new(index: usize, at: &PlaneLayout, data: &'a [u8], stride: usize) -> Result<Plane<'a>, Error> {
        needed(index, at, stride, data.len())?;
        Ok(Plane { data, stride, row_bytes: at.row_bytes, rows: at.rows })
    }

    /// Rows without a gap.
    pub(crate) fn packed(data: &'a [u8], row_bytes: usize) -> Plane<'a> {
        Plane { data, stride: row_bytes, row_bytes, rows: data.len() / row_bytes.max(1) }
    }

    /// `rows` rows from row `y` on, of each `row_bytes` bytes from byte `x` on. The caller has checked that they exist.
    pub(super) fn part(self, x: usize, y: usize, row_bytes: usize, rows: usize) -> Plane<'a> {
        Plane { data: &self.data[y * self.stride + x..], stride: self.stride, row_bytes, rows }
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

impl<'a> PlaneMut<'a> {
    /// Plane `index` with the row length and the rows of `at`.
    pub(super) fn new(
        index: usize,
        at: &PlaneLayout,
        data: &'a mut [u8],
        stride: usize,
    ) -> Result<PlaneMut<'a>, Error> {
        needed(index, at, stride, data.len())?;
        Ok(PlaneMut { data, stride, row_bytes: at.row_bytes, rows: at.rows })
    }

    /// Like [`Plane::part`].
    pub(super) fn part(&mut self, x: usize, y: usize, row_bytes: usize, rows: usize) -> PlaneMut<'_> {
        PlaneMut { data: &mut self.data[y * self.stride + x..], stride: self.stride, row_bytes, rows }
    }

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
    pub(super) fn two_rows_mut(&mut self, y: usize) -> [&mut [u8]; 2] {
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

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The same plane to read.
    pub fn as_ref(&self) -> Plane<'_> {
        Plane { data: self.data, stride: self.stride, row_bytes: self.row_bytes, rows: self.rows }
    }
}
