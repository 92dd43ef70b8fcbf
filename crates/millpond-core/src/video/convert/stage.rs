//! Blocks of a row in the form that kernels take: rows of bytes, four bytes a pixel. What lies so is read where it is;
//! the rest goes through the stack.

use super::{high_ten_to_eight, split, ten_to_eight, three_to_four};
use crate::simd::Level;
use crate::video::{FrameView, PixelFormat};
use core::ops::Range;

/// Pixels that are converted together where they go through the stack: an even number, few enough that all rows of a
/// block stay in the first cache.
pub(super) const BLOCK: usize = 512;

/// A row in parts of at most `step` pixels.
pub(super) fn blocks(width: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..width).step_by(step).map(move |start| start..(start + step).min(width))
}

/// Whether kernels take rows of this format where they lie.
pub(super) fn lies_ready(format: PixelFormat) -> bool {
    match format {
        PixelFormat::Rgba8 | PixelFormat::Bgra8 => true,
        PixelFormat::I420 | PixelFormat::Yv12 | PixelFormat::I422 | PixelFormat::I444 | PixelFormat::I420A => true,
        _ => false,
    }
}

/// Bytes of `range` of a row of plane `index`.
fn part<'a>(picture: &FrameView<'a>, index: usize, y: usize, range: &Range<usize>) -> &'a [u8] {
    let bytes = picture.format().sample_bytes(index);
    &picture.plane(index).row(y)[range.start * bytes..range.end * bytes]
}

/// A row of luma.
pub(super) struct Luma([u8; BLOCK]);

impl Luma {
    pub(super) fn new() -> Luma {
        Luma([0; BLOCK])
    }

    /// Samples `range` of row `y`.
    pub(super) fn read<'a>(
        &'a mut self,
        level: Level,
        picture: &FrameView<'a>,
        y: usize,
        range: Range<usize>,
    ) -> &'a [u8] {
        let row = part(picture, 0, y, &range);
        if !picture.format().is_ten_bit() {
            return row;
        }
        let out = &mut self.0[..range.len()];
        match picture.format() {
            PixelFormat::P010 => high_ten_to_eight(level, row, out),
            _ => ten_to_eight(level, row, out),
        }
        out
    }
}

/// Two rows of chroma.
pub(super) struct Chroma {
    pub(super) u: [u8; BLOCK],
    pub(super) v: [u8; BLOCK],
    pairs: [u8; 2 * BLOCK],
}

impl Chroma {
    pub(super) fn new() -> Chroma {
        Chroma { u: [0; BLOCK], v: [0; BLOCK], pairs: [0; 2 * BLOCK] }
    }

    /// Samples `range` of row `y` of Cb and Cr; neutral ones of a picture without.
    pub(super) fn read<'a>(
        &'a mut self,
        level: Level,
        picture: &FrameView<'a>,
        y: usize,
        range: Range<usize>,
    ) -> [&'a [u8]; 2] {
        let format = picture.format();
        let planes = format.chroma_planes();
        if let (true, Some(planes)) = (lies_ready(format), planes) {
            return planes.map(|plane| part(picture, plane, y, &range));
        }
        let (u, v) = (&mut self.u[..range.len()], &mut self.v[..range.len()]);
        match (format, planes) {
            (PixelFormat::Nv12, _) => split(level, part(picture, 1, y, &range), u, v),
            (PixelFormat::P010, _) => {
                let pairs = &mut self.pairs[..2 * range.len()];
                high_ten_to_eight(level, part(picture, 1, y, &range), pairs);
                split(level, pairs, u, v);
            }
            (_, Some([cb, cr])) => {
                ten_to_eight(level, part(picture, cb, y, &range), u);
                ten_to_eight(level, part(picture, cr, y, &range), v);
            }
            (_, None) => {
                u.fill(128);
                v.fill(128);
            }
        }
        [u, v]
    }
}

/// A row of pixels of four bytes, in the picture's order.
pub(super) struct Pixels(pub(super) [u8; 4 * BLOCK]);

impl Pixels {
    pub(super) fn new() -> Pixels {
        Pixels([0; 4 * BLOCK])
    }

    /// Pixels `range` of row `y` of an R'G'B' picture.
    pub(super) fn read<'a>(
        &'a mut self,
        level: Level,
        picture: &FrameView<'a>,
        y: usize,
        range: Range<usize>,
    ) -> &'a [u8] {
        let row = part(picture, 0, y, &range);
        if picture.format().sample_bytes(0) == 4 {
            return row;
        }
        let out = &mut self.0[..4 * range.len()];
        three_to_four(level, row, out);
        out
    }
}
