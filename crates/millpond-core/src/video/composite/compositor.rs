//! Layers over a background, drawn again only where something changed.
//!
//! A [`Canvas`] remembers which picture of each layer is on it. Composing compares that with what is to be seen: a layer
//! that came, went or has a new picture damages its area (grown to whole cells of 2×2 pixels on a Y'CbCr canvas), areas
//! that overlap become one, and in each the background is restored and all layers there are drawn. Since every pixel
//! depends on its own place alone, the result is that of drawing everything.

use super::damage::Damage;
use super::place::Area;
use super::{CanvasSpec, Layer, LayerPlan, Target};
use crate::Error;
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

/// A frame to compose on, and what is on it. Canvases may take turns, for instance in a
/// [`Pool`](crate::pool::Pool): each is brought up to date from what it last showed.
#[derive(Debug)]
pub struct Canvas {
    frame: Frame,
    /// Of which drawing its contents are; 0 before the first.
    drawing: u64,
    /// Version of each layer that is on it.
    versions: Vec<Option<u64>>,
    dirty: Vec<Target>,
}

impl Canvas {
    /// The composed picture.
    pub fn view(&self) -> FrameView<'_> {
        self.frame.view()
    }

    /// What the last composition wrote: rectangles that do not overlap. Everything outside is as it was before.
    pub fn dirty_rects(&self) -> &[Target] {
        &self.dirty
    }
}

/// A background and layers over it.
#[derive(Debug)]
pub struct Compositor {
    canvas: CanvasSpec,
    layout: FrameLayout,
    background: Frame,
    layers: Vec<Placed>,
    /// Layers from the lowest to the highest.
    order: Vec<usize>,
    drawing: u64,
    damage: Damage,
}

#[derive(Debug)]
struct Placed {
    plan: LayerPlan,
    z: i32,
    /// Version of the picture that the plan has prepared.
    prepared: Option<u64>,
}

impl Compositor {
    /// A compositor without layers; its background is one colour.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for a canvas that is none of I420, NV12 and RGBA, [`Error::BadSize`].
    ///
    /// # Realtime
    /// Allocates the background.
    pub fn new(canvas: CanvasSpec, background: [u8; 3]) -> Result<Compositor, Error> {
        if !matches!(canvas.format, PixelFormat::I420 | PixelFormat::Nv12 | PixelFormat::Rgba8) {
            return Err(Error::UnsupportedFormat { format: canvas.format });
        }
        let layout = FrameLayout::aligned(canvas.format, canvas.width, canvas.height)?;
        let mut frame = Frame::new(layout);
        let [red, green, blue] = background;
        frame.view_mut().fill(canvas.color, [red, green, blue, 255]);
        let drawing = DRAWINGS.fetch_add(1, Ordering::Relaxed);
        let (layers, order) = (Vec::new(), Vec::new());
        Ok(Compositor { canvas, layout, background: frame, layers, order, drawing, damage: Damage::default() })
    }

    /// Takes a picture of the canvas's format, size and colours as the background; it is copied.
    ///
    /// # Errors
    /// [`Error::Mismatch`].
    ///
    /// # Realtime
    /// Does not allocate. All of every canvas is drawn again.
    pub fn set_background(&mut self, picture: &FrameView<'_>) -> Result<(), Error> {
        self.background.view_mut().copy_from(picture)?;
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
        self.layers.push(Placed { plan, z, prepared: None });
        self.sort();
        Ok(self.layers.len() - 1)
    }

    /// Puts another layer in the place of one: elsewhere, at another `z`, of other pictures.
    ///
    /// # Errors
    /// Those of [`LayerPlan::of`], [`Error::BadParameter`] if there is no layer `index`. Nothing changes then.
    ///
    /// # Realtime
    /// Allocates. All of every canvas is drawn again.
    pub fn replace(&mut self, index: usize, layer: &Layer<'_>, z: i32) -> Result<(), Error> {
        let plan = LayerPlan::of(self.canvas, layer)?;
        let Some(placed) = self.layers.get_mut(index) else {
            let expected = "less than the number of layers";
            return Err(Error::BadParameter { name: "index of a layer", value: index as f64, expected });
        };
        *placed = Placed { plan, z, prepared: None };
        self.sort();
        Ok(())
    }

