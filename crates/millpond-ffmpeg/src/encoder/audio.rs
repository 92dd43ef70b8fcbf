//! Encoding sound.
//!
//! Blocks of planar f32 of any length go in; frames of the codec's length and sample format are made of them here (the
//! file `fifo.rs` has the rounding). A codec's priming shows as packets before the first block's time, which muxers
//! write down for players to skip.

use super::fifo::{Fifo, FrameKind};
use super::{Encoder, End, failed, open_first, receive, sealed};
use crate::{Error, Flow, MAX_CHANNELS, Packet, State, options, sys};
use ff::format::Sample;
use ff::format::sample::Type;
use ffmpeg_next as ff;
use millpond_core::{Rational, memory};
use std::collections::VecDeque;

/// What to encode sound to, and how. What is `None` is the encoder's own default.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioEncoderConfig {
    /// Encoders (`libopus`) or codecs (`aac`, `opus`, `mp3`, `flac`, `pcm_s16le`), best first: the first one that this
    /// FFmpeg has, and that takes all settings, is used.
    pub codecs: Vec<String>,
    /// Samples a second, of input and output alike.
    pub rate_hz: u32,
    /// Channels, in FFmpeg's and WebCodecs' order: left, right, centre, LFE, surrounds.
    pub channels: usize,
    /// Bits a second on average (`b`).
    pub bit_rate: Option<u64>,
    /// Bits of a sample where the codec leaves the choice: 16 or 24 for FLAC.
    pub sample_bits: Option<u32>,
    /// Any other option of the encoder, by FFmpeg's name.
    pub options: Vec<(String, String)>,
}

impl AudioEncoderConfig {
    /// Sound of a rate and number of channels to a codec, the rest as the encoder has it.
    pub fn new(codec: &str, rate_hz: u32, channels: usize) -> AudioEncoderConfig {
        let codecs = vec![codec.to_owned()];
        AudioEncoderConfig { codecs, rate_hz, channels, bit_rate: None, sample_bits: None, options: Vec::new() }
    }
}

/// An encoder of sound.
///
/// ```
/// use millpond_ffmpeg::{AudioEncoder, AudioEncoderConfig, Flow, Packet};
///
/// let mut encoder = AudioEncoder::new(AudioEncoderConfig::new("aac", 48_000, 2));
/// encoder.open()?;
/// let (left, right) = ([0.25; 1000], [0.0; 1000]);
/// encoder.send(&[&left, &right], None)?;
/// encoder.send_end()?;
/// let mut packet = Packet::new();
/// while encoder.receive(&mut packet)? == Flow::Done {
///     println!("{} bytes at sample {:?}", packet.data().len(), packet.pts());
/// }
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct AudioEncoder {
    config: AudioEncoderConfig,
    state: State,
    codec: Option<Codec>,
    refused: Vec<Error>,
}

struct Codec {
    encoder: ff::encoder::audio::Encoder,
    name: String,
    fifo: Fifo,
    frame_samples: Option<usize>,
    /// Time of the first sample in the fifo.
    position: i64,
    has_begun: bool,
    end: End,
    /// Packets that had to be taken out to make room for a long block.
    waiting: VecDeque<Packet>,
}

/// Packets that fit without allocating.
const WAITING: usize = 16;

const WORKING: &[State] = &[State::Opened, State::Streaming];
const OPEN: &[State] = &[State::Opened, State::Streaming, State::Draining];

impl AudioEncoder {
    /// An encoder that is not open yet.
    pub fn new(config: AudioEncoderConfig) -> AudioEncoder {
        AudioEncoder { config, state: State::Created, codec: None, refused: Vec::new() }
    }

