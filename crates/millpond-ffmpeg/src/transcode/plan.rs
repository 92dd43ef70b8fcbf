//! What a transcoding does with each stream, decided and opened before the first packet.
//!
//! The encoder gets the source's pixel format and range if it takes them. Else the first of these that it takes: 4:2:0,
//! 4:2:2, 4:4:4 of eight bits, limited and full range; R'G'B' (with alpha if the source has it); grey; the three with ten
//! bits. A size that it refuses because it is odd is made even by one.

use super::fit::{Fit, eight_bits};
use super::{TranscodeOptions, Treatment, sound, video};
use crate::render::Warning;
use crate::streams::color_description;
use crate::{
    AudioEncoder, AudioEncoderConfig, AudioStream, Container, DecoderConfig, Demuxer, Error, Muxer, Packet,
    VideoDecoder, VideoEncoder, VideoEncoderConfig, VideoStream, pixels, sys,
};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, FrameLayout, PixelFormat, Range};

/// The stretch of time that is taken, in seconds of the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// What is at this time comes to lie at 0.
    pub(super) offset: Rational,
    has_start: bool,
    end: Option<Rational>,
}

impl Window {
    pub(super) fn find(demuxer: &Demuxer, options: &TranscodeOptions) -> Window {
        let start_us = sys::container_numbers(&demuxer.context).start_us;
        let begins = if start_us == ff::ffi::AV_NOPTS_VALUE { 0 } else { start_us.max(0) };
        let begins = Rational::new(begins.into(), 1_000_000);
        let offset = options.start.map_or(begins, |start| start.max(begins));
        Window { offset, has_start: options.start.is_some(), end: options.end }
    }

    pub(super) fn is_before(&self, time: Rational) -> bool {
        self.has_start && time < self.offset
    }

    pub(super) fn is_behind(&self, time: Rational) -> bool {
        self.end.is_some_and(|end| time >= end)
    }

    /// Where it ends, counted from its start.
    pub(super) fn length(&self) -> Option<Rational> {
        self.end.map(|end| end - self.offset)
    }

    /// Seconds that there are to read, if the file tells.
    pub(super) fn duration(&self, demuxer: &Demuxer) -> Option<Rational> {
        let numbers = sys::container_numbers(&demuxer.context);
        let whole = Rational::new(numbers.duration_us.max(0).into(), 1_000_000);
        let begins = Rational::new(numbers.start_us.max(0).into(), 1_000_000);
        let end = self.end.map_or(begins + whole, |end| end.min(begins + whole));
        (numbers.duration_us > 0).then(|| (end - self.offset).max(Rational::from_integer(0)))
    }
}

/// Pictures that are encoded.
pub(super) struct Video {
    pub(super) stream: VideoStream,
    pub(super) decoder: VideoDecoder,
    pub(super) encoder: VideoEncoder,
    pub(super) fit: Fit,
    /// Number of the muxer's stream.
    pub(super) to: usize,
}

/// Sound that is encoded.
pub(super) struct Audio {
    pub(super) stream: AudioStream,
    pub(super) decoder: crate::AudioDecoder,
    pub(super) encoder: AudioEncoder,
    pub(super) to: usize,
}

/// A stream whose packets are copied.
pub(super) struct Copied {
    /// Its index in the source.
    pub(super) from: usize,
    /// Number of the muxer's stream.
    pub(super) to: usize,
    base: Rational,
    /// The first packet was taken; before that only a key frame is.
    has_begun: bool,
    pub(super) is_over: bool,
}

