//! Pixel formats and how their planes lie in memory.
//!
//! A layout is a list of planes in one allocation. Chroma planes of odd pictures round up. Nothing here allocates.
//!
//! The layout of pool frames is one that FFmpeg's decoders, encoders and filters can work in: strides and plane starts
//! are multiples of 64, and every plane is followed by [`PLANE_PADDING`] bytes that nobody else uses, because vector
//! code reads and writes whole vectors past the end of a row. The figure is that of libavcodec's own buffers
//! (`get_buffer.c`: plane size + 16 + `STRIDE_ALIGN` − 1, where `STRIDE_ALIGN` is 64 on the machines with the widest
//! vectors). It comes on top of the rows of the picture: a decoder that works on larger blocks than the picture has asks
//! for a frame of its coded size.

use crate::Error;
use crate::error::PictureKind;
use core::fmt;

/// Bytes to which [`FrameLayout::aligned`] aligns strides and plane starts: a cache line, and the widest vector.
pub const STRIDE_ALIGN: usize = 64;

/// Bytes behind each plane of an [`aligned`](FrameLayout::aligned) layout that vector code may touch: 16 + 64 − 1, as
/// libavcodec's own buffers have them. Offsets are rounded up to [`STRIDE_ALIGN`] after it.
pub const PLANE_PADDING: usize = 16 + STRIDE_ALIGN - 1;

/// The largest width and height of a picture.
pub const MAX_SIDE: u32 = 32_768;

/// How samples are stored. Names and layouts are FFmpeg's (`yuv420p` and so on) and WebCodecs'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Planar Y, Cb, Cr; chroma halved on both axes. FFmpeg `yuv420p`, `yuvj420p`.
    I420,
    /// Planar Y, Cr, Cb: [`PixelFormat::I420`] with its chroma planes in the other order. FFmpeg has no name for it.
    Yv12,
    /// Planar Y, Cb, Cr; chroma halved horizontally. FFmpeg `yuv422p`.
    I422,
    /// Planar Y, Cb, Cr; full chroma. FFmpeg `yuv444p`.
    I444,
    /// [`PixelFormat::I420`] and a plane of alpha. FFmpeg `yuva420p`.
    I420A,
    /// Y, then interleaved CbCr; chroma halved on both axes. FFmpeg `nv12`.
    Nv12,
    /// [`PixelFormat::I420`] with ten bits in little-endian 16-bit words. FFmpeg `yuv420p10le`.
    I420P10,
    /// [`PixelFormat::I422`] with ten bits. FFmpeg `yuv422p10le`.
    I422P10,
    /// [`PixelFormat::I444`] with ten bits. FFmpeg `yuv444p10le`.
    I444P10,
    /// [`PixelFormat::Nv12`] with ten bits in the high bits of little-endian 16-bit words, the low six unused. FFmpeg
    /// `p010le`.
    P010,
    /// Luma only. FFmpeg `gray`.
    Gray8,
    /// R, G, B bytes. FFmpeg `rgb24`.
    Rgb24,
    /// B, G, R bytes. FFmpeg `bgr24`.
    Bgr24,
    /// R, G, B, A bytes, straight alpha. FFmpeg `rgba`.
    Rgba8,
    /// B, G, R, A bytes, straight alpha. FFmpeg `bgra`.
    Bgra8,
}

/// Sampling of one plane: `(horizontal shift, vertical shift, bytes per sample position)`.
type PlaneShape = (u32, u32, usize);

impl PixelFormat {
    /// Every format, for tests and lists.
    pub const ALL: [PixelFormat; 15] = [
        PixelFormat::I420,
        PixelFormat::Yv12,
        PixelFormat::I422,
        PixelFormat::I444,
        PixelFormat::I420A,
        PixelFormat::Nv12,
        PixelFormat::I420P10,
        PixelFormat::I422P10,
        PixelFormat::I444P10,
        PixelFormat::P010,
        PixelFormat::Gray8,
        PixelFormat::Rgb24,
        PixelFormat::Bgr24,
        PixelFormat::Rgba8,
        PixelFormat::Bgra8,
    ];

