//! A quantisation table ready for use.
//!
//! The transform's output is scaled by 8, so a coefficient is divided by d = 8·q, where q is the table's value:
//! `(|x| + d/2) / d` with the sign of x. Vector units divide by multiplying with a reciprocal:
//!
//! ```text
//! s = floor(log2(d)), one less if d is a power of two      r = ceil(2^(16 + s) / d), below 2^16
//! n / d = ((n·r) >> 16) · 2^(16 − s) >> 16      exactly, for n < 2^15: the error n·(r·d − 2^(16 + s)) is below 2^(16 + s)
//! ```
//!
//! |x| is at most 2^13 for luma's DC and below 1.3 times that for the others, d/2 at most 1020.

/// One of a picture's quantisation tables. All arrays are row by row.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Quantiser {
    /// r of the file's head.
    pub(super) reciprocal: [u16; 64],
    /// d/2.
    pub(super) half: [u16; 64],
    /// 2^(16 − s).
    pub(super) scale: [u16; 64],
    /// d.
    pub(super) divisor: [u16; 64],
}

impl Quantiser {
    #[inline(never)]
    pub(super) fn new(table: &[u8; 64]) -> Quantiser {
        let divisor = table.map(|value| 8 * u16::from(value));
        let shift = |d: u16| d.ilog2() - u32::from(d.is_power_of_two());
        Quantiser {
            reciprocal: divisor.map(|d| (1u32 << (16 + shift(d))).div_ceil(u32::from(d)) as u16),
            half: divisor.map(|d| d / 2),
            scale: divisor.map(|d| 1 << (16 - shift(d))),
            divisor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reciprocals_divide_exactly() {
        let high = |a: u32, b: u32| (a * b) >> 16;
        for value in 1..=255u8 {
            let table = Quantiser::new(&[value; 64]);
            let d = 8 * u32::from(value);
            for n in 0..1 << 15 {
                let quotient = high(high(n, table.reciprocal[0].into()), table.scale[0].into());
                assert_eq!(quotient, n / d, "{n} / {d}");
            }
        }
    }
}
