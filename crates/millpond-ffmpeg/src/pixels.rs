//! FFmpeg's pixel formats and ours, and copying a decoded picture into a pool frame.
//!
//! Most formats are copied row by row. Four bytes a pixel of which one is unused become RGBA or BGRA with alpha 255.
//! Copying does not allocate.

use crate::sys;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;
use millpond_core::video::{ChromaSiting, FrameView, FrameViewMut, PixelFormat, Range};

/// How the samples of one of FFmpeg's formats get into one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    /// Byte by byte.
    Rows,
    /// Four bytes a pixel, of which the first three count; alpha becomes 255.
    Opaque,
}

/// Our counterpart of a pixel format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counterpart {
    pub(crate) format: PixelFormat,
    /// The format itself says that all codes are used (`yuvj420p` and its like).
    pub(crate) is_full_range: bool,
    copy: Copy,
}

impl Counterpart {
    /// The bytes are the same in both formats, so that a decoder can write them where they stay.
    pub(crate) fn is_same_bytes(&self) -> bool {
        self.copy == Copy::Rows
    }
}

/// FFmpeg's formats whose bytes are those of a counterpart here.
pub(crate) const SAME_BYTES: [Pixel; 17] = [
    Pixel::YUV420P,
    Pixel::YUV422P,
    Pixel::YUV444P,
    Pixel::YUVJ420P,
    Pixel::YUVJ422P,
    Pixel::YUVJ444P,
    Pixel::YUVA420P,
    Pixel::NV12,
    Pixel::YUV420P10LE,
    Pixel::YUV422P10LE,
    Pixel::YUV444P10LE,
    Pixel::P010LE,
    Pixel::GRAY8,
    Pixel::RGBA,
    Pixel::BGRA,
    Pixel::RGB24,
    Pixel::BGR24,
];

/// Our counterpart of one of FFmpeg's pixel formats, if there is one.
pub(crate) fn counterpart(pixel: Pixel) -> Option<Counterpart> {
    let rows = |format| Some(Counterpart { format, is_full_range: false, copy: Copy::Rows });
    let full = |format| Some(Counterpart { format, is_full_range: true, copy: Copy::Rows });
    let opaque = |format| Some(Counterpart { format, is_full_range: false, copy: Copy::Opaque });
    match pixel {
        Pixel::YUV420P => rows(PixelFormat::I420),
        Pixel::YUV422P => rows(PixelFormat::I422),
        Pixel::YUV444P => rows(PixelFormat::I444),
        Pixel::YUVJ420P => full(PixelFormat::I420),
        Pixel::YUVJ422P => full(PixelFormat::I422),
        Pixel::YUVJ444P => full(PixelFormat::I444),
        Pixel::YUVA420P => rows(PixelFormat::I420A),
        Pixel::NV12 => rows(PixelFormat::Nv12),
        Pixel::YUV420P10LE => rows(PixelFormat::I420P10),
        Pixel::YUV422P10LE => rows(PixelFormat::I422P10),
        Pixel::YUV444P10LE => rows(PixelFormat::I444P10),
        Pixel::P010LE => rows(PixelFormat::P010),
        Pixel::GRAY8 => rows(PixelFormat::Gray8),
        Pixel::RGBA => rows(PixelFormat::Rgba8),
        Pixel::BGRA => rows(PixelFormat::Bgra8),
        Pixel::RGB24 => rows(PixelFormat::Rgb24),
        Pixel::BGR24 => rows(PixelFormat::Bgr24),
        Pixel::RGBZ => opaque(PixelFormat::Rgba8),
        Pixel::BGRZ => opaque(PixelFormat::Bgra8),
        _ => None,
    }
}

