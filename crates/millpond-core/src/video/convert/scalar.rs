//! The rows of conversion, as they are specified. Pixels here have four bytes and red first; blue first comes of
//! exchanged coefficients.

use super::rgb_to_yuv::weighted as weighted_pixel;
use super::{RgbToYuv, YuvToRgb, YuvToYuv, eight_of_high_ten, eight_of_ten};

/// Chroma for every pixel; alpha becomes 255.
pub(super) fn full_to_rgba(to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    for (((out, &y), &u), &v) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(y).zip(u).zip(v) {
        let [red, green, blue] = to.pixel(y, u, v);
        *out = [red, green, blue, 255];
    }
}

/// A chroma sample for two pixels, the last for one if the row is odd; alpha becomes 255.
pub(super) fn halved_to_rgba(to: &YuvToRgb, y: &[u8], u: &[u8], v: &[u8], rgba: &mut [u8]) {
    for (index, (out, &y)) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(y).enumerate() {
        let [red, green, blue] = to.pixel(y, u[index / 2], v[index / 2]);
        *out = [red, green, blue, 255];
    }
}

/// The same of two rows with the same chroma.
pub(super) fn cells_to_rgba(to: &YuvToRgb, y: [&[u8]; 2], u: &[u8], v: &[u8], rgba: [&mut [u8]; 2]) {
    for (y, rgba) in y.into_iter().zip(rgba) {
        halved_to_rgba(to, y, u, v, rgba);
    }
}

/// Luma or full chroma of a row of pixels: `(w·rgb + offset) >> 15`.
pub(super) fn weighted(rgba: &[u8], weights: [i16; 3], offset: i32, out: &mut [u8]) {
    for (out, &[red, green, blue, _]) in out.iter_mut().zip(rgba.as_chunks::<4>().0) {
        *out = weighted_pixel(weights, offset, [red, green, blue]);
    }
}

/// Chroma of the cells of two rows. The last column of an odd row counts twice.
pub(super) fn cells(to: &RgbToYuv, top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) {
    let (top, bottom) = (top.as_chunks::<4>().0, bottom.as_chunks::<4>().0);
    let Some(last) = top.len().checked_sub(1) else { return };
    for (cell, (u, v)) in u.iter_mut().zip(v).enumerate() {
        let (left, right) = (2 * cell, (2 * cell + 1).min(last));
        let pixels = [top[left], top[right], bottom[left], bottom[right]];
        let sums = [0, 1, 2].map(|channel| pixels.iter().map(|pixel| u16::from(pixel[channel])).sum());
        [*u, *v] = to.cell(sums);
    }
}

/// Luma of two rows and chroma of their cells.
pub(super) fn two_rows(to: &RgbToYuv, rows: [&[u8]; 2], luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2]) {
    for (row, luma) in rows.into_iter().zip(luma) {
        weighted(row, to.luma, to.luma_offset, luma);
    }
    let [u, v] = chroma;
    cells(to, rows[0], rows[1], u, v);
}

/// Exchanges the first and the third byte of every pixel.
pub(super) fn swap_ends(pixels: &[u8], out: &mut [u8]) {
    for (out, &[first, second, third, fourth]) in out.as_chunks_mut::<4>().0.iter_mut().zip(pixels.as_chunks::<4>().0) {
        *out = [third, second, first, fourth];
    }
}

/// Three bytes to four; the fourth is 255.
pub(super) fn three_to_four(threes: &[u8], fours: &mut [u8]) {
    for (out, &[first, second, third]) in fours.as_chunks_mut::<4>().0.iter_mut().zip(threes.as_chunks::<3>().0) {
        *out = [first, second, third, 255];
    }
}

/// Four bytes to three.
pub(super) fn four_to_three(fours: &[u8], threes: &mut [u8]) {
    for (out, &[first, second, third, _]) in threes.as_chunks_mut::<3>().0.iter_mut().zip(fours.as_chunks::<4>().0) {
        *out = [first, second, third];
    }
}

