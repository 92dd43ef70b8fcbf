//! The pictures of a file, one after the other: demuxer and decoder.
//!
//! Opening decodes the first picture, because only then the bitstream's colour tags are known. Seeking goes to a key
//! frame whose presentation time is at or before the wanted one, further back if the container's index misled, and
//! the pictures between come too.

use crate::streams::{VideoStream, color_tags};
use crate::{
    Access, Cancel, DecoderConfig, DecoderStats, Demuxer, Error, FieldOrder, Flow, HwKind, Packet, Place, SharedFrames,
    SharedMonitor, VideoDecoder, VideoFrame, pixels,
};
use millpond_core::Rational;
use millpond_scene::ClipInfo;

/// A decoded picture.
#[derive(Debug)]
pub struct ClipPicture {
    /// Presentation time in ticks of the clip's time scale.
    pub tick: i64,
    /// The pixels, on loan from the decoder's pool.
    pub frame: VideoFrame,
}

/// An open file whose pictures are read in presentation order.
pub struct Clip {
    demuxer: Demuxer,
    access: Access,
    stream: VideoStream,
    decoder: VideoDecoder,
    packet: Packet,
    config: DecoderConfig,
    frames: Option<SharedFrames>,
    monitor: Option<SharedMonitor>,
    info: ClipInfo,
    cancel: Cancel,
    /// Decoded while opening or seeking and not handed out yet.
    first: Option<ClipPicture>,
    /// The one behind it, if it had to be decoded to find the first.
    second: Option<ClipPicture>,
    /// The largest presentation time among the packets so far, and that packet's duration.
    last_packet: Option<(i64, i64)>,
    /// Pictures before this tick belong to a key frame that was not read.
    usable_from: i64,
    /// The tick of the file's first picture.
    start_tick: i64,
    /// The tick of the last picture, for streams whose packets carry no time.
    last_tick: Option<i64>,
}

impl Clip {
    /// Opens a file and decodes its first picture. Allocates.
    ///
    /// # Errors
    /// Those of opening; [`Error::MediaBroken`] if the file yields no picture.
    pub fn open(place: &Place, access: &Access, cancel: &Cancel, config: DecoderConfig) -> Result<Clip, Error> {
        Clip::open_with(place, access, cancel, config, None)
    }

    /// The same with memory that is shared with other decoders.
    pub(crate) fn open_with(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        config: DecoderConfig,
        frames: Option<&SharedFrames>,
    ) -> Result<Clip, Error> {
        let demuxer = Demuxer::open(place, access, cancel)?;
        let stream = demuxer.video()?;
        let decoder = VideoDecoder::new(&stream, config.clone());
        let mut decoder = match frames {
            Some(frames) => decoder.with_frames(frames),
            None => decoder,
        };
        decoder.open()?;
        let mut info = ClipInfo::new(stream.time_base.recip());
        info.turns = stream.turns;
        info.pixel_aspect = stream.pixel_aspect;
        let mut clip = Clip {
            demuxer,
            access: access.clone(),
            stream,
            decoder,
            packet: Packet::new(),
            config,
            frames: frames.cloned(),
            monitor: None,
            info,
            cancel: cancel.clone(),
            first: None,
            second: None,
            last_packet: None,
            usable_from: i64::MIN,
            start_tick: i64::MIN,
            last_tick: None,
        };
        let Some(first) = clip.decode()? else { return Err(Error::broken(place, "it yields no picture")) };
        if !first.frame.view().format().is_rgb() {
            let bitstream = clip.decoder.bitstream_color();
            clip.info.container = color_tags(clip.stream.container.color);
            clip.info.bitstream = color_tags(bitstream);
            clip.info.siting = pixels::siting(bitstream.chroma_location);
        }
        clip.start_tick = first.tick;
        clip.first = Some(first);
        Ok(clip)
    }

    /// Has the pools of its pictures watched, those that come later too. Allocates.
    pub fn watch(&mut self, monitor: &SharedMonitor) {
        if let Some(observe) = self.decoder.observer() {
            monitor.lock().watch_frames(&self.demuxer.place().to_string(), observe);
        }
        self.monitor = Some(monitor.clone());
    }

    /// What container and bitstream say.
    pub fn info(&self) -> &ClipInfo {
        &self.info
    }

    /// FFmpeg's name of the pixel format of the picture decoded last.
    pub(crate) fn pixel_format_name(&self) -> String {
        self.decoder
            .pixel()
            .descriptor()
            .map_or_else(|| "unknown".to_owned(), |descriptor| descriptor.name().to_owned())
    }

    /// Whether the first picture has two fields.
    pub(crate) fn field_order(&self) -> FieldOrder {
        self.first.as_ref().map(|first| first.frame.field_order()).unwrap_or_default()
    }

    /// Width and height of the pictures before cropping.
    pub(crate) fn coded_size(&self) -> (i32, i32) {
        self.decoder.coded_size()
    }

    /// The next picture in presentation order; `None` at the end.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] if the format changes to one without a counterpart, [`Error::Cancelled`].
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap unless size or format change.
    pub fn read(&mut self) -> Result<Option<ClipPicture>, Error> {
        match self.first.take().or_else(|| self.second.take()) {
            Some(first) => Ok(Some(first)),
            None => self.decode(),
        }
    }

