//! `millpond probe`: what is in a media file.

use crate::arguments::ProbeArguments;
use crate::console::Console;
use crate::failure::Failure;
use millpond::Rational;
use millpond::ffmpeg::{
    Cancel, FieldOrder, MediaInfo, PictureInfo, SoundInfo, StreamInfo, matrix_name, probe, range_name,
};
use millpond::scene::{CodedMatrix, ColorTags, seconds};
use millpond::video::Color;
use serde_json::{Value, json};
use std::fmt::{self, Display};

pub(crate) fn run(arguments: &ProbeArguments, console: &Console) -> Result<(), Failure> {
    let access = arguments.protocols.access();
    let place = access.argument(arguments.file.as_os_str())?;
    let info = probe(&place, &access, &Cancel::new())?;
    console.result(&fields(&info, &place.to_string()), Report(&info))
}

fn fields(info: &MediaInfo, file: &str) -> Value {
    json!({
        "file": file,
        "container": info.container,
        "start": info.start.map(exact),
        "start_s": info.start.map(seconds),
        "duration": info.duration.map(exact),
        "duration_s": info.duration.map(seconds),
        "bit_rate": info.bit_rate,
        "streams": info.streams.iter().map(stream).collect::<Vec<_>>(),
    })
}

fn stream(stream: &StreamInfo) -> Value {
    let mut value = json!({
        "index": stream.index,
        "kind": stream.kind,
        "codec": stream.codec,
        "used": stream.is_used,
        "time_base": stream.time_base.map(exact),
        "start": stream.start.map(exact),
        "start_s": stream.start.map(seconds),
        "duration": stream.duration.map(exact),
        "duration_s": stream.duration.map(seconds),
    });
    let fields = match (&stream.picture, &stream.sound) {
        (Some(picture), _) => picture_fields(picture),
        (None, Some(sound)) => sound_fields(sound),
        (None, None) => json!({}),
    };
    if let (Value::Object(value), Value::Object(fields)) = (&mut value, fields) {
        value.extend(fields);
    }
    value
}

fn sound_fields(sound: &SoundInfo) -> Value {
    json!({
        "rate_hz": sound.rate_hz,
        "channels": sound.channels,
        "priming_samples": sound.priming_samples,
        "padding_samples": sound.padding_samples,
    })
}

fn picture_fields(picture: &PictureInfo) -> Value {
    let (aspect_width, aspect_height) = picture.pixel_aspect;
    json!({
        "coded_width": picture.coded_width,
        "coded_height": picture.coded_height,
        "width": picture.width,
        "height": picture.height,
        "pixel_format": picture.pixel_format,
        "frame_rate": picture.frame_rate.map(exact),
        "field_order": picture.field_order.map(field_order),
        "rotation_degrees": picture.rotation_degrees,
        "pixel_aspect": format!("{aspect_width}/{aspect_height}"),
        "color": {
            "container": tags(picture.container_color),
            "bitstream": picture.bitstream_color.map(tags),
            "resolved": picture.color.map(|color| tags(as_tags(color))),
        },
    })
}

fn field_order(order: FieldOrder) -> &'static str {
    match order {
        FieldOrder::Progressive => "progressive",
        FieldOrder::TopFirst => "top_first",
        FieldOrder::BottomFirst => "bottom_first",
    }
}

fn tags(tags: ColorTags) -> Value {
    json!({"matrix": matrix_name(tags.matrix), "range": range_name(tags.range)})
}

fn as_tags(color: Color) -> ColorTags {
    ColorTags { matrix: Some(CodedMatrix::Known(color.matrix)), range: Some(color.range) }
}

fn exact(value: Rational) -> String {
    format!("{}/{}", value.numer(), value.denom())
}

/// The same for a person.
struct Report<'a>(&'a MediaInfo);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "container {}", self.0.container)?;
        time(f, "start", self.0.start)?;
        time(f, "duration", self.0.duration)?;
        for stream in &self.0.streams {
            let used = if stream.is_used { "" } else { " (not used)" };
            write!(f, "\n  stream {}: {} {}{used}", stream.index, stream.kind, stream.codec)?;
            if let Some(picture) = &stream.picture {
                picture_line(f, picture)?;
            }
            if let Some(sound) = &stream.sound {
                write!(f, ", {} Hz, {} channels", sound.rate_hz, sound.channels)?;
            }
            if let Some(base) = stream.time_base {
                write!(f, ", time base {}", exact(base))?;
            }
            time(f, "start", stream.start)?;
            time(f, "duration", stream.duration)?;
            if let Some(picture) = &stream.picture {
                color_lines(f, picture)?;
            }
        }
        Ok(())
    }
}

fn time(f: &mut fmt::Formatter<'_>, name: &str, time: Option<Rational>) -> fmt::Result {
    time.map_or(Ok(()), |time| write!(f, ", {name} {:.3} s", seconds(time)))
}

fn picture_line(f: &mut fmt::Formatter<'_>, picture: &PictureInfo) -> fmt::Result {
    write!(f, ", {}x{}", picture.width, picture.height)?;
    if (picture.coded_width, picture.coded_height) != (picture.width, picture.height) {
        write!(f, " of {}x{} coded", picture.coded_width, picture.coded_height)?;
    }
    write!(f, " {}", picture.pixel_format)?;
    if let Some(rate) = picture.frame_rate {
        write!(f, ", {:.3} fps", seconds(rate))?;
    }
    if let Some(order) = picture.field_order.filter(|order| *order != FieldOrder::Progressive) {
        write!(f, ", two fields ({})", field_order(order))?;
    }
    if picture.rotation_degrees != 0 {
        write!(f, ", turned by {} degrees", picture.rotation_degrees)?;
    }
    match picture.pixel_aspect {
        (1, 1) => Ok(()),
        (width, height) => write!(f, ", pixel aspect {width}:{height}"),
    }
}

fn color_lines(f: &mut fmt::Formatter<'_>, picture: &PictureInfo) -> fmt::Result {
    let mut line = |name: &str, tags: ColorTags| {
        write!(f, "\n    color, {name}: {} {}", matrix_name(tags.matrix), range_name(tags.range))
    };
    line("container", picture.container_color)?;
    if let Some(tags) = picture.bitstream_color {
        line("bitstream", tags)?;
    }
    match picture.color {
        Some(color) => line("used", as_tags(color)),
        None => write!(f, "\n    color, used: none, it is not supported"),
    }
}
