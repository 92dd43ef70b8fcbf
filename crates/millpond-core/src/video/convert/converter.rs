//! Whole pictures from one format, matrix and range to another.
//!
//! - Y'CbCr to R'G'B': every pixel takes the chroma sample of its cell.
//! - R'G'B' to Y'CbCr: a chroma sample is that of the mean of its cell; the last row or column of an odd picture counts
//!   twice, which leaves the mean as it is.
//! - Y'CbCr to Y'CbCr: subsampled chroma is repeated for its cell, full chroma averaged over it, `(sum + 2) >> 2`, and
//!   then taken to the other matrix and range.
//!
//! So chroma counts as sited in the middle of its cell. Pictures tagged otherwise are off by a fraction of a luma sample,
//! as in every converter that does not filter; where siting matters (a composed frame) the compositor resamples chroma.
//! Ten bits become eight first. A picture without chroma is neutral, one without alpha opaque; grey is luma in the range
//! of its colours.

use super::stage::{BLOCK, Chroma, Luma, Pixels, blocks, lies_ready};
use super::{
    RgbToYuv, YuvToRgb, YuvToYuv, cells, cells_to_rgba, double, four_to_three, full_to_rgba, halved_to_rgba, join,
    mean_of_cells, mean_of_rows, put_fourth, recolor_chroma, recolor_halved, recolor_luma, swap_ends, take_fourth,
    two_rows, weighted,
};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::{Color, FrameView, FrameViewMut, PixelFormat, PlaneMut};
use core::ops::Range;

/// A conversion between two kinds of pictures, each a format with its matrix and range. Those of R'G'B' are not used.
///
/// ```
/// use millpond_core::video::{Color, Frame, FrameLayout, PixelFormat, convert::Converter};
///
/// let picture = Frame::new(FrameLayout::packed(PixelFormat::I420, 4, 2)?);
/// let mut rgba = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 4, 2)?);
/// let color = Color::default();
/// let converter = Converter::new((PixelFormat::I420, color), (PixelFormat::Rgba8, color))?;
/// converter.convert_into(&picture.view(), &mut rgba.view_mut())?;
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Converter {
    from: PixelFormat,
    to: PixelFormat,
    level: Level,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    /// The same in memory.
    Copy,
    Repack,
    ToRgb(YuvToRgb),
    ToYuv(RgbToYuv),
    Recolor(Option<YuvToYuv>),
}

/// Whether blue comes first.
fn is_reversed(format: PixelFormat) -> bool {
    matches!(format, PixelFormat::Bgr24 | PixelFormat::Bgra8)
}

