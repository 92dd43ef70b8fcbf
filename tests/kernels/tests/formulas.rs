//! Whole pictures of every format to every other against ITU-T H.273 in floating point, written here independently: which
//! sample comes from which, the mean of chroma cells, edges of odd pictures, alpha. Resizing, tensors, blending, layers and
//! audio have such references in the tests of `millpond-core`.
#![allow(missing_docs)]

use millpond_core::video::convert::Converter;
use millpond_core::video::{Color, FrameView, Matrix, PixelFormat, Range};
use millpond_kernels::{Choices, Picture};

/// Kr, Kb, black, and the scales of luma and chroma.
fn constants(color: Color) -> [f64; 5] {
    let (kr, kb) = match color.matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
    };
    match color.range {
        Range::Limited => [kr, kb, 16.0, 219.0, 224.0],
        Range::Full => [kr, kb, 0.0, 255.0, 255.0],
    }
}

fn decode(color: Color, [y, u, v]: [f64; 3]) -> [f64; 3] {
    let [kr, kb, black, luma, chroma] = constants(color);
    let (y, pb, pr) = ((y - black) / luma, (u - 128.0) / chroma, (v - 128.0) / chroma);
    let (red, blue) = (y + 2.0 * (1.0 - kr) * pr, y + 2.0 * (1.0 - kb) * pb);
    [red, (y - kr * red - kb * blue) / (1.0 - kr - kb), blue].map(|value| value * 255.0)
}

fn encode(color: Color, rgb: [f64; 3]) -> [f64; 3] {
    let [kr, kb, black, luma, chroma] = constants(color);
    let [red, green, blue] = rgb.map(|value| value / 255.0);
    let y = kr * red + (1.0 - kr - kb) * green + kb * blue;
    let (pb, pr) = ((blue - y) / (2.0 * (1.0 - kb)), (red - y) / (2.0 * (1.0 - kr)));
    [black + luma * y, 128.0 + chroma * pb, 128.0 + chroma * pr]
}

/// Bytes of a pixel of packed R'G'B' by colour: red, green, blue.
fn order(format: PixelFormat) -> [usize; 3] {
    if matches!(format, PixelFormat::Bgr24 | PixelFormat::Bgra8) { [2, 1, 0] } else { [0, 1, 2] }
}

/// Sample `component` (0 luma, 1 Cb, 2 Cr, 3 alpha) of a Y'CbCr picture at a place on its own plane, as eight bits.
fn sample(picture: &FrameView<'_>, component: usize, x: usize, y: usize) -> f64 {
    let format = picture.format();
    let (plane, at) = match (component, format) {
        (1 | 2, PixelFormat::Gray8) => return 128.0,
        (3, PixelFormat::I420A) => (3, x),
        (3, _) => return 255.0,
        (1 | 2, PixelFormat::Nv12 | PixelFormat::P010) => (1, 2 * x + component - 1),
        (1 | 2, PixelFormat::Yv12) => (3 - component, x),
        _ => (component, x),
    };
    let row = picture.plane(plane).row(y);
    if !format.is_ten_bit() {
        return row[at].into();
    }
    let word = u16::from_le_bytes([row[2 * at], row[2 * at + 1]]);
    // Contract: (v + 2) >> 2, clamped, of ten bits.
    let ten = if format == PixelFormat::P010 { word >> 6 } else { word };
    f64::from(((u32::from(ten) + 2) >> 2).min(255))
}

/// Means of a target's chroma sample: the places in pixels that it covers, the last column and row counted again where an
/// odd picture ends.
fn cell(format: PixelFormat, x: usize, y: usize, width: usize, height: usize) -> Vec<(usize, usize)> {
    let (right, down) = format.chroma_shift();
    let along = |at: usize, shift: u32, side: usize| -> Vec<usize> {
        (0..1 << shift).map(|step| ((at << shift) + step).min(side - 1)).collect()
    };
    let (columns, rows) = (along(x, right, width), along(y, down, height));
    rows.iter().flat_map(|&y| columns.iter().map(move |&x| (x, y))).collect()
}

