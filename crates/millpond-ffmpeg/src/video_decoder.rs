//! Decoding pictures into the slots of a pool, on frame threads if there are several.
//!
//! Codecs that let the caller bring the memory (H.264, HEVC, VP9, MPEG, MJPEG, ProRes and most others) write straight into
//! slots; the rest (libdav1d for AV1, raw video, unusual pixel formats) are copied into a slot once, and counted. The pool
//! makes its slots when the first picture's layout is known: reference frames + the one that is written + one for each
//! thread + [`held`](DecoderConfig::held). Pictures of another size or format come from a new pool.
//!
//! Pictures are cropped to the visible size exactly. Damaged packets are skipped and counted. Opening allocates; after
//! that nothing allocates on the Rust heap but a new pool, which counts as [opening](millpond_core::memory::opening).

use crate::demuxer;
use crate::hw::{Codec, HwDevice, HwKind};
use crate::limits::Limit;
use crate::pixels::{self, Counterpart};
use crate::streams::{VideoStream, color_description};
use crate::sys::ColorNumbers;
use crate::video_frame::{Destination, Facts, VideoFrame};
use crate::{Error, Flow, Packet, SharedFrames, State, sys};
use ffmpeg_next as ff;
use millpond_core::pool::{Exhausted, PoolStats};
use millpond_core::video::FrameLayout;

/// What a decoder may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecoderConfig {
    /// Threads, at least one.
    pub threads: usize,
    /// Pictures that the caller holds at the same time at most.
    pub held: usize,
    /// What happens when more are held and all slots are out. [`Exhausted::Allocate`] makes another and counts it as
    /// [overflow](PoolStats::overflow); [`Exhausted::Fail`] loses the picture, which counts as damaged;
    /// [`Exhausted::Wait`] waits in the decoder until a picture comes back, so the one who holds them must be on another
    /// thread, or the wait have a deadline.
    pub when_empty: Exhausted,
    /// Where to decode if it can be done there; see [`hw`](crate::hw).
    pub device: Option<HwDevice>,
}

impl Default for DecoderConfig {
    /// In software, one picture, and one thread more than processors, at most 16, as FFmpeg itself has it: so no processor idles while a
    /// picture waits for the one it is predicted from. A single processor gets a single thread.
    fn default() -> Self {
        let threads = std::thread::available_parallelism()
            .map_or(1, |count| if count.get() == 1 { 1 } else { (count.get() + 1).min(16) });
        DecoderConfig { threads, held: 1, when_empty: Exhausted::Allocate, device: None }
    }
}

/// What a decoder did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecoderStats {
    /// Pictures that came out.
    pub pictures: u64,
    /// Slots that the codec wrote into.
    pub in_place: u64,
    /// Times that a picture's pixels were copied: into a slot, for a codec that cannot write there, or into the caller's
    /// own memory.
    pub copies: u64,
    /// Pictures that were copied from a device into a slot.
    pub downloads: u64,
    /// Packets and pictures that were damaged.
    pub damaged: u64,
    /// The slots.
    pub pool: PoolStats,
}

/// A decoder of one stream of pictures.
///
/// ```no_run
/// use millpond_ffmpeg::{Access, Cancel, DecoderConfig, Demuxer, Flow, Packet, Place, VideoDecoder};
///
/// let place = Place::file("clip.mp4".as_ref())?;
/// let mut demuxer = Demuxer::open(&place, &Access::default(), &Cancel::new())?;
/// let stream = demuxer.video()?;
/// let mut decoder = VideoDecoder::new(&stream, DecoderConfig::default());
/// decoder.open()?;
/// let (mut packet, mut frame) = (Packet::new(), None);
/// while demuxer.read_into(&mut packet)? == Flow::Done {
///     if packet.stream() != stream.index() {
///         continue;
///     }
///     // `Full`: a picture came out, but there was no room for the packet yet.
///     while let flow @ (Flow::Done | Flow::Full) = decoder.decode_into(&packet, &mut frame)? {
///         if let Some(frame) = &frame {
///             println!("{:?}: {:?}", frame.tick(), frame.view().plane(0).row(0)[0]);
///         }
///         if flow == Flow::Done {
///             break;
///         }
///     }
/// }
/// while decoder.flush_into(&mut frame)? == Flow::Done {}
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct VideoDecoder {
    stream: VideoStream,
    config: DecoderConfig,
    shared: Option<SharedFrames>,
    state: State,
    codec: Option<Codec>,
    frame: ff::frame::Video,
    /// Where the picture in it was decoded.
    device: Option<HwKind>,
    /// A picture whose destination was refused; it comes next.
    waiting: Option<VideoFrame>,
    bitstream: ColorNumbers,
    pixel: ff::format::Pixel,
    pictures: u64,
    copies: u64,
    damaged: u64,
    /// Packets since the last picture.
    barren: u32,
}

/// Errors in a row after which a decoder counts as hungry, or drained.
const PATIENCE: u32 = 256;

