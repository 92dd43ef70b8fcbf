//! What the numbers in a picture mean: matrix, range, primaries, transfer, and where chroma samples sit.

/// The luma coefficients that take R'G'B' to Y'CbCr (ITU-T H.273, MatrixCoefficients).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Matrix {
    /// ITU-R BT.601: Kr 0.299, Kb 0.114 (H.273 values 5 and 6).
    Bt601,
    /// ITU-R BT.709: Kr 0.2126, Kb 0.0722 (H.273 value 1).
    #[default]
    Bt709,
    /// ITU-R BT.2020, non-constant luminance: Kr 0.2627, Kb 0.0593 (H.273 value 9).
    Bt2020,
}

/// How the codes of eight-bit samples are used (H.273, VideoFullRangeFlag).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Range {
    /// Luma 16 to 235, chroma 16 to 240.
    #[default]
    Limited,
    /// 0 to 255.
    Full,
}

/// Matrix and range of a Y'CbCr picture. R'G'B' pictures are full range and have no matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Color {
    /// Luma coefficients.
    pub matrix: Matrix,
    /// Use of the codes.
    pub range: Range,
}

/// What a picture says about its colours: the code points of ITU-T H.273, which containers, bitstreams and `AVFrame`
/// carry unchanged, and the range. It is carried, not acted upon; [`ColorDescription::color`] is the part that kernels
/// use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ColorDescription {
    /// ColourPrimaries (H.273, table 2): 1 is BT.709, 5 and 6 BT.601, 9 BT.2020, 12 P3-D65.
    pub primaries: u8,
    /// TransferCharacteristics (table 3): 1 is BT.709, 13 sRGB, 16 PQ, 18 HLG.
    pub transfer: u8,
    /// MatrixCoefficients (table 4): 0 is R'G'B', 1 BT.709, 5 and 6 BT.601, 9 BT.2020.
    pub matrix: u8,
    /// VideoFullRangeFlag, if it was given.
    pub range: Option<Range>,
}

impl ColorDescription {
    /// Nothing is known: 2 everywhere, and no range.
    pub const UNSPECIFIED: ColorDescription = ColorDescription { primaries: 2, transfer: 2, matrix: 2, range: None };

    /// BT.709, limited range: high-definition video.
    pub const BT709: ColorDescription =
        ColorDescription { primaries: 1, transfer: 1, matrix: 1, range: Some(Range::Limited) };

    /// sRGB: R'G'B' samples of full range.
    pub const SRGB: ColorDescription =
        ColorDescription { primaries: 1, transfer: 13, matrix: 0, range: Some(Range::Full) };

    /// Matrix and range for the kernels; what is unspecified or unknown to them is BT.709 and limited. `None` for
    /// R'G'B' samples, which have no matrix.
    pub fn color(&self) -> Option<Color> {
        let matrix = match self.matrix {
            0 => return None,
            5 | 6 => Matrix::Bt601,
            9 => Matrix::Bt2020,
            _ => Matrix::Bt709,
        };
        Some(Color { matrix, range: self.range.unwrap_or_default() })
    }
}

impl Default for ColorDescription {
    fn default() -> Self {
        ColorDescription::UNSPECIFIED
    }
}

/// Where a chroma sample sits between the two luma samples it stands for, along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Siting {
    /// On the first luma sample (MPEG-2's horizontal siting).
    First,
    /// In the middle between both (MPEG-1, and MPEG-2's vertical siting).
    Middle,
    /// On the second luma sample (arises when a picture is turned).
    Second,
}

impl Siting {
    /// Distance from the left edge of the pair to the chroma sample, in half luma samples: 1, 2 or 3.
    pub(crate) fn half_samples(self) -> i64 {
        match self {
            Siting::First => 1,
            Siting::Middle => 2,
            Siting::Second => 3,
        }
    }
}

/// Chroma siting on both axes; only subsampled axes use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChromaSiting {
    /// Along a row.
    pub horizontal: Siting,
    /// Along a column.
    pub vertical: Siting,
}

impl ChromaSiting {
    /// From `chroma_sample_loc_type` of ITU-T H.264, figure E-1: 0 left, 1 centre, 2 top left, 3 top, 4 bottom left,
    /// 5 bottom; others are reserved.
    pub fn from_sample_loc_type(kind: u32) -> Option<ChromaSiting> {
        let (horizontal, vertical) = match kind {
            0 => (Siting::First, Siting::Middle),
            1 => (Siting::Middle, Siting::Middle),
            2 => (Siting::First, Siting::First),
            3 => (Siting::Middle, Siting::First),
            4 => (Siting::First, Siting::Second),
            5 => (Siting::Middle, Siting::Second),
            _ => return None,
        };
        Some(ChromaSiting { horizontal, vertical })
    }
}

impl Default for ChromaSiting {
    /// "Left", as MPEG-2, H.264 and HEVC have it unless they are tagged otherwise.
    fn default() -> Self {
        ChromaSiting { horizontal: Siting::First, vertical: Siting::Middle }
    }
}
