//! Coding of whole pictures.

use super::bits::BitWriter;
use super::coder::{Counts, Tables, Writer};
use super::geometry::Geometry;
use super::huffman::{Codes, table_for};
use super::quantise::Quantiser;
use super::scan::Scan;
use super::source::Source;
use super::tables::{self, HuffmanSpec};
use super::{HuffmanTables, JpegOptions, bound, headers};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::{Color, FrameView, PixelFormat};

/// Codes pictures of one format and size.
///
/// ```
/// use millpond_core::video::jpeg::{JpegEncoder, JpegOptions};
/// use millpond_core::video::{Color, Frame, FrameLayout, PixelFormat};
///
/// let frame = Frame::new(FrameLayout::aligned(PixelFormat::I420, 320, 240)?);
/// let mut encoder = JpegEncoder::new(PixelFormat::I420, 320, 240, Color::default(), &JpegOptions::default())?;
/// let mut file = vec![0; encoder.max_len()];
/// let len = encoder.encode_into(&frame.view(), &mut file)?;
/// assert_eq!(file[..2], [0xff, 0xd8]);
/// assert_eq!(file[len - 2..len], [0xff, 0xd9]);
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Debug)]
pub struct JpegEncoder {
    kind: PictureKind,
    pub(super) scan: Scan,
    pub(super) standard: Tables<Codes>,
    optimised: bool,
    /// Headers up to the Huffman tables, and from there to the coded bytes.
    before_tables: Vec<u8>,
    after_tables: Vec<u8>,
    /// The most bits that the blocks of an MCU take.
    mcu_bits: usize,
}

impl JpegEncoder {
    /// Plans and allocates for pictures of this format, size and colour. Alpha is left out.
    ///
    /// # Errors
    /// [`Error::BadSize`]; [`Error::BadParameter`] for a quality outside 1 to 100, a density of 0, EXIF or a profile that
    /// is too long.
    pub fn new(
        format: PixelFormat,
        width: u32,
        height: u32,
        color: Color,
        options: &JpegOptions<'_>,
    ) -> Result<JpegEncoder, Error> {
        if !(1..=100).contains(&options.quality) {
            let value = options.quality.into();
            return Err(Error::BadParameter { name: "quality", value, expected: "1 to 100" });
        }
        let geometry = Geometry::new(width, height, options.subsampling)?;
        let quantisation = tables::quantisation(options.quality);
        let standard =
            Tables { dc: tables::DC.map(|spec| Codes::new(&spec)), ac: tables::AC.map(|spec| Codes::new(&spec)) };
        let optimised = options.huffman == HuffmanTables::Optimised;
        let block_bits = [0, 1].map(|table| {
            let codes = (!optimised).then_some((&standard.dc[table], &standard.ac[table]));
            bound::block_bits(&quantisation[table], codes)
        });
        let per_mcu = |table: usize| -> usize {
            geometry.components().iter().filter(|component| component.table == table).map(|c| c.h * c.v).sum()
        };
        let source = Source::new(format, color, options.subsampling, &geometry)?;
        let quantisers = quantisation.map(|table| Quantiser::new(&table));
        Ok(JpegEncoder {
            kind: PictureKind { format, width, height },
            before_tables: headers::before_tables(&geometry, options, &quantisation)?,
            after_tables: headers::after_tables(&geometry, options.restart_interval),
            mcu_bits: per_mcu(0) * block_bits[0] + per_mcu(1) * block_bits[1],
            scan: Scan::new(geometry, source, quantisers, options.restart_interval.into()),
            standard,
            optimised,
        })
    }

    /// Uses the kernels of this level. The bytes do not depend on it.
    pub fn with_level(mut self, level: Level) -> JpegEncoder {
        self.scan.level = level;
        self
    }

    /// Bytes that no picture's file exceeds: what [`encode_into`](Self::encode_into) needs. Noise comes within a third of
    /// it, photographs stay far below.
    pub fn max_len(&self) -> usize {
        self.max_headers_len() + self.scan.intervals() * self.max_interval_len() + headers::END.len()
    }

    /// The most bytes before the coded ones.
    pub(super) fn max_headers_len(&self) -> usize {
        self.before_tables.len() + headers::HUFFMAN_TABLES_MAX + self.after_tables.len()
    }

    /// The most bytes that a restart interval takes with the marker that ends it: every byte may have to be stuffed.
    pub(super) fn max_interval_len(&self) -> usize {
        2 * (self.scan.interval * self.mcu_bits).div_ceil(8) + 2
    }

    /// Codes a picture into the front of `out` and returns the length of the file.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for a picture of another format or size, [`Error::BufferTooSmall`] if `out` is shorter than
    /// [`max_len`](Self::max_len); nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn encode_into(&mut self, picture: &FrameView<'_>, out: &mut [u8]) -> Result<usize, Error> {
        self.check(picture, out.len())?;
        let all = 0..self.scan.intervals();
        if !self.optimised {
            let start = self.put_headers(out, &tables::DC, &tables::AC);
            let mut writer = Writer { codes: &self.standard, bits: BitWriter::new(&mut out[start..]) };
            self.scan.code(picture, all, &mut writer)?;
            return Ok(start + writer.bits.end());
        }
        let mut counts = Counts { dc: [[0; 256]; 2], ac: [[0; 256]; 2] };
        self.scan.code(picture, all.clone(), &mut counts)?;
        let specs =
            Tables { dc: counts.dc.map(|counts| table_for(&counts)), ac: counts.ac.map(|counts| table_for(&counts)) };
        let start = self.put_headers(out, &specs.dc, &specs.ac);
        let codes = Tables { dc: specs.dc.map(|spec| Codes::new(&spec)), ac: specs.ac.map(|spec| Codes::new(&spec)) };
        let mut writer = Writer { codes: &codes, bits: BitWriter::new(&mut out[start..]) };
        self.scan.code(picture, all, &mut writer)?;
        Ok(start + writer.bits.end())
    }

    /// # Errors
    /// See [`encode_into`](Self::encode_into).
    pub(super) fn check(&self, picture: &FrameView<'_>, got: usize) -> Result<(), Error> {
        if picture.kind() != self.kind {
            return Err(Error::Mismatch { expected: self.kind, got: picture.kind() });
        }
        let needed = self.max_len();
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
        Ok(())
    }

    /// Writes everything before the coded bytes and returns its length.
    pub(super) fn put_headers(&self, out: &mut [u8], dc: &[HuffmanSpec; 2], ac: &[HuffmanSpec; 2]) -> usize {
        let mut len = self.before_tables.len();
        out[..len].copy_from_slice(&self.before_tables);
        let count = self.scan.geometry.components().len().min(2);
        len = headers::put_tables(out, len, &dc[..count], &ac[..count]);
        out[len..len + self.after_tables.len()].copy_from_slice(&self.after_tables);
        len + self.after_tables.len()
    }
}
