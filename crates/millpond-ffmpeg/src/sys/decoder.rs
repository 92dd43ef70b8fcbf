//! A decoder of pictures whose buffers are slots of our pools.

use super::buffers::{Buffers, get_buffer};
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::pool::PoolStats;
use std::ffi::{c_int, c_void};
use std::sync::Arc;

/// An open decoder and what its buffers come from, which lives longer.
pub(crate) struct PooledDecoder {
    decoder: ff::decoder::Video,
    buffers: Held,
}

/// Closes the buffers when the decoder is gone, whoever still looks at their figures.
struct Held(Arc<Buffers>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl PooledDecoder {
    /// Opens `codec` with `options` for a context that is not open yet. Its pictures carry the colours of the bitstream
    /// alone, and its buffers are those of `buffers`. Allocates.
    pub(crate) fn open(
        mut context: ff::codec::Context,
        codec: ff::Codec,
        options: ff::Dictionary<'_>,
        buffers: Buffers,
    ) -> Result<PooledDecoder, ff::Error> {
        let buffers = Held(Arc::new(buffers));
        // SAFETY: the context is not open yet and borrowed for the block. `opaque` points to the buffers, which the
        // result holds until after the decoder, and with it every thread that may call back, is gone.
        unsafe {
            let context = context.as_mut_ptr();
            (*context).colorspace = ffi::AVColorSpace::AVCOL_SPC_UNSPECIFIED;
            (*context).color_range = ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED;
            (*context).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED;
            (*context).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED;
            (*context).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED;
            (*context).opaque = Arc::as_ptr(&buffers.0).cast_mut().cast::<c_void>();
            (*context).get_buffer2 = Some(get_buffer);
        }
        // Frame threads call back on their own; FFmpeg before version 6 wants to be told that this is fine.
        let threads = context.threading();
        context.set_threading(ff::threading::Config { safe: true, ..threads });
        let decoder = context.decoder().open_as_with(codec, options).and_then(ff::decoder::Opened::video)?;
        Ok(PooledDecoder { decoder, buffers })
    }

    /// Where its buffers come from.
    pub(crate) fn buffers(&self) -> &Buffers {
        &self.buffers.0
    }

    /// The figures of its slots, once more after it is gone.
    pub(crate) fn observer(&self) -> impl FnMut() -> Option<PoolStats> + Send + use<> {
        let buffers = Arc::clone(&self.buffers.0);
        let mut is_over = false;
        move || {
            // The last figures are told once after the decoder let go.
            let was_over = std::mem::replace(&mut is_over, Arc::strong_count(&buffers) == 1);
            (!was_over).then(|| buffers.pool_stats())
        }
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
