//! Samples of a run of MCUs, in BT.601 full range: planes of the picture where they are that already, else converted into
//! scratch memory of a few rows.
//!
//! Chroma of R'G'B' is that of the mean colour of its cell, `(sum + n/2) / n` over its 1, 2 or 4 pixels, the last column or
//! row of an odd picture counting twice; Y'CbCr of another matrix or range is converted sample by sample, a luma sample
//! with the chroma sample of its cell. Both are the arithmetic of [`convert`](crate::video::convert). The levels are
//! `scalar` compiled with their instructions.

mod scalar;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod sse41;

use super::Subsampling;
use super::geometry::Geometry;
use super::scan::RUN;
use crate::Error;
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_imports, reason = "only x86-64 asks for instructions here"))]
use crate::simd::Isa;
use crate::simd::Level;
use crate::video::convert::{RgbToYuv, YuvToYuv};
use crate::video::{Color, FrameView, Matrix, PixelFormat, Plane, Range};

/// What JFIF files hold.
const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

/// What is to be done with a picture.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Its planes are the components.
    Planes,
    /// Chroma is interleaved.
    Split,
    Yuv(YuvToYuv),
    Rgb(RgbToYuv),
}

/// A MCU run's pixels: `x..x + width`, `y..y + height`, without what is outside the picture.
#[derive(Clone, Copy, Debug)]
struct Window {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// How pictures of one format become components, and memory for that.
#[derive(Debug)]
pub(super) struct Source {
    format: PixelFormat,
    way: Way,
    /// Shifts from pixels to chroma samples of the file.
    shift: (usize, usize),
    has_chroma: bool,
    /// Luma, Cb and Cr of a run, packed; empty for [`Way::Planes`].
    samples: [Vec<u8>; 3],
    /// Rows of a run as planes: R', G', B' of an MCU row, or Cb and Cr of one row, a sample for each pixel.
    rows: [Vec<u8>; 3],
}

/// A component's samples: those from `(x, y)` on in this plane belong to the run.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) plane: Plane<'a>,
    pub(super) x: usize,
    pub(super) y: usize,
}

impl Source {
    /// Allocates for runs of at most [`RUN`] MCUs.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for ten bits, [`Error::BadParameter`] if the picture does not have the chroma that the
    /// file should.
    pub(super) fn new(
        format: PixelFormat,
        color: Color,
        subsampling: Subsampling,
        geometry: &Geometry,
    ) -> Result<Source, Error> {
        if format.is_ten_bit() {
            return Err(Error::UnsupportedFormat { format });
        }
        let own = match (format.chroma_planes(), format.chroma_shift()) {
            (None, _) => Subsampling::Gray,
            (_, (1, 1)) => Subsampling::Yuv420,
            (_, (1, 0)) => Subsampling::Yuv422,
            _ => Subsampling::Yuv444,
        };
        if !format.is_rgb() && subsampling != own && subsampling != Subsampling::Gray {
            let expected = "that of the picture, or gray: Y'CbCr is not resampled";
            return Err(Error::BadParameter { name: "subsampling", value: f64::from(subsampling as u8), expected });
        }
        let has_chroma = subsampling != Subsampling::Gray;
        let way = if format.is_rgb() {
            Way::Rgb(RgbToYuv::new(JFIF))
        } else if let Some(conversion) = YuvToYuv::new(color, JFIF) {
            Way::Yuv(conversion)
        } else if format == PixelFormat::Nv12 && has_chroma {
            Way::Split
        } else {
            Way::Planes
        };
        let shift = (geometry.mcu_width / 16, geometry.mcu_height / 16);
        let (width, height) = (RUN * geometry.mcu_width, geometry.mcu_height);
        let chroma = || vec![0; if has_chroma { (width >> shift.0) * (height >> shift.1) } else { 0 }];
        let luma = || vec![0; width * height];
        let (samples, rows) = match way {
            Way::Planes => Default::default(),
            Way::Split => ([vec![], chroma(), chroma()], Default::default()),
            Way::Yuv(_) => ([luma(), chroma(), chroma()], [vec![0; width], vec![0; width], vec![0; width]]),
            Way::Rgb(_) => ([luma(), chroma(), chroma()], [luma(), luma(), luma()]),
        };
        Ok(Source { format, way, shift, has_chroma, samples, rows })
    }

    /// Makes the samples of the MCUs `first..last` of MCU row `row`.
    pub(super) fn prepare(
        &mut self,
        level: Level,
        picture: &FrameView<'_>,
        geometry: &Geometry,
        row: usize,
        first: usize,
        last: usize,
    ) {
        let (x, y) = (first * geometry.mcu_width, row * geometry.mcu_height);
        let window = Window {
            x,
            y,
            width: geometry.width.min(last * geometry.mcu_width) - x,
            height: (geometry.height - y).min(geometry.mcu_height),
        };
        match (self.way, level.isa()) {
            (Way::Planes, _) => {}
            #[cfg(target_arch = "x86_64")]
            (_, Isa::Sse41) => sse41::convert(level, self, picture, window),
            #[cfg(target_arch = "x86_64")]
            (_, Isa::Avx2 | Isa::Avx512) => avx2::convert(level, self, picture, window),
            // What other machines have is there for all of the code.
            _ => scalar::convert(self, picture, window),
        }
    }

    /// Where component `index` of the run that was prepared lies.
    pub(super) fn samples<'a>(
        &'a self,
        picture: &FrameView<'a>,
        geometry: &Geometry,
        (row, first, last): (usize, usize, usize),
        index: usize,
    ) -> Samples<'a> {
        let (shift_x, shift_y) = if index == 0 { (0, 0) } else { self.shift };
        let (x, y) = ((first * geometry.mcu_width) >> shift_x, (row * geometry.mcu_height) >> shift_y);
        let is_picture = matches!(self.way, Way::Planes) || index == 0 && matches!(self.way, Way::Split);
        if is_picture {
            let plane = if index == 0 { 0 } else { self.format.chroma_planes().map_or(0, |planes| planes[index - 1]) };
            return Samples { plane: picture.plane(plane), x, y };
        }
        let ceil = |value: usize, shift: usize| (value + (1 << shift) - 1) >> shift;
        let width = ceil(geometry.width.min(last * geometry.mcu_width), shift_x) - x;
        let height = ceil(geometry.height.min((row + 1) * geometry.mcu_height), shift_y) - y;
        Samples { plane: Plane::packed(&self.samples[index][..width * height], width), x: 0, y: 0 }
    }
}
