//! The building blocks of the front ends, and what becomes of bad input.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::*;
use millpond_core::simd::Level;
use millpond_core::{Error, Rational};

fn noise(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

fn too_small(needed: usize, got: usize) -> Error {
    Error::BufferTooSmall { needed, got }
}

#[test]
fn pre_emphasis_in_pieces_is_that_of_the_whole() {
    let clip = noise(1000, 1);
    // scipy.signal.lfilter([1, -0.97], [1], x)
    let want: Vec<f32> = (0..1000).map(|n| if n == 0 { clip[0] } else { clip[n] - 0.97 * clip[n - 1] }).collect();
    let mut emphasis = PreEmphasis::new(0.97);
    for piece in [1, 7, 300] {
        let mut got = clip.clone();
        got.chunks_mut(piece).for_each(|piece| emphasis.process(piece));
        assert_eq!(got, want);
        emphasis.reset();
    }
}

#[test]
fn paddings_are_numpys() {
    let pad = |padding: Padding, before, after| {
        let mut out = vec![9.0; 3 + before + after];
        padding.pad_into(&[1.0, 2.0, 3.0], before, after, &mut out).map(|()| out)
    };
    // np.pad([1, 2, 3], (4, 3), mode="reflect"), "symmetric", "constant"
    assert_eq!(pad(Padding::Reflect, 4, 3).unwrap(), [1., 2., 3., 2., 1., 2., 3., 2., 1., 2.]);
    assert_eq!(pad(Padding::Mirror, 4, 3).unwrap(), [3., 3., 2., 1., 1., 2., 3., 3., 2., 1.]);
    assert_eq!(pad(Padding::Zero, 1, 2).unwrap(), [0., 1., 2., 3., 0., 0.]);
    assert_eq!(pad(Padding::None, 0, 0).unwrap(), [1., 2., 3.]);
    assert_eq!(pad(Padding::SnipEdges, 0, 1).unwrap_err().code(), "E_BAD_PARAMETER");
    let mut out = [9.0; 4];
    assert_eq!(Padding::Zero.pad_into(&[1.0; 3], 1, 1, &mut out), Err(too_small(5, 4)));
    assert_eq!(out, [9.0; 4]);
    Padding::Reflect.pad_into(&[], 2, 2, &mut out).unwrap();
    assert_eq!(out, [0.0; 4]);
}

#[test]
fn samples_of_every_format_become_mono() {
    let mut out = [9.0; 3];
    mono_from_interleaved_into(&[i16::MIN, -1, 16_384], 1, &mut out).unwrap();
    assert_eq!(out, [-1.0, -1.0 / 32_768.0, 0.5]);
    mono_from_interleaved_into(&[i32::MIN, 1 << 30, i32::MAX], 1, &mut out).unwrap();
    assert_eq!(out, [-1.0, 0.5, 1.0]);
    mono_from_interleaved_into(&[0.5f32, -0.25, 1.5], 1, &mut out).unwrap();
    assert_eq!(out, [0.5, -0.25, 1.5]);

    let (left, right) = ([0.5f32, 1.0, -1.0], [0.25f32, -1.0, -0.5]);
    let interleaved: Vec<f32> = left.iter().zip(right).flat_map(|(&l, r)| [l, r]).collect();
    mono_from_interleaved_into(&interleaved, 2, &mut out).unwrap();
    assert_eq!(out, [0.375, 0.0, -0.75]);
    let mut planar = [9.0; 3];
    mono_from_planar_into(&[&left, &right], &mut planar).unwrap();
    assert_eq!(planar, out);
    mono_from_planar_into(&[&[3i16 << 13; 3][..], &[0; 3], &[0; 3]], &mut planar).unwrap();
    assert_eq!(planar, [0.25; 3]);

    let mut out = [9.0; 1];
    assert_eq!(mono_from_interleaved_into(&[0i16; 5], 2, &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mono_from_interleaved_into(&[0i16; 4], 0, &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mono_from_interleaved_into(&[0i16; 4], 2, &mut out), Err(too_small(2, 1)));
    assert_eq!(mono_from_planar_into::<f32>(&[], &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mono_from_planar_into(&[&[0f32; 1][..], &[0.0; 2]], &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mono_from_planar_into(&[&[0f32; 2]], &mut out), Err(too_small(2, 1)));
    assert_eq!(out, [9.0]);
}

#[test]
fn decibels_are_librosas() {
    // librosa.power_to_db([1e-12, 1e-3, 0.5, 2], ref=2, amin=1e-10, top_db=30) and top_db=None
    let power = [1e-12, 1e-3, 0.5, 2.0];
    let close = |got: [f32; 4], want: [f32; 4]| got.iter().zip(want).all(|(g, w)| (g - w).abs() < 2e-5);
    let mut db = power;
    power_to_db(&mut db, 2.0, 1e-10, Some(30.0), None).unwrap();
    assert!(close(db, [-30.0, -30.0, -6.020_6, 0.0]), "{db:?}");
    let mut db = power;
    power_to_db(&mut db, 2.0, 1e-10, None, None).unwrap();
    assert!(close(db, [-103.010_3, -33.010_3, -6.020_6, 0.0]), "{db:?}");
    // Piece by piece with the clip's peak.
    let (mut a, mut whole) = (power, power);
    power_to_db(&mut whole, 1.0, 1e-10, Some(20.0), None).unwrap();
    power_to_db(&mut a[..2], 1.0, 1e-10, Some(20.0), Some(whole[3])).unwrap();
    assert_eq!(a[..2], whole[..2]);
    assert_eq!(power_to_db(&mut db, 1.0, 0.0, None, None).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(log_in_place(Log::Log10, f32::NAN, &mut db).unwrap_err().code(), "E_BAD_PARAMETER");

    let mut odd = [f32::NAN, f32::INFINITY, -1.0, f32::NEG_INFINITY];
    log_in_place(Log::Log10, 1e-10, &mut odd).unwrap();
    assert!(
        odd.iter().zip([-10.0, 38.531_84, -10.0, -10.0]).all(|(g, w): (&f32, f32)| (g - w).abs() < 1e-5),
        "{odd:?}"
    );
}

#[test]
fn normalisations_are_their_formulas() {
    let values = [-120.0, -100.0, -50.0, -25.0, 0.0, 10.0];
    let of = |how, layout| {
        let mut out = values;
        normalize_in_place(how, &mut out, 2, 3, layout).unwrap();
        out
    };
    let mels = Layout::MelsFirst;
    assert_eq!(of(Normalization::Symmetric { range: 100.0, max_abs: 4.0 }, mels), [-4.0, -4.0, 0.0, 2.0, 4.0, 4.0]);
    assert_eq!(of(Normalization::Unit { range: 100.0 }, mels), [0.0, 0.0, 0.5, 0.75, 1.0, 1.0]);
    assert_eq!(of(Normalization::Affine { add: 4.0, divide: 4.0 }, mels)[2..4], [-11.5, -5.25]);
    // Mean 2, variance 8/3 in both bands; then the same numbers frames first.
    let how = Normalization::MeanVariance { epsilon: 1e-12 };
    let step = (4.0f64 / (16.0f64 * 2.0 / 3.0 / 4.0).sqrt()) as f32 / 2.0;
    let mut out = [0.0, 2.0, 4.0, 4.0, 2.0, 0.0];
    normalize_in_place(how, &mut out, 2, 3, mels).unwrap();
    assert!(out.iter().zip([-step, 0.0, step, step, 0.0, -step]).all(|(g, w)| (g - w).abs() < 1e-6), "{out:?}");
    let mut other = [0.0, 4.0, 2.0, 2.0, 4.0, 0.0];
    normalize_in_place(how, &mut other, 2, 3, Layout::FramesFirst).unwrap();
    assert_eq!([0, 2, 4, 1, 3, 5].map(|i| other[i]), out);
    let bad = normalize_in_place(Normalization::Unit { range: 0.0 }, &mut out, 2, 3, mels);
    assert_eq!(bad.unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(normalize_in_place(how, &mut out, 2, 4, mels), Err(too_small(8, 6)));
}

#[test]
fn rows_are_padded_with_the_edges() {
    let features: Vec<f32> = (0..41 * 512).map(|i| i as f32).collect();
    let mut out = vec![-1.0; 43 * 512];
    assert_eq!(pad_rows_into(&features, 512, 1, 1, &mut out), Ok(43));
    assert_eq!(
        (&out[..512], &out[512..42 * 512], &out[42 * 512..]),
        (&features[..512], &features[..], &features[40 * 512..])
    );
    assert_eq!(pad_rows_into(&features, 512, 2, 1, &mut out), Err(too_small(44 * 512, 43 * 512)));
    assert_eq!(pad_rows_into(&features, 0, 1, 1, &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(pad_rows_into(&features[1..], 512, 1, 1, &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(pad_rows_into(&[], 512, 1, 1, &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
}

#[test]
fn batches_and_views_are_the_windows() {
    let (n_mels, n_frames) = (5, 100);
    let mel: Vec<f32> = (0..n_mels * n_frames).map(|i| i as f32).collect();
    for rate in [Rational::from(25), Rational::new(30_000, 1001), 30.into(), 50.into(), 60.into()] {
        let mut batch = vec![-1.0; 40 * n_mels * 16];
        let written = lip_sync_batch_into(&mel, n_mels, n_frames, 3..43, 80.into(), rate, &mut batch);
        assert_eq!(written, Ok(batch.len()));
        let mut window = vec![0.0; n_mels * 16];
        for (i, got) in (3..43).zip(batch.chunks_exact(n_mels * 16)) {
            let start = lip_sync_window_start(i, 80.into(), rate, n_frames).unwrap();
            assert_eq!(start, ((i as i128 * 80 * rate.denom() / rate.numer()) as usize).min(84));
            lip_sync_window_into(&mel, n_mels, n_frames, start, &mut window).unwrap();
            assert_eq!(got, window);
        }
    }
    let view = lip_sync_window_view(&mel, 5, 100, 7).unwrap();
    assert_eq!(view, &mel[35..35 + 80]);
    assert_eq!(lip_sync_window_view(&mel, 5, 100, 85).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(lip_sync_window_view(&mel, 5, 101, 7), Err(too_small(505, 500)));

    let mut out = [7.0; 159];
    let batch =
        |frames, rate: Rational, out: &mut [f32]| lip_sync_batch_into(&mel, 5, 100, frames, 80.into(), rate, out);
    assert_eq!(batch(0..2, 25.into(), &mut out), Err(too_small(160, 159)));
    assert_eq!(batch(0..1, 0.into(), &mut out).unwrap_err().code(), "E_BAD_PARAMETER");
    // The first window's numbers fit, the second's do not.
    assert_eq!(batch(0..1, Rational::new(1, i128::MAX / 50), &mut out), Ok(80));
    out = [7.0; 159];
    let overflows = lip_sync_batch_into(&mel, 3, 100, 1..3, 80.into(), Rational::new(1, i128::MAX / 100), &mut out);
    assert_eq!(overflows.unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(out, [7.0; 159]);
}

#[test]
fn rates_must_match() {
    let config = Profile::Librosa.config();
    assert_eq!(config.expect_rate(22_050), Ok(()));
    let error = config.expect_rate(16_000).unwrap_err();
    assert_eq!((error.code(), error), ("E_RATE_MISMATCH", Error::RateMismatch { expected: 22_050, got: 16_000 }));
}

/// What is not a number, infinite or huge gives finite features where there is a logarithm, the same at every level.
#[test]
fn bad_samples_give_the_same_features_at_every_level() {
    for profile in Profile::ALL {
        let config = profile.config();
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 2.0] {
            let mut samples = noise(8000, 3);
            samples[4000] = bad;
            samples[4900] = -bad;
            let features = |level: Level| {
                let mut mel = Mel::new(config.clone()).unwrap().with_level(level);
                let mut out = vec![0.0; mel.output_len(samples.len())];
                mel.process_into(&samples, &mut out).unwrap();
                out
            };
            let want = features(Level::SCALAR);
            assert!(config.log == Log::None || want.iter().all(|x| x.is_finite()), "{profile} {bad}");
            for level in Level::available() {
                let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                assert!(features(level).iter().zip(&want).all(same), "{profile} {bad} {level:?}");
            }
        }
    }
}

#[test]
fn absurd_configurations_are_one_error_each() {
    type Change = fn(&mut MelConfig);
    let changes: [(&str, Change); 26] = [
        ("sample_rate_hz", |c| c.sample_rate_hz = 0),
        ("scale", |c| c.scale = 0.0),
        ("scale", |c| c.scale = f32::NAN),
        ("pre_emphasis", |c| c.pre_emphasis = f32::INFINITY),
        ("pad_to_samples", |c| c.pad_to_samples = usize::MAX),
        ("n_fft", |c| c.n_fft = 0),
        ("n_fft", |c| c.n_fft = 65_537),
        ("win_samples", |c| c.n_fft = c.win_samples - 1),
        ("win_samples", |c| c.win_samples = 0),
        ("hop_samples", |c| c.hop_samples = 0),
        ("hop_samples", |c| c.hop_samples = usize::MAX),
        ("n_mels", |c| c.n_mels = 0),
        ("n_mels", |c| c.n_mels = c.n_fft / 2 + 2),
        ("max_hz", |c| c.max_hz = 8001.0),
        ("max_hz", |c| c.max_hz = f64::NAN),
        ("min_hz", |c| c.min_hz = 7600.0),
        ("min_hz", |c| c.min_hz = -1.0),
        ("min_hz", |c| c.min_hz = f64::NAN),
        ("floor", |c| c.floor = 0.0),
        ("floor", |c| c.floor = 1e-40),
        ("reference", |c| c.reference = Reference::Value(f32::NAN)),
        ("top", |c| c.top = Some(-1.0)),
        ("log", |c| c.log = Log::None),
        ("range", |c| c.normalization = Normalization::Symmetric { range: 0.0, max_abs: 4.0 }),
        ("divide", |c| c.normalization = Normalization::Affine { add: 4.0, divide: 0.0 }),
        ("epsilon", |c| c.normalization = Normalization::MeanVariance { epsilon: 0.0 }),
    ];
    for (field, change) in changes {
        let mut config = Profile::Lipsync.config();
        change(&mut config);
        let refused = |error: Error| match error {
            Error::BadParameter { name, .. } => name,
            other => panic!("{field}: {other}"),
        };
        assert_eq!(refused(Mel::new(config.clone()).unwrap_err()), field);
        assert_eq!(refused(MelStream::new(config.clone()).unwrap_err()), field);
        assert_eq!(refused(MelFilterbank::new(&config).unwrap_err()), field);
    }
}
