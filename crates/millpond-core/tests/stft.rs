//! STFT and mel bands against their formulas, written out here in f64 with libm: any sizes, windows, paddings, scales.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::audio::{
    Log, Mel, MelConfig, MelNorm, MelScale, Padding, Profile, Spectrum, Stft, StftConfig, Window,
};
use millpond_core::simd::Level;
use proptest::prelude::*;
use std::f64::consts::PI;

fn noise(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

fn window(shape: Window, periodic: bool, len: usize) -> Vec<f64> {
    let period = if periodic { len } else { len - 1 } as f64;
    let at = |n: usize| {
        let theta = 2.0 * PI * n as f64 / period;
        match shape {
            Window::Hann => 0.5 - 0.5 * theta.cos(),
            Window::Hamming => 0.54 - 0.46 * theta.cos(),
            Window::Blackman => 0.42 - 0.5 * theta.cos() + 0.08 * (2.0 * theta).cos(),
            Window::Povey => (0.5 - 0.5 * theta.cos()).max(0.0).powf(0.85),
            Window::Rectangular => 1.0,
        }
    };
    (0..len).map(at).collect()
}

/// The clip as the padding continues it, at any position: by stepping back into it, end by end.
fn continued(clip: &[f64], padding: Padding, mut at: i64) -> f64 {
    let last = clip.len() as i64 - 1;
    let (before, after) = match padding {
        Padding::Reflect if last == 0 => return clip[0],
        Padding::Reflect => (0, 2 * last),
        Padding::Mirror => (-1, 2 * last + 1),
        _ => return usize::try_from(at).ok().and_then(|at| clip.get(at)).copied().unwrap_or(0.0),
    };
    while !(0..=last).contains(&at) {
        at = if at < 0 { before - at } else { after - at };
    }
    clip[at as usize]
}

/// Where frame f's window begins in the clip, and in the FFT; and the number of frames.
fn placed(config: &MelConfig, len: usize) -> (impl Fn(usize) -> i64, i64, usize) {
    let (n_fft, win, hop) = (config.n_fft as i64, config.win_samples as i64, config.hop_samples as i64);
    let (len, centre) = (len as i64, (n_fft - win) / 2);
    let (first, start, frames) = match config.padding {
        Padding::Reflect | Padding::Zero => (centre - n_fft / 2, centre, 1 + len / hop),
        Padding::None => (centre, centre, if len < n_fft { 0 } else { 1 + (len - n_fft) / hop }),
        Padding::SnipEdges => (0, 0, if len < win { 0 } else { 1 + (len - win) / hop }),
        Padding::Mirror => (hop / 2 - win / 2, 0, (len + hop / 2) / hop),
    };
    (move |f| f as i64 * hop + first, start, if len == 0 { 0 } else { frames as usize })
}

/// X[k] of every frame, `[n_frames][n_bins]`, by the definition.
fn spectra(config: &MelConfig, clip: &[f32]) -> Vec<Vec<[f64; 2]>> {
    let mut x: Vec<f64> = clip.iter().map(|&x| f64::from(x) * f64::from(config.scale)).collect();
    let c = f64::from(config.pre_emphasis);
    if !config.pre_emphasis_per_frame {
        (1..x.len()).rev().for_each(|n| x[n] -= c * x[n - 1]);
    }
    x.resize(x.len().max(config.pad_to_samples), 0.0);
    let (begin, start, frames) = placed(config, x.len());
    let window = window(config.window, config.window_periodic, config.win_samples);
    let n_fft = config.n_fft;
    let turn: Vec<[f64; 2]> =
        (0..n_fft).map(|i| (-2.0 * PI * i as f64 / n_fft as f64).sin_cos()).map(|(sin, cos)| [cos, sin]).collect();
    let frame = |f: usize| {
        let mut y: Vec<f64> = (0..window.len()).map(|n| continued(&x, config.padding, begin(f) + n as i64)).collect();
        if config.remove_dc {
            let mean = y.iter().sum::<f64>() / y.len() as f64;
            y.iter_mut().for_each(|y| *y -= mean);
        }
        if config.pre_emphasis_per_frame {
            (1..y.len()).rev().for_each(|n| y[n] -= c * y[n - 1]);
            y[0] -= c * y[0];
        }
        let bin = |k: usize| {
            y.iter().zip(&window).enumerate().fold([0.0; 2], |[re, im], (n, (y, w))| {
                let [cos, sin] = turn[k * (n + start as usize) % n_fft];
                [re + y * w * cos, im + y * w * sin]
            })
        };
        (0..=n_fft / 2).map(bin).collect()
    };
    (0..frames).map(frame).collect()
}

fn mel(scale: MelScale, hz: f64) -> f64 {
    match scale {
        MelScale::Slaney if hz < 1000.0 => hz * 3.0 / 200.0,
        MelScale::Slaney => 15.0 + 27.0 * (hz / 1000.0).ln() / 6.4f64.ln(),
        MelScale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
        MelScale::Kaldi => 1127.0 * (1.0 + hz / 700.0).ln(),
    }
}

fn hz(scale: MelScale, m: f64) -> f64 {
    match scale {
        MelScale::Slaney if m < 15.0 => m * 200.0 / 3.0,
        MelScale::Slaney => 1000.0 * (6.4f64.ln() / 27.0 * (m - 15.0)).exp(),
        MelScale::Htk => 700.0 * (10f64.powf(m / 2595.0) - 1.0),
        MelScale::Kaldi => 700.0 * ((m / 1127.0).exp() - 1.0),
    }
}

/// Bands of every frame, `[n_frames][n_mels]`.
fn bands(config: &MelConfig, clip: &[f32]) -> Vec<Vec<f64>> {
    let scale = config.mel_scale;
    let rate = f64::from(config.sample_rate_hz);
    let top = if config.max_hz == 0.0 { rate / 2.0 } else { config.max_hz };
    let (low, high) = (mel(scale, config.min_hz), mel(scale, top));
    let edges: Vec<f64> =
        (0..config.n_mels + 2).map(|i| low + (high - low) * i as f64 / (config.n_mels + 1) as f64).collect();
    let weight = |m: usize, k: usize| {
        let at = k as f64 * rate / config.n_fft as f64;
        let [left, centre, right] = [0, 1, 2].map(|i| hz(scale, edges[m + i]));
        let slope = match scale {
            MelScale::Kaldi => {
                let at = mel(scale, at);
                ((at - edges[m]) / (edges[m + 1] - edges[m])).min((edges[m + 2] - at) / (edges[m + 2] - edges[m + 1]))
            }
            _ => ((at - left) / (centre - left)).min((right - at) / (right - centre)),
        };
        let height = if config.mel_norm == MelNorm::Slaney { 2.0 / (right - left) } else { 1.0 };
        height * slope.max(0.0)
    };
    let weights: Vec<Vec<f64>> =
        (0..config.n_mels).map(|m| (0..=config.n_fft / 2).map(|k| weight(m, k)).collect()).collect();
    let of_frame = |spectrum: &Vec<[f64; 2]>| -> Vec<f64> {
        let bins: Vec<f64> = spectrum
            .iter()
            .map(|[re, im]| if config.spectrum == Spectrum::Power { re * re + im * im } else { re.hypot(*im) })
            .collect();
        weights.iter().map(|row| row.iter().zip(&bins).map(|(w, x)| w * x).sum()).collect()
    };
    spectra(config, clip).iter().map(of_frame).collect()
}

fn linear(config: &MelConfig, clip: &[f32]) -> (Vec<f32>, usize) {
    let mut mel = Mel::new(config.clone()).unwrap();
    let mut out = vec![f32::NAN; mel.output_len(clip.len())];
    let frames = mel.linear_into(clip, &mut out).unwrap().written;
    (out, frames)
}

/// Relative error 1e-5 on white noise, of bands within 30 dB of the loudest of their frame: further below it (the lowest
/// bands after pre-emphasis) the rounding errors of the loud bins count, which an f32 spectrum has everywhere.
#[test]
fn bands_of_every_profile_are_the_formula_within_1e_5() {
    let clip = noise(4000, 11);
    for profile in Profile::ALL {
        let config = profile.config();
        let want = bands(&config, &clip);
        let (got, frames) = linear(&config, &clip);
        assert_eq!(frames, want.len() - usize::from(config.drop_last_frame), "{profile}");
        let (mut worst, mut compared) = (0.0f64, 0);
        let range = if config.spectrum == Spectrum::Power { 1e-3 } else { 1e-3f64.sqrt() };
        for (i, &got) in got.iter().enumerate() {
            let column = &want[i % frames];
            let (want, most) = (column[i / frames], column.iter().copied().fold(0.0, f64::max));
            if want == 0.0 {
                assert_eq!(got, 0.0, "{profile}: an empty band");
            } else if want > most * range {
                worst = worst.max((f64::from(got) / want - 1.0).abs());
                compared += 1;
            }
        }
        println!("{profile}: {worst:.1e} over {compared} of {}", got.len());
        assert!(worst <= 1e-5 && compared > got.len() / 2, "{profile}: {worst} over {compared}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn spectra_are_the_formula(
        n_fft in 2usize..150, win in 2usize..150, hop in 1usize..200, len in 0usize..400, seed in 1u32..999,
        window in prop::sample::select(vec![Window::Hann, Window::Hamming, Window::Blackman, Window::Povey,
                                            Window::Rectangular]),
        padding in prop::sample::select(vec![Padding::Reflect, Padding::Zero, Padding::None, Padding::SnipEdges,
                                             Padding::Mirror]),
        window_periodic in any::<bool>(),
    ) {
        let win_samples = win.min(n_fft);
        let config = StftConfig { n_fft, win_samples, hop_samples: hop, window, window_periodic, padding };
        let clip = noise(len, seed);
        let formula = MelConfig {
            n_fft, win_samples, hop_samples: hop, window, window_periodic, padding, ..Profile::Torchaudio.config()
        };
        let want = spectra(&formula, &clip);
        let (frames, bins) = (want.len(), n_fft / 2 + 1);
        for level in [Level::SCALAR, Level::best()] {
            let mut stft = Stft::new(config).unwrap().with_level(level);
            prop_assert_eq!((stft.output_frames(len), stft.n_bins()), (frames, bins));
            let mut out = vec![f32::NAN; 2 * bins * frames];
            prop_assert_eq!(stft.complex_into(&clip, &mut out), Ok(frames));
            let bound = 1e-6 * (win_samples as f64).sqrt() * (1.0 + (n_fft as f64).log2());
            for (f, want) in want.iter().enumerate() {
                for (k, [re, im]) in want.iter().enumerate() {
                    let at = |part: usize| f64::from(out[(2 * k + part) * frames + f]);
                    prop_assert!((at(0) - re).hypot(at(1) - im) < bound, "{:?} frame {} bin {}", config, f, k);
                }
            }
            // Magnitude and power are those of the same bins, to the bit.
            let (mut magnitude, mut power) = (vec![f32::NAN; bins * frames], vec![f32::NAN; bins * frames]);
            stft.magnitude_into(&clip, &mut magnitude).unwrap();
            stft.power_into(&clip, &mut power).unwrap();
            for i in 0..bins * frames {
                let (re, im) = (out[2 * (i / frames) * frames + i % frames], out[(2 * (i / frames) + 1) * frames + i % frames]);
                prop_assert_eq!(power[i], re * re + im * im);
                prop_assert_eq!(magnitude[i], power[i].sqrt());
            }
        }
    }
}

#[test]
fn features_are_the_logarithms_of_the_bands() {
    let clip = noise(9000, 2);
    for profile in Profile::ALL {
        let config = profile.config();
        let (linear, frames) = linear(&config, &clip);
        let mut mel = Mel::new(config.clone()).unwrap();
        let mut got = vec![f32::NAN; linear.len()];
        assert_eq!(mel.process_into(&clip, &mut got).unwrap().written, frames);
        let factor = if config.spectrum == Spectrum::Magnitude { 20.0 } else { 10.0 };
        let mut want: Vec<f64> = linear
            .iter()
            .map(|&x| match config.log {
                Log::None => f64::from(x),
                Log::Decibels => factor * f64::from(x.max(config.floor)).log10(),
                Log::Log10 => f64::from(x.max(config.floor)).log10(),
                Log::Natural => f64::from(x.max(config.floor)).ln(),
            })
            .collect();
        let most = want.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match profile {
            Profile::Lipsync | Profile::Wav2Lip => {
                want.iter_mut().for_each(|x| *x = (8.0 * (*x - 20.0 + 100.0) / 100.0 - 4.0).clamp(-4.0, 4.0));
            }
            Profile::Whisper80 | Profile::Whisper128 => {
                want.iter_mut().for_each(|x| *x = (x.max(most - 8.0) + 4.0) / 4.0);
            }
            Profile::Librosa => want.iter_mut().for_each(|x| *x = x.max(most - 80.0)),
            Profile::Torchaudio | Profile::KaldiFbank80 => {}
        }
        for (got, want) in got.iter().zip(&want) {
            assert!((f64::from(*got) - want).abs() < 2e-5 + 1e-6 * want.abs(), "{profile}: {got} {want}");
        }
    }
}

#[test]
fn a_short_buffer_and_bad_sizes_are_refused() {
    let config = StftConfig {
        n_fft: 16,
        win_samples: 16,
        hop_samples: 4,
        window: Window::Hann,
        window_periodic: true,
        padding: Padding::Zero,
    };
    let mut stft = Stft::new(config).unwrap();
    let mut out = [7.0; 9 * 3];
    assert_eq!(stft.complex_into(&[0.0; 8], &mut out), Err(Error::BufferTooSmall { needed: 54, got: 27 }));
    assert_eq!(stft.power_into(&[0.0; 12], &mut out), Err(Error::BufferTooSmall { needed: 36, got: 27 }));
    assert_eq!(out, [7.0; 27]);
    assert_eq!(stft.power_into(&[0.0; 8], &mut out), Ok(3));
    for bad in [
        StftConfig { n_fft: 0, ..config },
        StftConfig { n_fft: 1, win_samples: 1, ..config },
        StftConfig { win_samples: 17, ..config },
        StftConfig { win_samples: 0, ..config },
        StftConfig { hop_samples: 0, ..config },
    ] {
        assert_eq!(Stft::new(bad).unwrap_err().code(), "E_BAD_PARAMETER");
    }
}
