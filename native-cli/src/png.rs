//! PNG files that appear only when they are whole.

use crate::failure::Failure;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use millpond::ffmpeg::{AsideFile, Error};
use std::path::Path;

/// Opens a PNG file to write, before the work begins.
pub(crate) fn create(path: &Path) -> Result<AsideFile, Failure> {
    let file = AsideFile::create(path)?;
    let is_png = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if file.is_regular() && !is_png {
        let what = format!("the format of {}", path.display());
        return Err(Error::UnsupportedOutput { what, reason: "names of PNG files end in .png".to_owned() }.into());
    }
    Ok(file)
}

/// Encodes RGBA pixels.
pub(crate) fn write(file: AsideFile, path: &Path, rgba: &[u8], width: u32, height: u32) -> Result<(), Failure> {
    let mut encoded = Vec::new();
    PngEncoder::new(&mut encoded)
        .write_image(rgba, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| Error::output(path, error))?;
    Ok(file.write(&encoded)?)
}
