//! The one error type of this crate: every variant carries the numbers that were wrong and a stable code.

#[cfg(feature = "video")]
use crate::video::PixelFormat;

/// Why a constructor or a call refused its arguments. Nothing was written when a call returns one of these.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A buffer is shorter than the call needs.
    #[error("buffer too small: needed {needed}, got {got}")]
    BufferTooSmall {
        /// Elements that the call needs.
        needed: usize,
        /// Elements that it got.
        got: usize,
    },
    /// A width or height is zero, or so large that sizes overflow.
    #[error("bad picture size {width}x{height}: both sides must be 1 to {max}")]
    BadSize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The largest side.
        max: u32,
    },
    /// A stride is smaller than a row of the plane.
    #[error("stride {stride} of plane {plane} is smaller than its row of {row} bytes")]
    BadStride {
        /// Index of the plane.
        plane: usize,
        /// Bytes from one row to the next.
        stride: usize,
        /// Bytes in a row.
        row: usize,
    },
    /// A rectangle is not one of the picture.
    #[cfg(feature = "video")]
    #[error("bad rectangle {width}x{height} at {x},{y} of {of}: expected {expected}")]
    BadRectangle {
        /// Left edge in pixels.
        x: u32,
        /// Upper edge in pixels.
        y: u32,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The picture.
        of: PictureKind,
        /// What is allowed.
        expected: &'static str,
    },
    /// Two pictures that must have the same size or format do not.
    #[cfg(feature = "video")]
    #[error("picture does not match: expected {expected}, got {got}")]
    Mismatch {
        /// What the call was planned for.
        expected: PictureKind,
        /// What it got.
        got: PictureKind,
    },
    /// A kernel does not know this pixel format.
    #[cfg(feature = "video")]
    #[error("pixel format {format} is not supported here")]
    UnsupportedFormat {
        /// The format.
        format: PixelFormat,
    },
    /// A pool has no free object and may not make another.
    #[error("pool exhausted: all {capacity} objects are in use")]
    PoolExhausted {
        /// The number of objects in the pool.
        capacity: usize,
    },
    /// A parameter is outside its range.
    #[error("bad {name} {value}: {expected}")]
    BadParameter {
        /// Name of the parameter, with its unit.
        name: &'static str,
        /// The value it had.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
}

/// Format and size of a picture, as [`Error::Mismatch`] prints them.
#[cfg(feature = "video")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureKind {
    /// Pixel format.
    pub format: PixelFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

#[cfg(feature = "video")]
impl core::fmt::Display for PictureKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}x{}", self.format, self.width, self.height)
    }
}

#[cfg(feature = "video")]
impl PictureKind {
    /// The same size in another format.
    pub(crate) fn with_format(self, format: PixelFormat) -> PictureKind {
        PictureKind { format, ..self }
    }
}

impl Error {
    /// The stable code that the command and TypeScript show unchanged.
    pub fn code(&self) -> &'static str {
        match self {
            Error::BufferTooSmall { .. } => "E_BUFFER_TOO_SMALL",
            Error::BadSize { .. } => "E_BAD_SIZE",
            Error::BadStride { .. } => "E_BAD_STRIDE",
            #[cfg(feature = "video")]
            Error::BadRectangle { .. } => "E_BAD_RECTANGLE",
            #[cfg(feature = "video")]
            Error::Mismatch { .. } => "E_MISMATCH",
            #[cfg(feature = "video")]
            Error::UnsupportedFormat { .. } => "E_UNSUPPORTED_FORMAT",
            Error::PoolExhausted { .. } => "E_POOL_EXHAUSTED",
            Error::BadParameter { .. } => "E_BAD_PARAMETER",
        }
    }
}
