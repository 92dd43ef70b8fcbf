//! Rectangles of a picture as pictures of their own, without copying.
//!
//! A rectangle starts on a whole chroma sample: `x` and `y` are multiples of the format's subsampling. Its width and
//! height are free; chroma rounds up as in any picture, so where they are odd inside the picture the last chroma sample
//! belongs to pixels beyond the rectangle as well, and writing it colours those too.

use super::format::{PixelFormat, shifted};
use super::plane::{Plane, PlaneMut};
use super::{FrameView, FrameViewMut};
use crate::Error;
use crate::error::PictureKind;

/// A rectangle of a picture, checked.
struct Cut {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Cut {
    fn new(of: PictureKind, x: u32, y: u32, width: u32, height: u32) -> Result<Cut, Error> {
        let bad = |expected| Err(Error::BadRectangle { x, y, width, height, of, expected });
        let fits = |start: u32, length: u32, limit: u32| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= limit)
        };
        if !fits(x, width, of.width) || !fits(y, height, of.height) {
            return bad("at least a pixel, inside the picture");
        }
        let (right, down) = of.format.chroma_shift();
        if !x.is_multiple_of(1 << right) || !y.is_multiple_of(1 << down) {
            return bad("an origin on a whole chroma sample");
        }
        Ok(Cut { x, y, width, height })
    }

    /// The part of plane `index`: first byte of a row, first row, bytes of a row, rows.
    fn plane(&self, format: PixelFormat, index: usize) -> (usize, usize, usize, usize) {
        let (right, down) = format.plane_shift(index);
        let bytes = format.sample_bytes(index);
        (
            (self.x >> right) as usize * bytes,
            (self.y >> down) as usize,
            shifted(self.width, right) as usize * bytes,
            shifted(self.height, down) as usize,
        )
    }
}

impl<'a> FrameView<'a> {
    /// The rectangle of `width` by `height` pixels whose upper left pixel is `x`, `y`.
    ///
    /// # Errors
    /// [`Error::BadRectangle`] if it is empty, reaches beyond the picture, or starts inside a chroma sample (an odd `x` in
    /// I420, I422 or NV12, an odd `y` in I420 or NV12).
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Result<FrameView<'a>, Error> {
        let cut = Cut::new(self.kind(), x, y, width, height)?;
        let mut planes = [Plane::default(); 4];
        for (index, plane) in planes.iter_mut().enumerate().take(self.format.planes()) {
            let (x, y, row_bytes, rows) = cut.plane(self.format, index);
            *plane = self.plane(index).part(x, y, row_bytes, rows);
        }
        Ok(FrameView { format: self.format, width, height, planes })
    }
}

impl FrameViewMut<'_> {
    /// The rectangle of `width` by `height` pixels whose upper left pixel is `x`, `y`, to write. Its last chroma samples
    /// may belong to pixels beyond it as well; see [`FrameView::crop`].
    ///
    /// # Errors
    /// Those of [`FrameView::crop`].
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn crop_mut(&mut self, x: u32, y: u32, width: u32, height: u32) -> Result<FrameViewMut<'_>, Error> {
        let cut = Cut::new(self.as_view().kind(), x, y, width, height)?;
        let format = self.format;
        let mut planes: [PlaneMut<'_>; 4] = Default::default();
        for (index, (plane, own)) in planes.iter_mut().zip(&mut self.planes).enumerate().take(format.planes()) {
            let (x, y, row_bytes, rows) = cut.plane(format, index);
            *plane = own.part(x, y, row_bytes, rows);
        }
        Ok(FrameViewMut { format, width, height, planes })
    }
}
