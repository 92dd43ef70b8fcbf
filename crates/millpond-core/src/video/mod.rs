//! Pixel formats, frames and the kernels that work on them.
//!
//! Kernels take borrowed views ([`FrameView`], [`FrameViewMut`]) only: pool frames, decoder planes and wasm memory
//! are three owners of the same view. All arithmetic is integer and gives the same bytes on every target; each
//! kernel's file opens with its formula and rounding.

pub mod blend;
mod color;
pub mod composite;
pub mod convert;
mod crop;
mod fill;
mod format;
mod frame;
#[cfg(feature = "jpeg")]
pub mod jpeg;
mod plane;
pub mod resize;
pub mod tensor;
mod view;

pub use crate::error::PictureKind;
pub use color::{ChromaSiting, Color, ColorDescription, Matrix, Range, Siting};
pub use format::{FrameLayout, MAX_SIDE, PLANE_PADDING, PixelFormat, PlaneLayout, STRIDE_ALIGN};
pub use frame::{Frame, FramePool};
pub use plane::{Plane, PlaneMut};
pub use view::{FrameView, FrameViewMut};
