//! Stills: PNG, JPEG and WebP, decoded by the same Rust code on both targets.
//!
//! The result is RGBA with straight alpha, set upright by the EXIF orientation of a JPEG. Embedded colour profiles are
//! ignored, an animation shows its first picture, and samples of 16 bits are taken to 8 by the `image` crate's integer
//! rule. JPEG is decoded without vector instructions, whose inverse transform need not agree to the bit.

use crate::SceneError;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, ImageFormat, Limits, RgbaImage, imageops};
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
        Some(ImageFormat::Png) => PngDecoder::new(Cursor::new(encoded)).and_then(rgba).map_err(bad)?,
        Some(_) => WebPDecoder::new(Cursor::new(encoded)).and_then(rgba).map_err(bad)?,
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
    Ok(upright(picture, orientation.unwrap_or(Orientation::NoTransforms)))
}

/// What `DynamicImage::into_rgba8` makes of it, without that type's code for each kind of pixel, which a page would have
/// to download.
fn rgba(mut decoder: impl ImageDecoder) -> Result<RgbaImage, ImageError> {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    let ((width, height), color, bytes) = (decoder.dimensions(), decoder.color_type(), decoder.total_bytes());
    limits.check_dimensions(width, height)?;
    limits.reserve(bytes)?;
    decoder.set_limits(limits)?;
    let mut samples = vec![0; bytes as usize];
    decoder.read_image(&mut samples)?;
    if matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16) {
        samples = samples.chunks_exact(2).map(|sample| narrow(u16::from_ne_bytes([sample[0], sample[1]]))).collect();
    }
    let opaque = |_: &[u8]| 255;
    let picture = match color.channel_count() {
        1 => pixels(&samples, 1, [0, 0, 0], opaque),
        2 => pixels(&samples, 2, [0, 0, 0], |pixel| pixel[1]),
        3 => pixels(&samples, 3, [0, 1, 2], opaque),
        _ => samples,
    };
    // A picture of the size that the decoder filled; an empty one could only come of a decoder's mistake.
    Ok(RgbaImage::from_raw(width, height, picture).unwrap_or_default())
}

/// 16 bits to 8, to the nearest.
fn narrow(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

fn pixels(samples: &[u8], channels: usize, rgb: [usize; 3], alpha: impl Fn(&[u8]) -> u8) -> Vec<u8> {
    let pixels = samples.chunks_exact(channels);
    pixels.flat_map(|pixel| [pixel[rgb[0]], pixel[rgb[1]], pixel[rgb[2]], alpha(pixel)]).collect()
}

fn upright(mut picture: RgbaImage, orientation: Orientation) -> RgbaImage {
    match orientation {
        Orientation::NoTransforms => {}
        Orientation::Rotate90 => picture = imageops::rotate90(&picture),
        Orientation::Rotate180 => imageops::rotate180_in_place(&mut picture),
        Orientation::Rotate270 => picture = imageops::rotate270(&picture),
        Orientation::FlipHorizontal => imageops::flip_horizontal_in_place(&mut picture),
        Orientation::FlipVertical => imageops::flip_vertical_in_place(&mut picture),
        Orientation::Rotate90FlipH => {
            picture = imageops::rotate90(&picture);
            imageops::flip_horizontal_in_place(&mut picture);
        }
        Orientation::Rotate270FlipH => {
            picture = imageops::rotate270(&picture);
            imageops::flip_horizontal_in_place(&mut picture);
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageEncoder};

    /// A picture with every kind of sample, as PNG.
    fn png(color: ColorType) -> Vec<u8> {
        let (width, height) = (37, 11);
        let bytes = width * height * u32::from(color.bytes_per_pixel());
        let samples: Vec<u8> = (0..bytes).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut file = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut file);
        encoder.write_image(&samples, width, height, color.into()).unwrap();
        file
    }

    #[test]
    fn pixels_are_those_of_the_image_crate() {
        use ColorType::*;
        for color in [L8, La8, Rgb8, Rgba8, L16, La16, Rgb16, Rgba16] {
            let file = png(color);
            let expected = image::load_from_memory(&file).unwrap().into_rgba8();
            let frame = decode(&file).unwrap();
            assert_eq!((frame.layout().width(), frame.layout().height()), expected.dimensions());
            assert!(frame.bytes() == expected.as_raw().as_slice(), "{color:?}");
        }
    }

    #[test]
    fn each_orientation_is_that_of_the_image_crate() {
        let picture = image::load_from_memory(&png(ColorType::Rgba8)).unwrap().into_rgba8();
        for orientation in (1..=8).filter_map(Orientation::from_exif) {
            let mut expected = DynamicImage::ImageRgba8(picture.clone());
            expected.apply_orientation(orientation);
            assert!(upright(picture.clone(), orientation) == expected.into_rgba8(), "{orientation:?}");
        }
    }
}
