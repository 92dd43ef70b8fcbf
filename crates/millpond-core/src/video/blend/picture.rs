//! Pictures and rectangles over a canvas.

use super::{Mode, mul_255, premultiplied, premultiplied_masked, premultiply, solid, straight, straight_masked};
use crate::Error;
use crate::simd::Level;
use crate::video::composite::Target;
use crate::video::{FrameView, FrameViewMut, PixelFormat};

/// What the colours of a picture with alpha are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Alpha {
    /// Not multiplied by alpha. The canvas counts as opaque; its fourth bytes stay as they are.
    #[default]
    Straight,
    /// Multiplied by alpha, on the canvas too: its fourth bytes are blended like the others.
    Premultiplied,
}

/// How pictures are drawn over an R'G'B' canvas. The default is straight source-over, opaque.
///
/// ```
/// use millpond_core::video::{Frame, FrameLayout, PixelFormat, blend::Blend};
///
/// let mut canvas = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 2, 1)?);
/// let mut picture = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 1, 1)?);
/// picture.bytes_mut().copy_from_slice(&[200, 100, 0, 128]);
/// Blend::default().draw(&picture.view(), (1, 0), &mut canvas.view_mut())?;
/// assert_eq!(canvas.bytes(), [0, 0, 0, 0, 100, 50, 0, 0]);
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Blend {
    mode: Mode,
    alpha: Alpha,
    opacity: u8,
    level: Level,
}

impl Default for Blend {
    fn default() -> Blend {
        Blend { mode: Mode::Normal, alpha: Alpha::Straight, opacity: 255, level: Level::best() }
    }
}

/// The part of a picture that is on a canvas, along one axis: first sample there, first sample here, how many.
fn clip(at: i32, length: u32, canvas: u32) -> Option<(usize, usize, usize)> {
    let (start, end) = (i64::from(at).max(0), (i64::from(at) + i64::from(length)).min(i64::from(canvas)));
    (start < end).then(|| (start as usize, (start - i64::from(at)) as usize, (end - start) as usize))
}

fn is_four_bytes(format: PixelFormat) -> bool {
    matches!(format, PixelFormat::Rgba8 | PixelFormat::Bgra8)
}

impl Blend {
    /// With this mode. Premultiplied pictures know [`Mode::Normal`] only.
    pub fn with_mode(self, mode: Mode) -> Blend {
        Blend { mode, ..self }
    }

    /// For pictures with this kind of alpha.
    pub fn with_alpha(self, alpha: Alpha) -> Blend {
        Blend { alpha, ..self }
    }

    /// With all alphas times `opacity / 255`.
    pub fn with_opacity(self, opacity: u8) -> Blend {
        Blend { opacity, ..self }
    }

    /// With the instructions of this level; the results are the same.
    pub fn with_level(self, level: Level) -> Blend {
        Blend { level, ..self }
    }

