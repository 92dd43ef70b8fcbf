//! What the tests of whole programs share: clips and stills made by FFmpeg, scenes over them, and running our commands
//! and FFmpeg's. The tests themselves are in `tests/`, one file for each promise.

pub mod media;
pub mod programs;
pub mod render;
pub mod scenes;
pub mod suite;
