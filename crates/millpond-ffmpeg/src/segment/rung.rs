//! Encoding one rung of a ladder and writing its segments: a thread's work.
//!
//! H.264 by libx264, preset `veryfast`, constant quality below a bit rate: CRF 23 with a decoder's buffer of one second at
//! the rung's most. Key frames are where segments begin and nowhere else, so that all rungs have theirs at the same
//! pictures.

use super::clock::Clock;
use super::ladder::Step;
use super::publisher::Publisher;
use super::run::Run;
use super::writer::{Place, SegmentWriter};
use super::{SegmentFormat, codecs};
use crate::queue::Receiver;
use crate::{Error, Flow, Packet, VideoEncoder, VideoEncoderConfig, VideoFrame};
use millpond_core::{Rational, memory};
use std::collections::VecDeque;

/// Pictures that wait for an encoder.
pub(crate) const WAITING: usize = 3;

/// What an encoder is told.
pub(crate) enum ToEncode {
    /// The next picture, at a tick of the track. With `is_cut` a segment begins with it.
    Picture { picture: VideoFrame, tick: i64, is_cut: bool },
    /// The last picture shows again, and a segment begins with it.
    Again { tick: i64 },
}

/// A rung's settings.
#[derive(Clone, Debug)]
pub(crate) struct Rung {
    pub(crate) step: Step,
    pub(crate) frame_rate: Rational,
    pub(crate) scale: u32,
    pub(crate) place: Place,
}

/// Segments begin no further apart than an encoder looks ahead, by far.
const CUTS: usize = 64;

/// Bits a second that a rung is promised to stay below over segments of `duration` seconds: what the decoder's buffer lets
/// through, and what the container adds.
pub(crate) fn promised_bits(step: &Step, format: SegmentFormat, duration: Rational) -> u64 {
    let rate = Rational::from_integer(step.max_rate.into());
    let burst = rate + rate / duration;
    let overhead = match format {
        // 188 bytes carry 184, each picture has a header and stuffing.
        SegmentFormat::HlsTs => burst / 16 + Rational::from_integer(30_000),
        SegmentFormat::Hls | SegmentFormat::Dash => Rational::from_integer(10_000),
    };
    u64::try_from((burst + overhead).ceil().to_integer()).unwrap_or(u64::MAX)
}

/// The thread.
pub(crate) fn run(rung: Rung, from: Receiver<ToEncode>, publisher: &Publisher, run: &Run) -> Result<(), Error> {
    // Colours are known with the first picture.
    let Some(first) = from.receive() else { return Ok(()) };
    let mut encoding = memory::opening(|| Encoding::open(&rung, &first, publisher))?;
    let mut next = Some(first);
    while let Some(message) = next {
        if run.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        encoding.take(message)?;
        next = from.receive();
    }
    if run.cancel.is_abandoned() {
        return Err(Error::Cancelled);
    }
    encoding.finish()
}

struct Encoding<'a> {
    encoder: VideoEncoder,
    writer: SegmentWriter<'a>,
    packet: Packet,
    last: Option<VideoFrame>,
    /// Ticks at which segments begin and whose packets did not come out yet.
    cuts: VecDeque<i64>,
}

impl<'a> Encoding<'a> {
    fn open(rung: &Rung, first: &ToEncode, publisher: &'a Publisher) -> Result<Encoding<'a>, Error> {
        let Step { width, height, max_rate } = rung.step;
        let option = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut config = VideoEncoderConfig::new("libx264", width, height, rung.frame_rate);
        if let ToEncode::Picture { picture, .. } = first {
            config.color = picture.color();
        }
        config.pixel_aspect = (1, 1);
        config.time_base = Some(Rational::new(1, rung.scale.into()));
        config.crf = Some(23.0);
        config.max_rate = Some(max_rate);
        config.buffer_size = Some(max_rate);
        config.preset = Some("veryfast".to_owned());
        config.gop = Some(i32::MAX as u32);
        config.options = vec![option("sc_threshold", "0")];
        let mut encoder = VideoEncoder::new(config);
        encoder.open()?;
        let clock = Clock::of_track(rung.scale);
        let writer = SegmentWriter::open(publisher, rung.place.clone(), clock, |muxer| muxer.add_encoder(&encoder))?;
        if let Some(codec) = codecs::h264(&writer.extradata()) {
            publisher.name_codec(rung.place.track, codec);
        }
        let cuts = VecDeque::with_capacity(CUTS);
        Ok(Encoding { encoder, writer, packet: Packet::new(), last: None, cuts })
    }

    fn take(&mut self, message: ToEncode) -> Result<(), Error> {
        let (tick, is_cut) = match message {
            ToEncode::Picture { picture, tick, is_cut } => {
                self.last = Some(picture);
                (tick, is_cut)
            }
            ToEncode::Again { tick } => (tick, true),
        };
        if is_cut {
            self.encoder.force_key_frame();
            self.cuts.push_back(tick);
        }
        while let Some(picture) = &self.last {
            let sent = self.encoder.send(picture, tick)?;
            self.drain()?;
            if sent == Flow::Done {
                break;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Error> {
        self.encoder.send_end()?;
        self.drain()?;
        self.writer.finish()
    }

    fn drain(&mut self) -> Result<(), Error> {
        while self.encoder.receive(&mut self.packet)? == Flow::Done {
            let is_cut = self.packet.is_key() && self.packet.pts() == self.cuts.front().copied();
            if is_cut {
                self.cuts.pop_front();
            }
            self.writer.write(&mut self.packet, is_cut)?;
        }
        Ok(())
    }
}
