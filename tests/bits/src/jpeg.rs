//! JPEG files, whole and by strips.

use millpond_core::simd::Level;
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{HuffmanTables, JpegEncoder, JpegOptions, JpegStrips, Subsampling};
use millpond_core::video::{Color, Frame, FrameLayout, Matrix, PixelFormat, Range};

use crate::{Case, Noise};

const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

pub(crate) fn cases(level: Level) -> Vec<Case> {
    use PixelFormat::{Gray8, I420, I444, Nv12, Rgb24, Rgba8};
    let standard = JpegOptions::default();
    let optimised = JpegOptions { huffman: HuffmanTables::Optimised, quality: 93, ..standard };
    let full = JpegOptions { subsampling: Subsampling::Yuv444, restart_interval: 7, ..standard };
    let half = JpegOptions { subsampling: Subsampling::Yuv422, quality: 30, ..standard };
    let gray = JpegOptions { subsampling: Subsampling::Gray, quality: 100, ..standard };
    vec![
        whole(level, I420, (1920, 1080), JFIF, &standard),
        whole(level, I420, (1920, 1080), Color::default(), &standard),
        whole(level, Rgba8, (1920, 1080), JFIF, &standard),
        whole(level, Nv12, (333, 217), Color::default(), &optimised),
        whole(level, Rgb24, (67, 61), JFIF, &half),
        whole(level, I444, (129, 35), JFIF, &full),
        whole(level, Gray8, (50, 77), JFIF, &gray),
        strips(level, (1920, 1080), &standard),
    ]
}

/// A picture such as cameras make: slopes, edges and a little noise.
///
/// # Panics
/// For a size that no frame can have.
pub fn scenery(format: PixelFormat, width: u32, height: u32) -> Frame {
    let layout = FrameLayout::aligned(format, width, height).unwrap_or_else(|e| panic!("{width}x{height}: {e}"));
    let mut frame = Frame::new(layout);
    let mut noise = Noise::new(17);
    for index in 0..format.planes() {
        let bytes = format.sample_bytes(index);
        let mut view = frame.view_mut();
        let plane = view.plane_mut(index);
        for y in 0..plane.rows() {
            for (at, sample) in plane.row_mut(y).iter_mut().enumerate() {
                let x = at / bytes;
                let slope = (x + 2 * y) / (8 + at % bytes) % 200;
                let edge = if (x / 40 + y / 24).is_multiple_of(5) { 40 } else { 0 };
                *sample = (slope + edge + noise.next_u32() as usize % 6) as u8;
            }
        }
    }
    frame
}

fn whole(
    level: Level,
    format: PixelFormat,
    (width, height): (u32, u32),
    color: Color,
    options: &JpegOptions<'_>,
) -> Case {
    let kind = if color == JFIF { "full" } else { "limited" };
    let name = format!("jpeg-{format}-{kind}-{width}x{height}-q{}", options.quality);
    let encoder = JpegEncoder::new(format, width, height, color, options).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut encoder = encoder.with_level(level);
    let picture = scenery(format, width, height);
    Case::new(name, encoder.max_len(), move |output| {
        encoder.encode_into(&picture.view(), output).unwrap_or_else(|e| panic!("{e}"));
    })
}

/// A patch that is coded again each time.
fn strips(level: Level, (width, height): (u32, u32), options: &JpegOptions<'_>) -> Case {
    let name = format!("jpeg-strips-200x200-of-{width}x{height}");
    let strips = JpegStrips::new(PixelFormat::I420, width, height, JFIF, options);
    let mut strips = strips.unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    let picture = scenery(PixelFormat::I420, width, height);
    let changed = [Target { x: 700, y: 420, width: 200, height: 200 }];
    Case::new(name, strips.max_len(), move |output| {
        strips.encode_into(&picture.view(), &changed, output).unwrap_or_else(|e| panic!("{e}"));
    })
}
