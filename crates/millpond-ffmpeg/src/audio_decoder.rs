//! Decoding sound, to planar f32.
//!
//! Integer samples become value / 2^(bits − 1). FFmpeg's own trimming of priming and padding can be left out, for callers
//! who go by timestamps alone. Opening allocates; after that nothing allocates on the Rust heap, unless a block is longer
//! than all before.

use crate::limits::Limit;
use crate::streams::av_rational;
use crate::{AudioStream, Error, Flow, Packet, SoundFormat, State};
use ff::format::Sample;
use ff::format::sample::Type;
use ff::frame::audio::Sample as SampleType;
use ffmpeg_next as ff;
use millpond_core::memory;

/// The most channels that a file may have.
pub const MAX_CHANNELS: usize = 8;

/// A block of sound: planar samples, to read. It keeps its memory from block to block.
#[derive(Debug, Default)]
pub struct SoundBlock {
    /// One per channel, as long as the longest block so far; the first `frames` samples are the block's.
    planes: [Vec<f32>; MAX_CHANNELS],
    format: SoundFormat,
    frames: usize,
    tick: Option<i64>,
}

impl SoundBlock {
    /// An empty one.
    pub fn new() -> SoundBlock {
        SoundBlock::default()
    }

    /// Rate and channels.
    pub fn format(&self) -> SoundFormat {
        self.format
    }

    /// Samples per channel.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Presentation time of the first sample in ticks of its stream; `None` if it follows the block before it.
    pub fn tick(&self) -> Option<i64> {
        self.tick
    }

    /// The samples of one channel; empty if there is no such channel.
    pub fn channel(&self, index: usize) -> &[f32] {
        self.planes[..self.format.channels.min(MAX_CHANNELS)].get(index).map_or(&[], |plane| &plane[..self.frames])
    }

    /// Takes over a frame of FFmpeg's. `place` is where it comes from, for errors.
    pub(crate) fn fill(&mut self, frame: &ff::frame::Audio, place: &impl ToString) -> Result<(), Error> {
        let unsupported = |format: String| Error::UnsupportedFormat { place: place.to_string(), format };
        let (frames, channels) = (frame.samples(), usize::from(frame.channels()));
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(unsupported(format!("sound of {channels} channels")));
        }
        let planes = &mut self.planes[..channels];
        for plane in planes.iter_mut() {
            if plane.len() < frames {
                memory::opening(|| plane.resize(frames, 0.0));
            }
        }
        match frame.format() {
            Sample::U8(kind) => convert(frame, kind, planes, |v: u8| (f32::from(v) - 128.0) / 128.0),
            Sample::I16(kind) => convert(frame, kind, planes, |v: i16| f32::from(v) / 32_768.0),
            Sample::I32(kind) => convert(frame, kind, planes, |v: i32| v as f32 / 2_147_483_648.0),
            Sample::F32(kind) => convert(frame, kind, planes, |v: f32| v),
            Sample::F64(kind) => convert(frame, kind, planes, |v: f64| v as f32),
            format => return Err(unsupported(format!("sample format {format:?}"))),
        }
        self.format = SoundFormat { rate_hz: frame.rate(), channels };
        self.frames = frames;
        self.tick = frame.pts().or(frame.timestamp());
        Ok(())
    }
}

/// A decoder of one stream of sound.
///
/// ```no_run
/// use millpond_ffmpeg::{Access, AudioDecoder, Cancel, Demuxer, Flow, Packet, Place, SoundBlock};
///
/// let place = Place::file("clip.mp4".as_ref())?;
/// let mut demuxer = Demuxer::open(&place, &Access::default(), &Cancel::new())?;
/// let stream = demuxer.audio()?;
/// let mut decoder = AudioDecoder::new(&stream);
/// decoder.open()?;
/// let (mut packet, mut block) = (Packet::new(), SoundBlock::new());
/// while demuxer.read_into(&mut packet)? == Flow::Done {
///     if packet.stream() != stream.index() {
///         continue;
///     }
///     // There is always room once every block was received.
///     let _ = decoder.send(&packet)?;
///     while decoder.receive(&mut block)? == Flow::Done {
///         println!("{} samples at {:?}", block.frames(), block.tick());
///     }
/// }
/// decoder.send_end()?;
/// while decoder.receive(&mut block)? == Flow::Done {}
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct AudioDecoder {
    stream: AudioStream,
    keeps_priming: bool,
    state: State,
    codec: Option<ff::decoder::Audio>,
    frame: ff::frame::Audio,
    damaged: u64,
    /// Packets since the last block.
    barren: u32,
}

/// Errors in a row after which a decoder counts as hungry, or drained.
const PATIENCE: u32 = 256;

const WORKING: &[State] = &[State::Opened, State::Streaming];
const OPEN: &[State] = &[State::Opened, State::Streaming, State::Draining];

impl AudioDecoder {
    /// A decoder for a stream, not open yet. What the file marks as priming and padding is left out.
    pub fn new(stream: &AudioStream) -> AudioDecoder {
        let stream = stream.clone();
        let frame = ff::frame::Audio::empty();
        AudioDecoder { stream, keeps_priming: false, state: State::Created, codec: None, frame, damaged: 0, barren: 0 }
    }

