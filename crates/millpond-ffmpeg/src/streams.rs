//! What a container says about its streams: times, colours, shape, and what sound begins and ends with.
//!
//! Colour tags and pixel aspect of the container count before those of the bitstream. A display matrix is read as quarter
//! turns.

use crate::{Limits, Place, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use millpond_core::video::{ColorDescription, Range};
use millpond_scene::ColorTags;

/// What the container alone says about a stream of pictures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ContainerTags {
    pub(crate) color: sys::ColorNumbers,
    pub(crate) aspect: (i32, i32),
}

/// A stream of pictures, as the container describes it.
#[derive(Clone)]
pub struct VideoStream {
    pub(crate) index: usize,
    pub(crate) place: Place,
    pub(crate) parameters: ff::codec::Parameters,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
    /// Clockwise quarter turns to show it upright.
    pub(crate) turns: u8,
    /// Width to height of a stored pixel.
    pub(crate) pixel_aspect: (u32, u32),
    pub(crate) container: ContainerTags,
    pub(crate) timing: Timing,
    pub(crate) frame_rate: Option<Rational>,
    pub(crate) limits: Limits,
}

/// When a stream begins and how long it lasts, in its own ticks, as far as the container tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// When its first picture is shown, or its first sample heard: packets that only help a decoder of sound to settle
    /// lie before. The difference between two streams' starts is by how much one comes later.
    pub start: Option<i64>,
    /// How long it lasts.
    pub duration: Option<i64>,
}

impl Timing {
    pub(crate) fn of(stream: &ff::Stream<'_>) -> Timing {
        let known = |ticks: i64| (ticks != ff::ffi::AV_NOPTS_VALUE).then_some(ticks);
        Timing { start: known(stream.start_time()), duration: known(stream.duration()).filter(|ticks| *ticks > 0) }
    }
}

impl VideoStream {
    /// Its index in the file, which its packets carry.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Seconds of one tick of its times.
    pub fn time_base(&self) -> Rational {
        self.time_base
    }

    /// Clockwise quarter turns that set its pictures upright.
    pub fn turns(&self) -> u8 {
        self.turns
    }

    /// Width to height of a stored pixel; (1, 1) is square, a 0 counts as square.
    pub fn pixel_aspect(&self) -> (u32, u32) {
        self.pixel_aspect
    }

    /// When it begins and how long it lasts.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Pictures a second on average, if the container tells. Where the rate varies, only the pictures' own
    /// [times](crate::VideoFrame::tick) tell when each is shown.
    pub fn frame_rate(&self) -> Option<Rational> {
        self.frame_rate
    }

    /// What the container says about its colours; a picture's own [`color`](crate::VideoFrame::color) adds the bitstream's.
    pub fn color(&self) -> ColorDescription {
        color_description(self.container.color, sys::ColorNumbers::default())
    }
}

/// A stream of sound, as the container describes it.
#[derive(Clone)]
pub struct AudioStream {
    pub(crate) index: usize,
    pub(crate) place: Place,
    pub(crate) parameters: ff::codec::Parameters,
    /// Seconds of one tick.
    pub(crate) time_base: Rational,
    pub(crate) timing: Timing,
    pub(crate) priming_samples: u32,
    pub(crate) padding_samples: u32,
    pub(crate) limits: Limits,
}

impl AudioStream {
    /// Its index in the file, which its packets carry.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Seconds of one tick of its times.
    pub fn time_base(&self) -> Rational {
        self.time_base
    }

    /// When it begins and how long it lasts.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Samples at its front that only help the decoder to settle: Opus' pre-skip, or what lies before the edit list of AAC
    /// or the first whole frame of MP3. They are decoded like all others, and their times tell them apart.
    pub fn priming_samples(&self) -> u32 {
        self.priming_samples
    }

    /// Samples at its end that only fill the last block, if the container tells.
    pub fn padding_samples(&self) -> u32 {
        self.padding_samples
    }
}

pub(crate) fn container_tags(stream: &ff::Stream<'_>) -> ContainerTags {
    let numbers = sys::stream_numbers(stream);
    ContainerTags { color: numbers.color, aspect: numbers.container_aspect }
}

pub(crate) fn time_base(stream: &ff::Stream<'_>) -> Option<Rational> {
    rational(stream.time_base())
}

/// One of FFmpeg's fractions, if it is more than 0.
pub(crate) fn rational(value: ff::Rational) -> Option<Rational> {
    let (numerator, denominator) = (value.numerator(), value.denominator());
    (numerator > 0 && denominator > 0).then(|| Rational::new(numerator.into(), denominator.into()))
}

/// Width to height of a pixel, from what container and bitstream say.
pub(crate) fn pixel_aspect(container: (i32, i32), bitstream: (i32, i32)) -> (u32, u32) {
    let (width, height) = match container {
        // A container that says "square" says nothing that a page could tell from silence.
        (width, height) if width == 0 || height == 0 || width == height => bitstream,
        aspect => aspect,
    };
    let side = |value: i32| u32::try_from(value).unwrap_or(0);
    (side(width), side(height))
}

/// Numerator and denominator of a fraction above 0 as FFmpeg has them, if they fit.
pub(crate) fn av_pair(value: Rational) -> Option<(i32, i32)> {
    let pair = (i32::try_from(*value.numer()).ok()?, i32::try_from(*value.denom()).ok()?);
    (pair.0 > 0 && pair.1 > 0).then_some(pair)
}

/// A time base as FFmpeg has it; every one came from there.
pub(crate) fn av_rational(value: Rational) -> ff::Rational {
    ff::Rational::new(*value.numer() as i32, *value.denom() as i32)
}

/// How a stream's pictures must be turned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Orientation {
    /// Clockwise quarter turns.
    pub(crate) turns: u8,
    pub(crate) is_mirrored: bool,
}

/// Reads the display matrix, which takes (1, 0) to (a, b) and (0, 1) to (c, d), y pointing down. It turns first and
/// mirrors after.
pub(crate) fn orientation(stream: &ff::Stream<'_>) -> Orientation {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pictures_colours_are_the_containers_before_the_bitstreams() {
        let nothing = sys::ColorNumbers::default();
        assert_eq!(color_description(nothing, nothing), ColorDescription::UNSPECIFIED);
        // An HDR stream (BT.2020, PQ, limited) in a container that tags only the primaries, as P3.
        let stream = sys::ColorNumbers { matrix: 9, range: 1, primaries: 9, transfer: 16, ..nothing };
        let container = sys::ColorNumbers { primaries: 12, ..nothing };
        let expected = ColorDescription { primaries: 12, transfer: 16, matrix: 9, range: Some(Range::Limited) };
        assert_eq!(color_description(container, stream), expected);
        // What is no H.273 number counts as unspecified.
        let odd = sys::ColorNumbers { matrix: -3, transfer: 4000, range: 7, ..nothing };
        assert_eq!(color_description(odd, odd), ColorDescription::UNSPECIFIED);
    }
}
