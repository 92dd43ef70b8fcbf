//! Encoding: H.264 by libx264 (preset `veryfast`, CRF 23, as many threads as it likes) and AAC (48 kHz stereo, 128 kb/s).
//!
//! Pictures reach the encoder by reference and go back to their pool when it is done with them. Opening allocates;
//! encoding does not allocate on the Rust heap.

use crate::{Error, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::pool::Pooled;
use millpond_core::video::Frame;
use millpond_scene::sound::RATE_HZ;

/// An encoder of either kind, as the muxer sees it.
pub(crate) trait Encoder {
    /// Seconds of one tick of its packets.
    fn time_base(&self) -> ff::Rational;
    /// The codec's parameters.
    fn context(&self) -> &ff::codec::Context;
}

/// Encodes I420 pictures to H.264.
pub(crate) struct VideoEncoder {
    encoder: ff::encoder::video::Encoder,
    frame: ff::frame::Video,
    time_base: ff::Rational,
}

impl VideoEncoder {
    /// Opens an encoder of BT.709 limited pictures of an even size.
    pub(crate) fn open(width: u32, height: u32, frame_rate: Rational) -> Result<VideoEncoder, Error> {
        const WHAT: &str = "H.264 of this size and frame rate";
        let codec = find("libx264", "the H.264 encoder libx264")?;
        let rate = i32::try_from(*frame_rate.numer()).ok().zip(i32::try_from(*frame_rate.denom()).ok());
        let (numerator, denominator) = rate.ok_or_else(|| unsupported(WHAT, ff::Error::InvalidData))?;
        let time_base = ff::Rational::new(denominator, numerator);
        let mut video =
            ff::codec::Context::new_with_codec(codec).encoder().video().map_err(|error| unsupported(WHAT, error))?;
        video.set_width(width);
        video.set_height(height);
        video.set_format(ff::format::Pixel::YUV420P);
        video.set_time_base(time_base);
        video.set_frame_rate(Some(ff::Rational::new(numerator, denominator)));
        video.set_colorspace(ff::color::Space::BT709);
        video.set_color_range(ff::color::Range::MPEG);
        video.set_color_primaries(ff::color::Primaries::BT709);
        video.set_color_transfer_characteristic(ff::color::TransferCharacteristic::BT709);
        video.set_flags(ff::codec::Flags::GLOBAL_HEADER);
        let options = [("preset", "veryfast"), ("crf", "23"), ("threads", "0")];
        let encoder =
            video.open_as_with(codec, options.into_iter().collect()).map_err(|error| unsupported(WHAT, error))?;
        Ok(VideoEncoder { encoder, frame: ff::frame::Video::empty(), time_base })
    }

    /// Hands over picture `index` of the stream.
    pub(crate) fn send(&mut self, picture: Pooled<Frame>, index: u64) -> Result<(), Error> {
        let sent = sys::lend(picture, ff::format::Pixel::YUV420P, &mut self.frame).and_then(|()| {
            self.frame.set_pts(i64::try_from(index).ok());
            self.encoder.send_frame(&self.frame)
        });
        sys::release(&mut self.frame);
        sent.map_err(|error| unsupported("encoding H.264", error))
    }

    /// There are no more pictures.
    pub(crate) fn send_end(&mut self) -> Result<(), Error> {
        self.encoder.send_eof().map_err(|error| unsupported("encoding H.264", error))
    }

    /// The next packet, if there is one by now.
    pub(crate) fn receive(&mut self) -> Result<Option<ff::Packet>, Error> {
        let packet = receive(&mut self.encoder, "encoding H.264")?;
        Ok(packet.map(|mut packet| {
            packet.set_duration(1);
            packet
        }))
    }
}

impl Encoder for VideoEncoder {
    fn time_base(&self) -> ff::Rational {
        self.time_base
    }

    fn context(&self) -> &ff::codec::Context {
        &self.encoder
    }
}

/// Encodes stereo to AAC.
pub(crate) struct AudioEncoder {
    encoder: ff::encoder::audio::Encoder,
    frame_samples: usize,
}

/// Bits per second of the AAC stream.
const AAC_BIT_RATE: usize = 128_000;

impl AudioEncoder {
    /// Opens an encoder of 48 kHz stereo.
    pub(crate) fn open() -> Result<AudioEncoder, Error> {
        const WHAT: &str = "AAC of 48 kHz stereo";
        let codec = find("aac", "the AAC encoder")?;
        let mut audio =
            ff::codec::Context::new_with_codec(codec).encoder().audio().map_err(|error| unsupported(WHAT, error))?;
        audio.set_rate(RATE_HZ as i32);
        audio.set_format(PLANAR);
        audio.set_channel_layout(ff::ChannelLayout::STEREO);
        audio.set_bit_rate(AAC_BIT_RATE);
        audio.set_time_base(ff::Rational::new(1, RATE_HZ as i32));
        audio.set_flags(ff::codec::Flags::GLOBAL_HEADER);
        let encoder = audio.open_as(codec).map_err(|error| unsupported(WHAT, error))?;
        let frame_samples = encoder.frame_size() as usize;
        Ok(AudioEncoder { encoder, frame_samples })
    }

    /// Samples of a block; only the last one may be shorter.
    pub(crate) fn frame_samples(&self) -> usize {
        self.frame_samples
    }

    /// Hands over a block that begins at sample `position`.
    pub(crate) fn send(&mut self, left: &[f32], right: &[f32], position: u64) -> Result<(), Error> {
        // The encoder may still refer to the block before, so each has a frame of its own (on FFmpeg's heap).
        let mut frame = ff::frame::Audio::new(PLANAR, left.len(), ff::ChannelLayout::STEREO);
        if frame.planes() < 2 {
            return Err(unsupported("encoding AAC", ff::Error::Other { errno: ff::error::ENOMEM }));
        }
        frame.set_rate(RATE_HZ);
        frame.plane_mut::<f32>(0).copy_from_slice(left);
        frame.plane_mut::<f32>(1).copy_from_slice(right);
        frame.set_pts(i64::try_from(position).ok());
        self.encoder.send_frame(&frame).map_err(|error| unsupported("encoding AAC", error))
    }

    /// There are no more blocks.
    pub(crate) fn send_end(&mut self) -> Result<(), Error> {
        self.encoder.send_eof().map_err(|error| unsupported("encoding AAC", error))
    }

    /// The next packet, if there is one by now.
    pub(crate) fn receive(&mut self) -> Result<Option<ff::Packet>, Error> {
        receive(&mut self.encoder, "encoding AAC")
    }
}

const PLANAR: ff::format::Sample = ff::format::Sample::F32(ff::format::sample::Type::Planar);

impl Encoder for AudioEncoder {
    fn time_base(&self) -> ff::Rational {
        ff::Rational::new(1, RATE_HZ as i32)
    }

    fn context(&self) -> &ff::codec::Context {
        &self.encoder
    }
}

fn find(name: &str, what: &str) -> Result<ff::Codec, Error> {
    crate::demuxer::prepare();
    ff::encoder::find_by_name(name).ok_or_else(|| unsupported(what, ff::Error::EncoderNotFound))
}

fn receive(encoder: &mut ff::encoder::Encoder, what: &str) -> Result<Option<ff::Packet>, Error> {
    let mut packet = ff::Packet::empty();
    match encoder.receive_packet(&mut packet) {
        Ok(()) => Ok(Some(packet)),
        Err(ff::Error::Eof | ff::Error::Other { errno: ff::error::EAGAIN }) => Ok(None),
        Err(error) => Err(unsupported(what, error)),
    }
}

fn unsupported(what: &str, error: ff::Error) -> Error {
    Error::UnsupportedOutput { what: what.to_owned(), reason: error.to_string() }
}
