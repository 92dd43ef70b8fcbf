//! Preallocated objects that come back by themselves.

mod budget;
mod buffer;
#[cfg(feature = "bytes")]
mod bytes;
mod cancel;
mod clock;
mod config;
#[cfg(feature = "async")]
mod future;
mod handle;
mod leak;
mod recycle;
mod room;
mod samples;
#[cfg(feature = "video")]
mod set;
mod shelf;
mod slot;
mod stats;
mod sync;
mod tensor;
mod word;

pub use buffer::{Buffer, BufferPool};
#[cfg(feature = "bytes")]
pub use bytes::PooledBytes;
pub use cancel::CancelToken;
pub use config::{Exhausted, Growth, PoolConfig, Reset};
#[cfg(feature = "async")]
pub use future::Acquire;
pub use handle::Pool;
pub use leak::Leak;
pub use recycle::Recycle;
pub use samples::{Arrangement, Sample, SampleFormat, SampleLayout, SamplePool, Samples};
#[cfg(feature = "video")]
pub use set::PoolSet;
pub use slot::{Pooled, SharedPooled};
pub use stats::PoolStats;
pub use tensor::{Tensor, TensorPool};
