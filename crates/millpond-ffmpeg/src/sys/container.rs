//! Containers to read: opening with an interrupt, what FFmpeg knows about streams, seeking. Only [`open`] allocates on the
//! Rust heap.

use super::{ColorNumbers, number};
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::{CStr, CString, c_int};
use std::ptr;

/// Opens a container without looking into its packets, from `url` or from `stream`, which then is called `url`.
/// `interrupted` is asked while the system keeps FFmpeg waiting.
pub(crate) fn open(
    url: &CStr,
    stream: Option<ff::format::context::StreamIo>,
    options: ff::Dictionary<'_>,
    interrupted: impl Fn() -> bool + Send + 'static,
) -> Result<ff::format::context::Input, ff::Error> {
    let interrupt = ff::util::interrupt::new(Box::new(interrupted));
    // SAFETY: a fresh context is filled in before it is opened; the options change hands and come back; on failure
    // FFmpeg frees the context and leaves the stream, which is dropped after it; on success ffmpeg-next owns both,
    // together with the closure that FFmpeg calls.
    unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        (*context).interrupt_callback = interrupt.interrupt;
        let mut stream = stream;
        if let Some(stream) = &mut stream {
            (*context).pb = stream.as_mut_ptr();
        }
        let mut options = options.disown();
        let result = ffi::avformat_open_input(&mut context, url.as_ptr(), ptr::null(), &mut options);
        drop(ff::Dictionary::own(options));
        match (result, stream) {
            (0, None) => Ok(ff::format::context::Input::wrap_with_interrupt(context, interrupt.guard)),
            (0, Some(stream)) => {
                Ok(ff::format::context::Input::wrap_with_custom_io_and_interrupt(context, stream, interrupt.guard))
            }
            (error, _) => Err(ff::Error::from(error)),
        }
    }
}

/// Reads packets until every stream's parameters are known. What is decoded for that may have so many pixels a picture.
pub(crate) fn find_streams(input: &mut ff::format::context::Input, max_pixels: u64) -> Result<(), ff::Error> {
    let most = CString::new(max_pixels.min(c_int::MAX as u64).to_string()).unwrap_or_default();
    let mut options: Vec<*mut ffi::AVDictionary> = vec![ptr::null_mut(); input.nb_streams() as usize];
    // SAFETY: the context is open and borrowed for the call. FFmpeg reads an entry of the options for each stream that is
    // there before the call; it puts other dictionaries in their places, which are freed here.
    unsafe {
        for entry in &mut options {
            ffi::av_dict_set(entry, c"max_pixels".as_ptr(), most.as_ptr(), 0);
        }
        let found = ffi::avformat_find_stream_info(input.as_mut_ptr(), options.as_mut_ptr());
        for entry in &mut options {
            ffi::av_dict_free(entry);
        }
        if found < 0 { Err(ff::Error::from(found)) } else { Ok(()) }
    }
}