    /// Opens the codec. Allowed when created or closed; a closed encoder begins anew. Allocates.
    ///
    /// # Errors
    /// [`Error::UnsupportedOutput`] for an encoder that is not there, or a rate or number of channels that it does not take;
    /// [`Error::UnknownOption`] and [`Error::OptionValue`] with near names; [`Error::WrongState`]. With several codecs the
    /// error is that of the first.
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created, State::Closed])?;
        let config = &self.config;
        let (codec, refused) = open_first(&config.codecs, ff::media::Type::Audio, |codec| open(codec, config))?;
        (self.codec, self.refused) = (Some(codec), refused);
        self.state = State::Opened;
        Ok(())
    }

    /// What it was made with.
    pub fn config(&self) -> &AudioEncoderConfig {
        &self.config
    }

    /// FFmpeg's name of the encoder that was opened.
    pub fn name(&self) -> Option<&str> {
        self.codec.as_ref().map(|codec| codec.name.as_str())
    }

    /// Why encoders that stand before it in the list were not opened.
    pub fn refused(&self) -> &[Error] {
        &self.refused
    }

    /// Samples per channel of a packet, once it is open; `None` if packets are as long as the blocks that were sent (PCM).
    pub fn frame_samples(&self) -> Option<usize> {
        self.codec.as_ref().and_then(|codec| codec.frame_samples)
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Hands over a block: a slice of equal length for each channel, of any length. `tick` is the time of its first sample,
    /// in samples; `None` follows the block before it, and the first block begins at 0. Behind a gap the time goes on from
    /// there: what had been sent before it is filled up with silence to a whole packet.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Core`] for another number of channels, channels of
    /// different lengths, or a tick before the end of the block before; [`Error::UnsupportedOutput`] if the encoder fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, unless a block is so long that over 16 packets come of it.
    pub fn send(&mut self, channels: &[&[f32]], tick: Option<i64>) -> Result<(), Error> {
        self.state.allow("send", WORKING)?;
        let bad = |name, value: f64, expected| millpond_core::Error::BadParameter { name, value, expected };
        if channels.len() != self.config.channels {
            return Err(bad("number of channels", channels.len() as f64, "that of the encoder").into());
        }
        let length = channels.first().map_or(0, |channel| channel.len());
        if let Some(other) = channels.iter().find(|channel| channel.len() != length) {
            return Err(bad("samples of a channel", other.len() as f64, "as many as the first channel has").into());
        }
        let Some(codec) = &mut self.codec else { return Ok(()) };
        if let Some(tick) = tick {
            if !codec.has_begun {
                codec.position = tick;
            }
            let next = codec.position.saturating_add(codec.fifo.filled() as i64);
            let gap = tick.saturating_sub(next);
            if gap < 0 {
                let expected = "at or behind the end of the block before";
                return Err(bad("time of a block", tick as f64, expected).into());
            }
            if gap > 0 {
                codec.pass(gap)?;
            }
        }
        (codec.has_begun, self.state) = (true, State::Streaming);
        let mut at = 0;
        while at < length {
            let (taken, frame) = codec.fifo.push(channels, at);
            at += taken;
            if let Some(frame) = frame {
                codec.encode(frame)?;
            }
        }
        Ok(())
    }

    /// Says that there are no more blocks; what the encoder still holds can be received.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::UnsupportedOutput`] if the encoder fails.
    pub fn send_end(&mut self) -> Result<(), Error> {
        self.state.allow("send_end", WORKING)?;
        if let Some(codec) = &mut self.codec {
            if let Some(frame) = codec.fifo.take() {
                codec.encode(frame)?;
            }
            codec.end.send(&mut codec.encoder).map_err(|error| failed(&codec.name, error))?;
        }
        self.state = State::Draining;
        Ok(())
    }

    /// Asks for the next packet: [`Flow::Done`] if it is in `packet`, [`Flow::NeedMore`] if a block must be sent first,
    /// [`Flow::Ended`] after the last one.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::UnsupportedOutput`] if the encoder fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub fn receive(&mut self, packet: &mut Packet) -> Result<Flow, Error> {
        self.state.allow("receive", OPEN)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Ended) };
        if let Some(waiting) = codec.waiting.pop_front() {
            *packet = waiting;
            return Ok(Flow::Done);
        }
        receive(&mut codec.encoder, &mut codec.end, packet, &codec.name)
    }

    /// Gives the codec back.
    pub fn close(&mut self) {
        self.codec = None;
        self.state = State::Closed;
    }
}

impl Encoder for AudioEncoder {
    fn time_base(&self) -> Rational {
        Rational::new(1, i128::from(self.config.rate_hz.max(1)))
    }
}

impl sealed::Sealed for AudioEncoder {
    fn context(&self) -> Option<&ff::codec::Context> {
        self.codec.as_ref().map(|codec| &***codec.encoder)
    }
}

impl Codec {
    /// Passes over a gap of so many samples.
    fn pass(&mut self, gap: i64) -> Result<(), Error> {
        let mut left = gap;
        if self.fifo.filled() > 0 {
            let (silent, frame) = self.fifo.push_silence(usize::try_from(gap).unwrap_or(usize::MAX));
            left -= silent as i64;
            if let Some(frame) = frame {
                self.encode(frame)?;
            }
        }
        self.position = self.position.saturating_add(left);
        Ok(())
    }