    fn sort(&mut self) {
        self.order.clear();
        self.order.extend(0..self.layers.len());
        let layers = &self.layers;
        self.order.sort_by_key(|&index| layers[index].z);
        self.damage = Damage::with_capacity(self.layers.len().max(1));
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
        let layers = self.layers.len();
        Canvas {
            frame: Frame::new(self.layout),
            drawing: 0,
            versions: Vec::with_capacity(layers),
            dirty: Vec::with_capacity(layers.max(1)),
        }
    }

    /// Brings a canvas up to date. `shown` gives the picture of a layer, or `None` if the layer is not to be seen; it is
    /// asked more than once and must answer alike.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the canvas or a picture is not what was planned for; nothing is drawn then.
    ///
    /// # Realtime
    /// Does not allocate, unless the canvas was made before the last layer was added.
    pub fn compose<'a>(
        &mut self,
        canvas: &mut Canvas,
        shown: impl Fn(usize) -> Option<Shown<'a>>,
    ) -> Result<(), Error> {
        let (expected, got) = (self.canvas.kind(), canvas.frame.view().kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        for (index, layer) in self.layers.iter().enumerate() {
            if let Some(Shown { picture, .. }) = shown(index) {
                layer.plan.check(&picture)?;
            }
        }
        self.find_damage(canvas, &shown);
        for index in 0..self.damage.areas().len() {
            self.draw(self.damage.areas()[index], &mut canvas.frame.view_mut(), &shown);
        }
        canvas.drawing = self.drawing;
        canvas.versions.clear();
        canvas.versions.extend((0..self.layers.len()).map(|index| shown(index).map(|shown| shown.version)));
        canvas.dirty.clear();
        canvas.dirty.extend(self.damage.areas().iter().map(Area::target));
        Ok(())
    }

    /// Notes where the canvas is not up to date.
    fn find_damage<'a>(&mut self, canvas: &Canvas, shown: &impl Fn(usize) -> Option<Shown<'a>>) {
        self.damage.clear();
        if canvas.drawing != self.drawing {
            self.damage.add(Area::of(&self.canvas));
            return;
        }
        for (index, (layer, &before)) in self.layers.iter().zip(&canvas.versions).enumerate() {
            let changed = shown(index).map(|shown| shown.version) != before;
            if let (true, Some(area)) = (changed, layer.plan.area()) {
                self.damage.add(match self.canvas.format {
                    PixelFormat::Rgba8 => area,
                    _ => area.to_cells(&self.canvas),
                });
            }
        }
    }

    /// Draws all that is to be seen in `area`.
    fn draw<'a>(&mut self, area: Area, canvas: &mut FrameViewMut<'_>, shown: &impl Fn(usize) -> Option<Shown<'a>>) {
        // What lies below a layer that hides the area need not be drawn.
        let hides = |&index: &usize| self.layers[index].plan.hides(area) && shown(index).is_some();
        let base = self.order.iter().rposition(hides);
        if base.is_none() {
            restore(&self.background.view(), canvas, area);
        }
        for &index in &self.order[base.unwrap_or(0)..] {
            let layer = &mut self.layers[index];
            let (Some(Shown { picture, version }), Some(visible)) = (shown(index), layer.plan.area()) else { continue };
            if visible.overlap(area).is_none() {
                continue;
            }
            if layer.prepared != Some(version) {
                layer.plan.prepare(&picture);
                layer.prepared = Some(version);
            }
            layer.plan.paint(&picture, canvas, area);
        }
    }
}

/// Copies an area of the background, whole cells of a Y'CbCr picture.
fn restore(background: &FrameView<'_>, canvas: &mut FrameViewMut<'_>, area: Area) {
    let format = background.format();
    for plane in 0..format.planes() {
        let bytes = format.sample_bytes(plane);
        let (right, down) = if plane == 0 { (0, 0) } else { format.chroma_shift() };
        let columns = (area.x0 >> right) * bytes..((area.x1 + right as usize) >> right) * bytes;
        for y in area.y0 >> down..(area.y1 + down as usize) >> down {
            let from = &background.plane(plane).row(y)[columns.clone()];
            canvas.plane_mut(plane).row_mut(y)[columns.clone()].copy_from_slice(from);
        }
    }
}
