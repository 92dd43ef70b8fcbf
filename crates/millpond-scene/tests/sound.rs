//! The mix from outside: what goes in at which time, what comes out, and that neither piece sizes nor seeks change a bit.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::Rational;
use millpond_core::audio::Resampler;
use millpond_scene::sound::{MAX_BLOCK, Mixer};
use millpond_scene::{SceneError, Sound};
use proptest::prelude::*;

const RATE: u32 = 48_000;

fn sound() -> Sound {
    Sound { asset: 0, gain_db: 0.0, start: 0.into(), end: None, offset: 0.into() }
}

fn samples(count: i128) -> Rational {
    Rational::new(count, i128::from(RATE))
}

fn noise(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0) * 0.5
        })
        .collect()
}

/// One sound's PCM at its rate, the first sample at `first` on the asset's timeline.
struct Pcm {
    rate: u32,
    first: i64,
    channels: Vec<Vec<f32>>,
}

impl Pcm {
    fn mono(rate: u32, first: i64, samples: Vec<f32>) -> Pcm {
        Pcm { rate, first, channels: vec![samples] }
    }

    /// Pushes samples `at..`, at most `piece`, and returns how many were taken.
    fn push(&self, mixer: &mut Mixer, sound: usize, at: usize, piece: usize) -> usize {
        let to = self.channels[0].len().min(at + piece);
        let planar: Vec<&[f32]> = self.channels.iter().map(|channel| &channel[at..to]).collect();
        let pts = (self.first + at as i64, Rational::from(i128::from(self.rate)));
        mixer.push(sound, Some(pts), &planar).unwrap()
    }
}

/// Mixes `frames` from the mixer's position on, pushing pieces only when asked.
fn play(mixer: &mut Mixer, pcm: &[Pcm], frames: usize, block: usize, piece: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![f32::NAN; frames], vec![f32::NAN; frames]);
    let mut at: Vec<usize> = pcm
        .iter()
        .enumerate()
        .map(|(i, pcm)| {
            // Where a demuxer that finds exact positions would go on.
            let wanted = mixer.wanted_from(i).unwrap() * Rational::from(i128::from(pcm.rate));
            usize::try_from(wanted.to_integer() - i128::from(pcm.first)).unwrap_or(0).min(pcm.channels[0].len())
        })
        .collect();
    for (left, right) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
        while let Some(i) = mixer.need(left.len()) {
            if at[i] == pcm[i].channels[0].len() {
                mixer.end(i).unwrap();
            } else {
                let taken = pcm[i].push(mixer, i, at[i], piece);
                assert!(taken > 0, "a sound that is needed takes something");
                at[i] += taken;
            }
        }
        mixer.mix_into(left, right).unwrap();
    }
    (left, right)
}

fn mix(sounds: &[Sound], pcm: &[Pcm], frames: usize) -> (Vec<f32>, Vec<f32>) {
    let mut mixer = opened(sounds, pcm);
    play(&mut mixer, pcm, frames, 1000, 700)
}

fn opened(sounds: &[Sound], pcm: &[Pcm]) -> Mixer {
    let mut mixer = Mixer::new(sounds).unwrap();
    for (i, pcm) in pcm.iter().enumerate() {
        mixer.open(i, pcm.rate, pcm.channels.len()).unwrap();
    }
    mixer
}

#[test]
fn stereo_at_unit_gain_is_untouched() {
    let pcm = Pcm { rate: RATE, first: 0, channels: vec![noise(5000, 1), noise(5000, 2)] };
    let (left, right) = mix(&[sound()], std::slice::from_ref(&pcm), 6000);
    assert_eq!((&left[..5000], &right[..5000]), (&pcm.channels[0][..], &pcm.channels[1][..]));
    assert!(left[5000..].iter().chain(&right[5000..]).all(|&x| x == 0.0));
}

#[test]
fn gains_are_exact_factors() {
    // 10^(-6/20) = 0.501187233627272…, of which 0.5011872 is the nearest f32; -120 and 60 dB are powers of ten.
    for (gain_db, factor) in [(-6.0, 0.501_187_2), (-20.0, 0.1), (20.0, 10.0), (-120.0, 1e-6), (60.0, 1000.0)] {
        let quiet: Vec<f32> = noise(100, 3).iter().map(|x| x / 1024.0).collect();
        let (left, _) = mix(&[Sound { gain_db, ..sound() }], &[Pcm::mono(RATE, 0, quiet.clone())], 100);
        let want: Vec<f32> = quiet.iter().map(|x| (x * factor).clamp(-1.0, 1.0)).collect();
        assert_eq!(left, want, "{gain_db} dB");
    }
}

