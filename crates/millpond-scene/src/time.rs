//! Exact times: numbers are the decimals they are written as.

use millpond_core::Rational;

/// Most digits before and behind the point; more could overflow exact arithmetic.
const DIGITS: usize = 9;

/// Reads `12`, `0.04`, `1e-3` or `1001/30000` exactly. At most nine digits before and nine behind the point, and nine
/// in each half of a fraction.
pub fn parse_rational(text: &str) -> Option<Rational> {
    if let Some((numerator, denominator)) = text.split_once('/') {
        let (sign, digits) = sign(numerator);
        let (numerator, denominator) = (whole(digits)?, whole(denominator)?);
        return (denominator != 0).then(|| Rational::new(sign * numerator, denominator));
    }
    let (sign, unsigned) = sign(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if before.is_empty() || (mantissa.contains('.') && behind.is_empty()) {
        return None;
    }
    let behind = behind.trim_end_matches('0');
    let value = whole(before)? * 10i128.pow(behind.len().min(DIGITS) as u32)
        + if behind.is_empty() { 0 } else { whole(behind)? };
    if value == 0 {
        return Some(Rational::from_integer(0));
    }
    // The value is `value · 10^power`.
    let power = exponent - behind.len() as i32;
    let digits = value.to_string().len() as i32;
    if power < -(DIGITS as i32) || power + digits > DIGITS as i32 {
        return None;
    }
    let ten = 10i128.pow(power.unsigned_abs());
    Some(if power < 0 { Rational::new(sign * value, ten) } else { Rational::from_integer(sign * value * ten) })
}

fn sign(text: &str) -> (i128, &str) {
    text.strip_prefix('-').map_or((1, text), |rest| (-1, rest))
}

fn whole(digits: &str) -> Option<i128> {
    let digits = digits.trim_start_matches('0').len().le(&DIGITS).then_some(digits)?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
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
            "1e-10",
            "0.0000000001",
            "12345678901",
            "--1",
            "1 ",
        ] {
            assert_eq!(parse_rational(text), None, "{text}");
        }
    }
}