impl Converter {
    /// Plans a conversion. Every format can be converted from, every one of eight bits to.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for a target of ten bits that is not the source unchanged.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn new(from: (PixelFormat, Color), to: (PixelFormat, Color)) -> Result<Converter, Error> {
        let way = match (from.0.is_rgb(), to.0.is_rgb()) {
            (rgb, _) if from.0 == to.0 && (rgb || from.1 == to.1) => Way::Copy,
            (true, true) => Way::Repack,
            (false, true) => {
                let to_rgb = YuvToRgb::new(from.1);
                Way::ToRgb(if is_reversed(to.0) { to_rgb.reversed() } else { to_rgb })
            }
            (true, false) => {
                let to_yuv = RgbToYuv::new(to.1);
                Way::ToYuv(if is_reversed(from.0) { to_yuv.reversed() } else { to_yuv })
            }
            (false, false) => Way::Recolor(YuvToYuv::new(from.1, to.1)),
        };
        if to.0.is_ten_bit() && !matches!(way, Way::Copy) {
            return Err(Error::UnsupportedFormat { format: to.0 });
        }
        Ok(Converter { from: from.0, to: to.0, level: Level::best(), way })
    }

    /// With the instructions of this level; the results are the same.
    pub fn with_level(self, level: Level) -> Converter {
        Converter { level, ..self }
    }

    /// Converts a picture to one of the same size.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the formats are not those of the plan or the sizes differ; nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn convert_into(&self, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) -> Result<(), Error> {
        let (width, height) = (picture.width(), picture.height());
        for (format, got) in [(self.from, picture.kind()), (self.to, out.as_view().kind())] {
            let expected = PictureKind { format, width, height };
            if expected != got {
                return Err(Error::Mismatch { expected, got });
            }
        }
        match &self.way {
            Way::Copy => out.copy_from(picture)?,
            Way::Repack => self.repack(picture, out),
            Way::ToRgb(to_rgb) => self.decode(to_rgb, picture, out),
            Way::ToYuv(to_yuv) => self.encode(to_yuv, picture, out),
            Way::Recolor(recolor) => {
                self.recolored_luma(recolor.as_ref(), picture, out);
                self.recolored_chroma(recolor.as_ref(), picture, out);
            }
        }
        Ok(())
    }

    /// Pixels of a row that are converted together: all of it, unless either picture goes through the stack.
    fn step(&self, width: usize) -> usize {
        if [self.from, self.to].into_iter().all(lies_ready) { width } else { BLOCK }
    }

    fn repack(&self, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) {
        let width = picture.width() as usize;
        let (mut read, mut swapped) = (Pixels::new(), Pixels::new());
        let reversed = is_reversed(self.from) != is_reversed(self.to);
        let bytes = self.to.sample_bytes(0);
        for y in 0..picture.height() as usize {
            for range in blocks(width, BLOCK) {
                let len = 4 * range.len();
                let out = &mut out.plane_mut(0).row_mut(y)[range.start * bytes..range.end * bytes];
                let mut pixels = read.read(self.level, picture, y, range);
                if reversed {
                    swap_ends(self.level, pixels, &mut swapped.0[..len]);
                    pixels = &swapped.0[..len];
                }
                match bytes {
                    4 => out.copy_from_slice(pixels),
                    _ => four_to_three(self.level, pixels, out),
                }
            }
        }
    }

    fn decode(&self, to: &YuvToRgb, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let (mut luma, mut next_luma, mut chroma) = (Luma::new(), Luma::new(), Chroma::new());
        let (mut pixels, mut next_pixels) = (Pixels::new(), Pixels::new());
        let (horizontal, vertical) = self.from.chroma_shift();
        let (reversed, bytes) = (is_reversed(self.to), self.to.sample_bytes(0));
        for y in (0..height).step_by(1 << vertical) {
            for range in blocks(width, self.step(width)) {
                let level = self.level.for_rows(range.len());
                let (len, place) = (4 * range.len(), range.start * bytes..range.end * bytes);
                let columns = range.start >> horizontal..(range.end + horizontal as usize) >> horizontal;
                let [u, v] = chroma.read(level, picture, y >> vertical, columns);
                let [u, v] = if reversed { [v, u] } else { [u, v] };
                let row = luma.read(level, picture, y, range.clone());
                // Two rows have the same chroma, but for an odd picture's last.
                let rows = (1 << vertical).min(height - y);
                if rows == 2 {
                    let next_row = next_luma.read(level, picture, y + 1, range.clone());
                    let [top, bottom] = out.plane_mut(0).two_rows_mut(y);
                    let rgba = match bytes {
                        4 => [&mut top[place.clone()], &mut bottom[place.clone()]],
                        _ => [&mut pixels.0[..len], &mut next_pixels.0[..len]],
                    };
                    cells_to_rgba(level, to, [row, next_row], u, v, rgba);
                } else {
                    let rgba = match bytes {
                        4 => &mut out.plane_mut(0).row_mut(y)[place.clone()],
                        _ => &mut pixels.0[..len],
                    };
                    match horizontal {
                        0 => full_to_rgba(level, to, row, u, v, rgba),
                        _ => halved_to_rgba(level, to, row, u, v, rgba),
                    }
                }
                for (y, pixels) in (y..y + rows).zip([&pixels, &next_pixels]) {
                    let out = &mut out.plane_mut(0).row_mut(y)[place.clone()];
                    if bytes == 3 {
                        four_to_three(level, &pixels.0[..len], out);
                    } else if self.from == PixelFormat::I420A {
                        put_fourth(level, &picture.plane(3).row(y)[range.clone()], out);
                    }
                }
            }
        }
    }

    fn encode(&self, to: &RgbToYuv, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) {
        let width = picture.width() as usize;
        let (mut top, mut bottom) = (Pixels::new(), Pixels::new());
        let (horizontal, vertical) = self.to.chroma_shift();
        let height = picture.height() as usize;
        for y in (0..height).step_by(1 << vertical) {
            // Without vertical subsampling, and below an odd picture's last row, it is the same row again.
            let below = (y + vertical as usize).min(height - 1);
            for range in blocks(width, self.step(width)) {
                let level = self.level.for_rows(range.len() >> horizontal);
                let top = top.read(level, picture, y, range.clone());
                let bottom = if below == y { top } else { bottom.read(level, picture, below, range.clone()) };
                if self.to == PixelFormat::I420A {
                    for (y, pixels) in [(y, top), (below, bottom)] {
                        take_fourth(level, pixels, &mut out.plane_mut(3).row_mut(y)[range.clone()]);
                    }
                }
                let columns = range.start >> horizontal..(range.end + horizontal as usize) >> horizontal;
                let Some((luma, chroma)) = out.planes_mut().split_first_mut() else { return };
                if below == y {
                    weighted(level, top, to.luma, to.luma_offset, &mut luma.row_mut(y)[range]);
                    self.write_chroma(chroma, y >> vertical, columns, |u, v| {
                        if horizontal == 0 {
                            weighted(level, top, to.blue, RgbToYuv::CHROMA_OFFSET, u);
                            weighted(level, top, to.red, RgbToYuv::CHROMA_OFFSET, v);
                        } else {
                            cells(level, to, top, top, u, v);
                        }
                    });
                } else {
                    let [y_top, y_bottom] = luma.two_rows_mut(y).map(|row| &mut row[range.clone()]);
                    self.write_chroma(chroma, y >> vertical, columns, |u, v| {
                        two_rows(level, to, [top, bottom], [y_top, y_bottom], [u, v]);
                    });
                }
            }
        }
    }

    /// Lets `make` write Cb and Cr of columns of row `y`; `planes` are those behind luma. Without chroma it writes to nothing.
    fn write_chroma(
        &self,
        planes: &mut [PlaneMut<'_>],
        y: usize,
        columns: Range<usize>,
        make: impl FnOnce(&mut [u8], &mut [u8]),
    ) {
        match (self.to, planes) {
            (PixelFormat::Nv12, [pairs]) => {
                let (mut u, mut v) = ([0; BLOCK], [0; BLOCK]);
                let (u, v) = (&mut u[..columns.len()], &mut v[..columns.len()]);
                make(u, v);
                join(self.level, u, v, &mut pairs.row_mut(y)[2 * columns.start..2 * columns.end]);
            }
            (to, [first, second, ..]) => {
                let (u, v) = if to == PixelFormat::Yv12 { (second, first) } else { (first, second) };
                make(&mut u.row_mut(y)[columns.clone()], &mut v.row_mut(y)[columns]);
            }
            _ => make(&mut [], &mut []),
        }
    }

    fn recolored_luma(&self, recolor: Option<&YuvToYuv>, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) {
        let width = picture.width() as usize;
        let (mut luma, mut chroma) = (Luma::new(), Chroma::new());
        let (horizontal, vertical) = self.from.chroma_shift();
        for y in 0..picture.height() as usize {
            for range in blocks(width, BLOCK) {
                let level = self.level.for_rows(range.len());
                let row = luma.read(level, picture, y, range.clone());
                let dst = &mut out.plane_mut(0).row_mut(y)[range.clone()];
                let Some(recolor) = recolor else {
                    dst.copy_from_slice(row);
                    continue;
                };
                let columns = range.start >> horizontal..(range.end + horizontal as usize) >> horizontal;
                let [u, v] = chroma.read(level, picture, y >> vertical, columns);
                match horizontal {
                    0 => recolor_luma(level, recolor, row, u, v, dst),
                    _ => recolor_halved(level, recolor, row, u, v, dst),
                }
            }
            if self.to == PixelFormat::I420A {
                let alpha = out.plane_mut(3).row_mut(y);
                match self.from {
                    PixelFormat::I420A => alpha.copy_from_slice(picture.plane(3).row(y)),
                    _ => alpha.fill(255),
                }
            }
        }
    }

    fn recolored_chroma(&self, recolor: Option<&YuvToYuv>, picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) {
        let level = self.level;
        let (mut top, mut bottom) = (Chroma::new(), Chroma::new());
        let (from, to) = (self.from.chroma_shift(), self.to.chroma_shift());
        if self.to.chroma_planes().is_none() {
            return;
        }
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let last = height.div_ceil(1 << from.1) - 1;
        for y in 0..height.div_ceil(1 << to.1) {
            // Rows of the source that make this one: the same twice unless it has twice as many.
            let [first, second] = [y << to.1 >> from.1, ((y << to.1) + to.1 as usize) >> from.1].map(|y| y.min(last));
            for range in blocks(width, BLOCK) {
                let columns = |shift: u32| range.start >> shift..(range.end + shift as usize) >> shift;
                let tops = top.read(level, picture, first, columns(from.0));
                let bottoms = if second == first { tops } else { bottom.read(level, picture, second, columns(from.0)) };
                self.write_chroma(&mut out.planes_mut()[1..], y, columns(to.0), |u, v| {
                    for (index, out) in [&mut *u, &mut *v].into_iter().enumerate() {
                        match (from.0, to.0) {
                            (0, 1) => mean_of_cells(level, tops[index], bottoms[index], out),
                            (1, 0) => double(level, tops[index], out),
                            _ if second == first => out.copy_from_slice(tops[index]),
                            _ => mean_of_rows(level, tops[index], bottoms[index], out),
                        }
                    }
                    if let Some(recolor) = recolor {
                        recolor_chroma(level, recolor, u, v);
                    }
                });
            }
        }
    }
}
