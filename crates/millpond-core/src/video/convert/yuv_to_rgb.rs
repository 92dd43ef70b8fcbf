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

use super::{eight_of_high_ten, eight_of_ten, matrix};
use crate::Error;
use crate::video::{Color, FrameView, FrameViewMut, PixelFormat};

const BITS: u32 = 13;

/// The coefficients of one kind of Y'CbCr.
#[derive(Clone, Copy, Debug)]
pub struct YuvToRgb {
    black: i16,
    luma: i16,
    red: i16,
    green: [i16; 2],
    blue: i16,
}

impl YuvToRgb {
    /// Coefficients from this matrix and range.
    pub fn new(color: Color) -> YuvToRgb {
        let rows = matrix::to_rgb(color);
        let fixed = |value| matrix::fixed(value, BITS) as i16;
        YuvToRgb {
            black: matrix::black(color.range) as i16,
            luma: fixed(rows[0][0]),
            red: fixed(rows[0][2]),
            green: [fixed(rows[1][1]), fixed(rows[1][2])],
            blue: fixed(rows[2][1]),
        }
    }

    /// One pixel.
    #[inline(always)]
    pub fn pixel(&self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let [red, green, blue] = self.clamped(y, u, v);
        [red as u8, green as u8, blue as u8]
    }

    /// One pixel, each channel 0 to 255. Products of 16-bit numbers, which is what vector units multiply fastest.
    #[inline(always)]
    fn clamped(&self, y: u8, u: u8, v: u8) -> [i32; 3] {
        let product = |a: i16, b: i16| i32::from(a) * i32::from(b);
        let y = product(i16::from(y) - self.black, self.luma) + (1 << (BITS - 1));
        let (u, v) = (i16::from(u) - 128, i16::from(v) - 128);
        [
            (y + product(self.red, v)) >> BITS,
            (y + product(self.green[0], u) + product(self.green[1], v)) >> BITS,
            (y + product(self.blue, u)) >> BITS,
        ]
        .map(|channel| channel.clamp(0, 255))
    }

    /// A row with a chroma sample for every pixel; alpha becomes 255.
    pub(crate) fn row_444(&self, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
        for (((out, &y), &u), &v) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(y).zip(u).zip(v) {
            // Assembled as one word, so that a vector of pixels is stored at once.
            let [red, green, blue] = self.clamped(y, u, v);
            *out = (red | green << 8 | blue << 16 | 255 << 24).to_le_bytes();
        }
    }
}

/// Pixels that are converted together: their chroma fits the stack.
const BLOCK: usize = 64;

/// Converts a row in blocks. `chroma` fills in the Cb and Cr of the pixels from `start` on.
fn row(coefficients: &YuvToRgb, luma: &[u8], rgba: &mut [u8], mut chroma: impl FnMut(usize, &mut [u8], &mut [u8])) {
    let (mut u, mut v) = ([0; BLOCK], [0; BLOCK]);
    for (index, (luma, rgba)) in luma.chunks(BLOCK).zip(rgba.chunks_mut(4 * BLOCK)).enumerate() {
        chroma(index * BLOCK, &mut u[..luma.len()], &mut v[..luma.len()]);
        coefficients.row_444(luma, &u, &v, rgba);
    }
}

/// Gives each sample of a halved row to two pixels; the last to one if the row is odd.
fn double(samples: &[u8], out: &mut [u8]) {
    let (pairs, last) = out.as_chunks_mut::<2>();
    for (pair, &sample) in pairs.iter_mut().zip(samples) {
        *pair = [sample; 2];
    }
    if let (Some(out), Some(&sample)) = (last.first_mut(), samples.get(pairs.len())) {
        *out = sample;
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
        let rgba = out.plane_mut(0).row_mut(y);
        let luma = picture.plane(0).row(y);
        let chroma = |plane: usize| picture.plane(plane).row(y >> vertical);
        match format {
            PixelFormat::Rgba8 => rgba.copy_from_slice(luma),
            PixelFormat::Bgra8 => {
                for (out, &[blue, green, red, alpha]) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(luma.as_chunks().0)
                {
                    *out = [red, green, blue, alpha];
                }
            }
            PixelFormat::Rgb24 | PixelFormat::Bgr24 => {
                for (out, &[first, green, third]) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(luma.as_chunks().0) {
                    let (red, blue) = if format == PixelFormat::Rgb24 { (first, third) } else { (third, first) };
                    *out = [red, green, blue, 255];
                }
            }
            PixelFormat::Gray8 => row(&coefficients, luma, rgba, |_, u, v| {
                u.fill(128);
                v.fill(128);
            }),
            PixelFormat::Nv12 => {
                let pairs = chroma(1).as_chunks::<2>().0;
                row(&coefficients, luma, rgba, |start, u, v| {
                    for (x, (u, v)) in u.iter_mut().zip(v).enumerate() {
                        [*u, *v] = pairs[(start + x) / 2];
                    }
                });
            }
            PixelFormat::P010 => {
                let eight = |[low, high]: [u8; 2]| eight_of_high_ten(low, high);
                let pairs = chroma(1).as_chunks::<4>().0;
                for (x, (out, luma)) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(luma.as_chunks().0).enumerate() {
                    let [a, b, c, d] = pairs[x / 2];
                    let [red, green, blue] = coefficients.pixel(eight(*luma), eight([a, b]), eight([c, d]));
                    *out = [red, green, blue, 255];
                }
            }
            PixelFormat::I420 | PixelFormat::Yv12 | PixelFormat::I422 | PixelFormat::I444 | PixelFormat::I420A => {
                let [cb, cr] = format.chroma_planes().unwrap_or([1, 2]).map(chroma);
                if horizontal == 0 {
                    coefficients.row_444(luma, cb, cr, rgba);
                } else {
                    row(&coefficients, luma, rgba, |start, u, v| {
                        double(&cb[start / 2..], u);
                        double(&cr[start / 2..], v);
                    });
                }
                if format == PixelFormat::I420A {
                    for (out, &alpha) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(picture.plane(3).row(y)) {
                        out[3] = alpha;
                    }
                }
            }
            PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => {
                let eight = |&[low, high]: &[u8; 2]| eight_of_ten(low, high);
                let (luma, cb, cr) = (luma.as_chunks().0, chroma(1).as_chunks().0, chroma(2).as_chunks().0);
                for (x, (out, luma)) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(luma).enumerate() {
                    let [u, v] = [cb, cr].map(|chroma| eight(&chroma[x >> horizontal]));
                    let [red, green, blue] = coefficients.pixel(eight(luma), u, v);
                    *out = [red, green, blue, 255];
                }
            }
        }
    }
    Ok(())
}