#[test]
fn priming_is_trimmed() {
    let pcm = noise(4000, 4);
    let (left, _) = mix(&[sound()], &[Pcm::mono(RATE, -1024, pcm.clone())], 2976);
    assert_eq!(left, pcm[1024..]);
}

#[test]
fn start_end_and_offset_are_placed_to_the_frame() {
    let pcm = noise(4000, 5);
    let placed = Sound { start: samples(100), end: Some(samples(600)), offset: samples(30), ..sound() };
    let (left, _) = mix(&[placed], &[Pcm::mono(RATE, 0, pcm.clone())], 1000);
    assert!(left[..100].iter().chain(&left[600..]).all(|&x| x == 0.0));
    assert_eq!(left[100..600], pcm[30..530]);
    // Halves of a frame round up, anything less down.
    let half = Sound { start: Rational::new(201, 96_000), ..sound() };
    let less = Sound { start: Rational::new(200_999, 96_000_000), ..sound() };
    for (sound, first) in [(half, 101), (less, 100)] {
        let (left, _) = mix(&[sound], &[Pcm::mono(RATE, 0, pcm.clone())], 300);
        assert_eq!(left[first..], pcm[..300 - first]);
    }
}

#[test]
fn what_lies_before_the_offset_is_silent_wherever_pushing_begins() {
    let (all, rate) = (noise(9000, 6), 44_100);
    let sounds = [Sound { offset: Rational::new(1, 20), ..sound() }];
    let from = |first: usize| {
        let mut mixer = opened(&sounds, &[Pcm::mono(rate, 0, vec![])]);
        assert_eq!(push(&mut mixer, first as i64, i128::from(rate), &all[first..]), all.len() - first);
        let (mut left, mut right) = (vec![0.0; 4000], vec![0.0; 4000]);
        mixer.mix_into(&mut left, &mut right).unwrap();
        left
    };
    let whole = from(0);
    for first in [1, 2100, 2204, 2205] {
        assert_eq!(whole, from(first), "{first}");
    }
    // Sample 2205 is the first that is heard: silence before it.
    let silenced: Vec<f32> = all.iter().enumerate().map(|(n, &x)| if n < 2205 { 0.0 } else { x }).collect();
    let mut resampler = Resampler::new(rate, RATE).unwrap();
    let mut want = vec![0.0; 9000];
    resampler.process_into(&silenced, &mut want);
    assert_eq!(whole[..4000], want[2400..6400]);
}

fn push(mixer: &mut Mixer, ticks: i64, rate: i128, samples: &[f32]) -> usize {
    mixer.push(0, Some((ticks, rate.into())), &[samples]).unwrap()
}

#[test]
fn gaps_are_filled_jitter_is_not_and_overlaps_are_dropped() {
    let pcm = noise(3000, 7);
    let mut mixer = opened(&[sound()], &[Pcm::mono(RATE, 0, vec![])]);
    push(&mut mixer, 0, 48_000, &pcm[..1000]);
    // 20 ms late and early: contiguous. Time scales of milliseconds make such.
    push(&mut mixer, 1000 + 960, 48_000, &pcm[1000..1500]);
    push(&mut mixer, 1500 - 960, 48_000, &pcm[1500..2000]);
    // 961 late: a gap.
    push(&mut mixer, 2000 + 961, 48_000, &pcm[2000..2500]);
    // 1000 early: the first 1000 samples are for times that have passed.
    assert_eq!(push(&mut mixer, 3461 - 1000, 48_000, &pcm[..1500]), 1500);
    let (mut left, mut right) = ([0.0; 3961], [0.0; 3961]);
    mixer.mix_into(&mut left, &mut right).unwrap();
    assert_eq!(left[..2000], pcm[..2000]);
    assert!(left[2000..2961].iter().all(|&x| x == 0.0));
    assert_eq!(left[2961..3461], pcm[2000..2500]);
    assert_eq!(left[3461..], pcm[1000..1500]);
    assert_eq!(mixer.need(1), Some(0));
}