    /// Draws `picture` with its upper left corner at `at`. What lies outside the canvas is left out.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] if the canvas is neither RGBA nor BGRA or premultiplied pictures are to be drawn with
    /// another mode than [`Mode::Normal`], [`Error::Mismatch`] if the picture's format is not the canvas's. Nothing is
    /// drawn then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw(&self, picture: &FrameView<'_>, at: (i32, i32), canvas: &mut FrameViewMut<'_>) -> Result<(), Error> {
        self.run(picture, None, at, canvas)
    }

    /// Draws `picture` with its alphas times those of `mask`, a [`PixelFormat::Gray8`] picture of its size.
    ///
    /// # Errors
    /// Those of [`draw`](Self::draw), and [`Error::Mismatch`] if the mask is of another format or size.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw_masked(
        &self,
        picture: &FrameView<'_>,
        mask: &FrameView<'_>,
        at: (i32, i32),
        canvas: &mut FrameViewMut<'_>,
    ) -> Result<(), Error> {
        let (expected, got) = (picture.kind().with_format(PixelFormat::Gray8), mask.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        self.run(picture, Some(mask), at, canvas)
    }

    /// Fills a rectangle with one colour, `[first, second, third, alpha]` in the canvas's order, straight.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] as [`draw`](Self::draw), and for another mode than [`Mode::Normal`].
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn fill(&self, color: [u8; 4], rect: Target, canvas: &mut FrameViewMut<'_>) -> Result<(), Error> {
        self.check(canvas.format())?;
        if self.mode != Mode::Normal {
            return Err(self.no_such_mode());
        }
        let (Some((x, _, width)), Some((y, _, height))) =
            (clip(rect.x, rect.width, canvas.width()), clip(rect.y, rect.height, canvas.height()))
        else {
            return Ok(());
        };
        let alpha = mul_255(color[3], self.opacity);
        let alphas = match self.alpha {
            Alpha::Straight => [alpha, alpha, alpha, 0],
            Alpha::Premultiplied => [alpha; 4],
        };
        let pixel = [color[0], color[1], color[2], 255];
        for y in y..y + height {
            solid(self.level, &mut canvas.plane_mut(0).row_mut(y)[4 * x..4 * (x + width)], pixel, alphas);
        }
        Ok(())
    }

    fn check(&self, canvas: PixelFormat) -> Result<(), Error> {
        if !is_four_bytes(canvas) {
            return Err(Error::UnsupportedFormat { format: canvas });
        }
        if self.alpha == Alpha::Premultiplied && self.mode != Mode::Normal {
            return Err(self.no_such_mode());
        }
        Ok(())
    }

    fn no_such_mode(&self) -> Error {
        Error::BadParameter { name: "blend mode", value: self.mode as u8 as f64, expected: "Normal here" }
    }

    fn run(
        &self,
        picture: &FrameView<'_>,
        mask: Option<&FrameView<'_>>,
        (x, y): (i32, i32),
        canvas: &mut FrameViewMut<'_>,
    ) -> Result<(), Error> {
        self.check(canvas.format())?;
        let (expected, got) = (picture.kind().with_format(canvas.format()), picture.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        let (Some((x, from_x, width)), Some((y, from_y, height))) =
            (clip(x, picture.width(), canvas.width()), clip(y, picture.height(), canvas.height()))
        else {
            return Ok(());
        };
        let Blend { mode, alpha, opacity, level } = *self;
        for row in 0..height {
            let src = &picture.plane(0).row(from_y + row)[4 * from_x..4 * (from_x + width)];
            let dst = &mut canvas.plane_mut(0).row_mut(y + row)[4 * x..4 * (x + width)];
            let mask = mask.map(|mask| &mask.plane(0).row(from_y + row)[from_x..from_x + width]);
            match (alpha, mask) {
                (Alpha::Straight, None) => straight(level, dst, src, opacity, mode),
                (Alpha::Straight, Some(mask)) => straight_masked(level, dst, src, mask, opacity, mode),
                (Alpha::Premultiplied, None) => premultiplied(level, dst, src, opacity),
                (Alpha::Premultiplied, Some(mask)) => premultiplied_masked(level, dst, src, mask, opacity),
            }
        }
        Ok(())
    }
}

/// Multiplies the colours of straight pixels by their alpha, `(c·a + 127) / 255`, into a picture of the same size.
///
/// # Errors
/// [`Error::UnsupportedFormat`] if `picture` is neither RGBA nor BGRA, [`Error::Mismatch`] if `out` is not alike.
///
/// # Realtime
/// Does not allocate.
pub fn premultiply_into(picture: &FrameView<'_>, out: &mut FrameViewMut<'_>) -> Result<(), Error> {
    if !is_four_bytes(picture.format()) {
        return Err(Error::UnsupportedFormat { format: picture.format() });
    }
    let (expected, got) = (picture.kind(), out.as_view().kind());
    if expected != got {
        return Err(Error::Mismatch { expected, got });
    }
    let level = Level::best();
    for y in 0..picture.height() as usize {
        premultiply(level, out.plane_mut(0).row_mut(y), picture.plane(0).row(y));
    }
    Ok(())
}
