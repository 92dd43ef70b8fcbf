//! Blend modes on Y'CbCr canvases against the W3C formulas in floating point, and against an RGBA canvas.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::video::blend::Mode;
use millpond_core::video::composite::{CanvasSpec, Layer, LayerPlan, PictureSpec, Placement, Span, Target};
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, PixelFormat};

const SIDE: u32 = 16;

/// Compositing and Blending Level 1, section 9.1; `s` and `d` from 0 to 1.
fn formula(mode: Mode, s: f64, d: f64) -> f64 {
    match mode {
        Mode::Multiply => s * d,
        Mode::Screen => s + d - s * d,
        Mode::Overlay if d <= 0.5 => s * 2.0 * d,
        Mode::Overlay => s + (2.0 * d - 1.0) - s * (2.0 * d - 1.0),
        Mode::Darken => s.min(d),
        Mode::Lighten => s.max(d),
        Mode::Difference => (s - d).abs(),
        Mode::PlusLighter => (s + d).min(1.0),
        _ => s,
    }
}

fn layer(mode: Mode, opacity: u8) -> Layer<'static> {
    let span = Span { start: Rational::from_integer(0), length: Rational::from_integer(SIDE.into()) };
    let (format, color) = (PixelFormat::Rgba8, Color::default());
    let siting = ChromaSiting::default();
    let picture = PictureSpec { format, width: SIDE, height: SIDE, color, siting, turns: 0 };
    let target = Target { x: 0, y: 0, width: SIDE, height: SIDE };
    Layer { mode, opacity, ..Layer::new(picture, Placement { source_x: span, source_y: span, target }) }
}

fn canvas(format: PixelFormat) -> (CanvasSpec, Frame) {
    let spec = CanvasSpec { format, width: SIDE, height: SIDE, color: Color::default() };
    (spec, Frame::new(FrameLayout::aligned(format, SIDE, SIDE).unwrap()))
}

fn grey(value: u8, alpha: u8) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(PixelFormat::Rgba8, SIDE, SIDE).unwrap());
    frame.view_mut().fill(Color::default(), [value, value, value, alpha]);
    frame
}

#[test]
fn greys_follow_the_formulas_on_every_canvas() {
    for format in [PixelFormat::I420, PixelFormat::Nv12] {
        for mode in Mode::ALL {
            for opacity in [255u8, 100] {
                let (spec, mut out) = canvas(format);
                let mut plan = LayerPlan::of(spec, &layer(mode, opacity)).unwrap();
                for s in (0..=255u8).step_by(15) {
                    for luma in (16..=235u8).step_by(9) {
                        for plane in 0..format.planes() {
                            let value = if plane == 0 { luma } else { 128 };
                            let rows = out.view().plane(plane).rows();
                            (0..rows).for_each(|y| out.view_mut().plane_mut(plane).row_mut(y).fill(value));
                        }
                        plan.draw(&grey(s, 255).view(), true, &mut out.view_mut()).unwrap();
                        let d = f64::from(luma - 16) / 219.0;
                        let alpha = f64::from(opacity) / 255.0;
                        let mixed = alpha * formula(mode, f64::from(s) / 255.0, d) + (1.0 - alpha) * d;
                        let (got, expected) = (f64::from(out.view().plane(0).row(5)[7]), 16.0 + 219.0 * mixed);
                        assert!(
                            (got - expected).abs() <= 2.0,
                            "{mode:?} {format} s {s} d {luma}: {got}, not {expected}"
                        );
                        assert!(out.view().plane(1).row(3)[..8].iter().all(|&chroma| chroma.abs_diff(128) <= 1));
                    }
                }
            }
        }
    }
}

#[test]
fn where_nothing_is_drawn_nothing_changes() {
    for mode in Mode::ALL {
        let (spec, mut out) = canvas(PixelFormat::I420);
        for (index, byte) in out.bytes_mut().iter_mut().enumerate() {
            *byte = (index * 37) as u8;
        }
        let before: Vec<u8> = out.view().rows().flatten().copied().collect();
        let mut plan = LayerPlan::of(spec, &layer(mode, 255)).unwrap();
        plan.draw(&grey(200, 0).view(), true, &mut out.view_mut()).unwrap();
        assert!(out.view().rows().flatten().copied().eq(before), "{mode:?}");
    }
}
