//! Layers drawn on a canvas.

use millpond_core::Rational;
use millpond_core::simd::Level;
use millpond_core::video::composite::{CanvasSpec, Layer, LayerPlan, PictureSpec, Placement, Span, Target};
use millpond_core::video::{ChromaSiting, Color, PixelFormat};

use crate::{Case, picture};

pub(crate) fn cases(level: Level) -> Vec<Case> {
    use PixelFormat::{I420, Nv12, Rgba8};
    vec![
        case(level, I420, (1280, 720), (I420, 1280, 720), (0, 0, 1280, 720), 255),
        case(level, I420, (1280, 720), (I420, 1280, 720), (100, 50, 320, 180), 255),
        case(level, I420, (1279, 719), (I420, 1279, 719), (-3, -5, 1111, 777), 200),
        case(level, I420, (1280, 720), (Rgba8, 320, 320), (41, 33, 200, 200), 204),
        case(level, Nv12, (639, 481), (Rgba8, 320, 320), (41, 33, 200, 200), 204),
        case(level, Nv12, (1280, 720), (Nv12, 1280, 720), (0, 0, 1280, 720), 255),
        case(level, Rgba8, (641, 359), (PixelFormat::I444P10, 333, 77), (3, 5, 99, 111), 255),
        case(level, Rgba8, (1280, 720), (Rgba8, 320, 320), (700, 500, 320, 320), 255),
    ]
}

fn case(
    level: Level,
    canvas_format: PixelFormat,
    (width, height): (u32, u32),
    (format, source_width, source_height): (PixelFormat, u32, u32),
    (x, y, target_width, target_height): (i32, i32, u32, u32),
    opacity: u8,
) -> Case {
    let name = format!(
        "composite-{format}-{source_width}x{source_height}-to-{target_width}x{target_height}-on-{canvas_format}-{width}x{height}"
    );
    let color = Color::default();
    let whole = |len: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(i128::from(len)) };
    let mut plan = LayerPlan::of(
        CanvasSpec { format: canvas_format, width, height, color },
        &Layer {
            opacity,
            level,
            ..Layer::new(
                PictureSpec {
                    format,
                    width: source_width,
                    height: source_height,
                    color,
                    siting: ChromaSiting::default(),
                    turns: 0,
                },
                Placement {
                    source_x: whole(source_width),
                    source_y: whole(source_height),
                    target: Target { x, y, width: target_width, height: target_height },
                },
            )
        },
    )
    .unwrap_or_else(|e| panic!("{name}: {e}"));
    let source = picture(format, source_width, source_height, 1);
    let background = picture(canvas_format, width, height, 2);
    let mut canvas = picture(canvas_format, width, height, 3);
    Case::new(name, canvas.bytes().len(), move |output| {
        canvas.bytes_mut().copy_from_slice(background.bytes());
        plan.draw(&source.view(), true, &mut canvas.view_mut()).unwrap_or_else(|e| panic!("{e}"));
        output.copy_from_slice(canvas.bytes());
    })
}