    fn shapes(self) -> &'static [PlaneShape] {
        match self {
            PixelFormat::I420 | PixelFormat::Yv12 => &[(0, 0, 1), (1, 1, 1), (1, 1, 1)],
            PixelFormat::I422 => &[(0, 0, 1), (1, 0, 1), (1, 0, 1)],
            PixelFormat::I444 => &[(0, 0, 1), (0, 0, 1), (0, 0, 1)],
            PixelFormat::I420A => &[(0, 0, 1), (1, 1, 1), (1, 1, 1), (0, 0, 1)],
            PixelFormat::Nv12 => &[(0, 0, 1), (1, 1, 2)],
            PixelFormat::I420P10 => &[(0, 0, 2), (1, 1, 2), (1, 1, 2)],
            PixelFormat::I422P10 => &[(0, 0, 2), (1, 0, 2), (1, 0, 2)],
            PixelFormat::I444P10 => &[(0, 0, 2), (0, 0, 2), (0, 0, 2)],
            PixelFormat::P010 => &[(0, 0, 2), (1, 1, 4)],
            PixelFormat::Gray8 => &[(0, 0, 1)],
            PixelFormat::Rgb24 | PixelFormat::Bgr24 => &[(0, 0, 3)],
            PixelFormat::Rgba8 | PixelFormat::Bgra8 => &[(0, 0, 4)],
        }
    }

    /// Number of planes, 1 to 4.
    pub fn planes(self) -> usize {
        self.shapes().len()
    }

    /// The name used in scene files, errors and TypeScript: `i420`, `nv12`, `rgba` and so on.
    pub fn name(self) -> &'static str {
        match self {
            PixelFormat::I420 => "i420",
            PixelFormat::Yv12 => "yv12",
            PixelFormat::I422 => "i422",
            PixelFormat::I444 => "i444",
            PixelFormat::I420A => "i420a",
            PixelFormat::Nv12 => "nv12",
            PixelFormat::I420P10 => "i420p10",
            PixelFormat::I422P10 => "i422p10",
            PixelFormat::I444P10 => "i444p10",
            PixelFormat::P010 => "p010",
            PixelFormat::Gray8 => "gray8",
            PixelFormat::Rgb24 => "rgb24",
            PixelFormat::Bgr24 => "bgr24",
            PixelFormat::Rgba8 => "rgba",
            PixelFormat::Bgra8 => "bgra",
        }
    }

    /// The format with this [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<PixelFormat> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// R'G'B' samples (no matrix, full range).
    pub fn is_rgb(self) -> bool {
        matches!(self, PixelFormat::Rgb24 | PixelFormat::Bgr24 | PixelFormat::Rgba8 | PixelFormat::Bgra8)
    }

    /// Ten bits in 16-bit little-endian words: in the high bits for [`PixelFormat::P010`], else in the low ones.
    pub fn is_ten_bit(self) -> bool {
        matches!(self, PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 | PixelFormat::P010)
    }

    /// Carries transparency, as straight alpha.
    pub fn has_alpha(self) -> bool {
        matches!(self, PixelFormat::I420A | PixelFormat::Rgba8 | PixelFormat::Bgra8)
    }

    /// Bytes from one sample position of plane `index` to the next: a pixel of packed R'G'B', a pair of interleaved
    /// chroma. 0 if there is no such plane.
    pub fn sample_bytes(self, index: usize) -> usize {
        self.shapes().get(index).map_or(0, |&(_, _, bytes)| bytes)
    }

    /// Indices of the planes that hold Cb and Cr: the same one twice where they are interleaved, `None` without chroma.
    pub fn chroma_planes(self) -> Option<[usize; 2]> {
        match self.planes() {
            1 => None,
            2 => Some([1, 1]),
            _ if self == PixelFormat::Yv12 => Some([2, 1]),
            _ => Some([1, 2]),
        }
    }

    /// Shifts from luma to the coordinates of plane `index`; `(0, 0)` if there is no such plane.
    pub(crate) fn plane_shift(self, index: usize) -> (u32, u32) {
        self.shapes().get(index).map_or((0, 0), |&(horizontal, vertical, _)| (horizontal, vertical))
    }

    /// Shifts from luma to chroma coordinates, `(horizontal, vertical)`; `(0, 0)` where there is no subsampling.
    pub fn chroma_shift(self) -> (u32, u32) {
        self.plane_shift(1)
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One plane of a [`FrameLayout`]. All figures are in bytes but `rows`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PlaneLayout {
    /// From the start of the frame to the first sample.
    pub offset: usize,
    /// From one row to the next.
    pub stride: usize,
    /// Samples of a row, without padding.
    pub row_bytes: usize,
    /// Number of rows.
    pub rows: usize,
}

/// Where every plane of a frame lies in one buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameLayout {
    format: PixelFormat,
    width: u32,
    height: u32,
    size: usize,
    planes: [PlaneLayout; 4],
}

impl FrameLayout {
    /// Strides and plane starts aligned to [`STRIDE_ALIGN`], [`PLANE_PADDING`] behind each plane: the layout of pool
    /// frames.
    ///
    /// # Errors
    /// [`Error::BadSize`] if a side is 0 or over [`MAX_SIDE`].
    pub fn aligned(format: PixelFormat, width: u32, height: u32) -> Result<FrameLayout, Error> {
        Self::new(format, width, height, STRIDE_ALIGN, PLANE_PADDING)
    }