    fn encode(&mut self, mut frame: ff::frame::Audio) -> Result<(), Error> {
        if frame.planes() == 0 {
            let error = ff::Error::Other { errno: ff::error::ENOMEM };
            return Err(failed(&self.name, error));
        }
        frame.set_pts(Some(self.position));
        self.position = self.position.saturating_add(frame.samples() as i64);
        let mut was_empty = false;
        loop {
            match self.encoder.send_frame(&frame) {
                Ok(()) => return Ok(()),
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) if !was_empty => {
                    let mut packet = Packet::new();
                    // A codec may have room without giving a packet: then it swallowed the frame that was in the way.
                    match receive(&mut self.encoder, &mut self.end, &mut packet, &self.name)? {
                        Flow::Done => self.waiting.push_back(packet),
                        _ => was_empty = true,
                    }
                }
                Err(error) => return Err(failed(&self.name, error)),
            }
        }
    }
}

/// The sample formats that can be filled, the most exact first.
const FORMATS: [Sample; 9] = [
    Sample::F32(Type::Planar),
    Sample::F32(Type::Packed),
    Sample::I16(Type::Planar),
    Sample::I16(Type::Packed),
    Sample::I32(Type::Planar),
    Sample::I32(Type::Packed),
    Sample::F64(Type::Planar),
    Sample::F64(Type::Packed),
    Sample::U8(Type::Packed),
];

fn open(codec: ff::Codec, config: &AudioEncoderConfig) -> Result<Codec, Error> {
    let name = codec.name().to_owned();
    let AudioEncoderConfig { rate_hz, channels, .. } = *config;
    let unsupported = |reason: String| Error::UnsupportedOutput {
        what: format!("{name} of {channels} channels at {rate_hz} Hz"),
        reason,
    };
    let audio = codec.audio().map_err(|error| unsupported(error.to_string()))?;
    let rates: Vec<i32> = audio.rates().into_iter().flatten().collect();
    let rate = i32::try_from(rate_hz).ok().filter(|rate| *rate > 0 && (rates.is_empty() || rates.contains(rate)));
    let Some(rate) = rate else {
        let list: Vec<String> = rates.iter().map(i32::to_string).collect();
        return Err(unsupported(format!("it takes rates of {} Hz", list.join(", "))));
    };
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return Err(unsupported(format!("1 to {MAX_CHANNELS} channels are possible")));
    }
    let known: Option<Vec<Sample>> = audio.formats().map(Iterator::collect);
    let is_wide = |format: &Sample| matches!(format, Sample::I32(_));
    let is_wanted = |format: &Sample| match config.sample_bits {
        None => true,
        Some(16) => matches!(format, Sample::I16(_)),
        Some(24) => is_wide(format),
        Some(_) => false,
    };
    let mut wanted = FORMATS.into_iter().filter(is_wanted);
    let Some(format) = wanted.find(|format| known.as_ref().is_none_or(|known| known.contains(format))) else {
        let bits = config.sample_bits.map_or_else(String::new, |bits| format!(" of {bits} bits"));
        return Err(unsupported(format!("it takes no samples{bits}")));
    };
    let mut context = ff::codec::Context::new_with_codec(codec);
    options::set_all(&mut context, &name, [("flags", "+global_header")])?;
    let bit_rate = config.bit_rate.map(|rate| ("b".to_owned(), rate.to_string()));
    let settings = bit_rate.iter().chain(&config.options);
    options::set_all(&mut context, &name, settings.map(|(name, value)| (name.as_str(), value.as_str())))?;
    let bits = if is_wide(&format) { config.sample_bits.unwrap_or(32) } else { 32 };
    if bits < 32 {
        sys::set_sample_bits(&mut context, bits);
    }
    let mut audio = context.encoder().audio().map_err(|error| unsupported(error.to_string()))?;
    audio.set_rate(rate);
    audio.set_format(format);
    audio.set_channel_layout(ff::ChannelLayout::default(channels as i32));
    audio.set_time_base(ff::Rational::new(1, rate));
    let encoder = audio.open_as(codec).map_err(|error| unsupported(error.to_string()))?;
    let frame_samples = sys::frame_samples(&encoder);
    let fifo = Fifo::new(FrameKind { format, channels, rate_hz, bits }, frame_samples);
    let waiting = memory::opening(|| VecDeque::with_capacity(WAITING));
    Ok(Codec { encoder, name, fifo, frame_samples, position: 0, has_begun: false, end: End::default(), waiting })
}
