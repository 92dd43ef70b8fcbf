//! The compositor draws only what changed and gives the same bytes as drawing every layer over the background.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::simd::Level;
use millpond_core::video::blend::{Mode, feathered_ellipse, feathered_rectangle};
use millpond_core::video::composite::{
    Canvas, CanvasSpec, Compositor, Layer, LayerPlan, PictureSpec, Placement, Shown, Span, Target,
};
use millpond_core::video::resize::Filter;
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, FrameView, Matrix, PixelFormat, Range};
use proptest::prelude::*;

fn frame(format: PixelFormat, width: u32, height: u32, mut seed: u32) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
    for byte in frame.bytes_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if seed >> 30 == 0 { 255 } else { (seed >> 24) as u8 };
    }
    frame
}

fn canvas_spec(format: PixelFormat, width: u32, height: u32) -> CanvasSpec {
    CanvasSpec { format, width, height, color: Color::default() }
}

fn layer(format: PixelFormat, color: Color, size: (u32, u32), target: Target) -> Layer<'static> {
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    let (width, height) = size;
    let picture = PictureSpec { format, width, height, color, siting: ChromaSiting::default(), turns: 0 };
    Layer::new(picture, Placement { source_x: span(width), source_y: span(height), target })
}

fn packed(view: &FrameView<'_>) -> Vec<u8> {
    view.rows().flatten().copied().collect()
}

#[derive(Clone, Debug)]
struct Given {
    format: PixelFormat,
    other_color: bool,
    size: (u32, u32),
    target: Target,
    opacity: u8,
    clip: Option<Target>,
    mask: u8,
    z: i32,
    mode: Mode,
    filter: Filter,
}

fn target(size: std::ops::Range<u32>) -> impl Strategy<Value = Target> {
    (-20i32..40, -20i32..40, size.clone(), size).prop_map(|(x, y, width, height)| Target { x, y, width, height })
}