#[test]
fn a_gap_longer_than_the_queue_is_filled_in_turn() {
    let mut mixer = opened(&[sound()], &[Pcm::mono(RATE, 0, vec![])]);
    let (mut left, mut right) = ([0.0; MAX_BLOCK], [0.0; MAX_BLOCK]);
    // One second of silence, then ones.
    assert_eq!(push(&mut mixer, 48_000, 48_000, &[1.0; 500]), 0);
    let mut heard = Vec::new();
    let mut rest = 500;
    while heard.len() < 48_500 {
        if mixer.need(100).is_some() {
            rest -= mixer.push(0, None, &[&[1.0; 500][..rest]]).unwrap();
            continue;
        }
        mixer.mix_into(&mut left[..100], &mut right[..100]).unwrap();
        heard.extend_from_slice(&left[..100]);
    }
    assert_eq!(heard.iter().position(|&x| x != 0.0), Some(48_000));
    assert!(heard[48_000..].iter().all(|&x| x == 1.0));
}

#[test]
fn sounds_are_summed_in_order_and_clamped_last() {
    let big = |value: f32| Pcm::mono(RATE, 0, vec![value; 10]);
    let sum = |values: [f32; 3]| mix(&[sound(), sound(), sound()], &values.map(big), 10).0[5];
    // f32 addition in file order: 2^24 + 1 + 1 loses both ones, 1 + 1 + 2^24 does not. Scaled down to stay in range.
    let (one, large) = (2f32.powi(-25), 0.5);
    assert_eq!(sum([large, one, one]), 0.5);
    assert_eq!(sum([one, one, large]), 0.5 + 2f32.powi(-24));
    // Clamping last: 0.75 + 0.75 − 0.75 is 0.75, and not 1 − 0.75.
    assert_eq!(sum([0.75, 0.75, -0.75]), 0.75);
    assert_eq!((sum([0.75, 0.75, 0.0]), sum([-0.75, -0.75, 0.0])), (1.0, -1.0));
    assert_eq!((sum([f32::INFINITY, 0.0, 0.0]), sum([f32::NAN, 0.0, 0.0])), (1.0, 0.0));
}

#[test]
fn downmix_has_the_coefficients_of_bs_775() {
    const C: f32 = 0.707_106_77;
    let layouts: [&[(f32, f32)]; 8] = [
        &[(1.0, 1.0)],
        &[(1.0, 0.0), (0.0, 1.0)],
        &[(1.0, 0.0), (0.0, 1.0), (C, C)],
        &[(1.0, 0.0), (0.0, 1.0), (C, 0.0), (0.0, C)],
        &[(1.0, 0.0), (0.0, 1.0), (C, C), (C, 0.0), (0.0, C)],
        &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (C, 0.0), (0.0, C)],
        &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (0.5, 0.5), (C, 0.0), (0.0, C)],
        &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (C, 0.0), (0.0, C), (C, 0.0), (0.0, C)],
    ];
    for layout in layouts {
        for (loud, &want) in layout.iter().enumerate() {
            let channels = (0..layout.len()).map(|i| vec![if i == loud { 1.0 } else { 0.0 }; 8]).collect();
            let (left, right) = mix(&[sound()], &[Pcm { rate: RATE, first: 0, channels }], 8);
            assert_eq!((left[3], right[3]), want, "channel {loud} of {}", layout.len());
        }
    }
}

#[test]
fn a_block_waits_for_its_sound() {
    let sounds = [sound(), Sound { start: samples(500), ..sound() }, sound()];
    let mut mixer = Mixer::new(&sounds).unwrap();
    let (mut left, mut right) = ([7.0; 501], [7.0; 501]);
    assert_eq!(mixer.need(10), Some(0));
    assert_eq!(mixer.push(0, None, &[&[0.0]]).unwrap_err(), SceneError::SoundNotOpen { sound: 0 });
    mixer.end(0).unwrap();
    assert_eq!(mixer.need(10), Some(2));
    mixer.open(2, RATE, 1).unwrap();
    mixer.push(2, None, &[&[0.5; 600]]).unwrap();
    // The second begins at 500.
    assert_eq!((mixer.need(500), mixer.need(501)), (None, Some(1)));
    let error = mixer.mix_into(&mut left, &mut right).unwrap_err();
    assert_eq!(error, SceneError::NeedsSound { sound: 1, frames: 501, position: 0 });
    assert_eq!(error.code(), "E_NEEDS_SOUND");
    assert_eq!((left[0], mixer.position()), (7.0, 0));
    mixer.mix_into(&mut left[..500], &mut right).unwrap();
    assert_eq!((left[499], left[500], right[499], mixer.position()), (0.5, 7.0, 0.5, 500));
    assert_eq!(mixer.time(), Rational::new(1, 96));
}

