//! No kernel asks the heap for memory once it is planned, at any level, from its first run on.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs)]

use millpond_core::memory::{self, CountingAllocator};
use millpond_core::simd::Level;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    for level in Level::available() {
        let allocating = millpond_kernels::allocating(25, level);
        assert!(allocating.is_empty(), "{level:?}:\n{allocating}");
    }
    let before = memory::counts();
    let allocated = Box::new(before);
    assert_eq!(memory::counts().steady, before.steady + 1, "the counter counts");
    drop(allocated);
    println!("test kernels do not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
