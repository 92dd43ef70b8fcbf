//! Coding JPEG files does not allocate: whole, with tables of their own, and by strips, from every format.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::memory::{self, CountingAllocator};
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{HuffmanTables, JpegEncoder, JpegOptions, JpegStrips};
use millpond_core::video::{Color, Frame, FrameLayout, PixelFormat};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let (width, height) = (101, 67);
    for format in PixelFormat::ALL {
        let frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
        let changed = [Target { x: 20, y: 30, width: 10, height: 10 }];
        for huffman in [HuffmanTables::Standard, HuffmanTables::Optimised] {
            let options = JpegOptions { huffman, ..JpegOptions::default() };
            let mut encoder = JpegEncoder::new(format, width, height, Color::default(), &options).unwrap();
            let mut strips = JpegStrips::new(format, width, height, Color::default(), &JpegOptions::default()).unwrap();
            let mut file = vec![0; encoder.max_len().max(strips.max_len())];
            let mut appended = Vec::with_capacity(file.len());
            let before = memory::counts();
            for _ in 0..3 {
                encoder.encode_into(&frame.view(), &mut file).unwrap();
                strips.encode_into(&frame.view(), &changed, &mut file).unwrap();
                appended.clear();
                strips.append_to(&frame.view(), &changed, &mut appended).unwrap();
            }
            assert_eq!(memory::counts(), before, "{format} {huffman:?}");
        }
    }
    let before = memory::counts();
    let allocated = Box::new(before);
    assert_eq!(memory::counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test coding JPEG files does not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
