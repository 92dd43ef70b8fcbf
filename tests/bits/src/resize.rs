//! Pictures made smaller and larger.

use millpond_core::simd::Level;
use millpond_core::video::resize::{Alpha, Filter, FloatResizer, FloatSpec, ResizeSpec, Resizer};
use millpond_core::video::{Frame, FrameLayout, PixelFormat};

use crate::{Case, Noise, picture};

pub(crate) fn cases(level: Level) -> Vec<Case> {
    use Filter::{Bilinear, BilinearAntialiased, Box, CatmullRom, Lanczos3, Nearest};
    use PixelFormat::{Gray8, I420, I420A, I422, I444, Nv12, Rgb24, Rgba8};
    let (hd, uhd) = ((1920, 1080), (3840, 2160));
    vec![
        case(Rgba8, (320, 320), (200, 200), BilinearAntialiased, Alpha::Ignored, level),
        case(Rgba8, (320, 320), (200, 200), BilinearAntialiased, Alpha::Straight, level),
        case(Rgba8, (320, 320), (200, 200), Lanczos3, Alpha::Straight, level),
        case(Rgba8, (101, 77), (333, 211), CatmullRom, Alpha::Premultiplied, level),
        case(Rgba8, uhd, hd, Bilinear, Alpha::Ignored, level),
        case(Rgba8, uhd, hd, BilinearAntialiased, Alpha::Ignored, level),
        case(Rgb24, hd, (320, 320), Lanczos3, Alpha::Ignored, level),
        case(I420, hd, (320, 180), BilinearAntialiased, Alpha::Ignored, level),
        case(Nv12, (1280, 720), hd, Bilinear, Alpha::Ignored, level),
        case(I422, (641, 359), (200, 500), Box, Alpha::Ignored, level),
        case(I444, (99, 101), (250, 40), CatmullRom, Alpha::Ignored, level),
        case(I420A, (99, 101), (33, 77), Lanczos3, Alpha::Ignored, level),
        case(Gray8, (640, 480), (123, 77), Nearest, Alpha::Ignored, level),
        float(3, (320, 200), (123, 77), Lanczos3),
    ]
}

fn case(
    format: PixelFormat,
    source: (u32, u32),
    target: (u32, u32),
    filter: Filter,
    alpha: Alpha,
    level: Level,
) -> Case {
    let name =
        format!("resize-{format}-{}x{}-to-{}x{}-{filter:?}-alpha-{alpha:?}", source.0, source.1, target.0, target.1)
            .to_lowercase();
    let spec = ResizeSpec { filter, alpha, ..ResizeSpec::new(format, source, target) };
    let mut resizer = Resizer::new(spec).unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    let from = picture(format, source.0, source.1, 1);
    let layout = FrameLayout::packed(format, target.0, target.1).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut to = Frame::new(layout);
    Case::new(name, layout.size(), move |output| {
        resizer.resize_into(&from.view(), &mut to.view_mut()).unwrap_or_else(|e| panic!("{e}"));
        output.copy_from_slice(to.bytes());
    })
}

fn float(channels: usize, source: (u32, u32), target: (u32, u32), filter: Filter) -> Case {
    let name = format!("resize-f32x{channels}-{}x{}-to-{}x{}-{filter:?}", source.0, source.1, target.0, target.1);
    let spec = FloatSpec { filter, ..FloatSpec::new(channels, source, target) };
    let mut resizer = FloatResizer::new(spec).unwrap_or_else(|e| panic!("{name}: {e}"));
    let width = source.0 as usize * channels;
    let mut noise = Noise::new(1);
    let from: Vec<f32> = (0..width * source.1 as usize).map(|_| noise.next_f32()).collect();
    let out_width = target.0 as usize * channels;
    Case::floats(name.to_lowercase(), out_width * target.1 as usize, move |output| {
        resizer.resize_into(&from, width, output, out_width).unwrap_or_else(|e| panic!("{e}"));
    })
}
