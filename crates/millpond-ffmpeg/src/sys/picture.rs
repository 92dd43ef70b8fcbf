//! The pictures that `AVFrame`s refer to: reading their planes, and putting a pool's picture into one. Nothing here
//! allocates on the Rust heap.

use super::buffers::Buffers;
use super::{ColorNumbers, number};
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::pool::SharedPooled;
use millpond_core::video::Frame;
use std::ffi::{c_int, c_void};
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

/// The rows of the planes of a picture, to write, and their strides; `sizes` are the bytes of a row and the rows of each,
/// 0 rows for a plane that there is not. `None` if somebody else refers to the picture's memory (a decoder that may still
/// predict from it), or if planes are missing, too short, upside down or not one behind the other.
pub(crate) fn planes_mut(frame: &mut ff::frame::Video, sizes: [(usize, usize); 4]) -> Option<[(&mut [u8], usize); 4]> {
    let mut planes: [(&mut [u8], usize); 4] = Default::default();
    // SAFETY: the frame is borrowed for writing, and with it its buffers, which by FFmpeg's count nobody else refers to, so
    // nobody reads or writes them meanwhile. As in `plane` they hold `linesize` bytes for each row but the last and the
    // visible part of that; slices made of them do not overlap, because each begins behind the end of the one before.
    unsafe {
        if ffi::av_frame_is_writable(frame.as_mut_ptr()) == 0 {
            return None;
        }
        let raw = frame.as_ptr();
        let mut end = 0;
        for (index, (plane, (row_bytes, rows))) in planes.iter_mut().zip(sizes).enumerate() {
            if rows == 0 {
                break;
            }
            let data = (*raw).data[index];
            let stride = usize::try_from((*raw).linesize[index]).ok()?;
            if data.is_null() || stride < row_bytes || (data as usize) < end {
                return None;
            }
            let length = stride.checked_mul(rows - 1)?.checked_add(row_bytes)?;
            end = (data as usize).checked_add(length)?;
            *plane = (slice::from_raw_parts_mut(data, length), stride);
        }
    }
    Some(planes)
}

/// Makes `to` one more reference to a decoder's picture: its planes and nothing that was said about it. The decoder's
/// kind of picture in particular would tell an encoder what to make of it.
pub(crate) fn refer(from: &ff::frame::Video, to: &mut ff::frame::Video) -> Result<(), ff::Error> {
    // SAFETY: both frames are borrowed. Each buffer gets a reference of its own; planes lie in the buffers, and frames of
    // pictures have at most eight of each, so `data` itself serves as `extended_data`.
    unsafe {
        let (from, to_raw) = (from.as_ptr(), to.as_mut_ptr());
        ffi::av_frame_unref(to_raw);
        for (buffer, copy) in (*from).buf.iter().zip(&mut (*to_raw).buf) {
            if !buffer.is_null() {
                *copy = ffi::av_buffer_ref(*buffer);
                if (*copy).is_null() {
                    ffi::av_frame_unref(to_raw);
                    return Err(ff::Error::Other { errno: ff::error::ENOMEM });
                }
            }
        }
        (*to_raw).data = (*from).data;
        (*to_raw).linesize = (*from).linesize;
        (*to_raw).extended_data = (*to_raw).data.as_mut_ptr();
        ((*to_raw).width, (*to_raw).height) = ((*from).width, (*from).height);
        (*to_raw).format = (*from).format;
    }
    Ok(())
}

/// Puts a pool's picture into an `AVFrame` without copying it. It goes back to its pool when FFmpeg is done with it.
pub(crate) fn lend(picture: SharedPooled<Frame>, to: &mut ff::frame::Video) -> Result<(), ff::Error> {
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
    // SAFETY: the buffer is marked read-only and lives until `give_back_shared`; planes lie inside it by the layout.
    unsafe {
        let raw = to.as_mut_ptr();
        ffi::av_frame_unref(raw);
        let flags = ffi::AV_BUFFER_FLAG_READONLY;
        let buffer = ffi::av_buffer_create(data, layout.size() as _, Some(give_back_shared), opaque, flags);
        if buffer.is_null() {
            give_back_shared(opaque, data);
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
    Ok(())
}

/// Runs when FFmpeg drops its last reference to a picture that was lent, on whatever thread that is.
unsafe extern "C" fn give_back_shared(opaque: *mut c_void, _data: *mut u8) {
    // SAFETY: `lend` put a pointer of `into_raw` here, and FFmpeg calls this once.
    drop(unsafe { SharedPooled::<Frame>::from_raw(opaque) });
}

/// Takes whatever a frame refers to away from it.
pub(crate) fn release(frame: &mut ff::frame::Video) {
    // SAFETY: the frame is borrowed for the call.
    unsafe { ffi::av_frame_unref(frame.as_mut_ptr()) }
}
