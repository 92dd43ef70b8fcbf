//! Draws pictures on a canvas: turned, cropped, scaled, converted to the canvas's colours, blended over.
//!
//! A [`LayerPlan`] is made for one kind of picture in one place. It computes all weights and allocates all scratch;
//! [`LayerPlan::draw`] only computes. The order is always the same: turn, resample every plane on its own grid,
//! convert colours, blend on coded values. On a Y'CbCr canvas a picture of the canvas's colours is never turned into
//! R'G'B', and one that is opaque, unscaled and on even coordinates is copied byte for byte.
//!
//! A [`Compositor`] has layers over a background and remembers what it drew: of the next frame it draws only what is not
//! there yet.

mod compositor;
mod coverage;
mod damage;
mod moded;
mod place;
mod plan;
mod rgb_canvas;
mod source;
mod yuv_canvas;

pub use crate::video::resize::Span;
pub use compositor::{Canvas, Compositor, Contents, Shown};
pub use place::{CanvasSpec, PictureSpec, Placement, Target};
pub use plan::{Layer, LayerPlan};
pub(super) use source::stored_samples;
