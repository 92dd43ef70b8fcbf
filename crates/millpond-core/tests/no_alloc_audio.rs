//! Audio calls leave the heap alone once their plans are made: every profile, whole and as a stream, and every building
//! block. Without libtest, whose own thread allocates; the counter is the whole program's.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::*;
use millpond_core::memory::{CountingAllocator, counts};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const LENGTHS: [usize; 6] = [0, 1, 639, 640, 16_037, 50_000];

fn main() {
    let samples: Vec<f32> = (0..50_000u64).map(|n| (n * n % 1009) as f32 / 1009.0 - 0.5).collect();
    let mut out = vec![0.0; 900_000];

    // Bluestein's transforms and the extremes of the configuration, too.
    let base = Profile::Lipsync.config();
    let odd = [
        MelConfig { n_fft: 1009, win_samples: 1000, padding: Padding::Mirror, ..base.clone() },
        MelConfig { n_fft: 1102, hop_samples: 4000, padding: Padding::None, ..base.clone() },
        MelConfig { normalization: Normalization::MeanVariance { epsilon: 1e-7 }, ..base.clone() },
        MelConfig { pad_to_samples: 20_000, reference: Reference::ClipMax, ..base },
    ];
    for config in Profile::ALL.into_iter().map(Profile::config).chain(odd) {
        let mut mel = Mel::new(config.clone()).unwrap();
        for len in LENGTHS {
            nothing_allocates(|| {
                mel.process_into(&samples[..len], &mut out).unwrap();
                mel.linear_into(&samples[..len], &mut out).unwrap();
            });
        }
        let mut stream = MelStream::with_reference(config, mel.clip_reference().clone()).unwrap();
        for len in LENGTHS {
            nothing_allocates(|| {
                for piece in samples[..len].chunks(777) {
                    stream.push_into(piece, &mut out).unwrap();
                }
                stream.flush_into(&mut out).unwrap();
                stream.push_into(&samples[..len], &mut out).unwrap();
                stream.reset();
            });
        }
    }

    let mut stft = Stft::new(StftConfig {
        n_fft: 512,
        win_samples: 400,
        hop_samples: 160,
        window: Window::Blackman,
        window_periodic: true,
        padding: Padding::Zero,
    })
    .unwrap();
    let bank = MelFilterbank::new(&Profile::KaldiFbank80.config()).unwrap();
    let (mut spectra, mut mono, mut pixels) = (vec![0.0; 514 * 60], samples.clone(), vec![0; 251 * 80 * 4]);
    nothing_allocates(|| {
        PreEmphasis::new(0.97).process(&mut mono);
        mono_from_interleaved_into(&samples, 2, &mut mono).unwrap();
        mono_from_planar_into(&[&samples[..], &samples[..]], &mut mono).unwrap();
        Padding::Reflect.pad_into(&samples[..8000], 900, 900, &mut mono).unwrap();
        Window::Povey.fill(false, &mut out[..400]);
        apply_window(&out[..400], &mut mono[..400]).unwrap();
        stft.complex_into(&mono[..8000], &mut spectra).unwrap();
        stft.magnitude_into(&mono[..8000], &mut spectra).unwrap();
        let frames = stft.power_into(&mono[..8000], &mut spectra).unwrap();
        bank.apply_into(&spectra, frames, &mut out).unwrap();
        power_to_db(&mut out[..80 * frames], 1.0, 1e-10, Some(80.0), None).unwrap();
        log_in_place(Log::Natural, 1e-10, &mut mono).unwrap();
        normalize_in_place(Normalization::Unit { range: 80.0 }, &mut out, 80, frames, Layout::MelsFirst).unwrap();
        lip_sync_batch_into(&out, 80, frames, 0..8, 80.into(), 25.into(), &mut mono).unwrap();
        lip_sync_window_view(&out, 80, frames, 3).unwrap();
        mel_picture_into(&out, 80, frames, value_range(&out), 251, 80, &mut pixels).unwrap();
        pad_rows_into(&samples[..41 * 512], 512, 1, 1, &mut out).unwrap();
    });

    let rates = [(44_100, 48_000), (48_000, 16_000), (44_101, 48_000), (8_000, 8_000)];
    for mut resampler in rates.map(|(a, b)| Resampler::new(a, b).unwrap()) {
        nothing_allocates(|| {
            for piece in samples.chunks(777) {
                resampler.process_into(piece, &mut out);
            }
            resampler.flush_into(&mut out);
            resampler.seek(1234);
        });
    }

    // The counter does count.
    let before = counts();
    drop(std::hint::black_box(vec![0u8; 10]));
    assert_eq!(counts().steady, before.steady + 1);
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

#[track_caller]
fn nothing_allocates(work: impl FnOnce()) {
    let before = counts();
    work();
    assert_eq!(counts(), before);
}
