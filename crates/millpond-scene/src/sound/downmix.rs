//! Any layout to stereo, after ITU-R BS.775-4, annex 4: with c = √½ (−3 dB),
//! left = L + c·C + c·Ls and right = R + c·C + c·Rs, without LFE and without normalisation; mono goes to both at unity.
//!
//! The channels are known by their number, in the order of FFmpeg and WebCodecs:
//!
//! | channels | order |
//! |---|---|
//! | 1 | C, at unity |
//! | 2 | L R |
//! | 3 | L R C |
//! | 4 | L R Ls Rs |
//! | 5 | L R C Ls Rs |
//! | 6 | L R C LFE Ls Rs |
//! | 7 | L R C LFE Cs Ls Rs, where the back centre goes to both sides at another −3 dB |
//! | 8 | L R C LFE Lb Rb Ls Rs |
//!
//! Each output is a sum in the order of the channels, in f32. Nothing allocates.

const C: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// A single back channel is shared by both surrounds: −3 dB, then −3 dB again.
const CS: f32 = 0.5;

/// What each channel adds to the left and to the right, by number of channels.
const GAINS: [&[(f32, f32)]; 8] = [
    &[(1.0, 1.0)],
    &[(1.0, 0.0), (0.0, 1.0)],
    &[(1.0, 0.0), (0.0, 1.0), (C, C)],
    &[(1.0, 0.0), (0.0, 1.0), (C, 0.0), (0.0, C)],
    &[(1.0, 0.0), (0.0, 1.0), (C, C), (C, 0.0), (0.0, C)],
    &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (C, 0.0), (0.0, C)],
    &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (CS, CS), (C, 0.0), (0.0, C)],
    &[(1.0, 0.0), (0.0, 1.0), (C, C), (0.0, 0.0), (C, 0.0), (0.0, C), (C, 0.0), (0.0, C)],
];

/// The most channels.
pub(super) const MAX_CHANNELS: usize = GAINS.len();

/// Writes the left (`side` 0) or right (`side` 1) of samples `from..from + out.len()` of 1 to 8 planar channels.
pub(super) fn downmix_into(planar: &[&[f32]], side: usize, from: usize, out: &mut [f32]) {
    let gains = GAINS[planar.len() - 1].iter().map(|&(left, right)| if side == 0 { left } else { right });
    let mut first = true;
    // A channel with no part in this side is left out: 0 × infinity would not be silence.
    for (channel, gain) in planar.iter().zip(gains).filter(|&(_, gain)| gain != 0.0) {
        let samples = &channel[from..from + out.len()];
        if first {
            // The first is always at unity: a copy keeps its bits.
            out.copy_from_slice(samples);
            first = false;
        } else {
            for (out, sample) in out.iter_mut().zip(samples) {
                *out += gain * sample;
            }
        }
    }
}
