//! Files and other places to write containers to, and their streams.

use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::{CStr, c_int};
use std::ptr;

const NO_MEMORY: ff::Error = ff::Error::Other { errno: ff::error::ENOMEM };

/// A context for a container's writer, with nothing to write to yet.
fn context(url: &CStr, format: &CStr) -> Result<*mut ffi::AVFormatContext, ff::Error> {
    let mut context = ptr::null_mut();
    // SAFETY: both strings live through the call, which fills in the context or says why not.
    match unsafe { ffi::avformat_alloc_output_context2(&mut context, ptr::null(), format.as_ptr(), url.as_ptr()) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(context),
    }
}

/// Opens a file for a muxer.
pub(crate) fn create(url: &CStr, format: &CStr) -> Result<ff::format::context::Output, ff::Error> {
    let context = context(url, format)?;
    // SAFETY: the string lives through the call; the context is owned by ffmpeg-next from here on.
    unsafe {
        let output = ff::format::context::Output::wrap(context);
        match ffi::avio_open(&mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE) {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(output),
        }
    }
}

/// A muxer that writes to `stream`.
pub(crate) fn create_custom(
    mut stream: ff::format::context::StreamIo,
    format: &CStr,
) -> Result<ff::format::context::Output, ff::Error> {
    let context = context(c"", format)?;
    // SAFETY: ffmpeg-next owns context and stream from here on, and frees the context first.
    unsafe {
        (*context).pb = stream.as_mut_ptr();
        (*context).flags |= ffi::AVFMT_FLAG_CUSTOM_IO as c_int;
        Ok(ff::format::context::Output::wrap_with_custom_io(context, stream))
    }
}

/// A muxer for an address, what keeps its interrupt alive, and the names of the options that the protocol took.
type Addressed = (ff::format::context::Output, ff::util::interrupt::InterruptGuard, Vec<String>);

/// Opens an address for a muxer; `interrupted` is asked while the system keeps FFmpeg waiting. The interrupt must outlive
/// the muxer.
pub(crate) fn create_at(
    url: &CStr,
    format: &CStr,
    protocols: &str,
    options: &[(&str, &str)],
    interrupted: impl Fn() -> bool + Send + 'static,
) -> Result<Addressed, ff::Error> {
    let interrupt = ff::util::interrupt::new(Box::new(interrupted));
    let mut given = ff::Dictionary::new();
    let is_text = |text: &str| !text.contains('\0');
    for (name, value) in options.iter().filter(|(name, value)| is_text(name) && is_text(value)) {
        given.set(name, value);
    }
    given.set("protocol_whitelist", protocols);
    let context = context(url, format)?;
    // SAFETY: the context is owned by ffmpeg-next from here on; the interrupt is handed out beside it. The dictionary
    // changes hands and comes back with what was not taken.
    let (output, left) = unsafe {
        let output = ff::format::context::Output::wrap(context);
        (*context).interrupt_callback = interrupt.interrupt;
        let mut dictionary = given.disown();
        let flags = ffi::AVIO_FLAG_WRITE;
        let callback = &(*context).interrupt_callback;
        let opened = if (*(*context).oformat).flags & ffi::AVFMT_NOFILE as c_int == 0 {
            ffi::avio_open2(&mut (*context).pb, url.as_ptr(), flags, callback, &mut dictionary)
        } else {
            0
        };
        let left = ff::Dictionary::own(dictionary);
        if opened < 0 {
            drop(output);
            return Err(ff::Error::from(opened));
        }
        (output, left)
    };
    let is_taken = |name: &&str| left.get(name).is_none();
    let taken = options.iter().map(|(name, _)| *name).filter(is_taken).map(str::to_owned).collect();
    Ok((output, interrupt.guard, taken))
}