    /// After the last picture: its presentation time plus its packet's duration, in ticks.
    pub fn end_tick(&self) -> i64 {
        let (tick, duration) = self.last_packet.or(self.last_tick.map(|tick| (tick, 0))).unwrap_or((0, 0));
        tick.saturating_add(duration.max(0))
    }

    /// Packets and pictures that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.demuxer.damaged() + self.decoder.stats().damaged
    }

    /// The device that it decodes on; see [`VideoDecoder::device`].
    pub fn device(&self) -> Option<HwKind> {
        self.decoder.device()
    }

    /// Why it decodes in software although it was given a device.
    pub fn fallback(&self) -> Option<&str> {
        self.decoder.fallback()
    }

    /// What its decoder did so far.
    pub fn decoder_stats(&self) -> DecoderStats {
        self.decoder.stats()
    }

    /// Goes back or ahead, so that the next pictures begin with a key frame at or before `time` (seconds). Allocates.
    ///
    /// # Errors
    /// Those of reading.
    pub fn seek(&mut self, time: Rational) -> Result<(), Error> {
        let target = (time / self.stream.time_base).floor().to_integer();
        let target = i64::try_from(target).unwrap_or(if target < 0 { i64::MIN } else { i64::MAX });
        if target <= self.start_tick && self.first.as_ref().is_some_and(|first| first.tick == self.start_tick) {
            return Ok(());
        }
        // Containers index decoding times; where pictures are reordered the key frame found may be too late.
        let second = i64::try_from(self.stream.time_base.recip().ceil().to_integer()).unwrap_or(1);
        let mut from = target;
        for attempt in 0..8 {
            if from <= self.start_tick || self.restart(from).is_err() {
                break;
            }
            if self.reach_key_frame(target)? {
                self.first = self.decode()?;
                return Ok(());
            }
            from = target.saturating_sub(second << attempt);
        }
        // The start is always early enough, and opening is the one way there that every container has.
        let place = self.demuxer.place().clone();
        let monitor = self.monitor.take();
        *self = Clip::open_with(&place, &self.access, &self.cancel, self.config.clone(), self.frames.as_ref())?;
        if let Some(monitor) = monitor {
            self.watch(&monitor);
        }
        Ok(())
    }

    /// Goes to the picture that shows at `time` (seconds): the next one that is read is the last whose presentation time is
    /// not after it, or the first of all. Decodes from the key frame before it on. Allocates.
    ///
    /// # Errors
    /// Those of reading.
    pub fn seek_exact(&mut self, time: Rational) -> Result<(), Error> {
        self.seek(time)?;
        let mut shown = self.read()?;
        while let Some(next) = self.read()? {
            let is_later = Rational::from_integer(next.tick.into()) * self.stream.time_base > time;
            if is_later {
                self.second = Some(next);
                break;
            }
            shown = Some(next);
        }
        self.first = shown;
        Ok(())
    }

    fn restart(&mut self, tick: i64) -> Result<(), Error> {
        (self.first, self.second) = (None, None);
        self.usable_from = i64::MIN;
        self.last_tick = None;
        self.demuxer.seek(self.stream.index, tick)?;
        self.decoder.flush()
    }

    /// Reads up to the first key frame; says whether it lies at or before the target.
    fn reach_key_frame(&mut self, target: i64) -> Result<bool, Error> {
        while self.read_packet()? {
            if self.packet.is_key() {
                let tick = self.packet.pts().or(self.packet.dts()).unwrap_or(i64::MAX);
                self.usable_from = tick;
                // A decoder that was just flushed has room.
                let _ = self.decoder.send(&self.packet)?;
                return Ok(tick <= target);
            }
        }
        Ok(false)
    }

    /// Reads the next packet of the stream.
    fn read_packet(&mut self) -> Result<bool, Error> {
        while self.demuxer.read_into(&mut self.packet)? == Flow::Done {
            if self.packet.stream() == self.stream.index {
                let tick = self.packet.pts().or(self.packet.dts());
                if let Some(tick) = tick
                    && self.last_packet.is_none_or(|(last, _)| tick >= last)
                {
                    self.last_packet = Some((tick, self.packet.duration()));
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Decodes the next picture; `None` at the end.
    fn decode(&mut self) -> Result<Option<ClipPicture>, Error> {
        loop {
            let mut frame = None;
            match self.decoder.receive(&mut frame)? {
                Flow::Ended => return Ok(None),
                Flow::Done => {
                    let Some(frame) = frame else { continue };
                    if frame.tick().is_some_and(|tick| tick < self.usable_from) {
                        continue;
                    }
                    // A picture without a time follows the one before it by a tick.
                    let tick = frame.tick().or(self.last_tick.map(|last| last + 1)).unwrap_or(0);
                    self.last_tick = Some(tick);
                    return Ok(Some(ClipPicture { tick, frame }));
                }
                Flow::NeedMore | Flow::Full if self.read_packet()? => {
                    // It said that it needs more, so there is room.
                    let _ = self.decoder.send(&self.packet)?;
                }
                Flow::NeedMore | Flow::Full => self.decoder.send_end()?,
            }
        }
    }

    /// Reads on to the end without decoding: seconds at which the last picture ends.
    pub(crate) fn scan_end(mut self) -> Result<Rational, Error> {
        while self.read_packet()? {}
        Ok(Rational::from_integer(self.end_tick().into()) * self.stream.time_base)
    }
}
