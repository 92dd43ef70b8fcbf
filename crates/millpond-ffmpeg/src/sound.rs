//! The PCM of a file, one block after the other, as planar f32.
//!
//! Decoders do not trim: priming and padding are told apart by timestamps alone, as in browsers, so blocks before
//! time 0 come too. Integer samples become value / 2^(bits - 1).

use crate::demuxer::{AudioStream, Demuxer};
use crate::{Access, Cancel, Error, Flow, Packet, Place, decoder};
use ffmpeg_next as ff;
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type;
use ffmpeg_next::frame::audio::Sample as SampleType;
use millpond_core::{Rational, memory};

/// The most channels that a file may have.
pub const MAX_CHANNELS: usize = 8;

/// Errors in a row after which a stream counts as ended.
const PATIENCE: u32 = 256;

/// An open file whose sound is read from the start or from a [seek](Sound::seek) on.
pub struct Sound {
    demuxer: Demuxer,
    stream: AudioStream,
    packet: Packet,
    blocks: Blocks,
    /// The block in `blocks` was decoded while opening and not handed out yet.
    is_waiting: bool,
}

/// What a block of PCM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoundFormat {
    /// Sample rate in Hz.
    pub rate_hz: u32,
    /// Number of channels in FFmpeg's and WebCodecs' order: left, right, centre, LFE, surrounds.
    pub channels: usize,
}

impl Sound {
    /// Opens a file and decodes the first block of its sound.
    ///
    /// # Errors
    /// Those of opening; [`Error::NoStream`] for a file without sound; [`Error::MediaBroken`] if it yields none.
    pub fn open(place: &Place, access: &Access, cancel: &Cancel) -> Result<Sound, Error> {
        let demuxer = Demuxer::open(place, access, cancel)?;
        let stream = demuxer.audio()?;
        let blocks = Blocks::open(&demuxer, stream)?;
        let mut sound = Sound { demuxer, stream, packet: Packet::new(), blocks, is_waiting: false };
        if !sound.decode()? {
            return Err(Error::broken(place, "it yields no sound"));
        }
        sound.is_waiting = true;
        Ok(sound)
    }

    /// Rate and channels of the last block that was read; of the first one after opening.
    pub fn format(&self) -> SoundFormat {
        self.blocks.format()
    }

    /// Ticks per second of [`tick`](Self::tick).
    pub fn time_scale(&self) -> Rational {
        self.stream.time_base.recip()
    }

    /// Reads the next block; `false` at the end.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`], [`Error::Cancelled`].
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap unless a block is longer than all before.
    pub fn read(&mut self) -> Result<bool, Error> {
        if std::mem::take(&mut self.is_waiting) { Ok(true) } else { self.decode() }
    }

    /// Presentation time of the block's first sample; `None` if it follows the block before it.
    pub fn tick(&self) -> Option<i64> {
        self.blocks.tick()
    }

    /// The block: its samples of one channel. Empty for a channel that the file does not have.
    pub fn channel(&self, index: usize) -> &[f32] {
        self.blocks.channel(index)
    }

    /// Packets and blocks that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.blocks.damaged() + self.demuxer.damaged()
    }

    /// Goes to a block at or before `time` (seconds), early enough that decoders have settled when it is reached.
    ///
    /// # Errors
    /// [`Error::MediaBroken`] if the file cannot be read from there.
    pub fn seek(&mut self, time: Rational) -> Result<(), Error> {
        // Opus asks for 80 ms; AAC and MP3 need a block or two.
        let early = time - Rational::new(1, 5);
        if early <= Rational::from_integer(0) {
            return Ok(());
        }
        let tick = (early / self.stream.time_base).floor().to_integer();
        let tick = i64::try_from(tick).unwrap_or(i64::MAX);
        self.demuxer.seek(self.stream.index, tick)?;
        self.blocks.flush();
        self.is_waiting = false;
        Ok(())
    }

    fn decode(&mut self) -> Result<bool, Error> {
        loop {
            match self.blocks.receive(self.demuxer.place())? {
                Flow::Done => return Ok(true),
                Flow::NeedMore | Flow::Full => self.feed()?,
                Flow::Ended => return Ok(false),
            }
        }
    }

    fn feed(&mut self) -> Result<(), Error> {
        while self.demuxer.read_into(&mut self.packet)? == Flow::Done {
            if self.packet.stream() == self.stream.index {
                self.blocks.send(&self.packet);
                return Ok(());
            }
        }
        self.blocks.send_end();
        Ok(())
    }

    /// Reads on to the end without decoding: seconds at which the last block ends.
    pub(crate) fn scan_end(mut self) -> Result<Rational, Error> {
        let mut end = self.tick().unwrap_or(0);
        while self.demuxer.read_into(&mut self.packet)? == Flow::Done {
            if self.packet.stream() == self.stream.index {
                let tick = self.packet.pts().or(self.packet.dts()).unwrap_or(end);
                end = end.max(tick.saturating_add(self.packet.duration().max(0)));
            }
        }
        Ok(Rational::from_integer(end.into()) * self.stream.time_base)
    }
}

