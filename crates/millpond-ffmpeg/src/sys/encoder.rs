//! What ffmpeg-next does not say to encoders.

use super::number;
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::video::{ColorDescription, Range};
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;

/// Tells an encoder that is not open yet what the numbers of its pictures mean.
pub(crate) fn describe_pictures(context: &mut ff::codec::Context, color: &ColorDescription) {
    let range = match color.range {
        None => 0,
        Some(Range::Limited) => 1,
        Some(Range::Full) => 2,
    };
    // SAFETY: the context is borrowed. The fields are C enums, which C code treats as the ints that they are; they are
    // written as ints, because a number of H.273 need not be one of the enum's.
    unsafe {
        let context = context.as_mut_ptr();
        ptr::addr_of_mut!((*context).colorspace).cast::<c_int>().write(color.matrix.into());
        ptr::addr_of_mut!((*context).color_primaries).cast::<c_int>().write(color.primaries.into());
        ptr::addr_of_mut!((*context).color_trc).cast::<c_int>().write(color.transfer.into());
        ptr::addr_of_mut!((*context).color_range).cast::<c_int>().write(range);
    }
}

/// How many of the bits of a sample count, for lossless codecs; 0 is all.
pub(crate) fn set_sample_bits(context: &mut ff::codec::Context, bits: u32) {
    // SAFETY: the context is borrowed.
    unsafe { (*context.as_mut_ptr()).bits_per_raw_sample = c_int::try_from(bits).unwrap_or(0) }
}

/// Samples per channel that an open encoder wants at a time; `None` takes any number.
pub(crate) fn frame_samples(context: &ff::codec::Context) -> Option<usize> {
    // SAFETY: the context is borrowed.
    let size = unsafe { (*context.as_ptr()).frame_size };
    usize::try_from(size).ok().filter(|size| *size > 0)
}

/// The codec of this name.
pub(crate) fn codec_named(name: &str) -> Option<ff::codec::Id> {
    let name = CString::new(name).ok()?;
    // SAFETY: the string lives through the call; a descriptor is static, and its id one of FFmpeg's own.
    unsafe {
        let descriptor = ffi::avcodec_descriptor_get_by_name(name.as_ptr());
        if descriptor.is_null() { None } else { Some((*descriptor).id.into()) }
    }
}

/// The names of all encoders of a kind.
pub(crate) fn encoder_names(kind: ff::media::Type) -> Vec<String> {
    let kind = ffi::AVMediaType::from(kind) as c_int;
    let mut names = Vec::new();
    let mut at: *mut c_void = ptr::null_mut();
    // SAFETY: the iteration's state is a pointer of our own; codecs and their names are static.
    unsafe {
        loop {
            let codec = ffi::av_codec_iterate(&mut at);
            if codec.is_null() {
                return names;
            }
            if ffi::av_codec_is_encoder(codec) != 0 && number!((*codec).type_) == kind {
                names.push(CStr::from_ptr((*codec).name).to_string_lossy().into_owned());
            }
        }
    }
}
