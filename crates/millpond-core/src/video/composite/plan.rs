//! The plan of one layer.

use super::moded::ModedPatch;
use super::place::Area;
use super::rgb_canvas::RgbPatch;
use super::source::Source;
use super::yuv_canvas::YuvPatch;
use super::{CanvasSpec, PictureSpec, Placement, Target};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::blend::{Mode, mul_255};
use crate::video::resize::Filter;
use crate::video::{FrameView, FrameViewMut, MAX_SIDE, PixelFormat};

/// A layer: pictures of one kind in one place, and how they are seen.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// What the pictures are.
    pub picture: PictureSpec,
    /// Where they go.
    pub placement: Placement,
    /// 0 to 255; alpha is multiplied by it.
    pub opacity: u8,
    /// Pixels of the canvas beyond this rectangle are not drawn.
    pub clip: Option<Target>,
    /// A [`PixelFormat::Gray8`] picture of the target's size; alpha is multiplied by it.
    pub mask: Option<FrameView<'a>>,
    /// How its colours and those below make a colour.
    pub mode: Mode,
    /// How its samples are weighted where it is scaled.
    pub filter: Filter,
    /// The instructions to use; the results are the same.
    pub level: Level,
}

impl Layer<'_> {
    /// An opaque layer, all of it.
    pub fn new(picture: PictureSpec, placement: Placement) -> Layer<'static> {
        let (mode, filter) = (Mode::default(), Filter::default());
        Layer { picture, placement, opacity: 255, clip: None, mask: None, mode, filter, level: Level::best() }
    }
}

/// What alphas of the visible pixels are multiplied by: `mul(mask, opacity)`.
#[derive(Debug)]
pub(super) enum Factor {
    /// The opacity everywhere.
    Constant(u8),
    /// One for every visible pixel, row by row.
    Varying(Vec<u8>),
}

impl Factor {
    fn new(layer: &Layer<'_>, visible: Area) -> Factor {
        let Some(mask) = layer.mask else { return Factor::Constant(layer.opacity) };
        let target = layer.placement.target;
        let left = (visible.x0 as i64 - i64::from(target.x)) as usize;
        let above = (visible.y0 as i64 - i64::from(target.y)) as usize;
        let rows = (0..visible.height()).flat_map(|y| &mask.plane(0).row(above + y)[left..left + visible.width()]);
        Factor::Varying(rows.map(|&mask| mul_255(mask, layer.opacity)).collect())
    }
}

/// Everything that drawing one kind of picture in one place needs.
#[derive(Debug)]
pub struct LayerPlan {
    canvas: CanvasSpec,
    picture: PictureSpec,
    level: Level,
    is_opaque: bool,
    source: Source,
    /// What is drawn; `None` if nothing of the layer is on the canvas.
    drawn: Option<(Area, Patch)>,
}

#[derive(Debug)]
enum Patch {
    Yuv(Box<YuvPatch>),
    Moded(Box<ModedPatch>),
    Rgb(Box<RgbPatch>),
}

impl LayerPlan {
    /// Plans a layer without clip, mask and mode. `opacity` is 0 to 255.
    ///
    /// # Errors
    /// Those of [`of`](Self::of).
    ///
    /// # Realtime
    /// Allocates.
    pub fn new(
        canvas: CanvasSpec,
        picture: PictureSpec,
        placement: Placement,
        opacity: u8,
    ) -> Result<LayerPlan, Error> {
        LayerPlan::of(canvas, &Layer { opacity, ..Layer::new(picture, placement) })
    }

