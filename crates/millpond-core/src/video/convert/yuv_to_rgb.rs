//! Y'CbCr to R'G'B'.
//!
//! With offsets removed (`y = Y − black`, `u = Cb − 128`, `v = Cr − 128`) and coefficients of 13 fraction bits:
//!
//! ```text
//! R = clamp((cy·y + crv·v + 4096) >> 13)
//! G = clamp((cy·y + cgu·u + cgv·v + 4096) >> 13)
//! B = clamp((cy·y + cbu·u + 4096) >> 13)
//! ```
//!
//! `>>` rounds down. Against the formula in floating point the result is off by at most 1. Thirteen bits keep the
//! largest coefficient (BT.2020 limited, 2.142) within 16 bits.

use super::{clamp_u8, eight_of_ten, matrix};
use crate::Error;
use crate::video::{Color, FrameView, FrameViewMut, PixelFormat};

const BITS: u32 = 13;

/// The coefficients of one kind of Y'CbCr.
#[derive(Clone, Copy, Debug)]
pub struct YuvToRgb {
    black: i32,
    luma: i32,
    red: i32,
    green: [i32; 2],
    blue: i32,
}

impl YuvToRgb {
    /// Coefficients from this matrix and range.
    pub fn new(color: Color) -> YuvToRgb {
        let rows = matrix::to_rgb(color);
        let fixed = |value| matrix::fixed(value, BITS);
        YuvToRgb {
            black: matrix::black(color.range),
            luma: fixed(rows[0][0]),
            red: fixed(rows[0][2]),
            green: [fixed(rows[1][1]), fixed(rows[1][2])],
            blue: fixed(rows[2][1]),
        }
    }

    /// One pixel.
    #[inline(always)]
    pub fn pixel(&self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let y = (i32::from(y) - self.black) * self.luma + (1 << (BITS - 1));
        let u = i32::from(u) - 128;
        let v = i32::from(v) - 128;
        [
            clamp_u8((y + self.red * v) >> BITS),
            clamp_u8((y + self.green[0] * u + self.green[1] * v) >> BITS),
            clamp_u8((y + self.blue * u) >> BITS),
        ]
    }

    /// A row with a chroma sample for every pixel; alpha becomes 255.
    pub(crate) fn row_444(&self, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
        for (((out, &y), &u), &v) in rgba.chunks_exact_mut(4).zip(y).zip(u).zip(v) {
            let [red, green, blue] = self.pixel(y, u, v);
            out.copy_from_slice(&[red, green, blue, 255]);
        }
    }
}

/// Converts a whole picture to RGBA of the same size, for showing it: every pixel takes the chroma sample of its
/// cell, alpha is 255 (or the picture's own). R'G'B' pictures are copied.
///
/// # Errors
/// [`Error::Mismatch`] if `out` is not RGBA of the same size; nothing is written then.
///
/// # Realtime
/// Does not allocate.
pub fn to_rgba(picture: &FrameView<'_>, color: Color, out: &mut FrameViewMut<'_>) -> Result<(), Error> {
    let expected = FrameView::kind(picture).with_format(PixelFormat::Rgba8);
    let got = out.as_view().kind();
    if expected != got {
        return Err(Error::Mismatch { expected, got });
    }
    let format = picture.format();
    let (horizontal, vertical) = format.chroma_shift();
    let coefficients = YuvToRgb::new(color);
    for y in 0..picture.height() as usize {
        let row = out.plane_mut(0).row_mut(y);
        let luma = picture.plane(0).row(y);
        match format {
            PixelFormat::Rgba8 => row.copy_from_slice(luma),
            PixelFormat::Bgra8 => {
                for (out, &[blue, green, red, alpha]) in row.chunks_exact_mut(4).zip(luma.as_chunks().0) {
                    out.copy_from_slice(&[red, green, blue, alpha]);
                }
            }
            PixelFormat::Gray8 => {
                for (out, &luma) in row.chunks_exact_mut(4).zip(luma) {
                    let [red, green, blue] = coefficients.pixel(luma, 128, 128);
                    out.copy_from_slice(&[red, green, blue, 255]);
                }
            }
            PixelFormat::Nv12 => {
                let chroma = picture.plane(1).row(y >> vertical);
                let cells = row.chunks_mut(8).zip(luma.chunks(2)).zip(chroma.as_chunks::<2>().0);
                for ((out, luma), &[u, v]) in cells {
                    for (out, &luma) in out.chunks_exact_mut(4).zip(luma) {
                        let [red, green, blue] = coefficients.pixel(luma, u, v);
                        out.copy_from_slice(&[red, green, blue, 255]);
                    }
                }
            }
            PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 | PixelFormat::I420A => {
                let u = picture.plane(1).row(y >> vertical);
                let v = picture.plane(2).row(y >> vertical);
                if horizontal == 0 {
                    coefficients.row_444(luma, u, v, row);
                } else {
                    for (((out, luma), &u), &v) in row.chunks_mut(8).zip(luma.chunks(2)).zip(u).zip(v) {
                        for (out, &luma) in out.chunks_exact_mut(4).zip(luma) {
                            let [red, green, blue] = coefficients.pixel(luma, u, v);
                            out.copy_from_slice(&[red, green, blue, 255]);
                        }
                    }
                }
                if format == PixelFormat::I420A {
                    for (out, &alpha) in row.chunks_exact_mut(4).zip(picture.plane(3).row(y)) {
                        out[3] = alpha;
                    }
                }
            }
            PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => {
                let u = picture.plane(1).row(y >> vertical).as_chunks::<2>().0;
                let v = picture.plane(2).row(y >> vertical).as_chunks::<2>().0;
                for (x, (out, &[low, high])) in row.chunks_exact_mut(4).zip(luma.as_chunks().0).enumerate() {
                    let [u, v] =
                        [u, v].map(|chroma| eight_of_ten(chroma[x >> horizontal][0], chroma[x >> horizontal][1]));
                    let [red, green, blue] = coefficients.pixel(eight_of_ten(low, high), u, v);
                    out.copy_from_slice(&[red, green, blue, 255]);
                }
            }
        }
    }
    Ok(())
}
