//! A stream fed in any pieces has the bits of the whole clip, and every level has the bits of the scalar one.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::audio::{
    ClipReference, Layout, Log, Mel, MelConfig, MelStream, Normalization, Padding, Profile, Reference, Window,
};
use millpond_core::simd::Level;
use proptest::prelude::*;

fn noise(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// Frames first.
fn whole(config: &MelConfig, level: Level, samples: &[f32]) -> (Vec<f32>, ClipReference) {
    let mut mel = Mel::new(config.clone()).unwrap().with_layout(Layout::FramesFirst).with_level(level);
    let mut out = vec![f32::NAN; mel.output_len(samples.len())];
    let done = mel.process_into(samples, &mut out).unwrap();
    assert_eq!((done.read, done.written), (samples.len(), mel.output_frames(samples.len())));
    let reference = mel.clip_reference().clone();
    (out, reference)
}

fn streamed(stream: &mut MelStream, samples: &[f32], pieces: &[usize]) -> Vec<f32> {
    let (mut rest, mut out) = (samples, Vec::new());
    let mut pieces = pieces.iter().cycle();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(*pieces.next().unwrap()));
        let mut frames = vec![f32::NAN; stream.output_len(now.len())];
        assert_eq!(stream.output_frames(now.len()) * stream.config().n_mels, frames.len());
        let done = stream.push_into(now, &mut frames).unwrap();
        assert_eq!((done.read, done.written * stream.config().n_mels), (now.len(), frames.len()));
        out.extend(frames);
        rest = later;
    }
    let mut frames = vec![f32::NAN; stream.flush_len()];
    stream.flush_into(&mut frames).unwrap();
    out.extend(frames);
    out
}

fn paddings() -> impl Strategy<Value = Padding> {
    prop::sample::select(vec![Padding::Reflect, Padding::Zero, Padding::None, Padding::SnipEdges, Padding::Mirror])
}