/// Puts bytes at an HTTP address and waits for the server's answer. `interrupted` is asked while the system keeps FFmpeg
/// waiting.
pub(crate) fn put(
    url: &CStr,
    protocols: &str,
    bytes: &[u8],
    interrupted: impl Fn() -> bool + Send + 'static,
) -> Result<(), ff::Error> {
    let interrupt = ff::util::interrupt::new(Box::new(interrupted));
    let mut options = ff::Dictionary::new();
    options.set("protocol_whitelist", protocols);
    options.set("method", "PUT");
    // The one way in which FFmpeg reads the answer to what it sends. Options of bytes are written in hexadecimal.
    let hex = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit & 15)]);
    options.set("post_data", &bytes.iter().flat_map(|byte| [hex(byte >> 4), hex(*byte)]).collect::<String>());
    let mut source = ptr::null_mut();
    // SAFETY: the string and the interrupt live through the calls; the dictionary changes hands and comes back; what was
    // opened is closed.
    let opened = unsafe {
        let mut dictionary = options.disown();
        let flags = ffi::AVIO_FLAG_READ;
        let opened = ffi::avio_open2(&mut source, url.as_ptr(), flags, &interrupt.interrupt, &mut dictionary);
        drop(ff::Dictionary::own(dictionary));
        ffi::avio_closep(&mut source);
        opened
    };
    if opened < 0 { Err(ff::Error::from(opened)) } else { Ok(()) }
}

/// Writes what FFmpeg still holds of an output and closes it, if it is FFmpeg's to close: the last place where a full disk
/// shows.
pub(crate) fn close(output: &mut ff::format::context::Output) -> Result<(), ff::Error> {
    // SAFETY: the context is open and borrowed; a closed `pb` is null, which dropping the context allows.
    unsafe {
        let context = output.as_mut_ptr();
        if (*context).pb.is_null() {
            return Ok(());
        }
        ffi::avio_flush((*context).pb);
        let written = (*(*context).pb).error;
        let is_custom = (*context).flags & ffi::AVFMT_FLAG_CUSTOM_IO as c_int != 0;
        let closed = if is_custom { 0 } else { ffi::avio_closep(&mut (*context).pb) };
        match written.min(closed) {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(()),
        }
    }
}

/// Writes out what waits for other streams, what the container's writer holds and what lies in FFmpeg's buffer.
pub(crate) fn flush(output: &mut ff::format::context::Output) -> Result<(), ff::Error> {
    // SAFETY: the context is open and borrowed. Null packets ask for flushing.
    unsafe {
        let context = output.as_mut_ptr();
        let interleaved = ffi::av_interleaved_write_frame(context, ptr::null_mut());
        let written = ffi::av_write_frame(context, ptr::null_mut());
        let pb = (*context).pb;
        let flushed = if pb.is_null() {
            0
        } else {
            ffi::avio_flush(pb);
            (*pb).error
        };
        match interleaved.min(written).min(flushed) {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(()),
        }
    }
}

/// Writes out the packets that wait for those of other streams, up to the first that fails, which is dropped.
pub(crate) fn write_waiting(output: &mut ff::format::context::Output) -> Result<(), ff::Error> {
    // SAFETY: the context is open and borrowed. A null packet asks for those that wait.
    match unsafe { ffi::av_interleaved_write_frame(output.as_mut_ptr(), ptr::null_mut()) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(()),
    }
}

/// Whether a container can hold a codec, as far as its muxer knows.
pub(crate) fn accepts(output: &ff::format::context::Output, codec: ff::codec::Id) -> bool {
    let id = codec.into();
    // SAFETY: the context is borrowed, and with it its format. Muxers without a list answer with an error: they may. The
    // tables of tags are static and end with an empty one.
    unsafe {
        let format = (*output.as_ptr()).oformat;
        let is_known = ffi::avformat_query_codec(format, id, ffi::FF_COMPLIANCE_NORMAL as _) != 0;
        // Matroska's list has only its own names, but it takes whatever AVI has one for.
        let is_matroska = CStr::from_ptr((*format).name) == c"matroska";
        let tags = [ffi::avformat_get_riff_video_tags(), ffi::avformat_get_riff_audio_tags()];
        let has_tag = |tags| ffi::av_codec_get_tag([tags, ptr::null()].as_ptr(), id) != 0;
        is_known || is_matroska && tags.into_iter().any(has_tag)
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
            return Err(NO_MEMORY);
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
        describe(to, from)?;
        usize::try_from((*to).index).map_err(|_| ff::Error::StreamNotFound)
    }
}