/// What a pixel of `picture` is: R'G'B' if that is what it has, else Y'CbCr with the chroma of its cell.
fn pixel(picture: &FrameView<'_>, x: usize, y: usize) -> [f64; 3] {
    let format = picture.format();
    if format.is_rgb() {
        let bytes = &picture.plane(0).row(y)[x * format.sample_bytes(0)..];
        return order(format).map(|at| bytes[at].into());
    }
    let (right, down) = format.chroma_shift();
    [0, 1, 2].map(|part| match part {
        0 => sample(picture, 0, x, y),
        _ => sample(picture, part, x >> right, y >> down),
    })
}

fn alpha(picture: &FrameView<'_>, x: usize, y: usize) -> f64 {
    match picture.format() {
        PixelFormat::Rgba8 | PixelFormat::Bgra8 => picture.plane(0).row(y)[4 * x + 3].into(),
        format if format.is_rgb() => 255.0,
        _ => sample(picture, 3, x, y),
    }
}

/// Calls `check` with every sample of `out` and what it is to be.
fn expected(source: (&FrameView<'_>, Color), out: (&FrameView<'_>, Color), mut check: impl FnMut(f64, f64)) {
    let ((picture, from), (out, to)) = (source, out);
    let (width, height, format) = (out.width() as usize, out.height() as usize, out.format());
    let (is_rgb, was_rgb) = (format.is_rgb(), picture.format().is_rgb());
    let converted = |pixel: [f64; 3]| match (was_rgb, is_rgb) {
        (true, true) => pixel,
        (true, false) => encode(to, pixel),
        (false, true) => decode(from, pixel),
        (false, false) => encode(to, decode(from, pixel)),
    };
    for y in 0..height {
        for x in 0..width {
            let new = converted(pixel(picture, x, y));
            if is_rgb {
                let bytes = &out.plane(0).row(y)[x * format.sample_bytes(0)..];
                order(format).iter().zip(new).for_each(|(&at, new)| check(bytes[at].into(), new));
            } else {
                check(sample(out, 0, x, y), new[0]);
            }
            if format.has_alpha() {
                // Copied, so it must be exact.
                assert_eq!(alpha(out, x, y), alpha(picture, x, y));
            }
        }
    }
    if is_rgb || format == PixelFormat::Gray8 {
        return;
    }
    let (right, down) = format.chroma_shift();
    for y in 0..height.div_ceil(1 << down) {
        for x in 0..width.div_ceil(1 << right) {
            let places = cell(format, x, y, width, height);
            let sum = |part: usize| places.iter().map(|&(x, y)| pixel(picture, x, y)[part]).sum::<f64>();
            let mean = [0, 1, 2].map(|part| sum(part) / places.len() as f64);
            let new = converted(mean);
            check(sample(out, 1, x, y), new[1]);
            check(sample(out, 2, x, y), new[2]);
        }
    }
}

#[test]
fn every_format_to_every_other_is_the_formula() {
    for from in PixelFormat::ALL {
        for to in PixelFormat::ALL.into_iter().filter(|to| !to.is_ten_bit()) {
            let (mut most, mut sum, mut count) = (0.0, 0.0, 0.0);
            for seed in 0..6 {
                let mut choices = Choices::seeded(seed);
                let size = if seed < 2 { (1 + choices.below(5), 1 + choices.below(5)) } else { (choices.side(), 9) };
                let ends = [(from, choices.color()), (to, choices.color())];
                let source = Picture::new(&mut choices, from, size);
                let mut out = Picture::new(&mut choices, to, size);
                let converter = Converter::new(ends[0], ends[1]).unwrap_or_else(|e| panic!("{e}"));
                let done = converter.convert_into(&source.view(), &mut out.view_mut());
                done.unwrap_or_else(|e| panic!("{e}"));
                expected((&source.view(), ends[0].1), (&out.view(), ends[1].1), |got, exact| {
                    let error: f64 = (got - exact.clamp(0.0, 255.0)).abs();
                    most = f64::max(most, error);
                    (sum, count) = (sum + error, count + 1.0);
                });
            }
            // A rounding, and one of the mean before it where chroma of another subsampling gets other coefficients.
            let resampled = !from.is_rgb() && !to.is_rgb() && from.chroma_shift() != to.chroma_shift();
            let bound = if resampled { 1.25 } else { 1.0 };
            assert!(most <= bound && sum / count <= 0.3, "{from} to {to}: {most} at most, {} in the mean", sum / count);
        }
    }
}
