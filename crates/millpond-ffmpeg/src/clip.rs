//! The pictures of a file, one after the other: demuxer, decoder and a pool of frames.
//!
//! Opening decodes the first picture, because only then the bitstream's colour tags are known. Seeking goes to a key
//! frame whose presentation time is at or before the wanted one, further back if the container's index misled, and
//! the pictures between come too. A picture of a new size or format comes from a new pool; the old one drains.

use crate::input::{Input, PictureStream, color_description, color_tags};
use crate::pixels::{self, Counterpart};
use crate::video_decoder::{Decoded, VideoDecoder};
use crate::{Access, Cancel, Error, Place};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::memory;
use millpond_core::pool::Pooled;
use millpond_core::video::{Frame, FrameLayout, FramePool};
use millpond_scene::ClipInfo;

/// A decoded picture.
#[derive(Debug)]
pub struct ClipPicture {
    /// Presentation time in ticks of the clip's time scale.
    pub tick: i64,
    /// The pixels, on loan from the clip's pool.
    pub frame: Pooled<Frame>,
}

/// What a clip may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipConfig {
    /// Pictures that can be out at the same time; reading waits while they are.
    pub pictures: usize,
    /// Threads of the decoder.
    pub threads: usize,
}

impl Default for ClipConfig {
    /// One picture, and a thread per processor, at most eight.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(8));
        ClipConfig { pictures: 1, threads }
    }
}

/// An open file whose pictures are read in presentation order.
pub struct Clip {
    input: Input,
    access: Access,
    stream: PictureStream,
    decoder: VideoDecoder,
    packet: ff::Packet,
    pool: Option<(FrameLayout, FramePool)>,
    config: ClipConfig,
    info: ClipInfo,
    cancel: Cancel,
    /// Decoded while opening or seeking and not handed out yet.
    first: Option<ClipPicture>,
    /// The largest presentation time among the packets so far, and that packet's duration.
    last_packet: Option<(i64, i64)>,
    /// Pictures before this tick belong to a key frame that was not read.
    usable_from: i64,
    /// The tick of the file's first picture.
    start_tick: i64,
    /// The tick of the last picture, for streams whose packets carry no time.
    last_tick: Option<i64>,
    damaged: u64,
}

impl Clip {
    /// Opens a file and decodes its first picture. Allocates.
    ///
    /// # Errors
    /// Those of opening; [`Error::MediaBroken`] if the file yields no picture.
    pub fn open(place: &Place, access: &Access, cancel: &Cancel, config: ClipConfig) -> Result<Clip, Error> {
        let input = Input::open(place, access, cancel)?;
        let stream = input.pictures()?;
        let decoder = VideoDecoder::open(&input, &stream, config.threads)?;
        let mut info = ClipInfo::new(stream.time_base.recip());
        info.turns = stream.turns;
        info.pixel_aspect = stream.pixel_aspect;
        let mut clip = Clip {
            input,
            access: access.clone(),
            stream,
            decoder,
            packet: ff::Packet::empty(),
            pool: None,
            config,
            info,
            cancel: cancel.clone(),
            first: None,
            last_packet: None,
            usable_from: i64::MIN,
            start_tick: i64::MIN,
            last_tick: None,
            damaged: 0,
        };
        if !clip.decode()? {
            return Err(Error::broken(place, "it yields no picture"));
        }
        let counterpart = clip.counterpart()?;
        if !counterpart.format.is_rgb() {
            let bitstream = clip.decoder.color(counterpart);
            clip.info.container = color_tags(clip.stream.container.color);
            clip.info.bitstream = color_tags(bitstream);
            clip.info.siting = pixels::siting(bitstream.chroma_location);
        }
        let first = clip.take()?;
        clip.start_tick = first.tick;
        clip.first = Some(first);
        Ok(clip)
    }

    /// What container and bitstream say.
    pub fn info(&self) -> &ClipInfo {
        &self.info
    }

    /// FFmpeg's name of the pixel format of the picture decoded last.
    pub(crate) fn pixel_format_name(&self) -> String {
        let pixel = self.decoder.frame().format();
        pixel.descriptor().map_or_else(|| "unknown".to_owned(), |descriptor| descriptor.name().to_owned())
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
    /// Does not allocate on the Rust heap unless size or format change. Blocks while all pictures are out.
    pub fn read(&mut self) -> Result<Option<ClipPicture>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        if self.decode()? { self.take().map(Some) } else { Ok(None) }
    }

