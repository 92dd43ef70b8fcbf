//! The rows of a picture, resampled to the tensor's size, as pixels of three or four bytes.

use crate::simd::Level;
use crate::video::composite::stored_samples;
use crate::video::convert::{YuvToRgb, full_to_rgba};
use crate::video::resize::{Axis, PlaneResize, Samples, Sampling};
use crate::video::{Color, FrameView, PixelFormat};

/// Luma, Cb, Cr, as [`stored_samples`] counts them.
const COMPONENTS: [usize; 3] = [0, 1, 2];

/// Makes the rows.
#[derive(Debug)]
pub(super) enum Pixels {
    /// R'G'B' as it is stored; alpha is a channel like others and not looked at.
    Packed { plane: PlaneResize, row: Vec<u8> },
    /// Planes resampled to full resolution each, then converted pixel by pixel to RGBA.
    Yuv { planes: Vec<PlaneResize>, convert: YuvToRgb, level: Level, components: [Vec<u8>; 3], row: Vec<u8> },
}

impl Pixels {
    pub(super) fn new(format: PixelFormat, color: Color, sampling: &Sampling) -> Pixels {
        let width = sampling.target.0 as usize;
        let plane = |shift: (u32, u32), channels: usize| {
            let [x, y]: [Axis; 2] = sampling.axes(shift, (0, 0));
            PlaneResize::new(x, y, channels, sampling.filter)
        };
        if format.is_rgb() {
            let channels = format.sample_bytes(0);
            return Pixels::Packed { plane: plane((0, 0), channels), row: vec![0; width * channels] };
        }
        let mut planes = vec![plane((0, 0), 1)];
        if format.chroma_planes().is_some() {
            planes.extend([plane(format.chroma_shift(), 1), plane(format.chroma_shift(), 1)]);
        }
        // 128 is the chroma of a picture that has none.
        let components = [vec![0; width], vec![128; width], vec![128; width]];
        let (convert, level) = (YuvToRgb::new(color), Level::best());
        Pixels::Yuv { planes, convert, level, components, row: vec![0; width * 4] }
    }

    pub(super) fn with_level(self, level: Level) -> Pixels {
        match self {
            Pixels::Packed { plane, row } => Pixels::Packed { plane: plane.with_level(level), row },
            Pixels::Yuv { planes, convert, components, row, .. } => {
                let planes = planes.into_iter().map(|plane| plane.with_level(level)).collect();
                Pixels::Yuv { planes, convert, level, components, row }
            }
        }
    }

    /// Whether pixels begin with blue.
    pub(super) fn blue_first(format: PixelFormat) -> bool {
        matches!(format, PixelFormat::Bgra8 | PixelFormat::Bgr24)
    }

    /// Begins the next picture.
    pub(super) fn start(&mut self) {
        match self {
            Pixels::Packed { plane, .. } => plane.start(),
            Pixels::Yuv { planes, .. } => planes.iter_mut().for_each(PlaneResize::start),
        }
    }

    /// Row `y`; rows come in rising order.
    pub(super) fn row(&mut self, y: usize, picture: &FrameView<'_>) -> &[u8] {
        match self {
            Pixels::Packed { plane, row } => {
                plane.row(y, Samples::Eight(picture.plane(0)), row);
                row
            }
            Pixels::Yuv { planes, convert, level, components, row } => {
                for ((plane, component), out) in planes.iter_mut().zip(COMPONENTS).zip(components.iter_mut()) {
                    plane.row(y, stored_samples(picture, component), out);
                }
                let [y, u, v] = components;
                full_to_rgba(*level, convert, y, u, v, row);
                row
            }
        }
    }
}
