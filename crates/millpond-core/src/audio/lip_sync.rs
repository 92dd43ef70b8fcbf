//! Which columns of a mel matrix belong to a video frame.
use crate::Error;

/// Columns in one lip-sync window.
pub const LIP_SYNC_COLUMNS: usize = 16;

/// First column of the window of video frame `index`: floor(index × columns_per_second / fps), exactly; a window that
/// would reach past the end is the last 16 columns. Ratios are (numerator, denominator); [`MelConfig::columns_per_second`](super::MelConfig::columns_per_second).
///
/// # Errors
/// `BadParameter` for a ratio with a zero or fewer than 16 frames.
pub fn lip_sync_window_start(
    index: u64,
    columns_per_second: (u32, u32),
    fps: (u32, u32),
    n_frames: usize,
) -> Result<usize, Error> {
    let _ = (index, columns_per_second, fps, n_frames);
    todo!()
}

/// Copies columns `start..start + 16` of `mel` `[n_mels, n_frames]` to `out` `[n_mels, 16]`.
///
/// # Errors
/// `BufferTooSmall` for `mel` or `out`, `BadParameter` for a start past the last window.
pub fn lip_sync_window_into(
    mel: &[f32],
    n_mels: usize,
    n_frames: usize,
    start: usize,
    out: &mut [f32],
) -> Result<(), Error> {
    let _ = (mel, n_mels, n_frames, start, out);
    todo!()
}
