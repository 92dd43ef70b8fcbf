//! Which columns of a mel matrix belong to a video frame.
//!
//! Lip-sync models see 16 columns per video frame. The window of frame i starts at column floor(i × columns per second /
//! frames per second), in exact integers, so that a frame rate that does not divide the columns never drifts; a window
//! that would reach past the end is the last 16 columns instead. Nothing allocates.

use crate::Error;

/// Columns in one window.
pub const LIP_SYNC_COLUMNS: usize = 16;

/// The first column of the window of video frame `index` in a matrix of `n_frames` columns. `columns_per_second`
/// ([`MelConfig::columns_per_second`](super::MelConfig::columns_per_second)) and `frame_rate` are (numerator, denominator).
///
/// ```
/// # use millpond_core::audio::lip_sync_window_start;
/// // 80 columns and 30000/1001 frames a second: 2.669… columns a frame.
/// assert_eq!(lip_sync_window_start(100, (16_000, 200), (30_000, 1001), 1000), Ok(266));
/// assert_eq!(lip_sync_window_start(100, (16_000, 200), (30_000, 1001), 270), Ok(254));
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for a ratio with a 0 in it, or fewer than 16 columns.
pub fn lip_sync_window_start(
    index: u64,
    columns_per_second: (u32, u32),
    frame_rate: (u32, u32),
    n_frames: usize,
) -> Result<usize, Error> {
    for (name, (numerator, denominator)) in [("columns_per_second", columns_per_second), ("frame_rate", frame_rate)] {
        if numerator == 0 || denominator == 0 {
            let value = f64::from(numerator) / f64::from(denominator);
            return Err(Error::BadParameter { name, value, expected: "a ratio of two positive integers" });
        }
    }
    let last = last_start(n_frames)?;
    let columns = u128::from(index) * u128::from(columns_per_second.0) * u128::from(frame_rate.1)
        / (u128::from(columns_per_second.1) * u128::from(frame_rate.0));
    Ok(usize::try_from(columns).unwrap_or(last).min(last))
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
