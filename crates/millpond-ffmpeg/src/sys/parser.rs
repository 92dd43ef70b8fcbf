//! The size of a stream's pictures as its bitstream says it now, without decoding: FFmpeg's parsers read the parameter
//! sets. Allocates on FFmpeg's heap only.

use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::c_int;
use std::ptr;

/// Reads picture sizes out of the packets of one stream.
pub(crate) struct SizeParser {
    parser: *mut ffi::AVCodecParserContext,
    codec: *mut ffi::AVCodecContext,
}

// SAFETY: both are owned by this alone and not tied to a thread.
unsafe impl Send for SizeParser {}

impl SizeParser {
    /// For a stream with these parameters; `None` if FFmpeg has no parser for its codec.
    pub(crate) fn new(parameters: &ff::codec::Parameters) -> Option<SizeParser> {
        // SAFETY: the parameters are borrowed and copied; what is made belongs to the result, which frees what there is.
        unsafe {
            let id = ffi::AVCodecID::from(parameters.id());
            let mut made = SizeParser { parser: ptr::null_mut(), codec: ptr::null_mut() };
            made.parser = ffi::av_parser_init(id as _);
            made.codec = ffi::avcodec_alloc_context3(ptr::null());
            if made.parser.is_null()
                || made.codec.is_null()
                || ffi::avcodec_parameters_to_context(made.codec, parameters.as_ptr()) < 0
            {
                return None;
            }
            (*made.parser).flags |= ffi::PARSER_FLAG_COMPLETE_FRAMES as c_int;
            Some(made)
        }
    }

    /// Width and height that a packet's own parameter sets give, if it has some.
    pub(crate) fn size(&mut self, packet: &ff::Packet) -> Option<(c_int, c_int)> {
        let bytes = packet.data()?;
        let length = c_int::try_from(bytes.len()).ok()?;
        // SAFETY: parser and context are this value's own; packets end in the zeros that parsers read beyond. With whole
        // frames the output points into the input or the parser, and is not used.
        unsafe {
            let (mut out, mut size) = (ptr::null_mut(), 0);
            let none = ffi::AV_NOPTS_VALUE;
            ffi::av_parser_parse2(self.parser, self.codec, &mut out, &mut size, bytes.as_ptr(), length, none, none, 0);
            let told = ((*self.parser).width, (*self.parser).height);
            (told.0 > 0 && told.1 > 0).then_some(told)
        }
    }
}

impl Drop for SizeParser {
    fn drop(&mut self) {
        // SAFETY: both are this value's own; null is allowed.
        unsafe {
            if !self.parser.is_null() {
                ffi::av_parser_close(self.parser);
            }
            ffi::avcodec_free_context(&mut self.codec);
        }
    }
}
