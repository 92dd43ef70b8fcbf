//! Two blocks at a time, one in each half of a 32-byte vector; the last of an odd number as one in 16 bytes.

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
    assert!(matches!(level.isa(), Isa::Avx2 | Isa::Avx512));
    // SAFETY: a level of these instruction sets exists only on machines that have AVX2.
    unsafe { enabled(rows, quantiser, blocks, nonzero) }
}

#[target_feature(enable = "avx2")]
fn enabled(rows: &[&[u8]; 8], quantiser: &Quantiser, blocks: &mut [Block], nonzero: &mut [u64]) {
    let done = lanes::forward::<__m256i>(rows, quantiser, blocks, nonzero);
    let rest = rows.map(|row| &row[8 * done..]);
    lanes::forward::<__m128i>(&rest, quantiser, &mut blocks[done..], &mut nonzero[done..]);
}

#[inline(always)]
fn load_words(words: &[u16; 64], y: usize) -> __m256i {
    let words: &[u16] = &words[8 * y..8 * y + 8];
    // SAFETY: the slice has 16 bytes; only `enabled` calls this.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(words.as_ptr().cast())) }
}

impl Lanes for __m256i {
    const BLOCKS: usize = 2;
    type Wide = [__m256i; 2];

    #[inline(always)]
    fn load(row: &[u8]) -> Self {
        let row: &[u8; 16] = row.as_array().expect("16 samples");
        // SAFETY: the row has 16 bytes; only `enabled` calls this.
        unsafe { _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128(row.as_ptr().cast())), _mm256_set1_epi16(128)) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe { _mm256_add_epi16(self, other) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe { _mm256_sub_epi16(self, other) }
    }

    #[inline(always)]
    fn extend(self) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe { _mm256_slli_epi16::<PASS_BITS>(self) }
    }

    #[inline(always)]
    fn reduce(self) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe { _mm256_srai_epi16::<PASS_BITS>(_mm256_add_epi16(self, _mm256_set1_epi16(2))) }
    }

    #[inline(always)]
    fn products(x: Self, y: Self, a: i32, b: i32) -> Self::Wide {
        // SAFETY: only `enabled` calls this.
        unsafe {
            let weights = _mm256_set1_epi32(a & 0xffff | b << 16);
            [
                _mm256_madd_epi16(_mm256_unpacklo_epi16(x, y), weights),
                _mm256_madd_epi16(_mm256_unpackhi_epi16(x, y), weights),
            ]
        }
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        // SAFETY: only `enabled` calls this.
        unsafe { [_mm256_add_epi32(a[0], b[0]), _mm256_add_epi32(a[1], b[1])] }
    }

    #[inline(always)]
    fn descale<const BITS: i32>(wide: Self::Wide) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe {
            let half = _mm256_set1_epi32(1 << (BITS - 1));
            let low = _mm256_srai_epi32::<BITS>(_mm256_add_epi32(wide[0], half));
            let high = _mm256_srai_epi32::<BITS>(_mm256_add_epi32(wide[1], half));
            _mm256_packs_epi32(low, high)
        }
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        // SAFETY: only `enabled` calls this.
        unsafe {
            let (a0, a1) = (_mm256_unpacklo_epi16(r[0], r[1]), _mm256_unpackhi_epi16(r[0], r[1]));
            let (a2, a3) = (_mm256_unpacklo_epi16(r[2], r[3]), _mm256_unpackhi_epi16(r[2], r[3]));
            let (a4, a5) = (_mm256_unpacklo_epi16(r[4], r[5]), _mm256_unpackhi_epi16(r[4], r[5]));
            let (a6, a7) = (_mm256_unpacklo_epi16(r[6], r[7]), _mm256_unpackhi_epi16(r[6], r[7]));
            let (b0, b1) = (_mm256_unpacklo_epi32(a0, a2), _mm256_unpackhi_epi32(a0, a2));
            let (b2, b3) = (_mm256_unpacklo_epi32(a1, a3), _mm256_unpackhi_epi32(a1, a3));
            let (b4, b5) = (_mm256_unpacklo_epi32(a4, a6), _mm256_unpackhi_epi32(a4, a6));
            let (b6, b7) = (_mm256_unpacklo_epi32(a5, a7), _mm256_unpackhi_epi32(a5, a7));
            [
                _mm256_unpacklo_epi64(b0, b4),
                _mm256_unpackhi_epi64(b0, b4),
                _mm256_unpacklo_epi64(b1, b5),
                _mm256_unpackhi_epi64(b1, b5),
                _mm256_unpacklo_epi64(b2, b6),
                _mm256_unpackhi_epi64(b2, b6),
                _mm256_unpacklo_epi64(b3, b7),
                _mm256_unpackhi_epi64(b3, b7),
            ]
        }
    }

    #[inline(always)]
    fn quantise(self, quantiser: &Quantiser, y: usize) -> Self {
        // SAFETY: only `enabled` calls this.
        unsafe {
            let sum = _mm256_add_epi16(_mm256_abs_epi16(self), load_words(&quantiser.half, y));
            let quotient = _mm256_mulhi_epu16(sum, load_words(&quantiser.reciprocal, y));
            _mm256_sign_epi16(_mm256_mulhi_epu16(quotient, load_words(&quantiser.scale, y)), self)
        }
    }

    #[inline(always)]
    fn store(self, blocks: &mut [Block], y: usize) {
        let [left, right] = blocks else { unreachable!("two blocks") };
        let (left, right) = (&mut left.0[8 * y..8 * y + 8], &mut right.0[8 * y..8 * y + 8]);
        // SAFETY: the rows have 16 bytes; only `enabled` calls this.
        unsafe {
            _mm_storeu_si128(left.as_mut_ptr().cast(), _mm256_castsi256_si128(self));
            _mm_storeu_si128(right.as_mut_ptr().cast(), _mm256_extracti128_si256::<1>(self));
        }
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8], nonzero: &mut [u64]) {
        // SAFETY: only `enabled` calls this; the tables have 16 bytes.
        unsafe {
            let bytes = [
                _mm256_packs_epi16(rows[0], rows[1]),
                _mm256_packs_epi16(rows[2], rows[3]),
                _mm256_packs_epi16(rows[4], rows[5]),
                _mm256_packs_epi16(rows[6], rows[7]),
            ];
            let pick = |group: usize, source: usize| {
                let shuffle = _mm_loadu_si128(SHUFFLES[group][source].as_ptr().cast());
                _mm256_shuffle_epi8(bytes[source], _mm256_broadcastsi128_si256(shuffle))
            };
            let or = |a, b| _mm256_or_si256(a, b);
            let zeros =
                |sources| u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(sources, _mm256_setzero_si256())) as u32);
            // Each has 16 bits of the left block, then 16 of the right one.
            let first = zeros(or(or(pick(0, 0), pick(0, 1)), pick(0, 2)));
            let second = zeros(or(or(pick(1, 0), pick(1, 1)), or(pick(1, 2), pick(1, 3))));
            let third = zeros(or(or(pick(2, 0), pick(2, 1)), or(pick(2, 2), pick(2, 3))));
            let fourth = zeros(or(or(pick(3, 1), pick(3, 2)), pick(3, 3)));
            let low = |bits: u64| bits & 0xffff;
            nonzero[0] = !(low(first) | low(second) << 16 | low(third) << 32 | low(fourth) << 48);
            nonzero[1] = !(first >> 16 | second >> 16 << 16 | third >> 16 << 32 | fourth >> 16 << 48);
        }
    }
}
