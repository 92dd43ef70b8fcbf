//! Frames and packets of a segmenter allocate nothing on the Rust heap: four times as many of them cost no more calls of alloc
//! than the same seconds with fewer. The figure covers all threads, so this runs without the test harness and its own.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use millpond_core::Rational;
use millpond_core::memory::{self, CountingAllocator};
use millpond_ffmpeg::{Access, Cancel, Demuxer, Place, SegmentFormat, SegmentOptions, Segmenter};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Calls of alloc and realloc for 4 s at this rate, in segments of 1 s.
fn allocations(rate: u64, format: SegmentFormat) -> u64 {
    let line = format!(
        "-f lavfi -i testsrc2=size=96x64:rate={rate}:duration=4 -f lavfi -i sine=duration=4 -c:v libx264 -pix_fmt yuv420p \
         -g {rate} -sc_threshold 0 -c:a pcm_s16le OUT"
    );
    let path = common::clip(&format!("segment-steady-{rate}.mov"), &line);
    let folder = TempDir::new().unwrap();
    let ladder = ["copy", "64", "48", "32"].map(|rung| rung.parse().unwrap()).to_vec();
    let options = SegmentOptions { format, duration: Rational::from_integer(1), ladder, ..SegmentOptions::default() };
    let demuxer = Demuxer::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let segmenter = Segmenter::new(demuxer, folder.path(), &options).unwrap();
    let before = memory::counts().steady;
    let report = segmenter.run(&mut |_| {}).unwrap();
    let calls = memory::counts().steady - before;
    assert_eq!(report.pictures, 4 * rate);
    assert!(report.renditions.iter().all(|rendition| rendition.segments >= 4), "{report:?}");
    calls
}

fn main() {
    for format in [SegmentFormat::Hls, SegmentFormat::HlsTs] {
        let (few, many) = (allocations(25, format), allocations(100, format));
        // 300 more pictures in each of four renditions.
        assert!(many < few + 100, "{format:?}: {few} calls for 100 pictures, {many} for 400");
    }
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