    /// Rows and planes without a gap, the layout of raw files and of hashes.
    ///
    /// # Errors
    /// [`Error::BadSize`] if a side is 0 or over [`MAX_SIDE`].
    pub fn packed(format: PixelFormat, width: u32, height: u32) -> Result<FrameLayout, Error> {
        Self::new(format, width, height, 1, 0)
    }

    fn new(format: PixelFormat, width: u32, height: u32, align: usize, padding: usize) -> Result<FrameLayout, Error> {
        let side = 1..=MAX_SIDE;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(Error::BadSize { width, height, max: MAX_SIDE });
        }
        let mut planes = [PlaneLayout::default(); 4];
        let mut size = 0;
        for (plane, &(horizontal, vertical, bytes)) in planes.iter_mut().zip(format.shapes()) {
            let row_bytes = shifted(width, horizontal) as usize * bytes;
            let rows = shifted(height, vertical) as usize;
            let stride = row_bytes.next_multiple_of(align);
            // On a 32-bit target a picture of the largest sides does not fit its address space.
            let end = stride.checked_mul(rows).and_then(|bytes| bytes.checked_add(size)?.checked_add(padding));
            let end = end.and_then(|end| end.checked_next_multiple_of(align)).filter(|&end| end <= isize::MAX as usize);
            let Some(end) = end else {
                return Err(Error::BadSize { width, height, max: MAX_SIDE });
            };
            *plane = PlaneLayout { offset: size, stride, row_bytes, rows };
            size = end;
        }
        Ok(FrameLayout { format, width, height, size, planes })
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Format and size, for comparing and for errors.
    pub fn kind(&self) -> PictureKind {
        PictureKind { format: self.format, width: self.width, height: self.height }
    }

    /// Bytes of the whole frame with its padding.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The planes, as many as the format has.
    pub fn planes(&self) -> &[PlaneLayout] {
        &self.planes[..self.format.planes()]
    }
}

/// `value / 2^shift`, rounded up.
pub(crate) fn shifted(value: u32, shift: u32) -> u32 {
    (value + (1 << shift) - 1) >> shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_sizes_are_the_documented_ones() {
        let size = |format, width, height| FrameLayout::packed(format, width, height).unwrap().size();
        assert_eq!(size(PixelFormat::I420, 1920, 1080), 3_110_400);
        assert_eq!(size(PixelFormat::I420, 3840, 2160), 12_441_600);
        assert_eq!(size(PixelFormat::Rgba8, 320, 320), 409_600);
        assert_eq!(size(PixelFormat::I420, 1, 1), 3);
        assert_eq!(size(PixelFormat::I420, 3, 5), 15 + 2 * 2 * 3);
        assert_eq!(size(PixelFormat::Nv12, 3, 5), 15 + 4 * 3);
        assert_eq!(size(PixelFormat::I422, 3, 5), 15 + 2 * 2 * 5);
        assert_eq!(size(PixelFormat::I420P10, 4, 4), 48);
        assert_eq!(size(PixelFormat::Yv12, 3, 5), 15 + 2 * 2 * 3);
        assert_eq!(size(PixelFormat::P010, 3, 5), 2 * 15 + 8 * 3);
        assert_eq!(size(PixelFormat::Bgr24, 3, 5), 45);
    }

    #[test]
    fn aligned_planes_start_and_step_on_cache_lines() {
        for format in PixelFormat::ALL {
            let layout = FrameLayout::aligned(format, 31, 17).unwrap();
            for plane in layout.planes() {
                assert_eq!((plane.offset % STRIDE_ALIGN, plane.stride % STRIDE_ALIGN), (0, 0), "{format}");
                assert!(plane.stride >= plane.row_bytes);
            }
            // Behind every plane there are as many bytes as libavcodec's own allocator leaves.
            let starts = layout.planes()[1..].iter().map(|plane| plane.offset).chain([layout.size()]);
            for (plane, next) in layout.planes().iter().zip(starts) {
                assert!(next >= plane.offset + plane.stride * plane.rows + 16 + 64 - 1, "{format}");
            }
        }
    }

    #[test]
    fn zero_and_huge_sides_are_refused() {
        for (width, height) in [(0, 1), (1, 0), (MAX_SIDE + 1, 1), (1, u32::MAX)] {
            let error = FrameLayout::aligned(PixelFormat::I420, width, height).unwrap_err();
            assert_eq!(error, Error::BadSize { width, height, max: MAX_SIDE });
        }
    }

    #[test]
    fn names_round_trip() {
        for format in PixelFormat::ALL {
            assert_eq!(PixelFormat::from_name(format.name()), Some(format));
        }
    }
}
