//! Encoding pictures.
//!
//! A picture is handed over by reference: FFmpeg counts one more reader of its slot, and the slot goes back to its pool
//! when the codec and everybody else let go. libx264, libx265, libvpx and the AV1 encoders copy what they keep for
//! lookahead; encoders with frame threads (PNG, MJPEG, ProRes) and FFmpeg's own with B-frames keep the slot, so their pool
//! needs that many more.

use super::{Encoder, End, failed, open_first, receive, sealed};
use crate::sys::Surfaces;
use crate::{Error, Flow, HwDevice, HwKind, Packet, State, VideoFrame, options, pixels, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, FrameLayout, PixelFormat};

/// What to encode pictures to, and how.
///
/// What is `None` is the encoder's own default. The field of a setting is a name for FFmpeg's option; an encoder that does
/// not have it refuses to open and names options that look like it.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoEncoderConfig {
    /// Encoders (`libx264`) or codecs (`h264`, `hevc`, `vp9`, `av1`, `mjpeg`, `png`, `prores`), best first: the first one
    /// that this FFmpeg has, and that takes all settings, is used.
    pub codecs: Vec<String>,
    /// Where to encode if it can be done there: the device's encoders of a named codec are tried before its others. See
    /// [`hw`](crate::hw).
    pub device: Option<HwDevice>,
    /// Width of the pictures in pixels.
    pub width: u32,
    /// Height of the pictures in pixels.
    pub height: u32,
    /// Their pixel format.
    pub format: PixelFormat,
    /// What their numbers mean; written into the stream.
    pub color: ColorDescription,
    /// Width to height of a pixel; (0, 0) if it is not known, which counts as square.
    pub pixel_aspect: (u32, u32),
    /// Pictures a second, for rate control; times are told with each picture.
    pub frame_rate: Rational,
    /// Seconds of a tick of the pictures' times; `None` is one over the frame rate.
    pub time_base: Option<Rational>,
    /// Constant quality, on the encoder's own scale (`crf`: 0 to 51 for libx264 and libx265, 0 to 63 for VP9 and AV1).
    pub crf: Option<f32>,
    /// Bits a second on average (`b`).
    pub bit_rate: Option<u64>,
    /// Bits a second at most, over what `buffer_size` holds (`maxrate`).
    pub max_rate: Option<u64>,
    /// Bits of the decoder's buffer that `max_rate` fills (`bufsize`).
    pub buffer_size: Option<u64>,
    /// Pictures from one key frame to the next, at most (`g`).
    pub gop: Option<u32>,
    /// B-frames in a row, at most (`bf`).
    pub b_frames: Option<u32>,
    /// Speed against size (`preset`).
    pub preset: Option<String>,
    /// What the encoder is tuned for (`tune`).
    pub tune: Option<String>,
    /// The codec's profile (`profile`).
    pub profile: Option<String>,
    /// Threads; 0 leaves it to the encoder (`threads`).
    pub threads: u32,
    /// Any other option of the encoder, by FFmpeg's name, set after those above.
    pub options: Vec<(String, String)>,
}

impl VideoEncoderConfig {
    /// Pictures of a size and rate to a codec, the rest as the encoder has it: I420, BT.709 limited, square pixels.
    pub fn new(codec: &str, width: u32, height: u32, frame_rate: Rational) -> VideoEncoderConfig {
        VideoEncoderConfig {
            codecs: vec![codec.to_owned()],
            device: None,
            width,
            height,
            format: PixelFormat::I420,
            color: ColorDescription::BT709,
            pixel_aspect: (0, 0),
            frame_rate,
            time_base: None,
            crf: None,
            bit_rate: None,
            max_rate: None,
            buffer_size: None,
            gop: None,
            b_frames: None,
            preset: None,
            tune: None,
            profile: None,
            threads: 0,
            options: Vec::new(),
        }
    }

