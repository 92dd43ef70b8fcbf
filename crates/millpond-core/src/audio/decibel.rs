//! 10·log₁₀ of f32, the same bits on every target.

use super::lanes::F32x4;

/// 10·log₁₀ 2 (to f32) and 20 / ln 10.
const PER_OCTAVE: f32 = 3.010_3;
const SCALE: f64 = 8.685_889_638_065_037;

/// 10·log₁₀ x for each lane; x must be a positive normal number (infinity counts as 2^128), within 1e-5 dB + 1e-7 of the value.
///
/// x = 2^k·m with m in [√½, √2) by its bits; with s = (m − 1)/(m + 1), |s| < 0.1716, the value is
/// k·10·log₁₀ 2 + 20/ln 10·(s + s³/3 + s^5/5 + s^7/7), inner terms first, all in f32. The first term left out is
/// below 1.3e-7 dB.
#[inline(always)]
pub(super) fn decibels(x: F32x4) -> F32x4 {
    x.map(|x| {
        const SQRT_HALF: u32 = 0x3f35_04f3;
        let above = x.to_bits().wrapping_sub(SQRT_HALF);
        let k = ((above as i32) >> 23) as f32;
        let m = f32::from_bits((above & 0x007f_ffff) + SQRT_HALF);
        let s = (m - 1.0) / (m + 1.0);
        let square = s * s;
        let mut sum = (SCALE / 7.0) as f32;
        sum = sum * square + (SCALE / 5.0) as f32;
        sum = sum * square + (SCALE / 3.0) as f32;
        sum = sum * square + SCALE as f32;
        k * PER_OCTAVE + s * sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_libm() {
        let mut worst = 0f64;
        // Every 97th positive normal f32.
        for bits in (0x0080_0000..0x7f80_0000u32).step_by(97) {
            let x = f32::from_bits(bits);
            let want = 10.0 * f64::from(x).log10();
            let got = f64::from(decibels(F32x4::splat(x)).0[0]);
            worst = worst.max((got - want).abs() / (1e-5 + 1e-7 * want.abs()));
        }
        assert!(worst < 1.0, "{worst} of the stated bound");
        // Around 1, where k is 0, nothing hides the series.
        for n in 7_072..14_142 {
            let x = n as f32 / 10_000.0;
            let (got, want) = (f64::from(decibels(F32x4::splat(x)).0[0]), 10.0 * f64::from(x).log10());
            assert!((got - want).abs() < 5e-7, "{x}: {got} {want}");
        }
        assert_eq!(decibels(F32x4::splat(1.0)).0, [0.0; 4]);
        assert!((decibels(F32x4::splat(f32::INFINITY)).0[2] - 385.318).abs() < 1e-3);
    }
}
