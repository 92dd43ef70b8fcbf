//! AVX-512 as Ice Lake and Zen 4 have it, with BW, DQ, VL, VBMI and VNNI: four lanes of 16 bytes.

use super::macros::methods;
use super::vector::Simd;
use core::arch::asm;
use core::arch::x86_64::*;

/// Proof that the machine has AVX-512 F, BW, DQ, VL, VBMI and VNNI.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(pub(super) ());

/// `_mm512_permutex2var_epi8`, which the compiler takes apart into four instructions where it knows the indices.
#[inline]
#[target_feature(enable = "avx512vbmi")]
fn bytes_of_two(low: __m512i, indices: __m512i, high: __m512i) -> __m512i {
    let mut bytes = low;
    // SAFETY: an instruction of VBMI, which works on registers only.
    unsafe {
        asm!("vpermt2b {}, {}, {}", inout(zmm_reg) bytes, in(zmm_reg) indices, in(zmm_reg) high,
            options(pure, nomem, nostack, preserves_flags));
    }
    bytes
}

/// `_mm512_dpwssd_epi32`, which the compiler takes apart into a multiplication and an addition to shorten a chain: here
/// the number of instructions decides.
#[inline]
#[target_feature(enable = "avx512vnni")]
fn dot_added(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    let mut sum = sum;
    // SAFETY: an instruction of VNNI, which works on registers only.
    unsafe {
        asm!("vpdpwssd {}, {}, {}", inout(zmm_reg) sum, in(zmm_reg) a, in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags));
    }
    sum
}

/// Indices of the third of every four bytes of two vectors, and then of any.
const THIRD_BYTES: [u8; 64] = {
    let mut indices = [0; 64];
    let mut at = 0;
    while at < 32 {
        indices[at] = 4 * at as u8 + 2;
        at += 1;
    }
    indices
};

impl Simd for Avx512 {
    const BYTES: usize = 64;
    type V = __m512i;

