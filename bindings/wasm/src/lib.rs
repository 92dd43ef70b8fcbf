//! The npm package's Rust half.
