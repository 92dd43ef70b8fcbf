//! Making pictures what the encoder was opened for: format and range, then size, then ten bits.
//!
//! A picture that is that already passes by reference. Others are converted ([`Converter`]), resampled ([`Resizer`]) into a
//! frame of a pool, and an eight-bit value becomes a ten-bit one by `v << 2`, which is exact for limited range. A change of
//! the source is planned anew, which counts as opening; nothing else allocates.

use crate::{Cancel, Error, VideoFrame};
use millpond_core::memory;
use millpond_core::pool::{Exhausted, PoolConfig};
use millpond_core::video::convert::Converter;
use millpond_core::video::resize::{ResizeSpec, Resizer};
use millpond_core::video::{
    Color, ColorDescription, Frame, FrameLayout, FramePool, FrameView, FrameViewMut, PixelFormat,
};

/// Frames that the encoder may keep before the pool makes more.
const FRAMES: usize = 8;

/// What comes in.
type Kind = (PixelFormat, u32, u32, ColorDescription);

/// Fits pictures to a target.
pub(super) struct Fit {
    target: FrameLayout,
    color: ColorDescription,
    /// What the target has in eight bits.
    narrow: PixelFormat,
    pool: Option<FramePool>,
    plan: Option<(Kind, Plan)>,
    changes: u64,
}

/// From one kind of picture to the target.
enum Plan {
    /// By reference.
    Pass,
    Steps {
        converter: Option<Converter>,
        converted: Option<Frame>,
        resizer: Option<Resizer>,
        resized: Option<Frame>,
    },
}

impl Fit {
    /// A target that is planned for when the first picture comes.
    pub(super) fn new(target: FrameLayout, color: ColorDescription) -> Fit {
        let narrow = eight_bits(target.format());
        Fit { target, color, narrow, pool: None, plan: None, changes: 0 }
    }

    /// How often the source changed in mid-stream.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// The picture as the encoder wants it.
    pub(super) fn fit(&mut self, picture: VideoFrame, cancel: &Cancel) -> Result<VideoFrame, Error> {
        let view = picture.view();
        let kind = (view.format(), view.width(), view.height(), picture.color());
        if self.plan.as_ref().is_none_or(|(planned, _)| *planned != kind) {
            self.changes += u64::from(self.plan.is_some());
            self.plan = Some((kind, memory::opening(|| self.plan(kind))?));
        }
        let Some((_, Plan::Steps { converter, converted, resizer, resized })) = &mut self.plan else {
            return Ok(picture);
        };
        let pool = match &self.pool {
            Some(pool) => pool,
            None => {
                let config = PoolConfig::fixed(FRAMES).exhausted(Exhausted::Allocate);
                self.pool.insert(memory::opening(|| FramePool::frames(self.target, config))?)
            }
        };
        let mut out = pool.acquire_or_cancelled(cancel.abandoned())?;
        let is_widened = self.target.format() != self.narrow;
        // Each step writes where the next one reads; the last one writes the frame of the pool.
        let mut at = view;
        if let Some(converter) = converter {
            match converted {
                Some(frame) => {
                    converter.convert_into(&at, &mut frame.view_mut())?;
                    at = frame.view();
                }
                None => converter.convert_into(&at, &mut out.view_mut())?,
            }
        }
        if let Some(resizer) = resizer {
            match resized {
                Some(frame) => {
                    resizer.resize_into(&at, &mut frame.view_mut())?;
                    at = frame.view();
                }
                None => resizer.resize_into(&at, &mut out.view_mut())?,
            }
        }
        if is_widened {
            widen(&at, &mut out.view_mut());
        }
        Ok(VideoFrame::from(out))
    }

