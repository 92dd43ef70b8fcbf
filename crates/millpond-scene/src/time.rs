//! Exact times: numbers are the decimals they are written as.

use millpond_core::Rational;

/// Most digits before the point, and in each half of a fraction.
const WHOLE_DIGITS: usize = 9;

/// Most digits behind the point: what a program prints of a double below one.
const FRACTION_DIGITS: i32 = 18;

/// Reads `12`, `0.04`, `1e-3` or `1001/30000` exactly. At most nine digits before and 18 behind the point, and nine in
/// each half of a fraction.
pub fn parse_rational(text: &str) -> Option<Rational> {
    if let Some((numerator, denominator)) = text.split_once('/') {
        let (sign, digits) = sign(numerator);
        let (numerator, denominator) = (whole(digits, WHOLE_DIGITS)?, whole(denominator, WHOLE_DIGITS)?);
        return (denominator != 0).then(|| Rational::new(sign * numerator, denominator));
    }
    let (sign, unsigned) = sign(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (unsigned, 0),
    };
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let behind_digits = behind.trim_end_matches('0');
    // The value is `digits · 10^power`, and `digits` does not end in 0 unless it is 0.
    let all = [before, behind_digits].concat();
    let significant = if behind_digits.is_empty() { all.trim_end_matches('0') } else { &all };
    let dropped = (all.len() - significant.len()) as i32;
    let power = i32::from(exponent) - behind_digits.len() as i32 + dropped;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(before) || !is_digits(behind) {
        return None;
    }
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some(Rational::from_integer(0));
    }
    let whole_digits = significant.len() as i32 + power;
    if power < -FRACTION_DIGITS || whole_digits > WHOLE_DIGITS as i32 {
        return None;
    }
    let digits = sign * whole(significant, significant.len())?;
    let ten = 10i128.pow(power.unsigned_abs());
    Some(if power < 0 { Rational::new(digits, ten) } else { Rational::from_integer(digits * ten) })
}

/// `time · scale`, rounded down, without forming products that could overflow.
pub(crate) fn ticks(time: Rational, scale: Rational) -> i128 {
    let (whole, part) = (time.floor().to_integer(), time - time.floor());
    let (quotient, rest) =
        ((whole * scale.numer()).div_euclid(*scale.denom()), (whole * scale.numer()).rem_euclid(*scale.denom()));
    let rest = Rational::new(rest, *scale.denom()) + part * scale;
    quotient + rest.floor().to_integer()
}

/// Whether these times can be added and compared exactly: their common denominator stays far from overflow.
pub(crate) fn are_commensurable(times: impl IntoIterator<Item = Rational>) -> bool {
    let mut common = 1i128;
    times.into_iter().all(|time| {
        let shared = gcd(common, *time.denom());
        common = common / shared * time.denom();
        common <= 1_000_000_000_000_000_000_000_000
    })
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn sign(text: &str) -> (i128, &str) {
    text.strip_prefix('-').map_or((1, text), |rest| (-1, rest))
}

fn whole(digits: &str, most: usize) -> Option<i128> {
    let fits = digits.trim_start_matches('0').len() <= most;
    (fits && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// The nearest floating-point number of seconds, for showing and for asking a demuxer.
pub fn seconds(time: Rational) -> f64 {
    *time.numer() as f64 / *time.denom() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(numerator: i128, denominator: i128) -> Option<Rational> {
        Some(Rational::new(numerator, denominator))
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse_rational("0.4"), rational(2, 5));
        assert_eq!(parse_rational("-3.0"), rational(-3, 1));
        assert_eq!(parse_rational("1001/30000"), rational(1001, 30000));
        assert_eq!(parse_rational("1e-3"), rational(1, 1000));
        assert_eq!(parse_rational("2.5E2"), rational(250, 1));
        assert_eq!(parse_rational("0.000000001"), rational(1, 1_000_000_000));
        assert_eq!(parse_rational("0.10000000000000"), rational(1, 10));
        assert_eq!(parse_rational("0"), rational(0, 1));
        assert_eq!(parse_rational("0e99"), rational(0, 1));
        assert_eq!(parse_rational("120e-1"), rational(12, 1));
        assert_eq!(parse_rational("0.30000000000000004"), rational(30_000_000_000_000_004, 100_000_000_000_000_000));
        assert_eq!(parse_rational("-6.020599913279624"), rational(-6_020_599_913_279_624, 1_000_000_000_000_000));
        assert_eq!(parse_rational("999999999.5"), rational(1_999_999_999, 2));
    }

    #[test]
    fn what_is_not_a_number_or_too_long_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1/0",
            "1/",
            "/2",
            "x",
            "1e",
            "1e99",
            "1e-19",
            "0.0000000000000000001",
            "12345678901",
            "--1",
            "1 ",
        ] {
            assert_eq!(parse_rational(text), None, "{text}");
        }
    }

    #[test]
    fn ticks_round_down_and_survive_the_largest_times() {
        let rational = |numerator, denominator| Rational::new(numerator, denominator);
        assert_eq!(ticks(rational(1001, 30_000), rational(90_000, 1)), 3003);
        assert_eq!(ticks(rational(1, 3), rational(1000, 1)), 333);
        assert_eq!(ticks(rational(-1, 3), rational(1000, 1)), -334);
        assert_eq!(ticks(rational(7, 2), rational(30_000, 1001)), 104);
        let long = rational(999_999_999 * 10i128.pow(24) + 1, 10i128.pow(24));
        assert_eq!(ticks(long, rational(4_000_000_000, 1)), 3_999_999_996_000_000_000);
        assert!(are_commensurable([rational(1, 10i128.pow(18)), rational(1, 30_000), rational(1, 7)]));
        assert!(!are_commensurable([rational(1, 999_999_999), rational(1, 999_999_998), rational(1, 999_999_997)]));
    }
}