    /// With everything that is coded: priming lies before time 0, if the file says so in its times.
    pub fn keeping_priming(self) -> AudioDecoder {
        AudioDecoder { keeps_priming: true, ..self }
    }

    /// Opens the codec. Allowed when created or closed; a closed decoder begins anew.
    ///
    /// # Errors
    /// [`Error::UnsupportedCodec`], [`Error::WrongState`].
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created, State::Closed])?;
        crate::demuxer::prepare();
        let id = self.stream.parameters.id();
        let unsupported = |error: ff::Error| Error::UnsupportedCodec {
            place: self.stream.place.to_string(),
            codec: id.name().to_owned(),
            reason: error.to_string(),
        };
        let context = ff::codec::Context::from_parameters(self.stream.parameters.clone()).map_err(unsupported)?;
        let mut decoder = context.decoder();
        decoder.set_packet_time_base(av_rational(self.stream.time_base));
        let codec = ff::decoder::find(id).ok_or(ff::Error::DecoderNotFound).map_err(unsupported)?;
        let mut options = ff::Dictionary::new();
        if self.keeps_priming {
            options.set("flags2", "+skip_manual");
        }
        let opened = decoder.open_as_with(codec, options).and_then(ff::decoder::Opened::audio).map_err(unsupported)?;
        self.codec = Some(opened);
        self.state = State::Opened;
        Ok(())
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Packets and blocks that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Hands over a packet: [`Flow::Done`] if it was taken, [`Flow::Full`] if blocks must be received first. A damaged
    /// packet is taken, skipped and counted.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::LimitExceeded`] after too many packets that yielded nothing.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub fn send(&mut self, packet: &Packet) -> Result<Flow, Error> {
        self.state.allow("send", WORKING)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Full) };
        self.state = State::Streaming;
        if packet.data().is_empty() {
            // To FFmpeg it would be the end.
            return Ok(Flow::Done);
        }
        match codec.send_packet(packet.raw()) {
            Ok(()) => {}
            Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::Full),
            Err(_) => self.damaged += 1,
        }
        self.barren += 1;
        let most = self.stream.limits.barren_packets;
        Limit::BarrenPackets.check(&self.stream.place, most.into(), self.barren.into())?;
        Ok(Flow::Done)
    }

    /// Says that there are no more packets; what the decoder still holds can be received.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming.
    pub fn send_end(&mut self) -> Result<(), Error> {
        self.state.allow("send_end", WORKING)?;
        if let Some(codec) = &mut self.codec {
            // It fails only if it was called before, which the state excludes.
            let _ = codec.send_eof();
        }
        self.state = State::Draining;
        Ok(())
    }

    /// Asks for the next block: [`Flow::Done`] if it is in `block`, [`Flow::NeedMore`] if a packet must be sent first,
    /// [`Flow::Ended`] after the last one.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::UnsupportedFormat`] for more than [`MAX_CHANNELS`] channels or an unusual
    /// sample format.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, unless the block is longer than all before.
    pub fn receive(&mut self, block: &mut SoundBlock) -> Result<Flow, Error> {
        self.state.allow("receive", OPEN)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Ended) };
        for _ in 0..PATIENCE {
            match codec.receive_frame(&mut self.frame) {
                Ok(()) if self.frame.samples() == 0 => {}
                Ok(()) => {
                    self.barren = 0;
                    return block.fill(&self.frame, &self.stream.place).map(|()| Flow::Done);
                }
                Err(ff::Error::Eof) => return Ok(Flow::Ended),
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::NeedMore),
                Err(_) => self.damaged += 1,
            }
        }
        Ok(if self.state == State::Draining { Flow::Ended } else { Flow::NeedMore })
    }

    /// Forgets everything that was sent, after a seek or to decode anew.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.state.allow("flush", OPEN)?;
        if let Some(codec) = &mut self.codec {
            codec.flush();
        }
        self.barren = 0;
        self.state = State::Opened;
        Ok(())
    }

    /// Gives the codec back.
    pub fn close(&mut self) {
        self.codec = None;
        self.state = State::Closed;
    }
}

fn convert<T: SampleType + std::marker::Copy>(
    frame: &ff::frame::Audio,
    kind: Type,
    planes: &mut [Vec<f32>],
    value: impl Fn(T) -> f32,
) {
    let frames = frame.samples();
    let channels = planes.len();
    match kind {
        Type::Planar => {
            for (index, plane) in planes.iter_mut().enumerate() {
                for (out, sample) in plane.iter_mut().zip(&frame.plane::<T>(index)[..frames]) {
                    *out = value(*sample);
                }
            }
        }
        Type::Packed => {
            let samples = frame.plane::<T>(0);
            for (index, plane) in planes.iter_mut().enumerate() {
                for (out, sample) in plane.iter_mut().zip(samples[index..].iter().step_by(channels)) {
                    *out = value(*sample);
                }
            }
        }
    }
}