    /// Plans a layer.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for a canvas that is none of I420, NV12 and RGBA, [`Error::BadSize`] for a picture,
    /// canvas, target or clip side of 0 or over [`MAX_SIDE`], [`Error::BadParameter`] for a source stretch that is empty,
    /// not within the upright picture, or whose fractions have no common denominator up to 10^24, [`Error::Mismatch`] for a mask that is not [`PixelFormat::Gray8`] of the target's size.
    ///
    /// # Realtime
    /// Allocates.
    pub fn of(canvas: CanvasSpec, layer: &Layer<'_>) -> Result<LayerPlan, Error> {
        let Layer { picture, placement, level, .. } = *layer;
        let Target { width, height, .. } = placement.target;
        let sides = |target: Target| (target.width, target.height);
        let clip = layer.clip.unwrap_or(placement.target);
        let sizes = [(width, height), (picture.width, picture.height), (canvas.width, canvas.height), sides(clip)];
        for (width, height) in sizes {
            if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
                return Err(Error::BadSize { width, height, max: MAX_SIDE });
            }
        }
        let (upright_width, upright_height) = picture.upright_size();
        placement.source_x.check(upright_width)?;
        placement.source_y.check(upright_height)?;
        if let Some(mask) = layer.mask {
            let (expected, got) = (PictureKind { format: PixelFormat::Gray8, width, height }, mask.kind());
            if expected != got {
                return Err(Error::Mismatch { expected, got });
            }
        }
        if !matches!(canvas.format, PixelFormat::I420 | PixelFormat::Nv12 | PixelFormat::Rgba8) {
            return Err(Error::UnsupportedFormat { format: canvas.format });
        }
        let source = Source::new(&picture, layer.filter, level);
        let visible = Area::of(&canvas).clipped(placement.target).and_then(|visible| visible.clipped(clip));
        let drawn = visible.map(|visible| {
            let factor = Factor::new(layer, visible);
            let patch = match canvas.format {
                PixelFormat::Rgba8 => {
                    Patch::Rgb(Box::new(RgbPatch::new(&source, &placement, visible, factor, layer.mode)))
                }
                _ if layer.mode != Mode::Normal => {
                    Patch::Moded(Box::new(ModedPatch::new(&canvas, &source, &placement, visible, factor, layer.mode)))
                }
                _ => Patch::Yuv(Box::new(YuvPatch::new(&canvas, &source, &placement, visible, factor))),
            };
            (visible, patch)
        });
        let is_opaque =
            !picture.format.has_alpha() && layer.opacity == 255 && layer.mask.is_none() && layer.mode == Mode::Normal;
        Ok(LayerPlan { canvas, picture, level, is_opaque, source, drawn })
    }

    /// Whether this layer covers the whole canvas and lets nothing through, whatever the picture.
    pub fn hides_canvas(&self) -> bool {
        self.hides(Area::of(&self.canvas))
    }

    /// Whether this layer covers all of `area` and lets nothing through.
    pub(super) fn hides(&self, area: Area) -> bool {
        self.is_opaque && self.area().is_some_and(|visible| visible.contains(area))
    }

    /// Pixels that the layer covers.
    pub(super) fn area(&self) -> Option<Area> {
        self.drawn.as_ref().map(|(visible, _)| *visible)
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
        self.check(picture)?;
        let (expected, got) = (self.canvas.kind(), canvas.as_view().kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        if fresh {
            self.prepare(picture);
        }
        self.paint(picture, canvas, Area::of(&self.canvas));
        Ok(())
    }

    /// Whether `picture` is what the plan was made for.
    pub(super) fn check(&self, picture: &FrameView<'_>) -> Result<(), Error> {
        let (expected, got) = (self.picture.kind(), picture.kind());
        if expected == got { Ok(()) } else { Err(Error::Mismatch { expected, got }) }
    }

    /// Computes what is drawn of a new picture.
    pub(super) fn prepare(&mut self, picture: &FrameView<'_>) {
        match &mut self.drawn {
            None => {}
            Some((_, Patch::Yuv(patch))) => patch.prepare(self.level, &mut self.source, picture),
            Some((_, Patch::Moded(patch))) => patch.prepare(self.level, &mut self.source, picture),
            Some((_, Patch::Rgb(patch))) => patch.prepare(self.level, &mut self.source, picture),
        }
    }

    /// Draws what falls into `area`, whole cells of a Y'CbCr canvas.
    pub(super) fn paint(&mut self, picture: &FrameView<'_>, canvas: &mut FrameViewMut<'_>, area: Area) {
        let Some((visible, patch)) = &mut self.drawn else { return };
        let Some(part) = visible.overlap(area) else { return };
        match patch {
            Patch::Yuv(patch) => patch.paint(self.level, picture, canvas, part),
            Patch::Moded(patch) => patch.paint(self.level, picture, canvas, part),
            Patch::Rgb(patch) => patch.paint(self.level, picture, canvas, part),
        }
    }
}