    methods! {
        fn load(from: &[u8]) -> __m512i {
            _mm512_loadu_si512(from[..64].as_ptr().cast())
        }
        fn store(value: __m512i, to: &mut [u8]) {
            _mm512_storeu_si512(to[..64].as_mut_ptr().cast(), value)
        }
        fn load_widened(from: &[u8]) -> __m512i {
            _mm512_cvtepu8_epi16(_mm256_loadu_si256(from[..32].as_ptr().cast()))
        }
        fn load_spread(from: &[u8]) -> __m512i {
            let words = _mm512_cvtepu8_epi32(_mm_loadu_si128(from[..16].as_ptr().cast()));
            _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(_mm_set_epi32(0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0)))
        }
        fn splat_lane(lane: [u8; 16]) -> __m512i {
            _mm512_broadcast_i32x4(_mm_loadu_si128(lane.as_ptr().cast()))
        }
        fn splat(byte: u8) -> __m512i {
            _mm512_set1_epi8(byte as i8)
        }
        fn splat_16(value: i16) -> __m512i {
            _mm512_set1_epi16(value)
        }
        fn splat_32(value: i32) -> __m512i {
            _mm512_set1_epi32(value)
        }
        fn xor(a: __m512i, b: __m512i) -> __m512i {
            _mm512_xor_si512(a, b)
        }
        fn and(a: __m512i, b: __m512i) -> __m512i {
            _mm512_and_si512(a, b)
        }
        fn swizzle(v: __m512i, table: __m512i) -> __m512i {
            _mm512_shuffle_epi8(v, table)
        }
        fn select(mask: __m512i, a: __m512i, b: __m512i) -> __m512i {
            _mm512_mask_blend_epi8(_mm512_movepi8_mask(mask), a, b)
        }
        fn low_bytes(a: __m512i, b: __m512i) -> __m512i {
            _mm512_unpacklo_epi8(a, b)
        }
        fn high_bytes(a: __m512i, b: __m512i) -> __m512i {
            _mm512_unpackhi_epi8(a, b)
        }
        fn low_twice(v: __m512i) -> __m512i {
            _mm512_unpacklo_epi16(v, v)
        }
        fn high_twice(v: __m512i) -> __m512i {
            _mm512_unpackhi_epi16(v, v)
        }
        fn min(a: __m512i, b: __m512i) -> __m512i {
            _mm512_min_epu8(a, b)
        }
        fn max(a: __m512i, b: __m512i) -> __m512i {
            _mm512_max_epu8(a, b)
        }
        fn add_bytes(a: __m512i, b: __m512i) -> __m512i {
            _mm512_adds_epu8(a, b)
        }
        fn sub_bytes(a: __m512i, b: __m512i) -> __m512i {
            _mm512_subs_epu8(a, b)
        }
        fn add(a: __m512i, b: __m512i) -> __m512i {
            _mm512_add_epi16(a, b)
        }
        fn sub(a: __m512i, b: __m512i) -> __m512i {
            _mm512_sub_epi16(a, b)
        }
        fn add_clamped(a: __m512i, b: __m512i) -> __m512i {
            _mm512_adds_epi16(a, b)
        }
        fn mul(a: __m512i, b: __m512i) -> __m512i {
            _mm512_mullo_epi16(a, b)
        }
        fn mul_q15(a: __m512i, b: __m512i) -> __m512i {
            _mm512_mulhrs_epi16(a, b)
        }
        fn shl<const BITS>(v: __m512i) -> __m512i {
            _mm512_sllv_epi16(v, _mm512_set1_epi16(BITS as i16))
        }
        fn shr<const BITS>(v: __m512i) -> __m512i {
            _mm512_srlv_epi16(v, _mm512_set1_epi16(BITS as i16))
        }
        fn narrow(low: __m512i, high: __m512i) -> __m512i {
            _mm512_packus_epi16(low, high)
        }
        fn dot(a: __m512i, b: __m512i) -> __m512i {
            _mm512_madd_epi16(a, b)
        }
        fn add_32(a: __m512i, b: __m512i) -> __m512i {
            _mm512_add_epi32(a, b)
        }
        fn sar_32<const BITS>(v: __m512i) -> __m512i {
            _mm512_srav_epi32(v, _mm512_set1_epi32(BITS))
        }
        fn add_neighbours(a: __m512i, b: __m512i) -> __m512i {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            _mm512_add_epi16(_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b))
        }
        fn dot_add(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
            dot_added(sum, a, b)
        }
        fn narrow_to_16(low: __m512i, high: __m512i) -> __m512i {
            _mm512_packs_epi32(low, high)
        }
        fn narrow_upper(v: [__m512i; 4]) -> __m512i {
            let third = _mm512_loadu_si512(THIRD_BYTES.as_ptr().cast());
            let low = bytes_of_two(v[0], third, v[1]);
            let high = bytes_of_two(v[2], third, v[3]);
            _mm512_inserti64x4::<1>(low, _mm512_castsi512_si256(high))
        }
        fn deal(v: __m512i) -> __m512i {
            _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v)
        }
        fn narrow_32(v: [__m512i; 4]) -> __m512i {
            let words = _mm512_packus_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
            let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            _mm512_permutexvar_epi32(order, words)
        }
        fn store_interleaved(v: [__m512i; 4], to: &mut [u8]) {
            let to = to[..256].as_mut_ptr();
            let (first_low, first_high) = (_mm512_unpacklo_epi8(v[0], v[1]), _mm512_unpackhi_epi8(v[0], v[1]));
            let (last_low, last_high) = (_mm512_unpacklo_epi8(v[2], v[3]), _mm512_unpackhi_epi8(v[2], v[3]));
            _mm512_storeu_si512(to.cast(), _mm512_unpacklo_epi16(first_low, last_low));
            _mm512_storeu_si512(to.add(64).cast(), _mm512_unpackhi_epi16(first_low, last_low));
            _mm512_storeu_si512(to.add(128).cast(), _mm512_unpacklo_epi16(first_high, last_high));
            _mm512_storeu_si512(to.add(192).cast(), _mm512_unpackhi_epi16(first_high, last_high));
        }
        fn div_255(v: __m512i) -> __m512i {
            // (257·t) >> 16 is (t + (t >> 8)) >> 8.
            _mm512_mulhi_epu16(_mm512_add_epi16(v, _mm512_set1_epi16(128)), _mm512_set1_epi16(257))
        }
        fn mix(a: __m512i, b: __m512i, alpha: __m512i) -> __m512i {
            // With 128 taken off a and b their products with alpha and 255 − alpha sum to 16 signed bits; together with
            // the 128 that the division adds, 2^15 is to be put back.
            let sign = _mm512_set1_epi8(-128);
            let (a, b) = (_mm512_xor_si512(a, sign), _mm512_xor_si512(b, sign));
            let rest = _mm512_xor_si512(alpha, _mm512_set1_epi8(-1));
            let back = _mm512_set1_epi16(i16::MIN);
            let scale = _mm512_set1_epi16(257);
            let low = _mm512_maddubs_epi16(_mm512_unpacklo_epi8(alpha, rest), _mm512_unpacklo_epi8(a, b));
            let high = _mm512_maddubs_epi16(_mm512_unpackhi_epi8(alpha, rest), _mm512_unpackhi_epi8(a, b));
            _mm512_packus_epi16(
                _mm512_mulhi_epu16(_mm512_xor_si512(low, back), scale),
                _mm512_mulhi_epu16(_mm512_xor_si512(high, back), scale),
            )
        }
    }
}
