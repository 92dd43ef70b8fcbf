//! The conversion matrices of ITU-T H.273, in floating point: the source of every integer coefficient.
//!
//! With R', G', B' from 0 to 255 and Kg = 1 − Kr − Kb:
//!
//! ```text
//! Y = Kr·R + Kg·G + Kb·B        Cb = (B − Y) / (2·(1 − Kb))        Cr = (R − Y) / (2·(1 − Kr))
//! full range:     codes Y, Cb + 128, Cr + 128
//! limited range:  codes 16 + Y·219/255, 128 + Cb·224/255, 128 + Cr·224/255
//! ```
//!
//! Only + − × ÷ on f64 are used: those are exact to the last bit everywhere.

use crate::video::{Color, Matrix, Range};

/// Rows of a 3×3 matrix.
pub(super) type Rows = [[f64; 3]; 3];

fn luma(matrix: Matrix) -> [f64; 3] {
    let (red, blue) = match matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
    };
    [red, 1.0 - red - blue, blue]
}

/// Scale of luma and of chroma codes against 0 to 255.
fn scales(range: Range) -> (f64, f64) {
    match range {
        Range::Limited => (219.0 / 255.0, 224.0 / 255.0),
        Range::Full => (1.0, 1.0),
    }
}

/// The code of black.
pub(super) fn black(range: Range) -> i32 {
    match range {
        Range::Limited => 16,
        Range::Full => 0,
    }
}

/// From R', G', B' to luma and chroma codes without their offsets.
pub(super) fn from_rgb(color: Color) -> Rows {
    let k = luma(color.matrix);
    let (luma_scale, chroma_scale) = scales(color.range);
    let blue = chroma_scale / (2.0 * (1.0 - k[2]));
    let red = chroma_scale / (2.0 * (1.0 - k[0]));
    [
        k.map(|k| k * luma_scale),
        [-k[0] * blue, -k[1] * blue, (1.0 - k[2]) * blue],
        [(1.0 - k[0]) * red, -k[1] * red, -k[2] * red],
    ]
}

/// From luma and chroma codes without their offsets to R', G', B'.
pub(super) fn to_rgb(color: Color) -> Rows {
    let k = luma(color.matrix);
    let (luma_scale, chroma_scale) = scales(color.range);
    let y = 1.0 / luma_scale;
    let red = 2.0 * (1.0 - k[0]) / chroma_scale;
    let blue = 2.0 * (1.0 - k[2]) / chroma_scale;
    [[y, 0.0, red], [y, -k[2] * blue / k[1], -k[0] * red / k[1]], [y, blue, 0.0]]
}

/// `left × right`.
pub(super) fn product(left: Rows, right: Rows) -> Rows {
    let mut out = [[0.0; 3]; 3];
    for (out, left) in out.iter_mut().zip(&left) {
        for (column, out) in out.iter_mut().enumerate() {
            *out = left[0] * right[0][column] + left[1] * right[1][column] + left[2] * right[2][column];
        }
    }
    out
}

/// A coefficient with `bits` fraction bits, halves rounded up.
pub(super) fn fixed(value: f64, bits: u32) -> i32 {
    let scaled = value * f64::from(1u32 << bits) + 0.5;
    // `as` rounds towards zero; take one off below zero unless the value was whole.
    let whole = scaled as i32;
    if scaled < f64::from(whole) { whole - 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_directions_are_inverse() {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            for range in [Range::Limited, Range::Full] {
                let color = Color { matrix, range };
                let identity = product(from_rgb(color), to_rgb(color));
                for (row, values) in identity.iter().enumerate() {
                    for (column, value) in values.iter().enumerate() {
                        let expected = if row == column { 1.0 } else { 0.0 };
                        assert!((value - expected).abs() < 1e-12, "{color:?} {row},{column}: {value}");
                    }
                }
            }
        }
    }

    #[test]
    fn coefficients_round_half_up() {
        assert_eq!([fixed(0.5, 0), fixed(-0.5, 0), fixed(-0.6, 0), fixed(1.0, 3)], [1, 0, -1, 8]);
    }
}
