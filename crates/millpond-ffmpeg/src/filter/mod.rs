//! Filters.

mod config;
mod frame;
mod graph;
mod ports;

pub use config::{FilterConfig, FilterInput, FilterStats};
pub use frame::AudioFrame;
pub use graph::FilterGraph;
