//! `Compositor`: layers of lent pictures on lent canvases, drawn again only where something changed.

use crate::frame_pool::format_named;
use crate::lending::{Loan, not_lent, same_picture};
use crate::{FramePool, errors, options};
use millpond_core::memory::opening;
use millpond_core::pool::Pooled;
use millpond_core::video::blend::Mode;
use millpond_core::video::composite::{self, CanvasSpec, Contents, PictureSpec, Placement, Shown, Target};
use millpond_core::video::{ChromaSiting, Frame, FrameLayout};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A layer that is to be placed: what its pictures are, where they go, how they are seen.
#[wasm_bindgen]
pub struct CompositorLayer {
    layer: composite::Layer<'static>,
    mask: Option<Frame>,
}

#[wasm_bindgen]
impl CompositorLayer {
    /// An opaque layer of upright pictures, all of them, in a rectangle of the canvas.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments, reason = "an object would cost a conversion on both sides")]
    pub fn new(
        format: &str,
        width: u32,
        height: u32,
        matrix: &str,
        range: &str,
        crop: &str,
        x: i32,
        y: i32,
        target_width: u32,
        target_height: u32,
    ) -> Result<CompositorLayer, JsValue> {
        let (format, color) = (format_named(format)?, options::color(matrix, range)?);
        let picture = PictureSpec { format, width, height, color, siting: ChromaSiting::default(), turns: 0 };
        let crop = options::crop(crop, (width, height))?;
        let target = Target { x, y, width: target_width, height: target_height };
        let placement = Placement { source_x: crop.x, source_y: crop.y, target };
        Ok(CompositorLayer { layer: composite::Layer::new(picture, placement), mask: None })
    }

    /// How it is seen: opacity 0 to 255, a blend mode, a filter.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    pub fn look(&mut self, opacity: u8, mode: &str, filter: &str) -> Result<(), JsValue> {
        self.layer.opacity = opacity;
        self.layer.mode = options::word("mode", mode, &Mode::NAMED)?;
        self.layer.filter = options::filter(filter)?;
        Ok(())
    }

    /// Multiplies its alpha by a lent `gray8` picture of the rectangle's size, which is copied.
    ///
    /// # Errors
    /// `E_CLOSED`.
    pub fn mask(&mut self, masks: &FramePool, mask: u32) -> Result<(), JsValue> {
        masks.read(mask, |mask| {
            let mut copy = Frame::new(FrameLayout::aligned(mask.format(), mask.width(), mask.height())?);
            copy.view_mut().copy_from(mask)?;
            self.mask = Some(copy);
            Ok(())
        })
    }

    /// Leaves out what lies beyond a rectangle of the canvas.
    pub fn clip(&mut self, x: i32, y: i32, width: u32, height: u32) {
        self.layer.clip = Some(Target { x, y, width, height });
    }
}

/// A background and layers over it.
#[wasm_bindgen]
pub struct Compositor {
    inner: composite::Compositor,
    shown: Vec<Option<Picture>>,
    /// The pictures while a call composes them.
    taken: Vec<Option<Pooled<Frame>>>,
    canvases: Vec<Canvas>,
    /// The canvas that was composed last.
    last: usize,
    pictures: u64,
}

/// What a layer shows.
struct Picture {
    loan: Rc<Loan<Frame>>,
    number: u64,
    version: u64,
}

/// A lent picture that was composed on, and what is on it.
struct Canvas {
    loan: Rc<Loan<Frame>>,
    number: u64,
    contents: Contents,
}

