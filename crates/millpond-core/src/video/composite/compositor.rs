//! Layers over a background, drawn again only where something changed.
//!
//! [`Contents`] remember which picture of each layer is on a frame, and where. Composing compares that with what is to be
//! seen: a layer that came, went, moved or has a new picture damages the areas where it was and is (grown to whole cells
//! of 2×2 pixels on a Y'CbCr canvas), areas that overlap become one, and in each the background is restored and all layers
//! there are drawn. Since every pixel depends on its own place alone, the result is that of drawing everything.

use super::damage::Damage;
use super::place::Area;
use super::{CanvasSpec, Layer, LayerPlan, Target};
use crate::Error;
use crate::sorted::sorted_by_key;
use crate::video::fill::Samples;
use crate::video::{Frame, FrameLayout, FrameView, FrameViewMut, PixelFormat};
use core::sync::atomic::{AtomicU64, Ordering};

/// Numbers what compositors draw, so that a canvas knows whether its contents still count.
static DRAWINGS: AtomicU64 = AtomicU64::new(1);

/// A picture of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The picture.
    pub picture: FrameView<'a>,
    /// Tells pictures of the layer apart: two with the same version have the same pixels.
    pub version: u64,
}

/// What a frame shows, for [`Compositor::update`]: it is told with the frame each time, and nobody else may have written
/// the frame in between.
#[derive(Debug, Default)]
pub struct Contents {
    /// Of which drawing they are; 0 before the first.
    drawing: u64,
    layers: Vec<Option<Drawn>>,
    dirty: Vec<Target>,
}

/// What is on a frame of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Drawn {
    /// Number of the layer's plan.
    plan: u64,
    /// Version of its picture.
    version: u64,
    /// Where.
    area: Area,
}

impl Contents {
    /// What the last composition wrote: rectangles that do not overlap. Everything outside is as it was before.
    pub fn dirty_rects(&self) -> &[Target] {
        &self.dirty
    }

    /// Forgets them: all of the frame will be drawn again.
    pub fn clear(&mut self) {
        self.drawing = 0;
    }
}

/// A frame to compose on, and what is on it. Canvases may take turns: each is brought up to date from what it last
/// showed.
#[derive(Debug)]
pub struct Canvas {
    frame: Frame,
    contents: Contents,
}

impl Canvas {
    /// The composed picture.
    pub fn view(&self) -> FrameView<'_> {
        self.frame.view()
    }

    /// What the last composition wrote: rectangles that do not overlap. Everything outside is as it was before.
    pub fn dirty_rects(&self) -> &[Target] {
        self.contents.dirty_rects()
    }
}

/// A background and layers over it.
#[derive(Debug)]
pub struct Compositor {
    canvas: CanvasSpec,
    layout: FrameLayout,
    background: Background,
    layers: Vec<Placed>,
    /// Layers from the lowest to the highest.
    order: Vec<usize>,
    drawing: u64,
    /// Plans made so far.
    plans: u64,
    damage: Damage,
}

#[derive(Debug)]
enum Background {
    Color(Samples),
    Picture(Frame),
}

#[derive(Debug)]
struct Placed {
    /// `None` while the place is vacant.
    plan: Option<LayerPlan>,
    /// Tells it from the plans before.
    number: u64,
    z: i32,
    /// Version of the picture that the plan has prepared.
    prepared: Option<u64>,
}

impl Placed {
    /// What of it is to be seen.
    fn drawn(&self, shown: Option<Shown<'_>>) -> Option<Drawn> {
        let area = self.plan.as_ref().and_then(LayerPlan::area)?;
        shown.map(|Shown { version, .. }| Drawn { plan: self.number, version, area })
    }
}