    /// The encoders to try, and those that are missing because this FFmpeg has none for the device.
    fn encoders(&self) -> (Vec<String>, Vec<Error>) {
        let Some(device) = &self.device else { return (self.codecs.clone(), Vec::new()) };
        let (mut names, mut missing) = (Vec::new(), Vec::new());
        for name in &self.codecs {
            if let Some(id) = sys::codec_named(name) {
                let on_device = sys::hardware_encoders(id, device.kind());
                if on_device.is_empty() {
                    let what = format!("encoding {name} by {}", device.kind());
                    missing.push(Error::UnsupportedOutput { what, reason: "this FFmpeg cannot".to_owned() });
                }
                names.extend(on_device);
            }
            names.push(name.clone());
        }
        (names, missing)
    }

    /// FFmpeg's names and values of what is set.
    fn settings(&self) -> Vec<(&str, String)> {
        let mut settings = vec![("threads", self.threads.to_string()), ("flags", "+global_header".to_owned())];
        let mut add = |name, value: Option<String>| settings.extend(value.map(|value| (name, value)));
        add("preset", self.preset.clone());
        add("tune", self.tune.clone());
        add("profile", self.profile.clone());
        add("crf", self.crf.map(|value| value.to_string()));
        add("b", self.bit_rate.map(|value| value.to_string()));
        add("maxrate", self.max_rate.map(|value| value.to_string()));
        add("bufsize", self.buffer_size.map(|value| value.to_string()));
        add("g", self.gop.map(|value| value.to_string()));
        add("bf", self.b_frames.map(|value| value.to_string()));
        settings.extend(self.options.iter().map(|(name, value)| (name.as_str(), value.clone())));
        settings
    }
}

/// An encoder of pictures. [`encoding`](crate::encoding) shows it at work.
pub struct VideoEncoder {
    config: VideoEncoderConfig,
    time_base: Rational,
    state: State,
    codec: Option<Codec>,
    refused: Vec<Error>,
    /// Refers to the picture that is being sent, for the length of the call.
    frame: ff::frame::Video,
    /// The next picture shall be a key frame.
    is_key_wanted: bool,
    last_tick: Option<i64>,
}

struct Codec {
    /// Size and format of the pictures.
    layout: FrameLayout,
    encoder: ff::encoder::video::Encoder,
    name: String,
    pixel: ff::format::Pixel,
    device: Option<HwKind>,
    /// Where pictures are copied to, for an encoder that takes no others.
    surfaces: Option<Surfaces>,
    end: End,
    /// Ticks that a picture lasts, if the encoder does not say it.
    duration: i64,
}

const WORKING: &[State] = &[State::Opened, State::Streaming];
const OPEN: &[State] = &[State::Opened, State::Streaming, State::Draining];

impl VideoEncoder {
    /// An encoder that is not open yet.
    pub fn new(config: VideoEncoderConfig) -> VideoEncoder {
        let time_base = config.time_base.unwrap_or_else(|| reciprocal(config.frame_rate));
        VideoEncoder {
            config,
            time_base,
            state: State::Created,
            codec: None,
            refused: Vec::new(),
            frame: ff::frame::Video::empty(),
            is_key_wanted: false,
            last_tick: None,
        }
    }

