//! Options of encoders and muxers by name (`AVOption`): setting them, and what there is to set. Allocates.

use super::number;
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;

/// Something that has options for writing media.
pub(crate) trait Options {
    /// FFmpeg's object, which begins with its class.
    fn object(&mut self) -> *mut c_void;
}

impl Options for ff::codec::Context {
    fn object(&mut self) -> *mut c_void {
        // SAFETY: the pointer is handed on and not followed.
        unsafe { self.as_mut_ptr().cast() }
    }
}

impl Options for ff::format::context::Output {
    fn object(&mut self) -> *mut c_void {
        // SAFETY: the pointer is handed on and not followed.
        unsafe { self.as_mut_ptr().cast() }
    }
}

/// Why an option was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no option of this name for writing.
    Name,
    /// It does not take this value.
    Value,
}

/// Sets an option of an object, or of the codec, container or protocol in it.
pub(crate) fn set_option(of: &mut impl Options, name: &str, value: &str) -> Result<(), Refused> {
    let name = CString::new(name).map_err(|_| Refused::Name)?;
    let value = CString::new(value).map_err(|_| Refused::Value)?;
    // SAFETY: the object is borrowed and not open yet; both strings live through the calls.
    unsafe {
        let object = of.object();
        let option = find(object, &name)?;
        if (*option).flags & ffi::AV_OPT_FLAG_ENCODING_PARAM as c_int == 0 {
            return Err(Refused::Name);
        }
        match ffi::av_opt_set(object, name.as_ptr(), value.as_ptr(), ffi::AV_OPT_SEARCH_CHILDREN as c_int) {
            0.. => Ok(()),
            ffi::AVERROR_OPTION_NOT_FOUND => Err(Refused::Name),
            _ => Err(Refused::Value),
        }
    }
}

/// Whether an object has an option.
pub(crate) fn has_option(of: &mut impl Options, name: &CStr) -> bool {
    // SAFETY: the object is borrowed and the string lives through the call.
    unsafe { find(of.object(), name).is_ok() }
}

/// # Safety
/// The object is one of FFmpeg's that begins with its class.
unsafe fn find(object: *mut c_void, name: &CStr) -> Result<*const ffi::AVOption, Refused> {
    let flags = ffi::AV_OPT_SEARCH_CHILDREN as c_int;
    // SAFETY: as promised; constants are not options of their own.
    unsafe {
        let option = ffi::av_opt_find(object, name.as_ptr(), ptr::null(), 0, flags);
        if option.is_null() || is_constant(option) { Err(Refused::Name) } else { Ok(option) }
    }
}

/// The names of all options for writing.
pub(crate) fn option_names(of: &mut impl Options) -> Vec<String> {
    let mut names = Vec::new();
    // SAFETY: the object is borrowed; options and their names are static.
    unsafe {
        each_object(of.object(), &mut |object| {
            each_option(object, &mut |option| {
                if (*option).flags & ffi::AV_OPT_FLAG_ENCODING_PARAM as c_int != 0 && !is_constant(option) {
                    names.push(text((*option).name));
                }
            });
        });
    }
    names.sort();
    names.dedup();
    names
}

/// What an option takes: the names of its constants, and its range if it is a number with one.
pub(crate) fn option_values(of: &mut impl Options, name: &str) -> (Vec<String>, Option<(f64, f64)>) {
    let Ok(name) = CString::new(name) else { return (Vec::new(), None) };
    let mut names = Vec::new();
    // SAFETY: the object is borrowed; options, their units and names are static.
    unsafe {
        let object = of.object();
        let Ok(wanted) = find(object, &name) else { return (names, None) };
        let unit = (*wanted).unit;
        if !unit.is_null() {
            each_object(object, &mut |object| {
                each_option(object, &mut |option| {
                    let is_same = !(*option).unit.is_null() && CStr::from_ptr((*option).unit) == CStr::from_ptr(unit);
                    if is_constant(option) && is_same {
                        names.push(text((*option).name));
                    }
                });
            });
        }
        let (min, max) = ((*wanted).min, (*wanted).max);
        names.dedup();
        (names, (min < max).then_some((min, max)))
    }
}

/// # Safety
/// `option` is one of FFmpeg's.
unsafe fn is_constant(option: *const ffi::AVOption) -> bool {
    // SAFETY: as promised; the enum is a C int.
    unsafe { number!((*option).type_) == ffi::AVOptionType::AV_OPT_TYPE_CONST as c_int }
}

/// Calls `visit` for an object and all that lie in it.
///
/// # Safety
/// The object is one of FFmpeg's that begins with its class.
unsafe fn each_object(object: *mut c_void, visit: &mut dyn FnMut(*mut c_void)) {
    visit(object);
    // SAFETY: as promised; children are such objects too.
    unsafe {
        let mut child = ffi::av_opt_child_next(object, ptr::null_mut());
        while !child.is_null() {
            each_object(child, visit);
            child = ffi::av_opt_child_next(object, child);
        }
    }
}

/// # Safety
/// The object is one of FFmpeg's that begins with its class.
unsafe fn each_option(object: *mut c_void, visit: &mut dyn FnMut(*const ffi::AVOption)) {
    // SAFETY: as promised.
    unsafe {
        let mut option = ffi::av_opt_next(object, ptr::null());
        while !option.is_null() {
            visit(option);
            option = ffi::av_opt_next(object, option);
        }
    }
}

/// # Safety
/// `text` is a C string.
unsafe fn text(text: *const std::ffi::c_char) -> String {
    // SAFETY: as promised.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
