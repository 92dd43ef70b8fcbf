//! 32 bytes at a time: two lanes of [`Lanes`] in a vector.

use std::arch::x86_64::*;

use super::super::lanes::{BLOCK, Form, Lanes};
use super::scalar;
use crate::simd::{Isa, Level};

/// Panics unless `level` proves that the machine has AVX2.
fn proves(level: Level) {
    assert!(matches!(level.isa(), Isa::Avx2 | Isa::Avx512), "not a level of AVX2");
}

pub(super) fn horizontal(level: Level, lanes: &Lanes, shift: u32, row: &[u8], out: &mut [i16]) {
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { horizontal_avx2(lanes, shift, row, out) }
}

pub(super) fn vertical(level: Level, rows: &[i16], width: usize, weights: &[i16], shift: u32, out: &mut [u8]) {
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { vertical_avx2(rows, width, weights, shift, out) }
}

pub(super) fn vertical_straight(
    level: Level,
    rows: &[i16],
    width: usize,
    weights: &[i16],
    overshoots: bool,
    out: &mut [u8],
) {
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { vertical_straight_avx2(rows, width, weights, overshoots, out) }
}

pub(super) fn premultiply(level: Level, pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { premultiply_avx2(pixels, swap, overshoots, out) }
}

pub(super) fn halve(level: Level, channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
    proves(level);
    // SAFETY: `level` proves that the machine has AVX2.
    unsafe { halve_avx2(channels, upper, lower, out) }
}

// No closures below: they are functions of their own, and what is compiled for AVX2 would be inlined into them, and they
// into their callers, by luck only.

#[target_feature(enable = "avx2")]
fn horizontal_avx2(lanes: &Lanes, shift: u32, row: &[u8], out: &mut [i16]) {
    assert!(row.len() >= lanes.row_bytes, "a row as long as planned");
    let round = _mm256_set1_epi32(1 << (shift - 1));
    let count = _mm_cvtsi32_si128(shift as i32);
    let groups = lanes.bases.len() / 4;
    let per_block = if lanes.form == Form::Four { 1 } else { 4 };
    for (block, out) in out.as_chunks_mut::<16>().0.iter_mut().enumerate().take(groups / per_block) {
        // In the lower half of each vector samples 0…3 and 8…11 of sixteen, in the upper half the others.
        // SAFETY: groups are below `groups`, and the row is as long as the loads of `lanes` need.
        let [low, high] = unsafe {
            match lanes.form {
                Form::Four => sums(lanes, block, row),
                Form::One => [eight_of_one(lanes, 4 * block, row), eight_of_one(lanes, 4 * block + 2, row)],
            }
        };
        let low = _mm256_sra_epi32(_mm256_add_epi32(low, round), count);
        let high = _mm256_sra_epi32(_mm256_add_epi32(high, round), count);
        let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
        // SAFETY: `out` has 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), ordered) }
    }
}

/// The sums of eight samples, of two groups of [`Form::One`].
///
/// # Safety
/// There are such groups and the row is as long as the lanes say.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn eight_of_one(lanes: &Lanes, group: usize, row: &[u8]) -> __m256i {
    // SAFETY: see above.
    let ([a, b], [c, d]) = unsafe { (sums(lanes, group, row), sums(lanes, group + 1, row)) };
    let halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    // The lower half has the even samples, the upper one the odd ones.
    _mm256_permutevar8x32_epi32(halves, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7))
}

/// The sums of lanes `4·group` and the next one, and of the two after them.
///
/// # Safety
/// There is such a group and the row is as long as the lanes say.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn sums(lanes: &Lanes, group: usize, row: &[u8]) -> [__m256i; 2] {
    // SAFETY: four bases and shuffles and `4·steps` weights belong to a group; a base and `steps` strides lie within a row
    // of `row_bytes`, 16 bytes before its end at the latest.
    unsafe {
        let bases = lanes.bases.as_ptr().add(4 * group);
        let shuffles: *const __m256i = lanes.shuffles.as_ptr().add(4 * group).cast();
        let (low_shuffle, high_shuffle) = (_mm256_loadu_si256(shuffles), _mm256_loadu_si256(shuffles.add(1)));
        let mut weights: *const __m256i = lanes.weights.as_ptr().add(4 * group * lanes.steps).cast();
        let (mut low, mut high) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for step in 0..lanes.steps {
            let at = step * lanes.stride;
            let low_samples = _mm256_shuffle_epi8(two(row, bases, at), low_shuffle);
            low = _mm256_add_epi32(low, _mm256_madd_epi16(low_samples, _mm256_loadu_si256(weights)));
            let high_samples = _mm256_shuffle_epi8(two(row, bases.add(2), at), high_shuffle);
            high = _mm256_add_epi32(high, _mm256_madd_epi16(high_samples, _mm256_loadu_si256(weights.add(1))));
            weights = weights.add(2);
        }
        [low, high]
    }
}

