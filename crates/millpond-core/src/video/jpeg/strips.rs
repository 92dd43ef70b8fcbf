//! Coding of pictures that change in places: what lies between two restart markers stands for itself, so that only the
//! intervals which a change touches are coded again. The bytes are those of coding the whole picture anew.

use super::bits::BitWriter;
use super::coder::Writer;
use super::{HuffmanTables, JpegEncoder, JpegOptions, headers, tables};
use crate::Error;
use crate::simd::Level;
use crate::video::composite::Target;
use crate::video::{Color, FrameView, PixelFormat};

/// Codes pictures of one format and size, and remembers the last one's coded restart intervals.
///
/// An interval of one row of MCUs or less pays most: each costs some five bytes, and the shorter they are, the less is
/// coded again around a change.
///
/// ```
/// use millpond_core::video::composite::Target;
/// use millpond_core::video::jpeg::{JpegOptions, JpegStrips};
/// use millpond_core::video::{Color, Frame, FrameLayout, PixelFormat};
///
/// let mut frame = Frame::new(FrameLayout::aligned(PixelFormat::I420, 640, 480)?);
/// let mut strips = JpegStrips::new(PixelFormat::I420, 640, 480, Color::default(), &JpegOptions::default())?;
/// let mut file = vec![0; strips.max_len()];
/// strips.encode_into(&frame.view(), &[], &mut file)?; // the first is coded whole
/// assert_eq!(strips.coded(), 30);
///
/// frame.view_mut().plane_mut(0).row_mut(100)[200..300].fill(255);
/// let changed = Target { x: 200, y: 100, width: 100, height: 1 };
/// let len = strips.encode_into(&frame.view(), &[changed], &mut file)?;
/// assert_eq!(strips.coded(), 1); // of 30 rows of MCUs
/// # assert!(len > 0);
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Debug)]
pub struct JpegStrips {
    encoder: JpegEncoder,
    headers: Vec<u8>,
    /// Room for each interval, `stride` bytes apart.
    store: Vec<u8>,
    stride: usize,
    /// Bytes of each interval; 0 while nothing is kept.
    lens: Vec<usize>,
    dirty: Vec<bool>,
}

impl JpegStrips {
    /// Plans and allocates as [`JpegEncoder::new`] does, and room for a coded picture. A restart interval of 0 becomes one
    /// row of MCUs.
    ///
    /// # Errors
    /// Those of [`JpegEncoder::new`], and [`Error::BadParameter`] for optimised Huffman tables, which belong to one picture.
    pub fn new(
        format: PixelFormat,
        width: u32,
        height: u32,
        color: Color,
        options: &JpegOptions<'_>,
    ) -> Result<JpegStrips, Error> {
        if options.huffman == HuffmanTables::Optimised {
            let value = f64::from(options.huffman as u8);
            return Err(Error::BadParameter { name: "huffman", value, expected: "standard tables" });
        }
        let mut options = *options;
        if options.restart_interval == 0 {
            // The size is checked once more, with the rest.
            options.restart_interval = width.div_ceil(8 * options.subsampling.factors().0).min(u16::MAX.into()) as u16;
        }
        let encoder = JpegEncoder::new(format, width, height, color, &options)?;
        let mut headers = vec![0; encoder.max_headers_len()];
        let len = encoder.put_headers(&mut headers, &tables::DC, &tables::AC);
        headers.truncate(len);
        let (stride, count) = (encoder.max_interval_len(), encoder.scan.intervals());
        Ok(JpegStrips {
            headers,
            store: vec![0; stride * count],
            stride,
            lens: vec![0; count],
            dirty: vec![true; count],
            encoder,
        })
    }

    /// Uses the kernels of this level. The bytes do not depend on it.
    pub fn with_level(self, level: Level) -> JpegStrips {
        JpegStrips { encoder: self.encoder.with_level(level), ..self }
    }

