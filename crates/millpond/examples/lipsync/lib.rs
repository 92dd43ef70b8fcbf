//! What the examples of lip-sync share: from sound to mel windows ([`Windows`]), a model behind a trait ([`Infer`]) and from
//! its pictures to JPEG files ([`Renderer`]).

mod model;
mod renderer;
mod windows;

pub use model::{Infer, MEL, MOUTH, Model, PICTURE};
pub use renderer::{Renderer, background};
pub use windows::{Windows, speech};

/// What goes wrong here ends the program.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
