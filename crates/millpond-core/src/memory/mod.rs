//! Proof that the heap stands still: a counting global allocator, and a monitor.
//!
//! Install [`CountingAllocator`] as the program's global allocator, and [`counts`] tells how often the Rust heap was
//! asked for memory. Work that must allocate at a known place, such as opening an asset in mid-stream, runs inside
//! [`opening`] and is counted apart. C libraries have heaps of their own and are not included;
//! [`footprint`] tells what the whole process takes, and a [`Monitor`] watches all of it over time.
//!
//! ```
//! use millpond_core::memory::{self, CountingAllocator};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator;
//!
//! let before = memory::counts();
//! let opened = memory::opening(|| vec![0u8; 64]);
//! assert_eq!(memory::counts().steady, before.steady);
//! assert_eq!(memory::counts().opening, before.opening + 1);
//! let boxed = Box::new(opened);
//! assert_eq!(memory::counts().steady, before.steady + 1);
//! # drop(boxed);
//! ```

mod counting;
mod monitor;
mod process;

#[cfg(target_arch = "wasm32")]
pub use counting::growths;
pub use counting::{CountingAllocator, Counts, OpeningScope, counts, heap_bytes, opening};
pub use monitor::{Alert, History, Json, Measure, Monitor, Peaks, Prometheus, Sample, Thresholds};
pub use process::{Footprint, footprint};
