//! Filters.

mod config;
mod graph;
mod ports;

pub use config::{FilterConfig, FilterInput, FilterStats};
pub use graph::FilterGraph;
