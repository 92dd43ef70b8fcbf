//! What ffmpeg-next does not offer, over its raw bindings: the only unsafe code of this crate.
//!
//! Each function is safe to call: it checks what FFmpeg hands out and gives plain values or borrowed slices. Enum
//! fields of C structs are read as integers, because a file can put any number into them. Nothing here allocates on
//! the Rust heap but [`open`].

use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::pool::Pooled;
use millpond_core::video::Frame;
use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::slice;

/// Opens a container without looking into its packets. `interrupted` is asked while the system keeps FFmpeg waiting.
pub(crate) fn open(
    url: &CStr,
    options: ff::Dictionary<'_>,
    interrupted: impl Fn() -> bool + Send + 'static,
) -> Result<ff::format::context::Input, ff::Error> {
    let interrupt = ff::util::interrupt::new(Box::new(interrupted));
    // SAFETY: a fresh context is filled in before it is opened; the options change hands and come back; on failure
    // FFmpeg frees the context, on success ffmpeg-next owns it, together with the closure that it calls.
    unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        (*context).interrupt_callback = interrupt.interrupt;
        let mut options = options.disown();
        let result = ffi::avformat_open_input(&mut context, url.as_ptr(), ptr::null(), &mut options);
        drop(ff::Dictionary::own(options));
        match result {
            0 => Ok(ff::format::context::Input::wrap_with_interrupt(context, interrupt.guard)),
            error => Err(ff::Error::from(error)),
        }
    }
}

/// Reads packets until every stream's parameters are known.
pub(crate) fn find_streams(input: &mut ff::format::context::Input) -> Result<(), ff::Error> {
    // SAFETY: the context is open and borrowed for the call.
    match unsafe { ffi::avformat_find_stream_info(input.as_mut_ptr(), ptr::null_mut()) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(()),
    }
}

/// Goes to the key frame of `stream` at or before `tick`, as far as the container's index knows.
pub(crate) fn seek(input: &mut ff::format::context::Input, stream: usize, tick: i64) -> Result<(), ff::Error> {
    let stream = c_int::try_from(stream).map_err(|_| ff::Error::StreamNotFound)?;
    // SAFETY: the context is open and borrowed for the call; FFmpeg checks the stream index.
    match unsafe { ffi::av_seek_frame(input.as_mut_ptr(), stream, tick, ffi::AVSEEK_FLAG_BACKWARD) } {
        error if error < 0 => Err(ff::Error::from(error)),
        _ => Ok(()),
    }
}

/// What a container or a decoder says about a picture's colours, as numbers of ITU-T H.273 (matrix, transfer,
/// primaries) and of FFmpeg (range: 1 limited, 2 full; chroma location: `AVChromaLocation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColorNumbers {
    pub(crate) matrix: c_int,
    pub(crate) range: c_int,
    pub(crate) primaries: c_int,
    pub(crate) transfer: c_int,
    pub(crate) chroma_location: c_int,
}

impl Default for ColorNumbers {
    /// Nothing is said: 2 is "unspecified" in H.273.
    fn default() -> Self {
        ColorNumbers { matrix: 2, range: 0, primaries: 2, transfer: 2, chroma_location: 0 }
    }
}

/// What a container says about a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StreamNumbers {
    pub(crate) width: c_int,
    pub(crate) height: c_int,
    pub(crate) color: ColorNumbers,
    /// The container's own pixel aspect, 0 if it has none.
    pub(crate) container_aspect: (c_int, c_int),
    /// The codec parameters' pixel aspect, 0 if there is none.
    pub(crate) codec_aspect: (c_int, c_int),
    pub(crate) rate_hz: c_int,
    pub(crate) channels: c_int,
}

/// What FFmpeg knows about a whole file; times in microseconds, or `AV_NOPTS_VALUE`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContainerNumbers {
    pub(crate) start_us: i64,
    pub(crate) duration_us: i64,
    pub(crate) bit_rate: i64,
}

/// What FFmpeg knows about a whole file.
pub(crate) fn container_numbers(input: &ff::format::context::Input) -> ContainerNumbers {
    // SAFETY: the context is open and borrowed.
    unsafe {
        let context = input.as_ptr();
        ContainerNumbers {
            start_us: (*context).start_time,
            duration_us: (*context).duration,
            bit_rate: (*context).bit_rate,
        }
    }
}

/// Reads an enum field without believing that its value is one of the enum's.
macro_rules! number {
    ($place:expr) => {
        ptr::addr_of!($place).cast::<c_int>().read()
    };
}

/// What FFmpeg knows about a stream now.
pub(crate) fn stream_numbers(stream: &ff::Stream<'_>) -> StreamNumbers {
    // SAFETY: the stream and its parameters live as long as the borrowed context; enums are C ints.
    unsafe {
        let stream = stream.as_ptr();
        let codec = (*stream).codecpar;
        StreamNumbers {
            width: (*codec).width,
            height: (*codec).height,
            color: ColorNumbers {
                matrix: number!((*codec).color_space),
                range: number!((*codec).color_range),
                primaries: number!((*codec).color_primaries),
                transfer: number!((*codec).color_trc),
                chroma_location: number!((*codec).chroma_location),
            },
            container_aspect: ((*stream).sample_aspect_ratio.num, (*stream).sample_aspect_ratio.den),
            codec_aspect: ((*codec).sample_aspect_ratio.num, (*codec).sample_aspect_ratio.den),
            rate_hz: (*codec).sample_rate,
            channels: (*codec).ch_layout.nb_channels,
        }
    }
}

/// Corrects the duration of an MP4 track's last packet.
///
/// FFmpeg's demuxer takes it from the track's duration, which counts from the first sample, but the packet's time from
/// behind the edit list's shift: it is too long by the priming of an AAC track.
pub(crate) fn mend_duration(context: &ff::format::context::Input, packet: &mut ff::Packet) {
    if !context.format().name().contains("mp4") {
        return;
    }
    let Some(stream) = context.stream(packet.stream()) else { return };
    let is_last = packet.dts().is_some_and(|dts| dts.saturating_add(packet.duration()) == stream.duration());
    // SAFETY: the stream lives as long as the borrowed context; the entry is read at once.
    let first = unsafe {
        let entry = ffi::avformat_index_get_entry(stream.as_ptr().cast_mut(), 0);
        if entry.is_null() { 0 } else { (*entry).timestamp }
    };
    if is_last && first < 0 && packet.duration() > -first {
        packet.set_duration(packet.duration() + first);
    }
}

/// Forgets the colours that the container told a decoder, so that its pictures carry the bitstream's alone.
pub(crate) fn forget_color(context: &mut ff::codec::Context) {
    // SAFETY: the context is not open yet and borrowed for the call.
    unsafe {
        let context = context.as_mut_ptr();
        (*context).colorspace = ffi::AVColorSpace::AVCOL_SPC_UNSPECIFIED;
        (*context).color_range = ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED;
        (*context).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED;
        (*context).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED;
        (*context).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED;
    }
}

/// Width and height that a codec works with, before cropping.
pub(crate) fn coded_size(context: &ff::codec::Context) -> (c_int, c_int) {
    // SAFETY: the context is borrowed.
    unsafe { ((*context.as_ptr()).coded_width, (*context.as_ptr()).coded_height) }
}

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

/// Runs when FFmpeg drops its last reference to a lent picture, on whatever thread that is.
unsafe extern "C" fn give_back(opaque: *mut c_void, _data: *mut u8) {
    // SAFETY: `lend` put a pointer of `into_raw` here, and FFmpeg calls this once.
    drop(unsafe { Pooled::<Frame>::from_raw(opaque) });
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