#[test]
fn wrong_calls_are_refused_with_codes() {
    let mut mixer = Mixer::new(&[sound()]).unwrap();
    assert_eq!(mixer.open(1, RATE, 2).unwrap_err().code(), "E_NO_SUCH");
    assert_eq!(mixer.open(0, 999, 2).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mixer.open(0, RATE, 9).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mixer.room(0).unwrap_err().code(), "E_SOUND_NOT_OPEN");
    mixer.open(0, RATE, 2).unwrap();
    assert_eq!(mixer.push(0, None, &[&[0.0]]).unwrap_err().code(), "E_BAD_PARAMETER");
    assert_eq!(mixer.push(0, None, &[&[0.0; 2], &[0.0]]).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
    assert_eq!(mixer.push(0, Some((0, 0.into())), &[&[0.0], &[0.0]]).unwrap_err().code(), "E_BAD_TIME_SCALE");
    let far = Rational::new(1, i128::MAX);
    assert_eq!(mixer.push(0, Some((i64::MAX, far)), &[&[0.0], &[0.0]]).unwrap_err().code(), "E_BAD_TIME_SCALE");
    assert_eq!(
        mixer.mix_into(&mut [0.0; MAX_BLOCK + 1], &mut [0.0; MAX_BLOCK + 1]).unwrap_err().code(),
        "E_BAD_PARAMETER"
    );
    assert_eq!(mixer.mix_into(&mut [0.0; 2], &mut [0.0]).unwrap_err().code(), "E_BUFFER_TOO_SMALL");
    for bad in [
        Sound { gain_db: 1e6, ..sound() },
        Sound { gain_db: f64::NAN, ..sound() },
        Sound { offset: samples(-1), ..sound() },
        Sound { start: i128::MAX.into(), ..sound() },
        Sound { end: Some(Rational::new(i128::MAX, 3)), ..sound() },
    ] {
        assert_eq!(Mixer::new(&[bad]).unwrap_err().code(), "E_BAD_PARAMETER");
    }
}

#[test]
fn a_sound_that_is_over_swallows_the_rest() {
    let mut mixer = opened(&[Sound { end: Some(samples(10)), ..sound() }], &[Pcm::mono(RATE, 0, vec![])]);
    push(&mut mixer, 0, 48_000, &[0.5; 20]);
    let (mut left, mut right) = ([0.0; 20], [0.0; 20]);
    mixer.mix_into(&mut left, &mut right).unwrap();
    assert_eq!((left[9], left[10], mixer.need(MAX_BLOCK)), (0.5, 0.0, None));
    assert_eq!(push(&mut mixer, 20, 48_000, &[0.5; 100_000]), 100_000);
    assert_eq!(mixer.room(0).unwrap(), usize::MAX);
}

#[test]
fn room_is_taken() {
    for rate in [8_000, 44_100, 48_000, 96_000] {
        let mut mixer = opened(&[sound()], &[Pcm::mono(rate, 0, vec![])]);
        mixer.push(0, None, &[&[0.1; 333]]).unwrap();
        let room = mixer.room(0).unwrap();
        assert!(room > 3000, "{rate}: {room}");
        assert_eq!(mixer.push(0, None, &[&vec![0.1; room]]).unwrap(), room);
        assert!(mixer.room(0).unwrap() < 2, "{rate}");
    }
}

#[test]
fn the_last_samples_are_heard_even_if_the_queue_was_full_at_the_end() {
    let mut mixer = opened(&[sound()], &[Pcm::mono(8_000, 0, vec![])]);
    let room = mixer.room(0).unwrap();
    assert_eq!(push(&mut mixer, 0, 8_000, &vec![0.5; room]), room);
    mixer.end(0).unwrap();
    let mut heard = Vec::new();
    while heard.len() < 6 * room {
        let (mut left, mut right) = ([0.0; 500], [0.0; 500]);
        mixer.mix_into(&mut left, &mut right).unwrap();
        heard.extend_from_slice(&left);
    }
    // The last sample is at full level, its ringing aside.
    assert!((heard[6 * (room - 2)] - 0.5).abs() < 0.1);
    assert!(heard[6 * room..].iter().all(|&x| x == 0.0));
}

/// Three sounds at three rates, one of them 5.1, with starts, ends and in-points off the grid.
fn scene() -> (Vec<Sound>, Vec<Pcm>) {
    let sounds = vec![
        Sound { gain_db: -3.0, offset: Rational::new(1, 7), ..sound() },
        Sound { start: Rational::new(1, 13), end: Some(Rational::new(1, 5)), gain_db: 1.5, ..sound() },
        Sound { start: Rational::new(1, 50), offset: Rational::new(1, 90), ..sound() },
    ];
    let pcm = vec![
        Pcm { rate: 44_100, first: -1024, channels: (0..6).map(|i| noise(14_000, 10 + i)).collect() },
        Pcm::mono(16_000, 0, noise(3000, 20)),
        Pcm { rate: RATE, first: 77, channels: vec![noise(9000, 30), noise(9000, 31)] },
    ];
    (sounds, pcm)
}

fn same_bits(a: &(Vec<f32>, Vec<f32>), b: &(Vec<f32>, Vec<f32>)) -> bool {
    let bits = |x: &(Vec<f32>, Vec<f32>)| x.0.iter().chain(&x.1).map(|x| x.to_bits()).collect::<Vec<_>>();
    bits(a) == bits(b)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn pieces_and_blocks_do_not_change_a_bit(block in 1usize..MAX_BLOCK, piece in 1usize..20_000) {
        let (sounds, pcm) = scene();
        let want = mix(&sounds, &pcm, 14_000);
        let got = play(&mut opened(&sounds, &pcm), &pcm, 14_000, block, piece);
        prop_assert!(same_bits(&want, &got));
    }

    #[test]
    fn a_seek_gives_what_playing_gives(from in 0usize..13_000, before in 0usize..2000, piece in 1usize..5000) {
        let (sounds, pcm) = scene();
        let all = mix(&sounds, &pcm, 14_000);
        let mut mixer = opened(&sounds, &pcm);
        play(&mut mixer, &pcm, before, 500, piece);
        mixer.seek(from as u64);
        let got = play(&mut mixer, &pcm, 14_000 - from, 900, piece);
        prop_assert!(same_bits(&(all.0[from..].to_vec(), all.1[from..].to_vec()), &got));
    }
}

#[test]
fn sounds_change_while_they_play() {
    let pcm = [Pcm::mono(44_100, 0, noise(90_000, 21)), Pcm::mono(RATE, 0, noise(90_000, 22))];
    let before = [sound(), Sound { start: samples(500), ..sound() }];
    let louder = [Sound { gain_db: 3.0, ..sound() }, before[1].clone()];
    let later = [louder[0].clone(), Sound { start: samples(4000), offset: samples(333), ..sound() }];
    let cut = [louder[0].clone(), Sound { end: Some(samples(20_000)), ..later[1].clone() }];
    let mut mixer = opened(&before, &pcm);
    play(&mut mixer, &pcm, 3000, 1000, 700);
    for (sounds, moved) in
        [(&louder, vec![]), (&later, vec![1]), (&cut, vec![1]), (&before, vec![1]), (&before, vec![])]
    {
        assert_eq!(mixer.set_sounds(sounds).unwrap(), moved);
        // Everything that a new mixer of these sounds plays from here.
        let mut fresh = opened(sounds, &pcm);
        fresh.seek(mixer.position());
        assert_eq!(play(&mut mixer, &pcm, 8000, 1000, 700), play(&mut fresh, &pcm, 8000, 1000, 700));
    }
    let other = [before[0].clone(), Sound { asset: 1, ..sound() }];
    for (sounds, path) in [(&before[..1], "audio differs"), (&other[..], "audio[1].asset differs")] {
        let error = mixer.set_sounds(sounds).unwrap_err();
        assert_eq!((error.code(), error.to_string().starts_with(path)), ("E_SCENE_CHANGED", true), "{error}");
    }
}
