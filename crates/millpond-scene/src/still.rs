//! Stills: PNG, JPEG and WebP, decoded by the same Rust code on both targets.
//!
//! The result is RGBA with straight alpha, set upright by the EXIF orientation of a JPEG. Embedded colour profiles are
//! ignored, an animation shows its first picture, and samples of 16 bits are taken to 8 by the `image` crate's integer
//! rule. JPEG is decoded without vector instructions, whose inverse transform need not agree to the bit.

use crate::SceneError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, RgbaImage};
use millpond_core::video::{Frame, FrameLayout, MAX_SIDE, PixelFormat};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Whether a file that starts with these bytes (12 are enough) is a still that [`decode`] knows.
pub fn is_still(start: &[u8]) -> bool {
    kind(start).is_some()
}

fn kind(start: &[u8]) -> Option<ImageFormat> {
    if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(ImageFormat::Png)
    } else if start.starts_with(b"\xff\xd8\xff") {
        Some(ImageFormat::Jpeg)
    } else if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        Some(ImageFormat::WebP)
    } else {
        None
    }
}

/// Decodes a still.
///
/// # Errors
/// [`SceneError::BadStill`] with the decoder's reason.
///
/// # Realtime
/// Allocates.
pub fn decode(encoded: &[u8]) -> Result<Frame, SceneError> {
    let picture = match kind(encoded) {
        Some(ImageFormat::Jpeg) => decode_jpeg(encoded)?,
        Some(format) => {
            let mut reader = ImageReader::with_format(Cursor::new(encoded), format);
            let mut limits = image::Limits::default();
            (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
            reader.limits(limits);
            reader.decode().map_err(bad)?.into_rgba8()
        }
        None => return Err(bad("neither PNG, JPEG nor WebP")),
    };
    let layout = FrameLayout::packed(PixelFormat::Rgba8, picture.width(), picture.height())?;
    let mut frame = Frame::new(layout);
    frame.bytes_mut().copy_from_slice(picture.as_raw());
    Ok(frame)
}

fn bad(reason: impl ToString) -> SceneError {
    SceneError::BadStill { reason: reason.to_string() }
}

fn decode_jpeg(encoded: &[u8]) -> Result<RgbaImage, SceneError> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGBA)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .set_use_unsafe(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(encoded), options);
    let pixels = decoder.decode().map_err(|error| bad(format!("{error:?}")))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| bad("no size"))?;
    let picture = RgbaImage::from_raw(width as u32, height as u32, pixels)
        .ok_or_else(|| bad("fewer pixels than its size says"))?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let mut picture = DynamicImage::ImageRgba8(picture);
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(picture.into_rgba8())
}
