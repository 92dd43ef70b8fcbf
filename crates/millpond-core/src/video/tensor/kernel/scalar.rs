//! The specification, and the code of every level: what the compiler makes vectors of by itself.

use super::super::Linear;
use super::super::frame_to_tensor::Channel;

#[inline(always)]
fn normalised(value: u8, Linear { scale, offset }: Linear) -> f32 {
    f32::from(value) * scale + offset
}

/// One channel of a row of pixels.
#[inline(always)]
pub(super) fn plane(row: &[u8], pixel_bytes: usize, channel: Channel, out: &mut [f32]) {
    if pixel_bytes == 4 {
        // As words, of which vectors shift and mask out a byte.
        let shift = 8 * channel.at as u32;
        for (out, &pixel) in out.iter_mut().zip(row.as_chunks::<4>().0) {
            let value = (u32::from_le_bytes(pixel) >> shift) as u8;
            *out = normalised(value, channel.linear);
        }
    } else {
        for (out, pixel) in out.iter_mut().zip(row.as_chunks::<3>().0) {
            *out = normalised(pixel[channel.at % 3], channel.linear);
        }
    }
}

/// All channels of a row of pixels, interleaved.
#[inline(always)]
pub(super) fn interleaved(row: &[u8], pixel_bytes: usize, channels: [Channel; 3], out: &mut [f32]) {
    for (out, pixel) in out.as_chunks_mut::<3>().0.iter_mut().zip(row.chunks_exact(pixel_bytes)) {
        *out = channels.map(|channel| normalised(pixel[channel.at], channel.linear));
    }
}

/// Half up, clamped; what is not a number becomes 0.
#[inline(always)]
fn code(value: f32, Linear { scale, offset }: Linear) -> u32 {
    let value = value * scale + offset;
    // Comparisons with what is not a number are false.
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    // By way of i32, which vectors can be made; it is 0 to 255 already.
    (value + 0.5) as i32 as u32
}

/// Pixels of three or four bytes, the fourth 255, from channels whose values lie `channel_step` apart, those of a channel
/// `step` apart. Channel i goes to byte `at[i]`.
#[inline(always)]
pub(super) fn pixels(
    values: &[f32],
    (channel_step, step): (usize, usize),
    linear: [Linear; 3],
    at: [usize; 3],
    pixel_bytes: usize,
    out: &mut [u8],
) {
    // Planes in the order of the pixel's bytes.
    let mut channels = [0; 3];
    for (channel, &at) in at.iter().enumerate() {
        channels[at % 3] = channel;
    }
    let [first, second, third] = channels.map(|channel| (&values[channel * channel_step..], linear[channel]));
    if pixel_bytes == 4 && step == 1 {
        for (((out, &a), &b), &c) in out.as_chunks_mut::<4>().0.iter_mut().zip(first.0).zip(second.0).zip(third.0) {
            let [a, b, c] = [code(a, first.1), code(b, second.1), code(c, third.1)];
            *out = (a | b << 8 | c << 16 | 255 << 24).to_le_bytes();
        }
        return;
    }
    for (x, out) in out.chunks_exact_mut(pixel_bytes).enumerate() {
        for (out, (values, linear)) in out.iter_mut().zip([first, second, third]) {
            *out = code(values[x * step], linear) as u8;
        }
        if let Some(alpha) = out.get_mut(3) {
            *alpha = 255;
        }
    }
}
