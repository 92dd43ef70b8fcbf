//! What the Rust heap did: the counting allocator is the module's global one.

use crate::errors;
use core::cell::RefCell;
use millpond_core::memory::{self, CountingAllocator, OpeningScope};
use wasm_bindgen::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Calls of alloc and realloc outside opening, since the module was loaded.
#[wasm_bindgen(js_name = steadyAllocations)]
pub fn steady_allocations() -> f64 {
    memory::counts().steady as f64
}

/// Calls of alloc and realloc while something was being constructed or opened.
#[wasm_bindgen(js_name = openingAllocations)]
pub fn opening_allocations() -> f64 {
    memory::counts().opening as f64
}

/// Bytes that the heap has handed out now.
#[wasm_bindgen(js_name = heapBytes)]
pub fn heap_bytes() -> f64 {
    memory::heap_bytes().unwrap_or(0) as f64
}

/// How often the heap has made wasm memory grow.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn growths() -> f64 {
    memory::growths() as f64
}

/// Grows wasm memory, at once, so far that `bytes` more can be handed out without another growth.
///
/// # Errors
/// `E_OUT_OF_MEMORY`.
#[wasm_bindgen(js_name = reserveMemory)]
pub fn reserve_memory(bytes: f64) -> Result<(), JsValue> {
    reserve(bytes as u64)
}

thread_local! {
    static SCOPE: RefCell<Option<OpeningScope>> = const { RefCell::new(None) };
}

/// Counts what is allocated from now on as opening, or no longer. TypeScript says so around constructors and opening
/// calls, because wasm-bindgen's own handling of arguments and objects belongs to them.
#[wasm_bindgen(js_name = setOpening)]
pub fn set_opening(opening: bool) {
    SCOPE.with(|scope| *scope.borrow_mut() = opening.then(OpeningScope::new));
}

/// Makes sure that `bytes` more can be had, growing wasm memory once: an allocation that failed later would end the
/// module, where this call can still refuse.
pub(crate) fn reserve(bytes: u64) -> Result<(), JsValue> {
    let mut probe = Vec::<u8>::new();
    match usize::try_from(bytes).map(|bytes| probe.try_reserve_exact(bytes)) {
        Ok(Ok(())) => {
            // Unread, the probe would be optimised away.
            core::hint::black_box(&probe);
            Ok(())
        }
        _ => Err(errors::out_of_memory(bytes)),
    }
}

/// Lengthens a buffer; what it held is not needed any more.
#[cfg(feature = "audio")]
pub(crate) fn grow<T: Copy + Default>(buffer: &mut Vec<T>, length: usize) -> Result<(), JsValue> {
    if buffer.len() < length {
        *buffer = Vec::new();
        reserve((length as u64).saturating_mul(size_of::<T>() as u64))?;
        buffer.resize(length, T::default());
    }
    Ok(())
}

/// Where a buffer lies, for a view on it.
#[cfg(feature = "audio")]
pub(crate) fn address<T>(buffer: &[T]) -> u32 {
    buffer.as_ptr() as usize as u32
}
