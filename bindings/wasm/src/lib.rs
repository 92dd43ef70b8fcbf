//! The npm package's Rust half: what TypeScript calls, one file per exposed type, the same names as in `js/`.
//!
//! Two rules shape every export. Calls that run once a frame take numbers and return numbers: a slice argument or a
//! `Vec` result would allocate at each call, so data passes through memory that was allocated at construction, and
//! TypeScript reads and writes it through views made from an address and a length. And no call panics on what a page
//! hands it: it returns an error that arrives in TypeScript as a `MillpondError` with its stable code.

#[cfg(feature = "video")]
mod blend;
#[cfg(feature = "video")]
mod buffer_pool;
#[cfg(feature = "video")]
mod compositor;
#[cfg(feature = "video")]
mod converter;
mod errors;
#[cfg(feature = "video")]
mod frame_pool;
#[cfg(feature = "video")]
mod jpeg;
mod lending;
#[cfg(feature = "audio")]
mod mel;
#[cfg(feature = "audio")]
mod mel_config;
#[cfg(feature = "audio")]
mod mel_stream;
mod memory;
#[cfg(feature = "scene")]
mod mixer;
#[cfg(feature = "video")]
mod monitor;
#[cfg(feature = "video")]
mod options;
#[cfg(feature = "video")]
mod resizer;
mod sample_pool;
#[cfg(feature = "scene")]
mod scene;
#[cfg(feature = "video")]
mod tensor;
mod tensor_pool;

#[cfg(feature = "video")]
pub use blend::{Blend, feathered_mask};
#[cfg(feature = "video")]
pub use buffer_pool::{BufferClasses, BufferPool};
#[cfg(feature = "video")]
pub use compositor::{Compositor, CompositorLayer};
#[cfg(feature = "video")]
pub use converter::Converter;
#[cfg(feature = "video")]
pub use frame_pool::FramePool;
#[cfg(feature = "video")]
pub use jpeg::{JpegEncoder, JpegSpec, JpegStrips};
pub use lending::PoolPolicy;
#[cfg(feature = "audio")]
pub use mel::Mel;
#[cfg(feature = "audio")]
pub use mel_config::MelConfig;
#[cfg(feature = "audio")]
pub use mel_stream::MelStream;
#[cfg(target_arch = "wasm32")]
pub use memory::growths;
pub use memory::{heap_bytes, opening_allocations, reserve_memory, set_opening, steady_allocations};
#[cfg(feature = "scene")]
pub use mixer::Mixer;
#[cfg(feature = "video")]
pub use monitor::Monitor;
#[cfg(feature = "video")]
pub use resizer::Resizer;
pub use sample_pool::SamplePool;
#[cfg(feature = "scene")]
pub use scene::Scene;
#[cfg(feature = "video")]
pub use tensor::{FrameToTensor, TensorSpec, TensorToFrame};
pub use tensor_pool::TensorPool;