    /// Opens the codec. Allowed when created or closed; a closed encoder begins anew. Allocates.
    ///
    /// # Errors
    /// [`Error::UnsupportedOutput`] for an encoder that is not there, a size, rate or pixel format that it does not take, or
    /// settings that do not go together; [`Error::UnknownOption`] and [`Error::OptionValue`] with near names;
    /// [`Error::WrongState`]. With several codecs the error is that of the first.
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created, State::Closed])?;
        let (config, time_base) = (&self.config, self.time_base);
        let (names, mut missing) = config.encoders();
        let (codec, refused) = open_first(&names, ff::media::Type::Video, |codec| open(codec, config, time_base))?;
        missing.extend(refused);
        (self.codec, self.refused) = (Some(codec), missing);
        (self.is_key_wanted, self.last_tick) = (false, None);
        self.state = State::Opened;
        Ok(())
    }

    /// What it was made with.
    pub fn config(&self) -> &VideoEncoderConfig {
        &self.config
    }

    /// FFmpeg's name of the encoder that was opened.
    pub fn name(&self) -> Option<&str> {
        self.codec.as_ref().map(|codec| codec.name.as_str())
    }

    /// The device that it encodes on; `None` if it encodes in software.
    pub fn device(&self) -> Option<HwKind> {
        self.codec.as_ref().and_then(|codec| codec.device)
    }

    /// Why encoders that stand before it in the list were not opened.
    pub fn refused(&self) -> &[Error] {
        &self.refused
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// The next picture that is sent becomes a key frame from which decoding can begin, whatever else the encoder has in
    /// mind. Encoders without prediction ignore it.
    pub fn force_key_frame(&mut self) {
        self.is_key_wanted = true;
    }

    /// Hands over a picture that shows from `tick` on: [`Flow::Done`] if the encoder has a reference to it,
    /// [`Flow::Full`] if packets must be received first. Its pixels are not copied, but to a device.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Core`] for a picture of another size or format, or a tick
    /// that is not behind the one before; [`Error::UnsupportedOutput`] if the encoder fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub fn send(&mut self, picture: &VideoFrame, tick: i64) -> Result<Flow, Error> {
        use millpond_core::Error::{BadParameter, Mismatch};
        self.state.allow("send", WORKING)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Full) };
        let (expected, got) = (codec.layout.kind(), picture.view().kind());
        if expected != got {
            return Err(Mismatch { expected, got }.into());
        }
        if self.last_tick.is_some_and(|last| tick <= last) {
            let expected = "a tick behind that of the picture before";
            return Err(BadParameter { name: "time of a picture", value: tick as f64, expected }.into());
        }
        let sent = picture.refer(codec.pixel, &mut self.frame).and_then(|()| {
            self.frame.set_pts(Some(tick));
            if self.is_key_wanted {
                self.frame.set_kind(ff::picture::Type::I);
            }
            match &codec.surfaces {
                Some(surfaces) => surfaces.upload(&self.frame).and_then(|frame| codec.encoder.send_frame(&frame)),
                None => codec.encoder.send_frame(&self.frame),
            }
        });
        sys::release(&mut self.frame);
        match sent {
            Ok(()) => {}
            Err(ff::Error::Other { errno: ff::error::EAGAIN }) => return Ok(Flow::Full),
            Err(error) => return Err(failed(&codec.name, error)),
        }
        (self.state, self.last_tick, self.is_key_wanted) = (State::Streaming, Some(tick), false);
        Ok(Flow::Done)
    }

    /// Says that there are no more pictures; what the encoder still holds can be received.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::UnsupportedOutput`] if the encoder fails.
    pub fn send_end(&mut self) -> Result<(), Error> {
        self.state.allow("send_end", WORKING)?;
        if let Some(codec) = &mut self.codec {
            codec.end.send(&mut codec.encoder).map_err(|error| failed(&codec.name, error))?;
        }
        self.state = State::Draining;
        Ok(())
    }

    /// Asks for the next packet: [`Flow::Done`] if it is in `packet`, [`Flow::NeedMore`] if a picture must be sent first,
    /// [`Flow::Ended`] after the last one. Packets come in decoding order.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::UnsupportedOutput`] if the encoder fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub fn receive(&mut self, packet: &mut Packet) -> Result<Flow, Error> {
        self.state.allow("receive", OPEN)?;
        let Some(codec) = &mut self.codec else { return Ok(Flow::Ended) };
        let flow = receive(&mut codec.encoder, &mut codec.end, packet, &codec.name)?;
        if flow == Flow::Done && packet.duration() == 0 {
            packet.raw_mut().set_duration(codec.duration);
        }
        Ok(flow)
    }

    /// Gives the codec back, and every picture that it still refers to.
    pub fn close(&mut self) {
        self.codec = None;
        self.state = State::Closed;
    }
}

impl Encoder for VideoEncoder {
    fn time_base(&self) -> Rational {
        self.time_base
    }
}

impl sealed::Sealed for VideoEncoder {
    fn context(&self) -> Option<&ff::codec::Context> {
        self.codec.as_ref().map(|codec| &***codec.encoder)
    }
}

