//! Audio calls leave the heap alone once their plans are made. One test in this file: the counter is the whole program's.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::{Mel, Profile, Resampler, lip_sync_window_into, lip_sync_window_start, mel_picture_into};
use millpond_core::memory::{CountingAllocator, counts};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn nothing_allocates_after_construction() {
    let samples: Vec<f32> = (0..50_000u64).map(|n| (n * n % 1009) as f32 / 1009.0 - 0.5).collect();
    let mut out = vec![0.0; 200_000];
    let mut pixels = vec![0; 251 * 80 * 4];
    let mut window = vec![0.0; 80 * 16];
    let mut mel = Mel::new(Profile::Lipsync.config()).unwrap();
    let mut resamplers = [(44_100, 48_000), (48_000, 16_000), (44_101, 48_000), (8_000, 8_000)]
        .map(|(a, b)| Resampler::new(a, b).unwrap());

    let before = counts();
    for len in [0, 1, 639, 16_037, 50_000] {
        let frames = mel.process_into(&samples[..len], &mut out).unwrap().written;
        if frames >= 16 {
            let start = lip_sync_window_start(3, mel.config().columns_per_second(), 25.into(), frames).unwrap();
            lip_sync_window_into(&out, 80, frames, start, &mut window).unwrap();
            mel_picture_into(&out, 80, frames, (-4.0, 4.0), 251, 80, &mut pixels).unwrap();
        }
    }
    for resampler in &mut resamplers {
        for piece in samples.chunks(777) {
            resampler.process_into(piece, &mut out);
        }
        resampler.flush_into(&mut out);
        resampler.seek(1234);
    }
    assert_eq!(counts(), before);

    // The counter does count.
    drop(std::hint::black_box(vec![0u8; 10]));
    assert_eq!(counts().steady, before.steady + 1);
}
