//! What the codes of a clip mean: the one place where tags become a matrix and a range.
//!
//! Field by field: the scene's own override, else the container's tag, else the bitstream's, else BT.709 limited.

use crate::SceneError;
use millpond_core::video::{Color, Matrix, Range};

/// A matrix tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodedMatrix {
    /// One that the kernels know.
    Known(Matrix),
    /// Samples are R'G'B' (H.273 value 0).
    Identity,
}

/// The colour tags that one place gives, a container or a bitstream. `None` is unspecified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColorTags {
    /// MatrixCoefficients.
    pub matrix: Option<CodedMatrix>,
    /// VideoFullRangeFlag.
    pub range: Option<Range>,
}

impl ColorTags {
    /// Tags from the numbers of ITU-T H.273. 5 and 6 are BT.601, 1 is BT.709, 9 is BT.2020, 0 is R'G'B'; 2 and all
    /// others count as unspecified.
    pub fn from_h273(matrix_coefficients: u8, full_range: Option<bool>) -> ColorTags {
        let matrix = match matrix_coefficients {
            0 => Some(CodedMatrix::Identity),
            1 => Some(CodedMatrix::Known(Matrix::Bt709)),
            5 | 6 => Some(CodedMatrix::Known(Matrix::Bt601)),
            9 => Some(CodedMatrix::Known(Matrix::Bt2020)),
            _ => None,
        };
        ColorTags { matrix, range: full_range.map(|full| if full { Range::Full } else { Range::Limited }) }
    }
}

/// Matrix and range of a clip.
///
/// # Errors
/// [`SceneError::UnsupportedColor`] if the samples are R'G'B' in Y'CbCr planes.
pub fn resolve_color(over: ColorTags, container: ColorTags, bitstream: ColorTags) -> Result<Color, SceneError> {
    let matrix = match over.matrix.or(container.matrix).or(bitstream.matrix) {
        Some(CodedMatrix::Known(matrix)) => matrix,
        Some(CodedMatrix::Identity) => return Err(SceneError::UnsupportedColor { matrix: 0 }),
        None => Matrix::default(),
    };
    Ok(Color { matrix, range: over.range.or(container.range).or(bitstream.range).unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_wins_field_by_field() {
        let unknown = ColorTags::from_h273(2, None);
        let bt601 = ColorTags::from_h273(6, Some(false));
        let full = ColorTags::from_h273(2, Some(true));
        let color = |matrix, range| Ok(Color { matrix, range });
        assert_eq!(resolve_color(unknown, unknown, unknown), color(Matrix::Bt709, Range::Limited));
        assert_eq!(resolve_color(unknown, unknown, bt601), color(Matrix::Bt601, Range::Limited));
        assert_eq!(resolve_color(unknown, ColorTags::from_h273(1, None), bt601), color(Matrix::Bt709, Range::Limited));
        assert_eq!(resolve_color(unknown, full, bt601), color(Matrix::Bt601, Range::Full));
        assert_eq!(resolve_color(bt601, full, unknown), color(Matrix::Bt601, Range::Limited));
        let identity = ColorTags::from_h273(0, None);
        assert_eq!(resolve_color(unknown, identity, bt601).unwrap_err().code(), "E_UNSUPPORTED_COLOR");
    }
}