/// A decoder whose blocks come out as planar f32.
pub(crate) struct Blocks {
    decoder: ff::decoder::Audio,
    frame: ff::frame::Audio,
    /// One per channel, as long as the longest block so far; the first `frames` samples are the block's.
    planes: [Vec<f32>; MAX_CHANNELS],
    format: SoundFormat,
    frames: usize,
    tick: Option<i64>,
    damaged: u64,
    /// Errors since the last block.
    failures: u32,
}

impl Blocks {
    /// Opens a decoder that trims nothing.
    pub(crate) fn open(demuxer: &Demuxer, stream: AudioStream) -> Result<Blocks, Error> {
        let options = [("flags2", "+skip_manual")];
        let decoder =
            decoder::open(demuxer, stream.index, stream.time_base, &options, |_| {}, ff::decoder::Opened::audio)?;
        Ok(Blocks {
            decoder,
            frame: ff::frame::Audio::empty(),
            planes: Default::default(),
            format: SoundFormat { rate_hz: 0, channels: 0 },
            frames: 0,
            tick: None,
            damaged: 0,
            failures: 0,
        })
    }

    /// Rate and channels of the last block.
    pub(crate) fn format(&self) -> SoundFormat {
        self.format
    }

    /// Time of its first sample.
    pub(crate) fn tick(&self) -> Option<i64> {
        self.tick
    }

    /// Its samples of one channel; empty for a channel that it does not have.
    pub(crate) fn channel(&self, index: usize) -> &[f32] {
        self.planes.get(index).and_then(|plane| plane.get(..self.frames)).unwrap_or(&[])
    }

    /// Packets and blocks that were damaged so far.
    pub(crate) fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Takes a packet; blocks must have been received before, all that there were. A damaged one is counted.
    pub(crate) fn send(&mut self, packet: &Packet) {
        if self.decoder.send_packet(packet.raw()).is_err() {
            self.damaged += 1;
        }
    }

    /// There are no more packets.
    pub(crate) fn send_end(&mut self) {
        // It fails only if it was called before, which changes nothing.
        let _ = self.decoder.send_eof();
    }

    /// Forgets everything that was sent.
    fn flush(&mut self) {
        self.decoder.flush();
    }

    /// Asks for the next block. `place` stands for the file in errors.
    pub(crate) fn receive(&mut self, place: &impl ToString) -> Result<Flow, Error> {
        while self.failures < PATIENCE {
            match self.decoder.receive_frame(&mut self.frame) {
                Ok(()) if self.frame.samples() == 0 => {}
                Ok(()) => {
                    self.failures = 0;
                    return self.take(place).map(|()| Flow::Done);
                }
                Err(ff::Error::Eof) => return Ok(Flow::Ended),
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::NeedMore),
                Err(_) => {
                    self.damaged += 1;
                    self.failures += 1;
                }
            }
        }
        Ok(Flow::Ended)
    }

    /// Turns the decoder's frame into planar f32.
    fn take(&mut self, place: &impl ToString) -> Result<(), Error> {
        let unsupported = |format: String| Error::UnsupportedFormat { place: place.to_string(), format };
        let frame = &self.frame;
        let (frames, channels) = (frame.samples(), usize::from(frame.channels()));
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(unsupported(format!("sound of {channels} channels")));
        }
        for plane in &mut self.planes[..channels] {
            if plane.len() < frames {
                memory::opening(|| plane.resize(frames, 0.0));
            }
        }
        let planes = &mut self.planes[..channels];
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
