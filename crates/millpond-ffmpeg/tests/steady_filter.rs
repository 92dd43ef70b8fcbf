//! Filtering leaves the Rust heap alone: pictures from a decoder through several graphs, and sound through one. The figure
//! covers all threads, so this runs without the test harness and its own.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use millpond_core::memory::{self, CountingAllocator};
use millpond_ffmpeg::{
    Access, Cancel, DecoderConfig, Demuxer, FilterConfig, FilterGraph, FilterInput, Flow, Packet, Place, SoundBlock,
    VideoDecoder,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    for filters in ["null", "scale=64:36", "fps=50,transpose=1", "yadif", "vflip"] {
        assert_eq!(pictures(filters, 0), 0, "{filters}");
    }
    // The figure is one that can be another.
    assert_eq!(pictures("negate", 1), 50);
    assert_eq!(sound(), 0);
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

/// Calls of alloc and realloc while 50 pictures were filtered, the first 25 not counted, with so many allocations a picture
/// besides.
fn pictures(filters: &str, a_picture: u64) -> u64 {
    let path = clip("steady_filter.mp4", "-f lavfi -i testsrc2=s=96x64:r=25:d=3 -pix_fmt yuv420p -c:v libx264 OUT");
    let mut demuxer = Demuxer::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let stream = demuxer.video().unwrap();
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { threads: 2, held: 2, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let config = FilterConfig { threads: 2, ..FilterConfig::default() };
    let mut graph = FilterGraph::new(filters, &[FilterInput::of(&stream)], config);
    graph.open().unwrap();
    let (mut packet, mut decoded, mut filtered) = (Packet::new(), None, None);
    let (mut count, mut out, mut before) = (0, 0, 0);
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        if decoder.decode_into(&packet, &mut decoded).unwrap() == Flow::NeedMore {
            continue;
        }
        if count == 25 {
            before = memory::counts().steady;
        }
        (0..a_picture).for_each(|_| drop(std::hint::black_box(Box::new(count))));
        assert_eq!(graph.send_video(0, decoded.as_ref().unwrap()).unwrap(), Flow::Done);
        while graph.receive_video(0, &mut filtered).unwrap() == Flow::Done {
            out += 1;
        }
        count += 1;
        if count == 75 {
            break;
        }
    }
    while count < 75 && decoder.flush_into(&mut decoded).unwrap() == Flow::Done {
        (0..a_picture).for_each(|_| drop(std::hint::black_box(Box::new(count))));
        assert_eq!(graph.send_video(0, decoded.as_ref().unwrap()).unwrap(), Flow::Done);
        while graph.receive_video(0, &mut filtered).unwrap() == Flow::Done {
            out += 1;
        }
        count += 1;
    }
    let after = memory::counts().steady;
    assert!(count == 75 && out >= 74, "{filters}: {count} in, {out} out");
    assert_eq!(graph.stats().pool.overflow, 0);
    after - before
}

/// The same for blocks of sound.
fn sound() -> u64 {
    let input = FilterInput::Audio { rate_hz: 48_000, channels: 2 };
    let mut graph = FilterGraph::new("aresample=44100,volume=0.5", &[input], FilterConfig::default());
    graph.open().unwrap();
    let (block, mut out, mut before, mut samples) = ([0.25; 1000], SoundBlock::new(), 0, 0);
    for index in 0..100 {
        if index == 25 {
            before = memory::counts().steady;
        }
        assert_eq!(graph.send_audio(0, &[&block, &block], None).unwrap(), Flow::Done);
        while graph.receive_audio(0, &mut out).unwrap() == Flow::Done {
            samples += out.frames();
        }
    }
    let after = memory::counts().steady;
    assert!(samples > 90_000, "{samples}");
    after - before
}