const WORKING: &[State] = &[State::Opened, State::Streaming];
const OPEN: &[State] = &[State::Opened, State::Streaming, State::Draining];

impl VideoDecoder {
    /// A decoder for a stream, not open yet.
    pub fn new(stream: &VideoStream, config: DecoderConfig) -> VideoDecoder {
        VideoDecoder {
            stream: stream.clone(),
            config,
            shared: None,
            state: State::Created,
            codec: None,
            frame: ff::frame::Video::empty(),
            device: None,
            waiting: None,
            bitstream: ColorNumbers::default(),
            pixel: ff::format::Pixel::None,
            pictures: 0,
            copies: 0,
            damaged: 0,
            barren: 0,
        }
    }

    /// Takes its slots from memory that it shares with other decoders; `when_empty` does not count then. To be said before
    /// it is opened.
    #[must_use]
    pub fn with_frames(self, frames: &SharedFrames) -> VideoDecoder {
        VideoDecoder { shared: Some(frames.clone()), ..self }
    }

    /// Opens the codec. Allowed when created or closed; a closed decoder begins anew.
    ///
    /// # Errors
    /// [`Error::UnsupportedCodec`], [`Error::WrongState`].
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created, State::Closed])?;
        demuxer::prepare();
        self.codec = Some(Codec::open(&self.stream, &self.config, self.shared.as_ref())?);
        self.state = State::Opened;
        Ok(())
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Hands over a packet: [`Flow::Done`] if it was taken, [`Flow::Full`] if pictures must be received first. A damaged
    /// packet is taken, skipped and counted.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::LimitExceeded`] for a picture with too many pixels, or
    /// after too many packets that yielded nothing; [`Error::Core`] if memory that is [shared](Self::with_frames) has no slot
    /// left.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a new pool.
    pub fn send(&mut self, packet: &Packet) -> Result<Flow, Error> {
        self.state.allow("send", WORKING)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Full) };
        self.state = State::Streaming;
        if packet.data().is_empty() {
            // To FFmpeg it would be the end.
            return Ok(Flow::Done);
        }
        match codec.send(Some(packet.raw())) {
            Ok(()) => {}
            Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::Full),
            Err(_) => {
                refused(codec, &self.stream)?;
                self.damaged += 1;
            }
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
            let _ = codec.send(None);
        }
        self.state = State::Draining;
        Ok(())
    }

    /// Asks for the next picture in presentation order: [`Flow::Done`] if it is in `to`, [`Flow::NeedMore`] if a packet
    /// must be sent first, [`Flow::Ended`] after the last one. A picture that does not fit `to` stays and can be asked for
    /// again.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::LimitExceeded`] for a picture with too many pixels;
    /// [`Error::UnsupportedFormat`] for a pixel format without a counterpart, whose
    /// picture is dropped; [`Error::Core`] if `to` has another size or format, or for want of a slot to copy into.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a new pool.
    pub fn receive(&mut self, to: &mut impl Destination) -> Result<Flow, Error> {
        self.state.allow("receive", OPEN)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Ended) };
        if self.waiting.is_none() {
            let mut failures = 0;
            loop {
                match codec.receive(&mut self.frame) {
                    Ok(device) => {
                        self.device = device;
                        break;
                    }
                    Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::NeedMore),
                    Err(ff::Error::Eof) => return codec.refused().map_or(Ok(Flow::Ended), |error| Err(error.clone())),
                    Err(_) => {
                        refused(codec, &self.stream)?;
                        self.damaged += 1;
                        failures += 1;
                    }
                }
                if failures == PATIENCE {
                    return Ok(if self.state == State::Draining { Flow::Ended } else { Flow::NeedMore });
                }
            }
            self.waiting = Some(self.take()?);
        }
        let was_copied = to.put(&mut self.waiting)?;
        self.copies += u64::from(was_copied);
        self.pictures += 1;
        self.barren = 0;
        Ok(Flow::Done)
    }

    /// Sends a packet and receives at most one picture. [`Flow::Done`]: the packet was taken and a picture is in `to`.
    /// [`Flow::NeedMore`]: the packet was taken and no picture is ready. [`Flow::Full`]: a picture is in `to`, but the
    /// packet was not taken; give it again.
    ///
    /// # Errors
    /// Those of [`send`](Self::send) and [`receive`](Self::receive).
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a new pool.
    pub fn decode_into(&mut self, packet: &Packet, to: &mut impl Destination) -> Result<Flow, Error> {
        loop {
            match (self.send(packet)?, self.receive(to)?) {
                // What came out had come out before a device failed; now there is room.
                (Flow::Full, Flow::NeedMore) => {}
                (Flow::Full, _) => return Ok(Flow::Full),
                (_, received) => return Ok(received),
            }
        }
    }

    /// After the last packet: the pictures that the decoder still holds, one a call. [`Flow::Done`] if one is in `to`,
    /// [`Flow::Ended`] after the last.
    ///
    /// # Errors
    /// Those of [`receive`](Self::receive).
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a new pool.
    pub fn flush_into(&mut self, to: &mut impl Destination) -> Result<Flow, Error> {
        self.state.allow("flush_into", OPEN)?;
        if self.state != State::Draining {
            self.send_end()?;
        }
        self.receive(to)
    }

    /// Forgets everything that was sent, after a seek or to decode anew; the next packet should be a key frame's.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.state.allow("flush", OPEN)?;
        if let Some(codec) = &mut self.codec {
            codec.flush();
        }
        self.waiting = None;
        self.barren = 0;
        self.state = State::Opened;
        Ok(())
    }

    /// Gives the codec back. Pictures that were handed out stay valid.
    pub fn close(&mut self) {
        self.codec = None;
        self.waiting = None;
        self.state = State::Closed;
    }

    /// The device that it decodes on; `None` when it decodes in software, from the start or since the device failed. Whether
    /// the device takes the stream shows with the first picture; [`VideoFrame::device`] tells where each really came from.
    pub fn device(&self) -> Option<HwKind> {
        self.codec.as_ref().and_then(Codec::device)
    }

    /// Why it decodes in software although it was given a device.
    pub fn fallback(&self) -> Option<&str> {
        self.codec.as_ref().and_then(Codec::fallback)
    }

    /// What it did so far; figures of the pool are those since it was opened.
    pub fn stats(&self) -> DecoderStats {
        let counts = self.codec.as_ref().map(Codec::counts).unwrap_or_default();
        DecoderStats {
            pictures: self.pictures,
            in_place: counts.in_place,
            copies: counts.copies + self.copies,
            downloads: counts.downloads,
            damaged: self.damaged + self.codec.as_ref().map_or(0, Codec::lost),
            pool: self.codec.as_ref().map(|codec| codec.buffers().pool_stats()).unwrap_or_default(),
        }
    }

    /// The figures of its slots for a monitor, until it is closed.
    pub(crate) fn observer(&self) -> Option<impl FnMut() -> Option<PoolStats> + Send + 'static> {
        self.codec.as_ref().map(Codec::observer)
    }

    /// The colours that the bitstream gave the last picture.
    pub(crate) fn bitstream_color(&self) -> ColorNumbers {
        self.bitstream
    }

    /// FFmpeg's pixel format of the last picture.
    pub(crate) fn pixel(&self) -> ff::format::Pixel {
        self.pixel
    }

    /// Width and height of the pictures before cropping.
    pub(crate) fn coded_size(&self) -> (i32, i32) {
        self.codec.as_ref().map_or((0, 0), Codec::coded_size)
    }

    /// Makes a handle of the picture that the codec just gave.
    fn take(&mut self) -> Result<VideoFrame, Error> {
        self.pixel = self.frame.format();
        let unsupported = |format: String| Error::UnsupportedFormat { place: self.stream.place.to_string(), format };
        let pixels = u64::from(self.frame.width()) * u64::from(self.frame.height());
        Limit::Pixels.check(&self.stream.place, self.stream.limits.pixels, pixels)?;
        let counterpart =
            pixels::counterpart(self.pixel).ok_or_else(|| unsupported(format!("pixel format {:?}", self.pixel)))?;
        self.bitstream = sys::frame_color(&self.frame);
        if counterpart.is_full_range {
            self.bitstream.range = 2;
        }
        let facts = Facts::of(
            &self.frame,
            color_description(self.stream.container.color, self.bitstream),
            self.stream.container.aspect,
        );
        self.damaged += u64::from(facts.is_damaged);
        let frame = std::mem::replace(&mut self.frame, ff::frame::Video::empty());
        let picture = self.handle(frame, counterpart)?;
        let mut picture = picture.ok_or_else(|| unsupported("the layout of its pictures".to_owned()))?;
        picture.describe(facts);
        picture.set_device(self.device);
        Ok(picture)
    }

    fn handle(&self, frame: ff::frame::Video, counterpart: Counterpart) -> Result<Option<VideoFrame>, Error> {
        let Some(codec) = &self.codec else { return Ok(None) };
        if counterpart.is_same_bytes() && sys::is_in_slot(&frame, codec.buffers()) {
            return Ok(VideoFrame::counted(frame, counterpart.format));
        }
        let layout = FrameLayout::aligned(counterpart.format, frame.width(), frame.height())?;
        let mut slot = codec.buffers().slot_for_copy(&layout)?;
        let copied = pixels::copy(&frame, counterpart, &mut slot.view_mut());
        Ok(copied.map(|()| VideoFrame::from(slot)))
    }
}

/// Pictures are lost for want of memory that is shared, or because they have too many pixels, not because they are damaged.
fn refused(codec: &Codec, stream: &VideoStream) -> Result<(), Error> {
    let buffers = codec.buffers();
    if let Some(error) = buffers.take_refusal() {
        return Err(error.into());
    }
    buffers.take_refused().map_or(Ok(()), |got| Limit::Pixels.check(&stream.place, stream.limits.pixels, got))
}