/// The most that a single allocation of FFmpeg's may take, for the whole process.
pub(crate) fn limit_allocations(bytes: usize) {
    // SAFETY: stores a number, atomically.
    unsafe { ffi::av_max_alloc(bytes) }
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
    /// Pictures by which decoding runs ahead of showing.
    pub(crate) video_delay: c_int,
    pub(crate) rate_hz: c_int,
    pub(crate) channels: c_int,
    /// Samples that come before the sound and behind it.
    pub(crate) initial_padding: c_int,
    pub(crate) trailing_padding: c_int,
    /// Time of the first packet in the container's index, in ticks; `AV_NOPTS_VALUE` without one.
    pub(crate) first_indexed: i64,
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

/// What FFmpeg knows about a stream now.
pub(crate) fn stream_numbers(stream: &ff::Stream<'_>) -> StreamNumbers {
    // SAFETY: the stream and its parameters live as long as the borrowed context; enums are C ints.
    unsafe {
        let stream = stream.as_ptr();
        let codec = (*stream).codecpar;
        let first = ffi::avformat_index_get_entry(stream.cast_mut(), 0);
        StreamNumbers {
            first_indexed: if first.is_null() { ffi::AV_NOPTS_VALUE } else { (*first).timestamp },
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
            video_delay: (*codec).video_delay,
            rate_hz: (*codec).sample_rate,
            channels: (*codec).ch_layout.nb_channels,
            initial_padding: (*codec).initial_padding,
            trailing_padding: (*codec).trailing_padding,
        }
    }
}

/// Bits of a stream's samples that count, as far as FFmpeg knows; 0 if it does not.
pub(crate) fn sample_bits(stream: &ff::Stream<'_>) -> u32 {
    // SAFETY: the stream and its parameters live as long as the borrowed context.
    let bits = unsafe { (*(*stream.as_ptr()).codecpar).bits_per_raw_sample };
    u32::try_from(bits).unwrap_or(0)
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
    let first = stream_numbers(&stream).first_indexed;
    let first = if first == ffi::AV_NOPTS_VALUE { 0 } else { first };
    if is_last && first < 0 && packet.duration() > -first {
        packet.set_duration(packet.duration() + first);
    }
}

/// Gives a packet of sound without a duration the one that its codec says. FFmpeg leaves it out of what it read before it
/// knew the codec's parameters.
pub(crate) fn fill_duration(context: &ff::format::context::Input, packet: &mut ff::Packet) {
    let Some(stream) = context.stream(packet.stream()).filter(|_| packet.duration() <= 0) else { return };
    let bytes = c_int::try_from(packet.size()).unwrap_or(0);
    // SAFETY: the stream and its parameters live as long as the borrowed context. Other media than sound have no rate.
    let (samples, rate) = unsafe {
        let parameters = (*stream.as_ptr()).codecpar;
        (ffi::av_get_audio_frame_duration2(parameters, bytes), (*parameters).sample_rate)
    };
    let base = stream.time_base();
    if samples > 0 && rate > 0 && base.numerator() > 0 {
        let ticks =
            i64::from(samples) * i64::from(base.denominator()) / (i64::from(rate) * i64::from(base.numerator()));
        packet.set_duration(ticks);
    }
}

/// A context without a source, to stand where one was closed.
pub(crate) fn unopened() -> Result<ff::format::context::Input, ff::Error> {
    // SAFETY: closing a context that was never opened frees it.
    unsafe {
        let context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        Ok(ff::format::context::Input::wrap(context))
    }
}

/// What went wrong below the container, which itself may only say that it ended.
pub(crate) fn source_error(input: &ff::format::context::Input) -> Option<ff::Error> {
    // SAFETY: the context is borrowed; containers that do their own reading have no `pb`.
    let error = unsafe {
        let source = (*input.as_ptr()).pb;
        if source.is_null() { 0 } else { (*source).error }
    };
    (error < 0 && error != ffi::AVERROR_EOF).then(|| ff::Error::from(error))
}

/// Bytes of the source, if it said how many there are.
pub(crate) fn source_size(input: &ff::format::context::Input) -> Option<u64> {
    // SAFETY: the context is borrowed; asking for the size reads what the protocol knows.
    unsafe {
        let source = (*input.as_ptr()).pb;
        if source.is_null() { None } else { u64::try_from(ffi::avio_size(source)).ok() }
    }
}

/// Sets the size of a stream's pictures, which changed after the stream was found.
pub(crate) fn set_size(input: &mut ff::format::context::Input, index: usize, (width, height): (c_int, c_int)) {
    if let Some(stream) = input.stream_mut(index) {
        // SAFETY: the parameters live as long as the borrowed stream.
        unsafe {
            let parameters = (*stream.as_ptr()).codecpar;
            (*parameters).width = width;
            (*parameters).height = height;
        }
    }
}

/// Sets the codec's set-up data of a stream, which changed after the stream was found.
pub(crate) fn set_extradata(
    input: &mut ff::format::context::Input,
    index: usize,
    extradata: &[u8],
) -> Result<(), ff::Error> {
    let Some(stream) = input.stream_mut(index) else { return Err(ff::Error::StreamNotFound) };
    let size = c_int::try_from(extradata.len()).map_err(|_| ff::Error::InvalidData)?;
    // SAFETY: the parameters live as long as the borrowed stream; the new memory has the size that is copied, and the zeros
    // behind it that FFmpeg wants; the old one is freed.
    unsafe {
        let parameters = (*stream.as_ptr()).codecpar;
        let data = ffi::av_mallocz(extradata.len() + super::PACKET_PADDING).cast::<u8>();
        if data.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        ptr::copy_nonoverlapping(extradata.as_ptr(), data, extradata.len());
        ffi::av_freep(ptr::from_mut(&mut (*parameters).extradata).cast());
        (*parameters).extradata = data;
        (*parameters).extradata_size = size;
    }
    Ok(())
}

/// A codec's parameters in its own form; empty if there are none.
pub(crate) fn extradata(parameters: &ff::codec::Parameters) -> Vec<u8> {
    // SAFETY: the parameters are borrowed; FFmpeg keeps `extradata_size` bytes there, or none.
    unsafe {
        let parameters = parameters.as_ptr();
        let length = usize::try_from((*parameters).extradata_size).unwrap_or(0);
        if (*parameters).extradata.is_null() || length == 0 {
            return Vec::new();
        }
        std::slice::from_raw_parts((*parameters).extradata, length).to_vec()
    }
}

/// FFmpeg's number of a stream's pixel or sample format.
pub(crate) fn stream_format(parameters: &ff::codec::Parameters) -> c_int {
    // SAFETY: the parameters are borrowed.
    unsafe { (*parameters.as_ptr()).format }
}
