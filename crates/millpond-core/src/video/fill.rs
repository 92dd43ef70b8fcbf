//! One colour over a whole picture, in any format.
//!
//! Eight-bit Y'CbCr codes are those of [`RgbToYuv`]. Ten-bit codes come from the same matrix in floating point, in
//! which nothing but IEEE additions and multiplications takes part, rounded half up (H.273, bit depth 10):
//!
//! ```text
//! limited range:  Y = 4·(16 + 219·E'Y)      C = 4·(128 + 224·E'C)
//! full range:     Y = 1023·E'Y              C = 512 + 1023·E'C, clamped to 1023
//! ```

use super::convert::{RgbToYuv, ten_bit_codes};
use super::{Color, FrameViewMut, PixelFormat};

/// One sample of every plane, in the plane's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Samples([([u8; 4], usize); 4]);

impl Samples {
    /// Those of a colour in a format; see [`FrameViewMut::fill`].
    pub(super) fn new(format: PixelFormat, color: Color, rgba: [u8; 4]) -> Samples {
        let [red, green, blue, alpha] = rgba;
        let rgb = [red, green, blue];
        let eight = || {
            let convert = RgbToYuv::new(color);
            let [cb, cr] = convert.chroma(rgb);
            (convert.luma(rgb), cb, cr)
        };
        let mut planes = [([0; 4], 0); 4];
        let mut set = |index: usize, sample: &[u8]| {
            planes[index].0[..sample.len()].copy_from_slice(sample);
            planes[index].1 = sample.len();
        };
        let mut set_all = |samples: &[u8]| (0..).zip(samples).for_each(|(index, &sample)| set(index, &[sample]));
        match format {
            PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 => {
                let (y, cb, cr) = eight();
                set_all(&[y, cb, cr]);
            }
            PixelFormat::Yv12 => {
                let (y, cb, cr) = eight();
                set_all(&[y, cr, cb]);
            }
            PixelFormat::I420A => {
                let (y, cb, cr) = eight();
                set_all(&[y, cb, cr, alpha]);
            }
            PixelFormat::Nv12 => {
                let (y, cb, cr) = eight();
                set(0, &[y]);
                set(1, &[cb, cr]);
            }
            PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => {
                let codes = ten_bit_codes(color, rgb).map(u16::to_le_bytes);
                (0..).zip(&codes).for_each(|(index, code)| set(index, code));
            }
            PixelFormat::P010 => {
                let [y, [cb0, cb1], [cr0, cr1]] = ten_bit_codes(color, rgb).map(|code| (code << 6).to_le_bytes());
                set(0, &y);
                set(1, &[cb0, cb1, cr0, cr1]);
            }
            PixelFormat::Gray8 => set(0, &[RgbToYuv::new(color).luma(rgb)]),
            PixelFormat::Rgb24 => set(0, &rgb),
            PixelFormat::Bgr24 => set(0, &[blue, green, red]),
            PixelFormat::Rgba8 => set(0, &rgba),
            PixelFormat::Bgra8 => set(0, &[blue, green, red, alpha]),
        }
        Samples(planes)
    }

    /// Repeats the sample of a plane.
    pub(super) fn repeat(&self, plane: usize, bytes: &mut [u8]) {
        let (sample, len) = self.0[plane];
        match len {
            0 => {}
            1 => bytes.fill(sample[0]),
            2 => bytes.as_chunks_mut::<2>().0.fill([sample[0], sample[1]]),
            3 => bytes.as_chunks_mut::<3>().0.fill([sample[0], sample[1], sample[2]]),
            _ => bytes.as_chunks_mut::<4>().0.fill(sample),
        }
    }
}

impl FrameViewMut<'_> {
    /// Fills the picture with one R'G'B'A colour (straight alpha). `color` is the matrix and range of a Y'CbCr picture and
    /// not used for R'G'B'; alpha goes where the format keeps it and is dropped elsewhere.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn fill(&mut self, color: Color, rgba: [u8; 4]) {
        let samples = Samples::new(self.format, color, rgba);
        for index in 0..self.format.planes() {
            let plane = self.plane_mut(index);
            for y in 0..plane.rows() {
                samples.repeat(index, plane.row_mut(y));
            }
        }
    }
}
