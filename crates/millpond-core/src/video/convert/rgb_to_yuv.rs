//! R'G'B' to Y'CbCr.
//!
//! With coefficients of 15 fraction bits:
//!
//! ```text
//! Y  = (yr·R + yg·G + yb·B + (black << 15) + 16384) >> 15
//! Cb = clamp((ur·R + ug·G + ub·B + (128 << 15) + 16384) >> 15)      Cr likewise
//! ```
//!
//! The green luma coefficient is what is left of the whole scale and the chroma coefficients sum to zero, so white is
//! exactly white and every grey has chroma 128.

use super::{clamp_u8, matrix};
use crate::Error;
use crate::video::{Color, FrameView, FrameViewMut, PixelFormat};

const BITS: u32 = 15;
const HALF: i32 = 1 << (BITS - 1);

/// The coefficients to one kind of Y'CbCr.
#[derive(Clone, Copy, Debug)]
pub struct RgbToYuv {
    luma: [i32; 3],
    luma_offset: i32,
    blue: [i32; 3],
    red: [i32; 3],
}

impl RgbToYuv {
    /// Coefficients to this matrix and range.
    pub fn new(color: Color) -> RgbToYuv {
        let rows = matrix::from_rgb(color);
        let fixed = |value| matrix::fixed(value, BITS);
        let mut luma = rows[0].map(fixed);
        luma[1] = fixed(rows[0][0] + rows[0][1] + rows[0][2]) - luma[0] - luma[2];
        let mut blue = rows[1].map(fixed);
        blue[1] = -blue[0] - blue[2];
        let mut red = rows[2].map(fixed);
        red[1] = -red[0] - red[2];
        RgbToYuv { luma, luma_offset: (matrix::black(color.range) << BITS) + HALF, blue, red }
    }

    #[inline(always)]
    fn dot(weights: [i32; 3], [red, green, blue]: [u8; 3]) -> i32 {
        weights[0] * i32::from(red) + weights[1] * i32::from(green) + weights[2] * i32::from(blue)
    }

    /// Luma of one pixel.
    #[inline(always)]
    pub fn luma(&self, rgb: [u8; 3]) -> u8 {
        clamp_u8((Self::dot(self.luma, rgb) + self.luma_offset) >> BITS)
    }

    /// Cb and Cr of one pixel.
    #[inline(always)]
    pub fn chroma(&self, rgb: [u8; 3]) -> [u8; 2] {
        [self.blue, self.red].map(|weights| clamp_u8((Self::dot(weights, rgb) + (128 << BITS) + HALF) >> BITS))
    }
}

/// Converts an RGBA picture to I420 or NV12 of the same size, without its alpha: what an encoder needs of an RGBA
/// canvas. A chroma sample is that of the mean colour of its cell, `(sum + n/2) / n` over the 1, 2 or 4 pixels there.
///
/// # Errors
/// [`Error::UnsupportedFormat`] if `picture` is not RGBA or `out` neither I420 nor NV12, [`Error::Mismatch`] if their
/// sizes differ; nothing is written then.
///
/// # Realtime
/// Does not allocate.
pub fn from_rgba(picture: &FrameView<'_>, color: Color, out: &mut FrameViewMut<'_>) -> Result<(), Error> {
    let format = out.format();
    for (format, is_known) in [
        (picture.format(), picture.format() == PixelFormat::Rgba8),
        (format, matches!(format, PixelFormat::I420 | PixelFormat::Nv12)),
    ] {
        if !is_known {
            return Err(Error::UnsupportedFormat { format });
        }
    }
    let expected = picture.kind().with_format(format);
    let got = out.as_view().kind();
    if expected != got {
        return Err(Error::Mismatch { expected, got });
    }
    let coefficients = RgbToYuv::new(color);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    for y in 0..height {
        let pixels = picture.plane(0).row(y).as_chunks::<4>().0;
        for (out, &[red, green, blue, _]) in out.plane_mut(0).row_mut(y).iter_mut().zip(pixels) {
            *out = coefficients.luma([red, green, blue]);
        }
    }
    for cell_y in 0..height.div_ceil(2) {
        // The last row or column of an odd picture counts twice, which leaves the mean as it is.
        let top = picture.plane(0).row(2 * cell_y).as_chunks::<4>().0;
        let bottom = picture.plane(0).row((2 * cell_y + 1).min(height - 1)).as_chunks::<4>().0;
        for cell_x in 0..width.div_ceil(2) {
            let (left, right) = (2 * cell_x, (2 * cell_x + 1).min(width - 1));
            let cell = [top[left], top[right], bottom[left], bottom[right]].map(|pixel| pixel.map(u16::from));
            let mean = [0, 1, 2].map(|c| ((cell[0][c] + cell[1][c] + cell[2][c] + cell[3][c] + 2) >> 2) as u8);
            let [u, v] = coefficients.chroma(mean);
            if format == PixelFormat::Nv12 {
                out.plane_mut(1).row_mut(cell_y)[2 * cell_x..2 * cell_x + 2].copy_from_slice(&[u, v]);
            } else {
                out.plane_mut(1).row_mut(cell_y)[cell_x] = u;
                out.plane_mut(2).row_mut(cell_y)[cell_x] = v;
            }
        }
    }
    Ok(())
}
