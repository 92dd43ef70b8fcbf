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
    /// A block of sound has samples of another type, or in another order.
    #[error("samples do not match: expected {} {}, got {} {}", expected.0, expected.1, got.0, got.1)]
    SampleMismatch {
        /// Type and arrangement that the call wants.
        expected: (&'static str, &'static str),
        /// Type and arrangement of the block.
        got: (&'static str, &'static str),
    },
    /// A pool was closed.
    #[error("the pool was closed")]
    PoolClosed,
    /// No object came back to a pool in time.
    #[error("no object came back to the pool within {} s", Number(waited.as_secs_f64()))]
    DeadlinePassed {
        /// How long the call waited.
        waited: std::time::Duration,
    },
    /// The pools of a set may not hold more bytes together.
    #[error("the pools hold too much: {needed} more bytes needed, {left} left")]
    PoolBudget {
        /// Bytes that were to be allocated.
        needed: usize,
        /// Bytes that may still be allocated.
        left: usize,
    },
    /// A wait was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A parameter is outside its range.
    #[error("bad {name} {}: {expected}", Number(*value))]
    BadParameter {
        /// Name of the parameter, with its unit.
        name: &'static str,
        /// The value it had.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// Features that depend on the whole clip were asked of a stream without a reference for it.
    #[cfg(feature = "audio")]
    #[error("{what} needs the whole clip: a stream must be given a reference for it")]
    NeedsWholeClip {
        /// The part of the configuration that does.
        what: &'static str,
    },
    /// Samples have another rate than the plan is for.
    #[cfg(feature = "audio")]
    #[error("sample rate {got} Hz does not match: expected {expected} Hz")]
    RateMismatch {
        /// The plan's rate in Hz.
        expected: u32,
        /// The samples' rate in Hz.
        got: u32,
    },
    /// A configuration cannot be read.
    #[cfg(feature = "audio")]
    #[error("bad configuration: {message}")]
    BadConfig {
        /// What is wrong, and where.
        message: String,
    },
    /// There is no profile of this name.
    #[cfg(feature = "audio")]
    #[error("there is no mel profile {name:?}")]
    UnknownProfile {
        /// The name that was asked for.
        name: String,
    },
}

/// A number as messages print it: to six decimals, or six digits and a power of ten. The standard library's shortest form
/// would take a tenth of the smallest WebAssembly module.
struct Number(f64);

impl core::fmt::Display for Number {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (sign, mut size) = (if self.0 < 0.0 { "-" } else { "" }, self.0.abs());
        if size.is_nan() {
            return f.write_str("NaN");
        }
        if size.is_infinite() {
            return write!(f, "{sign}inf");
        }
        let mut exponent = 0;
        while size >= 1e15 {
            (size, exponent) = (size / 10.0, exponent + 1);
        }
        while size > 0.0 && size < 1e-3 {
            (size, exponent) = (size * 10.0, exponent - 1);
        }
        let millionths = ((size - (size as u64) as f64) * 1e6 + 0.5) as u32;
        let whole = size as u64 + u64::from(millionths / 1_000_000);
        let (mut decimals, mut places) = (millionths % 1_000_000, 6);
        write!(f, "{sign}{whole}")?;
        if decimals > 0 {
            while decimals % 10 == 0 {
                (decimals, places) = (decimals / 10, places - 1);
            }
            write!(f, ".{decimals:0places$}")?;
        }
        if exponent == 0 { Ok(()) } else { write!(f, "e{exponent}") }
    }
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
            Error::SampleMismatch { .. } => "E_SAMPLE_MISMATCH",
            Error::PoolClosed => "E_CLOSED",
            Error::DeadlinePassed { .. } => "E_DEADLINE",
            Error::PoolBudget { .. } => "E_POOL_BUDGET",
            Error::Cancelled => "E_CANCELLED",
            Error::BadParameter { .. } => "E_BAD_PARAMETER",
            #[cfg(feature = "audio")]
            Error::NeedsWholeClip { .. } => "E_NEEDS_WHOLE_CLIP",
            #[cfg(feature = "audio")]
            Error::RateMismatch { .. } => "E_RATE_MISMATCH",
            #[cfg(feature = "audio")]
            Error::UnknownProfile { .. } => "E_BAD_PROFILE",
            #[cfg(feature = "audio")]
            Error::BadConfig { .. } => "E_BAD_CONFIG",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_like_the_standard_library_where_six_decimals_will_do() {
        for value in
            [0.0, 1.0, -1.0, 0.5, 44_100.0, -0.125, 1234.567891, 384_000.5, 9_007_199_254_740_991.0 / 16.0, 0.001]
        {
            let expected = format!("{:.6}", value);
            let expected = expected.trim_end_matches('0').trim_end_matches('.');
            assert_eq!(Number(value).to_string(), expected);
        }
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -2.5e-9, 1.5e308, 5e-324];
        let printed: Vec<String> = odd.iter().map(|&value| Number(value).to_string()).collect();
        assert_eq!(printed[..3], ["NaN", "inf", "-inf"]);
        for (printed, value) in printed.iter().zip(odd).skip(3) {
            let back: f64 = printed.parse().unwrap();
            assert!((back / value - 1.0).abs() < 1e-3, "{printed} {value}");
        }
    }
}
