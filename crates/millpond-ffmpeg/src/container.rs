//! The containers that can be written, and which one a file name asks for.

use ffmpeg_next as ff;
use std::ffi::CStr;
use std::path::Path;

/// A container to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Container {
    /// MPEG-4: `.mp4`, `.m4v`, `.m4a`.
    Mp4,
    /// QuickTime: `.mov`.
    Mov,
    /// Matroska: `.mkv`, `.mka`.
    Matroska,
    /// WebM: `.webm`.
    WebM,
    /// MPEG transport stream: `.ts`, `.m2ts`.
    MpegTs,
    /// Flash video: `.flv`.
    Flv,
    /// RIFF wave: `.wav`.
    Wav,
    /// FLAC: `.flac`.
    Flac,
    /// Ogg: `.ogg`, `.oga`, `.ogv`, `.opus`.
    Ogg,
    /// MPEG audio layer III: `.mp3`.
    Mp3,
    /// AAC in ADTS: `.aac`.
    Adts,
    /// GIF: `.gif`.
    Gif,
    /// Bare H.264: `.h264`.
    H264,
    /// Bare H.265: `.hevc`, `.h265`.
    Hevc,
    /// Bare AV1, as a stream of its units: `.obu`.
    Obu,
    /// VP8, VP9 or AV1 in IVF: `.ivf`.
    Ivf,
    /// JPEG files one behind the other: `.mjpeg`, `.mjpg`.
    Mjpeg,
    /// Pictures as they lie in memory, without gaps: `.yuv`, `.rgb`, `.raw`.
    RawVideo,
    /// Interleaved samples, signed, 16 bits, low byte first: `.s16le`, `.pcm`.
    RawS16,
    /// Interleaved samples, 32-bit floats, low byte first: `.f32le`.
    RawF32,
}

/// File name extensions.
const EXTENSIONS: [(&str, Container); 32] = [
    ("mp4", Container::Mp4),
    ("m4v", Container::Mp4),
    ("m4a", Container::Mp4),
    ("mov", Container::Mov),
    ("mkv", Container::Matroska),
    ("mka", Container::Matroska),
    ("webm", Container::WebM),
    ("ts", Container::MpegTs),
    ("m2ts", Container::MpegTs),
    ("flv", Container::Flv),
    ("wav", Container::Wav),
    ("flac", Container::Flac),
    ("ogg", Container::Ogg),
    ("oga", Container::Ogg),
    ("ogv", Container::Ogg),
    ("opus", Container::Ogg),
    ("mp3", Container::Mp3),
    ("aac", Container::Adts),
    ("gif", Container::Gif),
    ("h264", Container::H264),
    ("hevc", Container::Hevc),
    ("h265", Container::Hevc),
    ("obu", Container::Obu),
    ("ivf", Container::Ivf),
    ("mjpeg", Container::Mjpeg),
    ("mjpg", Container::Mjpeg),
    ("yuv", Container::RawVideo),
    ("rgb", Container::RawVideo),
    ("raw", Container::RawVideo),
    ("s16le", Container::RawS16),
    ("pcm", Container::RawS16),
    ("f32le", Container::RawF32),
];

impl Container {
    /// The container that a file name's extension asks for.
    pub fn of(path: &Path) -> Option<Container> {
        let extension = path.extension()?.to_str()?;
        let wanted = |(name, _): &&(&str, Container)| name.eq_ignore_ascii_case(extension);
        EXTENSIONS.iter().find(wanted).map(|(_, container)| *container)
    }

    /// The container of this name, which is that of FFmpeg's muxer or an extension.
    pub fn from_name(name: &str) -> Option<Container> {
        let by_name = EXTENSIONS.iter().find(|(_, container)| container.name().eq_ignore_ascii_case(name));
        let known = by_name.or_else(|| EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        known.map(|(_, container)| *container)
    }

    /// The name of FFmpeg's muxer.
    pub fn name(self) -> &'static str {
        // Every name is ASCII.
        self.ffmpeg_name().to_str().unwrap_or_default()
    }

    /// FFmpeg's muxer.
    pub(crate) fn ffmpeg_name(self) -> &'static CStr {
        match self {
            Container::Mp4 => c"mp4",
            Container::Mov => c"mov",
            Container::Matroska => c"matroska",
            Container::WebM => c"webm",
            Container::MpegTs => c"mpegts",
            Container::Flv => c"flv",
            Container::Wav => c"wav",
            Container::Flac => c"flac",
            Container::Ogg => c"ogg",
            Container::Mp3 => c"mp3",
            Container::Adts => c"adts",
            Container::Gif => c"gif",
            Container::H264 => c"h264",
            Container::Hevc => c"hevc",
            Container::Obu => c"obu",
            Container::Ivf => c"ivf",
            Container::Mjpeg => c"mjpeg",
            Container::RawVideo => c"rawvideo",
            Container::RawS16 => c"s16le",
            Container::RawF32 => c"f32le",
        }
    }

    /// The only codec that it is made for, if there is only one.
    pub(crate) fn only_codec(self) -> Option<ff::codec::Id> {
        match self {
            Container::Flac => Some(ff::codec::Id::FLAC),
            Container::Mp3 => Some(ff::codec::Id::MP3),
            Container::Adts => Some(ff::codec::Id::AAC),
            Container::Gif => Some(ff::codec::Id::GIF),
            Container::H264 => Some(ff::codec::Id::H264),
            Container::Hevc => Some(ff::codec::Id::HEVC),
            Container::Obu => Some(ff::codec::Id::AV1),
            Container::Mjpeg => Some(ff::codec::Id::MJPEG),
            Container::RawVideo => Some(ff::codec::Id::RAWVIDEO),
            Container::RawS16 => Some(ff::codec::Id::PCM_S16LE),
            Container::RawF32 => Some(ff::codec::Id::PCM_F32LE),
            _ => None,
        }
    }

    /// Has an index that stands at one end or in fragments.
    pub(crate) fn is_indexed(self) -> bool {
        matches!(self, Container::Mp4 | Container::Mov)
    }

    /// The codecs of pictures and of sound that it is usually filled with.
    pub(crate) fn usual_codecs(self) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            Container::Mp4 | Container::Mov | Container::Matroska | Container::MpegTs | Container::Flv => {
                (Some("h264"), Some("aac"))
            }
            Container::WebM => (Some("vp9"), Some("opus")),
            Container::Wav | Container::RawS16 => (None, Some("pcm_s16le")),
            Container::RawF32 => (None, Some("pcm_f32le")),
            Container::Flac => (None, Some("flac")),
            Container::Ogg => (None, Some("opus")),
            Container::Mp3 => (None, Some("mp3")),
            Container::Adts => (None, Some("aac")),
            // It wants a palette, which nothing here makes.
            Container::Gif => (None, None),
            Container::H264 => (Some("h264"), None),
            Container::Hevc => (Some("hevc"), None),
            Container::Obu | Container::Ivf => (Some("av1"), None),
            Container::Mjpeg => (Some("mjpeg"), None),
            Container::RawVideo => (Some("rawvideo"), None),
        }
    }
}
