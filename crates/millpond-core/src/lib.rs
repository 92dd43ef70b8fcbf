//! The part of millpond that runs everywhere: preallocated buffers, exact pixel kernels and audio features.
//!
//! Nothing here does I/O, reads a clock or starts a thread. Constructors validate, plan and allocate; the calls
//! that run once a frame only compute. Integer pixel work gives the same bytes on every target, audio features
//! the same bits.
//!
//! - [`memory`]: a counting allocator that proves it.
//! - [`pool`]: preallocated objects that come back by themselves.
//! - [`simd`]: the instruction set that kernels use.
//! - [`video`]: pixel formats, frames and views, conversion, resizing, blending.
//! - [`audio`]: windows, STFT, mel filterbanks, log-mel profiles, resampling.

// A build without vectors (WebAssembly without simd128) has no use for what only they need.
#![cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128")),
    allow(dead_code, unused_imports, unused_macros, unused_variables)
)]

#[cfg(feature = "audio")]
pub mod audio;
pub mod memory;
pub mod pool;
pub mod simd;
#[cfg(feature = "video")]
pub mod video;

mod aligned;
mod error;
#[cfg(any(feature = "audio", feature = "video"))]
mod math;
mod sorted;
pub use error::Error;

/// An exact fraction: times in seconds, frame rates, positions in pixels.
pub type Rational = num_rational::Ratio<i128>;