    fn plan(&self, (format, width, height, color): Kind) -> Result<Plan, Error> {
        let target = (self.target.width(), self.target.height());
        let source = Color { ..color.color().unwrap_or_default() };
        let wanted = self.color.color().unwrap_or_default();
        let is_same_color = source == wanted || format.is_rgb() && self.narrow.is_rgb();
        if format == self.target.format() && (width, height) == target && is_same_color {
            return Ok(Plan::Pass);
        }
        let is_widened = self.target.format() != self.narrow;
        let has_converter = format != self.narrow || !is_same_color;
        let has_resizer = (width, height) != target;
        let frame = |is_there: bool, (width, height): (u32, u32)| -> Result<Option<Frame>, Error> {
            Ok(if is_there { Some(Frame::new(FrameLayout::aligned(self.narrow, width, height)?)) } else { None })
        };
        let converter = has_converter.then(|| Converter::new((format, source), (self.narrow, wanted)));
        let resizer = has_resizer.then(|| Resizer::new(ResizeSpec::new(self.narrow, (width, height), target)));
        Ok(Plan::Steps {
            converter: converter.transpose()?,
            converted: frame(has_converter && (has_resizer || is_widened), (width, height))?,
            resizer: resizer.transpose()?,
            resized: frame(has_resizer && is_widened, target)?,
        })
    }
}

/// The format of eight bits that has the planes of another.
pub(super) fn eight_bits(format: PixelFormat) -> PixelFormat {
    match format {
        PixelFormat::I420P10 | PixelFormat::P010 => PixelFormat::I420,
        PixelFormat::I422P10 => PixelFormat::I422,
        PixelFormat::I444P10 => PixelFormat::I444,
        format => format,
    }
}

/// Eight bits to ten in the low bits of 16, sample by sample: `v << 2`.
fn widen(from: &FrameView<'_>, to: &mut FrameViewMut<'_>) {
    for index in 0..from.format().planes() {
        let (plane, out) = (from.plane(index), to.plane_mut(index));
        for y in 0..out.rows() {
            for (word, sample) in out.row_mut(y).chunks_exact_mut(2).zip(plane.row(y)) {
                word.copy_from_slice(&(u16::from(*sample) << 2).to_le_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(format: PixelFormat, width: u32, height: u32, value: u8) -> VideoFrame {
        let layout = FrameLayout::aligned(format, width, height).unwrap();
        let mut frame = FramePool::frames(layout, PoolConfig::fixed(1)).unwrap().acquire().unwrap();
        for index in 0..format.planes() {
            for y in 0..frame.view().plane(index).rows() {
                frame.view_mut().plane_mut(index).row_mut(y).fill(value);
            }
        }
        VideoFrame::from(frame)
    }

    #[test]
    fn what_fits_passes_and_what_does_not_is_made_to() {
        let to = |format, width, height, color| Fit::new(FrameLayout::aligned(format, width, height).unwrap(), color);
        let cancel = Cancel::new();
        let mut same = to(PixelFormat::I420, 6, 4, ColorDescription::UNSPECIFIED);
        let given = picture(PixelFormat::I420, 6, 4, 77);
        let at = given.view().plane(0).row(0).as_ptr();
        assert_eq!(same.fit(given, &cancel).unwrap().view().plane(0).row(0).as_ptr(), at, "by reference");
        // Flat grey stays flat grey through format, size and width of samples.
        let mut ten = to(PixelFormat::I422P10, 5, 3, ColorDescription::BT709);
        let out = ten.fit(picture(PixelFormat::I420, 6, 4, 128), &cancel).unwrap();
        let rows: Vec<u8> = out.view().rows().flatten().copied().collect();
        assert_eq!(rows, 512_u16.to_le_bytes().repeat(rows.len() / 2));
        let mut smaller = to(PixelFormat::I420, 3, 2, ColorDescription::BT709);
        for (width, height) in [(6, 4), (12, 8), (3, 2)] {
            let out = smaller.fit(picture(PixelFormat::I420, width, height, 90), &cancel).unwrap();
            assert!(out.view().rows().flatten().all(|value| *value == 90));
        }
        assert_eq!(smaller.changes(), 2);
    }
}
