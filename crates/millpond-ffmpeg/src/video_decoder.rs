//! Decoding pictures, on frame threads if there are several.
//!
//! A strict state machine: packets go in, pictures come out, and after the last packet the decoder is drained.
//! Pictures are cropped to the visible size exactly. Damaged packets are skipped and counted. After opening, nothing
//! allocates on the Rust heap.

use crate::input::{Input, PictureStream};
use crate::{Error, decoder, pixels, sys};
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
        let threads = threads.max(1).to_string();
        // Crop to the pixel: by default FFmpeg keeps left edges aligned for speed.
        let options = [("threads", threads.as_str()), ("flags", "+unaligned")];
        let decoder = decoder::open(
            input,
            stream.index,
            stream.time_base,
            &options,
            sys::forget_color,
            ff::decoder::Opened::video,
        )?;
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
