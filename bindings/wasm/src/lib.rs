//! The npm package's Rust half: what TypeScript calls, one file per exposed type, the same names as in `js/`.
//!
//! Two rules shape every export. Calls that run once a frame take numbers and return numbers: a slice argument or a
//! `Vec` result would allocate at each call, so data passes through memory that was allocated at construction, and
//! TypeScript reads and writes it through views made from an address and a length. And no call panics on what a page
//! hands it: it returns an error that arrives in TypeScript as a `MillpondError` with its stable code.

mod errors;
mod frame_pool;
mod mel;
mod mel_stream;
mod memory;
mod mixer;
mod scene;

pub use frame_pool::FramePool;
pub use mel::Mel;
pub use mel_stream::MelStream;
pub use memory::{opening_allocations, set_opening, steady_allocations};
pub use mixer::Mixer;
pub use scene::Scene;
