//! Baseline JPEG (ITU-T T.81), eight bits, one interleaved scan: the same bytes on every target and at every level.
//!
//! - Samples are converted to JFIF's BT.601 full range by the picture's colour tags; what is BT.601 full range already
//!   passes untouched. Pictures that end inside a block are continued by their last column and row; blocks that only
//!   fill up an MCU repeat the DC coefficient before them, so they cost next to nothing.
//! - The transform is the integer DCT of Loeffler, Ligtenberg and Moschytz with 13 fraction bits, quantisation is
//!   division rounded to nearest, halves away from zero ([`dct`]). These and the order of the markers are
//!   libjpeg's, so from the same planes the file equals that of libjpeg-turbo's default (`JDCT_ISLOW`) byte for byte.
//! - Quality scales the tables of annex K the way the Independent JPEG Group does; Huffman tables are those of annex K, or
//!   made for the picture ([`HuffmanTables`]).
//!
//! [`JpegEncoder`] codes whole pictures. [`JpegStrips`] keeps what it coded between restart markers and codes again only
//! what changed. Both plan and allocate when they are made; coding does not allocate.

mod bits;
mod bound;
mod coder;
mod dct;
mod encoder;
mod geometry;
mod headers;
mod huffman;
mod quantise;
mod scan;
mod source;
mod strips;
mod tables;

pub use encoder::JpegEncoder;
pub use strips::JpegStrips;

/// How much chroma is kept, per luma sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Subsampling {
    /// Luma only: a file with one component.
    Gray,
    /// Chroma for every sample.
    Yuv444,
    /// Chroma halved horizontally.
    Yuv422,
    /// Chroma halved on both axes.
    #[default]
    Yuv420,
}

impl Subsampling {
    /// Sampling factors of luma, across and down; chroma's are 1.
    pub(crate) fn factors(self) -> (u32, u32) {
        match self {
            Subsampling::Gray | Subsampling::Yuv444 => (1, 1),
            Subsampling::Yuv422 => (2, 1),
            Subsampling::Yuv420 => (2, 2),
        }
    }
}

/// Which Huffman tables the file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HuffmanTables {
    /// Those of annex K: one pass.
    #[default]
    Standard,
    /// Made for each picture by the procedure of annex K.2: smaller files, and the transform is done twice.
    Optimised,
}

/// The pixel density that JFIF notes; it does not change the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Density {
    /// Only the aspect of a pixel, horizontal to vertical.
    Aspect(u16, u16),
    /// Dots per inch, horizontal and vertical.
    DotsPerInch(u16, u16),
    /// Dots per centimetre, horizontal and vertical.
    DotsPerCentimetre(u16, u16),
}

impl Default for Density {
    /// Square pixels.
    fn default() -> Density {
        Density::Aspect(1, 1)
    }
}

/// What a file is to be like. The default is quality 80, 4:2:0, standard tables, no restart markers, square pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegOptions<'a> {
    /// 1 to 100, on the scale of the Independent JPEG Group.
    pub quality: u8,
    /// Chroma of the file.
    pub subsampling: Subsampling,
    /// Which Huffman tables.
    pub huffman: HuffmanTables,
    /// MCUs from one restart marker to the next; 0 for none. An MCU is 16x16 pixels in 4:2:0, 16x8 in 4:2:2 and 8x8
    /// otherwise.
    pub restart_interval: u16,
    /// Noted in the JFIF header.
    pub density: Density,
    /// An EXIF block from its TIFF header on, at most 65,527 bytes; empty for none.
    pub exif: &'a [u8],
    /// An ICC profile, spread over as many segments as it needs, at most 255 of 65,519 bytes; empty for none.
    pub icc_profile: &'a [u8],
}

impl Default for JpegOptions<'_> {
    fn default() -> Self {
        JpegOptions {
            quality: 80,
            subsampling: Subsampling::default(),
            huffman: HuffmanTables::default(),
            restart_interval: 0,
            density: Density::default(),
            exif: &[],
            icc_profile: &[],
        }
    }
}
