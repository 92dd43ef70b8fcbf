//! Drawing a layer does not allocate: every format, on both canvases, turned or not.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::memory::{self, CountingAllocator};
use millpond_core::pool::PoolConfig;
use millpond_core::video::composite::{CanvasSpec, LayerPlan, PictureSpec, Placement, Span, Target};
use millpond_core::video::convert::Converter;
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, FramePool, PixelFormat};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let span = |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
    for to in [PixelFormat::I420, PixelFormat::Rgba8] {
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
    let before = memory::counts();
    let allocated = Box::new(before);
    assert_eq!(memory::counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test drawing, converting and pooling do not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
