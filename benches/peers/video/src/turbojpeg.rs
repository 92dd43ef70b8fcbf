//! libjpeg-turbo through its TurboJPEG API, version 2.1 (`turbojpeg.h`).

use std::ffi::{CStr, c_char, c_int, c_uchar, c_ulong, c_void};

use millpond_core::video::jpeg::Subsampling;
use millpond_core::video::{FrameView, PixelFormat};

/// The DCT that libjpeg uses by default, as the encoder here does; without it TurboJPEG takes a faster, coarser one below
/// quality 96.
const ACCURATE_DCT: c_int = 4096;
const NO_REALLOC: c_int = 1024;

#[link(name = "turbojpeg")]
unsafe extern "C" {
    fn tjInitCompress() -> *mut c_void;
    fn tjDestroy(handle: *mut c_void) -> c_int;
    fn tjGetErrorStr2(handle: *mut c_void) -> *const c_char;
    fn tjBufSize(width: c_int, height: c_int, subsampling: c_int) -> c_ulong;
    fn tjCompressFromYUVPlanes(
        handle: *mut c_void,
        planes: *const *const c_uchar,
        width: c_int,
        strides: *const c_int,
        height: c_int,
        subsampling: c_int,
        out: *mut *mut c_uchar,
        size: *mut c_ulong,
        quality: c_int,
        flags: c_int,
    ) -> c_int;
}

/// A compressor and the memory for its files. It wants whole cells of chroma: pictures have even sides where they are
/// subsampled.
pub(crate) struct TurboJpeg {
    handle: *mut c_void,
    subsampling: c_int,
    flags: c_int,
    out: Vec<u8>,
}

impl TurboJpeg {
    /// For pictures of this size. `accurate` takes the accurate integer DCT.
    pub(crate) fn new(width: u32, height: u32, subsampling: Subsampling, accurate: bool) -> Result<TurboJpeg, String> {
        let subsampling = match subsampling {
            Subsampling::Yuv444 => 0,
            Subsampling::Yuv422 => 1,
            Subsampling::Yuv420 => 2,
            Subsampling::Gray => 3,
        };
        // SAFETY: a call without pointers.
        let handle = unsafe { tjInitCompress() };
        if handle.is_null() {
            return Err("TurboJPEG cannot start".into());
        }
        // SAFETY: a call without pointers.
        let size = unsafe { tjBufSize(width as c_int, height as c_int, subsampling) };
        let flags = NO_REALLOC | if accurate { ACCURATE_DCT } else { 0 };
        Ok(TurboJpeg { handle, subsampling, flags, out: vec![0; size as usize] })
    }

    /// Codes a picture of separate planes.
    pub(crate) fn encode(&mut self, picture: &FrameView<'_>, quality: u8) -> Result<&[u8], String> {
        assert_ne!(picture.format(), PixelFormat::Nv12, "planes are wanted");
        let mut planes = [std::ptr::null(); 3];
        let mut strides = [0; 3];
        for index in 0..picture.format().planes().min(3) {
            planes[index] = picture.plane(index).row(0).as_ptr();
            strides[index] = picture.plane(index).stride() as c_int;
        }
        let mut out = self.out.as_mut_ptr();
        let mut size = self.out.len() as c_ulong;
        let (width, height) = (picture.width() as c_int, picture.height() as c_int);
        // SAFETY: the planes have as many rows and columns as the size says; `out` has the size that TurboJPEG asked for
        // and is not reallocated.
        let failed = unsafe {
            tjCompressFromYUVPlanes(
                self.handle,
                planes.as_ptr(),
                width,
                strides.as_ptr(),
                height,
                self.subsampling,
                &mut out,
                &mut size,
                quality.into(),
                self.flags,
            )
        };
        if failed != 0 {
            // SAFETY: TurboJPEG returns a string that lasts until the next call.
            return Err(unsafe { CStr::from_ptr(tjGetErrorStr2(self.handle)) }.to_string_lossy().into_owned());
        }
        Ok(&self.out[..size as usize])
    }
}

impl Drop for TurboJpeg {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and closed only here.
        unsafe { tjDestroy(self.handle) };
    }
}
