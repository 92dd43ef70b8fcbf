//! Errors as TypeScript sees them: the class `MillpondError` of `js/errors.ts`, made here and thrown by wasm-bindgen.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "../../js/errors.ts")]
extern "C" {
    /// `MillpondError` of `js/errors.ts`.
    pub(crate) type MillpondError;

    #[wasm_bindgen(constructor)]
    fn new(code: &str, message: &str) -> MillpondError;
}

/// An error with its stable code, ready to be thrown.
pub(crate) fn thrown(code: &str, message: &dyn core::fmt::Display) -> JsValue {
    MillpondError::new(code, &message.to_string()).into()
}

/// An error of the core, ready to be thrown.
pub(crate) fn core(error: millpond_core::Error) -> JsValue {
    thrown(error.code(), &error)
}

/// Prints a panic to the console before the trap ends the module: a bug of ours, but one that can be reported.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}
