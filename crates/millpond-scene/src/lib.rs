//! Scenes without I/O: a JSON file says what is to be seen and heard, and this crate turns it into frames.
//!
//! [`Scene::from_json`] reads and checks a file. [`Stage`] says, for canvas frame *n*, what it still [needs](Need),
//! takes the pictures that a host decoded, and composes them into a canvas frame. The host may be FFmpeg or a browser:
//! everything between a picture in a pool slot and the canvas frame is the code here and in `millpond-core`, so both
//! make the same bytes. [`sound::Mixer`] does for sounds what the stage does for pictures.
//!
//! Times are exact fractions of a second. Nothing reads a clock, a file or the network.

mod bitstream;
mod clip;
mod color;
mod error;
mod file;
mod geometry;
mod hash;
mod keyed;
mod showing;
pub mod sound;
mod stage;
pub mod still;
mod time;

pub use bitstream::{BitstreamTags, bitstream_tags};
pub use clip::{ClipInfo, Picture};
pub use color::{CodedMatrix, ColorTags, resolve_color};
pub use error::{Problem, SceneError, SceneErrors};
#[cfg(feature = "schema")]
pub use file::schema;
pub use file::{
    After, Asset, Canvas, CanvasFormat, Crop, Ease, Fit, Keyframe, Layer, Mask, MaskShape, Medium, Rect, Scene, Sound,
    Source,
};
pub use hash::{frame_hash, write_hash_line};
pub use millpond_core::Rational;
pub use showing::{Showing, Shown};
pub use stage::{Ground, Need, Stage};
pub use time::{parse_rational, seconds};
