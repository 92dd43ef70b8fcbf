//! The codec behind a [`VideoDecoder`](crate::VideoDecoder): on a device as long as that works, in software from then on.
//!
//! A device can be lost at any picture. So the packets since the last key frame whose picture came out are kept (by reference,
//! nothing is copied): when the device fails they are decoded again in software, and the pictures that came out before are
//! left out. None is lost and none comes twice. Software decoding of H.264, HEVC, VP8, VP9 and AV1 gives the same samples, as their
//! specifications demand.
//!
//! That needs presentation times, and groups of pictures of at most [`MOST_KEPT`] packets. Where these are missing,
//! decoding goes on at the next key frame instead, and the packets up to there count as lost.

use super::HwKind;
use crate::streams::{VideoStream, av_rational};
use crate::sys::{self, Buffers, Counts, PooledDecoder};
use crate::{DecoderConfig, Error, SharedFrames};
use ffmpeg_next as ff;
use millpond_core::memory;
use millpond_core::pool::PoolStats;
use std::collections::VecDeque;
use std::ffi::c_int;
use std::sync::Arc;

/// Packets that are kept at most.
const MOST_KEPT: usize = 1024;

/// An open codec.
pub(crate) struct Codec {
    /// `None` only if a software decoder could not be opened after the device failed.
    decoder: Option<PooledDecoder>,
    buffers: Held,
    stream: VideoStream,
    config: DecoderConfig,
    device: Option<OnDevice>,
    fallback: Option<String>,
    /// Why there is no decoder.
    refused: Option<Error>,
    /// Packets that are decoded again.
    again: VecDeque<ff::Packet>,
    /// Pictures up to this tick came out before.
    until: Option<i64>,
    /// Packets are of no use before the next key frame.
    waits_for_key: bool,
    has_ended: bool,
    lost: u64,
    #[cfg(test)]
    pretence: Option<super::pretence::Pretence>,
}