/// Says about stream `index` what another file says about one of its streams: disposition, metadata, rotation.
pub(crate) fn describe_stream(
    output: &mut ff::format::context::Output,
    index: usize,
    from: &ff::format::stream::Stream<'_>,
) -> Result<(), ff::Error> {
    let mut stream = output.stream_mut(index).ok_or(ff::Error::StreamNotFound)?;
    // SAFETY: both streams are borrowed.
    unsafe {
        let (to, from) = (stream.as_mut_ptr(), from.as_ptr());
        #[cfg(ffmpeg_6_1)]
        {
            // Of the codec's own side data only the display matrix outlives decoding.
            let (parameters, source) = ((*to).codecpar, (*from).codecpar);
            let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
            let data = ffi::av_packet_side_data_get((*source).coded_side_data, (*source).nb_coded_side_data, kind);
            if !data.is_null() {
                let (list, count) = (&mut (*parameters).coded_side_data, &mut (*parameters).nb_coded_side_data);
                let copy = ffi::av_packet_side_data_new(list, count, kind, (*data).size, 0);
                if copy.is_null() {
                    return Err(NO_MEMORY);
                }
                ptr::copy_nonoverlapping((*data).data, (*copy).data, (*data).size);
            }
        }
        describe(to, from)
    }
}

/// Copies disposition and metadata of a stream. Its side data lies in the codec's parameters from FFmpeg 6.1 on.
///
/// # Safety
/// Both streams are valid.
unsafe fn describe(to: *mut ffi::AVStream, from: *const ffi::AVStream) -> Result<(), ff::Error> {
    // SAFETY: as promised. Side data is copied byte by byte into memory of the same size.
    unsafe {
        (*to).disposition = (*from).disposition;
        if ffi::av_dict_copy(&mut (*to).metadata, (*from).metadata, 0) < 0 {
            return Err(NO_MEMORY);
        }
        #[cfg(not(ffmpeg_6_1))]
        for index in 0..usize::try_from((*from).nb_side_data).unwrap_or(0) {
            let data = (*from).side_data.add(index);
            let copy = ffi::av_stream_new_side_data(to, (*data).type_, (*data).size);
            if copy.is_null() {
                return Err(NO_MEMORY);
            }
            ptr::copy_nonoverlapping((*data).data, copy, (*data).size);
        }
        Ok(())
    }
}

/// What a stream needs besides its encoder's parameters: pixel aspect and rate, and in MP4 and MOV the tag of HEVC that
/// players of Apple insist on, which says that its headers stand in the file's.
pub(crate) fn finish_encoder_stream(
    stream: &mut ff::format::stream::StreamMut<'_>,
    context: &ff::codec::Context,
    is_mp4: bool,
) {
    // SAFETY: stream and context are borrowed; an id is compared as an int.
    unsafe {
        let (stream, context) = (stream.as_mut_ptr(), context.as_ptr());
        let parameters = (*stream).codecpar;
        (*stream).sample_aspect_ratio = (*parameters).sample_aspect_ratio;
        (*stream).avg_frame_rate = (*context).framerate;
        if is_mp4 && super::number!((*parameters).codec_id) == ffi::AVCodecID::AV_CODEC_ID_HEVC as c_int {
            (*parameters).codec_tag = u32::from_le_bytes(*b"hvc1");
        }
    }
}