impl Copied {
    /// Whether a packet is in the stretch; it is moved to begin at 0 then.
    pub(super) fn takes(&mut self, packet: &mut Packet, window: Window) -> bool {
        let time = super::seconds(packet.pts().or(packet.dts()).unwrap_or(0), self.base);
        self.is_over |= window.is_behind(time) && packet.is_key();
        if self.is_over || window.is_before(time) || window.is_behind(time) || !self.has_begun && !packet.is_key() {
            return false;
        }
        self.has_begun = true;
        let ticks = i64::try_from((window.offset / self.base).round().to_integer()).unwrap_or(0);
        let earlier = |tick: i64| tick.saturating_sub(ticks);
        packet.set_times(packet.pts().map(earlier), packet.dts().map(earlier));
        true
    }
}

/// All streams.
pub(super) struct Plan {
    pub(super) video: Option<Video>,
    pub(super) audio: Option<Audio>,
    pub(super) copies: Vec<Copied>,
    pub(super) encoders: Vec<String>,
}

impl Plan {
    /// Opens decoders and encoders and adds their streams to the muxer.
    pub(super) fn new(
        demuxer: &Demuxer,
        muxer: &mut Muxer,
        options: &TranscodeOptions,
        window: &Window,
        warnings: &mut Vec<Warning>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan { video: None, audio: None, copies: Vec::new(), encoders: Vec::new() };
        if let Some(stream) = there(&options.video, demuxer.video())? {
            if let Treatment::Encode(config) = &options.video {
                let video = open_video(demuxer, muxer, stream, config, warnings)?;
                plan.encoders.extend(video.encoder.name().map(str::to_owned));
                plan.video = Some(video);
            } else {
                plan.copy(demuxer, muxer, stream.index, stream.time_base)?;
            }
        }
        if let Some(stream) = there(&options.audio, demuxer.audio())? {
            if let Treatment::Encode(config) = &options.audio {
                let audio = open_audio(demuxer, muxer, stream, config)?;
                plan.encoders.extend(audio.encoder.name().map(str::to_owned));
                plan.audio = Some(audio);
            } else {
                plan.copy(demuxer, muxer, stream.index, stream.time_base)?;
            }
        }
        if plan.video.is_none() && plan.audio.is_none() && plan.copies.is_empty() {
            let reason = format!("nothing of {} is to be encoded or copied into it", demuxer.place());
            return Err(Error::UnsupportedOutput { what: muxer.container().name().to_owned(), reason });
        }
        if window.length().is_some_and(|length| length <= Rational::from_integer(0)) {
            let expected = "behind the start of what is taken";
            let value = options.end.map_or(0.0, |end| *end.numer() as f64 / *end.denom() as f64);
            return Err(millpond_core::Error::BadParameter { name: "end in seconds", value, expected }.into());
        }
        Ok(plan)
    }

    fn copy(&mut self, demuxer: &Demuxer, muxer: &mut Muxer, from: usize, base: Rational) -> Result<(), Error> {
        let to = muxer.add_copy(demuxer, from)?;
        self.copies.push(Copied { from, to, base, has_begun: false, is_over: false });
        Ok(())
    }

    /// The stream that seeking goes by, and its time base.
    pub(super) fn leader(&self, demuxer: &Demuxer) -> Option<(usize, Rational)> {
        let video = demuxer.video().ok().map(|stream| (stream.index, stream.time_base));
        let audio = || demuxer.audio().ok().map(|stream| (stream.index, stream.time_base));
        let has_pictures = |index: usize| {
            self.video.as_ref().is_some_and(|video| video.stream.index == index)
                || self.copies.iter().any(|copied| copied.from == index)
        };
        video.filter(|(index, _)| has_pictures(*index)).or_else(audio)
    }
}

/// The stream, if it is wanted and there is one.
fn there<T, S>(wanted: &Treatment<T>, found: Result<S, Error>) -> Result<Option<S>, Error> {
    match found {
        _ if matches!(wanted, Treatment::Omit) => Ok(None),
        Err(Error::NoStream { .. }) => Ok(None),
        found => found.map(Some),
    }
}