    /// After the last picture: its presentation time plus its packet's duration, in ticks.
    pub fn end_tick(&self) -> i64 {
        let (tick, duration) = self.last_packet.or(self.last_tick.map(|tick| (tick, 0))).unwrap_or((0, 0));
        tick.saturating_add(duration.max(0))
    }

    /// Packets and pictures that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.damaged
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
                self.first = if self.decode()? { Some(self.take()?) } else { None };
                return Ok(());
            }
            from = target.saturating_sub(second << attempt);
        }
        // The start is always early enough, and opening is the one way there that every container has.
        let place = self.input.place().clone();
        *self = Clip::open(&place, &self.access, &self.cancel, self.config)?;
        Ok(())
    }

    fn restart(&mut self, tick: i64) -> Result<(), Error> {
        self.first = None;
        self.usable_from = i64::MIN;
        self.last_tick = None;
        self.input.seek(self.stream.index, tick)?;
        self.decoder.flush();
        Ok(())
    }

    /// Reads up to the first key frame; says whether it lies at or before the target.
    fn reach_key_frame(&mut self, target: i64) -> Result<bool, Error> {
        while self.read_packet()? {
            if self.packet.is_key() {
                let tick = self.packet.pts().or(self.packet.dts()).unwrap_or(i64::MAX);
                self.usable_from = tick;
                self.decoder.send(&self.packet, &mut self.damaged);
                return Ok(tick <= target);
            }
        }
        Ok(false)
    }

    /// Reads the next packet of the stream.
    fn read_packet(&mut self) -> Result<bool, Error> {
        while self.input.read(&mut self.packet, &self.cancel, &mut self.damaged)? {
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

    /// Decodes the next picture into the decoder's frame; `false` at the end.
    fn decode(&mut self) -> Result<bool, Error> {
        loop {
            match self.decoder.receive(&mut self.damaged) {
                Decoded::End => return Ok(false),
                Decoded::Picture if self.decoder.tick().is_some_and(|tick| tick < self.usable_from) => {}
                Decoded::Picture => return Ok(true),
                Decoded::Hungry if self.read_packet()? => self.decoder.send(&self.packet, &mut self.damaged),
                Decoded::Hungry => self.decoder.send_end(),
            }
        }
    }

    fn counterpart(&self) -> Result<Counterpart, Error> {
        let pixel = self.decoder.frame().format();
        pixels::counterpart(pixel).ok_or_else(|| self.unsupported(&format!("pixel format {pixel:?}")))
    }

    fn unsupported(&self, format: &str) -> Error {
        Error::UnsupportedFormat { place: self.input.place().to_string(), format: format.to_owned() }
    }

    /// Copies the decoder's picture into a pool frame.
    fn take(&mut self) -> Result<ClipPicture, Error> {
        let counterpart = self.counterpart()?;
        let decoded = self.decoder.frame();
        let layout = FrameLayout::aligned(counterpart.format, decoded.width(), decoded.height())?;
        // A picture without a time follows the one before it by a tick.
        let tick = self.decoder.tick().or(self.last_tick.map(|last| last + 1)).unwrap_or(0);
        let pool = match &self.pool {
            Some((known, pool)) if *known == layout => pool,
            _ => {
                let pool = memory::opening(|| FramePool::frames(layout, self.config.pictures));
                &self.pool.insert((layout, pool)).1
            }
        };
        let mut frame = pool.acquire_unless(|| self.cancel.is_abandoned()).ok_or(Error::Cancelled)?;
        if pixels::copy(decoded, counterpart, &mut frame.view_mut()).is_none() {
            return Err(self.unsupported("the layout of its pictures"));
        }
        frame.set_color(color_description(self.stream.container.color, self.decoder.color(counterpart)));
        self.last_tick = Some(tick);
        Ok(ClipPicture { tick, frame })
    }

    /// Reads on to the end without decoding: seconds at which the last picture ends.
    pub(crate) fn scan_end(mut self) -> Result<Rational, Error> {
        while self.read_packet()? {}
        Ok(Rational::from_integer(self.end_tick().into()) * self.stream.time_base)
    }
}
