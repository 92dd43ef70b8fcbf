//! From a decoded picture to one of a rung: upright, with square pixels, I420 of the rung's size.
//!
//! The work is [`LayerPlan`]'s: it turns, resamples each plane on its own grid and takes ten bits to eight, in one plan
//! that is made when the first picture comes and whenever pictures change. Y'CbCr keeps its matrix and range, R'G'B' becomes
//! BT.709 limited. A picture that has all this already is passed on as it is, without a copy.

use crate::{Cancel, Error, VideoFrame};
use millpond_core::pool::PoolConfig;
use millpond_core::video::composite::{CanvasSpec, LayerPlan, PictureSpec, Placement, Target};
use millpond_core::video::resize::Span;
use millpond_core::video::{ChromaSiting, ColorDescription, FrameLayout, FramePool, PixelFormat};
use millpond_core::{Rational, memory};

/// Pictures of a rung that are out at once at most: being written, waiting for the encoder, in it, and kept by it.
pub(crate) const IN_FLIGHT: usize = super::rung::WAITING + 3;

/// Makes the pictures of one rung.
pub(crate) struct Scaler {
    size: (u32, u32),
    turns: u8,
    has_square_pixels: bool,
    plan: Option<(PictureSpec, LayerPlan)>,
    pool: FramePool,
}

impl Scaler {
    /// A scaler to pictures of a size. Allocates.
    pub(crate) fn new(size: (u32, u32), turns: u8, has_square_pixels: bool) -> Result<Scaler, Error> {
        let layout = FrameLayout::aligned(PixelFormat::I420, size.0, size.1)?;
        let pool = FramePool::frames(layout, PoolConfig::fixed(IN_FLIGHT))?;
        Ok(Scaler { size, turns, has_square_pixels, plan: None, pool })
    }

    /// Whether these pictures are passed on.
    fn passes(&self, picture: &VideoFrame) -> bool {
        let view = picture.view();
        view.format() == PixelFormat::I420
            && (view.width(), view.height()) == self.size
            && self.turns == 0
            && self.has_square_pixels
    }

    /// The picture for the encoder. Waits for a free frame.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Core`] for sizes that cannot be planned.
    pub(crate) fn scale(
        &mut self,
        picture: &VideoFrame,
        siting: ChromaSiting,
        cancel: &Cancel,
    ) -> Result<VideoFrame, Error> {
        if self.passes(picture) {
            return picture.share();
        }
        let view = picture.view();
        let is_rgb = view.format().is_rgb();
        let color = if is_rgb { ColorDescription::BT709 } else { picture.color() };
        let numbers = color.color().unwrap_or_default();
        let spec = PictureSpec {
            format: view.format(),
            width: view.width(),
            height: view.height(),
            color: numbers,
            siting,
            turns: self.turns,
        };
        if self.plan.as_ref().is_none_or(|(planned, _)| *planned != spec) {
            let plan = memory::opening(|| self.plan(spec))?;
            self.plan = Some((spec, plan));
        }
        let mut frame = self.pool.acquire_or_cancelled(cancel.abandoned())?;
        if let Some((_, plan)) = &mut self.plan {
            plan.draw(&view, true, &mut frame.view_mut())?;
        }
        frame.set_color(color);
        Ok(VideoFrame::from(frame))
    }

    fn plan(&self, picture: PictureSpec) -> Result<LayerPlan, Error> {
        let (width, height) = self.size;
        let canvas = CanvasSpec { format: PixelFormat::I420, width, height, color: picture.color };
        let (upright_width, upright_height) = picture.upright_size();
        let whole =
            |length: u32| Span { start: Rational::from_integer(0), length: Rational::from_integer(length.into()) };
        let placement = Placement {
            source_x: whole(upright_width),
            source_y: whole(upright_height),
            target: Target { x: 0, y: 0, width, height },
        };
        Ok(LayerPlan::new(canvas, picture, placement, 255)?)
    }
}