impl Compositor {
    /// A compositor without layers; its background is one colour.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for a canvas that is none of I420, NV12 and RGBA, [`Error::BadSize`].
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn new(canvas: CanvasSpec, background: [u8; 3]) -> Result<Compositor, Error> {
        if !matches!(canvas.format, PixelFormat::I420 | PixelFormat::Nv12 | PixelFormat::Rgba8) {
            return Err(Error::UnsupportedFormat { format: canvas.format });
        }
        let layout = FrameLayout::aligned(canvas.format, canvas.width, canvas.height)?;
        let [red, green, blue] = background;
        let background = Background::Color(Samples::new(canvas.format, canvas.color, [red, green, blue, 255]));
        let drawing = DRAWINGS.fetch_add(1, Ordering::Relaxed);
        let (layers, order) = (Vec::new(), Vec::new());
        Ok(Compositor { canvas, layout, background, layers, order, drawing, plans: 0, damage: Damage::default() })
    }

    /// Takes a picture of the canvas's format, size and colours as the background; it is copied.
    ///
    /// # Errors
    /// [`Error::Mismatch`].
    ///
    /// # Realtime
    /// Allocates the first time. All of every canvas is drawn again.
    pub fn set_background(&mut self, picture: &FrameView<'_>) -> Result<(), Error> {
        let (expected, got) = (self.canvas.kind(), picture.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        if let Background::Color(_) = self.background {
            self.background = Background::Picture(Frame::new(self.layout));
        }
        if let Background::Picture(background) = &mut self.background {
            background.view_mut().copy_from(picture)?;
        }
        self.redraw();
        Ok(())
    }

    /// Adds a layer and returns its index. Layers of the same `z` lie in the order in which they were added, those of a
    /// larger one above.
    ///
    /// # Errors
    /// Those of [`LayerPlan::of`].
    ///
    /// # Realtime
    /// Allocates. All of every canvas is drawn again.
    pub fn add(&mut self, layer: &Layer<'_>, z: i32) -> Result<usize, Error> {
        let plan = LayerPlan::of(self.canvas, layer)?;
        let index = self.add_vacant(z);
        self.settle(index, plan);
        Ok(index)
    }

    /// Adds a place for a layer that is not known yet and returns its index; until it is [filled](Self::replace) nothing
    /// of it is to be seen.
    ///
    /// # Realtime
    /// Allocates. All of every canvas is drawn again.
    pub fn add_vacant(&mut self, z: i32) -> usize {
        self.layers.push(Placed { plan: None, number: 0, z, prepared: None });
        self.sort();
        self.layers.len() - 1
    }

    /// Puts another layer in the place of one: elsewhere, at another `z`, of other pictures.
    ///
    /// # Errors
    /// Those of [`LayerPlan::of`], [`Error::BadParameter`] if there is no layer `index`. Nothing changes then.
    ///
    /// # Realtime
    /// At the same `z` as [`LayerPlan::change`], and only where the layer was and where it is now is drawn again.
    /// Allocates at another one, and all of every canvas is drawn again.
    pub fn replace(&mut self, index: usize, layer: &Layer<'_>, z: i32) -> Result<(), Error> {
        let canvas = self.canvas;
        let placed = self.layers.get_mut(index).ok_or(no_such(index))?;
        match &mut placed.plan {
            Some(plan) => {
                let keeps_pixels = plan.change(layer)?;
                placed.prepared = placed.prepared.filter(|_| keeps_pixels);
                self.plans += 1;
                placed.number = self.plans;
            }
            None => {
                let plan = LayerPlan::of(canvas, layer)?;
                self.settle(index, plan);
            }
        }
        if self.layers[index].z != z {
            self.layers[index].z = z;
            self.sort();
        }
        Ok(())
    }

    /// Takes a layer away and frees its memory; its place stays.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if there is no layer `index`.
    pub fn vacate(&mut self, index: usize) -> Result<(), Error> {
        let placed = self.layers.get_mut(index).ok_or(no_such(index))?;
        (placed.plan, placed.prepared) = (None, None);
        Ok(())
    }

    fn settle(&mut self, index: usize, plan: LayerPlan) {
        self.plans += 1;
        let placed = &mut self.layers[index];
        (placed.plan, placed.number, placed.prepared) = (Some(plan), self.plans, None);
    }

    fn sort(&mut self) {
        self.order = sorted_by_key(0..self.layers.len(), |&index| self.layers[index].z);
        // Each where it was and where it is.
        self.damage = Damage::with_capacity(2 * self.layers.len() + 1);
        self.redraw();
    }

    /// Makes all canvases stale.
    fn redraw(&mut self) {
        self.drawing = DRAWINGS.fetch_add(1, Ordering::Relaxed);
    }

    /// A canvas for this compositor, with nothing on it yet.
    ///
    /// # Realtime
    /// Allocates.
    pub fn canvas(&self) -> Canvas {
        Canvas { frame: Frame::new(self.layout), contents: self.contents() }
    }

    /// What a frame of the caller's shows, of which nothing is known yet.
    ///
    /// # Realtime
    /// Allocates.
    pub fn contents(&self) -> Contents {
        let layers = self.layers.len();
        Contents { drawing: 0, layers: Vec::with_capacity(layers), dirty: Vec::with_capacity(2 * layers + 1) }
    }

    /// Brings a canvas up to date; see [`update`](Self::update).
    ///
    /// # Errors
    /// Those of [`update`](Self::update).
    ///
    /// # Realtime
    /// That of [`update`](Self::update).
    pub fn compose<'a>(
        &mut self,
        canvas: &mut Canvas,
        shown: impl Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        self.update(&mut canvas.frame.view_mut(), &mut canvas.contents, shown)
    }