/// Sets an entry of a file's metadata.
pub(crate) fn set_metadata(
    output: &mut ff::format::context::Output,
    name: &CStr,
    value: &CStr,
) -> Result<(), ff::Error> {
    // SAFETY: the context is borrowed and both strings live through the call, which copies them.
    match unsafe { ffi::av_dict_set(&mut (*output.as_mut_ptr()).metadata, name.as_ptr(), value.as_ptr(), 0) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(()),
    }
}

/// Makes `to`, which is empty, one more reference to a packet.
pub(crate) fn refer_to_packet(from: &ff::Packet, to: &mut ff::Packet) -> Result<(), ff::Error> {
    use ff::packet::{Mut, Ref};
    // SAFETY: both packets are borrowed, and the target refers to nothing.
    match unsafe { ffi::av_packet_ref(to.as_mut_ptr(), from.as_ptr()) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(()),
    }
}

/// A bitstream filter: packets go in and come out changed, one for one.
pub(crate) struct PacketFilter(*mut ffi::AVBSFContext);

// SAFETY: the filter belongs to this handle alone and is not tied to a thread.
unsafe impl Send for PacketFilter {}

impl PacketFilter {
    /// What puts an encoder's headers before each key frame, if the container of stream `index` has no place of its own for
    /// them and the codec's packets need them.
    pub(crate) fn for_headers(
        output: &ff::format::context::Output,
        index: usize,
        context: &ff::codec::Context,
    ) -> Result<Option<PacketFilter>, ff::Error> {
        use ff::codec::Id;
        // SAFETY: both contexts are borrowed.
        let (has_place, has_headers) = unsafe {
            let flags = (*(*output.as_ptr()).oformat).flags;
            (flags & ffi::AVFMT_GLOBALHEADER as c_int != 0, (*context.as_ptr()).extradata_size > 0)
        };
        let is_needed = matches!(context.id(), Id::H264 | Id::HEVC | Id::MPEG4 | Id::MPEG2VIDEO | Id::MPEG1VIDEO);
        if has_place || !has_headers || !is_needed {
            return Ok(None);
        }
        let stream = output.stream(index).ok_or(ff::Error::StreamNotFound)?;
        // SAFETY: the filter is owned from where it is allocated; the stream is borrowed and its parameters are copied.
        unsafe {
            let kind = ffi::av_bsf_get_by_name(c"dump_extra".as_ptr());
            if kind.is_null() {
                return Err(ff::Error::BsfNotFound);
            }
            let mut filter = PacketFilter(ptr::null_mut());
            let stream = stream.as_ptr();
            let steps = [
                ffi::av_bsf_alloc(kind, &mut filter.0),
                if filter.0.is_null() {
                    0
                } else {
                    ffi::avcodec_parameters_copy((*filter.0).par_in, (*stream).codecpar)
                },
            ];
            if let Some(error) = steps.into_iter().find(|error| *error < 0) {
                return Err(ff::Error::from(error));
            }
            (*filter.0).time_base_in = (*stream).time_base;
            match ffi::av_bsf_init(filter.0) {
                error if error < 0 => Err(ff::Error::from(error)),
                _ => Ok(Some(filter)),
            }
        }
    }

    /// Puts a packet through.
    pub(crate) fn apply(&mut self, packet: &mut ff::Packet) -> Result<(), ff::Error> {
        use ff::packet::Mut;
        // SAFETY: filter and packet are borrowed; the packet is emptied by the first call and filled by the second.
        let result = unsafe {
            match ffi::av_bsf_send_packet(self.0, packet.as_mut_ptr()) {
                error if error < 0 => error,
                _ => ffi::av_bsf_receive_packet(self.0, packet.as_mut_ptr()),
            }
        };
        if result < 0 { Err(ff::Error::from(result)) } else { Ok(()) }
    }
}

impl Drop for PacketFilter {
    fn drop(&mut self) {
        // SAFETY: the filter is this handle's; null is allowed.
        unsafe { ffi::av_bsf_free(&mut self.0) }
    }
}
