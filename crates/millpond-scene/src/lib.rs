//! Scenes.

pub mod sound;