/// FFmpeg's formats that hold the samples of one of ours: for full range the one that says so first.
fn names(format: PixelFormat, range: Option<Range>) -> [Pixel; 2] {
    let by_range = |plain, full| if range == Some(Range::Full) { [full, plain] } else { [plain, full] };
    match format {
        PixelFormat::I420 => by_range(Pixel::YUV420P, Pixel::YUVJ420P),
        PixelFormat::I422 => by_range(Pixel::YUV422P, Pixel::YUVJ422P),
        PixelFormat::I444 => by_range(Pixel::YUV444P, Pixel::YUVJ444P),
        // The order of its planes has no name there.
        PixelFormat::Yv12 => [Pixel::None; 2],
        PixelFormat::I420A => [Pixel::YUVA420P; 2],
        PixelFormat::Nv12 => [Pixel::NV12; 2],
        PixelFormat::I420P10 => [Pixel::YUV420P10LE; 2],
        PixelFormat::I422P10 => [Pixel::YUV422P10LE; 2],
        PixelFormat::I444P10 => [Pixel::YUV444P10LE; 2],
        PixelFormat::P010 => [Pixel::P010LE; 2],
        PixelFormat::Gray8 => [Pixel::GRAY8; 2],
        PixelFormat::Rgb24 => [Pixel::RGB24; 2],
        PixelFormat::Bgr24 => [Pixel::BGR24; 2],
        PixelFormat::Rgba8 => [Pixel::RGBA; 2],
        PixelFormat::Bgra8 => [Pixel::BGRA; 2],
        _ => [Pixel::None; 2],
    }
}

/// The name under which an encoder that takes `known` (or anything) takes pictures of a format, if it does. A format that
/// says "full range" is not used for pictures of limited range.
pub(crate) fn for_encoder(format: PixelFormat, range: Option<Range>, known: Option<&[Pixel]>) -> Option<Pixel> {
    let is_taken = |pixel: &Pixel| {
        let says_full = counterpart(*pixel).is_some_and(|counterpart| counterpart.is_full_range);
        *pixel != Pixel::None
            && (!says_full || range == Some(Range::Full))
            && known.is_none_or(|known| known.contains(pixel))
    };
    names(format, range).into_iter().find(is_taken)
}

/// Copies the visible part of a decoded picture. `None` if its planes are missing, too short or upside down.
pub(crate) fn copy(frame: &frame::Video, from: Counterpart, to: &mut FrameViewMut<'_>) -> Option<()> {
    match from.copy {
        Copy::Rows => to.copy_from(&view(frame, from.format)?).ok(),
        Copy::Opaque => {
            let (width, height) = (frame.width() as usize, frame.height() as usize);
            let (data, stride) = sys::plane(frame, 0, width * 4, height)?;
            let plane = to.plane_mut(0);
            if plane.row_bytes() != width * 4 || plane.rows() != height {
                return None;
            }
            for (y, row) in data.chunks(stride).enumerate() {
                for (pixel, source) in plane.row_mut(y).chunks_exact_mut(4).zip(row.chunks_exact(4)) {
                    pixel.copy_from_slice(&[source[0], source[1], source[2], 255]);
                }
            }
            Some(())
        }
    }
}

/// The visible part of a decoded picture; `None` if its planes are missing, too short or upside down.
pub(crate) fn view(frame: &frame::Video, format: PixelFormat) -> Option<FrameView<'_>> {
    let layout = millpond_core::video::FrameLayout::packed(format, frame.width(), frame.height()).ok()?;
    let mut planes: [(&[u8], usize); 4] = [(&[], 0); 4];
    for (index, (plane, at)) in planes.iter_mut().zip(layout.planes()).enumerate() {
        *plane = sys::plane(frame, index, at.row_bytes, at.rows)?;
    }
    FrameView::from_planes(format, frame.width(), frame.height(), &planes[..format.planes()]).ok()
}

/// The same to write; `None` also if somebody else refers to its memory.
pub(crate) fn view_mut(frame: &mut frame::Video, format: PixelFormat) -> Option<FrameViewMut<'_>> {
    let (width, height) = (frame.width(), frame.height());
    let layout = millpond_core::video::FrameLayout::packed(format, width, height).ok()?;
    let mut sizes = [(0, 0); 4];
    for (size, at) in sizes.iter_mut().zip(layout.planes()) {
        *size = (at.row_bytes, at.rows);
    }
    let [a, b, c, d] = sys::planes_mut(frame, sizes)?;
    match format.planes() {
        1 => FrameViewMut::from_planes(format, width, height, [a]),
        2 => FrameViewMut::from_planes(format, width, height, [a, b]),
        3 => FrameViewMut::from_planes(format, width, height, [a, b, c]),
        _ => FrameViewMut::from_planes(format, width, height, [a, b, c, d]),
    }
    .ok()
}

/// Chroma siting from FFmpeg's `AVChromaLocation`, which is `chroma_sample_loc_type` + 1; 0 and others are the default.
pub(crate) fn siting(chroma_location: i32) -> ChromaSiting {
    let kind = u32::try_from(chroma_location).ok().and_then(|location| location.checked_sub(1));
    kind.and_then(ChromaSiting::from_sample_loc_type).unwrap_or_default()
}