    /// Bytes that no picture's file exceeds: what [`encode_into`](Self::encode_into) needs.
    pub fn max_len(&self) -> usize {
        self.encoder.max_len()
    }

    /// How many restart intervals the last call coded; the others were kept.
    pub fn coded(&self) -> usize {
        self.dirty.iter().filter(|&&dirty| dirty).count()
    }

    /// Forgets what is kept: the next picture is coded whole.
    pub fn forget(&mut self) {
        self.lens.fill(0);
    }

    /// Codes a picture that differs from the last one only inside `changed`, in pixels, and writes the whole file to the
    /// front of `out`; returns its length. Rectangles may overlap and lie outside. The first picture is coded whole.
    ///
    /// # Errors
    /// Those of [`JpegEncoder::encode_into`]; nothing is written and nothing is forgotten.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn encode_into(&mut self, picture: &FrameView<'_>, changed: &[Target], out: &mut [u8]) -> Result<usize, Error> {
        self.encoder.check(picture, out.len())?;
        self.code(picture, changed)?;
        let mut at = 0;
        for part in self.parts() {
            out[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        Ok(at)
    }

    /// The same, appended to `out`, for instance a [`Buffer`](crate::pool::Buffer) of a pool; returns the length of the file.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for a picture of another format or size; nothing is written and nothing is forgotten.
    ///
    /// # Realtime
    /// Does not allocate if `out` has room for the file, which may be far shorter than [`max_len`](Self::max_len).
    pub fn append_to(
        &mut self,
        picture: &FrameView<'_>,
        changed: &[Target],
        out: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        self.encoder.check(picture, self.max_len())?;
        self.code(picture, changed)?;
        let before = out.len();
        out.reserve(self.parts().map(<[u8]>::len).sum());
        self.parts().for_each(|part| out.extend_from_slice(part));
        Ok(out.len() - before)
    }

    /// Codes again what changed.
    fn code(&mut self, picture: &FrameView<'_>, changed: &[Target]) -> Result<(), Error> {
        for (dirty, &len) in self.dirty.iter_mut().zip(&self.lens) {
            *dirty = len == 0;
        }
        changed.iter().for_each(|&rectangle| self.mark(rectangle));
        let JpegEncoder { scan, standard, .. } = &mut self.encoder;
        let strips = self.store.chunks_exact_mut(self.stride).zip(&mut self.lens).zip(&self.dirty);
        for (interval, ((strip, len), _)) in strips.enumerate().filter(|(_, (_, dirty))| **dirty) {
            let mut writer = Writer { codes: standard, bits: BitWriter::new(strip) };
            scan.code(picture, interval..interval + 1, &mut writer)?;
            *len = writer.bits.len();
        }
        Ok(())
    }

    /// The file, piece by piece.
    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let strips = self.store.chunks_exact(self.stride).zip(&self.lens).map(|(strip, &len)| &strip[..len]);
        core::iter::once(&self.headers[..]).chain(strips).chain(core::iter::once(&headers::END[..]))
    }

    /// Marks the intervals that have an MCU under this rectangle.
    fn mark(&mut self, rectangle: Target) {
        let scan = &self.encoder.scan;
        let cut = |start: i32, len: u32, side: usize| {
            let clamp = |value: i64| value.clamp(0, side as i64) as usize;
            (clamp(start.into()), clamp(i64::from(start) + i64::from(len)))
        };
        let (left, right) = cut(rectangle.x, rectangle.width, scan.geometry.width);
        let (top, bottom) = cut(rectangle.y, rectangle.height, scan.geometry.height);
        if left >= right || top >= bottom {
            return;
        }
        for row in top / scan.geometry.mcu_height..bottom.div_ceil(scan.geometry.mcu_height) {
            let start = row * scan.geometry.mcus_x;
            let first = (start + left / scan.geometry.mcu_width) / scan.interval;
            let last = (start + (right - 1) / scan.geometry.mcu_width) / scan.interval;
            self.dirty[first..=last].fill(true);
        }
    }
}
