//! Opening a file: which containers and protocols are allowed, and what the container says about its streams.
//!
//! Opening happens in two steps, because FFmpeg fills in what a container does not say from the bitstream once it has
//! looked into packets. Colour tags and pixel aspect are therefore read between the two. Edit lists shift the
//! presentation times by the media time of the first real edit and trim nothing (`advanced_editlist=0`), as demuxers
//! in browsers do it.

use crate::place::{Access, Place};
use crate::{Cancel, Error, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, Range};
use millpond_scene::ColorTags;
use std::sync::Once;

/// Containers that hold their media themselves. What is missing here are playlists and lists of files (`hls`, `dash`,
/// `concat`, `sdp`, `image2` and so on).
const CONTAINERS: &str = "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,nut,mxf,ivf,gif,yuv4mpegpipe,\
    h264,hevc,av1,obu,m4v,mjpeg,wav,w64,aiff,caf,au,mp3,flac,aac,ac3,eac3,dts,amr,ape,wv,tta,voc";

/// What the container alone says about a stream of pictures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ContainerTags {
    pub(crate) color: sys::ColorNumbers,
    pub(crate) aspect: (i32, i32),
}

/// An open file.
pub(crate) struct Input {
    pub(crate) context: ff::format::context::Input,
    place: Place,
    tags: Vec<ContainerTags>,
}

/// A stream of pictures, as the container describes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PictureStream {
    pub(crate) index: usize,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
    /// Clockwise quarter turns to show it upright.
    pub(crate) turns: u8,
    /// Width to height of a stored pixel.
    pub(crate) pixel_aspect: (u32, u32),
    pub(crate) container: ContainerTags,
}

/// A stream of sound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoundStream {
    pub(crate) index: usize,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
}

/// Prepares FFmpeg, once; it is silent from then on.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fills in the texts of FFmpeg's error codes; there is nothing in it that can fail.
        let _ = ff::init();
        ff::log::set_level(ff::log::Level::Quiet);
    });
}

impl Input {
    /// Opens a file and finds its streams.
    pub(crate) fn open(place: &Place, access: &Access, cancel: &Cancel) -> Result<Input, Error> {
        prepare();
        if let Some(path) = place.path() {
            // FFmpeg would open a folder and fail to read it; the system's own words are clearer.
            let file = std::fs::File::open(path).map_err(|error| Error::missing(&place.to_string(), error))?;
            let metadata = file.metadata().map_err(|error| Error::missing(&place.to_string(), error))?;
            if metadata.is_dir() {
                return Err(Error::missing(&place.to_string(), "it is a folder"));
            }
        }
        let flag = cancel.clone();
        let mut context = sys::open(place.url(), options(access), move || flag.is_abandoned())
            .map_err(|error| open_error(place, error, access, cancel))?;
        let tags = context.streams().map(|stream| container_tags(&stream)).collect();
        sys::find_streams(&mut context).map_err(|error| open_error(place, error, access, cancel))?;
        if cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        Ok(Input { context, place: place.clone(), tags })
    }

    /// Where it was opened from.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The stream of pictures that a player shows: the first one marked as default, else the first one. Cover art of
    /// sound files is not one.
    pub(crate) fn pictures(&self) -> Result<PictureStream, Error> {
        let stream = self.pick(ff::media::Type::Video).ok_or_else(|| self.no("pictures"))?;
        if orientation(&stream).is_mirrored {
            let format = "mirrored video".to_owned();
            return Err(Error::UnsupportedFormat { place: self.place.to_string(), format });
        }
        let (turns, pixel_aspect) = self.shape(&stream);
        Ok(PictureStream {
            index: stream.index(),
            time_base: time_base(&stream).ok_or_else(|| Error::broken(&self.place, "it has no time base"))?,
            turns,
            pixel_aspect,
            container: self.stream_tags(stream.index()),
        })
    }

    /// What the container alone said about a stream.
    pub(crate) fn stream_tags(&self, index: usize) -> ContainerTags {
        self.tags.get(index).copied().unwrap_or_default()
    }

    /// Clockwise quarter turns and pixel aspect of a stream of pictures; the container's word counts before the
    /// bitstream's.
    pub(crate) fn shape(&self, stream: &ff::Stream<'_>) -> (u8, (u32, u32)) {
        let aspect = match self.stream_tags(stream.index()).aspect {
            // A container that says "square" says nothing that a page could tell from silence.
            (width, height) if width == 0 || height == 0 || width == height => sys::stream_numbers(stream).codec_aspect,
            aspect => aspect,
        };
        let side = |value: i32| u32::try_from(value).unwrap_or(0);
        (orientation(stream).turns, (side(aspect.0), side(aspect.1)))
    }

    /// The stream of sound that a player plays, chosen like [`pictures`](Self::pictures).
    pub(crate) fn sound(&self) -> Result<SoundStream, Error> {
        let stream = self.pick(ff::media::Type::Audio).ok_or_else(|| self.no("sound"))?;
        let time_base = time_base(&stream).ok_or_else(|| Error::broken(&self.place, "it has no time base"))?;
        Ok(SoundStream { index: stream.index(), time_base })
    }

