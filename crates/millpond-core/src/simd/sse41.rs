//! SSE4.1 with SSSE3: one lane of 16 bytes.

use super::macros::methods;
use super::vector::Simd;
use core::arch::x86_64::*;

/// Proof that the machine has SSE4.1 and SSSE3.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse41(pub(super) ());

impl Simd for Sse41 {
    const BYTES: usize = 16;
    type V = __m128i;

    methods! {
        fn load(from: &[u8]) -> __m128i {
            _mm_loadu_si128(from[..16].as_ptr().cast())
        }
        fn store(value: __m128i, to: &mut [u8]) {
            _mm_storeu_si128(to[..16].as_mut_ptr().cast(), value)
        }
        fn load_widened(from: &[u8]) -> __m128i {
            _mm_cvtepu8_epi16(_mm_loadl_epi64(from[..8].as_ptr().cast()))
        }
        fn load_spread(from: &[u8]) -> __m128i {
            let from = i32::from_le_bytes([from[0], from[1], from[2], from[3]]);
            _mm_shuffle_epi8(_mm_cvtsi32_si128(from), _mm_set_epi32(0x0303_0303, 0x0202_0202, 0x0101_0101, 0))
        }
        fn splat_lane(lane: [u8; 16]) -> __m128i {
            _mm_loadu_si128(lane.as_ptr().cast())
        }
        fn splat(byte: u8) -> __m128i {
            _mm_set1_epi8(byte as i8)
        }
        fn splat_16(value: i16) -> __m128i {
            _mm_set1_epi16(value)
        }
        fn splat_32(value: i32) -> __m128i {
            _mm_set1_epi32(value)
        }
        fn xor(a: __m128i, b: __m128i) -> __m128i {
            _mm_xor_si128(a, b)
        }
        fn and(a: __m128i, b: __m128i) -> __m128i {
            _mm_and_si128(a, b)
        }
        fn swizzle(v: __m128i, table: __m128i) -> __m128i {
            _mm_shuffle_epi8(v, table)
        }
        fn select(mask: __m128i, a: __m128i, b: __m128i) -> __m128i {
            _mm_blendv_epi8(a, b, mask)
        }
        fn low_bytes(a: __m128i, b: __m128i) -> __m128i {
            _mm_unpacklo_epi8(a, b)
        }
        fn high_bytes(a: __m128i, b: __m128i) -> __m128i {
            _mm_unpackhi_epi8(a, b)
        }
        fn low_twice(v: __m128i) -> __m128i {
            _mm_unpacklo_epi16(v, v)
        }
        fn high_twice(v: __m128i) -> __m128i {
            _mm_unpackhi_epi16(v, v)
        }
        fn min(a: __m128i, b: __m128i) -> __m128i {
            _mm_min_epu8(a, b)
        }
        fn max(a: __m128i, b: __m128i) -> __m128i {
            _mm_max_epu8(a, b)
        }
        fn add_bytes(a: __m128i, b: __m128i) -> __m128i {
            _mm_adds_epu8(a, b)
        }
        fn sub_bytes(a: __m128i, b: __m128i) -> __m128i {
            _mm_subs_epu8(a, b)
        }
        fn add(a: __m128i, b: __m128i) -> __m128i {
            _mm_add_epi16(a, b)
        }
        fn sub(a: __m128i, b: __m128i) -> __m128i {
            _mm_sub_epi16(a, b)
        }
        fn add_clamped(a: __m128i, b: __m128i) -> __m128i {
            _mm_adds_epi16(a, b)
        }
        fn mul(a: __m128i, b: __m128i) -> __m128i {
            _mm_mullo_epi16(a, b)
        }
        fn mul_q15(a: __m128i, b: __m128i) -> __m128i {
            _mm_mulhrs_epi16(a, b)
        }
        fn shl<const BITS>(v: __m128i) -> __m128i {
            _mm_slli_epi16::<BITS>(v)
        }
        fn shr<const BITS>(v: __m128i) -> __m128i {
            _mm_srli_epi16::<BITS>(v)
        }
        fn narrow(low: __m128i, high: __m128i) -> __m128i {
            _mm_packus_epi16(low, high)
        }
        fn dot(a: __m128i, b: __m128i) -> __m128i {
            _mm_madd_epi16(a, b)
        }
        fn add_32(a: __m128i, b: __m128i) -> __m128i {
            _mm_add_epi32(a, b)
        }
        fn sar_32<const BITS>(v: __m128i) -> __m128i {
            _mm_srai_epi32::<BITS>(v)
        }
        fn add_neighbours(a: __m128i, b: __m128i) -> __m128i {
            let (a, b) = (_mm_castsi128_ps(a), _mm_castsi128_ps(b));
            let even = _mm_castps_si128(_mm_shuffle_ps::<0x88>(a, b));
            let odd = _mm_castps_si128(_mm_shuffle_ps::<0xdd>(a, b));
            _mm_add_epi16(even, odd)
        }
        fn narrow_to_16(low: __m128i, high: __m128i) -> __m128i {
            _mm_packs_epi32(low, high)
        }
        fn narrow_upper(v: [__m128i; 4]) -> __m128i {
            let low = _mm_packs_epi32(_mm_srli_epi32::<16>(v[0]), _mm_srli_epi32::<16>(v[1]));
            let high = _mm_packs_epi32(_mm_srli_epi32::<16>(v[2]), _mm_srli_epi32::<16>(v[3]));
            _mm_packus_epi16(low, high)
        }
        fn narrow_32(v: [__m128i; 4]) -> __m128i {
            _mm_packus_epi16(_mm_packs_epi32(v[0], v[1]), _mm_packs_epi32(v[2], v[3]))
        }
        fn store_interleaved(v: [__m128i; 4], to: &mut [u8]) {
            let to = to[..64].as_mut_ptr();
            let (first_low, first_high) = (_mm_unpacklo_epi8(v[0], v[1]), _mm_unpackhi_epi8(v[0], v[1]));
            let (last_low, last_high) = (_mm_unpacklo_epi8(v[2], v[3]), _mm_unpackhi_epi8(v[2], v[3]));
            _mm_storeu_si128(to.cast(), _mm_unpacklo_epi16(first_low, last_low));
            _mm_storeu_si128(to.add(16).cast(), _mm_unpackhi_epi16(first_low, last_low));
            _mm_storeu_si128(to.add(32).cast(), _mm_unpacklo_epi16(first_high, last_high));
            _mm_storeu_si128(to.add(48).cast(), _mm_unpackhi_epi16(first_high, last_high));
        }
        fn div_255(v: __m128i) -> __m128i {
            // (257·t) >> 16 is (t + (t >> 8)) >> 8.
            _mm_mulhi_epu16(_mm_add_epi16(v, _mm_set1_epi16(128)), _mm_set1_epi16(257))
        }
        fn mix(a: __m128i, b: __m128i, alpha: __m128i) -> __m128i {
            // With 128 taken off a and b their products with alpha and 255 − alpha sum to 16 signed bits; together with
            // the 128 that the division adds, 2^15 is to be put back.
            let sign = _mm_set1_epi8(-128);
            let (a, b) = (_mm_xor_si128(a, sign), _mm_xor_si128(b, sign));
            let rest = _mm_xor_si128(alpha, _mm_set1_epi8(-1));
            let back = _mm_set1_epi16(i16::MIN);
            let scale = _mm_set1_epi16(257);
            let low = _mm_maddubs_epi16(_mm_unpacklo_epi8(alpha, rest), _mm_unpacklo_epi8(a, b));
            let high = _mm_maddubs_epi16(_mm_unpackhi_epi8(alpha, rest), _mm_unpackhi_epi8(a, b));
            _mm_packus_epi16(
                _mm_mulhi_epu16(_mm_xor_si128(low, back), scale),
                _mm_mulhi_epu16(_mm_xor_si128(high, back), scale),
            )
        }
    }
}
