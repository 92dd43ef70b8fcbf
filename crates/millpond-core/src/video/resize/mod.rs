//! Resampling of planes and of pictures, from crops at fractional positions.
//!
//! Both axes are planned once: [`Axis`] says for every output sample which source samples it takes and with which
//! weights, by a [`Filter`]. The horizontal pass comes first, row by row, into a ring of as many rows as the vertical pass
//! needs. Constructors allocate, runs do not.

mod axis;
mod filter;
mod kernel;
mod lanes;
mod plane;
mod rgba;

pub use axis::Span;
pub(crate) use axis::{Axis, Grid, Mapping, Weight};
pub use filter::Filter;
pub(crate) use plane::{PlaneResize, Samples};
pub(crate) use rgba::RgbaResize;