/// The 16 bytes of the row `at` bytes behind each of two bases.
///
/// # Safety
/// They are there.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn two(row: &[u8], bases: *const u32, at: usize) -> __m256i {
    // SAFETY: see above.
    unsafe {
        let low = _mm_loadu_si128(row.as_ptr().add(*bases as usize + at).cast());
        _mm256_set_m128i(_mm_loadu_si128(row.as_ptr().add(*bases.add(1) as usize + at).cast()), low)
    }
}

/// Sums of 16 columns: of 0…3 and 8…11, and of 4…7 and 12…15.
///
/// # Safety
/// `rows` has columns `x` to `x + 15` in as many rows of `width` as there are weights, an even number.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn columns(rows: &[i16], width: usize, weights: &[i16], x: usize, round: __m256i) -> [__m256i; 2] {
    let (mut low, mut high) = (round, round);
    for (pair, weights) in weights.as_chunks::<2>().0.iter().enumerate() {
        // SAFETY: see above.
        let (upper, lower) = unsafe {
            let upper = rows.as_ptr().add(2 * pair * width + x);
            (_mm256_loadu_si256(upper.cast()), _mm256_loadu_si256(upper.add(width).cast()))
        };
        let weights = _mm256_set1_epi32(i32::from(weights[0] as u16) | i32::from(weights[1]) << 16);
        low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), weights));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), weights));
    }
    [low, high]
}

/// [`columns`] shifted down and narrowed, in order.
///
/// # Safety
/// That of [`columns`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn shifted(rows: &[i16], width: usize, weights: &[i16], x: usize, round: __m256i, count: __m128i) -> __m256i {
    // SAFETY: see above.
    let [low, high] = unsafe { columns(rows, width, weights, x, round) };
    _mm256_packs_epi32(_mm256_sra_epi32(low, count), _mm256_sra_epi32(high, count))
}

#[target_feature(enable = "avx2")]
fn vertical_avx2(rows: &[i16], width: usize, weights: &[i16], shift: u32, out: &mut [u8]) {
    assert!(width.is_multiple_of(BLOCK) && weights.len().is_multiple_of(2), "whole blocks and pairs of rows");
    assert!(out.len() <= width && rows.len() >= width * weights.len(), "as many rows as weights");
    let round = _mm256_set1_epi32(1 << (shift - 1));
    let count = _mm_cvtsi32_si128(shift as i32);
    for (block, out) in out.chunks_mut(32).enumerate() {
        let x = 32 * block;
        // SAFETY: a block that begins within `out` lies within `width`, and the rows are there.
        let (first, second) = unsafe {
            let first = shifted(rows, width, weights, x, round, count);
            (first, shifted(rows, width, weights, x + 16, round, count))
        };
        let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(first, second));
        store(out, bytes);
    }
}

/// Stores as many bytes as `out` has, 32 at most.
#[inline]
#[target_feature(enable = "avx2")]
fn store(out: &mut [u8], bytes: __m256i) {
    if out.len() == 32 {
        // SAFETY: `out` has 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), bytes) }
    } else {
        let mut all = [0u8; 32];
        // SAFETY: `all` has 32 bytes.
        unsafe { _mm256_storeu_si256(all.as_mut_ptr().cast(), bytes) }
        out.copy_from_slice(&all[..out.len()]);
    }
}

#[target_feature(enable = "avx2")]
fn vertical_straight_avx2(rows: &[i16], width: usize, weights: &[i16], overshoots: bool, out: &mut [u8]) {
    assert!(width.is_multiple_of(BLOCK) && weights.len().is_multiple_of(2), "whole blocks and pairs of rows");
    assert!(out.len() <= width && rows.len() >= width * weights.len(), "as many rows as weights");
    let (round, count) = (_mm256_set1_epi32(1 << 13), _mm_cvtsi32_si128(14));
    for (block, out) in out.chunks_mut(32).enumerate() {
        let x = 32 * block;
        // SAFETY: a block that begins within `out` lies within `width`, and the rows are there.
        let (first, second) = unsafe {
            let first = shifted(rows, width, weights, x, round, count);
            (first, shifted(rows, width, weights, x + 16, round, count))
        };
        let (first, second) = match overshoots {
            true => (overshooting(first), overshooting(second)),
            false => (within(first), within(second)),
        };
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(first, second)));
    }
}

/// Four pixels less 2^15 to 16-bit numbers of 0 to 255.
#[inline]
#[target_feature(enable = "avx2")]
fn within(pixels: __m256i) -> __m256i {
    let values = _mm256_xor_si256(pixels, _mm256_set1_epi16(i16::MIN));
    let opaque = _mm256_cmpeq_epi16(pixels, _mm256_set1_epi16((255 * 255 - 32768) as i16));
    if _mm256_movemask_epi8(opaque) as u32 & 0xc0c0_c0c0 == 0xc0c0_c0c0 {
        // With A = 255·255 the quotient is (C + 127) / 255, like that of alpha.
        let sum = _mm256_add_epi16(values, _mm256_set1_epi16(127));
        let part = _mm256_add_epi16(_mm256_srli_epi16::<8>(sum), _mm256_set1_epi16(1));
        return _mm256_srli_epi16::<8>(_mm256_add_epi16(sum, part));
    }
    quotients::<0>(values)
}

