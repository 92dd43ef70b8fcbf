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
    for (needed, got) in
        [(n_mels.saturating_mul(n_frames), mel.len()), (n_mels.saturating_mul(LIP_SYNC_COLUMNS), out.len())]
    {
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
    }
    for (row, out) in mel.chunks_exact(n_frames).zip(out.chunks_exact_mut(LIP_SYNC_COLUMNS)).take(n_mels) {
        out.copy_from_slice(&row[start..start + LIP_SYNC_COLUMNS]);
    }
    Ok(())
}

/// The window as a view on features that are frames first, `[n_frames, n_mels]`, as streams and
/// [`Layout::FramesFirst`](super::Layout::FramesFirst) give them: frames `start..start + 16`, `[16, n_mels]`, without a copy.
///
/// # Errors
/// As [`lip_sync_window_into`].
pub fn lip_sync_window_view(features: &[f32], n_mels: usize, n_frames: usize, start: usize) -> Result<&[f32], Error> {
    if start > last_start(n_frames)? {
        return Err(Error::BadParameter { name: "start", value: start as f64, expected: "at most n_frames - 16" });
    }
    let (needed, got) = (n_mels.saturating_mul(n_frames), features.len());
    if got < needed {
        return Err(Error::BufferTooSmall { needed, got });
    }
    Ok(&features[start * n_mels..(start + LIP_SYNC_COLUMNS) * n_mels])
}

/// Copies the windows of the video frames `frames` from `mel`, `[n_mels, n_frames]`, to `out`, `[batch, 1, n_mels, 16]`
/// row-major: what lip-sync models take. Returns the numbers written. `out` may be a tensor's buffer.
///
/// ```
/// # use millpond_core::audio::lip_sync_batch_into;
/// let mel = vec![0.0; 80 * 240]; // three seconds
/// let mut tensor = vec![0.0; 8 * 80 * 16];
/// let written = lip_sync_batch_into(&mel, 80, 240, 0..8, 80.into(), 25.into(), &mut tensor)?;
/// assert_eq!(written, tensor.len());
/// # Ok::<(), millpond_core::Error>(())
/// ```
///
/// # Errors
/// As [`lip_sync_window_start`] and [`lip_sync_window_into`]; nothing is written.
///
/// # Realtime
/// Does not allocate.
pub fn lip_sync_batch_into(
    mel: &[f32],
    n_mels: usize,
    n_frames: usize,
    frames: core::ops::Range<u64>,
    columns_per_second: Rational,
    frame_rate: Rational,
    out: &mut [f32],
) -> Result<usize, Error> {
    let window = n_mels.saturating_mul(LIP_SYNC_COLUMNS);
    let count = usize::try_from(frames.end.saturating_sub(frames.start)).unwrap_or(usize::MAX);
    let needed = count.saturating_mul(window);
    for (needed, got) in [(n_mels.saturating_mul(n_frames), mel.len()), (needed, out.len())] {
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
    }
    let start = |index| lip_sync_window_start(index, columns_per_second, frame_rate, n_frames);
    // The last can fail by its numbers where the first does not; so nothing is written before both are known.
    start(frames.end.saturating_sub(1)).and(start(frames.start))?;
    if window == 0 {
        return Ok(0);
    }
    for (index, out) in frames.zip(out.chunks_exact_mut(window)) {
        lip_sync_window_into(mel, n_mels, n_frames, start(index)?, out)?;
    }
    Ok(needed)
}

fn last_start(n_frames: usize) -> Result<usize, Error> {
    n_frames.checked_sub(LIP_SYNC_COLUMNS).ok_or(Error::BadParameter {
        name: "n_frames",
        value: n_frames as f64,
        expected: "at least 16 columns",
    })
}
