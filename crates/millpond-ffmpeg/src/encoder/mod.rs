//! What the encoders of pictures and of sound have in common: finding a codec, opening it with options, the packets.
//!
//! The module [`encoding`](crate::encoding) tells how they are used. Opening allocates; encoding does not allocate on the
//! Rust heap.

mod audio;
mod fifo;
mod video;

pub use audio::{AudioEncoder, AudioEncoderConfig};
pub use video::{VideoEncoder, VideoEncoderConfig};

use crate::options::near;
use crate::{Error, Flow, Packet};
use ffmpeg_next as ff;
use millpond_core::Rational;

/// An open encoder, as a muxer sees it: [`VideoEncoder`] and [`AudioEncoder`].
pub trait Encoder: sealed::Sealed {
    /// Seconds of one tick of its packets' times.
    fn time_base(&self) -> Rational;
}

pub(crate) mod sealed {
    pub trait Sealed {
        /// The codec's parameters, once it is open.
        fn context(&self) -> Option<&super::ff::codec::Context>;
    }
}

/// The encoders that a codec's name stands for, in order of preference, where FFmpeg's own choice is not ours.
const PREFERRED: [(&str, &[&str]); 9] = [
    ("h264", &["libx264", "libopenh264"]),
    ("hevc", &["libx265"]),
    ("h265", &["libx265"]),
    ("vp9", &["libvpx-vp9"]),
    ("av1", &["libsvtav1", "libaom-av1", "librav1e"]),
    ("prores", &["prores_ks"]),
    ("opus", &["libopus"]),
    ("vorbis", &["libvorbis"]),
    ("mp3", &["libmp3lame"]),
];

/// Opens the first encoder of a list that this FFmpeg has and that takes all settings. Those before it come with what
/// was wrong with them.
fn open_first<T>(
    names: &[String],
    kind: ff::media::Type,
    mut open: impl FnMut(ff::Codec) -> Result<T, Error>,
) -> Result<(T, Vec<Error>), Error> {
    crate::demuxer::prepare();
    let mut refused = Vec::new();
    for name in names {
        match find(name, kind) {
            Ok(codecs) => {
                for codec in codecs {
                    match open(codec) {
                        Ok(opened) => return Ok((opened, refused)),
                        Err(error) => refused.push(error),
                    }
                }
            }
            Err(error) => refused.push(error),
        }
    }
    let nothing = || Error::UnsupportedOutput { what: "no encoder".to_owned(), reason: "none was named".to_owned() };
    Err(refused.into_iter().next().unwrap_or_else(nothing))
}

/// The encoders that a name stands for: that of an encoder (`libx264`) or of a codec (`h264`).
fn find(name: &str, kind: ff::media::Type) -> Result<Vec<ff::Codec>, Error> {
    let unsupported = |reason: String| Error::UnsupportedOutput { what: format!("encoder {name}"), reason };
    let is_wanted = |codec: &ff::Codec| codec.medium() == kind;
    let by_name = |name: &str| if name.contains('\0') { None } else { ff::encoder::find_by_name(name) };
    let mut codecs: Vec<ff::Codec> = Vec::new();
    if let Some((_, list)) = PREFERRED.iter().find(|(codec, _)| *codec == name) {
        codecs.extend(list.iter().filter_map(|name| by_name(name)).filter(is_wanted));
    }
    if codecs.is_empty() {
        let default = || crate::sys::codec_named(name).and_then(ff::encoder::find);
        codecs.extend(by_name(name).or_else(default).filter(is_wanted));
    }
    if codecs.is_empty() {
        let names = crate::sys::encoder_names(kind);
        let names = names.iter().map(String::as_str).chain(PREFERRED.iter().map(|(codec, _)| *codec));
        return Err(unsupported(match near(name, names).join(", ") {
            near if near.is_empty() => "this FFmpeg has none of this name".to_owned(),
            near => format!("this FFmpeg has none of this name; near: {near}"),
        }));
    }
    Ok(codecs)
}

/// The error for an encoder that failed.
fn failed(codec: &str, error: ff::Error) -> Error {
    Error::UnsupportedOutput { what: format!("encoding by {codec}"), reason: error.to_string() }
}

/// The end of what goes in: an encoder that is full hears of it once it has room.
#[derive(Clone, Copy, Default)]
struct End {
    is_waiting: bool,
}

impl End {
    fn send(&mut self, encoder: &mut ff::encoder::Encoder) -> Result<(), ff::Error> {
        let sent = encoder.send_eof();
        self.is_waiting = matches!(sent, Err(ff::Error::Other { errno: ff::error::EAGAIN }));
        if self.is_waiting { Ok(()) } else { sent }
    }
}

/// Asks a codec for a packet.
fn receive(encoder: &mut ff::encoder::Encoder, end: &mut End, packet: &mut Packet, name: &str) -> Result<Flow, Error> {
    packet.clear();
    let mut received = encoder.receive_packet(packet.raw_mut());
    if end.is_waiting && !matches!(received, Err(ff::Error::Eof)) {
        end.send(encoder).map_err(|error| failed(name, error))?;
        if matches!(received, Err(ff::Error::Other { errno: ff::error::EAGAIN })) {
            received = encoder.receive_packet(packet.raw_mut());
        }
    }
    match received {
        Ok(()) => Ok(Flow::Done),
        Err(ff::Error::Eof) => Ok(Flow::Ended),
        Err(ff::Error::Other { errno: ff::error::EAGAIN }) => Ok(Flow::NeedMore),
        Err(error) => Err(failed(name, error)),
    }
}
