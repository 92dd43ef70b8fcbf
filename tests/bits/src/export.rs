//! What a WebAssembly host calls; see `run.mjs`. Text goes out as a pointer into this module's memory and its length.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;

use millpond_core::memory::{self, CountingAllocator};
use millpond_core::simd::Level;

use crate::{Case, cases, hashes};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
    static CASES: RefCell<Vec<Case>> = const { RefCell::new(Vec::new()) };
}

fn show(text: String) -> *const u8 {
    TEXT.with_borrow_mut(|shown| {
        *shown = text;
        shown.as_ptr()
    })
}

/// Length of the text that the last call showed, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text_len() -> usize {
    TEXT.with_borrow(String::len)
}

/// How many levels this build has.
#[unsafe(no_mangle)]
pub extern "C" fn levels() -> usize {
    Level::available().count()
}

/// The lines of [`hashes`] at a level.
#[unsafe(no_mangle)]
pub extern "C" fn show_hashes(level: usize) -> *const u8 {
    show(hashes(Level::available().nth(level).unwrap_or(Level::SCALAR)))
}

/// How many allocations were counted so far, and on lines of their own the kernels that allocate while they run.
#[unsafe(no_mangle)]
pub extern "C" fn show_allocating() -> *const u8 {
    let allocating = millpond_kernels::allocating(25, Level::best());
    show(format!("{}\n{allocating}", memory::counts().steady))
}

/// The names of all cases, a line each; makes the cases that [`run`] runs.
#[unsafe(no_mangle)]
pub extern "C" fn show_names() -> *const u8 {
    CASES.with_borrow_mut(|made| {
        *made = cases(Level::best());
        show(made.iter().map(|case| format!("{}\n", case.name())).collect())
    })
}

/// Runs a case so many times at the best level.
#[unsafe(no_mangle)]
pub extern "C" fn run(case: usize, times: u32) {
    CASES.with_borrow_mut(|made| (0..times).for_each(|_| made[case].run()));
}