    /// Brings a frame up to date from what it shows. `shown` gives the picture of a layer, or `None` if the layer is not to
    /// be seen; it is asked more than once and must answer alike.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the frame or a picture is not what was planned for; nothing is drawn then.
    ///
    /// # Realtime
    /// Does not allocate, unless the contents were made before the last layer was added.
    pub fn update<'a>(
        &mut self,
        frame: &mut FrameViewMut<'_>,
        contents: &mut Contents,
        shown: impl Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        self.update_shown(frame, contents, &shown)
    }

    /// Every caller's closure is asked through a reference, so that this and what it calls is there once.
    fn update_shown<'a>(
        &mut self,
        frame: &mut FrameViewMut<'_>,
        contents: &mut Contents,
        shown: &dyn Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        self.check(frame, 0, shown)?;
        self.find_damage(contents, shown);
        for index in 0..self.damage.areas().len() {
            self.draw(self.damage.areas()[index], frame, shown);
        }
        contents.drawing = self.drawing;
        contents.layers.clear();
        contents.layers.extend(self.layers.iter().enumerate().map(|(index, layer)| layer.drawn(shown(index))));
        contents.dirty.clear();
        contents.dirty.extend(self.damage.areas().iter().map(Area::target));
        Ok(())
    }

    /// The index of a layer whose picture is, byte for byte, what lies on the canvas below the layers that are to be seen
    /// above it, and whether there are any above it.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn ground<'a>(&self, shown: impl Fn(usize) -> Option<Shown<'a>>) -> Option<(usize, bool)> {
        let all = Area::of(&self.canvas);
        let at = self.order.iter().rposition(|&index| self.hides(index, all) && shown(index).is_some())?;
        let plan = self.layers[self.order[at]].plan.as_ref()?;
        let is_covered = self.order[at + 1..].iter().any(|&index| self.layers[index].drawn(shown(index)).is_some());
        plan.copies_whole().then_some((self.order[at], is_covered))
    }

    /// Draws the layers above layer `index` on a frame that shows that layer: its picture, where the picture is the
    /// [ground](Self::ground).
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the frame or a picture is not what was planned for; nothing is drawn then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw_above<'a>(
        &mut self,
        index: usize,
        frame: &mut FrameViewMut<'_>,
        shown: impl Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        let at = self.order.iter().position(|&other| other == index).ok_or(no_such(index))?;
        self.check(frame, at + 1, &shown)?;
        self.paint(at + 1, Area::of(&self.canvas), frame, &shown);
        Ok(())
    }

    /// Checks the frame, and the pictures from the layer at `first` in the order on.
    fn check<'a>(
        &self,
        frame: &FrameViewMut<'_>,
        first: usize,
        shown: &dyn Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        let (expected, got) = (self.canvas.kind(), frame.as_view().kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        for &index in &self.order[first..] {
            if let (Some(plan), Some(Shown { picture, .. })) = (&self.layers[index].plan, shown(index)) {
                plan.check(&picture)?;
            }
        }
        Ok(())
    }

    /// Notes where the frame is not up to date.
    fn find_damage<'a>(&mut self, contents: &Contents, shown: &dyn Fn(usize) -> Option<Shown<'a>>) {
        self.damage.clear();
        if contents.drawing != self.drawing {
            self.damage.add(Area::of(&self.canvas));
            return;
        }
        for (index, (layer, &before)) in self.layers.iter().zip(&contents.layers).enumerate() {
            let now = layer.drawn(shown(index));
            if now == before {
                continue;
            }
            for Drawn { area, .. } in [before, now].into_iter().flatten() {
                self.damage.add(match self.canvas.format {
                    PixelFormat::Rgba8 => area,
                    _ => area.to_cells(&self.canvas),
                });
            }
        }
    }

    /// Draws all that is to be seen in `area`.
    fn draw<'a>(&mut self, area: Area, frame: &mut FrameViewMut<'_>, shown: &dyn Fn(usize) -> Option<Shown<'a>>) {
        // What lies below a layer that hides the area need not be drawn.
        let base = self.order.iter().rposition(|&index| self.hides(index, area) && shown(index).is_some());
        if base.is_none() {
            self.background.restore(frame, area);
        }
        self.paint(base.unwrap_or(0), area, frame, shown);
    }

    fn hides(&self, index: usize, area: Area) -> bool {
        self.layers[index].plan.as_ref().is_some_and(|plan| plan.hides(area))
    }

    /// Draws the layers from the one at `first` in the order on, as far as they lie in `area`.
    fn paint<'a>(
        &mut self,
        first: usize,
        area: Area,
        frame: &mut FrameViewMut<'_>,
        shown: &dyn Fn(usize) -> Option<Shown<'a>>,
    ) {
        for &index in &self.order[first..] {
            let Placed { plan: Some(plan), prepared, .. } = &mut self.layers[index] else { continue };
            let (Some(Shown { picture, version }), Some(visible)) = (shown(index), plan.area()) else { continue };
            if visible.overlap(area).is_none() {
                continue;
            }
            if *prepared != Some(version) {
                plan.prepare(&picture);
                *prepared = Some(version);
            }
            plan.paint(&picture, frame, area);
        }
    }
}

fn no_such(index: usize) -> Error {
    let expected = "less than the number of layers";
    Error::BadParameter { name: "index of a layer", value: index as f64, expected }
}

impl Background {
    /// Puts an area of the background on a frame, whole cells of a Y'CbCr one.
    fn restore(&self, frame: &mut FrameViewMut<'_>, area: Area) {
        let format = frame.as_view().format();
        for plane in 0..format.planes() {
            let bytes = format.sample_bytes(plane);
            let (right, down) = if plane == 0 { (0, 0) } else { format.chroma_shift() };
            let columns = (area.x0 >> right) * bytes..((area.x1 + right as usize) >> right) * bytes;
            for y in area.y0 >> down..(area.y1 + down as usize) >> down {
                let row = &mut frame.plane_mut(plane).row_mut(y)[columns.clone()];
                match self {
                    Background::Color(samples) => samples.repeat(plane, row),
                    Background::Picture(picture) => {
                        row.copy_from_slice(&picture.view().plane(plane).row(y)[columns.clone()])
                    }
                }
            }
        }
    }
}
