//! What FFmpeg says while something is opened: its log lines of the calling thread, kept instead of printed.
//!
//! FFmpeg's return codes do not tell why a device or filter was refused ("generic error in an external library"), its log
//! lines do. [`collect`] listens on the thread that calls it; all other lines are dropped. Some devices tell why they do not
//! open only to those who want to know everything, so that is kept where there is no warning.

use ffmpeg_next::ffi;
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem;

/// Lines of one kind in a collection, at most.
const MOST_LINES: usize = 16;

/// What was heard.
#[derive(Default)]
struct Lines {
    warnings: Vec<String>,
    details: Vec<String>,
}

thread_local! {
    static LINES: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Takes FFmpeg's log lines from standard error for good. Called once, before anything else.
pub(crate) fn take_over_log() {
    // SAFETY: the callback may be called from any thread at any time; it is never taken back.
    unsafe { ffi::av_log_set_callback(Some(on_line)) };
}

/// Calls `work`, and gives what FFmpeg said on this thread in the meantime, oldest first: warnings and errors, if there are
/// none details. Allocates if it said anything.
pub(crate) fn collect<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    let outer = LINES.with(|lines| lines.replace(Some(Lines::default())));
    let result = work();
    let heard = LINES.with(|lines| lines.replace(outer));
    let Lines { warnings, details } = heard.unwrap_or_default();
    (result, if warnings.is_empty() { details } else { warnings })
}

/// `V` is the target's `va_list`, as the bindings spell it.
unsafe extern "C" fn on_line<V>(object: *mut c_void, level: c_int, format: *const c_char, values: V) {
    if level > ffi::AV_LOG_VERBOSE as c_int {
        return;
    }
    // A thread that is going away has no list any more, and nobody to read it.
    let _ = LINES.try_with(|lines| {
        let Ok(mut lines) = lines.try_borrow_mut() else { return };
        let Some(lines) = lines.as_mut() else { return };
        let lines = if level > ffi::AV_LOG_WARNING as c_int { &mut lines.details } else { &mut lines.warnings };
        if lines.len() == MOST_LINES {
            return;
        }
        type Format<V> =
            unsafe extern "C" fn(*mut c_void, c_int, *const c_char, V, *mut c_char, c_int, *mut c_int) -> c_int;
        let (mut text, mut with_prefix) = ([0 as c_char; 512], 0);
        // SAFETY: the function has this signature, with the `va_list` that FFmpeg gave to this callback, which is used
        // once. It writes at most as many bytes as said and ends them with a zero.
        let text = unsafe {
            let write: Format<V> = mem::transmute(ffi::av_log_format_line2 as *const ());
            write(object, level, format, values, text.as_mut_ptr(), text.len() as c_int, &mut with_prefix);
            CStr::from_ptr(text.as_ptr())
        };
        let text = text.to_string_lossy();
        if !text.trim().is_empty() {
            lines.push(text.trim().to_owned());
        }
    });
}
