//! How millpond uses memory: objects that are made once, lent, and come back by themselves.
//!
//! A 1080p frame is 3 MB. Allocating one for each picture of a stream costs more than it seems: the system hands out
//! fresh pages, every one of them faults when it is first written, and after hours of mixed sizes the heap is full of
//! holes. So nothing that is needed once a frame is allocated once a frame. It lies in a [`Pool`], is lent as a
//! [`Pooled`] guard, and goes back when the guard is dropped: on whatever thread, however the function ends.
//!
//! ```
//! use millpond_core::pool::PoolConfig;
//! use millpond_core::video::{FrameLayout, FramePool, PixelFormat};
//!
//! let layout = FrameLayout::aligned(PixelFormat::I420, 1920, 1080)?;
//! let pool = FramePool::frames(layout, PoolConfig::fixed(3))?; // allocates three frames
//! for _picture in 0..100 {
//!     let mut frame = pool.acquire()?; // allocates nothing
//!     frame.view_mut().plane_mut(0).row_mut(0).fill(16);
//! } // each frame goes back here
//! let stats = pool.stats();
//! assert_eq!((stats.allocations, stats.total_acquires, stats.peak_usage), (3, 100, 1));
//! # Ok::<(), millpond_core::Error>(())
//! ```
//!
//! # Which pool
//!
//! | what | pool | made with |
//! |---|---|---|
//! | pictures of one layout | [`FramePool`](crate::video::FramePool) | `FramePool::frames(layout, config)` |
//! | pictures of whatever layout comes, under a limit of bytes | [`PoolSet`] | `PoolSet::new(config, max_bytes)` |
//! | blocks of sound | [`SamplePool`] | `SamplePool::samples(layout, config)` |
//! | packets, segments, JPEG files | [`BufferPool`] | `BufferPool::new(&[(bytes, config), …])` |
//! | input and output of a model | [`TensorPool`] | `TensorPool::tensors(&shape, config)` |
//! | anything else that is [`Recycle`] | [`Pool`] | `Pool::new(config, make)` |
//!
//! # How many
//!
//! As many objects as are out at once, and no more: each further one is memory that lies idle. A stage that takes
//! `latency` from getting a packet to being done with its picture, fed every `interval`, has `latency / interval`
//! pictures out. [`PoolConfig::for_latency`] is that figure rounded up, and at least 2, so that one can be written while
//! another is read. To it add what is kept on purpose: the length of each queue between stages, the batch that a model
//! wants. If you do not know, let the pool tell you: run with room to grow and read [`PoolStats::peak_usage`].
//!
//! ```
//! use millpond_core::pool::PoolConfig;
//! use std::time::Duration;
//!
//! // A decoder that holds back 4 pictures, at 25 pictures a second.
//! let config = PoolConfig::for_latency(Duration::from_millis(160), Duration::from_millis(40))?;
//! assert_eq!(config.initial, 4);
//! # Ok::<(), millpond_core::Error>(())
//! ```
//!
//! # When all are lent
//!
//! First the pool grows, if it may: [`Growth`] says by how much, [`PoolConfig::max`] how far. Grown is grown: the objects
//! stay until the pool goes. After that [`Exhausted`] decides:
//!
//! - `Fail`: the caller gets [`Error::PoolExhausted`](crate::Error::PoolExhausted) and can drop a picture. For live
//!   streams, and for whoever must not block.
//! - `Wait`: the caller sleeps until something comes back, or a deadline passes. A slow stage then holds back the fast
//!   one before it, which is what a pipeline wants. Where there are no threads, in the browser, nothing could come back
//!   during the wait, and the answer is `PoolExhausted` at once.
//! - `Allocate`: one more is made, and freed when it comes back. For bursts. It is counted as
//!   [`overflow`](PoolStats::overflow), and with the feature `tracing` the pool warns when it starts; a pool that
//!   overflows all the time is too small.
//!
//! ```
//! use millpond_core::pool::{Exhausted, Pool, PoolConfig};
//! use std::time::Duration;
//!
//! let two = PoolConfig::fixed(2);
//! let code = |config: PoolConfig| {
//!     let pool = Pool::new(config, || vec![0u8; 1024])?;
//!     let _held = (pool.acquire()?, pool.acquire()?);
//!     pool.acquire().map(|_| pool.stats().overflow)
//! };
//! assert_eq!(code(two).unwrap_err().code(), "E_POOL_EXHAUSTED");
//! let deadline = Some(Duration::from_millis(5));
//! assert_eq!(code(two.exhausted(Exhausted::Wait { deadline })).unwrap_err().code(), "E_DEADLINE");
//! assert_eq!(code(two.exhausted(Exhausted::Allocate)), Ok(1));
//! ```
//!
//! A single call can have its own way: [`try_acquire`](Pool::try_acquire) only looks,
//! [`acquire_timeout`](Pool::acquire_timeout) waits so long, [`acquire_or_cancelled`](Pool::acquire_or_cancelled) until a
//! [`CancelToken`] is raised, and with the feature `async` `Pool::acquire_async` waits in a future.
//!
//! # One writer or many readers
//!
//! A [`Pooled`] guard is the only way to its object, so it can be written. [`share`](Pooled::share) turns it into a
//! [`SharedPooled`], which can be cloned for an encoder, a preview and a thumbnail at once; the object goes back when the
//! last clone is dropped, and [`try_unique`](SharedPooled::try_unique) makes it writable again for whoever is left alone
//! with it. The count lies in the pool's slot: neither step allocates. A guard can also travel through C as a pointer,
//! see [`into_raw`](Pooled::into_raw).
//!
//! # What allocates when
//!
//! | call | allocates |
//! |---|---|
//! | making a pool | everything: its places, `initial` objects |
//! | `acquire` while something is free; dropping a guard; sharing; `stats` | nothing |
//! | `acquire` when the pool may grow | the objects that it grows by |
//! | `acquire` under `Exhausted::Allocate` | one object |
//! | waiting, waking, cancelling, deadlines | nothing |
//! | lending a [`Buffer`] that came back far too large or too small | its memory, once |
//! | `PooledBytes` (feature `bytes`), its clones and parts | nothing; `into_bytes()` one small block |
//! | [`PoolSet::acquire`] of a layout it has no pool for | that pool, counted as [opening](crate::memory::opening) |
//! | guards with [`PoolConfig::leak_report`] | a list, when more are out than ever before |
//! | [`Pool::leaks`], [`Pool::close`] | the list they return |
//!
//! Objects keep what was last written to them, unless [`Reset::Zero`] wipes them on their way back.
//!
//! # When something does not come back
//!
//! [`PoolStats::in_use`] that only rises is a guard that somebody keeps. With [`PoolConfig::leak_report`] the pool knows
//! who: [`Pool::leaks`] names file and line of each acquire, and its age. [`Pool::close`] ends a pool and says the same of
//! what is still out; such guards stay good, and their objects are freed when they are dropped.
//!
//! # How it works
//!
//! Free objects are bits of a word (up to 62 of them; larger pools have several words). The lowest is lent first, so that
//! it is one whose pixels are still in the cache. Acquiring and giving back are one compare-and-swap each, without a lock,
//! and the statistics are read off the word and the slots. Only who finds the pool empty takes a lock. Without
//! threads, in WebAssembly, the same code compiles to plain loads and stores. The interleavings of two and three threads
//! are checked by loom, the unsafe code (one file) by Miri.

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
