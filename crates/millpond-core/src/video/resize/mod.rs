//! Resampling of planes and of pictures, from crops at fractional positions.
//!
//! Both axes are planned once: [`Axis`] says for every output sample which source samples it takes and with which
//! weights, by a [`Filter`]. The horizontal pass comes first, row by row, into a ring of as many rows as the vertical pass
//! needs. Positions are 16.16, weights have 14 bits and sums 32; `kernel/scalar.rs` has the formulas and their rounding.
//! Constructors allocate, runs do not.
//!
//! A [`Resizer`] takes pictures of eight bits to pictures of the same format, a [`FloatResizer`] numbers of f32. Against
//! the formula of the filter in floating point a [`Resizer`] is off by at most one level.

mod axis;
mod crop;
mod filter;
mod float;
mod kernel;
mod lanes;
mod plane;
mod resizer;
mod rgba;

pub use axis::Span;
pub(crate) use axis::{Axis, Grid, Mapping, Weight};
pub use crop::Crop;
pub(crate) use crop::{Sampling, check_size};
pub use filter::Filter;
pub use float::{FloatResizer, FloatSpec};
pub(crate) use plane::{PlaneResize, Samples};
pub use resizer::{Alpha, ResizeSpec, Resizer};
pub(crate) use rgba::RgbaResize;
