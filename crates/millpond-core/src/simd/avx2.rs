//! AVX2: two lanes of 16 bytes.

use super::macros::methods;
use super::vector::Simd;
use core::arch::x86_64::*;

/// Proof that the machine has AVX2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(pub(super) ());

impl Simd for Avx2 {
    const BYTES: usize = 32;
    type V = __m256i;

    methods! {
        fn load(from: &[u8]) -> __m256i {
            _mm256_loadu_si256(from[..32].as_ptr().cast())
        }
        fn store(value: __m256i, to: &mut [u8]) {
            _mm256_storeu_si256(to[..32].as_mut_ptr().cast(), value)
        }
        fn load_widened(from: &[u8]) -> __m256i {
            _mm256_cvtepu8_epi16(_mm_loadu_si128(from[..16].as_ptr().cast()))
        }
        fn load_spread(from: &[u8]) -> __m256i {
            let words = _mm256_cvtepu8_epi32(_mm_loadl_epi64(from[..8].as_ptr().cast()));
            _mm256_shuffle_epi8(words, _mm256_set_epi32(
                0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0, 0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0))
        }
        fn splat_lane(lane: [u8; 16]) -> __m256i {
            _mm256_broadcastsi128_si256(_mm_loadu_si128(lane.as_ptr().cast()))
        }
        fn splat(byte: u8) -> __m256i {
            _mm256_set1_epi8(byte as i8)
        }
        fn splat_16(value: i16) -> __m256i {
            _mm256_set1_epi16(value)
        }
        fn splat_32(value: i32) -> __m256i {
            _mm256_set1_epi32(value)
        }
        fn xor(a: __m256i, b: __m256i) -> __m256i {
            _mm256_xor_si256(a, b)
        }
        fn and(a: __m256i, b: __m256i) -> __m256i {
            _mm256_and_si256(a, b)
        }
        fn swizzle(v: __m256i, table: __m256i) -> __m256i {
            _mm256_shuffle_epi8(v, table)
        }
        fn select(mask: __m256i, a: __m256i, b: __m256i) -> __m256i {
            _mm256_blendv_epi8(a, b, mask)
        }
        fn low_bytes(a: __m256i, b: __m256i) -> __m256i {
            _mm256_unpacklo_epi8(a, b)
        }
        fn high_bytes(a: __m256i, b: __m256i) -> __m256i {
            _mm256_unpackhi_epi8(a, b)
        }
        fn low_twice(v: __m256i) -> __m256i {
            _mm256_unpacklo_epi16(v, v)
        }
        fn high_twice(v: __m256i) -> __m256i {
            _mm256_unpackhi_epi16(v, v)
        }
        fn min(a: __m256i, b: __m256i) -> __m256i {
            _mm256_min_epu8(a, b)
        }
        fn max(a: __m256i, b: __m256i) -> __m256i {
            _mm256_max_epu8(a, b)
        }
        fn add_bytes(a: __m256i, b: __m256i) -> __m256i {
            _mm256_adds_epu8(a, b)
        }
        fn sub_bytes(a: __m256i, b: __m256i) -> __m256i {
            _mm256_subs_epu8(a, b)
        }
        fn add(a: __m256i, b: __m256i) -> __m256i {
            _mm256_add_epi16(a, b)
        }
        fn sub(a: __m256i, b: __m256i) -> __m256i {
            _mm256_sub_epi16(a, b)
        }
        fn add_clamped(a: __m256i, b: __m256i) -> __m256i {
            _mm256_adds_epi16(a, b)
        }
        fn mul(a: __m256i, b: __m256i) -> __m256i {
            _mm256_mullo_epi16(a, b)
        }
        fn mul_q15(a: __m256i, b: __m256i) -> __m256i {
            _mm256_mulhrs_epi16(a, b)
        }
        fn shl<const BITS>(v: __m256i) -> __m256i {
            _mm256_slli_epi16::<BITS>(v)
        }
        fn shr<const BITS>(v: __m256i) -> __m256i {
            _mm256_srli_epi16::<BITS>(v)
        }
        fn narrow(low: __m256i, high: __m256i) -> __m256i {
            _mm256_packus_epi16(low, high)
        }
        fn dot(a: __m256i, b: __m256i) -> __m256i {
            _mm256_madd_epi16(a, b)
        }
        fn add_32(a: __m256i, b: __m256i) -> __m256i {
            _mm256_add_epi32(a, b)
        }
        fn sar_32<const BITS>(v: __m256i) -> __m256i {
            _mm256_srai_epi32::<BITS>(v)
        }
        fn add_neighbours(a: __m256i, b: __m256i) -> __m256i {
            let (a_ps, b_ps) = (_mm256_castsi256_ps(a), _mm256_castsi256_ps(b));
            let even = _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(a_ps, b_ps));
            let odd = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(a_ps, b_ps));
            // Lanes hold a, b, a, b by eights.
            _mm256_permute4x64_epi64::<0xd8>(_mm256_add_epi16(even, odd))
        }
        fn narrow_to_16(low: __m256i, high: __m256i) -> __m256i {
            _mm256_packs_epi32(low, high)
        }
        fn narrow_upper(v: [__m256i; 4]) -> __m256i {
            let low = _mm256_packs_epi32(_mm256_srli_epi32::<16>(v[0]), _mm256_srli_epi32::<16>(v[1]));
            let high = _mm256_packs_epi32(_mm256_srli_epi32::<16>(v[2]), _mm256_srli_epi32::<16>(v[3]));
            let words = _mm256_packus_epi16(low, high);
            _mm256_permutevar8x32_epi32(words, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0))
        }
        fn deal(v: __m256i) -> __m256i {
            _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7))
        }
        fn narrow_32(v: [__m256i; 4]) -> __m256i {
            let words = _mm256_packus_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
            _mm256_permutevar8x32_epi32(words, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0))
        }
        fn store_interleaved(v: [__m256i; 4], to: &mut [u8]) {
            let to = to[..128].as_mut_ptr();
            let (first_low, first_high) = (_mm256_unpacklo_epi8(v[0], v[1]), _mm256_unpackhi_epi8(v[0], v[1]));
            let (last_low, last_high) = (_mm256_unpacklo_epi8(v[2], v[3]), _mm256_unpackhi_epi8(v[2], v[3]));
            _mm256_storeu_si256(to.cast(), _mm256_unpacklo_epi16(first_low, last_low));
            _mm256_storeu_si256(to.add(32).cast(), _mm256_unpackhi_epi16(first_low, last_low));
            _mm256_storeu_si256(to.add(64).cast(), _mm256_unpacklo_epi16(first_high, last_high));
            _mm256_storeu_si256(to.add(96).cast(), _mm256_unpackhi_epi16(first_high, last_high));
        }
        fn div_255(v: __m256i) -> __m256i {
            // (257·t) >> 16 is (t + (t >> 8)) >> 8.
            _mm256_mulhi_epu16(_mm256_add_epi16(v, _mm256_set1_epi16(128)), _mm256_set1_epi16(257))
        }
        fn mix(a: __m256i, b: __m256i, alpha: __m256i) -> __m256i {
            // With 128 taken off a and b their products with alpha and 255 − alpha sum to 16 signed bits; together with
            // the 128 that the division adds, 2^15 is to be put back.
            let sign = _mm256_set1_epi8(-128);
            let (a, b) = (_mm256_xor_si256(a, sign), _mm256_xor_si256(b, sign));
            let rest = _mm256_xor_si256(alpha, _mm256_set1_epi8(-1));
            let back = _mm256_set1_epi16(i16::MIN);
            let scale = _mm256_set1_epi16(257);
            let low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(alpha, rest), _mm256_unpacklo_epi8(a, b));
            let high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(alpha, rest), _mm256_unpackhi_epi8(a, b));
            _mm256_packus_epi16(
                _mm256_mulhi_epu16(_mm256_xor_si256(low, back), scale),
                _mm256_mulhi_epu16(_mm256_xor_si256(high, back), scale),
            )
        }
    }
}