/// One over a rate; 0 stays 0, which no encoder opens with.
fn reciprocal(rate: Rational) -> Rational {
    if *rate.numer() == 0 { rate } else { rate.recip() }
}

fn open(codec: ff::Codec, config: &VideoEncoderConfig, time_base: Rational) -> Result<Codec, Error> {
    let name = codec.name().to_owned();
    let layout = FrameLayout::packed(config.format, config.width, config.height)?;
    let unsupported = |reason: String| Error::UnsupportedOutput {
        what: format!("{name} of {} at {} pictures a second", layout.kind(), config.frame_rate),
        reason,
    };
    let positive = |value: Rational, what: &str| {
        let pair = i32::try_from(*value.numer()).ok().zip(i32::try_from(*value.denom()).ok());
        let pair = pair.filter(|(numerator, denominator)| *numerator > 0 && *denominator > 0);
        pair.map(ff::Rational::from).ok_or_else(|| unsupported(format!("{what} must be above 0 and fit 32 bits")))
    };
    let (base, rate) = (positive(time_base, "the time base")?, positive(config.frame_rate, "the frame rate")?);
    let formats: Option<Vec<ff::format::Pixel>> =
        codec.video().ok().and_then(|codec| codec.formats()).map(Iterator::collect);
    let device =
        config.device.as_ref().filter(|device| sys::hardware_encoders(codec.id(), device.kind()).contains(&name));
    let taken = pixels::for_encoder(config.format, config.color.range, formats.as_deref());
    // An encoder that takes pictures on its device alone has them copied there in any format that the device knows.
    let any = pixels::for_encoder(config.format, config.color.range, None);
    let (width, height) = (config.width as i32, config.height as i32);
    let surfaces = match (taken, any, device) {
        (None, Some(pixel), Some(device)) => {
            let surfaces = device.raw().surfaces(pixel, width, height);
            Some(surfaces.map_err(|error| unsupported(format!("the device takes no such pictures: {error}")))?)
        }
        _ => None,
    };
    let pixel = taken.or(any.filter(|_| surfaces.is_some())).ok_or_else(|| {
        let known = formats.iter().flatten().filter_map(|pixel| pixels::counterpart(*pixel));
        let mut names: Vec<&str> =
            known.filter(|known| known.is_same_bytes()).map(|known| known.format.name()).collect();
        names.dedup();
        unsupported(format!("it takes {}", names.join(", ")))
    })?;
    let mut context = ff::codec::Context::new_with_codec(codec);
    let settings = config.settings();
    options::set_all(&mut context, &name, settings.iter().map(|(name, value)| (*name, value.as_str())))?;
    // So that a forced key frame is one to begin with. Encoders that do not know it have no other kind.
    if sys::has_option(&mut context, c"forced-idr") && !config.options.iter().any(|(name, _)| name == "forced-idr") {
        options::set_all(&mut context, &name, [("forced-idr", "1")])?;
    }
    let mut video = context.encoder().video().map_err(|error| unsupported(error.to_string()))?;
    video.set_width(config.width);
    video.set_height(config.height);
    video.set_format(pixel);
    video.set_time_base(base);
    video.set_frame_rate(Some(rate));
    let side = |value: u32| i32::try_from(value).unwrap_or(0);
    video.set_aspect_ratio(ff::Rational::new(side(config.pixel_aspect.0), side(config.pixel_aspect.1).max(1)));
    sys::describe_pictures(&mut video, &config.color);
    match (&surfaces, device) {
        (Some(surfaces), _) => sys::set_surfaces(&mut video, surfaces),
        (None, Some(device)) => sys::set_device(&mut video, device.raw()),
        (None, None) => {}
    }
    let (encoder, said) = sys::collect(|| video.open_as(codec));
    let encoder = encoder.map_err(|error| unsupported([vec![error.to_string()], said].concat().join("; ")))?;
    let duration = (reciprocal(config.frame_rate) / time_base).round().to_integer();
    Ok(Codec {
        layout,
        encoder,
        name,
        pixel,
        device: device.map(HwDevice::kind),
        surfaces,
        end: End::default(),
        duration: i64::try_from(duration).unwrap_or(0).max(1),
    })
}
