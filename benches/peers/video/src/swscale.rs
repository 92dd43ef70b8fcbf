//! FFmpeg's swscale, as Debian has it, with its default flags (`SWS_BICUBIC`, which conversion alone does not use).

use std::ffi::{CString, c_char, c_double, c_int, c_void};
use std::ptr::null_mut;

use millpond_core::video::Frame;

#[link(name = "swscale")]
unsafe extern "C" {
    fn swscale_version() -> u32;
    fn sws_getContext(
        src_width: c_int,
        src_height: c_int,
        src_format: c_int,
        dst_width: c_int,
        dst_height: c_int,
        dst_format: c_int,
        flags: c_int,
        src_filter: *mut c_void,
        dst_filter: *mut c_void,
        param: *const c_double,
    ) -> *mut c_void;
    fn sws_scale(
        context: *mut c_void,
        src: *const *const u8,
        src_stride: *const c_int,
        y: c_int,
        height: c_int,
        dst: *const *mut u8,
        dst_stride: *const c_int,
    ) -> c_int;
    fn sws_freeContext(context: *mut c_void);
}

#[link(name = "avutil")]
unsafe extern "C" {
    fn av_get_pix_fmt(name: *const c_char) -> c_int;
}

const SWS_BICUBIC: c_int = 4;

/// The version that is installed.
pub(crate) fn version() -> String {
    // SAFETY: takes nothing.
    let version = unsafe { swscale_version() };
    format!("{}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff)
}

/// A conversion between pictures of one size, BT.601 limited.
pub(crate) struct Swscale {
    context: *mut c_void,
    height: c_int,
}

impl Swscale {
    /// Plans it; formats by FFmpeg's names.
    ///
    /// # Errors
    /// swscale does not convert these.
    pub(crate) fn new(from: &str, to: &str, (width, height): (u32, u32)) -> Result<Swscale, String> {
        let format = |name: &str| {
            let name = CString::new(name).map_err(|e| e.to_string())?;
            // SAFETY: a string that ends with zero.
            Ok::<c_int, String>(unsafe { av_get_pix_fmt(name.as_ptr()) })
        };
        let (from, to, width, height) = (format(from)?, format(to)?, width as c_int, height as c_int);
        // SAFETY: filters and parameters may be null.
        let context = unsafe {
            sws_getContext(width, height, from, width, height, to, SWS_BICUBIC, null_mut(), null_mut(), null_mut())
        };
        if context.is_null() { Err("swscale does not convert this".into()) } else { Ok(Swscale { context, height }) }
    }

    /// Converts a frame to another of the planned formats and size.
    pub(crate) fn convert(&mut self, from: &Frame, to: &mut Frame) {
        let (mut src, mut src_strides) = ([std::ptr::null(); 4], [0; 4]);
        for (index, plane) in from.layout().planes().iter().enumerate() {
            (src[index], src_strides[index]) = (from.bytes()[plane.offset..].as_ptr(), plane.stride as c_int);
        }
        let (mut dst, mut dst_strides) = ([null_mut(); 4], [0; 4]);
        let planes = *to.layout();
        for (index, plane) in planes.planes().iter().enumerate() {
            (dst[index], dst_strides[index]) = (to.bytes_mut()[plane.offset..].as_mut_ptr(), plane.stride as c_int);
        }
        // SAFETY: both frames have planes of this size with these strides.
        let rows = unsafe {
            sws_scale(
                self.context,
                src.as_ptr(),
                src_strides.as_ptr(),
                0,
                self.height,
                dst.as_ptr(),
                dst_strides.as_ptr(),
            )
        };
        assert_eq!(rows, self.height, "sws_scale");
    }
}

impl Drop for Swscale {
    fn drop(&mut self) {
        // SAFETY: made by `sws_getContext`, and not used after this.
        unsafe { sws_freeContext(self.context) };
    }
}
