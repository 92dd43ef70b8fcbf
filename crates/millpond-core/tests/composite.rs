//! Layers on canvases against an independent reference in floating point, and the promises that are exact.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::video::composite::{CanvasSpec, LayerPlan, PictureSpec, Placement, Span, Target};
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, Matrix, PixelFormat, Range, Siting};
use proptest::prelude::*;

fn frame(format: PixelFormat, width: u32, height: u32, mut seed: u32) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
    let ten_bit = matches!(format, PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10);
    for (index, byte) in frame.bytes_mut().iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if ten_bit && index % 2 == 1 { (seed >> 30) as u8 } else { (seed >> 24) as u8 };
    }
    frame
}

fn picture(format: PixelFormat, width: u32, height: u32) -> PictureSpec {
    PictureSpec { format, width, height, color: Color::default(), siting: ChromaSiting::default(), turns: 0 }
}

fn canvas(format: PixelFormat, width: u32, height: u32) -> CanvasSpec {
    CanvasSpec { format, width, height, color: Color::default() }
}

fn whole(value: i64) -> Rational {
    Rational::from_integer(value.into())
}

fn place(source: (i64, i64, i64, i64), x: i32, y: i32, width: u32, height: u32) -> Placement {
    Placement {
        source_x: Span { start: whole(source.0), length: whole(source.2) },
        source_y: Span { start: whole(source.1), length: whole(source.3) },
        target: Target { x, y, width, height },
    }
}

fn packed(frame: &Frame) -> Vec<u8> {
    frame.view().rows().flatten().copied().collect()
}

fn draw(canvas: &CanvasSpec, spec: PictureSpec, placement: Placement, opacity: u8, source: &Frame, seed: u32) -> Frame {
    let mut out = frame(canvas.format, canvas.width, canvas.height, seed);
    if canvas.format == PixelFormat::Rgba8 {
        out.bytes_mut().chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    }
    let mut plan = LayerPlan::new(*canvas, spec, placement, opacity).unwrap();
    plan.draw(&source.view(), true, &mut out.view_mut()).unwrap();
    out
}

#[test]
fn a_full_opaque_unscaled_picture_comes_out_byte_for_byte() {
    for (width, height) in [(16, 16), (17, 15), (1, 1), (3, 2), (64, 33)] {
        for format in [PixelFormat::I420, PixelFormat::Nv12] {
            let source = frame(format, width, height, 1);
            let placement = place((0, 0, width.into(), height.into()), 0, 0, width, height);
            let canvas = canvas(PixelFormat::I420, width, height);
            let out = draw(&canvas, picture(format, width, height), placement, 255, &source, 2);
            let planar = |plane: usize, offset: usize| -> Vec<u8> {
                (0..source.view().plane(1).rows())
                    .flat_map(|y| {
                        source.view().plane(plane).row(y).iter().skip(offset).step_by(2).copied().collect::<Vec<_>>()
                    })
                    .collect()
            };
            let expected = if format == PixelFormat::I420 {
                packed(&source)
            } else {
                let luma = (0..height as usize).flat_map(|y| source.view().plane(0).row(y).to_vec());
                luma.chain(planar(1, 0)).chain(planar(1, 1)).collect()
            };
            assert_eq!(packed(&out), expected, "{format} {width}x{height}");
        }
    }
}

#[test]
fn even_crops_are_copied_and_the_rest_of_the_canvas_is_untouched() {
    let source = frame(PixelFormat::I420, 32, 32, 5);
    let canvas = canvas(PixelFormat::I420, 24, 24);
    let out = draw(&canvas, picture(PixelFormat::I420, 32, 32), place((8, 4, 10, 6), 4, 6, 10, 6), 255, &source, 9);
    let before = frame(PixelFormat::I420, 24, 24, 9);
    for (plane, shift) in [(0, 0), (1, 1), (2, 1)] {
        for y in 0..24usize >> shift {
            for x in 0..24usize >> shift {
                let inside = (4 >> shift..14 >> shift).contains(&x) && (6 >> shift..12 >> shift).contains(&y);
                let expected = if inside {
                    source.view().plane(plane).row(y + (4 >> shift) - (6 >> shift))[x + (8 >> shift) - (4 >> shift)]
                } else {
                    before.view().plane(plane).row(y)[x]
                };
                assert_eq!(out.view().plane(plane).row(y)[x], expected, "plane {plane} at {x},{y}");
            }
        }
    }
}

