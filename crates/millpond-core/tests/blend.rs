//! Blending against the formulas in floating point, masks against their definition, and what is refused.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::video::blend::{Alpha, Blend, Mode, feathered_ellipse, feathered_rectangle, premultiply_into};
use millpond_core::video::composite::Target;
use millpond_core::video::{Frame, FrameLayout, PixelFormat};

fn frame(format: PixelFormat, width: u32, height: u32, bytes: &[u8]) -> Frame {
    let mut frame = Frame::new(FrameLayout::packed(format, width, height).unwrap());
    frame.bytes_mut().copy_from_slice(bytes);
    frame
}

/// Draws one pixel of `picture` over one of `canvas`.
fn over(blend: Blend, picture: [u8; 4], canvas: [u8; 4]) -> [u8; 4] {
    let mut out = frame(PixelFormat::Rgba8, 1, 1, &canvas);
    blend.draw(&frame(PixelFormat::Rgba8, 1, 1, &picture).view(), (0, 0), &mut out.view_mut()).unwrap();
    out.bytes().try_into().unwrap()
}

/// W3C Compositing and Blending Level 1, section 9.1, on 0 to 1; `B(Cb, Cs)`.
fn formula(mode: Mode, cb: f64, cs: f64) -> f64 {
    let multiply = |a: f64, b: f64| a * b;
    let screen = |a: f64, b: f64| a + b - a * b;
    match mode {
        Mode::Normal => cs,
        Mode::Multiply => multiply(cb, cs),
        Mode::Screen => screen(cb, cs),
        // Hard light with the layers exchanged.
        Mode::Overlay if cb <= 0.5 => multiply(cs, 2.0 * cb),
        Mode::Overlay => screen(cs, 2.0 * cb - 1.0),
        Mode::Darken => cb.min(cs),
        Mode::Lighten => cb.max(cs),
        Mode::Difference => (cb - cs).abs(),
        _ => unreachable!("{mode:?} has no B"),
    }
}

#[test]
fn modes_are_those_of_the_w3c() {
    for mode in Mode::ALL {
        let blend = Blend::default().with_mode(mode);
        for src in (0..=255u8).step_by(3) {
            for dst in (0..=255u8).step_by(5) {
                for alpha in [0u8, 1, 100, 128, 254, 255] {
                    let [cs, cb, a] = [src, dst, alpha].map(|value| f64::from(value) / 255.0);
                    let exact = match mode {
                        Mode::PlusLighter => (cs * a + cb).min(1.0),
                        mode => (1.0 - a) * cb + a * formula(mode, cb, cs),
                    };
                    let got = over(blend, [src, src, src, alpha], [dst, dst, dst, 9]);
                    // A rounding for the mode and one for alpha.
                    let error = (f64::from(got[0]) - 255.0 * exact).abs();
                    let bound = if mode == Mode::Normal { 0.5 } else { 1.0 };
                    assert!(error <= bound + 1e-9, "{mode:?} {src} over {dst} at {alpha}: {got:?}, {}", 255.0 * exact);
                    assert_eq!([got[1], got[2], got[3]], [got[0], got[0], 9]);
                    if alpha == 0 {
                        assert_eq!(got[0], dst);
                    }
                }
            }
        }
    }
}

#[test]
fn source_over_is_exact_for_every_triple() {
    // One row has every canvas value, so every level's vectors and rest take part.
    let canvas: Vec<u8> = (0..=255u8).flat_map(|value| [value; 4]).collect();
    for alpha in 0..=255u8 {
        for src in (0..=255u8).step_by(15).chain([1, 127, 128, 254]) {
            let picture: Vec<u8> = (0..256).flat_map(|_| [src, src, src, alpha]).collect();
            let mut out = frame(PixelFormat::Rgba8, 256, 1, &canvas);
            let picture = frame(PixelFormat::Rgba8, 256, 1, &picture);
            Blend::default().draw(&picture.view(), (0, 0), &mut out.view_mut()).unwrap();
            for (dst, got) in (0..=255u32).zip(out.bytes().as_chunks::<4>().0) {
                let (s, a) = (u32::from(src), u32::from(alpha));
                let expected = ((s * a + dst * (255 - a) + 127) / 255) as u8;
                assert_eq!(*got, [expected, expected, expected, dst as u8], "{src} over {dst} at {alpha}");
            }
        }
    }
}

#[test]
fn premultiplied_pictures_blend_all_four_channels() {
    let blend = Blend::default().with_alpha(Alpha::Premultiplied);
    let mul = |a: u8, b: u8| ((u32::from(a) * u32::from(b) + 127) / 255) as u8;
    for alpha in (0..=255u8).step_by(3) {
        for dst in (0..=255u8).step_by(5) {
            for opacity in [255, 100] {
                let picture = [alpha, alpha / 2, 0, alpha];
                let canvas = [dst, 255 - dst, 7, 200];
                let scaled = picture.map(|value| mul(value, opacity));
                let expected = [0, 1, 2, 3].map(|c| scaled[c].saturating_add(mul(canvas[c], 255 - scaled[3])));
                assert_eq!(over(blend.with_opacity(opacity), picture, canvas), expected);
            }
        }
    }
    let straight = frame(PixelFormat::Bgra8, 2, 1, &[200, 100, 1, 128, 255, 3, 9, 0]);
    let mut out = Frame::new(*straight.layout());
    premultiply_into(&straight.view(), &mut out.view_mut()).unwrap();
    assert_eq!(out.bytes(), [100, 50, 1, 128, 0, 0, 0, 0]);
}

