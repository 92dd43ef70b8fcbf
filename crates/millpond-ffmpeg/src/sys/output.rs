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

/// Whether a container can hold a codec, as far as its muxer knows.
pub(crate) fn accepts(output: &ff::format::context::Output, codec: ff::codec::Id) -> bool {
    // SAFETY: the context is borrowed, and with it its format. Muxers without a list answer with an error: they may.
    unsafe {
        let format = (*output.as_ptr()).oformat;
        ffi::avformat_query_codec(format, codec.into(), ffi::FF_COMPLIANCE_NORMAL as _) != 0
    }
}

/// Adds a stream that holds what `from` holds: parameters, time base, rates, aspect, disposition, metadata, rotation and
/// other side data.
pub(crate) fn copy_stream(
    output: &mut ff::format::context::Output,
    from: &ff::format::stream::Stream<'_>,
) -> Result<usize, ff::Error> {
    // SAFETY: both contexts are borrowed for the call, and with them their streams; the new stream belongs to the output
    // from the moment it exists. Side data is copied byte by byte into memory of the same size.
    unsafe {
        let context = output.as_mut_ptr();
        let from = from.as_ptr();
        let to = ffi::avformat_new_stream(context, ptr::null());
        if to.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        match ffi::avcodec_parameters_copy((*to).codecpar, (*from).codecpar) {
            error if error < 0 => return Err(ff::Error::from(error)),
            _ => {}
        }
        // A tag of the old container stays if it means the same in the new one, or nothing there.
        let (tags, parameters) = ((*(*context).oformat).codec_tag, (*to).codecpar);
        let mut known = 0;
        let is_same = tags.is_null()
            || ffi::av_codec_get_id(tags, (*parameters).codec_tag) == (*parameters).codec_id
            || ffi::av_codec_get_tag2(tags, (*parameters).codec_id, &mut known) == 0;
        if !is_same {
            (*parameters).codec_tag = 0;
        }
        (*to).time_base = (*from).time_base;
        (*to).avg_frame_rate = (*from).avg_frame_rate;
        (*to).r_frame_rate = (*from).r_frame_rate;
        // The container's word counts before the bitstream's; muxers want both to be the same.
        if (*from).sample_aspect_ratio.num != 0 {
            (*parameters).sample_aspect_ratio = (*from).sample_aspect_ratio;
        }
        (*to).sample_aspect_ratio = (*parameters).sample_aspect_ratio;
        (*to).disposition = (*from).disposition;
        ffi::av_dict_copy(&mut (*to).metadata, (*from).metadata, 0);
        for index in 0..usize::try_from((*from).nb_side_data).unwrap_or(0) {
            let data = (*from).side_data.add(index);
            let copy = ffi::av_stream_new_side_data(to, (*data).type_, (*data).size);
            if copy.is_null() {
                return Err(ff::Error::Other { errno: ff::error::ENOMEM });
            }
            ptr::copy_nonoverlapping((*data).data, copy, (*data).size);
        }
        usize::try_from((*to).index).map_err(|_| ff::Error::StreamNotFound)
    }
}
