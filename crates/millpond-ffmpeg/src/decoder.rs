//! Opening a decoder of sound.

use crate::Demuxer;
use crate::Error;
use crate::streams::av_rational;
use ffmpeg_next as ff;
use millpond_core::Rational;

/// Opens a decoder for stream `index`, whose ticks are `time_base` seconds long. `prepare` sees the context before it is
/// opened, `medium` makes the opened decoder one of pictures or of sound.
pub(crate) fn open<T>(
    input: &Demuxer,
    index: usize,
    time_base: Rational,
    options: &[(&str, &str)],
    prepare: impl FnOnce(&mut ff::codec::Context),
    medium: impl FnOnce(ff::decoder::Opened) -> Result<T, ff::Error>,
) -> Result<T, Error> {
    let place = input.place();
    let parameters = input.context.stream(index).map(|stream| stream.parameters());
    let parameters = parameters.ok_or_else(|| Error::broken(place, "the stream is gone"))?;
    let id = parameters.id();
    let unsupported = |error: ff::Error| Error::UnsupportedCodec {
        place: place.to_string(),
        codec: id.name().to_owned(),
        reason: error.to_string(),
    };
    let mut context = ff::codec::Context::from_parameters(parameters).map_err(unsupported)?;
    prepare(&mut context);
    let mut given = ff::Dictionary::new();
    for (name, value) in options {
        given.set(name, value);
    }
    let mut decoder = context.decoder();
    decoder.set_packet_time_base(av_rational(time_base));
    let codec = ff::decoder::find(id).ok_or(ff::Error::DecoderNotFound).map_err(unsupported)?;
    decoder.open_as_with(codec, given).and_then(medium).map_err(unsupported)
}
