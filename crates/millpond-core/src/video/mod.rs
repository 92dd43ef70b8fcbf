//! Pixel formats, frames and the kernels that work on them.
//!
//! Kernels take borrowed views ([`FrameView`], [`FrameViewMut`]) only: pool frames, decoder planes and wasm memory
//! are three owners of the same view. All arithmetic is integer and gives the same bytes on every target; each
//! kernel's file opens with its formula and rounding.

pub mod blend;
mod color;
pub mod composite;
pub mod convert;
mod format;
mod frame;
#[cfg(feature = "jpeg")]
pub mod jpeg;
pub(crate) mod resize;
mod view;

pub use color::{ChromaSiting, Color, Matrix, Range, Siting};
pub use format::{FrameLayout, MAX_SIDE, PixelFormat, PlaneLayout, STRIDE_ALIGN};
pub use frame::{Frame, FramePool};
pub use view::{FrameView, FrameViewMut, Plane, PlaneMut};