prop_compose! {
    fn configurations()(
        profile in prop::sample::select(Profile::ALL.to_vec()), padding in paddings(), change in any::<bool>(),
        n_fft in 2usize..400, win in 2usize..400, hop in 1usize..500, drop_last_frame in any::<bool>(),
        pad_to_samples in prop::sample::select(vec![0, 0, 900, 1600]), clip_max in any::<bool>(),
        mean_variance in any::<bool>(),
    ) -> MelConfig {
        let config = profile.config();
        if !change {
            return config;
        }
        let reference = if clip_max && config.log != Log::None { Reference::ClipMax } else { config.reference };
        let normalization =
            if mean_variance { Normalization::MeanVariance { epsilon: 1e-5 } } else { config.normalization };
        MelConfig {
            padding, n_fft, win_samples: win.min(n_fft), hop_samples: hop, n_mels: 1 + n_fft / 4, drop_last_frame,
            pad_to_samples, reference, normalization, ..config
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn pieces_make_the_whole(
        config in configurations(), len in 0usize..6000, seed in 1u32..1000,
        pieces in prop::collection::vec(1usize..1500, 1..5),
    ) {
        let samples = noise(len, seed);
        let (want, reference) = whole(&config, Level::best(), &samples);
        let mut stream = MelStream::with_reference(config.clone(), reference).unwrap();
        prop_assert_eq!(bits(&streamed(&mut stream, &samples, &pieces)), bits(&want), "{:?}", &config);
        // And once more: a flush begins a new clip, and so does a reset.
        stream.push_into(&samples[..len.min(7)], &mut vec![0.0; 100_000]).unwrap();
        stream.reset();
        prop_assert_eq!(bits(&streamed(&mut stream, &samples, &[1 + len])), bits(&want));
    }

    #[test]
    fn levels_agree(config in configurations(), len in 0usize..6000, seed in 1u32..1000) {
        let samples = noise(len, seed);
        let (want, _) = whole(&config, Level::SCALAR, &samples);
        for level in Level::available() {
            prop_assert_eq!(bits(&whole(&config, level, &samples).0), bits(&want), "{:?} {:?}", level, &config);
        }
    }
}

#[test]
fn every_profile_streams_at_every_level() {
    let samples = noise(40_000, 7);
    for profile in Profile::ALL {
        let (want, reference) = whole(&profile.config(), Level::SCALAR, &samples);
        for level in Level::available() {
            let stream = MelStream::with_reference(profile.config(), reference.clone()).unwrap();
            let got = streamed(&mut stream.with_level(level), &samples, &[128]);
            assert_eq!(bits(&got), bits(&want), "{profile} {level:?}");
        }
    }
}

#[test]
fn a_frame_comes_out_after_the_stated_latency() {
    for profile in Profile::ALL {
        let config = profile.config();
        let mut stream = MelStream::with_reference(config.clone(), ClipReference::peak(0.0)).unwrap();
        let mut out = vec![0.0; config.n_mels];
        let mut arrivals = Vec::new();
        for received in 1..=12_000 {
            if stream.push_into(&[0.1], &mut out).unwrap().written == 1 {
                arrivals.push(received);
            }
        }
        let due = |frame: usize| frame * config.hop_samples + stream.latency_samples();
        assert!((due(0)..=due(0) + 1).contains(&arrivals[0]), "{profile} {arrivals:?}");
        for (frame, &arrival) in arrivals.iter().enumerate().skip(1) {
            assert_eq!(arrival, due(frame), "{profile} {frame}");
        }
        assert!(arrivals.len() > 20);
    }
    let latency = |profile: Profile| {
        MelStream::with_reference(profile.config(), ClipReference::peak(0.0)).unwrap().latency_samples()
    };
    assert_eq!(Profile::ALL.map(latency), [320, 400, 200, 200, 1024, 200, 400]);
}

#[test]
fn what_needs_the_whole_clip_says_so() {
    let needs = |config: MelConfig| MelStream::new(config).err().map(|error| (error.code(), error));
    let lipsync = || Profile::Lipsync.config();
    assert!(needs(lipsync()).is_none());
    for config in [
        Profile::Whisper80.config(),
        Profile::Whisper128.config(),
        Profile::Librosa.config(),
        MelConfig { reference: Reference::ClipMax, ..lipsync() },
        MelConfig { normalization: Normalization::MeanVariance { epsilon: 1e-7 }, ..lipsync() },
    ] {
        assert!(config.needs_whole_clip().is_some());
        assert!(matches!(needs(config), Some(("E_NEEDS_WHOLE_CLIP", Error::NeedsWholeClip { .. }))));
    }
    let mean_variance = MelConfig { normalization: Normalization::MeanVariance { epsilon: 1e-7 }, ..lipsync() };
    for reference in [
        ClipReference::peak(0.0),
        ClipReference { peak: f32::NAN, mean: vec![0.0; 80], deviation: vec![1.0; 80] },
        ClipReference { peak: 0.0, mean: vec![0.0; 80], deviation: vec![0.0; 80] },
    ] {
        assert!(matches!(MelStream::with_reference(mean_variance.clone(), reference), Err(Error::BadParameter { .. })));
    }
}

#[test]
fn a_short_buffer_takes_and_writes_nothing() {
    let samples = noise(2000, 5);
    let mut stream = MelStream::new(Profile::Lipsync.config()).unwrap();
    let needed = stream.output_len(2000);
    let mut out = vec![7.0; needed];
    let error = stream.push_into(&samples, &mut out[..needed - 1]).unwrap_err();
    assert_eq!(error, Error::BufferTooSmall { needed, got: needed - 1 });
    assert!(out.iter().all(|&x| x == 7.0));
    assert_eq!(stream.push_into(&samples, &mut out).unwrap().read, 2000);
    let needed = stream.flush_len();
    assert_eq!(stream.flush_into(&mut out[..needed - 1]), Err(Error::BufferTooSmall { needed, got: needed - 1 }));
    assert_eq!(stream.flush_into(&mut out).unwrap().written * 80, needed);
}

/// What a stream keeps does not grow: an hour through a plan made once, and the work is that of its frames alone.
#[test]
fn a_long_stream_is_many_short_ones() {
    let config =
        MelConfig { window: Window::Hamming, n_fft: 64, win_samples: 64, n_mels: 8, ..Profile::Torchaudio.config() };
    let samples = noise(16_000, 3);
    let mut stream = MelStream::new(config.clone()).unwrap();
    let mut out = vec![0.0; stream.output_len(32_000)];
    let mut frames = 0;
    for _ in 0..3600 {
        frames += stream.push_into(&samples, &mut out).unwrap().written;
    }
    frames += stream.flush_into(&mut out).unwrap().written;
    assert_eq!(frames, config.output_frames(3600 * 16_000));
}
