//! One block at a time in 16-byte vectors.

use super::lanes::{self, Lanes, SHUFFLES};
use super::*;
use core::arch::x86_64::*;

/// See [`super::forward`]; the lengths were checked there.
pub(super) fn forward(
    level: Level,
    rows: &[&[u8]; 8],
    quantiser: &Quantiser,
    blocks: &mut [Block],
    nonzero: &mut [u64],
) {
    assert_eq!(level.isa(), Isa::Sse41);
    // SAFETY: a level of this instruction set exists only on machines that have SSE4.1 and SSSE3.
    unsafe { enabled(rows, quantiser, blocks, nonzero) }
}

#[target_feature(enable = "sse4.1,ssse3")]
fn enabled(rows: &[&[u8]; 8], quantiser: &Quantiser, blocks: &mut [Block], nonzero: &mut [u64]) {
    lanes::forward::<__m128i>(rows, quantiser, blocks, nonzero);
}

#[inline(always)]
fn load_words(words: &[u16; 64], y: usize) -> __m128i {
    let words: &[u16] = &words[8 * y..8 * y + 8];
    // SAFETY: the slice has 16 bytes; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

impl Lanes for __m128i {
    const BLOCKS: usize = 1;
    type Wide = [__m128i; 2];

    #[inline(always)]
    fn load(row: &[u8]) -> Self {
        let row: &[u8; 8] = row.as_array().expect("8 samples");
        // SAFETY: the row has 8 bytes; only `enabled` calls this.
        unsafe { _mm_sub_epi16(_mm_cvtepu8_epi16(_mm_loadl_epi64(row.as_ptr().cast())), _mm_set1_epi16(128)) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_add_epi16(self, other) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_sub_epi16(self, other) }
    }

    #[inline(always)]
    fn extend(self) -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_slli_epi16::<PASS_BITS>(self) }
    }

    #[inline(always)]
    fn reduce(self) -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_srai_epi16::<PASS_BITS>(_mm_add_epi16(self, _mm_set1_epi16(2))) }
    }

    #[inline(always)]
    fn products(x: Self, y: Self, a: i32, b: i32) -> Self::Wide {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let weights = _mm_set1_epi32(a & 0xffff | b << 16);
            [_mm_madd_epi16(_mm_unpacklo_epi16(x, y), weights), _mm_madd_epi16(_mm_unpackhi_epi16(x, y), weights)]
        }
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { [_mm_add_epi32(a[0], b[0]), _mm_add_epi32(a[1], b[1])] }
    }

    #[inline(always)]
    fn descale<const BITS: i32>(wide: Self::Wide) -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let half = _mm_set1_epi32(1 << (BITS - 1));
            let low = _mm_srai_epi32::<BITS>(_mm_add_epi32(wide[0], half));
            let high = _mm_srai_epi32::<BITS>(_mm_add_epi32(wide[1], half));
            _mm_packs_epi32(low, high)
        }
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let (a0, a1) = (_mm_unpacklo_epi16(r[0], r[1]), _mm_unpackhi_epi16(r[0], r[1]));
            let (a2, a3) = (_mm_unpacklo_epi16(r[2], r[3]), _mm_unpackhi_epi16(r[2], r[3]));
            let (a4, a5) = (_mm_unpacklo_epi16(r[4], r[5]), _mm_unpackhi_epi16(r[4], r[5]));
            let (a6, a7) = (_mm_unpacklo_epi16(r[6], r[7]), _mm_unpackhi_epi16(r[6], r[7]));
            let (b0, b1) = (_mm_unpacklo_epi32(a0, a2), _mm_unpackhi_epi32(a0, a2));
            let (b2, b3) = (_mm_unpacklo_epi32(a1, a3), _mm_unpackhi_epi32(a1, a3));
            let (b4, b5) = (_mm_unpacklo_epi32(a4, a6), _mm_unpackhi_epi32(a4, a6));
            let (b6, b7) = (_mm_unpacklo_epi32(a5, a7), _mm_unpackhi_epi32(a5, a7));
            [
                _mm_unpacklo_epi64(b0, b4),
                _mm_unpackhi_epi64(b0, b4),
                _mm_unpacklo_epi64(b1, b5),
                _mm_unpackhi_epi64(b1, b5),
                _mm_unpacklo_epi64(b2, b6),
                _mm_unpackhi_epi64(b2, b6),
                _mm_unpacklo_epi64(b3, b7),
                _mm_unpackhi_epi64(b3, b7),
            ]
        }
    }

    #[inline(always)]
    fn quantise(self, quantiser: &Quantiser, y: usize) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe {
            let sum = _mm_add_epi16(_mm_abs_epi16(self), load_words(&quantiser.half, y));
            let quotient = _mm_mulhi_epu16(sum, load_words(&quantiser.reciprocal, y));
            _mm_sign_epi16(_mm_mulhi_epu16(quotient, load_words(&quantiser.scale, y)), self)
        }
    }

    #[inline(always)]
    fn store(self, blocks: &mut [Block], y: usize) {
        let row: &mut [i16] = &mut blocks[0].0[8 * y..8 * y + 8];
        // SAFETY: the row has 16 bytes.
        unsafe { _mm_storeu_si128(row.as_mut_ptr().cast(), self) }
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8], nonzero: &mut [u64]) {
        // SAFETY: only `enabled` calls this; the tables have 16 bytes.
        nonzero[0] = unsafe {
            let bytes = [
                _mm_packs_epi16(rows[0], rows[1]),
                _mm_packs_epi16(rows[2], rows[3]),
                _mm_packs_epi16(rows[4], rows[5]),
                _mm_packs_epi16(rows[6], rows[7]),
            ];
            let pick = |group: usize, source: usize| {
                _mm_shuffle_epi8(bytes[source], _mm_loadu_si128(SHUFFLES[group][source].as_ptr().cast()))
            };
            let zeros = |group: usize, sources: __m128i| {
                let zeros = _mm_cmpeq_epi8(sources, _mm_setzero_si128());
                u64::from(_mm_movemask_epi8(zeros) as u16) << (16 * group)
            };
            let first = _mm_or_si128(_mm_or_si128(pick(0, 0), pick(0, 1)), pick(0, 2));
            let second = _mm_or_si128(_mm_or_si128(pick(1, 0), pick(1, 1)), _mm_or_si128(pick(1, 2), pick(1, 3)));
            let third = _mm_or_si128(_mm_or_si128(pick(2, 0), pick(2, 1)), _mm_or_si128(pick(2, 2), pick(2, 3)));
            let fourth = _mm_or_si128(_mm_or_si128(pick(3, 1), pick(3, 2)), pick(3, 3));
            !(zeros(0, first) | zeros(1, second) | zeros(2, third) | zeros(3, fourth))
        };
    }
}
