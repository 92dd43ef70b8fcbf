//! libyuv, as Debian has it. Its names are those of words: `ABGR` lies in memory as R, G, B, A.

use std::ffi::c_int;
use std::process::Command;

use millpond_benches::process::said;
use millpond_core::video::{Frame, PixelFormat};

#[link(name = "yuv")]
unsafe extern "C" {
    fn InitCpuFlags() -> c_int;
    fn ARGBAttenuate(
        src: *const u8,
        src_stride: c_int,
        dst: *mut u8,
        dst_stride: c_int,
        width: c_int,
        height: c_int,
    ) -> c_int;
    fn ARGBBlend(
        over: *const u8,
        over_stride: c_int,
        below: *const u8,
        below_stride: c_int,
        dst: *mut u8,
        dst_stride: c_int,
        width: c_int,
        height: c_int,
    ) -> c_int;
    fn I420ToABGR(
        y: *const u8,
        y_stride: c_int,
        u: *const u8,
        u_stride: c_int,
        v: *const u8,
        v_stride: c_int,
        dst: *mut u8,
        dst_stride: c_int,
        width: c_int,
        height: c_int,
    ) -> c_int;
    fn ABGRToI420(
        src: *const u8,
        src_stride: c_int,
        y: *mut u8,
        y_stride: c_int,
        u: *mut u8,
        u_stride: c_int,
        v: *mut u8,
        v_stride: c_int,
        width: c_int,
        height: c_int,
    ) -> c_int;
}

const HAS_AVX2: c_int = 0x400;

/// The version that is installed.
///
/// # Errors
/// It does not use what this machine has.
pub(crate) fn version() -> Result<String, String> {
    // SAFETY: takes nothing.
    let flags = unsafe { InitCpuFlags() };
    if std::arch::is_x86_feature_detected!("avx2") && flags & HAS_AVX2 == 0 {
        return Err("libyuv does not use this machine's AVX2: it would not be measured at its best".into());
    }
    Ok(said(Command::new("dpkg-query").args(["-W", "-f", "${Version}", "libyuv0"]))?.trim().to_owned())
}

fn stride(frame: &Frame, plane: usize) -> c_int {
    frame.layout().planes()[plane].stride as c_int
}

fn size(frame: &Frame) -> (c_int, c_int) {
    (frame.layout().width() as c_int, frame.layout().height() as c_int)
}

/// Straight to premultiplied alpha; both frames are RGBA of one size.
pub(crate) fn attenuate(from: &Frame, to: &mut Frame) {
    assert_eq!(from.layout(), to.layout());
    let (width, height) = size(from);
    let (src, dst) = (from.bytes().as_ptr(), to.bytes_mut().as_mut_ptr());
    // SAFETY: both frames have this many rows of this stride.
    unsafe { ARGBAttenuate(src, stride(from, 0), dst, stride(from, 0), width, height) };
}

/// A premultiplied picture over a canvas, both RGBA, all of it inside.
pub(crate) fn blend(picture: &Frame, (x, y): (usize, usize), canvas: &mut Frame) {
    let (width, height) = size(picture);
    let (canvas_width, canvas_height) = size(canvas);
    assert!(x as c_int + width <= canvas_width && y as c_int + height <= canvas_height);
    let (over, over_stride, below_stride) = (picture.bytes().as_ptr(), stride(picture, 0), stride(canvas, 0));
    let dst = canvas.bytes_mut()[y * below_stride as usize + 4 * x..].as_mut_ptr();
    // SAFETY: the picture lies inside the canvas, as asserted.
    unsafe { ARGBBlend(over, over_stride, dst, below_stride, dst, below_stride, width, height) };
}

fn planes(frame: &mut Frame) -> [*mut u8; 3] {
    assert_eq!(frame.layout().format(), PixelFormat::I420);
    let offsets = [0, 1, 2].map(|plane| frame.layout().planes()[plane].offset);
    offsets.map(|offset| frame.bytes_mut()[offset..].as_mut_ptr())
}

/// I420, BT.601 limited, to RGBA of the same size.
pub(crate) fn to_rgba(from: &mut Frame, to: &mut Frame) {
    let ((width, height), strides) = (size(from), [0, 1, 2].map(|plane| stride(from, plane)));
    assert_eq!(size(to), (width, height));
    let [y, u, v] = planes(from);
    let (dst, dst_stride) = (to.bytes_mut().as_mut_ptr(), stride(to, 0));
    // SAFETY: both frames have planes of this size with these strides.
    unsafe { I420ToABGR(y, strides[0], u, strides[1], v, strides[2], dst, dst_stride, width, height) };
}

/// RGBA to I420, BT.601 limited, of the same size.
pub(crate) fn to_i420(from: &Frame, to: &mut Frame) {
    let ((width, height), strides) = (size(from), [0, 1, 2].map(|plane| stride(to, plane)));
    assert_eq!(size(to), (width, height));
    let [y, u, v] = planes(to);
    // SAFETY: as above.
    unsafe {
        ABGRToI420(from.bytes().as_ptr(), stride(from, 0), y, strides[0], u, strides[1], v, strides[2], width, height)
    };
}