/// The same pixels in a format whose samples are those of a sibling: planes swapped, words shifted, alpha 255 dropped.
fn sibling(source: &Frame, format: PixelFormat) -> Frame {
    let layout = source.layout();
    let mut out = Frame::new(FrameLayout::aligned(format, layout.width(), layout.height()).unwrap());
    let from = source.view();
    for index in 0..format.planes() {
        for y in 0..from.plane(index).rows() {
            let mut target = out.view_mut();
            match format {
                PixelFormat::Yv12 => {
                    target.plane_mut([0, 2, 1][index]).row_mut(y).copy_from_slice(from.plane(index).row(y));
                }
                PixelFormat::P010 => {
                    // Eight bits v as the ten-bit value 4·v; what stands in the six low bits must not count.
                    let row = target.plane_mut(index).row_mut(y).chunks_exact_mut(2);
                    for (word, &value) in row.zip(from.plane(index).row(y)) {
                        word.copy_from_slice(&(u16::from(value) << 8 | u16::from(value) >> 2).to_le_bytes());
                    }
                }
                _ => {
                    let row = target.plane_mut(0).row_mut(y).chunks_exact_mut(3);
                    for (pixel, from) in row.zip(from.plane(0).row(y).chunks_exact(4)) {
                        pixel.copy_from_slice(&from[..3]);
                    }
                }
            }
        }
    }
    out
}

#[test]
fn formats_that_differ_only_in_storage_draw_the_same_pixels() {
    let pairs = [
        (PixelFormat::I420, PixelFormat::Yv12),
        (PixelFormat::Nv12, PixelFormat::P010),
        (PixelFormat::Rgba8, PixelFormat::Rgb24),
        (PixelFormat::Bgra8, PixelFormat::Bgr24),
    ];
    for (known, other) in pairs {
        for (width, height) in [(16, 12), (7, 5), (1, 1)] {
            let mut source = frame(known, width, height, 31);
            if known.is_rgb() {
                source.bytes_mut().chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
            }
            let copy = sibling(&source, other);
            for to in [PixelFormat::I420, PixelFormat::Rgba8] {
                for turns in 0..4 {
                    let spec = |format| PictureSpec { turns, ..picture(format, width, height) };
                    let (w, h) = spec(known).upright_size();
                    // At its own size, which copies where that is possible, and scaled.
                    for target in [(w, h), (w * 2 + 1, h + 3)] {
                        let at = place((0, 0, w.into(), h.into()), 0, 0, target.0, target.1);
                        let canvas = canvas(to, 20, 17);
                        assert_eq!(
                            packed(&draw(&canvas, spec(other), at, 255, &copy, 3)),
                            packed(&draw(&canvas, spec(known), at, 255, &source, 3)),
                            "{other} {width}x{height} turned {turns} on {to}"
                        );
                    }
                }
            }
        }
    }
}

/// A component of a picture in floating point: the samples, where sample 0 sits and how far apart they are, in pixels.
struct Plane {
    samples: Vec<Vec<f64>>,
    origin: (f64, f64),
    step: (f64, f64),
}

/// The triangle filter of the specification, evaluated directly. `x`, `y` are positions in source pixels.
fn sample(plane: &Plane, crop: [(f64, f64); 2], scale: (f64, f64), x: f64, y: f64) -> f64 {
    let axis = |at: f64, origin: f64, step: f64, (start, length): (f64, f64), scale: f64, count: usize| {
        let center = (at - origin) / step;
        let support = (scale / step).max(1.0);
        let low = (start / step).floor().max(0.0);
        let high = ((start + length) / step).ceil().min(count as f64) - 1.0;
        let first = (center - support).floor() as i64;
        let weights: Vec<(usize, f64)> = (first..=first + 2 * support.ceil() as i64 + 2)
            .map(|index| {
                let weight = (support - (index as f64 - center).abs()).max(0.0);
                ((index as f64).clamp(low, high) as usize, weight)
            })
            .collect();
        let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
        weights.into_iter().map(|(index, weight)| (index, weight / total)).collect::<Vec<_>>()
    };
    let columns = axis(x, plane.origin.0, plane.step.0, crop[0], scale.0, plane.samples[0].len());
    let rows = axis(y, plane.origin.1, plane.step.1, crop[1], scale.1, plane.samples.len());
    rows.iter()
        .map(|&(row, weight)| weight * columns.iter().map(|&(x, weight)| weight * plane.samples[row][x]).sum::<f64>())
        .sum()
}

