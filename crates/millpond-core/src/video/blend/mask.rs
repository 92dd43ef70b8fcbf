//! Masks with soft edges, made once, in integers.
//!
//! Coverage rises linearly from 0 at the edge to 255 at `feather` pixels inside, taken at pixel centres:
//!
//! ```text
//! ramp(d)    = min((255·d + feather) / (2·feather), 255)       d: distance to the edge in half pixels
//! rectangle  = mul(ramp(dx), ramp(dy))                         dx, dy: to the nearer vertical, horizontal edge
//! ellipse    = ramp((1 − r)·min(width, height))                r = √((x/rx)² + (y/ry)²), from the centre
//! ```
//!
//! divisions rounded down, `1 − r` in 2^-20 with an integer square root. A feather of 0 gives a hard edge: 255 where
//! the centre is inside.

use super::mul_255;
use crate::Error;
use crate::video::{Frame, FrameLayout, PixelFormat};

/// Coverage at `half_pixels` inside the edge.
fn ramp(half_pixels: u64, feather: u32) -> u8 {
    let feather = u64::from(feather);
    (255 * half_pixels + feather).checked_div(2 * feather).map_or(255, |ramp| ramp.min(255) as u8)
}

/// A [`PixelFormat::Gray8`] mask of a rectangle that fills it, its edges soft over `feather` pixels.
///
/// # Errors
/// [`Error::BadSize`].
///
/// # Realtime
/// Allocates the mask.
pub fn feathered_rectangle(width: u32, height: u32, feather: u32) -> Result<Frame, Error> {
    let mut mask = Frame::new(FrameLayout::aligned(PixelFormat::Gray8, width, height)?);
    let coverage = |at: usize, side: u32| {
        let (at, side) = (2 * at as u64 + 1, 2 * u64::from(side));
        ramp(at.min(side - at), feather)
    };
    let mut view = mask.view_mut();
    for y in 0..height as usize {
        let vertical = coverage(y, height);
        for (x, out) in view.plane_mut(0).row_mut(y).iter_mut().enumerate() {
            *out = mul_255(coverage(x, width), vertical);
        }
    }
    Ok(mask)
}

/// A [`PixelFormat::Gray8`] mask of an ellipse that fills it, its edge soft over `feather` pixels of the shorter axis.
///
/// # Errors
/// [`Error::BadSize`].
///
/// # Realtime
/// Allocates the mask.
pub fn feathered_ellipse(width: u32, height: u32, feather: u32) -> Result<Frame, Error> {
    const ONE: u64 = 1 << 20;
    let mut mask = Frame::new(FrameLayout::aligned(PixelFormat::Gray8, width, height)?);
    // Squared distance to the centre in radii, 40 fraction bits: (2x + 1 − w)² / w².
    let squared = |at: usize, side: u32| {
        let from_center = (2 * at as u64 + 1).abs_diff(u64::from(side));
        ((u128::from(from_center * from_center) << 40) / u128::from(u64::from(side) * u64::from(side))) as u64
    };
    let shorter = u64::from(width.min(height));
    let mut view = mask.view_mut();
    for y in 0..height as usize {
        let vertical = squared(y, height);
        for (x, out) in view.plane_mut(0).row_mut(y).iter_mut().enumerate() {
            let radius = (squared(x, width) + vertical).isqrt();
            *out = match feather {
                0 => 255 * u8::from(radius <= ONE),
                _ => ramp((ONE.saturating_sub(radius) * shorter) >> 20, feather),
            };
        }
    }
    Ok(mask)
}
