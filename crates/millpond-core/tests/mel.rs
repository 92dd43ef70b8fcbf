//! What the log-mel promises besides its values: sizes, errors, locality, windows, picture.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::{Mel, MelConfig, Profile, lip_sync_window_into, lip_sync_window_start, mel_picture_into};
use millpond_core::{Error, Rational};
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

fn run(config: MelConfig, samples: &[f32]) -> Vec<f32> {
    let mut mel = Mel::new(config).unwrap();
    let mut out = vec![0.0; mel.n_mels() * mel.output_frames(samples.len())];
    assert_eq!(mel.process_into(samples, &mut out).unwrap().written, out.len() / mel.n_mels());
    out
}

#[test]
fn sizes() {
    let mel = Mel::new(Profile::Lipsync.config()).unwrap();
    assert_eq!([0, 1, 199, 200, 16_000].map(|n| mel.output_frames(n)), [0, 1, 1, 2, 81]);
    assert_eq!(mel.config().columns_per_second(), Rational::from(80));
    assert!(run(Profile::Lipsync.config(), &[]).is_empty());
}

#[test]
fn a_short_buffer_is_refused_and_untouched() {
    let mut mel = Mel::new(Profile::Lipsync.config()).unwrap();
    let mut out = [7.0; 80 * 6 - 1];
    let error = mel.process_into(&noise(1000, 1), &mut out).unwrap_err();
    assert_eq!(error, Error::BufferTooSmall { needed: 480, got: 479 });
    assert_eq!(error.code(), "E_BUFFER_TOO_SMALL");
    assert!(out.iter().all(|&x| x == 7.0));
}

#[test]
fn what_is_not_a_number_stays_where_it_is() {
    let clean = noise(8000, 3);
    let want = run(Profile::Lipsync.config(), &clean);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let mut samples = clean.clone();
        samples[4000] = bad;
        let got = run(Profile::Lipsync.config(), &samples);
        for (i, (g, w)) in got.iter().zip(&want).enumerate() {
            assert!((-4.0..=4.0).contains(g));
            // The window of frame f spans 200f - 320 .. 200f + 320; sample 4001 sees 4000 through the pre-emphasis.
            let centre = (i % 41) as i64 * 200;
            let sees = (3680..=4321).contains(&centre);
            assert!(sees || g.to_bits() == w.to_bits(), "{bad} at column {}", i % 41);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// A frame does not depend on its neighbours in the vector lanes: dropping whole hops from the front moves it to
    /// another lane and leaves its bits alone, away from the ends.
    #[test]
    fn bits_do_not_depend_on_the_lane(hops in 1usize..9, seed in 1u32..1000, hop in 1usize..300) {
        let config = MelConfig { hop_samples: hop, ..Profile::Lipsync.config() };
        let samples = noise(3000 + hop * hops, seed);
        let (whole, cut) = (run(config.clone(), &samples), run(config, &samples[hop * hops..]));
        let (frames, cut_frames) = (whole.len() / 80, cut.len() / 80);
        prop_assert_eq!(frames, cut_frames + hops);
        for f in 512usize.div_ceil(hop) + 1..cut_frames {
            for m in 0..80 {
                prop_assert_eq!(cut[m * cut_frames + f].to_bits(), whole[m * frames + f + hops].to_bits());
            }
        }
    }

    /// No size or value makes it panic.
    #[test]
    fn any_configuration_runs(n_fft in 2usize..600, win in 2usize..600, hop in 1usize..700, n_mels in 1usize..90,
                              len in 0usize..700, seed in 1u32..99) {
        let n_mels = n_mels.min(n_fft / 2 + 1);
        let config = MelConfig { n_fft, win_samples: win.min(n_fft), hop_samples: hop, n_mels, ..Profile::Lipsync.config() };
        let out = run(config, &noise(len, seed));
        prop_assert!(out.iter().all(|x| (-4.0..=4.0).contains(x)));
    }
}

#[test]
fn windows_start_where_the_formula_says() {
    let start = |index, frame_rate, n_frames| lip_sync_window_start(index, 80.into(), frame_rate, n_frames);
    // 80 columns a second, 25 frames a second: 3.2 columns a frame.
    let starts: Vec<usize> = (0..6).map(|i| start(i, 25.into(), 100).unwrap()).collect();
    assert_eq!(starts, [0, 3, 6, 9, 12, 16]);
    // An hour into 29.97 fps the exact quotient is 287999.712: the floor must not be rounded up.
    assert_eq!(start(107_892, Rational::new(30_000, 1001), usize::MAX), Ok(287_999));
    assert_eq!(start(50, 25.into(), 100), Ok(84));
    assert_eq!(start(u64::MAX, Rational::new(1, 1001), 16), Ok(0));
    assert!(start(0, 25.into(), 15).is_err());
    assert!(start(0, 0.into(), 16).is_err());
    assert!(start(u64::MAX, Rational::new(1, i128::MAX), 16).is_err());
}

#[test]
fn a_window_is_its_columns() {
    let mel: Vec<f32> = (0..2 * 20).map(|i| i as f32).collect();
    let mut out = [0.0; 32];
    lip_sync_window_into(&mel, 2, 20, 3, &mut out).unwrap();
    assert_eq!((out[0], out[15], out[16], out[31]), (3.0, 18.0, 23.0, 38.0));
    assert!(lip_sync_window_into(&mel, 2, 20, 5, &mut out).is_err());
    assert!(lip_sync_window_into(&mel, 3, 20, 0, &mut out).is_err());
    assert!(lip_sync_window_into(&mel, 2, 20, 0, &mut out[..31]).is_err());
}

#[test]
fn the_picture_has_low_bands_below_and_shows_peaks() {
    // Two bands, three frames: band 0 is loud in frame 1, band 1 half loud in frame 2.
    let mel = [-4.0, 4.0, -4.0, -4.0, -4.0, 0.0];
    let (dark, bright) = ([0, 0, 4, 255], [252, 252, 190, 255]);
    let mut out = [9; 3 * 2 * 4];
    mel_picture_into(&mel, 2, 3, (-4.0, 4.0), 3, 2, &mut out).unwrap();
    let pixels: Vec<&[u8]> = out.chunks_exact(4).collect();
    assert_eq!(pixels[..2], [dark, dark]);
    assert_eq!(pixels[2], [183, 55, 121, 255]);
    assert_eq!(pixels[3..], [dark, bright, dark]);
    // One pixel shows the loudest of all cells; larger pictures repeat cells.
    mel_picture_into(&mel, 2, 3, (-4.0, 4.0), 1, 1, &mut out).unwrap();
    assert_eq!(out[..4], bright);
    let mut large = vec![0; 7 * 5 * 4];
    mel_picture_into(&mel, 2, 3, (-4.0, 4.0), 7, 5, &mut large).unwrap();
    assert_eq!(large[(4 * 7 + 3) * 4..][..4], bright);
    assert!(mel_picture_into(&mel, 2, 3, (4.0, 4.0), 3, 2, &mut out).is_err());
    assert!(mel_picture_into(&mel, 2, 3, (-4.0, 4.0), 3, 3, &mut out).is_err());
    assert!(mel_picture_into(&mel, 2, 3, (-4.0, 4.0), 0, 3, &mut out).is_err());
    mel_picture_into(&[f32::NAN; 6], 2, 3, (-4.0, 4.0), 3, 2, &mut out).unwrap();
}
