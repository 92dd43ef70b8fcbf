//! Borrowed pictures: what every kernel reads and writes.
//!
//! Construction checks every bound once, so kernels index rows without further checks of their own. Planes to write
//! are separate `&mut` slices, so they cannot overlap, neither each other nor a picture that is read: the compiler refuses
//! it. Views are plain values; making one does not allocate.

use super::format::{FrameLayout, PixelFormat};
use super::plane::{Plane, PlaneMut};
use crate::Error;
use crate::error::PictureKind;

/// A picture to read, whoever owns it.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    pub(super) format: PixelFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) planes: [Plane<'a>; 4],
}

fn plane_count(format: PixelFormat, got: usize) -> Result<(), Error> {
    if got == format.planes() {
        return Ok(());
    }
    Err(Error::BadParameter { name: "number of planes", value: got as f64, expected: "as many as the format has" })
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
        for (index, (plane, at)) in planes.iter_mut().zip(layout.planes()).enumerate() {
            *plane = Plane::new(index, at, &data[at.offset..at.offset + at.stride * at.rows], at.stride)?;
        }
        Ok(FrameView { format: layout.format(), width: layout.width(), height: layout.height(), planes })
    }

    /// A picture from separate planes, each with its stride in bytes, as decoders hand them out. The last row of a
    /// plane may end without padding.
    ///
    /// # Errors
    /// [`Error::BadSize`], [`Error::BadParameter`] if there are more or fewer planes than the format has,
    /// [`Error::BadStride`] if a stride is smaller than a row, [`Error::BufferTooSmall`] if a plane ends before its last
    /// row does.
    pub fn from_planes(
        format: PixelFormat,
        width: u32,
        height: u32,
        data: &[(&'a [u8], usize)],
    ) -> Result<FrameView<'a>, Error> {
        let layout = FrameLayout::packed(format, width, height)?;
        plane_count(format, data.len())?;
        let mut planes = [Plane::default(); 4];
        for (index, ((plane, at), &(data, stride))) in planes.iter_mut().zip(layout.planes()).zip(data).enumerate() {
            *plane = Plane::new(index, at, data, stride)?;
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

    /// Format and size, for comparing and for errors.
    pub fn kind(&self) -> PictureKind {
        PictureKind { format: self.format, width: self.width, height: self.height }
    }

    /// Whether a frame of this layout holds such a picture: format and size are equal. Strides may differ.
    pub fn matches(&self, layout: &FrameLayout) -> bool {
        self.kind() == layout.kind()
    }

    /// Plane `index`, in the order of [`PixelFormat`].
    ///
    /// # Panics
    /// If the format has no such plane.
    pub fn plane(&self, index: usize) -> Plane<'a> {
        self.planes[..self.format.planes()][index]
    }

    /// Every row of every plane without padding, in order: what raw files hold and frame hashes cover.
    pub fn rows(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let planes = self.planes;
        (0..self.format.planes()).flat_map(move |index| (0..planes[index].rows()).map(move |y| planes[index].row(y)))
    }
}

/// A picture to write, whoever owns it. Planes that overlap do not compile:
///
/// ```compile_fail,E0499
/// use millpond_core::video::{FrameViewMut, PixelFormat};
///
/// let mut memory = [0; 6];
/// let planes = [(&mut memory[..4], 2), (&mut memory[2..], 2)];
/// FrameViewMut::from_planes(PixelFormat::Nv12, 2, 2, planes)?;
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FrameViewMut<'a> {
    pub(super) format: PixelFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) planes: [PlaneMut<'a>; 4],
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
        let (mut rest, mut cut) = (data, 0);
        for (index, (plane, at)) in planes.iter_mut().zip(layout.planes()).enumerate() {
            // Planes lie in the order of their offsets, so cutting from the front finds each.
            let (_, from) = rest.split_at_mut(at.offset - cut);
            let (data, tail) = from.split_at_mut(at.stride * at.rows);
            *plane = PlaneMut::new(index, at, data, at.stride)?;
            (rest, cut) = (tail, at.offset + at.stride * at.rows);
        }
        Ok(FrameViewMut { format: layout.format(), width: layout.width(), height: layout.height(), planes })
    }

    /// A picture from separate planes, each with its stride in bytes.
    ///
    /// # Errors
    /// Those of [`FrameView::from_planes`].
    pub fn from_planes<const N: usize>(
        format: PixelFormat,
        width: u32,
        height: u32,
        data: [(&'a mut [u8], usize); N],
    ) -> Result<FrameViewMut<'a>, Error> {
        let layout = FrameLayout::packed(format, width, height)?;
        plane_count(format, N)?;
        let mut planes: [PlaneMut<'a>; 4] = Default::default();
        for (index, ((plane, at), (data, stride))) in planes.iter_mut().zip(layout.planes()).zip(data).enumerate() {
            *plane = PlaneMut::new(index, at, data, stride)?;
        }
        Ok(FrameViewMut { format, width, height, planes })
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
            let (row_bytes, rows) = (own.row_bytes(), own.rows());
            *plane = own.part(0, 0, row_bytes, rows);
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
