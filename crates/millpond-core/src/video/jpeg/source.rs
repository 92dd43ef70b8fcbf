//! Samples of a run of MCUs, in BT.601 full range and the file's subsampling: the picture's planes where they are that
//! already, else converted by [`Converter`] into scratch memory of a few rows.

use super::Subsampling;
use super::geometry::Geometry;
use crate::Error;
use crate::simd::Level;
use crate::video::convert::Converter;
use crate::video::{Color, FrameLayout, FrameView, FrameViewMut, Matrix, PixelFormat, Plane, Range};

/// What JFIF files hold.
const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

/// How pictures of one format become components.
#[derive(Debug)]
pub(super) struct Source {
    /// Format of the components.
    format: PixelFormat,
    /// `None` if the picture's planes are the components.
    converter: Option<Converter>,
    /// A run's samples, packed.
    scratch: Vec<u8>,
}

/// A component's samples: those from `(x, y)` on in this plane belong to the run.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) plane: Plane<'a>,
    pub(super) x: usize,
    pub(super) y: usize,
}

/// The MCUs `first..last` of an MCU row.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) row: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Run {
    /// Its pixels inside the picture: left, top, width, height.
    fn pixels(self, geometry: &Geometry) -> [usize; 4] {
        let (x, y) = (self.first * geometry.mcu_width, self.row * geometry.mcu_height);
        let width = geometry.width.min(self.last * geometry.mcu_width) - x;
        [x, y, width, (geometry.height - y).min(geometry.mcu_height)]
    }
}

impl Source {
    /// Allocates for runs of the geometry's length.
    ///
    /// # Errors
    /// [`Error::BadSize`] and [`Error::UnsupportedFormat`], as [`Converter::new`] has them.
    pub(super) fn new(
        from: PixelFormat,
        color: Color,
        subsampling: Subsampling,
        geometry: &Geometry,
    ) -> Result<Source, Error> {
        let format = match subsampling {
            Subsampling::Gray => PixelFormat::Gray8,
            Subsampling::Yuv444 => PixelFormat::I444,
            Subsampling::Yuv422 => PixelFormat::I422,
            Subsampling::Yuv420 => PixelFormat::I420,
        };
        // The luma of any planes is a grey picture, the planes before alpha one without.
        let is_luma = format == PixelFormat::Gray8 && !from.is_rgb() && !from.is_ten_bit();
        let is_same = is_luma || from == format || (from, format) == (PixelFormat::I420A, PixelFormat::I420);
        if is_same && color == JFIF {
            return Ok(Source { format, converter: None, scratch: Vec::new() });
        }
        let (width, height) = (geometry.run * geometry.mcu_width, geometry.mcu_height);
        let layout = FrameLayout::packed(format, width as u32, height as u32)?;
        let converter = Some(Converter::new((from, color), (format, JFIF))?);
        Ok(Source { format, converter, scratch: vec![0; layout.size()] })
    }

    /// Makes the samples of a run and returns those of each component.
    ///
    /// # Errors
    /// None for a picture of the format and size that this was made for.
    pub(super) fn samples<'a>(
        &'a mut self,
        level: Level,
        picture: &FrameView<'a>,
        geometry: &Geometry,
        run: Run,
    ) -> Result<[Samples<'a>; 3], Error> {
        let [x, y, width, height] = run.pixels(geometry);
        let count = self.format.planes();
        let Some(converter) = &self.converter else {
            let (shift_x, shift_y) = self.format.chroma_shift();
            return Ok(core::array::from_fn(|index| match index {
                0 => Samples { plane: picture.plane(0), x, y },
                _ if index < count => Samples { plane: picture.plane(index), x: x >> shift_x, y: y >> shift_y },
                _ => Samples { plane: Plane::default(), x: 0, y: 0 },
            }));
        };
        let layout = FrameLayout::packed(self.format, width as u32, height as u32)?;
        let mut out = FrameViewMut::new(&layout, &mut self.scratch)?;
        converter
            .with_level(level)
            .convert_into(&picture.crop(x as u32, y as u32, width as u32, height as u32)?, &mut out)?;
        let out = FrameView::new(&layout, &self.scratch)?;
        Ok(core::array::from_fn(|index| {
            let plane = if index < count { out.plane(index) } else { Plane::default() };
            Samples { plane, x: 0, y: 0 }
        }))
    }
}
