//! pixman, as Debian has it.

use std::ffi::{CStr, c_char, c_int, c_void};

use millpond_core::video::Frame;

#[link(name = "pixman-1")]
unsafe extern "C" {
    fn pixman_version_string() -> *const c_char;
    fn pixman_image_create_bits(format: u32, width: c_int, height: c_int, bits: *mut u32, stride: c_int)
    -> *mut c_void;
    fn pixman_image_unref(image: *mut c_void) -> c_int;
    fn pixman_image_composite32(
        operator: u32,
        src: *mut c_void,
        mask: *mut c_void,
        dst: *mut c_void,
        src_x: i32,
        src_y: i32,
        mask_x: i32,
        mask_y: i32,
        dst_x: i32,
        dst_y: i32,
        width: i32,
        height: i32,
    );
}

/// `PIXMAN_a8b8g8r8`: R, G, B, A in memory.
const RGBA: u32 = 0x2003_8888;
const OVER: u32 = 3;

pub(crate) fn version() -> String {
    // SAFETY: a constant string.
    unsafe { CStr::from_ptr(pixman_version_string()) }.to_string_lossy().into_owned()
}

/// Its view of a frame.
struct Image(*mut c_void);

impl Image {
    fn new(frame: &mut Frame) -> Image {
        let layout = *frame.layout();
        let (bits, stride) = (frame.bytes_mut().as_mut_ptr().cast(), layout.planes()[0].stride as c_int);
        // SAFETY: the frame has this many rows of this stride, starts on a cache line, and outlives the view.
        Image(unsafe {
            pixman_image_create_bits(RGBA, layout.width() as c_int, layout.height() as c_int, bits, stride)
        })
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: made by `pixman_image_create_bits`.
        unsafe { pixman_image_unref(self.0) };
    }
}

/// A premultiplied picture over a canvas, both RGBA.
pub(crate) fn blend(picture: &mut Frame, (x, y): (usize, usize), canvas: &mut Frame) {
    let (width, height) = (picture.layout().width() as i32, picture.layout().height() as i32);
    let (over, below) = (Image::new(picture), Image::new(canvas));
    let none = std::ptr::null_mut();
    // SAFETY: both images live until the end of the call; pixman clips to them.
    unsafe { pixman_image_composite32(OVER, over.0, none, below.0, 0, 0, 0, 0, x as i32, y as i32, width, height) };
}
