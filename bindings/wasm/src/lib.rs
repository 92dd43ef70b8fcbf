//! The npm package's Rust half: what TypeScript calls, one file per exposed type, the same names as in `js/`.
//!
//! Two rules shape every export. Calls that run once a frame take numbers and return numbers: a slice argument or a
//! `Vec` result would allocate at each call, so data passes through memory that was allocated at construction, and
//! TypeScript reads and writes it through views made from an address and a length. And no call panics on what a page
//! hands it: it returns an error that arrives in TypeScript as a `MillpondError` with its stable code.

mod blend;
mod converter;
mod errors;
mod frame_pool;
mod jpeg;
mod lending;
mod mel;
mod mel_stream;
mod memory;
mod mixer;
mod monitor;
mod options;
mod resizer;
mod sample_pool;
mod scene;
mod tensor;
mod tensor_pool;

pub use blend::{Blend, feathered_mask};
pub use converter::Converter;
pub use frame_pool::FramePool;
pub use jpeg::{JpegEncoder, JpegStrips};
pub use lending::PoolPolicy;
pub use mel::Mel;
pub use mel_stream::MelStream;
pub use memory::{heap_bytes, opening_allocations, set_opening, steady_allocations};
pub use mixer::Mixer;
pub use monitor::Monitor;
pub use resizer::Resizer;
pub use sample_pool::SamplePool;
pub use scene::Scene;
pub use tensor::{FrameToTensor, TensorToFrame};
pub use tensor_pool::TensorPool;