#[test]
fn rectangles_are_filled_inside_the_canvas() {
    let mut canvas = frame(PixelFormat::Rgba8, 3, 2, &[10; 24]);
    let rect = Target { x: -5, y: 1, width: 7, height: 40 };
    Blend::default().with_opacity(128).fill([210, 110, 10, 255], rect, &mut canvas.view_mut()).unwrap();
    let mixed = [110, 60, 10, 10];
    assert_eq!(canvas.bytes().as_chunks::<4>().0, [[10; 4], [10; 4], [10; 4], mixed, mixed, [10; 4]]);
}

#[test]
fn masks_are_symmetric_full_inside_and_soft_at_the_edge() {
    for (width, height, feather) in [(40u32, 30u32, 5u32), (33, 31, 4), (1, 1, 0), (8, 64, 3), (9, 9, 0)] {
        for (is_ellipse, mask) in
            [(false, feathered_rectangle(width, height, feather)), (true, feathered_ellipse(width, height, feather))]
        {
            let mask = mask.unwrap();
            let at = |x: u32, y: u32| mask.view().plane(0).row(y as usize)[x as usize];
            assert_eq!(at(width / 2, height / 2), 255, "{width}x{height}");
            for y in 0..height {
                for x in 0..width {
                    assert_eq!(at(x, y), at(width - 1 - x, y));
                    assert_eq!(at(x, y), at(x, height - 1 - y));
                    let (fx, fy) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                    let ramp = |d: f64| (d / f64::from(feather)).clamp(0.0, 1.0) * 255.0;
                    let (w, h) = (f64::from(width), f64::from(height));
                    let expected = match (is_ellipse, feather) {
                        (false, 0) => 255.0,
                        (false, _) => ramp(fx.min(w - fx)) * ramp(fy.min(h - fy)) / 255.0,
                        (true, 0) => {
                            let r = (2.0 * fx / w - 1.0).powi(2) + (2.0 * fy / h - 1.0).powi(2);
                            if (r - 1.0).abs() < 1e-6 {
                                continue;
                            } else if r < 1.0 {
                                255.0
                            } else {
                                0.0
                            }
                        }
                        (true, _) => {
                            let r = ((2.0 * fx / w - 1.0).powi(2) + (2.0 * fy / h - 1.0).powi(2)).sqrt();
                            ramp((1.0 - r) * w.min(h) / 2.0)
                        }
                    };
                    let got = f64::from(at(x, y));
                    assert!((got - expected).abs() <= 1.5, "{width}x{height}/{feather} {x},{y}: {got} {expected}");
                }
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_drawn() {
    let rgba = frame(PixelFormat::Rgba8, 2, 2, &[200; 16]);
    let bgra = frame(PixelFormat::Bgra8, 2, 2, &[200; 16]);
    let gray = frame(PixelFormat::Gray8, 2, 1, &[9; 2]);
    let mut canvas = frame(PixelFormat::Rgba8, 2, 2, &[1; 16]);
    let mut i420 = Frame::new(FrameLayout::packed(PixelFormat::I420, 2, 2).unwrap());
    let blend = Blend::default();
    let premultiplied = blend.with_alpha(Alpha::Premultiplied).with_mode(Mode::Screen);
    let whole = Target { x: 0, y: 0, width: 2, height: 2 };
    let codes = [
        blend.draw(&bgra.view(), (0, 0), &mut canvas.view_mut()),
        blend.draw(&rgba.view(), (0, 0), &mut i420.view_mut()),
        blend.draw_masked(&rgba.view(), &gray.view(), (0, 0), &mut canvas.view_mut()),
        premultiplied.draw(&rgba.view(), (0, 0), &mut canvas.view_mut()),
        blend.with_mode(Mode::Multiply).fill([1; 4], whole, &mut canvas.view_mut()),
        premultiply_into(&gray.view(), &mut canvas.view_mut()),
    ]
    .map(|result| result.unwrap_err().code());
    let [mismatch, format, parameter] = ["E_MISMATCH", "E_UNSUPPORTED_FORMAT", "E_BAD_PARAMETER"];
    assert_eq!(codes, [mismatch, format, mismatch, parameter, parameter, format]);
    assert_eq!(canvas.bytes(), [1; 16]);
    for at in [(i32::MAX, 0), (i32::MIN, i32::MIN), (0, 2), (-2, 0)] {
        blend.draw(&rgba.view(), at, &mut canvas.view_mut()).unwrap();
        assert_eq!(canvas.bytes(), [1; 16], "{at:?}");
    }
    assert_eq!(feathered_ellipse(0, 5, 1).unwrap_err().code(), "E_BAD_SIZE");
    assert_eq!(feathered_rectangle(5, 40_000, 1).unwrap_err().code(), "E_BAD_SIZE");
    assert!(feathered_rectangle(3, 3, u32::MAX).is_ok());
}