/// Closes the buffers when the decoder is gone, whoever still looks at their figures.
struct Held(Arc<Buffers>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What is known while decoding on a device.
struct OnDevice {
    kind: HwKind,
    /// Packets from a key frame on; empty after a gap, up to the next key frame.
    kept: VecDeque<ff::Packet>,
    /// All of them have presentation times.
    is_timed: bool,
    /// Tick of the last picture that came out.
    last: Option<i64>,
    pictures: u64,
}

impl OnDevice {
    /// Keeps a packet that the codec took.
    fn keep(&mut self, packet: &ff::Packet) {
        if self.kept.len() == MOST_KEPT {
            self.kept.clear();
        }
        if self.kept.is_empty() {
            self.is_timed = true;
        }
        if packet.is_key() || !self.kept.is_empty() || self.pictures == 0 {
            self.is_timed &= packet.pts().is_some();
            self.kept.extend(sys::reference(packet));
        }
    }

    /// Notes that a picture came out. Those before a key frame's are out by then.
    fn came_out(&mut self, tick: Option<i64>) {
        (self.last, self.pictures) = (tick, self.pictures + 1);
        if !self.is_timed {
            // Nobody could tell which of its pictures came out.
            self.kept.clear();
        }
        let is_this = |packet: &ff::Packet| packet.is_key() && packet.pts() == tick;
        if let Some(index) = self.kept.iter().rposition(is_this) {
            self.kept.drain(..index);
        }
    }
}

impl Codec {
    /// Opens the decoder of a stream, on the device that `config` names if there is one and it can. Allocates.
    pub(crate) fn open(
        stream: &VideoStream,
        config: &DecoderConfig,
        shared: Option<&SharedFrames>,
    ) -> Result<Codec, Error> {
        let threads = config.threads.max(1);
        let (id, pixels, shared) = (stream.parameters.id(), stream.limits.pixels, shared.map(SharedFrames::set));
        let buffers = Buffers::new(id, threads, config.held, config.when_empty, pixels, shared)?;
        let mut codec = Codec {
            decoder: None,
            buffers: Held(Arc::new(buffers)),
            stream: stream.clone(),
            config: config.clone(),
            device: None,
            fallback: None,
            refused: None,
            again: VecDeque::new(),
            until: None,
            waits_for_key: false,
            has_ended: false,
            lost: 0,
            #[cfg(test)]
            pretence: None,
        };
        if !codec.open_on_device() {
            codec.decoder = Some(codec.open_decoder(None)?);
        }
        Ok(codec)
    }

    /// Says whether it is open on the device; if not, why is noted.
    fn open_on_device(&mut self) -> bool {
        let Some(device) = &self.config.device else { return false };
        let (id, kind) = (self.stream.parameters.id(), device.kind());
        let hardware = sys::hardware_decoder(id, kind);
        #[cfg(test)]
        let hardware = hardware.or_else(|| {
            self.pretence = device.plan.map(|plan| super::pretence::Pretence::new(device, plan));
            self.pretence.as_ref().and_then(|pretence| pretence.decoder(id))
        });
        let Some(hardware) = hardware else {
            self.fallback = Some(format!("this FFmpeg cannot decode {} by {kind}", id.name()));
            return false;
        };
        self.buffers.0.wish().set(Some(hardware));
        match self.open_decoder(Some(hardware)) {
            Ok(decoder) => self.decoder = Some(decoder),
            Err(error) => {
                self.buffers.0.wish().set(None);
                self.fallback = Some(error.to_string());
                return false;
            }
        }
        let kept = VecDeque::with_capacity(MOST_KEPT);
        self.device = Some(OnDevice { kind, kept, is_timed: true, last: None, pictures: 0 });
        true
    }

    fn open_decoder(&self, hardware: Option<sys::HwDecoder>) -> Result<PooledDecoder, Error> {
        let id = self.stream.parameters.id();
        let unsupported = |error: ff::Error| Error::UnsupportedCodec {
            place: self.stream.place.to_string(),
            codec: id.name().to_owned(),
            reason: error.to_string(),
        };
        let mut context =
            ff::codec::Context::from_parameters(self.stream.parameters.clone()).map_err(unsupported)?.decoder();
        context.set_packet_time_base(av_rational(self.stream.time_base));
        let software = || ff::decoder::find(id).ok_or(ff::Error::DecoderNotFound);
        let codec = hardware.map_or_else(software, |it| Ok(it.codec)).map_err(unsupported)?;
        let mut options = ff::Dictionary::new();
        options.set("threads", &self.config.threads.max(1).to_string());
        // Said here, because setting anything else about threads before opening forgets it.
        options.set("thread_type", "frame+slice");
        // Crop to the pixel: by default FFmpeg keeps left edges aligned for speed.
        options.set("flags", "+unaligned");
        // Pictures are held against the limit where they get their memory, and what they have can be told. Before that
        // FFmpeg takes a little memory of its own for each pixel.
        let pixels = self.stream.limits.pixels.saturating_mul(4).min(i32::MAX as u64);
        options.set("max_pixels", &pixels.to_string());
        let device = self.config.device.as_ref().filter(|_| hardware.is_some()).map(|device| device.raw());
        PooledDecoder::open(context.0, codec, options, &self.buffers.0, device).map_err(unsupported)
    }

    /// The device that it decodes on at present.
    pub(crate) fn device(&self) -> Option<HwKind> {
        self.device.as_ref().map(|device| device.kind)
    }

    /// Why it decodes in software although it was given a device.
    pub(crate) fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// Why nothing more comes: the device failed and there is no decoder in software.
    pub(crate) fn refused(&self) -> Option<&Error> {
        self.refused.as_ref()
    }

    /// Packets that were lost with the device.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Where its pictures lie.
    pub(crate) fn buffers(&self) -> &Buffers {
        &self.buffers.0
    }

    /// What happened to its pictures.
    pub(crate) fn counts(&self) -> Counts {
        self.buffers.0.counts()
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

    /// Width and height that the codec works with, before cropping.
    pub(crate) fn coded_size(&self) -> (c_int, c_int) {
        self.decoder.as_ref().map_or((0, 0), PooledDecoder::coded_size)
    }

    /// Hands over a packet; `None` says that there are no more. `EAGAIN` if pictures must be received first.
    pub(crate) fn send(&mut self, packet: Option<&ff::Packet>) -> Result<(), ff::Error> {
        let Some(packet) = packet else {
            self.has_ended = true;
            // What is still to be decoded again comes before the end, and brings it.
            return if self.again.is_empty() { self.decoder()?.send(None) } else { Ok(()) };
        };
        self.send_again()?;
        if self.waits_for_key && !packet.is_key() {
            self.lost += 1;
            return Ok(());
        }
        self.waits_for_key = false;
        let sent = self.decoder()?.send(Some(packet));
        #[cfg(test)]
        let sent = sent.and_then(|()| self.pretence.as_mut().map_or(Ok(()), |pretence| pretence.sent()));
        if matches!(sent, Err(ff::Error::Other { errno: ff::error::EAGAIN })) {
            return sent;
        }
        if let Some(device) = &mut self.device {
            device.keep(packet);
        }
        self.survive(sent)
    }

    /// Asks for the next picture, which lies in ordinary memory; says which device it was decoded on.
    pub(crate) fn receive(&mut self, frame: &mut ff::frame::Video) -> Result<Option<HwKind>, ff::Error> {
        loop {
            let received = self.decoder().and_then(|decoder| decoder.receive(frame));
            #[cfg(test)]
            let received = received.and_then(|()| self.pretence.as_mut().map_or(Ok(()), |it| it.received(frame)));
            match received {
                Ok(()) => {}
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) if !self.again.is_empty() => {
                    // `EAGAIN` now says that there is a picture to take first.
                    let before = self.again.len();
                    self.send_again().or_else(|error| if self.again.len() < before { Ok(()) } else { Err(error) })?;
                    continue;
                }
                Err(error) => {
                    self.survive(Err(error))?;
                    continue;
                }
            }
            let device = sys::device_of(frame);
            if device.is_some() {
                let downloaded = sys::download(frame, self.buffers());
                #[cfg(test)]
                let downloaded = downloaded.and_then(|frame| match &mut self.pretence {
                    Some(pretence) => pretence.downloaded().map(|()| frame),
                    None => Ok(frame),
                });
                match downloaded {
                    Ok(picture) => *frame = picture,
                    // It is a failure of the device whatever the code.
                    Err(error) => {
                        self.fall_back(&error)?;
                        continue;
                    }
                }
            } else if let Some(device) = self.device.take() {
                // The codec itself saw that the device cannot, and went on in software.
                let kind = device.kind;
                memory::opening(|| {
                    drop(device);
                    self.fallback = Some(format!("{kind} does not decode this profile, pixel format or size"));
                });
            }
            let tick = frame.pts().or(frame.timestamp());
            if let Some(device) = &mut self.device {
                device.came_out(tick);
            }
            if !self.came_before(tick) {
                return Ok(device);
            }
        }
    }

    /// Forgets everything, after a seek or to begin anew.
    pub(crate) fn flush(&mut self) {
        if let Some(decoder) = &mut self.decoder {
            decoder.flush();
        }
        if let Some(device) = &mut self.device {
            device.kept.clear();
        }
        self.again.clear();
        (self.until, self.waits_for_key, self.has_ended) = (None, false, false);
    }

    fn decoder(&mut self) -> Result<&mut PooledDecoder, ff::Error> {
        self.decoder.as_mut().ok_or(ff::Error::Eof)
    }

    /// Sends what is to be decoded again, as far as there is room.
    fn send_again(&mut self) -> Result<(), ff::Error> {
        while let Some(packet) = self.again.front() {
            let Some(decoder) = &mut self.decoder else { return Err(ff::Error::Eof) };
            match decoder.send(Some(packet)) {
                Err(error @ ff::Error::Other { errno: ff::error::EAGAIN }) => return Err(error),
                // Whether it was damaged was counted when it came first.
                Ok(()) | Err(_) => drop(self.again.pop_front()),
            }
            if self.again.is_empty() && self.has_ended {
                let _ = decoder.send(None);
            }
        }
        Ok(())
    }

    /// Whether a picture came out before the device failed.
    fn came_before(&mut self, tick: Option<i64>) -> bool {
        let (Some(until), Some(tick)) = (self.until, tick) else { return false };
        if tick >= until {
            self.until = None;
        }
        tick <= until
    }

    /// Goes over to software if an error is one of the device's. Damaged media is none, once the device gave pictures.
    fn survive(&mut self, result: Result<(), ff::Error>) -> Result<(), ff::Error> {
        match (&self.device, result) {
            (None, result) | (_, result @ (Ok(()) | Err(ff::Error::Eof))) => result,
            (_, Err(error @ ff::Error::Other { errno: ff::error::EAGAIN })) => Err(error),
            (Some(device), Err(ff::Error::InvalidData)) if device.pictures > 0 => Err(ff::Error::InvalidData),
            (_, Err(error)) => self.fall_back(&error),
        }
    }

    /// Opens the decoder anew, in software, and arranges for what it has to do again.
    fn fall_back(&mut self, error: &ff::Error) -> Result<(), ff::Error> {
        let Some(device) = self.device.take() else { return Err(*error) };
        memory::opening(|| {
            self.fallback = Some(format!("{} failed: {error}", device.kind));
            self.decoder = None;
            #[cfg(test)]
            (self.pretence = None);
            self.buffers.0.wish().set(None);
            match self.open_decoder(None) {
                Ok(decoder) => self.decoder = Some(decoder),
                Err(error) => self.refused = Some(error),
            }
        });
        if device.kept.is_empty() {
            self.waits_for_key = true;
        } else {
            (self.again, self.until) = (device.kept, device.last.filter(|_| device.is_timed));
        }
        if self.again.is_empty() && self.has_ended {
            let _ = self.decoder().and_then(|decoder| decoder.send(None));
        }
        Ok(())
    }
}