fn components(source: &Frame) -> Vec<Plane> {
    let view = source.view();
    let (right, down) = view.format().chroma_shift();
    let step = (f64::from(1 << right), f64::from(1 << down));
    let origin = (0.5, if down == 1 { 1.0 } else { 0.5 });
    (0..view.format().planes().min(3))
        .map(|plane| {
            let rows = view.plane(plane);
            let samples = (0..rows.rows())
                .map(|y| {
                    let row = rows.row(y);
                    match view.format() {
                        PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => row
                            .chunks_exact(2)
                            .map(|pair| f64::from(((u16::from(pair[0]) | u16::from(pair[1]) << 8) + 2) >> 2).min(255.0))
                            .collect(),
                        _ => row.iter().copied().map(f64::from).collect(),
                    }
                })
                .collect();
            let (origin, step) = if plane == 0 { ((0.5, 0.5), (1.0, 1.0)) } else { (origin, step) };
            Plane { samples, origin, step }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Scaled, cropped, clipped, half-transparent pictures on an I420 canvas, within 1.5 levels of floating point.
    #[test]
    fn yuv_layers_follow_the_reference(
        format in prop::sample::select(vec![PixelFormat::I420, PixelFormat::I422, PixelFormat::I444, PixelFormat::I420P10, PixelFormat::I444P10]),
        (width, height) in (1u32..40, 1u32..40),
        (x, y) in (-20i32..30, -20i32..30),
        (target_width, target_height) in (1u32..60, 1u32..60),
        (canvas_width, canvas_height) in (1u32..40, 1u32..40),
        opacity in prop::sample::select(vec![255u8, 128, 3]),
        fraction in 0i128..8,
        seed: u32,
    ) {
        let source = frame(format, width, height, seed);
        let canvas = canvas(PixelFormat::I420, canvas_width, canvas_height);
        let start = Rational::new(fraction, 9).min(Rational::new(i128::from(width) - 1, 1));
        let source_x = Span { start, length: Rational::from_integer(width.into()) - start };
        let source_y = Span { start: whole(0), length: whole(height.into()) };
        let target = Target { x, y, width: target_width, height: target_height };
        let out = draw(&canvas, picture(format, width, height), Placement { source_x, source_y, target }, opacity, &source, 77);
        let before = frame(PixelFormat::I420, canvas_width, canvas_height, 77);

        let float = |value: Rational| *value.numer() as f64 / *value.denom() as f64;
        let crop = [(float(source_x.start), float(source_x.length)), (0.0, f64::from(height))];
        let scale = (crop[0].1 / f64::from(target_width), crop[1].1 / f64::from(target_height));
        let alpha = f64::from(opacity) / 255.0;
        let covered = |px: i64, py: i64| {
            px < canvas_width.into() && py < canvas_height.into()
                && (i64::from(x)..i64::from(x) + i64::from(target_width)).contains(&px)
                && (i64::from(y)..i64::from(y) + i64::from(target_height)).contains(&py)
        };
        for (index, plane) in components(&source).iter().enumerate() {
            let halved = index > 0;
            for row in 0..out.view().plane(index).rows() {
                for column in 0..out.view().plane(index).row_bytes() {
                    let (px, py, coverage) = if halved {
                        let mut count = 0.0;
                        for dy in 0..2 {
                            for dx in 0..2 {
                                // Beyond an odd edge the last pixel counts again.
                                let cx = (2 * column as i64 + dx).min(i64::from(canvas_width) - 1);
                                let cy = (2 * row as i64 + dy).min(i64::from(canvas_height) - 1);
                                count += if covered(cx, cy) { 0.25 } else { 0.0 };
                            }
                        }
                        (2.0 * column as f64 + 0.5, 2.0 * row as f64 + 1.0, count)
                    } else {
                        (column as f64 + 0.5, row as f64 + 0.5, if covered(column as i64, row as i64) { 1.0 } else { 0.0 })
                    };
                    let sx = crop[0].0 + (px - f64::from(x)) * scale.0;
                    let sy = crop[1].0 + (py - f64::from(y)) * scale.1;
                    // A chroma sample of the canvas stands for two pixels.
                    let step = if halved { 2.0 } else { 1.0 };
                    let value = sample(plane, crop, (scale.0 * step, scale.1 * step), sx, sy);
                    let old = f64::from(before.view().plane(index).row(row)[column]);
                    let expected = value * alpha * coverage + old * (1.0 - alpha * coverage);
                    let got = f64::from(out.view().plane(index).row(row)[column]);
                    prop_assert!((got - expected).abs() <= 1.5, "plane {index} at {column},{row}: {got} against {expected}");
                    if coverage == 0.0 {
                        prop_assert_eq!(got, old);
                    }
                }
            }
        }
    }

    /// Turning inside the plan gives the same bytes as drawing a picture that was turned before.
    #[test]
    fn turned_pictures_equal_pictures_turned_beforehand(
        format in prop::sample::select(vec![PixelFormat::I444, PixelFormat::Rgba8, PixelFormat::Gray8]),
        to in prop::sample::select(vec![PixelFormat::I420, PixelFormat::Rgba8]),
        turns in 0u8..4,
        (width, height) in (1u32..20, 1u32..20),
        (x, y) in (-6i32..10, -6i32..10),
        (target_width, target_height) in (1u32..30, 1u32..30),
        seed: u32,
    ) {
        let stored = frame(format, width, height, seed);
        let (w, h) = if turns % 2 == 0 { (width, height) } else { (height, width) };
        let mut upright = Frame::new(FrameLayout::aligned(format, w, h).unwrap());
        let bytes = if format == PixelFormat::Rgba8 { 4 } else { 1 };
        for plane in 0..format.planes() {
            for row in 0..height as usize {
                for column in 0..width as usize {
                    let (tx, ty) = match turns {
                        0 => (column, row),
                        1 => (height as usize - 1 - row, column),
                        2 => (width as usize - 1 - column, height as usize - 1 - row),
                        _ => (row, width as usize - 1 - column),
                    };
                    let pixel = stored.view().plane(plane).row(row)[column * bytes..(column + 1) * bytes].to_vec();
                    upright.view_mut().plane_mut(plane).row_mut(ty)[tx * bytes..(tx + 1) * bytes].copy_from_slice(&pixel);
                }
            }
        }
        let placement = place((0, 0, w.into(), h.into()), x, y, target_width, target_height);
        let canvas = canvas(to, 16, 15);
        let turned = draw(&canvas, PictureSpec { turns, ..picture(format, width, height) }, placement, 200, &stored, 4);
        let before = draw(&canvas, picture(format, w, h), placement, 200, &upright, 4);
        prop_assert_eq!(packed(&turned), packed(&before));
    }

    /// An RGBA picture at its own size on an RGBA canvas is the blend formula, pixel by pixel.
    #[test]
    fn rgba_over_rgba_is_the_formula(
        (width, height) in (1u32..20, 1u32..20), (x, y) in (-10i32..20, -10i32..20), opacity: u8, seed: u32,
    ) {
        let source = frame(PixelFormat::Rgba8, width, height, seed);
        let canvas = canvas(PixelFormat::Rgba8, 17, 13);
        let placement = place((0, 0, width.into(), height.into()), x, y, width, height);
        let out = draw(&canvas, picture(PixelFormat::Rgba8, width, height), placement, opacity, &source, 11);
        let before = draw(&canvas, picture(PixelFormat::Rgba8, width, height), placement, 0, &source, 11);
        for row in 0..13i32 {
            for column in 0..17i32 {
                let at = |frame: &Frame, x: i32, y: i32| frame.view().plane(0).row(y as usize)[4 * x as usize..][..4].to_vec();
                let old = at(&before, column, row);
                let inside = (x..x + width as i32).contains(&column) && (y..y + height as i32).contains(&row);
                let expected = if inside {
                    let new = at(&source, column - x, row - y);
                    let alpha = (u32::from(new[3]) * u32::from(opacity) + 127) / 255;
                    let mix = |c: usize| ((u32::from(new[c]) * alpha + u32::from(old[c]) * (255 - alpha) + 127) / 255) as u8;
                    vec![mix(0), mix(1), mix(2), 255]
                } else {
                    old
                };
                prop_assert_eq!(at(&out, column, row), expected);
            }
        }
    }
}

/// CONTRACTS: chroma weighted by alpha, chroma alpha the rounded mean; worked by hand for one cell.
#[test]
fn the_chroma_of_an_rgba_layer_is_weighted_by_alpha() {
    let mut source = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 2, 2).unwrap());
    // Opaque red above nothing (whose hidden green must not count), half blue beside nothing.
    source.bytes_mut().copy_from_slice(&[255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 128, 0, 255, 0, 0]);
    let canvas = canvas(PixelFormat::I420, 2, 2);
    let mut out = Frame::new(FrameLayout::aligned(PixelFormat::I420, 2, 2).unwrap());
    out.view_mut().fill(Color::default(), [0, 0, 0, 255]);
    let mut plan =
        LayerPlan::new(canvas, picture(PixelFormat::Rgba8, 2, 2), place((0, 0, 2, 2), 0, 0, 2, 2), 255).unwrap();
    plan.draw(&source.view(), true, &mut out.view_mut()).unwrap();
    // Mean colour weighted by 255 and 128: R = 255·255/383 = 169.8 -> 170, B = 255·128/383 = 85.2 -> 85.
    // BT.709 limited of (170, 0, 85): Cb = 128 + 224/255·(85 − Y)/1.8556, Y = 0.2126·170 + 0.0722·85 = 42.28 -> 148.2;
    // Cr = 128 + 224/255·(170 − Y)/1.5748 = 199.2. Alpha = (255 + 128 + 2) >> 2 = 96.
    let mix = |value: u32| ((value * 96 + 128 * 159 + 127) / 255) as u8;
    assert_eq!([out.view().plane(1).row(0)[0], out.view().plane(2).row(0)[0]], [mix(148), mix(199)]);
    // Luma of the four pixels: red 63, black 16, blue 32 at alpha 128, black.
    assert_eq!(out.view().plane(0).row(0), [63, 16]);
    assert_eq!(out.view().plane(0).row(1), [((32 * 128 + 16 * 127 + 127) / 255) as u8, 16]);
}