/// Four pixels of an overshooting filter to 16-bit numbers of 0 to 255.
#[inline]
#[target_feature(enable = "avx2")]
fn overshooting(pixels: __m256i) -> __m256i {
    quotients::<2>(_mm256_max_epi16(pixels, _mm256_setzero_si256()))
}

/// Colours divided by their alpha, and alpha, shifted up by `SHIFT`, by 255.
#[inline]
#[target_feature(enable = "avx2")]
fn quotients<const SHIFT: i32>(values: __m256i) -> __m256i {
    let zero = _mm256_setzero_si256();
    let halves = [_mm256_unpacklo_epi16(values, zero), _mm256_unpackhi_epi16(values, zero)];
    let [low, high] = halves.map(|values| {
        let alpha = _mm256_shuffle_epi32::<0xff>(values);
        let by_255 = _mm256_sub_epi32(_mm256_slli_epi32::<8>(values), values);
        let colour = _mm256_add_epi32(by_255, _mm256_srli_epi32::<1>(alpha));
        let full = _mm256_add_epi32(_mm256_slli_epi32::<SHIFT>(values), _mm256_set1_epi32(127));
        let numerator = _mm256_blend_epi32::<0x88>(colour, full);
        let denominator = _mm256_blend_epi32::<0x88>(alpha, _mm256_set1_epi32(255));
        let quotient = _mm256_div_ps(_mm256_cvtepi32_ps(numerator), _mm256_cvtepi32_ps(denominator));
        let rounded = _mm256_min_epi32(_mm256_cvttps_epi32(quotient), _mm256_set1_epi32(255));
        _mm256_and_si256(rounded, _mm256_cmpgt_epi32(alpha, zero))
    });
    _mm256_packs_epi32(low, high)
}

#[target_feature(enable = "avx2")]
fn premultiply_avx2(pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
    let order = if swap {
        _mm256_setr_epi8(
            4, 5, 2, 3, 0, 1, 6, 7, 12, 13, 10, 11, 8, 9, 14, 15, 4, 5, 2, 3, 0, 1, 6, 7, 12, 13, 10, 11, 8, 9, 14, 15,
        )
    } else {
        _mm256_setr_epi8(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        )
    };
    let (fours, rest) = pixels.as_chunks::<16>();
    let (out_fours, out_rest) = out.split_at_mut(fours.len() * 16);
    for (out, four) in out_fours.as_chunks_mut::<16>().0.iter_mut().zip(fours) {
        // SAFETY: `four` has 16 bytes.
        let values = _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(four.as_ptr().cast()) });
        let alpha = _mm256_shufflehi_epi16::<0xff>(_mm256_shufflelo_epi16::<0xff>(values));
        let ordered = _mm256_shuffle_epi8(values, order);
        // Alpha itself is weighted by 255.
        let factor = _mm256_blend_epi16::<0x88>(alpha, _mm256_set1_epi16(255));
        let products = _mm256_mullo_epi16(ordered, factor);
        let products = if overshoots {
            _mm256_srli_epi16::<2>(products)
        } else {
            _mm256_xor_si256(products, _mm256_set1_epi16(i16::MIN))
        };
        // SAFETY: `out` has 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), products) }
    }
    scalar::premultiply(rest, swap, overshoots, out_rest);
}

#[target_feature(enable = "avx2")]
fn halve_avx2(channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
    // Brings the samples that are added side by side.
    let order = match channels {
        1 => _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        2 => _mm_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15),
        _ => _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15),
    };
    let order = _mm256_broadcastsi128_si256(order);
    let ones = _mm256_set1_epi8(1);
    let blocks = upper.as_chunks::<64>().0.iter().zip(lower.as_chunks::<64>().0);
    let mut done = 0;
    for (out, (upper, lower)) in out.as_chunks_mut::<32>().0.iter_mut().zip(blocks) {
        let [first, second] = [0, 32].map(|at| {
            let sums = [upper, lower].map(|row| {
                // SAFETY: a block has 64 bytes.
                let samples = unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) };
                _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, order), ones)
            });
            let sum = _mm256_add_epi16(_mm256_add_epi16(sums[0], sums[1]), _mm256_set1_epi16(2));
            _mm256_srli_epi16::<2>(sum)
        });
        let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(first, second));
        // SAFETY: `out` has 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), bytes) }
        done += 32;
    }
    scalar::halve(channels, &upper[2 * done..], &lower[2 * done..], &mut out[done..]);
}
