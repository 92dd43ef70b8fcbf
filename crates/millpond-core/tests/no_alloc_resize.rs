//! Resampling and tensors do not allocate: every format, every filter, every level.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use half::f16;
use millpond_core::memory::{self, CountingAllocator};
use millpond_core::simd::Level;
use millpond_core::video::resize::{Alpha, Filter, FloatResizer, FloatSpec, ResizeSpec, Resizer};
use millpond_core::video::tensor::{FrameToTensor, FrameToTensorSpec, TensorLayout, TensorSpec, TensorToFrame};
use millpond_core::video::{Frame, FrameLayout, PixelFormat};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn frame(format: PixelFormat, width: u32, height: u32) -> Frame {
    Frame::new(FrameLayout::aligned(format, width, height).unwrap())
}

/// Runs three times without a request to the heap.
fn steady(what: &str, mut run: impl FnMut()) {
    let before = memory::counts();
    (0..3).for_each(|_| run());
    assert_eq!(memory::counts(), before, "{what}");
}

fn main() {
    for level in Level::available() {
        for format in PixelFormat::ALL {
            let source = frame(format, 120, 67);
            for filter in Filter::ALL {
                for (target, alpha) in [((60, 33), Alpha::Straight), ((133, 90), Alpha::Premultiplied)] {
                    let spec = ResizeSpec { filter, alpha, ..ResizeSpec::new(format, (120, 67), target) };
                    let mut out = frame(format, target.0, target.1);
                    let Ok(resizer) = Resizer::new(spec) else {
                        assert!(format.is_ten_bit());
                        continue;
                    };
                    let mut resizer = resizer.with_level(level);
                    steady("resizing", || resizer.resize_into(&source.view(), &mut out.view_mut()).unwrap());
                }
            }
            for layout in [TensorLayout::Chw, TensorLayout::Hwc] {
                let tensor = TensorSpec { layout, ..TensorSpec::new(32, 40) };
                let mut plan =
                    FrameToTensor::new(FrameToTensorSpec::new(format, (120, 67), tensor)).unwrap().with_level(level);
                let (mut floats, mut halves) = (vec![0.0f32; 2 * 3840], vec![f16::ZERO; 3840]);
                steady("to tensors", || {
                    plan.tensor_into(&source.view(), tensor.slot(&mut floats, 1).unwrap()).unwrap();
                    plan.tensor_into(&source.view(), &mut halves).unwrap();
                });
                let Ok(back) = TensorToFrame::new(tensor, format) else { continue };
                let (mut back, mut out) = (back.with_level(level), frame(format, 32, 40));
                steady("from tensors", || {
                    back.frame_into(&floats, &mut out.view_mut()).unwrap();
                    back.frame_into(&halves, &mut out.view_mut()).unwrap();
                });
            }
        }
    }
    let mut resizer = FloatResizer::new(FloatSpec::new(3, (20, 20), (9, 31))).unwrap();
    let (source, mut out) = (vec![0.0; 1200], vec![0.0; 27 * 31]);
    steady("f32", || resizer.resize_into(&source, 60, &mut out, 27).unwrap());

    let before = memory::counts();
    let allocated = Box::new(before);
    assert_eq!(memory::counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test resampling and tensors do not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
