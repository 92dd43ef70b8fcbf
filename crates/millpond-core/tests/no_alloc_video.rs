//! Drawing a layer, converting, blending and composing do not allocate: every format, on every canvas, turned or not.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::memory::{self, CountingAllocator};
use millpond_core::pool::PoolConfig;
use millpond_core::video::blend::{Alpha, Blend, Mode};
use millpond_core::video::composite::{
    CanvasSpec, Compositor, Layer, LayerPlan, PictureSpec, Placement, Shown, Span, Target,
};
use millpond_core::video::convert::Converter;
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, FramePool, PixelFormat, Range};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Every format to every other.
fn converting() {
    let color = Color::default();
    let frame = |format| Frame::new(FrameLayout::aligned(format, 67, 35).unwrap());
    for from in PixelFormat::ALL {
        let source = frame(from);
        for to in PixelFormat::ALL.into_iter().filter(|to| !to.is_ten_bit()) {
            let mut out = frame(to);
            let other = Color { range: Range::Full, ..color };
            let before = memory::counts();
            let converter = Converter::new((from, color), (to, other)).unwrap();
            converter.convert_into(&source.view(), &mut out.view_mut()).unwrap();
            assert_eq!(memory::counts(), before, "{from} to {to}");
        }
    }
}

/// Every mode, with a mask and without.
fn blending() {
    let frame = |format| Frame::new(FrameLayout::aligned(format, 67, 35).unwrap());
    let (picture, mask, mut canvas) = (frame(PixelFormat::Rgba8), frame(PixelFormat::Gray8), frame(PixelFormat::Rgba8));
    let before = memory::counts();
    for mode in Mode::ALL {
        let blend = Blend::default().with_mode(mode).with_opacity(99);
        blend.draw(&picture.view(), (3, -4), &mut canvas.view_mut()).unwrap();
        blend.draw_masked(&picture.view(), &mask.view(), (3, -4), &mut canvas.view_mut()).unwrap();
    }
    let premultiplied = Blend::default().with_alpha(Alpha::Premultiplied);
    premultiplied.draw(&picture.view(), (0, 0), &mut canvas.view_mut()).unwrap();
    let rect = Target { x: 1, y: 2, width: 30, height: 9 };
    premultiplied.fill([1, 2, 3, 4], rect, &mut canvas.view_mut()).unwrap();
    assert_eq!(memory::counts(), before);
}

/// Layers that come, change and go.
fn composing() {
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8] {
        let color = Color::default();
        let spec = CanvasSpec { format, width: 65, height: 49, color };
        let mut compositor = Compositor::new(spec, [1, 2, 3]).unwrap();
        let frames = [PixelFormat::Rgba8, PixelFormat::I420A, PixelFormat::Nv12]
            .map(|format| Frame::new(FrameLayout::aligned(format, 20, 10).unwrap()));
        for (index, frame) in frames.iter().enumerate() {
            let (format, siting) = (frame.layout().format(), ChromaSiting::default());
            let picture = PictureSpec { format, width: 20, height: 10, color, siting, turns: 0 };
            let target = Target { x: 18 * index as i32 - 3, y: 7, width: 20, height: 10 + index as u32 };
            let placement = Placement { source_x: span(20), source_y: span(10), target };
            compositor.add(&Layer::new(picture, placement), 0).unwrap();
        }
        let mut canvas = compositor.canvas();
        let before = memory::counts();
        for n in 0..9u64 {
            let shown = |index: usize| {
                let version = n / (index as u64 + 1);
                (version % 3 < 2).then(|| Shown { picture: frames[index].view(), version })
            };
            compositor.compose(&mut canvas, shown).unwrap();
        }
        assert_eq!(memory::counts(), before, "{format}");
    }
}

/// Layers that move and fade: after each has been on all four parities nothing is planned any more.
fn moving() {
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    let color = Color::default();
    for to in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8] {
        let spec = CanvasSpec { format: to, width: 65, height: 49, color };
        for format in PixelFormat::ALL {
            let frame = Frame::new(FrameLayout::aligned(format, 20, 10).unwrap());
            let picture =
                PictureSpec { format, width: 20, height: 10, color, siting: ChromaSiting::default(), turns: 0 };
            let at = |n: i32| {
                let target = Target { x: n % 5, y: 3 * (n / 2), width: 21, height: 11 };
                let placement = Placement { source_x: span(20), source_y: span(10), target };
                Layer { opacity: 250 - n as u8, ..Layer::new(picture, placement) }
            };
            let mut compositor = Compositor::new(spec, [1, 2, 3]).unwrap();
            compositor.add(&at(0), 0).unwrap();
            let mut canvas = compositor.canvas();
            let mut before = None;
            for n in 0..20 {
                if n == 8 {
                    before = Some(memory::counts());
                }
                compositor.replace(0, &at(n % 12), 0).unwrap();
                compositor.compose(&mut canvas, |_| Some(Shown { picture: frame.view(), version: 1 })).unwrap();
            }
            assert_eq!(Some(memory::counts()), before, "{format} on {to}");
        }
    }
}

fn main() {
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    for to in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8] {
        let canvas = CanvasSpec { format: to, width: 65, height: 49, color: Color::default() };
        let layout = FrameLayout::aligned(to, canvas.width, canvas.height).unwrap();
        let pool = FramePool::frames(layout, PoolConfig::fixed(2)).unwrap();
        let mut rgba = Frame::new(FrameLayout::aligned(PixelFormat::Rgba8, canvas.width, canvas.height).unwrap());
        let mut i420 = Frame::new(FrameLayout::aligned(PixelFormat::I420, canvas.width, canvas.height).unwrap());
        for format in PixelFormat::ALL {
            for turns in [0, 1] {
                let source = Frame::new(FrameLayout::aligned(format, 40, 30).unwrap());
                let (color, siting) = (Color::default(), ChromaSiting::default());
                let picture = PictureSpec { format, width: 40, height: 30, color, siting, turns };
                let (w, h) = picture.upright_size();
                let target = Target { x: 3, y: 5, width: 50, height: 31 };
                let placement = Placement { source_x: span(w), source_y: span(h), target };
                let mut plan = LayerPlan::new(canvas, picture, placement, 200).unwrap();
                let to_rgba = Converter::new((to, color), (PixelFormat::Rgba8, color)).unwrap();
                let to_i420 = Converter::new((PixelFormat::Rgba8, color), (PixelFormat::I420, color)).unwrap();
                let before = memory::counts();
                for _ in 0..3 {
                    let mut out = pool.try_acquire().unwrap();
                    out.view_mut().fill(color, [1, 2, 3, 255]);
                    plan.draw(&source.view(), true, &mut out.view_mut()).unwrap();
                    to_rgba.convert_into(&out.view(), &mut rgba.view_mut()).unwrap();
                    to_i420.convert_into(&rgba.view(), &mut i420.view_mut()).unwrap();
                }
                assert_eq!(memory::counts(), before, "{format} on {to}");
            }
        }
    }
    converting();
    blending();
    composing();
    moving();
    let before = memory::counts();
    let allocated = Box::new(before);
    assert_eq!(memory::counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test drawing, converting and pooling do not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