fn open_video(
    demuxer: &Demuxer,
    muxer: &mut Muxer,
    stream: VideoStream,
    config: &VideoEncoderConfig,
    warnings: &mut Vec<Warning>,
) -> Result<Video, Error> {
    let unsupported = |format: String| Error::UnsupportedFormat { place: demuxer.place().to_string(), format };
    let raw = demuxer.context.stream(stream.index).ok_or_else(|| Error::broken(demuxer.place(), "a stream is gone"))?;
    let numbers = sys::stream_numbers(&raw);
    let context = ff::codec::Context::from_parameters(stream.parameters.clone());
    let pixel = context.and_then(|context| context.decoder().video()).map(|decoder| decoder.format());
    let counterpart = pixel.as_ref().ok().and_then(|pixel| pixels::counterpart(*pixel));
    let counterpart = counterpart.ok_or_else(|| unsupported(format!("pixel format {pixel:?}")))?;
    let mut color = color_description(stream.container.color, numbers.color);
    if counterpart.is_full_range {
        color.range = Some(Range::Full);
    }
    let side = |value: i32| u32::try_from(value).unwrap_or(0);
    let source = (side(numbers.width), side(numbers.height));
    let asked = if config.width == 0 { source.0 } else { config.width };
    let target = (asked, if config.height == 0 { source.1 } else { config.height });
    let rates = [raw.avg_frame_rate(), raw.rate()];
    let rate = rates.into_iter().find(|rate| rate.0 > 0 && rate.1 > 0);
    let mut config = VideoEncoderConfig {
        time_base: Some(stream.time_base),
        frame_rate: rate.map_or(Rational::from_integer(25), |rate| Rational::new(rate.0.into(), rate.1.into())),
        pixel_aspect: scaled_aspect(stream.pixel_aspect, source, target),
        ..config.clone()
    };
    let encoder = open_encoder(&mut config, (counterpart.format, color), target)?;
    let (width, height) = (config.width, config.height);
    if (width, height) != target {
        let message = format!("{} takes even sizes only: {width}x{height}", encoder.name().unwrap_or_default());
        warnings.push(Warning { code: "W_ODD_SIZE", message });
    }
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { held: video::HELD, ..DecoderConfig::default() });
    decoder.open()?;
    let fit = Fit::new(FrameLayout::aligned(config.format, width, height)?, config.color);
    let to = muxer.add_encoder(&encoder)?;
    muxer.describe_like(to, demuxer, stream.index)?;
    if stream.turns != 0 && !matches!(muxer.container(), Container::Mp4 | Container::Mov) {
        let message = format!("{} cannot say that pictures are to be turned", muxer.container().name());
        warnings.push(Warning { code: "W_ROTATION_LOST", message });
    }
    Ok(Video { stream, decoder, encoder, fit, to })
}

