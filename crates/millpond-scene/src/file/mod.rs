//! The scene file: its types, its reader, and the JSON Schema made from the types.

mod fields;
mod parse;
#[cfg(feature = "schema")]
pub mod schema;
mod types;

pub use types::{
    After, Asset, Canvas, CanvasFormat, Crop, Ease, Fit, Keyframe, Layer, Mask, MaskShape, Medium, Rect, Scene, Sound,
    Source,
};
