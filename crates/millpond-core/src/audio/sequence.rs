//! Sequences of feature vectors, padded for models that look at neighbours.
//!
//! Rows before the first are copies of the first, rows after the last of the last. Nothing allocates.

use crate::Error;

/// Copies `features`, `[n, width]` row-major, to `out`, `[before + n + after, width]`, and returns the number of rows: 41
/// vectors of 512 with one row before and one after become `[43, 512]`. `out` may be a tensor's buffer.
///
/// ```
/// use millpond_core::audio::pad_rows_into;
///
/// let mut out = [0.0; 10];
/// assert_eq!(pad_rows_into(&[1.0, 2.0, 3.0, 4.0], 2, 1, 2, &mut out), Ok(5));
/// assert_eq!(out, [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0]);
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for a width of 0 or features that are not whole rows, or none at all;
/// [`Error::BufferTooSmall`]. Nothing is written then.
///
/// # Realtime
/// Does not allocate.
pub fn pad_rows_into(
    features: &[f32],
    width: usize,
    before: usize,
    after: usize,
    out: &mut [f32],
) -> Result<usize, Error> {
    if width == 0 || features.is_empty() || !features.len().is_multiple_of(width) {
        let expected = "1 or more, and features that are one or more rows of it";
        return Err(Error::BadParameter { name: "width", value: width as f64, expected });
    }
    let rows = (features.len() / width).saturating_add(before).saturating_add(after);
    let (needed, got) = (rows.saturating_mul(width), out.len());
    let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed, got })?;
    let (head, rest) = out.split_at_mut(before * width);
    let (middle, tail) = rest.split_at_mut(features.len());
    middle.copy_from_slice(features);
    for row in head.chunks_exact_mut(width) {
        row.copy_from_slice(&features[..width]);
    }
    for row in tail.chunks_exact_mut(width) {
        row.copy_from_slice(&features[features.len() - width..]);
    }
    Ok(rows)
}
