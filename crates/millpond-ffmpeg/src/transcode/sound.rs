//! The sound of a transcoding: a thread that decodes, lays blocks where their times say, resamples, encodes and writes.
//!
//! A block lies at round((time − offset) · rate); less than two milliseconds beside the end of the block before is jitter
//! and follows it. A gap of up to ten seconds is filled with zeros, a longer one is a jump that shows in the packets' times;
//! what overlaps the block before, lies before the start or behind the end is cut off to the sample. Where an encoder does not
//! take so many channels they are mixed down to left and right (ITU-R BS.775: centre and surrounds at −3 dB, LFE dropped).

use super::plan::{Audio, Window};
use super::seconds;
use super::stages::Stages;
use crate::queue::Receiver;
use crate::{
    AudioDecoder, AudioEncoder, AudioEncoderConfig, Error, Flow, MAX_CHANNELS, Packet, SoundBlock, SoundFormat,
};
use millpond_core::audio::Resampler;
use millpond_core::{Rational, memory};

/// Zeros that fill a gap at once.
const ZEROS: [f32; 4096] = [0.0; 4096];

/// Seconds of the longest gap that is filled.
const LONGEST_GAP: i64 = 10;

/// Opens the encoder with the source's rate and channels, or the nearest that it takes.
pub(super) fn open_encoder(
    config: &AudioEncoderConfig,
    source: (u32, usize),
    source_bits: u32,
) -> Result<AudioEncoder, Error> {
    let mut first = None;
    let channels = if config.channels == 0 { vec![source.1, 2, 1] } else { vec![config.channels] };
    let rates = if config.rate_hz == 0 { vec![source.0, 48_000, 44_100, 32_000] } else { vec![config.rate_hz] };
    for &channels in channels.iter().filter(|channels| **channels <= source.1) {
        for &rate_hz in &rates {
            // More than 16 bits are kept where the codec can.
            let deep = (source_bits > 16 && config.sample_bits.is_none()).then_some(24);
            for sample_bits in [deep.or(config.sample_bits), config.sample_bits] {
                let mut encoder =
                    AudioEncoder::new(AudioEncoderConfig { rate_hz, channels, sample_bits, ..config.clone() });
                match encoder.open() {
                    Ok(()) => return Ok(encoder),
                    Err(error @ Error::UnsupportedOutput { .. }) => first = first.or(Some(error)),
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Err(first.unwrap_or_else(|| Error::UnsupportedOutput {
        what: format!("{} channels", config.channels),
        reason: format!("the source has {}", source.1),
    }))
}

/// The thread's work.
pub(super) fn run(audio: Audio, packets: Receiver<Packet>, window: Window, stages: &Stages) -> Result<(), Error> {
    let Audio { stream, mut decoder, encoder, to } = audio;
    let base = stream.time_base();
    let (rate_hz, channels) = (encoder.config().rate_hz, encoder.config().channels);
    let mut lane = Lane {
        encoder,
        to,
        rate_hz,
        window,
        format: SoundFormat::default(),
        resamplers: Vec::new(),
        position: None,
        mixed: vec![Vec::new(); channels],
        resampled: vec![Vec::new(); channels],
        written: 0,
        packet: Packet::new(),
    };
    let mut block = SoundBlock::new();
    let mut is_wanted = true;
    while is_wanted {
        let packet = packets.receive();
        if stages.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        match &packet {
            // Everything that was ready was received, so there is room.
            Some(packet) => {
                let _ = decoder.send(packet)?;
            }
            None => decoder.send_end()?,
        }
        is_wanted = packet.is_some();
        while decoder.receive(&mut block)? == Flow::Done {
            if !lane.lay(&block, base, stages)? {
                is_wanted = false;
                break;
            }
        }
    }
    finish(lane, &decoder, stages)
}

fn finish(mut lane: Lane, decoder: &AudioDecoder, stages: &Stages) -> Result<(), Error> {
    stages.count_damaged(decoder.damaged());
    lane.flush(stages)?;
    lane.encoder.send_end()?;
    lane.write(stages)
}

/// From blocks to packets.
struct Lane {
    encoder: AudioEncoder,
    to: usize,
    /// The encoder's rate.
    rate_hz: u32,
    window: Window,
    /// The source's format.
    format: SoundFormat,
    /// One for each channel of the encoder.
    resamplers: Vec<Resampler>,
    /// Where the next source sample lies, in samples of the source from the start.
    position: Option<i64>,
    /// A block, mixed to the encoder's channels.
    mixed: Vec<Vec<f32>>,
    resampled: Vec<Vec<f32>>,
    /// Where the next sample for the encoder lies.
    written: i64,
    packet: Packet,
}

impl Lane {
    /// Lays a block where its time says; `false` once the stretch has ended.
    fn lay(&mut self, block: &SoundBlock, base: Rational, stages: &Stages) -> Result<bool, Error> {
        if block.format() != self.format {
            self.adopt(block.format(), stages)?;
        }
        let rate = Rational::from_integer(self.format.rate_hz.into());
        let samples = |time: Rational| i64::try_from((time * rate).round().to_integer()).unwrap_or(i64::MAX);
        let told = block.tick().map(|tick| samples(seconds(tick, base) - self.window.offset));
        let mut at = match (told, self.position) {
            (Some(told), Some(position)) if (told - position).abs() * 500 < i64::from(self.format.rate_hz) => position,
            (told, position) => told.or(position).unwrap_or(0),
        };
        let from = (self.position.unwrap_or(0).max(0) - at).clamp(0, block.frames() as i64);
        at += from;
        let end = self.window.length().map(samples);
        let room = end.map_or(i64::MAX, |end| (end - at).max(0));
        let frames = (block.frames() as i64 - from).min(room);
        if frames > 0 {
            self.reach(at, stages)?;
            self.mix(block, from as usize, frames as usize);
            self.pass(stages)?;
            self.position = Some(at + frames);
        }
        Ok(end.is_none_or(|end| at + frames < end))
    }

    /// Another format than before: what was before is written out, and times go on.
    fn adopt(&mut self, format: SoundFormat, stages: &Stages) -> Result<(), Error> {
        if self.format != SoundFormat::default() {
            self.flush(stages)?;
            let position =
                Rational::new(i128::from(self.position.unwrap_or(0)), i128::from(self.format.rate_hz.max(1)));
            let position = position * Rational::from_integer(format.rate_hz.into());
            self.position = i64::try_from(position.round().to_integer()).ok();
        }
        self.resamplers = memory::opening(|| {
            let resampler = Resampler::new(format.rate_hz, self.rate_hz)?;
            Ok::<_, Error>(vec![resampler; self.mixed.len()])
        })?;
        self.format = format;
        Ok(())
    }

    /// Comes to a source sample: begins there, fills a gap, or jumps.
    fn reach(&mut self, at: i64, stages: &Stages) -> Result<(), Error> {
        let gap = at - self.position.unwrap_or(at);
        let is_jump = self.position.is_none() || gap > LONGEST_GAP * i64::from(self.format.rate_hz);
        if is_jump {
            self.flush(stages)?;
            self.resamplers.iter_mut().for_each(|resampler| {
                resampler.seek(0);
            });
            let ratio = Rational::new(self.rate_hz.into(), i128::from(self.format.rate_hz.max(1)));
            let wanted = (Rational::from_integer(at.into()) * ratio).round().to_integer();
            self.written = self.written.max(i64::try_from(wanted).unwrap_or(i64::MAX));
            return Ok(());
        }
        let mut left = usize::try_from(gap).unwrap_or(0);
        while left > 0 {
            let zeros = left.min(ZEROS.len());
            for channel in &mut self.mixed {
                set(channel, ZEROS[..zeros].iter().copied());
            }
            self.pass(stages)?;
            left -= zeros;
        }
        Ok(())
    }

    fn mix(&mut self, block: &SoundBlock, from: usize, frames: usize) {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        let channel = |index: usize| block.channel(index).get(from..from + frames).unwrap_or(&ZEROS[..0]);
        let (source, target) = (self.format.channels, self.mixed.len());
        for (index, mixed) in self.mixed.iter_mut().enumerate() {
            let at = |channel: &[f32], n: usize| channel.get(n).copied().unwrap_or(0.0);
            if source == target {
                set(mixed, channel(index).iter().copied());
            } else {
                // Left or right with its surrounds; one channel alone is the mean of both sides.
                let side = |side: usize, n: usize| {
                    let (centre, surrounds) = match source {
                        1 => return at(channel(0), n),
                        2 => (0.0, 0.0),
                        3 => (at(channel(2), n), 0.0),
                        4 => (0.0, at(channel(2 + side), n)),
                        5 => (at(channel(2), n), at(channel(3 + side), n)),
                        _ => {
                            let pairs = (4 + side..source).step_by(2).map(|index| at(channel(index), n));
                            (at(channel(2), n), pairs.sum())
                        }
                    };
                    at(channel(side), n) + half * (centre + surrounds)
                };
                match target {
                    1 => set(mixed, (0..frames).map(|n| (side(0, n) + side(1, n)) / 2.0)),
                    _ => set(mixed, (0..frames).map(|n| if index < 2 { side(index, n) } else { 0.0 })),
                }
            }
        }
    }

    /// Resamples what was mixed, and encodes it.
    fn pass(&mut self, stages: &Stages) -> Result<(), Error> {
        for ((resampler, mixed), resampled) in self.resamplers.iter_mut().zip(&self.mixed).zip(&mut self.resampled) {
            grow(resampled, resampler.output_len(mixed.len()));
            resampler.process_into(mixed, resampled);
        }
        self.encode(stages)
    }

    /// What the resamplers still hold.
    fn flush(&mut self, stages: &Stages) -> Result<(), Error> {
        for (resampler, resampled) in self.resamplers.iter_mut().zip(&mut self.resampled) {
            grow(resampled, resampler.flush_len());
            resampler.flush_into(resampled);
        }
        if self.resamplers.is_empty() { Ok(()) } else { self.encode(stages) }
    }

    fn encode(&mut self, stages: &Stages) -> Result<(), Error> {
        let mut channels: [&[f32]; MAX_CHANNELS] = [&[]; MAX_CHANNELS];
        for (channel, resampled) in channels.iter_mut().zip(&self.resampled) {
            *channel = resampled;
        }
        let frames = channels[0].len();
        if frames > 0 {
            self.encoder.send(&channels[..self.resampled.len()], Some(self.written))?;
            self.written += frames as i64;
        }
        self.write(stages)
    }

    fn write(&mut self, stages: &Stages) -> Result<(), Error> {
        while self.encoder.receive(&mut self.packet)? == Flow::Done {
            stages.write(self.to, &mut self.packet)?;
        }
        Ok(())
    }
}

/// Sets the length; a block longer than all before is memory that was opened.
fn grow(samples: &mut Vec<f32>, length: usize) {
    if samples.capacity() < length {
        memory::opening(|| samples.reserve(length - samples.len()));
    }
    samples.resize(length, 0.0);
}

fn set(samples: &mut Vec<f32>, values: impl ExactSizeIterator<Item = f32>) {
    grow(samples, values.len());
    samples.iter_mut().zip(values).for_each(|(sample, value)| *sample = value);
}
