//! A decoder of pictures whose buffers are slots of our pools, or whose pictures come from a device.

use super::buffers::{Buffers, get_buffer};
use super::hw::{Device, get_format};
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use std::ffi::{c_int, c_void};
use std::sync::Arc;

/// Pictures on the device that are held outside the codec: the one that is being copied. Pictures that callers hold lie in
/// slots.
const HELD_ON_DEVICE: c_int = 1;

/// An open decoder and what its buffers come from, which lives longer.
pub(crate) struct PooledDecoder {
    decoder: ff::decoder::Video,
    /// What the callbacks refer to.
    _buffers: Arc<Buffers>,
}

impl PooledDecoder {
    /// Opens `codec` with `options` for a context that is not open yet. Its pictures carry the colours of the bitstream
    /// alone, and its buffers are those of `buffers`. With a device it decodes there if the buffers' wish can be had; of its
    /// pictures there one is held besides those that the codec needs. Allocates.
    pub(crate) fn open(
        mut context: ff::codec::Context,
        codec: ff::Codec,
        options: ff::Dictionary<'_>,
        buffers: &Arc<Buffers>,
        device: Option<&Device>,
    ) -> Result<PooledDecoder, ff::Error> {
        let buffers = Arc::clone(buffers);
        // SAFETY: the context is not open yet and borrowed for the block. `opaque` points to the buffers, which the
        // result holds until after the decoder, and with it every thread that may call back, is gone. The context owns its
        // reference to the device.
        unsafe {
            let context = context.as_mut_ptr();
            (*context).colorspace = ffi::AVColorSpace::AVCOL_SPC_UNSPECIFIED;
            (*context).color_range = ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED;
            (*context).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED;
            (*context).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED;
            (*context).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED;
            (*context).opaque = Arc::as_ptr(&buffers).cast_mut().cast::<c_void>();
            (*context).get_buffer2 = Some(get_buffer);
            if let Some(device) = device {
                (*context).hw_device_ctx = device.give();
                (*context).extra_hw_frames = HELD_ON_DEVICE;
                (*context).get_format = Some(get_format);
            }
        }
        // Frame threads call back on their own; FFmpeg before version 6 wants to be told that this is fine.
        let threads = context.threading();
        context.set_threading(ff::threading::Config { safe: true, ..threads });
        let decoder = context.decoder().open_as_with(codec, options).and_then(ff::decoder::Opened::video)?;
        Ok(PooledDecoder { decoder, _buffers: buffers })
    }

    /// Hands over a packet; `None` says that there are no more.
    pub(crate) fn send(&mut self, packet: Option<&ff::Packet>) -> Result<(), ff::Error> {
        match packet {
            Some(packet) => self.decoder.send_packet(packet),
            None => self.decoder.send_eof(),
        }
    }

    /// Asks for the next picture.
    pub(crate) fn receive(&mut self, frame: &mut ff::frame::Video) -> Result<(), ff::Error> {
        self.decoder.receive_frame(frame)
    }

    /// Forgets everything, after a seek or to begin anew.
    pub(crate) fn flush(&mut self) {
        self.decoder.flush();
    }

    /// Width and height that the codec works with, before cropping.
    pub(crate) fn coded_size(&self) -> (c_int, c_int) {
        // SAFETY: the context is borrowed.
        unsafe { ((*self.decoder.as_ptr()).coded_width, (*self.decoder.as_ptr()).coded_height) }
    }
}

/// Another handle on a packet's memory; `None` if FFmpeg has no memory for it.
pub(crate) fn reference(packet: &ff::Packet) -> Option<ff::Packet> {
    use ff::packet::{Mut, Ref};
    let mut copy = ff::Packet::empty();
    // SAFETY: both packets are valid, and the new one refers to nothing.
    match unsafe { ffi::av_packet_ref(copy.as_mut_ptr(), packet.as_ptr()) } {
        0 => Some(copy),
        _ => None,
    }
}
