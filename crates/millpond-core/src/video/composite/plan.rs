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
        let mut factor = match layer.mask {
            None => Factor::Constant(layer.opacity),
            Some(_) => Factor::Varying(Vec::with_capacity(visible.width() * visible.height())),
        };
        factor.set(layer, visible);
        factor
    }

    /// Takes the factors of another layer that has a mask if this one has. Says whether they are known to be the same.
    pub(super) fn set(&mut self, layer: &Layer<'_>, visible: Area) -> bool {
        let (factors, mask) = match (self, layer.mask) {
            (Factor::Varying(factors), Some(mask)) => (factors, mask),
            (Factor::Constant(opacity), _) => return std::mem::replace(opacity, layer.opacity) == layer.opacity,
            (Factor::Varying(_), None) => return false,
        };
        let target = layer.placement.target;
        let left = (visible.x0 as i64 - i64::from(target.x)) as usize;
        let above = (visible.y0 as i64 - i64::from(target.y)) as usize;
        let rows = (0..visible.height()).flat_map(|y| &mask.plane(0).row(above + y)[left..left + visible.width()]);
        factors.clear();
        factors.extend(rows.map(|&mask| mul_255(mask, layer.opacity)));
        false
    }
}

/// Everything that drawing one kind of picture in one place needs.
#[derive(Debug)]
pub struct LayerPlan {
    canvas: CanvasSpec,
    picture: PictureSpec,
    placement: Placement,
    /// Whether it has a mask, its mode, and its filter.
    look: (bool, Mode, Filter),
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
    /// not within the upright picture, or whose fractions have no common denominator up to 10^24, [`Error::Mismatch`] for a
    /// mask that is not [`PixelFormat::Gray8`] of the target's size.
    ///
    /// # Realtime
    /// Allocates.
    pub fn of(canvas: CanvasSpec, layer: &Layer<'_>) -> Result<LayerPlan, Error> {
        check(&canvas, layer)?;
        let Layer { picture, placement, level, .. } = *layer;
        let source = Source::new(&picture, layer.filter, level);
        let visible = visible(&canvas, layer);
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
        let look = look_of(layer);
        Ok(LayerPlan { canvas, picture, placement, look, level, is_opaque: is_opaque(layer), source, drawn })
    }

    /// Plans another layer in this one's place. Returns whether what was computed of the last picture stays: if not, the
    /// next [`draw`](Self::draw) must be told that its picture is fresh.
    ///
    /// # Errors
    /// Those of [`of`](Self::of); nothing changes then.
    ///
    /// # Realtime
    /// Does not allocate if nothing but target position, opacity and mask change and the layer lies wholly on the canvas,
    /// before and after. What was computed stays if only the position changes, by even numbers of pixels on a Y'CbCr canvas.
    /// Other moves on such a canvas plan the chroma of a Y'CbCr picture once for each of the four combinations of even and
    /// odd coordinates. Everything else is planned anew.
    pub fn change(&mut self, layer: &Layer<'_>) -> Result<bool, Error> {
        check(&self.canvas, layer)?;
        if let Some(keeps_pixels) = self.shift(layer) {
            return Ok(keeps_pixels);
        }
        *self = LayerPlan::of(self.canvas, layer)?;
        Ok(false)
    }

    /// Moves the layer, if that is all there is to do, and says whether what was computed stays.
    fn shift(&mut self, layer: &Layer<'_>) -> Option<bool> {
        let LayerPlan { canvas, source, picture, placement: before, look, level, drawn, .. } = &mut *self;
        let whole = |placement: &Placement| Area::of(canvas).whole(placement.target);
        let new = layer.placement;
        let kept = Target { x: before.target.x, y: before.target.y, ..new.target };
        let is_alike = (*picture, *level) == (layer.picture, layer.level)
            && *look == look_of(layer)
            && *before == Placement { target: kept, ..new };
        let (old, visible) = (whole(before)?, whole(&new)?);
        let is_unclipped = self::visible(canvas, layer) == Some(visible);
        let (area, patch) = drawn.as_mut().filter(|(area, _)| is_alike && is_unclipped && *area == old)?;
        let keeps_pixels = match patch {
            Patch::Yuv(patch) => patch.shift(canvas, source, layer, visible)?,
            Patch::Moded(patch) => patch.shift(canvas, source, layer, visible)?,
            Patch::Rgb(patch) => patch.shift(layer, visible),
        };
        *area = visible;
        self.placement = new;
        self.is_opaque = is_opaque(layer);
        Some(keeps_pixels)
    }

    /// Whether this layer is its picture, byte for byte, on the whole canvas, whatever the picture.
    pub(super) fn copies_whole(&self) -> bool {
        let copies = |patch: &Patch| matches!(patch, Patch::Yuv(patch) if patch.copies_from_the_corner());
        let has_size = (self.picture.width, self.picture.height) == (self.canvas.width, self.canvas.height);
        let is_alike = has_size && self.picture.format == self.canvas.format;
        is_alike && self.hides_canvas() && self.drawn.as_ref().is_some_and(|(_, patch)| copies(patch))
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

/// Whether layer and canvas can be planned for.
fn check(canvas: &CanvasSpec, layer: &Layer<'_>) -> Result<(), Error> {
    let Layer { picture, placement, .. } = *layer;
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
    Ok(())
}

/// The pixels that a layer covers.
fn visible(canvas: &CanvasSpec, layer: &Layer<'_>) -> Option<Area> {
    let target = layer.placement.target;
    Area::of(canvas).clipped(target).and_then(|visible| visible.clipped(layer.clip.unwrap_or(target)))
}

fn look_of(layer: &Layer<'_>) -> (bool, Mode, Filter) {
    (layer.mask.is_some(), layer.mode, layer.filter)
}

/// Whether nothing below a layer can be seen where it is.
fn is_opaque(layer: &Layer<'_>) -> bool {
    let has_alpha = layer.picture.format.has_alpha() || layer.mask.is_some();
    !has_alpha && layer.opacity == 255 && layer.mode == Mode::Normal
}
