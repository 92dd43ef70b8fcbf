//! Bilinear resampling of planes and of RGBA pictures, from fractional crops, antialiased when it makes smaller.
//!
//! Both axes are planned once: [`Axis`] says for every output sample which source samples it takes and with which
//! weights. The horizontal pass comes first, row by row, into a ring of as many rows as the vertical pass needs.
//! Constructors allocate, runs do not.

mod axis;
mod plane;
mod rgba;

pub use axis::Span;
pub(crate) use axis::{Axis, Grid, Mapping};
pub(crate) use plane::{PlaneResize, Samples};
pub(crate) use rgba::RgbaResize;