#[test]
fn other_colours_are_converted_on_the_way() {
    // Full-range BT.601 white and red on a BT.709 limited canvas.
    let spec =
        PictureSpec { color: Color { matrix: Matrix::Bt601, range: Range::Full }, ..picture(PixelFormat::I444, 2, 2) };
    let mut source = Frame::new(FrameLayout::packed(PixelFormat::I444, 2, 2).unwrap());
    for (plane, value) in [(0, 76), (1, 85), (2, 255)] {
        for y in 0..2 {
            source.view_mut().plane_mut(plane).row_mut(y).fill(value);
        }
    }
    let canvas = canvas(PixelFormat::I420, 2, 2);
    let out = draw(&canvas, spec, place((0, 0, 2, 2), 0, 0, 2, 2), 255, &source, 1);
    // BT.709 limited red is (63, 102, 240).
    let got = [out.view().plane(0).row(0)[0], out.view().plane(1).row(0)[0], out.view().plane(2).row(0)[0]];
    for (got, expected) in got.into_iter().zip([63u8, 102, 240]) {
        assert!(got.abs_diff(expected) <= 1, "{got} against {expected}");
    }
}

#[test]
fn sited_chroma_moves_with_its_siting() {
    let source = frame(PixelFormat::I420, 16, 16, 21);
    let canvas = canvas(PixelFormat::Rgba8, 16, 16);
    let placement = place((0, 0, 16, 16), 0, 0, 16, 16);
    let left = draw(&canvas, picture(PixelFormat::I420, 16, 16), placement, 255, &source, 1);
    let siting = ChromaSiting { horizontal: Siting::Middle, vertical: Siting::Middle };
    let middle =
        draw(&canvas, PictureSpec { siting, ..picture(PixelFormat::I420, 16, 16) }, placement, 255, &source, 1);
    assert_ne!(packed(&left), packed(&middle));
}

