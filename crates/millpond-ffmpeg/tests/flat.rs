//! Memory over time: 1080p decoded for two minutes of its time takes no more memory at the end than near the beginning.
//! `MILLPOND_DECODE_MINUTES=20` is the long form, which `cargo xtask soak` runs. A program of its own, because the figure is
//! that of the process.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use millpond_core::memory::footprint;
use millpond_ffmpeg::{Access, Cancel, DecoderConfig, Demuxer, Flow, Packet, Place, VideoDecoder};

/// Seconds of the clip, and its pictures.
const CLIP: (usize, u64) = (4, 100);
/// The C heap wavers by some MB with its threads; a picture a second that is not given back is 372 MB in two minutes.
const WAVER: u64 = 8 << 20;

#[test]
fn decoding_for_minutes_takes_no_more_memory() {
    let minutes = std::env::var("MILLPOND_DECODE_MINUTES").map_or(2, |minutes| minutes.parse().unwrap());
    let rounds = minutes * 60 / CLIP.0;
    let path = common::clip(
        "flat_1080p.mp4",
        "-f lavfi -i testsrc2=s=1920x1080:d=4 -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 3 -g 50 OUT",
    );
    let mut demuxer = Demuxer::open(&Place::file(&path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let stream = demuxer.video().unwrap();
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { held: 2, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let (mut packet, mut shown, mut before) = (Packet::new(), None, None);
    let (mut early, mut most) = (None, 0);
    for round in 0..rounds {
        while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
            assert_ne!(decoder.decode_into(&packet, &mut shown).unwrap(), Flow::Full);
            before = shown.take().or(before);
        }
        while decoder.flush_into(&mut shown).unwrap() == Flow::Done {
            before = shown.take();
        }
        demuxer.seek(stream.index(), 0).unwrap();
        decoder.flush().unwrap();
        let now = footprint().current.unwrap();
        // By now every slot has been written and every thread has had its turn.
        if round == rounds / 10 + 1 {
            early = Some(now);
        } else if early.is_some() {
            most = most.max(now);
        }
    }
    drop(before);
    let stats = decoder.stats();
    assert_eq!((stats.pictures, stats.pool.overflow, stats.copies), (CLIP.1 * rounds as u64, 0, 0), "{stats:?}");
    let early = early.unwrap();
    assert!(most < early + WAVER, "{early} bytes early, {most} later, in {minutes} minutes");
}
