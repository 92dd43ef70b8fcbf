//! What a compositor promises, on every kind of canvas: order, clip, opacity and mask pixel by pixel against formulas in
//! floating point, dirty rectangles to the pixel, and layers that did not change are neither read nor drawn.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::video::composite::{
    Canvas, CanvasSpec, Compositor, Layer, PictureSpec, Placement, Shown, Span, Target,
};
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, PixelFormat};

const CANVASES: [PixelFormat; 3] = [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8];
const SIZE: (u32, u32) = (41, 29);
const BACKGROUND: [u8; 3] = [200, 40, 90];

fn compositor(format: PixelFormat) -> Compositor {
    let canvas = CanvasSpec { format, width: SIZE.0, height: SIZE.1, color: Color::default() };
    Compositor::new(canvas, BACKGROUND).unwrap()
}

fn rect(x: i32, y: i32, width: u32, height: u32) -> Target {
    Target { x, y, width, height }
}

/// A layer of RGBA at its own size.
fn layer(target: Target) -> Layer<'static> {
    let Target { width, height, .. } = target;
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    let (format, color, siting) = (PixelFormat::Rgba8, Color::default(), ChromaSiting::default());
    let picture = PictureSpec { format, width, height, color, siting, turns: 0 };
    Layer::new(picture, Placement { source_x: span(width), source_y: span(height), target })
}

fn flat(target: Target, pixel: [u8; 4]) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(PixelFormat::Rgba8, target.width, target.height).unwrap());
    frame.view_mut().fill(Color::default(), pixel);
    frame
}

/// BT.709 limited of a colour, by H.273.
fn codes([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let chroma = |difference: f64, scale: f64| 128.0 + difference / scale * 224.0 / 255.0;
    [16.0 + y * 219.0 / 255.0, chroma(blue - y, 1.8556), chroma(red - y, 1.5748)]
}

fn inside(rect: Target, x: i64, y: i64) -> bool {
    let along =
        |start: i32, length: u32, at: i64| (i64::from(start)..i64::from(start) + i64::from(length)).contains(&at);
    along(rect.x, rect.width, x) && along(rect.y, rect.height, y)
}

/// Compares a canvas with one colour over another, by a coverage of each pixel from 0 to 1.
fn check(canvas: &Canvas, above: [u8; 3], coverage: impl Fn(i64, i64) -> f64, what: &str) {
    let (view, [above, below]) = (canvas.view(), [above, BACKGROUND].map(|color| color.map(f64::from)));
    let (width, height) = (i64::from(SIZE.0), i64::from(SIZE.1));
    let near = |got: u8, above: f64, below: f64, alpha: f64, at: (i64, i64)| {
        let exact = above * alpha + below * (1.0 - alpha);
        // Alpha, colour and mixture are rounded.
        assert!((f64::from(got) - exact).abs() <= 1.5, "{what} at {at:?}: {got} instead of {exact}");
    };
    for y in 0..height {
        for x in 0..width {
            let alpha = coverage(x, y);
            let row = view.plane(0).row(y as usize);
            if view.format() == PixelFormat::Rgba8 {
                (0..3).for_each(|c| near(row[4 * x as usize + c], above[c], below[c], alpha, (x, y)));
            } else {
                near(row[x as usize], codes(above)[0], codes(below)[0], alpha, (x, y));
            }
        }
    }
    if view.format() == PixelFormat::Rgba8 {
        return;
    }
    for y in 0..(height + 1) / 2 {
        for x in 0..(width + 1) / 2 {
            // The mean over the cell; what exists counts again where an odd canvas ends.
            let pixels = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let each = pixels.map(|(dx, dy)| coverage((2 * x + dx).min(width - 1), (2 * y + dy).min(height - 1)));
            let alpha = each.iter().sum::<f64>() / 4.0;
            for part in [1, 2] {
                let got = match view.format() {
                    PixelFormat::I420 => view.plane(part).row(y as usize)[x as usize],
                    _ => view.plane(1).row(y as usize)[2 * x as usize + part - 1],
                };
                near(got, codes(above)[part], codes(below)[part], alpha, (x, y));
            }
        }
    }
}

/// One layer of one colour, composed.
fn composed(format: PixelFormat, layer: &Layer<'_>, pixel: [u8; 4]) -> Canvas {
    let (mut compositor, picture) = (compositor(format), flat(layer.placement.target, pixel));
    compositor.add(layer, 0).unwrap();
    let mut canvas = compositor.canvas();
    compositor.compose(&mut canvas, |_| Some(Shown { picture: picture.view(), version: 1 })).unwrap();
    canvas
}

#[test]
fn opacity_clip_and_mask_are_the_formula_on_every_canvas() {
    let color = [20, 180, 240];
    for format in CANVASES {
        // Odd places, partly outside.
        for target in [rect(3, 5, 17, 12), rect(-4, 20, 30, 15), rect(39, 0, 9, 29)] {
            for (alpha, opacity) in [(255, 255), (255, 100), (130, 255), (77, 200)] {
                let strength = f64::from(alpha) / 255.0 * f64::from(opacity) / 255.0;
                let pixel = [color[0], color[1], color[2], alpha];
                let plain = Layer { opacity, ..layer(target) };
                let what = format!("{format} {target:?} {alpha} {opacity}");
                let covered = |x: i64, y: i64| if inside(target, x, y) { strength } else { 0.0 };
                check(&composed(format, &plain, pixel), color, covered, &what);

                let clip = rect(target.x + 2, target.y - 3, 8, 11);
                let clipped = |x: i64, y: i64| if inside(clip, x, y) { covered(x, y) } else { 0.0 };
                check(&composed(format, &Layer { clip: Some(clip), ..plain }, pixel), color, clipped, &what);

                let mut mask =
                    Frame::new(FrameLayout::packed(PixelFormat::Gray8, target.width, target.height).unwrap());
                mask.bytes_mut().iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 7) as u8);
                let masked = Layer { mask: Some(mask.view()), ..plain };
                let through = |x: i64, y: i64| {
                    if !inside(target, x, y) {
                        return 0.0;
                    }
                    let (column, row) = (x - i64::from(target.x), y - i64::from(target.y));
                    covered(x, y) * f64::from(mask.view().plane(0).row(row as usize)[column as usize]) / 255.0
                };
                check(&composed(format, &masked, pixel), color, through, &what);
            }
        }
    }
}

