//! Draws one picture on a canvas: turned, cropped, scaled, converted to the canvas's colours, blended over.
//!
//! A [`LayerPlan`] is made for one kind of picture in one place. It computes all weights and allocates all scratch;
//! [`LayerPlan::draw`] only computes. The order is always the same: turn, resample every plane on its own grid,
//! convert colours, blend on coded values. On an I420 canvas a picture of the canvas's colours is never turned into
//! R'G'B', and one that is opaque, unscaled and on even coordinates is copied byte for byte.

mod coverage;
mod rgb_canvas;
mod source;
mod yuv_canvas;

pub use crate::video::resize::Span;

use super::{ChromaSiting, Color, FrameView, FrameViewMut, MAX_SIDE, PixelFormat};
use crate::Error;
use crate::error::PictureKind;
use rgb_canvas::RgbPatch;
use source::Source;
use yuv_canvas::YuvPatch;

/// What a canvas is: [`PixelFormat::I420`] with its colours, or opaque [`PixelFormat::Rgba8`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanvasSpec {
    /// `I420` or `Rgba8`.
    pub format: PixelFormat,
    /// Width in pixels; may be odd.
    pub width: u32,
    /// Height in pixels; may be odd.
    pub height: u32,
    /// Matrix and range of an I420 canvas.
    pub color: Color,
}

/// What the pictures of a layer are, as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSpec {
    /// Pixel format.
    pub format: PixelFormat,
    /// Stored width in pixels.
    pub width: u32,
    /// Stored height in pixels.
    pub height: u32,
    /// Matrix and range; not used for R'G'B'.
    pub color: Color,
    /// Where chroma samples sit.
    pub siting: ChromaSiting,
    /// Clockwise quarter turns that set the picture upright.
    pub turns: u8,
}

impl PictureSpec {
    /// Size after turning.
    pub fn upright_size(&self) -> (u32, u32) {
        if self.turns.is_multiple_of(2) { (self.width, self.height) } else { (self.height, self.width) }
    }

    fn kind(&self) -> PictureKind {
        PictureKind { format: self.format, width: self.width, height: self.height }
    }
}

/// A rectangle of canvas pixels; it may lie outside in part or whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width, 1 to [`MAX_SIDE`].
    pub width: u32,
    /// Height, 1 to [`MAX_SIDE`].
    pub height: u32,
}

/// Which part of the upright picture fills which part of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Horizontal stretch of the upright picture, in its pixels.
    pub source_x: Span,
    /// Vertical stretch.
    pub source_y: Span,
    /// Where it goes.
    pub target: Target,
}

/// The visible pixels of a target: `x0..x1`, `y0..y1`, on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Visible {
    x0: usize,
    x1: usize,
    y0: usize,
    y1: usize,
}

impl Visible {
    fn new(target: Target, canvas: &CanvasSpec) -> Option<Visible> {
        let clip = |start: i32, len: u32, limit: u32| {
            let end = i64::from(start) + i64::from(len);
            let (low, high) = (i64::from(start).max(0), end.min(i64::from(limit)));
            (low < high).then_some((low as usize, high as usize))
        };
        let (x0, x1) = clip(target.x, target.width, canvas.width)?;
        let (y0, y1) = clip(target.y, target.height, canvas.height)?;
        Some(Visible { x0, x1, y0, y1 })
    }

    fn width(&self) -> usize {
        self.x1 - self.x0
    }

    fn height(&self) -> usize {
        self.y1 - self.y0
    }
}

/// Everything that drawing one kind of picture in one place needs.
#[derive(Debug)]
pub struct LayerPlan {
    canvas: CanvasSpec,
    picture: PictureSpec,
    opacity: u8,
    source: Source,
    /// `None` if nothing of the target is on the canvas; then there is no patch either.
    visible: Option<Visible>,
    patch: Option<Patch>,
}

#[derive(Debug)]
enum Patch {
    Yuv(Box<YuvPatch>),
    Rgb(Box<RgbPatch>),
}

impl LayerPlan {
    /// Plans and allocates. `opacity` is 0 to 255.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for a canvas that is neither I420 nor RGBA, [`Error::BadSize`] for a picture,
    /// canvas or target side of 0 or over [`MAX_SIDE`], [`Error::BadParameter`] for an empty source stretch.
    pub fn new(
        canvas: CanvasSpec,
        picture: PictureSpec,
        placement: Placement,
        opacity: u8,
    ) -> Result<LayerPlan, Error> {
        let Target { width, height, .. } = placement.target;
        for (width, height) in [(width, height), (picture.width, picture.height), (canvas.width, canvas.height)] {
            if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
                return Err(Error::BadSize { width, height, max: MAX_SIDE });
            }
        }
        for span in [placement.source_x, placement.source_y] {
            if span.length <= crate::Rational::from_integer(0) {
                let value = *span.length.numer() as f64 / *span.length.denom() as f64;
                return Err(Error::BadParameter { name: "source length in pixels", value, expected: "more than 0" });
            }
        }
        let source = Source::new(&picture);
        let visible = Visible::new(placement.target, &canvas);
        let patch = match (canvas.format, visible) {
            (PixelFormat::I420 | PixelFormat::Rgba8, None) => None,
            (PixelFormat::I420, Some(visible)) => {
                Some(Patch::Yuv(Box::new(YuvPatch::new(&canvas, &source, &placement, visible, opacity))))
            }
            (PixelFormat::Rgba8, Some(visible)) => {
                Some(Patch::Rgb(Box::new(RgbPatch::new(&source, &placement, visible, opacity))))
            }
            (format, _) => return Err(Error::UnsupportedFormat { format }),
        };
        Ok(LayerPlan { canvas, picture, opacity, source, visible, patch })
    }

    /// Whether this layer covers the whole canvas and lets nothing through, whatever the picture.
    pub fn hides_canvas(&self) -> bool {
        let all = Visible { x0: 0, x1: self.canvas.width as usize, y0: 0, y1: self.canvas.height as usize };
        !self.picture.format.has_alpha() && self.opacity == 255 && self.visible == Some(all)
    }

    /// Draws `picture`. `fresh` says that its pixels differ from those of the last call; when they do not, what was
    /// computed from them is used again.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if picture or canvas are not what the plan was made for; nothing is drawn then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw(&mut self, picture: &FrameView<'_>, fresh: bool, canvas: &mut FrameViewMut<'_>) -> Result<(), Error> {
        let (expected, got) = (self.picture.kind(), picture.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        let CanvasSpec { format, width, height, .. } = self.canvas;
        let (expected, got) = (PictureKind { format, width, height }, canvas.as_view().kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        match &mut self.patch {
            None => {}
            Some(Patch::Yuv(patch)) => {
                if fresh {
                    patch.prepare(&mut self.source, picture);
                }
                patch.paint(picture, canvas);
            }
            Some(Patch::Rgb(patch)) => {
                if fresh {
                    patch.prepare(&mut self.source, picture);
                }
                patch.paint(canvas);
            }
        }
        Ok(())
    }
}
