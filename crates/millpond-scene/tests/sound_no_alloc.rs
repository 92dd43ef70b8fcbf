//! Pushing, mixing and seeking leave the heap alone. The counter is the whole program's, and libtest's own thread
//! allocates, so this is a program of its own.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::memory::{CountingAllocator, counts};
use millpond_scene::Sound;
use millpond_scene::sound::Mixer;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let sound = Sound { asset: 0, gain_db: -3.0, start: 0.into(), end: None, offset: 0.into() };
    let mut mixer = Mixer::new(&[sound.clone(), sound]).unwrap();
    mixer.open(0, 44_100, 6).unwrap();
    mixer.open(1, 48_000, 1).unwrap();
    let pcm = vec![0.1f32; 1024];
    let surround = [&pcm[..]; 6];
    let (mut left, mut right) = (vec![0.0; 2048], vec![0.0; 2048]);

    let before = counts();
    for round in 0..3 {
        let mut pushed = [0i64; 2];
        for _ in 0..40 {
            while let Some(sound) = mixer.need(2048) {
                let (rate, planar) = if sound == 0 { (44_100, &surround[..]) } else { (48_000, &surround[..1]) };
                // Every ninth block leaves a gap.
                let gap = if pushed[sound] % 9 == 8 { 3000 } else { 0 };
                let pts = (pushed[sound] * 1024 + gap, i128::from(rate).into());
                if mixer.push(sound, Some(pts), planar).unwrap() == 1024 {
                    pushed[sound] += 1;
                }
            }
            mixer.mix_into(&mut left, &mut right).unwrap();
        }
        mixer.end(0).unwrap();
        mixer.seek(round);
    }
    assert_eq!(counts(), before);
    assert!(left.iter().any(|&x| x != 0.0));
    let allocated = Box::new(before);
    assert_eq!(counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test nothing allocates after opening ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
