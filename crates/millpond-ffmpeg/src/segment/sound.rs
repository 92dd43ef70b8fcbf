//! Decoding one track of sound, encoding it to AAC and writing its segments: a thread's work.
//!
//! What goes in is mixed down to 48 kHz stereo as a scene's sound is (the module of [`Mixer`]): gaps become silence, what
//! lies before second 0 is left out. Packets are cut where the pictures are, as near as a packet's 1024 samples allow.

use super::clock::Clock;
use super::codecs;
use super::cutter::Grid;
use super::publisher::Publisher;
use super::run::Run;
use super::writer::{Place, SegmentWriter};
use crate::queue::Receiver;
use crate::{
    AudioDecoder, AudioEncoder, AudioEncoderConfig, AudioStream, Error, Flow, MAX_CHANNELS, Packet, SoundBlock,
};
use millpond_core::{Rational, memory};
use millpond_scene::sound::{Mixer, RATE_HZ};
use std::sync::atomic::Ordering;

/// Bits a second of the AAC stream.
pub(crate) const BIT_RATE: u64 = 128_000;

/// Samples that are mixed at a time.
const BLOCK: usize = 1024;

/// The longest gap, in seconds, that is filled with silence.
const LONGEST_GAP_S: i128 = 600;

/// Sound to decode and encode.
pub(crate) struct SoundTrack<'a> {
    pub(crate) stream: AudioStream,
    pub(crate) decoder: AudioDecoder,
    /// Where the presentation begins in the stream's time.
    pub(crate) origin: Rational,
    pub(crate) duration: Rational,
    pub(crate) place: Place,
    pub(crate) publisher: &'a Publisher,
    pub(crate) run: &'a Run,
}

impl SoundTrack<'_> {
    /// The thread.
    pub(crate) fn run(self, packets: Receiver<Packet>) -> Result<(), Error> {
        let mut encoding = memory::opening(|| Encoding::open(&self))?;
        let SoundTrack { stream, mut decoder, origin, run, .. } = self;
        let mut block = SoundBlock::new();
        loop {
            let packet = packets.receive();
            if run.cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
            match &packet {
                // All its blocks were taken out, so there is room.
                Some(packet) => {
                    let _ = decoder.send(packet)?;
                }
                None => decoder.send_end()?,
            }
            while decoder.receive(&mut block)? == Flow::Done {
                encoding.push(&block, &stream, origin)?;
            }
            if packet.is_none() {
                break;
            }
        }
        run.damaged.fetch_add(decoder.damaged(), Ordering::Relaxed);
        encoding.finish()
    }
}

struct Encoding<'a> {
    mixer: Mixer,
    encoder: AudioEncoder,
    writer: SegmentWriter<'a>,
    grid: Grid,
    packet: Packet,
    mix: Box<[[f32; BLOCK]; 2]>,
    /// Rate and channels that the mixer was told.
    format: Option<(u32, usize)>,
    /// Seconds up to which there is sound.
    end: Rational,
}

impl<'a> Encoding<'a> {
    fn open(track: &SoundTrack<'a>) -> Result<Encoding<'a>, Error> {
        let zero = Rational::from_integer(0);
        let whole = millpond_scene::Sound { asset: 0, gain_db: 0.0, start: zero, end: None, offset: zero };
        let mixer = Mixer::new(&[whole])?;
        let mut config = AudioEncoderConfig::new("aac", RATE_HZ, 2);
        config.bit_rate = Some(BIT_RATE);
        let mut encoder = AudioEncoder::new(config);
        encoder.open()?;
        let clock = Clock::of_track(RATE_HZ);
        let place = track.place.clone();
        let writer = SegmentWriter::open(track.publisher, place, clock, |muxer| muxer.add_encoder(&encoder))?;
        track.publisher.name_codec(track.place.track, codecs::aac(&writer.extradata()));
        Ok(Encoding {
            mixer,
            encoder,
            writer,
            grid: Grid::new(track.duration),
            packet: Packet::new(),
            mix: Box::new([[0.0; BLOCK]; 2]),
            format: None,
            end: zero,
        })
    }

    /// Takes a decoded block and mixes as far as it reaches.
    fn push(&mut self, block: &SoundBlock, stream: &AudioStream, origin: Rational) -> Result<(), Error> {
        let (format, base) = (block.format(), stream.time_base());
        let (rate_hz, channels) = (format.rate_hz, format.channels);
        if self.format != Some((rate_hz, channels)) {
            memory::opening(|| self.mixer.open(0, rate_hz, channels))?;
            self.format = Some((rate_hz, channels));
        }
        let scale = base.recip();
        let start = block.tick().map(|tick| Rational::from_integer(tick.into()) * base - origin);
        if start.is_some_and(|start| start - self.end > Rational::from_integer(LONGEST_GAP_S)) {
            return Err(Error::broken(&stream.place, format!("its sound has a gap of over {LONGEST_GAP_S} s")));
        }
        let samples = block.frames();
        self.end = self.end.max(start.unwrap_or(self.end) + Rational::new(samples as i128, rate_hz.max(1).into()));
        let ticks = start.map(|start| (start * scale).round().to_integer());
        let mut pts = ticks.and_then(|ticks| i64::try_from(ticks).ok()).map(|tick| (tick, scale));
        let mut taken = 0;
        while taken < samples {
            let mut planes: [&[f32]; MAX_CHANNELS] = [&[]; MAX_CHANNELS];
            for (channel, plane) in planes.iter_mut().enumerate() {
                *plane = block.channel(channel).get(taken..).unwrap_or(&[]);
            }
            taken += self.mixer.push(0, pts.take(), &planes[..channels])?;
            while self.mixer.need(BLOCK).is_none() {
                self.mix(BLOCK)?;
            }
        }
        Ok(())
    }

    fn mix(&mut self, samples: usize) -> Result<(), Error> {
        let [left, right] = &mut *self.mix;
        let (left, right) = (&mut left[..samples], &mut right[..samples]);
        self.mixer.mix_into(left, right)?;
        self.encoder.send(&[left, right], None)?;
        self.drain()
    }

    fn finish(mut self) -> Result<(), Error> {
        self.mixer.end(0)?;
        let end = (self.end * Rational::from_integer(RATE_HZ.into())).round().to_integer();
        let end = u64::try_from(end).unwrap_or(0);
        while self.mixer.position() < end {
            let left = usize::try_from(end - self.mixer.position()).unwrap_or(BLOCK);
            self.mix(left.min(BLOCK))?;
        }
        self.encoder.send_end()?;
        self.drain()?;
        self.writer.finish()
    }

    fn drain(&mut self) -> Result<(), Error> {
        while self.encoder.receive(&mut self.packet)? == Flow::Done {
            let pts = self.packet.pts().unwrap_or(0).max(0);
            let is_cut = self.grid.cuts(Rational::new(pts.into(), RATE_HZ.into()));
            self.writer.write(&mut self.packet, is_cut)?;
        }
        Ok(())
    }
}