#[wasm_bindgen]
impl Compositor {
    /// A compositor without layers. `background` is `0xRRGGBB`.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT` for a canvas that is none of `i420`, `nv12` and `rgba`; `E_BAD_SIZE`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        format: &str,
        width: u32,
        height: u32,
        matrix: &str,
        range: &str,
        background: u32,
    ) -> Result<Compositor, JsValue> {
        let canvas = CanvasSpec { format: format_named(format)?, width, height, color: options::color(matrix, range)? };
        let [_, red, green, blue] = background.to_be_bytes();
        let inner = composite::Compositor::new(canvas, [red, green, blue]).map_err(errors::core)?;
        let (shown, taken, canvases) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Compositor { inner, shown, taken, canvases, last: 0, pictures: 0 })
    }

    /// Takes a copy of a lent picture of the canvas's kind as the background.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`.
    #[wasm_bindgen(js_name = setBackground)]
    pub fn set_background(&mut self, from: &FramePool, picture: u32) -> Result<(), JsValue> {
        from.read(picture, |picture| self.inner.set_background(picture))
    }

    /// Adds a layer and returns its index.
    ///
    /// # Errors
    /// `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_MISMATCH` for a mask of another size or format.
    pub fn add(&mut self, layer: &CompositorLayer, z: i32) -> Result<u32, JsValue> {
        let index = self.inner.add(&layer.whole(), z).map_err(errors::core)?;
        self.shown.push(None);
        self.taken.push(None);
        Ok(index as u32)
    }

    /// Puts another layer in the place of one.
    ///
    /// # Errors
    /// Those of [`Compositor::add`].
    pub fn replace(&mut self, index: u32, layer: &CompositorLayer, z: i32) -> Result<(), JsValue> {
        self.inner.replace(index as usize, &layer.whole(), z).map_err(errors::core)
    }

    /// Takes a layer away; its place stays.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    pub fn vacate(&mut self, index: u32) -> Result<(), JsValue> {
        self.inner.vacate(index as usize).map_err(errors::core)
    }

    /// Lets a layer show the pixels that a lent picture has now.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`, `E_CLOSED`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn show(&mut self, index: u32, from: &FramePool, picture: u32) -> Result<(), JsValue> {
        let (loan, number) = from.lending.lent.loan(picture)?;
        self.pictures += 1;
        let version = self.pictures;
        *self.place(index)? = Some(Picture { loan, number, version });
        Ok(())
    }

    /// Lets a layer show nothing.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    pub fn hide(&mut self, index: u32) -> Result<(), JsValue> {
        *self.place(index)? = None;
        Ok(())
    }

    /// Brings a lent canvas up to date.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_SAME_PICTURE` if the canvas is shown by a layer; `E_CLOSED` if a picture that is shown was given
    /// back. Nothing is drawn then.
    ///
    /// # Realtime
    /// Does not allocate, but for a canvas that was not composed on since it was lent; then as opening.
    pub fn compose(&mut self, to: &FramePool, canvas: u32) -> Result<(), JsValue> {
        let (loan, number) = to.lending.lent.loan(canvas)?;
        if self.shown.iter().flatten().any(|shown| Rc::ptr_eq(&shown.loan, &loan)) {
            return Err(same_picture());
        }
        let at = self.canvas(&loan, number);
        let whole = self.take();
        let Compositor { inner, shown, taken, canvases, .. } = self;
        let composed = if whole {
            let picture = |layer: usize| {
                let Picture { loan, version, .. } = shown.get(layer)?.as_ref()?;
                // Layers may show one picture, which the first of them has taken.
                let holder =
                    shown.iter().position(|other| other.as_ref().is_some_and(|o| Rc::ptr_eq(&o.loan, loan)))?;
                Some(Shown { picture: taken[holder].as_ref()?.view(), version: *version })
            };
            to.write(canvas, |canvas| inner.update(canvas, &mut canvases[at].contents, picture).map_err(errors::core))
        } else {
            Err(not_lent())
        };
        for (shown, taken) in self.shown.iter().zip(&mut self.taken) {
            if let (Some(shown), Some(picture)) = (shown, taken.take()) {
                shown.loan.put(picture);
            }
        }
        composed?;
        self.last = at;
        Ok(())
    }

    /// How many rectangles the last composition wrote.
    #[wasm_bindgen(js_name = dirtyCount)]
    pub fn dirty_count(&self) -> u32 {
        self.dirty().len() as u32
    }

    /// Figure 0 to 3 of such a rectangle: x, y, width, height.
    #[wasm_bindgen(js_name = dirtyFigure)]
    pub fn dirty_figure(&self, rect: u32, figure: u32) -> i32 {
        let Some(Target { x, y, width, height }) = self.dirty().get(rect as usize) else { return 0 };
        [*x, *y, *width as i32, *height as i32].get(figure as usize).copied().unwrap_or(0)
    }
}

impl CompositorLayer {
    fn whole(&self) -> composite::Layer<'_> {
        composite::Layer { mask: self.mask.as_ref().map(Frame::view), ..self.layer }
    }
}

impl Compositor {
    fn place(&mut self, index: u32) -> Result<&mut Option<Picture>, JsValue> {
        self.shown.get_mut(index as usize).ok_or_else(|| {
            let expected = "less than the number of layers";
            errors::core(millpond_core::Error::BadParameter { name: "index of a layer", value: index.into(), expected })
        })
    }

    fn dirty(&self) -> &[Target] {
        self.canvases.get(self.last).map_or(&[], |canvas| canvas.contents.dirty_rects())
    }

    /// Where it is known what is on a canvas: nothing, if it was lent anew since.
    fn canvas(&mut self, loan: &Rc<Loan<Frame>>, number: u64) -> usize {
        match self.canvases.iter().position(|canvas| Rc::ptr_eq(&canvas.loan, loan)) {
            Some(at) => {
                let canvas = &mut self.canvases[at];
                if canvas.number != number {
                    canvas.number = number;
                    canvas.contents.clear();
                }
                at
            }
            None => opening(|| {
                self.canvases.push(Canvas { loan: Rc::clone(loan), number, contents: self.inner.contents() });
                self.canvases.len() - 1
            }),
        }
    }

    /// Takes the pictures that are shown out of their places, each once. Says whether all were there.
    fn take(&mut self) -> bool {
        let Compositor { shown, taken, .. } = self;
        let mut whole = true;
        for (index, Picture { loan, number, .. }) in
            shown.iter().enumerate().filter_map(|(index, shown)| Some((index, shown.as_ref()?)))
        {
            let is_taken = shown[..index].iter().flatten().any(|other| Rc::ptr_eq(&other.loan, loan));
            if !is_taken {
                taken[index] = loan.take(*number);
                whole &= taken[index].is_some();
            }
            whole &= loan.is(*number);
        }
        whole
    }
}