#[test]
fn wrong_pictures_canvases_and_places_are_refused() {
    let spec = picture(PixelFormat::I420, 8, 8);
    let target = canvas(PixelFormat::I420, 8, 8);
    let placement = place((0, 0, 8, 8), 0, 0, 8, 8);
    let mut plan = LayerPlan::new(target, spec, placement, 255).unwrap();
    let mut out = frame(PixelFormat::I420, 8, 8, 1);
    let other = frame(PixelFormat::I420, 8, 6, 1);
    assert_eq!(plan.draw(&other.view(), true, &mut out.view_mut()).unwrap_err().code(), "E_MISMATCH");
    let source = frame(PixelFormat::I420, 8, 8, 1);
    let mut small = frame(PixelFormat::I420, 8, 6, 1);
    assert_eq!(plan.draw(&source.view(), true, &mut small.view_mut()).unwrap_err().code(), "E_MISMATCH");
    let code = |canvas, spec, placement| LayerPlan::new(canvas, spec, placement, 255).unwrap_err().code();
    assert_eq!(code(canvas(PixelFormat::I422, 8, 8), spec, placement), "E_UNSUPPORTED_FORMAT");
    assert_eq!(code(target, picture(PixelFormat::I420, 0, 8), placement), "E_BAD_SIZE");
    assert_eq!(code(target, spec, place((0, 0, 8, 8), 0, 0, 8, 40_000)), "E_BAD_SIZE");
    assert_eq!(code(target, spec, place((0, 0, 0, 8), 0, 0, 8, 8)), "E_BAD_PARAMETER");
    // Wholly outside is fine and draws nothing.
    let before = packed(&out);
    let mut plan = LayerPlan::new(target, spec, place((0, 0, 8, 8), -8, 0, 8, 8), 255).unwrap();
    plan.draw(&source.view(), true, &mut out.view_mut()).unwrap();
    assert_eq!(packed(&out), before);
}