    fn pick(&self, kind: ff::media::Type) -> Option<ff::Stream<'_>> {
        let wanted = |stream: &ff::Stream<'_>| {
            stream.parameters().medium() == kind
                && !stream.disposition().contains(ff::format::stream::Disposition::ATTACHED_PIC)
        };
        let is_default =
            |stream: &ff::Stream<'_>| stream.disposition().contains(ff::format::stream::Disposition::DEFAULT);
        let mut streams = self.context.streams().filter(wanted);
        streams.find(is_default).or_else(|| self.context.streams().find(wanted))
    }

    fn no(&self, kind: &'static str) -> Error {
        Error::NoStream { place: self.place.to_string(), kind }
    }

    /// Reads the next packet of any stream; `false` at the end. Damaged stretches are skipped and counted.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub(crate) fn read(&mut self, packet: &mut ff::Packet, cancel: &Cancel, damaged: &mut u64) -> Result<bool, Error> {
        /// Errors in a row after which a file counts as ended.
        const PATIENCE: u32 = 64;
        for _ in 0..PATIENCE {
            if cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
            // Reading overwrites what the packet refers to without giving it up.
            *packet = ff::Packet::empty();
            match packet.read(&mut self.context) {
                Ok(()) => {
                    sys::mend_duration(&self.context, packet);
                    return Ok(true);
                }
                Err(ff::Error::Eof) => return Ok(false),
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => {}
                Err(_) => *damaged += 1,
            }
        }
        Ok(false)
    }

    /// Goes to the key frame at or before a tick of a stream, or to the start if the container cannot tell.
    pub(crate) fn seek(&mut self, stream: usize, tick: i64) -> Result<(), Error> {
        sys::seek(&mut self.context, stream, tick).map_err(|error| Error::broken(&self.place, error))
    }
}

fn options(access: &Access) -> ff::Dictionary<'static> {
    let mut options = ff::Dictionary::new();
    options.set("advanced_editlist", "0");
    if access.protocols.is_empty() {
        options.set("protocol_whitelist", "file");
        options.set("format_whitelist", CONTAINERS);
    } else {
        // What FFmpeg's own layers need below the protocols that the caller named.
        let mut list = String::from("file,crypto,data,tcp,tls,udp,httpproxy");
        for protocol in &access.protocols {
            list.push(',');
            list.push_str(protocol);
        }
        options.set("protocol_whitelist", &list);
    }
    options
}

fn open_error(place: &Place, error: ff::Error, access: &Access, cancel: &Cancel) -> Error {
    match error {
        _ if cancel.is_abandoned() => Error::Cancelled,
        // The one meaning of EINVAL when a container is opened: its format is not on the list.
        ff::Error::Other { errno: ff::error::EINVAL } if access.protocols.is_empty() => {
            Error::FormatRefused { place: place.to_string() }
        }
        ff::Error::Other { errno: ff::error::ENOENT | ff::error::EACCES | ff::error::EISDIR } => {
            Error::missing(&place.to_string(), error)
        }
        ff::Error::DemuxerNotFound => {
            Error::UnsupportedFormat { place: place.to_string(), format: "the container".to_owned() }
        }
        error => Error::broken(place, error),
    }
}

fn container_tags(stream: &ff::Stream<'_>) -> ContainerTags {
    let numbers = sys::stream_numbers(stream);
    ContainerTags { color: numbers.color, aspect: numbers.container_aspect }
}

fn time_base(stream: &ff::Stream<'_>) -> Option<Rational> {
    let base = stream.time_base();
    let (numerator, denominator) = (base.numerator(), base.denominator());
    (numerator > 0 && denominator > 0).then(|| Rational::new(numerator.into(), denominator.into()))
}

/// How a stream's pictures must be turned.
#[derive(Clone, Copy, Debug, Default)]
struct Orientation {
    /// Clockwise quarter turns.
    turns: u8,
    is_mirrored: bool,
}

/// Reads the display matrix, which takes (1, 0) to (a, b) and (0, 1) to (c, d), y pointing down. It turns first and
/// mirrors after.
fn orientation(stream: &ff::Stream<'_>) -> Orientation {
    let is_matrix = |data: &ff::packet::SideData<'_>| data.kind() == ff::packet::side_data::Type::DisplayMatrix;
    let Some(data) = stream.side_data().find(is_matrix) else { return Orientation::default() };
    let cell = |index: usize| {
        let bytes = data.data().get(index * 4..index * 4 + 4)?;
        Some(f64::from(i32::from_ne_bytes(bytes.try_into().ok()?)))
    };
    let (Some(a), Some(b), Some(c), Some(d)) = (cell(0), cell(1), cell(3), cell(4)) else {
        return Orientation::default();
    };
    let is_mirrored = a * d - b * c < 0.0;
    let quarters = b.atan2(if is_mirrored { -a } else { a }) / std::f64::consts::FRAC_PI_2;
    Orientation { turns: (quarters.round() as i64).rem_euclid(4) as u8, is_mirrored }
}

/// "Unspecified" in H.273.
const UNSPECIFIED: u8 = 2;

fn full_range(range: i32) -> Option<bool> {
    match range {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// Matrix and range of a set of numbers.
pub(crate) fn color_tags(numbers: sys::ColorNumbers) -> ColorTags {
    ColorTags::from_h273(u8::try_from(numbers.matrix).unwrap_or(UNSPECIFIED), full_range(numbers.range))
}

/// What a picture says about its colours: the container's numbers where it gives them, else the bitstream's.
pub(crate) fn color_description(container: sys::ColorNumbers, bitstream: sys::ColorNumbers) -> ColorDescription {
    let number = |container: i32, bitstream: i32| {
        let [container, bitstream] = [container, bitstream].map(|number| u8::try_from(number).unwrap_or(UNSPECIFIED));
        if container == UNSPECIFIED { bitstream } else { container }
    };
    let range = full_range(container.range).or(full_range(bitstream.range));
    ColorDescription {
        primaries: number(container.primaries, bitstream.primaries),
        transfer: number(container.transfer, bitstream.transfer),
        matrix: number(container.matrix, bitstream.matrix),
        range: range.map(|full| if full { Range::Full } else { Range::Limited }),
    }
}
