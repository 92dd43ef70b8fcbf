//! The counting allocator: the system's, with three counters before it.
//!
//! A thread that is inside an [`OpeningScope`] counts its calls of alloc and realloc as "opening", every other call
//! is "steady". Freeing is not counted as a call; the third counter is the bytes that are handed out now.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

static STEADY: AtomicU64 = AtomicU64::new(0);
static OPENING: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many opening scopes this thread is inside. Constant initialisation: reading it never allocates.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// The system's allocator, counting each request for memory. Install it with `#[global_allocator]`.
pub struct CountingAllocator;

fn count() {
    // A thread that is being torn down has no scope left; what it asks for is ordinary.
    let opening = DEPTH.try_with(|depth| depth.get() > 0).unwrap_or(false);
    let counter = if opening { &OPENING } else { &STEADY };
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Notes what a successful request handed out.
fn hand_out(pointer: *mut u8, bytes: usize) -> *mut u8 {
    #[cfg(target_arch = "wasm32")]
    growth::note();
    if !pointer.is_null() {
        LIVE.fetch_add(bytes, Ordering::Relaxed);
    }
    pointer
}

// SAFETY: every call is handed to `System` unchanged; counting touches only atomics and a constant-initialised
// thread local, neither of which allocates.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those of `System`.
        hand_out(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        hand_out(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        let moved = hand_out(unsafe { System.realloc(pointer, layout, size) }, size);
        if !moved.is_null() {
            LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        }
        moved
    }
}

/// Counts how often WebAssembly's memory grew. Only the allocator makes it grow.
#[cfg(target_arch = "wasm32")]
mod growth {
    use super::{AtomicU64, AtomicUsize, Ordering};

    pub(super) static GROWTHS: AtomicU64 = AtomicU64::new(0);
    /// Size at the last request, in pages; 0 before the first.
    static PAGES: AtomicUsize = AtomicUsize::new(0);

    pub(super) fn note() {
        let pages = core::arch::wasm32::memory_size(0);
        let before = PAGES.swap(pages, Ordering::Relaxed);
        if before != 0 && before != pages {
            GROWTHS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How often WebAssembly's memory has grown since its first allocation; each time views on it are detached.
///
/// # Realtime
/// Does not allocate.
#[cfg(target_arch = "wasm32")]
pub fn growths() -> u64 {
    growth::GROWTHS.load(Ordering::Relaxed)
}

/// Calls of alloc and realloc on the Rust heap since the program started, all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls outside every [`opening`] scope.
    pub steady: u64,
    /// Calls inside one.
    pub opening: u64,
}

/// Reads both counters; zero for ever if [`CountingAllocator`] is not the global allocator.
///
/// # Realtime
/// Does not allocate.
pub fn counts() -> Counts {
    Counts { steady: STEADY.load(Ordering::Relaxed), opening: OPENING.load(Ordering::Relaxed) }
}

/// Bytes that the Rust heap has handed out now, all threads; `None` if [`CountingAllocator`] is not the global allocator.
///
/// # Realtime
/// Does not allocate.
pub fn heap_bytes() -> Option<u64> {
    let Counts { steady, opening } = counts();
    // A program with this allocator has allocated before its main function runs.
    (steady + opening > 0).then(|| LIVE.load(Ordering::Relaxed) as u64)
}

/// Runs `work` and counts what this thread allocates meanwhile as opening.
pub fn opening<T>(work: impl FnOnce() -> T) -> T {
    let _scope = OpeningScope::new();
    work()
}

/// While it lives, its thread's allocations count as opening. Scopes may nest.
#[derive(Debug)]
pub struct OpeningScope {
    /// A scope belongs to the thread that made it.
    _not_send: std::marker::PhantomData<*const ()>,
}

impl OpeningScope {
    /// Enters the scope.
    #[allow(clippy::new_without_default, reason = "making one has an effect")]
    pub fn new() -> OpeningScope {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        OpeningScope { _not_send: std::marker::PhantomData }
    }
}

impl Drop for OpeningScope {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}