/// Opens the encoder with the first format and size that it takes, and leaves them in `config`.
fn open_encoder(
    config: &mut VideoEncoderConfig,
    source: (PixelFormat, ColorDescription),
    target: (u32, u32),
) -> Result<VideoEncoder, Error> {
    let even = (target.0 & !1, target.1 & !1);
    let has_even = even != target && even.0 > 0 && even.1 > 0;
    let mut first = None;
    for (format, color) in candidates(source) {
        // Rather a row less than another format.
        for (width, height) in [Some(target), has_even.then_some(even)].into_iter().flatten() {
            let wanted = VideoEncoderConfig { width, height, format, color, ..config.clone() };
            let mut encoder = VideoEncoder::new(with_usual_quality(wanted));
            match encoder.open() {
                Ok(()) => {
                    *config = encoder.config().clone();
                    return Ok(encoder);
                }
                // Another format or size may do.
                Err(error @ Error::UnsupportedOutput { .. }) => first = first.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
    }
    Err(first.unwrap_or(Error::Cancelled))
}

/// Formats to try, with what their numbers mean.
fn candidates((source, color): (PixelFormat, ColorDescription)) -> Vec<(PixelFormat, ColorDescription)> {
    use PixelFormat::{Gray8, I420, I420P10, I422, I422P10, I444, I444P10, Rgb24, Rgba8};
    let yuv = if source.is_rgb() { ColorDescription::BT709 } else { color };
    let full = ColorDescription { range: Some(Range::Full), ..yuv };
    let limited = ColorDescription { range: yuv.range.filter(|range| *range == Range::Limited), ..yuv };
    let mut list = Vec::new();
    if source != PixelFormat::P010 {
        list.push((source, color));
    }
    let narrow =
        [eight_bits(source), I420, I422, I444].into_iter().filter(|format| matches!(format, I420 | I422 | I444));
    list.extend(narrow.flat_map(|format| [(format, yuv), (format, limited), (format, full)]));
    if source.has_alpha() {
        list.push((Rgba8, ColorDescription::SRGB));
    }
    list.extend([(Rgb24, ColorDescription::SRGB), (Gray8, full)]);
    list.extend([I420P10, I422P10, I444P10].map(|format| (format, limited)));
    list.dedup();
    list
}

/// A quality where the encoder's own default is a low bit rate, unless anything was said about it.
fn with_usual_quality(mut config: VideoEncoderConfig) -> VideoEncoderConfig {
    let is_said = config.crf.is_some() || config.bit_rate.is_some() || !config.options.is_empty();
    let usual = match config.codecs.first().map(String::as_str) {
        Some("vp9" | "libvpx-vp9") => Some(32.0),
        Some("av1" | "libsvtav1" | "libaom-av1") => Some(35.0),
        _ => None,
    };
    if !is_said {
        config.crf = usual;
    }
    config
}

/// The pixel aspect that keeps the shape of the whole picture when its size changes.
fn scaled_aspect(aspect: (u32, u32), source: (u32, u32), target: (u32, u32)) -> (u32, u32) {
    let is_known = aspect.0 > 0 && aspect.1 > 0;
    if source == target || [source.0, source.1, target.0, target.1].contains(&0) {
        return aspect;
    }
    let (width, height) = if is_known { aspect } else { (1, 1) };
    let shape = Rational::new(i128::from(width), i128::from(height))
        * Rational::new(i128::from(source.0) * i128::from(target.1), i128::from(source.1) * i128::from(target.0));
    let pair = u32::try_from(*shape.numer()).ok().zip(u32::try_from(*shape.denom()).ok());
    // A fraction of large numbers is the work of rounding the size.
    pair.filter(|pair| pair.0.max(pair.1) <= 10_000).unwrap_or(aspect)
}

fn open_audio(
    demuxer: &Demuxer,
    muxer: &mut Muxer,
    stream: AudioStream,
    config: &AudioEncoderConfig,
) -> Result<Audio, Error> {
    let raw = demuxer.context.stream(stream.index).ok_or_else(|| Error::broken(demuxer.place(), "a stream is gone"))?;
    let numbers = sys::stream_numbers(&raw);
    let source = (u32::try_from(numbers.rate_hz).unwrap_or(0), usize::try_from(numbers.channels).unwrap_or(0));
    let encoder = sound::open_encoder(config, source, sys::sample_bits(&raw))?;
    let mut decoder = crate::AudioDecoder::new(&stream);
    decoder.open()?;
    let to = muxer.add_encoder(&encoder)?;
    muxer.describe_like(to, demuxer, stream.index)?;
    Ok(Audio { stream, decoder, encoder, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_picture_survives_its_size() {
        assert_eq!(scaled_aspect((0, 0), (1280, 720), (640, 360)), (1, 1));
        assert_eq!(scaled_aspect((4, 3), (720, 576), (720, 576)), (4, 3));
        // 720x576 of 16:15 is 4:3; so are 640x480 square pixels.
        assert_eq!(scaled_aspect((16, 15), (720, 576), (640, 480)), (1, 1));
        assert_eq!(scaled_aspect((0, 0), (1280, 720), (640, 720)), (2, 1));
    }
}