/// Every fourth byte, from the fourth on.
pub(super) fn take_fourth(fours: &[u8], out: &mut [u8]) {
    for (out, &[.., fourth]) in out.iter_mut().zip(fours.as_chunks::<4>().0) {
        *out = fourth;
    }
}

/// Into every fourth byte.
pub(super) fn put_fourth(values: &[u8], fours: &mut [u8]) {
    for ([.., fourth], &value) in fours.as_chunks_mut::<4>().0.iter_mut().zip(values) {
        *fourth = value;
    }
}

/// Interleaved pairs to two rows.
pub(super) fn split(pairs: &[u8], first: &mut [u8], second: &mut [u8]) {
    for ((first, second), &pair) in first.iter_mut().zip(second).zip(pairs.as_chunks::<2>().0) {
        [*first, *second] = pair;
    }
}

/// Two rows to interleaved pairs.
pub(super) fn join(first: &[u8], second: &[u8], pairs: &mut [u8]) {
    for (pair, (&first, &second)) in pairs.as_chunks_mut::<2>().0.iter_mut().zip(first.iter().zip(second)) {
        *pair = [first, second];
    }
}

/// Ten bits in the low bits of words to eight.
pub(super) fn ten_to_eight(words: &[u8], out: &mut [u8]) {
    for (out, &[low, high]) in out.iter_mut().zip(words.as_chunks::<2>().0) {
        *out = eight_of_ten(low, high);
    }
}

/// Ten bits in the high bits of words to eight.
pub(super) fn high_ten_to_eight(words: &[u8], out: &mut [u8]) {
    for (out, &[low, high]) in out.iter_mut().zip(words.as_chunks::<2>().0) {
        *out = eight_of_high_ten(low, high);
    }
}

/// `(a + b + 1) >> 1`.
pub(super) fn mean_of_rows(a: &[u8], b: &[u8], out: &mut [u8]) {
    for (out, (&a, &b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = ((u16::from(a) + u16::from(b) + 1) >> 1) as u8;
    }
}

/// `(a + b + c + d + 2) >> 2` over pairs of two rows; the last of an odd row counts twice.
pub(super) fn mean_of_cells(top: &[u8], bottom: &[u8], out: &mut [u8]) {
    let mean = |pixels: [u8; 4]| ((pixels.into_iter().map(u16::from).sum::<u16>() + 2) >> 2) as u8;
    let ((tops, top_rest), (bottoms, bottom_rest)) = (top.as_chunks::<2>(), bottom.as_chunks::<2>());
    for (out, (&[a, b], &[c, d])) in out.iter_mut().zip(tops.iter().zip(bottoms)) {
        *out = mean([a, b, c, d]);
    }
    if let (&[top], &[bottom], Some(out)) = (top_rest, bottom_rest, out.get_mut(tops.len())) {
        *out = mean([top, top, bottom, bottom]);
    }
}

/// Each sample for two; the last for one if `out` is odd.
pub(super) fn double(samples: &[u8], out: &mut [u8]) {
    let (pairs, rest) = out.as_chunks_mut::<2>();
    for (pair, &sample) in pairs.iter_mut().zip(samples) {
        *pair = [sample; 2];
    }
    if let ([out], Some(&sample)) = (rest, samples.get(pairs.len())) {
        *out = sample;
    }
}

/// Luma of another matrix or range, with a chroma sample for every luma sample.
pub(super) fn recolor_luma(convert: &YuvToYuv, y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    for (((out, &y), &u), &v) in out.iter_mut().zip(y).zip(u).zip(v) {
        *out = convert.luma(y, u, v);
    }
}

/// The same with a chroma sample for two luma samples, the last for one if the row is odd.
pub(super) fn recolor_halved(convert: &YuvToYuv, y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    for (index, (out, &y)) in out.iter_mut().zip(y).enumerate() {
        *out = convert.luma(y, u[index / 2], v[index / 2]);
    }
}

/// Chroma of another matrix or range, in place.
pub(super) fn recolor_chroma(convert: &YuvToYuv, u: &mut [u8], v: &mut [u8]) {
    for (u, v) in u.iter_mut().zip(v) {
        [*u, *v] = convert.chroma(*u, *v);
    }
}
