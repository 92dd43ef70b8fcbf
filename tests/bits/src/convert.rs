//! Pictures from one format, matrix and range to another.

use millpond_core::simd::Level;
use millpond_core::video::convert::Converter;
use millpond_core::video::{Color, Matrix, PixelFormat, Range};

use crate::{Case, picture};

const BT709: Color = Color { matrix: Matrix::Bt709, range: Range::Limited };
const BT601_FULL: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

pub(crate) fn cases(level: Level) -> Vec<Case> {
    use PixelFormat::{Bgr24, Bgra8, Gray8, I420, I420A, I420P10, I422, I422P10, I444, I444P10, Nv12, P010, Rgb24};
    use PixelFormat::{Rgba8, Yv12};
    let mut cases = vec![
        case(level, (I420, BT709), (Rgba8, BT709), (1280, 720)),
        case(level, (Rgba8, BT709), (I420, BT709), (1280, 720)),
        case(level, (Nv12, BT709), (Bgra8, BT709), (1279, 719)),
        case(level, (I420, BT601_FULL), (I420, BT709), (641, 359)),
    ];
    let small = (67, 35);
    for from in [I420, Yv12, I422, I444, I420A, Nv12, I420P10, I422P10, I444P10, P010, Gray8, Rgb24, Bgr24, Bgra8] {
        cases.push(case(level, (from, BT601_FULL), (Rgba8, BT709), small));
        cases.push(case(level, (from, BT709), (Nv12, BT601_FULL), small));
    }
    for to in [Yv12, I422, I444, I420A, Nv12, Gray8, Rgb24, Bgr24, Bgra8] {
        cases.push(case(level, (Rgba8, BT709), (to, BT601_FULL), small));
    }
    cases
}

fn case(level: Level, from: (PixelFormat, Color), to: (PixelFormat, Color), (width, height): (u32, u32)) -> Case {
    let name = |(format, color): (PixelFormat, Color)| format!("{format}-{:?}-{:?}", color.matrix, color.range);
    let name = format!("convert-{}-to-{}-{width}x{height}", name(from), name(to)).to_lowercase();
    let converter = Converter::new(from, to).unwrap_or_else(|e| panic!("{name}: {e}")).with_level(level);
    let source = picture(from.0, width, height, 1);
    let mut out = picture(to.0, width, height, 2);
    Case::new(name, out.bytes().len(), move |output| {
        converter.convert_into(&source.view(), &mut out.view_mut()).unwrap_or_else(|e| panic!("{e}"));
        output.copy_from_slice(out.bytes());
    })
}
