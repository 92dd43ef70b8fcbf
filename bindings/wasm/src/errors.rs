//! Errors as TypeScript sees them: the class `MillpondError` of `js/errors.ts`, made here and thrown by wasm-bindgen.
//!
//! What was wrong travels twice, for people in the message and for programs in `details`, where it has the names of the
//! Rust variants' fields.

use millpond_core::Error;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "../../js/errors.ts")]
extern "C" {
    /// `MillpondError` of `js/errors.ts`.
    pub(crate) type MillpondError;

    #[wasm_bindgen(constructor)]
    fn new(code: &str, message: &str) -> MillpondError;

    /// Adds a number to the details.
    #[wasm_bindgen(method)]
    fn number(this: &MillpondError, name: &str, value: f64);

    /// Adds a word to the details.
    #[wasm_bindgen(method)]
    fn word(this: &MillpondError, name: &str, value: &str);
}

/// An error with its stable code, ready to be thrown.
#[cfg(feature = "video")]
pub(crate) fn thrown(code: &str, message: &dyn core::fmt::Display) -> JsValue {
    made(code, message, &[], &[]).into()
}

/// Wasm memory has no room for so many more bytes.
pub(crate) fn out_of_memory(needed: u64) -> JsValue {
    let message = format_args!("wasm memory has no room for {needed} more bytes");
    made("E_OUT_OF_MEMORY", &message, &[("needed", needed as f64)], &[]).into()
}

/// An error that says which word something is and which it may be.
#[cfg(feature = "video")]
pub(crate) fn words(code: &str, name: &str, value: &str, expected: &str) -> JsValue {
    let message = format_args!("{name} is {value:?}, expected {expected}");
    made(code, &message, &[], &[("name", name), ("value", value), ("expected", expected)]).into()
}

/// An error with numbers and words that were wrong.
#[inline(never)]
fn made(
    code: &str,
    message: &dyn core::fmt::Display,
    numbers: &[(&str, f64)],
    words: &[(&str, &str)],
) -> MillpondError {
    let error = MillpondError::new(code, &message.to_string());
    numbers.iter().for_each(|(name, value)| error.number(name, *value));
    words.iter().for_each(|(name, value)| error.word(name, value));
    error
}

/// An error of the core, ready to be thrown.
#[inline(never)]
pub(crate) fn core(error: Error) -> JsValue {
    let made = |numbers: &[(&str, f64)], words: &[(&str, &str)]| made(error.code(), &error, numbers, words);
    let two = |first: (&str, usize), second: (&str, usize)| {
        made(&[(first.0, first.1 as f64), (second.0, second.1 as f64)], &[])
    };
    let thrown = match &error {
        Error::BufferTooSmall { needed, got } => two(("needed", *needed), ("got", *got)),
        Error::BadSize { width, height, max } => {
            made(&[("width", (*width).into()), ("height", (*height).into()), ("max", (*max).into())], &[])
        }
        Error::BadParameter { name, value, expected } => {
            made(&[("value", *value)], &[("name", name), ("expected", expected)])
        }
        Error::PoolExhausted { capacity } => made(&[("capacity", *capacity as f64)], &[]),
        #[cfg(feature = "video")]
        Error::Mismatch { expected, got } => {
            made(&[], &[("expected", &expected.to_string()), ("got", &got.to_string())])
        }
        #[cfg(feature = "video")]
        Error::UnsupportedFormat { format } => made(&[], &[("format", format.name())]),
        Error::SampleMismatch { expected, got } => made(&[], &[("expected", expected.0), ("got", got.0)]),
        #[cfg(feature = "audio")]
        Error::UnknownProfile { name } => made(&[], &[("name", name)]),
        #[cfg(feature = "audio")]
        Error::NeedsWholeClip { what } => made(&[], &[("what", what)]),
        _ => made(&[], &[]),
    };
    thrown.into()
}

/// An error of the scene, ready to be thrown.
#[cfg(feature = "scene")]
#[inline(never)]
pub(crate) fn scene(error: millpond_scene::SceneError) -> JsValue {
    use millpond_scene::SceneError;
    let made = |numbers: &[(&str, f64)], words: &[(&str, &str)]| made(error.code(), &error, numbers, words);
    let thrown = match &error {
        SceneError::Core(error) => return core(error.clone()),
        SceneError::UnsupportedColor { matrix } => made(&[("matrix", (*matrix).into())], &[]),
        SceneError::BadStill { reason } => made(&[], &[("reason", reason)]),
        SceneError::NoSuch { what, index, count } => {
            made(&[("index", *index as f64), ("count", *count as f64)], &[("what", what)])
        }
        SceneError::WrongSource { layer, is, expected } => {
            made(&[("layer", *layer as f64)], &[("is", is), ("expected", expected)])
        }
        SceneError::NotReady { frame, layer, what } => {
            made(&[("frame", *frame as f64), ("layer", *layer as f64)], &[("what", what)])
        }
        SceneError::NotNeeded { layer } => made(&[("layer", *layer as f64)], &[]),
        SceneError::WrongInput { asset, expected, got } => {
            made(&[], &[("asset", asset), ("expected", expected), ("got", got)])
        }
        SceneError::Changed { path } => made(&[], &[("path", path)]),
        SceneError::SoundNotOpen { sound } => made(&[("sound", *sound as f64)], &[]),
        SceneError::NeedsSound { sound, frames, position } => {
            made(&[("sound", *sound as f64), ("frames", *frames as f64), ("position", *position as f64)], &[])
        }
        _ => made(&[], &[]),
    };
    thrown.into()
}

/// Prints a panic to the console before the trap ends the module: a bug of ours, but one that can be reported.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}
