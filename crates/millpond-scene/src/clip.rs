//! What a host tells about a clip when it opens it, and how it hands over pictures.

use crate::{BitstreamTags, ColorTags};
use millpond_core::Rational;
use millpond_core::pool::Pooled;
use millpond_core::video::{ChromaSiting, Frame, FrameView};

/// A picture that a host decoded: on both targets a guard on a pool frame.
pub trait Picture {
    /// Its visible pixels, as stored.
    fn view(&self) -> FrameView<'_>;
}

impl Picture for Frame {
    fn view(&self) -> FrameView<'_> {
        Frame::view(self)
    }
}

impl Picture for Pooled<Frame> {
    fn view(&self) -> FrameView<'_> {
        Frame::view(self)
    }
}

/// What container and bitstream say about a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipInfo {
    /// Ticks per second of the presentation times.
    pub time_scale: Rational,
    /// Clockwise quarter turns that set the pictures upright.
    pub turns: u8,
    /// Width to height of a stored pixel; (1, 1) is square. A 0 counts as square.
    pub pixel_aspect: (u32, u32),
    /// Colour tags of the container.
    pub container: ColorTags,
    /// Colour tags of the bitstream.
    pub bitstream: ColorTags,
    /// Where chroma samples sit.
    pub siting: ChromaSiting,
}

impl ClipInfo {
    /// An untagged clip of square upright pixels with this many ticks per second.
    pub fn new(time_scale: Rational) -> ClipInfo {
        ClipInfo {
            time_scale,
            turns: 0,
            pixel_aspect: (1, 1),
            container: ColorTags::default(),
            bitstream: ColorTags::default(),
            siting: ChromaSiting::default(),
        }
    }

    /// Adds what the bitstream says, as far as the container does not: its colour tags, its pixel aspect if the
    /// container's pixels are square, and where chroma sits.
    pub fn with_bitstream(self, tags: BitstreamTags) -> ClipInfo {
        let is_square = self.pixel_aspect.0 == self.pixel_aspect.1;
        ClipInfo {
            pixel_aspect: tags.pixel_aspect.filter(|_| is_square).unwrap_or(self.pixel_aspect),
            bitstream: tags.color,
            siting: tags.siting.unwrap_or(self.siting),
            ..self
        }
    }
}
