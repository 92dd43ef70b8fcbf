//! Sine and cosine with the same bits on every target: no libm, no fused multiply-add.
//!
//! Everything is +, −, × and ÷ of f64, which IEEE 754 defines exactly, in a fixed order. Nothing allocates.

/// 2π, rounded to f64.
const TAU: f64 = std::f64::consts::TAU;

// `audio::math` gives it out; without that feature it is this crate's own.
#[cfg_attr(not(feature = "audio"), allow(unreachable_pub))]
/// (sin 2πx, cos 2πx) for x in whole turns, |x| < 2^50, within 4e-16.
///
/// The nearest quarter turn is subtracted exactly, then Taylor series run over |2πr| ≤ π/4, to the terms in θ^17 and
/// θ^16: the first term left out is below 2e-17.
pub fn sin_cos_turns(x: f64) -> (f64, f64) {
    let quarters = (4.0 * x + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let theta = TAU * (x - 0.25 * quarters as f64);
    let square = theta * theta;
    let (mut sin, mut cos) = (1.0, 1.0);
    // Horner's rule from the innermost term: 1 − θ²/(k(k+1)) × (…), which keeps every coefficient a small integer.
    for k in (1..=8).rev() {
        let k = f64::from(k);
        sin = 1.0 - square / (2.0 * k * (2.0 * k + 1.0)) * sin;
        cos = 1.0 - square / (2.0 * k * (2.0 * k - 1.0)) * cos;
    }
    sin *= theta;
    match quarters.rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}
