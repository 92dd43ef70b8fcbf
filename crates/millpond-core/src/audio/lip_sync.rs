//! Which columns of a mel matrix belong to a video frame.
//!
//! Lip-sync models see 16 columns per video frame. The window of frame i starts at column floor(i × columns per second /
//! frames per second), in exact integers, so that a frame rate that does not divide the columns never drifts; a window
//! that would reach past the end is the last 16 columns instead. Nothing allocates.

use crate::{Error, Rational};

/// Columns in one window.
pub const LIP_SYNC_COLUMNS: usize = 16;

/// The first column of the window of video frame `index` in a matrix of `n_frames` columns, at
/// [`MelConfig::columns_per_second`](super::MelConfig::columns_per_second).
///
/// ```
/// # use millpond_core::{Rational, audio::lip_sync_window_start};
/// // 80 columns and 30000/1001 frames a second: 2.669… columns a frame.
/// let (columns, frames) = (Rational::from(80), Rational::new(30_000, 1001));
/// assert_eq!(lip_sync_window_start(100, columns, frames, 1000), Ok(266));
/// assert_eq!(lip_sync_window_start(100, columns, frames, 270), Ok(254));
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for a rate that is not above 0 or whose numbers overflow 127 bits, or fewer than 16 columns.
pub fn lip_sync_window_start(
    index: u64,
    columns_per_second: Rational,
    frame_rate: Rational,
    n_frames: usize,
) -> Result<usize, Error> {
    let refuse = |name, rate: Rational, expected| {
        Err(Error::BadParameter { name, value: *rate.numer() as f64 / *rate.denom() as f64, expected })
    };
    for (name, rate) in [("columns_per_second", columns_per_second), ("frame_rate", frame_rate)] {
        if *rate.numer() <= 0 || *rate.denom() <= 0 {
            return refuse(name, rate, "above 0");
        }
    }
    let last = last_start(n_frames)?;
    let columns = i128::from(index)
        .checked_mul(*columns_per_second.numer())
        .and_then(|columns| columns.checked_mul(*frame_rate.denom()))
        .zip(columns_per_second.denom().checked_mul(*frame_rate.numer()));
    match columns {
        Some((numerator, denominator)) => Ok(usize::try_from(numerator / denominator).unwrap_or(last).min(last)),
        None => refuse("frame_rate", frame_rate, "a fraction of smaller numbers"),
    }
}

/// Copies columns `start..start + 16` of `mel` `[n_mels, n_frames]` to `out` `[n_mels, 16]`.
///
/// # Errors
/// [`Error::BadParameter`] for a start past the last window or fewer than 16 columns, [`Error::BufferTooSmall`] for `mel`
/// or `out`; nothing is written.
pub fn lip_sync_window_into(
    mel: &[f32],
    n_mels: usize,
    n_frames: usize,
    start: usize,
    out: &mut [f32],
) -> Result<(), Error> {
    if start > last_start(n_frames)? {
        return Err(Error::BadParameter { name: "start", value: start as f64, expected: "at most n_frames - 16" });
    }
    for (needed, got) in [(n_mels.saturating_mul(n_frames), mel.len()), (n_mels * LIP_SYNC_COLUMNS, out.len())] {
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
    }
    for (row, out) in mel.chunks_exact(n_frames).zip(out.chunks_exact_mut(LIP_SYNC_COLUMNS)).take(n_mels) {
        out.copy_from_slice(&row[start..start + LIP_SYNC_COLUMNS]);
    }
    Ok(())
}

fn last_start(n_frames: usize) -> Result<usize, Error> {
    n_frames.checked_sub(LIP_SYNC_COLUMNS).ok_or(Error::BadParameter {
        name: "n_frames",
        value: n_frames as f64,
        expected: "at least 16 columns",
    })
}