fn given_layer() -> impl Strategy<Value = Given> {
    let formats = prop::sample::select(PixelFormat::ALL.to_vec());
    let opacity = prop::sample::select(vec![255u8, 255, 130]);
    let shape = (formats, any::<bool>(), (1u32..40, 1u32..40), target(1..50), any::<bool>());
    let mode = prop_oneof![3 => Just(Mode::Normal), 2 => prop::sample::select(Mode::ALL.to_vec())];
    let seen = (mode, prop::sample::select(Filter::ALL.to_vec()));
    (shape, opacity, prop::option::weighted(0.3, target(1..40)), 0u8..6, -1i32..2, seen).prop_map(
        |((format, other_color, size, mut target, unscaled), opacity, clip, mask, z, (mode, filter))| {
            if unscaled {
                (target.width, target.height) = size;
            }
            Given { format, other_color, size, target, opacity, clip, mask, z, mode, filter }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// Layers come, go and change their pictures over some frames, on two canvases that take turns.
    #[test]
    fn what_is_composed_is_what_drawing_everything_gives(
        format in prop::sample::select(vec![PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8]),
        (width, height) in (1u32..50, 1u32..50),
        given in prop::collection::vec(given_layer(), 1..5),
        steps in prop::collection::vec(prop::collection::vec(0u64..4, 5), 1..6),
        levels in any::<(u8, u8)>(),
    ) {
        let spec = canvas_spec(format, width, height);
        let background = frame(format, width, height, 77);
        let available: Vec<Level> = Level::available().collect();
        let level = |index: u8| available[index as usize % available.len()];
        let mut compositor = Compositor::new(spec, [1, 2, 3]).unwrap();
        compositor.set_background(&background.view()).unwrap();
        let mut plans = Vec::new();
        for given in &given {
            let Target { width, height, .. } = given.target;
            let mask = match given.mask {
                0 => Some(feathered_ellipse(width, height, 3).unwrap()),
                1 => Some(feathered_rectangle(width, height, 2).unwrap()),
                _ => None,
            };
            let color = Color { matrix: Matrix::Bt601, range: Range::Full };
            let color = if given.other_color { color } else { Color::default() };
            let layer = Layer {
                opacity: given.opacity,
                clip: given.clip,
                mask: mask.as_ref().map(Frame::view),
                mode: given.mode,
                filter: given.filter,
                level: level(levels.0),
                ..layer(given.format, color, given.size, given.target)
            };
            compositor.add(&layer, given.z).unwrap();
            plans.push(LayerPlan::of(spec, &Layer { level: level(levels.1), ..layer }).unwrap());
        }
        let pictures: Vec<Vec<Frame>> = given
            .iter()
            .map(|given| (0..4).map(|seed| frame(given.format, given.size.0, given.size.1, seed)).collect())
            .collect();
        let mut order: Vec<usize> = (0..given.len()).collect();
        order.sort_by_key(|&index| given[index].z);
        let mut canvases = [compositor.canvas(), compositor.canvas()];
        for (n, step) in steps.iter().enumerate() {
            // Version 0 is a layer that is not to be seen.
            let shown = |index: usize| {
                let version = step[index];
                (version > 0).then(|| Shown { picture: pictures[index][version as usize].view(), version })
            };
            let canvas: &mut Canvas = &mut canvases[n % 2];
            let before = packed(&canvas.view());
            compositor.compose(canvas, shown).unwrap();
            let mut expected = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
            expected.view_mut().copy_from(&background.view()).unwrap();
            for &index in &order {
                if let Some(Shown { picture, .. }) = shown(index) {
                    plans[index].draw(&picture, true, &mut expected.view_mut()).unwrap();
                }
            }
            prop_assert!(packed(&canvas.view()) == packed(&expected.view()), "frame {n} of {given:?}");
            for (index, rect) in canvas.dirty_rects().iter().enumerate() {
                prop_assert!(rect.x >= 0 && rect.y >= 0 && rect.x as u32 + rect.width <= width);
                for other in &canvas.dirty_rects()[..index] {
                    let apart = |a: i32, len: u32, b: i32, other: u32| a + len as i32 <= b || b + other as i32 <= a;
                    prop_assert!(apart(rect.x, rect.width, other.x, other.width) || apart(rect.y, rect.height, other.y, other.height));
                }
            }
            // Nothing outside the dirty rectangles was written.
            let (after, view) = (packed(&canvas.view()), canvas.view());
            let mut at = 0;
            for plane in 0..format.planes() {
                let (right, down) = if plane == 0 { (0, 0) } else { format.chroma_shift() };
                let bytes = format.sample_bytes(plane);
                for y in 0..view.plane(plane).rows() {
                    for x in 0..view.plane(plane).row_bytes() {
                        let (px, py) = (((x / bytes) << right) as i32, (y << down) as i32);
                        let dirty = canvas.dirty_rects().iter().any(|rect| {
                            (rect.x..rect.x + rect.width as i32).contains(&px) && (rect.y..rect.y + rect.height as i32).contains(&py)
                        });
                        prop_assert!(dirty || after[at] == before[at]);
                        at += 1;
                    }
                }
            }
        }
    }

    /// Layers move, fade and get new masks on two canvases that take turns, and look as if planned where they are.
    #[test]
    fn layers_that_move_are_drawn_as_if_they_had_always_been_there(
        format in prop::sample::select(vec![PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8]),
        (width, height) in (20u32..60, 20u32..60),
        given in prop::collection::vec(given_layer(), 1..4),
        steps in prop::collection::vec(prop::collection::vec((0u64..4, -6i32..30, -6i32..30, any::<u8>(), 0u8..9), 4), 2..8),
    ) {
        let spec = canvas_spec(format, width, height);
        let mut compositor = Compositor::new(spec, [9, 80, 3]).unwrap();
        let mut canvases = [compositor.canvas(), compositor.canvas()];
        for _ in &given {
            compositor.add_vacant(0);
        }
        let pictures: Vec<Vec<Frame>> = given
            .iter()
            .map(|given| (0..4).map(|seed| frame(given.format, given.size.0, given.size.1, seed)).collect())
            .collect();
        for (n, step) in steps.iter().enumerate() {
            let mut expected = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
            expected.view_mut().fill(spec.color, [9, 80, 3, 255]);
            for (index, (given, &(version, x, y, opacity, kind))) in given.iter().zip(step).enumerate() {
                let target = Target { x, y, width: given.target.width.min(30), height: given.target.height.min(25) };
                let mask = (given.mask == 0).then(|| feathered_ellipse(target.width, target.height, u32::from(kind % 3)).unwrap());
                let layer = Layer {
                    opacity: if kind < 5 { given.opacity } else { opacity },
                    clip: given.clip.filter(|_| kind == 8),
                    mask: mask.as_ref().map(Frame::view),
                    mode: given.mode,
                    filter: given.filter,
                    ..layer(given.format, Color::default(), given.size, target)
                };
                if kind == 7 {
                    compositor.vacate(index).unwrap();
                    continue;
                }
                compositor.replace(index, &layer, 0).unwrap();
                if version > 0 {
                    let picture = pictures[index][version as usize].view();
                    LayerPlan::of(spec, &layer).unwrap().draw(&picture, true, &mut expected.view_mut()).unwrap();
                }
            }
            let canvas = &mut canvases[n % 2];
            let shown = |index: usize| {
                let version = step[index].0;
                (version > 0).then(|| Shown { picture: pictures[index][version as usize].view(), version })
            };
            compositor.compose(canvas, shown).unwrap();
            prop_assert!(packed(&canvas.view()) == packed(&expected.view()), "frame {n} of {given:?}, {steps:?}");
        }
    }

    /// An NV12 canvas has the samples of an I420 one.
    #[test]
    fn nv12_has_the_samples_of_i420(
        (width, height) in (1u32..50, 1u32..50), given in given_layer(), seed in any::<u32>(),
    ) {
        let color = if given.other_color { Color { range: Range::Full, ..Color::default() } } else { Color::default() };
        let layer = Layer { opacity: given.opacity, clip: given.clip, ..layer(given.format, color, given.size, given.target) };
        let picture = frame(given.format, given.size.0, given.size.1, seed);
        let [i420, nv12] = [PixelFormat::I420, PixelFormat::Nv12].map(|format| {
            let mut out = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
            out.view_mut().fill(Color::default(), [10, 200, 90, 255]);
            let mut plan = LayerPlan::of(canvas_spec(format, width, height), &layer).unwrap();
            plan.draw(&picture.view(), true, &mut out.view_mut()).unwrap();
            out
        });
        for y in 0..height as usize {
            prop_assert_eq!(i420.view().plane(0).row(y), nv12.view().plane(0).row(y));
        }
        for y in 0..height.div_ceil(2) as usize {
            let pairs: Vec<u8> = i420.view().plane(1).row(y).iter().zip(i420.view().plane(2).row(y)).flat_map(|(&u, &v)| [u, v]).collect();
            prop_assert_eq!(nv12.view().plane(1).row(y), pairs);
        }
    }

    /// A mask multiplies alpha, a clip leaves the rest alone: the formula, pixel by pixel.
    #[test]
    fn masks_and_clips_are_the_formula(
        (width, height) in (1u32..30, 1u32..30), (x, y) in (-10i32..20, -10i32..20),
        clip in target(1..30), opacity in any::<u8>(), seed in any::<u32>(),
    ) {
        let target = Target { x, y, width, height };
        let (mask, picture) = (frame(PixelFormat::Gray8, width, height, !seed), frame(PixelFormat::Rgba8, width, height, seed));
        let layer = Layer { opacity, clip: Some(clip), mask: Some(mask.view()), ..layer(PixelFormat::Rgba8, Color::default(), (width, height), target) };
        let mut canvas = frame(PixelFormat::Rgba8, 23, 19, 5);
        let before = frame(PixelFormat::Rgba8, 23, 19, 5);
        LayerPlan::of(canvas_spec(PixelFormat::Rgba8, 23, 19), &layer).unwrap().draw(&picture.view(), true, &mut canvas.view_mut()).unwrap();
        let mul = |a: u8, b: u8| ((u32::from(a) * u32::from(b) + 127) / 255) as u8;
        let inside = |rect: Target, x: i32, y: i32| (rect.x..rect.x + rect.width as i32).contains(&x) && (rect.y..rect.y + rect.height as i32).contains(&y);
        for cy in 0..19i32 {
            for cx in 0..23i32 {
                let at = |frame: &Frame, x: i32, y: i32| frame.view().plane(0).row(y as usize)[4 * x as usize..][..4].to_vec();
                let mut expected = at(&before, cx, cy);
                if inside(target, cx, cy) && inside(clip, cx, cy) {
                    let source = at(&picture, cx - x, cy - y);
                    let alpha = u32::from(mul(source[3], mul(mask.view().plane(0).row((cy - y) as usize)[(cx - x) as usize], opacity)));
                    for channel in 0..3 {
                        let (s, d) = (u32::from(source[channel]), u32::from(expected[channel]));
                        expected[channel] = ((s * alpha + d * (255 - alpha) + 127) / 255) as u8;
                    }
                }
                prop_assert_eq!(at(&canvas, cx, cy), expected);
            }
        }
    }
}

#[test]
fn untouched_layers_damage_nothing_and_changed_ones_their_place() {
    let spec = canvas_spec(PixelFormat::I420, 64, 48);
    let mut compositor = Compositor::new(spec, [0; 3]).unwrap();
    let size = |x, y| Target { x, y, width: 9, height: 7 };
    for at in [size(3, 5), size(40, 30)] {
        compositor.add(&layer(PixelFormat::Rgba8, Color::default(), (9, 7), at), 0).unwrap();
    }
    let picture = frame(PixelFormat::Rgba8, 9, 7, 1);
    let mut canvas = compositor.canvas();
    let compose = |compositor: &mut Compositor, canvas: &mut Canvas, versions: [u64; 2]| {
        compositor.compose(canvas, |index| Some(Shown { picture: picture.view(), version: versions[index] })).unwrap();
        canvas.dirty_rects().to_vec()
    };
    let whole = Target { x: 0, y: 0, width: 64, height: 48 };
    assert_eq!(compose(&mut compositor, &mut canvas, [1, 1]), [whole]);
    assert_eq!(compose(&mut compositor, &mut canvas, [1, 1]), []);
    // Grown to whole cells.
    assert_eq!(compose(&mut compositor, &mut canvas, [2, 1]), [Target { x: 2, y: 4, width: 10, height: 8 }]);
    compositor.compose(&mut canvas, |_| None).unwrap();
    assert_eq!(canvas.dirty_rects().len(), 2);
    assert_eq!(compose(&mut compositor, &mut canvas, [2, 1]).len(), 2);
    compositor.replace(1, &layer(PixelFormat::Rgba8, Color::default(), (9, 7), size(20, 20)), 3).unwrap();
    assert_eq!(compose(&mut compositor, &mut canvas, [2, 1]), [whole]);
}

#[test]
fn a_layer_that_moves_damages_where_it_was_and_where_it_is() {
    let spec = canvas_spec(PixelFormat::I420, 64, 48);
    let mut compositor = Compositor::new(spec, [0; 3]).unwrap();
    let at = |x, y| layer(PixelFormat::Rgba8, Color::default(), (8, 6), Target { x, y, width: 8, height: 6 });
    compositor.add(&at(2, 4), 0).unwrap();
    let picture = frame(PixelFormat::Rgba8, 8, 6, 1);
    let mut canvas = compositor.canvas();
    let shown = |_| Some(Shown { picture: picture.view(), version: 1 });
    compositor.compose(&mut canvas, shown).unwrap();
    compositor.replace(0, &at(40, 30), 0).unwrap();
    compositor.compose(&mut canvas, shown).unwrap();
    let mut dirty = canvas.dirty_rects().to_vec();
    dirty.sort_by_key(|rect| rect.x);
    assert_eq!(dirty, [(2, 4), (40, 30)].map(|(x, y)| Target { x, y, width: 8, height: 6 }));
}

/// Its cells there have fewer pixels than elsewhere, so what was computed of a picture does not stay.
#[test]
fn a_layer_that_leaves_the_odd_edge_of_a_canvas_is_computed_again() {
    let spec = canvas_spec(PixelFormat::I420, 21, 17);
    let picture = frame(PixelFormat::Rgba8, 6, 6, 3);
    let at = |x, y| layer(PixelFormat::Rgba8, Color::default(), (6, 6), Target { x, y, width: 6, height: 6 });
    let mut compositor = Compositor::new(spec, [10, 200, 90]).unwrap();
    compositor.add(&at(15, 11), 0).unwrap();
    let mut canvas = compositor.canvas();
    for (x, y) in [(15, 11), (1, 1), (15, 1), (1, 11)] {
        compositor.replace(0, &at(x, y), 0).unwrap();
        compositor.compose(&mut canvas, |_| Some(Shown { picture: picture.view(), version: 1 })).unwrap();
        let mut expected = Frame::new(FrameLayout::aligned(PixelFormat::I420, 21, 17).unwrap());
        expected.view_mut().fill(spec.color, [10, 200, 90, 255]);
        LayerPlan::of(spec, &at(x, y)).unwrap().draw(&picture.view(), true, &mut expected.view_mut()).unwrap();
        assert_eq!(packed(&canvas.view()), packed(&expected.view()), "at {x}, {y}");
    }
}

#[test]
fn the_ground_is_the_picture_that_the_canvas_would_copy() {
    let spec = canvas_spec(PixelFormat::I420, 32, 24);
    let whole = Target { x: 0, y: 0, width: 32, height: 24 };
    let opaque = layer(PixelFormat::I420, Color::default(), (32, 24), whole);
    let patch = layer(PixelFormat::Rgba8, Color::default(), (8, 6), Target { x: 3, y: 5, width: 8, height: 6 });
    let (below, above) = (frame(PixelFormat::I420, 32, 24, 1), frame(PixelFormat::Rgba8, 8, 6, 2));
    let ground = |base: &Layer<'_>, picture: &Frame, shows_above: bool| {
        let mut compositor = Compositor::new(spec, [0; 3]).unwrap();
        compositor.add(&patch, 1).unwrap();
        compositor.add(base, 0).unwrap();
        let shown = |index| {
            let picture = if index == 1 { picture.view() } else { above.view() };
            (index == 1 || shows_above).then_some(Shown { picture, version: 1 })
        };
        let found = compositor.ground(shown);
        if found.is_some() {
            let mut canvas = compositor.canvas();
            compositor.compose(&mut canvas, shown).unwrap();
            let mut drawn = frame(PixelFormat::I420, 32, 24, 1);
            compositor.draw_above(1, &mut drawn.view_mut(), shown).unwrap();
            assert_eq!(packed(&drawn.view()), packed(&canvas.view()));
        }
        found
    };
    assert_eq!(ground(&opaque, &below, true), Some((1, true)));
    assert_eq!(ground(&opaque, &below, false), Some((1, false)));
    assert_eq!(ground(&Layer { opacity: 254, ..opaque }, &below, true), None);
    let moved = Layer { placement: Placement { target: Target { x: 2, ..whole }, ..opaque.placement }, ..opaque };
    assert_eq!(ground(&moved, &below, true), None);
    let larger = frame(PixelFormat::I420, 34, 24, 1);
    let span = |start, length| Span { start: Rational::from_integer(start), length: Rational::from_integer(length) };
    let cropped = |start| {
        let mut cropped = layer(PixelFormat::I420, Color::default(), (34, 24), whole);
        cropped.placement.source_x = span(start, 32);
        cropped
    };
    // Of another size: only the composed canvas has the canvas's own.
    assert_eq!(ground(&cropped(0), &larger, true), None);
    assert_eq!(ground(&cropped(2), &larger, true), None);
    for (format, color) in [
        (PixelFormat::Nv12, Color::default()),
        (PixelFormat::I420, Color { range: Range::Full, ..Color::default() }),
        (PixelFormat::I420, Color { matrix: Matrix::Bt601, ..Color::default() }),
    ] {
        let other = layer(format, color, (32, 24), whole);
        assert_eq!(ground(&other, &frame(format, 32, 24, 1), true), None, "{format} {color:?}");
    }
}

#[test]
fn wrong_pictures_canvases_and_masks_are_refused() {
    let spec = canvas_spec(PixelFormat::I420, 16, 16);
    let mut compositor = Compositor::new(spec, [0; 3]).unwrap();
    let small = layer(PixelFormat::Rgba8, Color::default(), (8, 8), Target { x: 0, y: 0, width: 8, height: 8 });
    compositor.add(&small, 0).unwrap();
    let wrong = frame(PixelFormat::Rgba8, 8, 9, 1);
    let mut canvas = compositor.canvas();
    let show = |frame| move |_: usize| Some(Shown { picture: Frame::view(frame), version: 1 });
    assert_eq!(compositor.compose(&mut canvas, show(&wrong)).unwrap_err().code(), "E_MISMATCH");
    assert!(canvas.view().rows().flatten().all(|&byte| byte == 0), "something was drawn");
    let other = Compositor::new(canvas_spec(PixelFormat::I420, 16, 18), [0; 3]).unwrap();
    assert_eq!(compositor.compose(&mut other.canvas(), |_| None).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(compositor.set_background(&wrong.view()).unwrap_err().code(), "E_MISMATCH");
    let mask = frame(PixelFormat::Gray8, 8, 9, 1);
    let masked = Layer { mask: Some(mask.view()), ..small };
    assert_eq!(compositor.add(&masked, 0).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(compositor.replace(1, &small, 0).unwrap_err().code(), "E_BAD_PARAMETER");
    let nowhere = Layer { clip: Some(Target { x: 0, y: 0, width: 0, height: 1 }), ..small };
    assert_eq!(compositor.add(&nowhere, 0).unwrap_err().code(), "E_BAD_SIZE");
    assert_eq!(
        Compositor::new(canvas_spec(PixelFormat::I444, 4, 4), [0; 3]).unwrap_err().code(),
        "E_UNSUPPORTED_FORMAT"
    );
    assert_eq!(Compositor::new(canvas_spec(PixelFormat::I420, 0, 4), [0; 3]).unwrap_err().code(), "E_BAD_SIZE");
}
