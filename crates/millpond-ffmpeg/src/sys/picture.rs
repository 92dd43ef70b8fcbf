//! The pictures that `AVFrame`s refer to: reading their planes, and putting a pool's picture into one. Nothing here
//! allocates on the Rust heap.

use super::buffers::{Buffers, give_back};
use super::{ColorNumbers, number};
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::pool::Pooled;
use millpond_core::video::Frame;
use std::ffi::c_int;
use std::ptr;
use std::slice;

/// The colours that a decoded picture carries.
pub(crate) fn frame_color(frame: &ff::frame::Video) -> ColorNumbers {
    // SAFETY: the frame is borrowed; enums are C ints.
    unsafe {
        let frame = frame.as_ptr();
        ColorNumbers {
            matrix: number!((*frame).colorspace),
            range: number!((*frame).color_range),
            primaries: number!((*frame).color_primaries),
            transfer: number!((*frame).color_trc),
            chroma_location: number!((*frame).chroma_location),
        }
    }
}

/// Whether a picture lies in a slot of these buffers.
pub(crate) fn is_in_slot(frame: &ff::frame::Video, buffers: &Buffers) -> bool {
    // SAFETY: the frame is borrowed; the pointers are compared and not followed.
    unsafe { ptr::eq((*frame.as_ptr()).opaque.cast_const().cast::<Buffers>(), buffers) }
}

/// The rows of a plane of a decoded picture and their stride; `None` if it is missing, shorter than `row_bytes`, or
/// stored upside down.
pub(crate) fn plane(frame: &ff::frame::Video, index: usize, row_bytes: usize, rows: usize) -> Option<(&[u8], usize)> {
    // SAFETY: the frame is borrowed, and with it its buffers. Every codec's buffers hold `linesize` bytes for each row
    // but the last, and the visible part of that.
    unsafe {
        let raw = frame.as_ptr();
        let data = *(*raw).data.get(index)?;
        let stride = usize::try_from(*(*raw).linesize.get(index)?).ok()?;
        if data.is_null() || stride < row_bytes || rows == 0 {
            return None;
        }
        let length = stride.checked_mul(rows - 1)?.checked_add(row_bytes)?;
        Some((slice::from_raw_parts(data, length), stride))
    }
}

/// Puts a pool's picture into an `AVFrame` without copying it. It goes back to its pool when FFmpeg is done with it.
pub(crate) fn lend(
    picture: Pooled<Frame>,
    format: ff::format::Pixel,
    frame: &mut ff::frame::Video,
) -> Result<(), ff::Error> {
    let layout = *picture.layout();
    let too_large = |_| ff::Error::InvalidData;
    let mut strides: [c_int; 4] = [0; 4];
    for (stride, plane) in strides.iter_mut().zip(layout.planes()) {
        *stride = c_int::try_from(plane.stride).map_err(too_large)?;
    }
    let width = c_int::try_from(layout.width()).map_err(too_large)?;
    let height = c_int::try_from(layout.height()).map_err(too_large)?;
    let data = picture.bytes().as_ptr().cast_mut();
    let opaque = picture.into_raw();
    // SAFETY: the buffer is marked read-only and lives until `give_back`; planes lie inside it by the layout.
    unsafe {
        let raw = frame.as_mut_ptr();
        ffi::av_frame_unref(raw);
        let flags = ffi::AV_BUFFER_FLAG_READONLY;
        let buffer = ffi::av_buffer_create(data, layout.size() as _, Some(give_back), opaque, flags);
        if buffer.is_null() {
            give_back(opaque, data);
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        (*raw).buf[0] = buffer;
        for (index, plane) in layout.planes().iter().enumerate() {
            (*raw).data[index] = data.add(plane.offset);
            (*raw).linesize[index] = strides[index];
        }
        (*raw).width = width;
        (*raw).height = height;
    }
    frame.set_format(format);
    Ok(())
}

/// Takes whatever a frame refers to away from it.
pub(crate) fn release(frame: &mut ff::frame::Video) {
    // SAFETY: the frame is borrowed for the call.
    unsafe { ffi::av_frame_unref(frame.as_mut_ptr()) }
}