#[test]
fn higher_layers_hide_lower_ones_whenever_they_were_added() {
    for format in CANVASES {
        let (target, colors) = (rect(4, 4, 20, 16), [[10, 20, 30, 255], [250, 240, 20, 255], [90, 90, 200, 255]]);
        let pictures = colors.map(|pixel| flat(target, pixel));
        for (depths, highest) in [([0, 0, 0], 2), ([5, 0, 0], 0), ([-1, 3, 3], 2), ([2, i32::MAX, i32::MIN], 1)] {
            let mut compositor = compositor(format);
            for z in depths {
                compositor.add(&layer(target), z).unwrap();
            }
            let mut canvas = compositor.canvas();
            let shown = |index: usize| Some(Shown { picture: pictures[index].view(), version: 1 });
            compositor.compose(&mut canvas, shown).unwrap();
            let [red, green, blue, _] = colors[highest];
            let covered = |x, y| f64::from(u8::from(inside(target, x, y)));
            check(&canvas, [red, green, blue], covered, &format!("{format} {depths:?}"));
        }
    }
}

#[test]
fn only_what_changed_is_dirty_and_what_did_not_is_not_even_read() {
    // Odd places: a Y'CbCr canvas is dirty by whole cells.
    let places = [rect(3, 5, 9, 7), rect(21, 11, 8, 9), rect(30, 1, 11, 6)];
    for format in CANVASES {
        let mut compositor = compositor(format);
        for target in places {
            compositor.add(&layer(target), 0).unwrap();
        }
        let pictures = places.map(|target| [[1, 2, 3, 255], [200, 100, 50, 255]].map(|pixel| flat(target, pixel)));
        // What no canvas may ever show.
        let poison = places.map(|target| flat(target, [0, 255, 0, 255]));
        let mut canvas = compositor.canvas();
        let whole = rect(0, 0, SIZE.0, SIZE.1);
        compositor.compose(&mut canvas, |at| Some(Shown { picture: pictures[at][0].view(), version: 0 })).unwrap();
        assert_eq!(canvas.dirty_rects(), [whole], "{format}: the first time");
        for (changed, &Target { x, y, width, height }) in places.iter().enumerate() {
            let shown = |at: usize| {
                let picture = if at == changed { &pictures[at][1] } else { &poison[at] };
                Some(Shown { picture: picture.view(), version: u64::from(at <= changed) })
            };
            compositor.compose(&mut canvas, shown).unwrap();
            let even = |at: i32, length: u32, side: u32| {
                let end = (at as u32 + length).next_multiple_of(2).min(side);
                (at & !1, end - (at & !1) as u32)
            };
            let ((left, across), (top, down)) = match format {
                PixelFormat::Rgba8 => ((x, width), (y, height)),
                _ => (even(x, width, SIZE.0), even(y, height, SIZE.1)),
            };
            assert_eq!(canvas.dirty_rects(), [rect(left, top, across, down)], "{format}: layer {changed}");
        }
        // Nothing changed: nothing is dirty, whatever the pictures are said to hold now.
        compositor.compose(&mut canvas, |at| Some(Shown { picture: poison[at].view(), version: 1 })).unwrap();
        assert!(canvas.dirty_rects().is_empty(), "{format}");
        let covered = |x, y| f64::from(u8::from(places.iter().any(|&place| inside(place, x, y))));
        check(&canvas, [200, 100, 50], covered, &format!("{format}, all changed"));
        // What goes is restored from the background, and nothing else.
        compositor
            .compose(&mut canvas, |at| (at == 1).then(|| Shown { picture: poison[1].view(), version: 1 }))
            .unwrap();
        assert_eq!(canvas.dirty_rects().len(), 2, "{format}");
        let left = |x, y| f64::from(u8::from(inside(places[1], x, y)));
        check(&canvas, [200, 100, 50], left, &format!("{format}, one left"));
    }
}
