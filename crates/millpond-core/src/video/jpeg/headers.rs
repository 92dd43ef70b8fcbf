//! Everything but the entropy-coded bytes: markers and their segments, in libjpeg's order.

use super::geometry::Geometry;
use super::tables::{HuffmanSpec, ZIGZAG};
use super::{Density, JpegOptions};
use crate::Error;

/// End of image.
pub(super) const END: [u8; 2] = [0xff, 0xd9];
/// The most that the four Huffman tables take.
pub(super) const HUFFMAN_TABLES_MAX: usize = 4 * (2 + 2 + 1 + 16 + 256);
/// An EXIF segment holds its length, "Exif\0\0" and the block.
const EXIF_MAX: usize = 65_535 - 2 - 6;
/// An ICC segment holds its length, "ICC_PROFILE\0", its number, their count and a part of the profile.
const ICC_PART_MAX: usize = 65_535 - 2 - 12 - 2;

fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    out.extend([0xff, marker]);
    out.extend(((len + 2) as u16).to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// From the start to the frame header, which is followed by the Huffman tables.
///
/// # Errors
/// [`Error::BadParameter`] if EXIF or the profile is too long, or a density is 0.
pub(super) fn before_tables(
    geometry: &Geometry,
    options: &JpegOptions<'_>,
    quantisation: &[[u8; 64]; 2],
) -> Result<Vec<u8>, Error> {
    let refuse = |name, value: usize, expected| Err(Error::BadParameter { name, value: value as f64, expected });
    if options.exif.len() > EXIF_MAX {
        return refuse("exif length", options.exif.len(), "at most 65,527 bytes");
    }
    if options.icc_profile.len() > 255 * ICC_PART_MAX {
        return refuse("icc_profile length", options.icc_profile.len(), "at most 255 segments of 65,519 bytes");
    }
    let (unit, x, y) = match options.density {
        Density::Aspect(x, y) => (0, x, y),
        Density::DotsPerInch(x, y) => (1, x, y),
        Density::DotsPerCentimetre(x, y) => (2, x, y),
    };
    if x == 0 || y == 0 {
        return refuse("density", 0, "above 0");
    }
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe0, &[b"JFIF\0", &[1, 1, unit], &x.to_be_bytes(), &y.to_be_bytes(), &[0, 0]]);
    if !options.exif.is_empty() {
        segment(&mut out, 0xe1, &[b"Exif\0\0", options.exif]);
    }
    let count = options.icc_profile.len().div_ceil(ICC_PART_MAX) as u8;
    for (number, part) in (1..).zip(options.icc_profile.chunks(ICC_PART_MAX)) {
        segment(&mut out, 0xe2, &[b"ICC_PROFILE\0", &[number, count], part]);
    }
    let components = geometry.components();
    for (number, table) in (0..).zip(&quantisation[..components.len().min(2)]) {
        segment(&mut out, 0xdb, &[&[number], &ZIGZAG.map(|place| table[usize::from(place)])]);
    }
    let mut frame = vec![8];
    frame.extend((geometry.height as u16).to_be_bytes());
    frame.extend((geometry.width as u16).to_be_bytes());
    frame.push(components.len() as u8);
    for (number, component) in (1..).zip(components) {
        frame.extend([number, (component.h << 4 | component.v) as u8, component.table as u8]);
    }
    segment(&mut out, 0xc0, &[&frame]);
    Ok(out)
}

/// Appends the Huffman tables and returns the length after them. `out` has [`HUFFMAN_TABLES_MAX`] bytes from `len` on.
pub(super) fn put_tables(out: &mut [u8], mut len: usize, dc: &[HuffmanSpec], ac: &[HuffmanSpec]) -> usize {
    for (number, (dc, ac)) in (0..).zip(dc.iter().zip(ac)) {
        for (class, spec) in [(0, dc), (16, ac)] {
            let symbols = spec.symbols();
            let [high, low] = (2 + 1 + 16 + symbols.len() as u16).to_be_bytes();
            let head = [0xff, 0xc4, high, low, class | number];
            for part in [&head[..], &spec.counts, symbols] {
                out[len..len + part.len()].copy_from_slice(part);
                len += part.len();
            }
        }
    }
    len
}

/// From the Huffman tables to the first entropy-coded byte.
pub(super) fn after_tables(geometry: &Geometry, restart_interval: u16) -> Vec<u8> {
    let mut out = Vec::new();
    if restart_interval > 0 {
        segment(&mut out, 0xdd, &[&restart_interval.to_be_bytes()]);
    }
    let components = geometry.components();
    let mut scan = vec![components.len() as u8];
    for (number, component) in (1..).zip(components) {
        scan.extend([number, (component.table << 4 | component.table) as u8]);
    }
    scan.extend([0, 63, 0]);
    segment(&mut out, 0xda, &[&scan]);
    out
}
