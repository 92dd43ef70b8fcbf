//! Decoding pictures, on frame threads if there are several.
//!
//! A strict state machine: packets go in, pictures come out, and after the last packet the decoder is drained.
//! Pictures are cropped to the visible size exactly. Damaged packets are skipped and counted. After opening, nothing
//! allocates on the Rust heap.

use crate::input::{Input, PictureStream};
use crate::{Error, pixels, sys};
use ffmpeg_next as ff;

/// A decoder of one stream.
pub(crate) struct VideoDecoder {
    decoder: ff::decoder::Video,
    frame: ff::frame::Video,
    draining: bool,
}

/// What a decoder has to say.
pub(crate) enum Decoded {
    /// A picture is in [`VideoDecoder::frame`].
    Picture,
    /// It wants a packet.
    Hungry,
    /// It was drained.
    End,
}

/// Errors in a row while draining after which a stream counts as ended.
const PATIENCE: u32 = 256;

impl VideoDecoder {
    /// Opens a decoder for a stream.
    pub(crate) fn open(input: &Input, stream: &PictureStream, threads: usize) -> Result<VideoDecoder, Error> {
        let place = input.place();
        let parameters = input.context.stream(stream.index).map(|stream| stream.parameters());
        let parameters = parameters.ok_or_else(|| Error::broken(place, "the stream is gone"))?;
        let id = parameters.id();
        let unsupported = |error: ff::Error| Error::UnsupportedCodec {
            place: place.to_string(),
            codec: id.name().to_owned(),
            reason: error.to_string(),
        };
        let mut context = ff::codec::Context::from_parameters(parameters).map_err(unsupported)?;
        sys::forget_color(&mut context);
        let mut options = ff::Dictionary::new();
        options.set("threads", &threads.max(1).to_string());
        // Crop to the pixel: by default FFmpeg keeps left edges aligned for speed.
        options.set("flags", "+unaligned");
        let mut decoder = context.decoder();
        let base = stream.time_base;
        decoder.set_packet_time_base(ff::Rational::new(*base.numer() as i32, *base.denom() as i32));
        let codec = ff::decoder::find(id).ok_or(ff::Error::DecoderNotFound).map_err(unsupported)?;
        let decoder = decoder.open_as_with(codec, options).and_then(|opened| opened.video()).map_err(unsupported)?;
        Ok(VideoDecoder { decoder, frame: ff::frame::Video::empty(), draining: false })
    }

    /// Hands over a packet.
    pub(crate) fn send(&mut self, packet: &ff::Packet, damaged: &mut u64) {
        if self.decoder.send_packet(packet).is_err() {
            *damaged += 1;
        }
    }

    /// There are no more packets.
    pub(crate) fn send_end(&mut self) {
        // It fails only if it was called before, which changes nothing.
        let _ = self.decoder.send_eof();
        self.draining = true;
    }

    /// Asks for the next picture.
    pub(crate) fn receive(&mut self, damaged: &mut u64) -> Decoded {
        for _ in 0..PATIENCE {
            match self.decoder.receive_frame(&mut self.frame) {
                Ok(()) => {
                    if self.frame.is_corrupt() || self.frame.has_decode_errors() {
                        *damaged += 1;
                    }
                    return Decoded::Picture;
                }
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Decoded::Hungry,
                Err(ff::Error::Eof) => return Decoded::End,
                Err(_) => *damaged += 1,
            }
        }
        if self.draining { Decoded::End } else { Decoded::Hungry }
    }

    /// The picture that was received last.
    pub(crate) fn frame(&self) -> &ff::frame::Video {
        &self.frame
    }

    /// The presentation time of that picture in ticks.
    pub(crate) fn tick(&self) -> Option<i64> {
        self.frame.pts().or(self.frame.timestamp())
    }

    /// The colours that the bitstream gave that picture.
    pub(crate) fn color(&self, counterpart: pixels::Counterpart) -> sys::ColorNumbers {
        let mut numbers = sys::frame_color(&self.frame);
        if counterpart.is_full_range {
            numbers.range = 2;
        }
        numbers
    }

    /// Width and height of the pictures before cropping.
    pub(crate) fn coded_size(&self) -> (i32, i32) {
        sys::coded_size(&self.decoder)
    }

    /// Forgets everything after a seek.
    pub(crate) fn flush(&mut self) {
        self.decoder.flush();
        self.draining = false;
    }
}
