//! What ffmpeg-next does not offer, over its raw bindings: the only unsafe code of this crate, a file per concern.
//!
//! Each function is safe to call: it checks what FFmpeg hands out and gives plain values or borrowed slices. Enum
//! fields of C structs are read as integers, because a file can put any number into them.

mod buffers;
mod container;
mod decoder;
mod encoder;
mod filter;
mod hw;
mod log;
mod options;
mod output;
mod packet;
mod parser;
mod picture;

pub(crate) use buffers::{Buffers, Counts};
pub(crate) use container::*;
pub(crate) use decoder::*;
pub(crate) use encoder::*;
pub(crate) use filter::*;
pub(crate) use hw::*;
pub(crate) use log::*;
pub(crate) use options::*;
pub(crate) use output::*;
pub(crate) use packet::*;
pub(crate) use parser::*;
pub(crate) use picture::*;

use millpond_core::video::{ColorDescription, Range};
use std::ffi::c_int;

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

impl ColorNumbers {
    /// What a picture's description says.
    pub(crate) fn of(color: &ColorDescription) -> ColorNumbers {
        ColorNumbers {
            matrix: color.matrix.into(),
            range: color.range.map_or(0, |range| if range == Range::Full { 2 } else { 1 }),
            primaries: color.primaries.into(),
            transfer: color.transfer.into(),
            chroma_location: 0,
        }
    }
}

/// Reads an enum field without believing that its value is one of the enum's.
macro_rules! number {
    ($place:expr) => {
        std::ptr::addr_of!($place).cast::<std::ffi::c_int>().read()
    };
}
use number;
