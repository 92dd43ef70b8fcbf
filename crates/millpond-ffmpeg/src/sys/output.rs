//! Files to write.

use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::CStr;
use std::ptr;

/// Opens a file for a muxer.
pub(crate) fn create(url: &CStr, format: &CStr) -> Result<ff::format::context::Output, ff::Error> {
    let mut context = ptr::null_mut();
    // SAFETY: both strings live through the calls; the context is owned by ffmpeg-next from the moment it exists.
    unsafe {
        let result = ffi::avformat_alloc_output_context2(&mut context, ptr::null(), format.as_ptr(), url.as_ptr());
        if result < 0 {
            return Err(ff::Error::from(result));
        }
        let output = ff::format::context::Output::wrap(context);
        match ffi::avio_open(&mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE) {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(output),
        }
    }
}

/// Writes what FFmpeg still holds of an output file and closes it: the last place where a full disk shows.
pub(crate) fn close(output: &mut ff::format::context::Output) -> Result<(), ff::Error> {
    // SAFETY: the context is open and borrowed; a closed `pb` is null, which dropping the context allows.
    unsafe {
        let context = output.as_mut_ptr();
        if (*context).pb.is_null() {
            return Ok(());
        }
        ffi::avio_flush((*context).pb);
        let written = (*(*context).pb).error;
        let closed = ffi::avio_closep(&mut (*context).pb);
        match written.min(closed) {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(()),
        }
    }
}
