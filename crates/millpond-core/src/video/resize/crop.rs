//! Which part of a picture is taken, and the axes that take it to the target.

use super::{Axis, Filter, Grid, Mapping, Span, Weight};
use crate::video::format::shifted;
use crate::video::{ChromaSiting, MAX_SIDE, Siting};
use crate::{Error, Rational};

/// The largest denominator of a crop's positions; with it no exact fraction overflows.
const MAX_DENOMINATOR: i128 = 1_000_000_000;

/// The part of a picture that is taken, in its pixels. Positions are exact and may lie between pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Horizontally.
    pub x: Span,
    /// Vertically.
    pub y: Span,
}

impl Crop {
    /// The rectangle of whole pixels whose upper left corner is `(x, y)`.
    pub fn pixels(x: u32, y: u32, width: u32, height: u32) -> Crop {
        let span = |start: u32, length: u32| Span {
            start: Rational::from_integer(start.into()),
            length: Rational::from_integer(length.into()),
        };
        Crop { x: span(x, width), y: span(y, height) }
    }

    /// The whole of a picture.
    pub fn whole(width: u32, height: u32) -> Crop {
        Crop::pixels(0, 0, width, height)
    }

    /// Whether it is a part of a picture of this size, with fractions that can be computed with.
    pub(crate) fn check(&self, width: u32, height: u32) -> Result<(), Error> {
        for (span, side) in [(self.x, width), (self.y, height)] {
            for (name, value) in [("crop position", span.start), ("crop length", span.length)] {
                // Compared as they stand, since a ratio need not be one that can be computed with.
                let (numerator, denominator) = (*value.numer(), *value.denom());
                let least = i128::from(name == "crop length");
                let inside = (1..=MAX_DENOMINATOR).contains(&denominator)
                    && (least..=denominator * i128::from(side)).contains(&numerator);
                if !inside {
                    let value = numerator as f64 / denominator as f64;
                    let expected = "within the picture, in fractions whose denominators are up to 1000000000";
                    return Err(Error::BadParameter { name, value, expected });
                }
            }
            if span.start + span.length > Rational::from_integer(side.into()) {
                let end = span.start + span.length;
                let value = *end.numer() as f64 / *end.denom() as f64;
                return Err(Error::BadParameter { name: "end of the crop", value, expected: "within the picture" });
            }
        }
        Ok(())
    }
}

/// Whether this is a size that a picture may have.
pub(crate) fn check_size((width, height): (u32, u32)) -> Result<(), Error> {
    let side = 1..=MAX_SIDE;
    if side.contains(&width) && side.contains(&height) {
        return Ok(());
    }
    Err(Error::BadSize { width, height, max: MAX_SIDE })
}

/// How samples are taken from a plane to a plane: what all planes of a picture have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampling {
    pub(crate) source: (u32, u32),
    pub(crate) target: (u32, u32),
    pub(crate) crop: Crop,
    pub(crate) filter: Filter,
    pub(crate) siting: ChromaSiting,
}

impl Sampling {
    /// The axes, horizontal and vertical, of a plane whose samples lie `from` times halved in the source, and `to` times in
    /// the target.
    pub(crate) fn axes<W: Weight>(&self, from: (u32, u32), to: (u32, u32)) -> [Axis<W>; 2] {
        let Sampling { source, target, crop, filter, siting } = *self;
        let axis = |span, siting: Siting, source, target, from, to| {
            let grid = |shift: u32| if shift > 0 { Grid::Halved(siting.half_samples()) } else { Grid::Full };
            let mapping = Mapping {
                span,
                source_len: shifted(source, from) as usize,
                source_grid: grid(from),
                target_start: 0,
                target_len: target,
                target_grid: grid(to),
            };
            Axis::new(&mapping, filter, 0..shifted(target, to) as usize)
        };
        [
            axis(crop.x, siting.horizontal, source.0, target.0, from.0, to.0),
            axis(crop.y, siting.vertical, source.1, target.1, from.1, to.1),
        ]
    }
}
