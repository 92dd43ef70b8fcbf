//! What is in a file, as far as container and first picture tell.

use crate::streams::{color_tags, rational};
use crate::{Access, Cancel, Clip, DecoderConfig, Demuxer, Error, FieldOrder, Place, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{Color, Matrix, Range};
use millpond_scene::{CodedMatrix, ColorTags, resolve_color};

/// What [`probe`] found.
#[derive(Clone, Debug)]
pub struct MediaInfo {
    /// FFmpeg's name of the container.
    pub container: String,
    /// Duration in seconds, if the container tells.
    pub duration: Option<Rational>,
    /// Time of the earliest packet in seconds, if the container tells.
    pub start: Option<Rational>,
    /// Bits per second, if the container tells.
    pub bit_rate: Option<u64>,
    /// The streams in the file's order.
    pub streams: Vec<StreamInfo>,
}

/// A stream of a file.
#[derive(Clone, Debug)]
pub struct StreamInfo {
    /// Its index in the file.
    pub index: usize,
    /// `video`, `audio`, `subtitle`, `data` or `attachment`.
    pub kind: &'static str,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Seconds of one tick.
    pub time_base: Option<Rational>,
    /// Time of its first packet in seconds.
    pub start: Option<Rational>,
    /// Duration in seconds.
    pub duration: Option<Rational>,
    /// Whether it is the stream that scenes show or play.
    pub is_used: bool,
    /// What only pictures have.
    pub picture: Option<PictureInfo>,
    /// What only sound has.
    pub sound: Option<SoundInfo>,
}

/// What only pictures have.
#[derive(Clone, Debug)]
pub struct PictureInfo {
    /// Size in pixels that the codec works with, before cropping.
    pub coded_width: u32,
    /// Size in pixels that the codec works with, before cropping.
    pub coded_height: u32,
    /// Visible size in pixels, as stored.
    pub width: u32,
    /// Visible size in pixels, as stored.
    pub height: u32,
    /// FFmpeg's name of the pixel format.
    pub pixel_format: String,
    /// Average frames per second.
    pub frame_rate: Option<Rational>,
    /// Whether the first picture has two fields; known for the used stream only.
    pub field_order: Option<FieldOrder>,
    /// Clockwise degrees that set it upright.
    pub rotation_degrees: u32,
    /// Width to height of a stored pixel.
    pub pixel_aspect: (u32, u32),
    /// Matrix and range that the container says.
    pub container_color: ColorTags,
    /// Matrix and range that the bitstream says; known for the used stream only.
    pub bitstream_color: Option<ColorTags>,
    /// Matrix and range that scenes use; `None` if they are not supported.
    pub color: Option<Color>,
}

/// What only sound has.
#[derive(Clone, Debug)]
pub struct SoundInfo {
    /// Samples per second.
    pub rate_hz: u32,
    /// Number of channels.
    pub channels: u32,
    /// Samples at the front that only help the decoder to settle.
    pub priming_samples: u32,
    /// Samples at the end that only fill the last block, if the container tells.
    pub padding_samples: u32,
}

/// Reads a file's headers and its first picture.
///
/// # Errors
/// Those of opening; a picture that cannot be decoded is not one of them.
pub fn probe(place: &Place, access: &Access, cancel: &Cancel) -> Result<MediaInfo, Error> {
    let demuxer = Demuxer::open(place, access, cancel)?;
    let micros = |value: i64| (value != ff::ffi::AV_NOPTS_VALUE).then(|| Rational::new(value.into(), 1_000_000));
    let numbers = sys::container_numbers(&demuxer.context);
    let clip = Clip::open(place, access, cancel, DecoderConfig { threads: 1, ..DecoderConfig::default() }).ok();
    let pictures = demuxer.video().ok().map(|stream| stream.index);
    let sound = demuxer.audio().ok().map(|stream| stream.index);
    let streams = demuxer
        .context
        .streams()
        .map(|stream| {
            let is_used = [pictures, sound].contains(&Some(stream.index()));
            let clip = clip.as_ref().filter(|_| pictures == Some(stream.index()));
            stream_info(&demuxer, &stream, is_used, clip)
        })
        .collect();
    Ok(MediaInfo {
        container: demuxer.context.format().name().to_owned(),
        duration: micros(numbers.duration_us),
        start: micros(numbers.start_us),
        bit_rate: u64::try_from(numbers.bit_rate).ok().filter(|rate| *rate > 0),
        streams,
    })
}

fn stream_info(demuxer: &Demuxer, stream: &ff::Stream<'_>, is_used: bool, clip: Option<&Clip>) -> StreamInfo {
    let numbers = sys::stream_numbers(stream);
    let parameters = stream.parameters();
    let time_base = rational(stream.time_base());
    let time = |ticks: i64| {
        let ticks = Some(ticks).filter(|ticks| *ticks != ff::ffi::AV_NOPTS_VALUE)?;
        Some(Rational::from_integer(ticks.into()) * time_base?)
    };
    let whole = |value: i32| u32::try_from(value).unwrap_or(0);
    let kind = parameters.medium();
    let picture = (kind == ff::media::Type::Video).then(|| {
        let tags = demuxer.stream_tags(stream.index());
        let container_color = color_tags(tags.color);
        let bitstream_color = clip.map(|clip| clip.info().bitstream);
        let (turns, pixel_aspect) = demuxer.shape(stream);
        let resolved = resolve_color(ColorTags::default(), container_color, bitstream_color.unwrap_or_default());
        let (coded_width, coded_height) = clip.map_or((numbers.width, numbers.height), |clip| clip.coded_size());
        PictureInfo {
            coded_width: whole(coded_width),
            coded_height: whole(coded_height),
            width: whole(numbers.width),
            height: whole(numbers.height),
            pixel_format: clip.map_or_else(|| "unknown".to_owned(), |clip| clip.pixel_format_name()),
            frame_rate: rational(stream.avg_frame_rate()),
            field_order: clip.map(Clip::field_order),
            rotation_degrees: u32::from(turns) * 90,
            pixel_aspect: if pixel_aspect.0 == 0 || pixel_aspect.1 == 0 { (1, 1) } else { pixel_aspect },
            container_color,
            bitstream_color,
            color: resolved.ok(),
        }
    });
    let sound = demuxer.audio_of(stream).ok().filter(|_| kind == ff::media::Type::Audio).map(|sound| SoundInfo {
        rate_hz: whole(numbers.rate_hz),
        channels: whole(numbers.channels),
        priming_samples: sound.priming_samples(),
        padding_samples: sound.padding_samples(),
    });
    StreamInfo {
        index: stream.index(),
        kind: match kind {
            ff::media::Type::Video => "video",
            ff::media::Type::Audio => "audio",
            ff::media::Type::Subtitle => "subtitle",
            ff::media::Type::Attachment => "attachment",
            ff::media::Type::Data | ff::media::Type::Unknown => "data",
        },
        codec: parameters.id().name().to_owned(),
        time_base,
        start: time(stream.start_time()),
        duration: time(stream.duration()),
        is_used,
        picture,
        sound,
    }
}

/// The name of a matrix tag: `bt601`, `bt709`, `bt2020` or `rgb`; `unspecified` without one.
pub fn matrix_name(tag: Option<CodedMatrix>) -> &'static str {
    match tag {
        Some(CodedMatrix::Known(Matrix::Bt601)) => "bt601",
        Some(CodedMatrix::Known(Matrix::Bt709)) => "bt709",
        Some(CodedMatrix::Known(Matrix::Bt2020)) => "bt2020",
        Some(CodedMatrix::Identity) => "rgb",
        None => "unspecified",
    }
}

/// The name of a range tag: `limited` or `full`; `unspecified` without one.
pub fn range_name(tag: Option<Range>) -> &'static str {
    match tag {
        Some(Range::Limited) => "limited",
        Some(Range::Full) => "full",
        None => "unspecified",
    }
}
