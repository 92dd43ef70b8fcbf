//! Canvases, pictures, and where one goes on the other.

use crate::error::PictureKind;
use crate::video::resize::Span;
use crate::video::{ChromaSiting, Color, PixelFormat};
use crate::{Error, Rational};

/// What a canvas is: [`PixelFormat::I420`] or [`PixelFormat::Nv12`] with its colours, or opaque [`PixelFormat::Rgba8`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanvasSpec {
    /// `I420`, `Nv12` or `Rgba8`.
    pub format: PixelFormat,
    /// Width in pixels; may be odd.
    pub width: u32,
    /// Height in pixels; may be odd.
    pub height: u32,
    /// Matrix and range of a Y'CbCr canvas.
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

    pub(super) fn kind(&self) -> PictureKind {
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

/// The largest common denominator of a stretch's ends: with it no exact fraction on the way to the samples overflows.
const MAX_DENOMINATOR: i128 = 1_000_000_000_000_000_000_000_000;

impl Span {
    /// Whether it is a stretch of `side` pixels, in fractions that can be computed with.
    pub(super) fn check(&self, side: u32) -> Result<(), Error> {
        // Compared as they stand, since a ratio need not be one that can be computed with.
        let [start, length] = [self.start, self.length].map(|value| (*value.numer(), *value.denom()));
        let usable = |(numerator, denominator): (i128, i128), least: i128| {
            (1..=MAX_DENOMINATOR).contains(&denominator)
                && (least..=denominator * i128::from(side)).contains(&numerator)
        };
        let bad = |name, (numerator, denominator): (i128, i128), expected| {
            Err(Error::BadParameter { name, value: numerator as f64 / denominator as f64, expected })
        };
        for (name, value, least) in [("source start in pixels", start, 0), ("source length in pixels", length, 1)] {
            if !usable(value, least) {
                return bad(name, value, "within the picture, in fractions whose denominators are up to 10^24");
            }
        }
        let common = (start.1 / greatest_common_divisor(start.1, length.1)).checked_mul(length.1);
        if common.is_none_or(|common| common > MAX_DENOMINATOR) {
            return bad("source stretch", length, "a common denominator of start and length up to 10^24");
        }
        let end = self.start + self.length;
        if end > Rational::from_integer(side.into()) {
            return bad("end of the source stretch", (*end.numer(), *end.denom()), "within the picture");
        }
        Ok(())
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl CanvasSpec {
    pub(super) fn kind(&self) -> PictureKind {
        PictureKind { format: self.format, width: self.width, height: self.height }
    }
}

/// Pixels of a canvas, at least one: `x0..x1`, `y0..y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x0: usize,
    pub(super) x1: usize,
    pub(super) y0: usize,
    pub(super) y1: usize,
}

impl Area {
    /// All of a canvas.
    pub(super) fn of(canvas: &CanvasSpec) -> Area {
        Area { x0: 0, x1: canvas.width as usize, y0: 0, y1: canvas.height as usize }
    }

    /// The part of `target` inside.
    pub(super) fn clipped(self, target: Target) -> Option<Area> {
        let clip = |start: i32, len: u32, low: usize, high: usize| {
            let end = (i64::from(start) + i64::from(len)).min(high as i64);
            let start = i64::from(start).max(low as i64);
            (start < end).then_some((start as usize, end as usize))
        };
        let (x0, x1) = clip(target.x, target.width, self.x0, self.x1)?;
        let (y0, y1) = clip(target.y, target.height, self.y0, self.y1)?;
        Some(Area { x0, x1, y0, y1 })
    }

    /// All of `target`, if it is inside.
    pub(super) fn whole(self, target: Target) -> Option<Area> {
        let area = self.clipped(target)?;
        (area.width() == target.width as usize && area.height() == target.height as usize).then_some(area)
    }

    /// Whether the upper left corner has odd coordinates, across and down, as a number below 4.
    pub(super) fn parity(&self) -> usize {
        self.x0 % 2 + 2 * (self.y0 % 2)
    }

    /// What both have.
    pub(super) fn overlap(self, other: Area) -> Option<Area> {
        let (x0, x1) = (self.x0.max(other.x0), self.x1.min(other.x1));
        let (y0, y1) = (self.y0.max(other.y0), self.y1.min(other.y1));
        (x0 < x1 && y0 < y1).then_some(Area { x0, x1, y0, y1 })
    }

    /// The smallest area with all of both.
    pub(super) fn with(self, other: Area) -> Area {
        Area {
            x0: self.x0.min(other.x0),
            x1: self.x1.max(other.x1),
            y0: self.y0.min(other.y0),
            y1: self.y1.max(other.y1),
        }
    }

    pub(super) fn contains(self, other: Area) -> bool {
        self.with(other) == self
    }

    /// Grown to whole cells of 2×2 pixels, as far as the canvas has them.
    pub(super) fn to_cells(self, canvas: &CanvasSpec) -> Area {
        Area {
            x0: self.x0 & !1,
            x1: self.x1.next_multiple_of(2).min(canvas.width as usize),
            y0: self.y0 & !1,
            y1: self.y1.next_multiple_of(2).min(canvas.height as usize),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.x1 - self.x0
    }

    pub(super) fn height(&self) -> usize {
        self.y1 - self.y0
    }

    pub(super) fn target(&self) -> Target {
        let (x, y) = (self.x0 as i32, self.y0 as i32);
        Target { x, y, width: self.width() as u32, height: self.height() as u32 }
    }
}
