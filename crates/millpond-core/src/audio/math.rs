//! Elementary functions with the same bits on every target: no libm, no fused multiply-add.
//!
//! A libm may differ from another in the last bit of `sin`, `ln` or `exp`; tables and features made from them would
//! differ too. Here everything is +, −, ×, ÷ and √ of f64, which IEEE 754 defines exactly, in a fixed order. The
//! functions are for tables, made once; errors are measured against libm by the tests below. Nothing allocates.

pub use crate::math::sin_cos_turns;

const LN_2: f64 = std::f64::consts::LN_2;
const SQRT_2: f64 = std::f64::consts::SQRT_2;

/// e^x, relative error below 1e-15 for |x| ≤ 100; 0 and infinity beyond ±708.
///
/// x = k·ln 2 + r with |r| ≤ ln 2 / 2, then e^r by its Taylor series to r^17, then an exact scaling by 2^k.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 708.0 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    // ln 2 in two parts: the product of the first (32 bits) and k is exact.
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    let k = (x / LN_2 + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let r = (x - k as f64 * LN_2_HIGH) - k as f64 * LN_2_LOW;
    let mut sum = 1.0;
    for n in (1..=17).rev() {
        sum = 1.0 + r / f64::from(n) * sum;
    }
    sum * f64::from_bits(((1023 + k) as u64) << 52)
}

/// Natural logarithm of a finite x > 0, within 1e-15 of its value or 3e-16 absolutely.
///
/// x = 2^k·m with m in [√½, √2); ln m = 2·artanh s, s = (m − 1)/(m + 1), |s| < 0.1716, by the series s + s³/3 + … + s^23/23.
pub fn ln(x: f64) -> f64 {
    // Subnormals are lifted by 2^64 first.
    let (x, lifted) = if x < f64::MIN_POSITIVE { (x * 18_446_744_073_709_551_616.0, 64) } else { (x, 0) };
    let bits = x.to_bits();
    let mut k = (bits >> 52) as i64 - 1023 - lifted;
    let mut m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if m >= SQRT_2 {
        m *= 0.5;
        k += 1;
    }
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for n in (0..12).rev() {
        sum = sum * square + 1.0 / (2.0 * f64::from(n) + 1.0);
    }
    k as f64 * LN_2 + 2.0 * s * sum
}

/// The factor of a gain in decibels, 10^(db / 20): 0 dB is exactly 1.
pub fn db_to_factor(db: f64) -> f64 {
    exp(db / 20.0 * std::f64::consts::LN_10)
}

/// The modified Bessel function I₀ by its power series Σ ((x/2)^n / n!)², to the term that no longer counts.
pub(crate) fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (n * n);
        sum += term;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn sine_and_cosine_agree_with_libm() {
        for i in -40_000..40_000 {
            let turns = f64::from(i) / 9973.0;
            let (sin, cos) = sin_cos_turns(turns);
            // libm's own argument is rounded: over four turns that alone is 2e-15.
            assert!((sin - (2.0 * PI * turns).sin()).abs() < 4e-15, "{turns}");
            assert!((cos - (2.0 * PI * turns).cos()).abs() < 4e-15, "{turns}");
        }
        assert_eq!(sin_cos_turns(0.25), (1.0, 0.0));
        assert_eq!(sin_cos_turns(-0.5), (0.0, -1.0));
    }

    #[test]
    fn exponential_agrees_with_libm() {
        for i in -10_000..=10_000 {
            let x = f64::from(i) / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-15, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(1e9), f64::INFINITY);
        assert_eq!(exp(-1e9), 0.0);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn logarithm_agrees_with_libm() {
        for i in 1..100_000 {
            for x in [f64::from(i) / 777.0, 1.0 + f64::from(i) * 1e-9, f64::from(i) * 1e-300] {
                let (got, want) = (ln(x), x.ln());
                assert!((got - want).abs() <= 3e-16f64.max(want.abs() * 1e-15), "{x}: {got} {want}");
            }
        }
        assert_eq!(ln(1.0), 0.0);
        assert!((ln(5e-324) - 5e-324f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn bessel_has_its_tabulated_values() {
        // Abramowitz and Stegun, table 9.8 and 9.11.
        assert!((bessel_i0(1.0) - 1.266_065_877_752_008_4).abs() < 1e-15);
        assert!((bessel_i0(10.0) / 2_815.716_628_466_254 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn gains() {
        assert_eq!(db_to_factor(0.0), 1.0);
        assert!((db_to_factor(-20.0) - 0.1).abs() < 1e-16);
        assert!((db_to_factor(6.0) - 1.995_262_314_968_879_5).abs() < 1e-15);
    }
}
