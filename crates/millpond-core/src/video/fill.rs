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

impl FrameViewMut<'_> {
    /// Fills the picture with one R'G'B'A colour (straight alpha). `color` is the matrix and range of a Y'CbCr picture and
    /// not used for R'G'B'; alpha goes where the format keeps it and is dropped elsewhere.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn fill(&mut self, color: Color, rgba: [u8; 4]) {
        let [red, green, blue, alpha] = rgba;
        let rgb = [red, green, blue];
        let eight = || {
            let convert = RgbToYuv::new(color);
            let [cb, cr] = convert.chroma(rgb);
            (convert.luma(rgb), cb, cr)
        };
        match self.format {
            PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 => {
                let (y, cb, cr) = eight();
                self.repeat([[y], [cb], [cr]]);
            }
            PixelFormat::Yv12 => {
                let (y, cb, cr) = eight();
                self.repeat([[y], [cr], [cb]]);
            }
            PixelFormat::I420A => {
                let (y, cb, cr) = eight();
                self.repeat([[y], [cb], [cr], [alpha]]);
            }
            PixelFormat::Nv12 => {
                let (y, cb, cr) = eight();
                self.repeat([[y]]);
                self.repeat_plane(1, [cb, cr]);
            }
            PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => {
                self.repeat(ten_bit_codes(color, rgb).map(u16::to_le_bytes));
            }
            PixelFormat::P010 => {
                let [y, [cb0, cb1], [cr0, cr1]] = ten_bit_codes(color, rgb).map(|code| (code << 6).to_le_bytes());
                self.repeat([y]);
                self.repeat_plane(1, [cb0, cb1, cr0, cr1]);
            }
            PixelFormat::Gray8 => self.repeat([[RgbToYuv::new(color).luma(rgb)]]),
            PixelFormat::Rgb24 => self.repeat([rgb]),
            PixelFormat::Bgr24 => self.repeat([[blue, green, red]]),
            PixelFormat::Rgba8 => self.repeat([rgba]),
            PixelFormat::Bgra8 => self.repeat([[blue, green, red, alpha]]),
        }
    }

    /// Fills the first planes with one sample each.
    fn repeat<const BYTES: usize, const PLANES: usize>(&mut self, samples: [[u8; BYTES]; PLANES]) {
        for (index, sample) in samples.into_iter().enumerate() {
            self.repeat_plane(index, sample);
        }
    }

    fn repeat_plane<const BYTES: usize>(&mut self, index: usize, sample: [u8; BYTES]) {
        let plane = self.plane_mut(index);
        for y in 0..plane.rows() {
            plane.row_mut(y).as_chunks_mut::<BYTES>().0.fill(sample);
        }
    }
}
