//! A picture of a mel matrix.
use crate::Error;

/// Draws `mel` `[n_mels, n_frames]` as `width` x `height` RGBA pixels (opaque, rows tightly packed), low frequencies at
/// the bottom; `range` is (value of the darkest colour, value of the brightest), (-4, 4) for `lipsync`.
///
/// # Errors
/// `BufferTooSmall`, `BadSize`, `BadParameter`.
pub fn mel_picture_into(
    mel: &[f32],
    n_mels: usize,
    n_frames: usize,
    range: (f32, f32),
    width: u32,
    height: u32,
    out_rgba: &mut [u8],
) -> Result<(), Error> {
    let _ = (mel, n_mels, n_frames, range, width, height, out_rgba);
    todo!()
}
