//! The specification of resampling: every other level gives the same bytes.
//!
//! Weights are those of [`Axis`] and sum to 2^14; the horizontal pass comes first. `>>` rounds down, Σ is over the taps.
//!
//! ```text
//! samples of eight bits
//!   filters without overshoot   t = (Σ w·p + 2^6) >> 7    15 bits     o = (Σ w·t + 2^20) >> 21
//!   filters that overshoot      t = (Σ w·p + 2^7) >> 8    signed      o = (Σ w·t + 2^19) >> 20      clamped to 0…255
//!
//! RGBA with straight alpha
//!   filters without overshoot   v = c·a − 2^15 for colours, 255·a − 2^15 for alpha       16 bits     s = 0, z = 2^15
//!   filters that overshoot      v = c·a >> 2 and 255·a >> 2                              14 bits     s = 2, z = 0
//!   either pass                 (Σ w·v + 2^13) >> 14                                     clamped to 16 bits
//!   at the end, with V = max(v + z, 0)
//!                               c = min((C·255 + ⌊A/2⌋) / A, 255)     a = min(((A << s) + 127) / 255, 255)
//!                               all zero where A is 0
//!
//! halves the size exactly       o = (p + p' + q + q' + 2) >> 2
//! ```
//!
//! Sums stay within 32 bits and `t` within 16. The offset of 2^15 makes products of 16-bit numbers out of those with 16
//! bits without a sign; since weights sum to 2^14 it passes through unchanged. Straight alpha is divided in integers here,
//! elsewhere in f32: C·255 + A/2 is below 2^24 and the quotient's distance to the next integer at least 1/A > 2^-16, so
//! that a correctly rounded quotient of f32 rounds down to the same integer. The last line is what the first formula
//! gives for weights of one half.

use super::super::Axis;

/// `out[x·channels + c]` from the samples of channel `c` of a row.
#[inline(always)]
pub(super) fn horizontal<T: Copy + Into<i32>>(axis: &Axis, channels: usize, shift: u32, row: &[T], out: &mut [i16]) {
    for (index, out) in out.chunks_exact_mut(channels).take(axis.len()).enumerate() {
        let (first, weights) = axis.at(index);
        for (channel, out) in out.iter_mut().enumerate() {
            let samples = row[first * channels + channel..].iter().step_by(channels);
            let sum: i32 = samples.zip(weights).map(|(&sample, &weight)| sample.into() * i32::from(weight)).sum();
            *out = ((sum + (1 << (shift - 1))) >> shift).clamp(-32768, 32767) as i16;
        }
    }
}

/// Sums of column `x` of `rows`, which hold a row of `width` for every weight.
#[inline(always)]
fn column(rows: &[i16], width: usize, weights: &[i16], x: usize) -> i32 {
    rows[x..].iter().step_by(width).zip(weights).map(|(&value, &weight)| i32::from(value) * i32::from(weight)).sum()
}

#[inline(always)]
pub(super) fn vertical(rows: &[i16], width: usize, weights: &[i16], shift: u32, out: &mut [u8]) {
    for (x, out) in out.iter_mut().enumerate() {
        *out = ((column(rows, width, weights, x) + (1 << (shift - 1))) >> shift).clamp(0, 255) as u8;
    }
}

/// `overshoots` is that of the filter, here and in [`premultiply`].
#[inline(always)]
pub(super) fn vertical_straight(rows: &[i16], width: usize, weights: &[i16], overshoots: bool, out: &mut [u8]) {
    let (zero, shift) = if overshoots { (0, 2) } else { (32768, 0) };
    for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let value = |channel: usize| {
            let sum = (column(rows, width, weights, 4 * x + channel) + (1 << 13)) >> 14;
            (sum.clamp(-32768, 32767) + zero).max(0) as u32
        };
        *out = straight([value(0), value(1), value(2), value(3)], shift);
    }
}

#[inline(always)]
fn straight([red, green, blue, alpha]: [u32; 4], shift: u32) -> [u8; 4] {
    if alpha == 0 {
        return [0; 4];
    }
    let channel = |value: u32| ((value * 255 + alpha / 2) / alpha).min(255) as u8;
    [channel(red), channel(green), channel(blue), (((alpha << shift) + 127) / 255).min(255) as u8]
}

/// Pixels weighted by their alpha; `swap` exchanges the first and the third channel.
#[inline(always)]
pub(super) fn premultiply(pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
    for (out, &[first, second, third, alpha]) in out.as_chunks_mut::<4>().0.iter_mut().zip(pixels.as_chunks::<4>().0) {
        let (first, third) = if swap { (third, first) } else { (first, third) };
        *out = [first, second, third, 255].map(|value| {
            let product = i32::from(value) * i32::from(alpha);
            (if overshoots { product >> 2 } else { product - 32768 }) as i16
        });
    }
}

/// Means of two by two pixels of `channels` samples; `upper` and `lower` begin with the first.
#[inline(always)]
pub(super) fn halve(channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
    let pairs = upper.chunks_exact(2 * channels).zip(lower.chunks_exact(2 * channels));
    for (out, (upper, lower)) in out.chunks_exact_mut(channels).zip(pairs) {
        for (channel, out) in out.iter_mut().enumerate() {
            let next = channels + channel;
            let sum = [upper[channel], upper[next], lower[channel], lower[next]].map(u32::from).iter().sum::<u32>();
            *out = ((sum + 2) >> 2) as u8;
        }
    }
}
