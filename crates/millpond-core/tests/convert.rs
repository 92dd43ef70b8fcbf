//! Colour conversion against the formulas of ITU-T H.273 in floating point, written here independently.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::video::convert::{Converter, RgbToYuv, YuvToRgb, YuvToYuv};
use millpond_core::video::{Color, Frame, FrameLayout, Matrix, PixelFormat, Range};

fn kinds() -> impl Iterator<Item = Color> {
    [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020]
        .into_iter()
        .flat_map(|matrix| [Range::Limited, Range::Full].map(|range| Color { matrix, range }))
}

fn constants(color: Color) -> (f64, f64, f64, f64, f64) {
    let (kr, kb) = match color.matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
    };
    match color.range {
        Range::Limited => (kr, kb, 16.0, 219.0, 224.0),
        Range::Full => (kr, kb, 0.0, 255.0, 255.0),
    }
}

fn decode(color: Color, [y, u, v]: [f64; 3]) -> [f64; 3] {
    let (kr, kb, black, luma, chroma) = constants(color);
    let y = (y - black) / luma;
    let (pb, pr) = ((u - 128.0) / chroma, (v - 128.0) / chroma);
    let red = y + 2.0 * (1.0 - kr) * pr;
    let blue = y + 2.0 * (1.0 - kb) * pb;
    let green = (y - kr * red - kb * blue) / (1.0 - kr - kb);
    [red * 255.0, green * 255.0, blue * 255.0]
}

fn encode(color: Color, rgb: [f64; 3]) -> [f64; 3] {
    let (kr, kb, black, luma, chroma) = constants(color);
    let [red, green, blue] = rgb.map(|value| value / 255.0);
    let y = kr * red + (1.0 - kr - kb) * green + kb * blue;
    let pb = (blue - y) / (2.0 * (1.0 - kb));
    let pr = (red - y) / (2.0 * (1.0 - kr));
    [black + luma * y, 128.0 + chroma * pb, 128.0 + chroma * pr]
}

/// Greatest and mean distance of integer results to the clamped formula.
#[derive(Default)]
struct Distance {
    max: f64,
    sum: f64,
    count: f64,
}

impl Distance {
    fn add(&mut self, got: &[u8], exact: &[f64]) {
        for (&got, &exact) in got.iter().zip(exact) {
            let distance = (f64::from(got) - exact.clamp(0.0, 255.0)).abs();
            self.max = self.max.max(distance);
            self.sum += distance;
            self.count += 1.0;
        }
    }

    fn assert(&self, what: &str) {
        assert!(
            self.max <= 1.0 && self.sum / self.count <= 0.3,
            "{what}: max {} mean {}",
            self.max,
            self.sum / self.count
        );
    }
}

fn codes() -> impl Iterator<Item = [u8; 3]> {
    let steps = || (0..=255u8).step_by(5);
    steps().flat_map(move |a| steps().flat_map(move |b| steps().map(move |c| [a, b, c])))
}

#[test]
fn every_direction_is_within_one_level_of_the_formula() {
    for color in kinds() {
        let (mut to_rgb, mut to_yuv) = (Distance::default(), Distance::default());
        let (decoder, encoder) = (YuvToRgb::new(color), RgbToYuv::new(color));
        for code in codes() {
            let exact = code.map(f64::from);
            to_rgb.add(&decoder.pixel(code[0], code[1], code[2]), &decode(color, exact));
            let [u, v] = encoder.chroma(code);
            to_yuv.add(&[encoder.luma(code), u, v], &encode(color, exact));
        }
        to_rgb.assert(&format!("{color:?} to RGB"));
        to_yuv.assert(&format!("RGB to {color:?}"));
    }
}

#[test]
fn yuv_to_yuv_is_within_one_level_of_the_formula() {
    for from in kinds() {
        for to in kinds().filter(|&to| to != from) {
            let convert = YuvToYuv::new(from, to).unwrap();
            let mut distance = Distance::default();
            for code in codes() {
                let [u, v] = convert.chroma(code[1], code[2]);
                distance.add(
                    &[convert.luma(code[0], code[1], code[2]), u, v],
                    &encode(to, decode(from, code.map(f64::from))),
                );
            }
            distance.assert(&format!("{from:?} to {to:?}"));
        }
        assert!(YuvToYuv::new(from, from).is_none());
    }
}

#[test]
fn greys_stay_grey_and_ends_stay_ends() {
    for color in kinds() {
        let encoder = RgbToYuv::new(color);
        for grey in 0..=255u8 {
            assert_eq!(encoder.chroma([grey; 3]), [128, 128], "{color:?} {grey}");
        }
        let (black, white) = if color.range == Range::Limited { (16, 235) } else { (0, 255) };
        assert_eq!([encoder.luma([0; 3]), encoder.luma([255; 3])], [black, white]);
        assert_eq!(YuvToRgb::new(color).pixel(black, 128, 128), [0; 3]);
        assert_eq!(YuvToRgb::new(color).pixel(white, 128, 128), [255; 3]);
    }
}

fn convert(from: &Frame, to: &mut Frame, color: Color) -> Result<(), millpond_core::Error> {
    let kind = |frame: &Frame| (frame.layout().format(), color);
    Converter::new(kind(from), kind(to))?.convert_into(&from.view(), &mut to.view_mut())
}

fn noise(frame: &mut Frame, mut seed: u32) {
    let ten_bit = matches!(frame.layout().format(), PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10);
    for (index, byte) in frame.bytes_mut().iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if ten_bit && index % 2 == 1 { (seed >> 30) as u8 } else { (seed >> 24) as u8 };
    }
}

/// Every format, odd sizes: a pixel of the result is the conversion of its samples.
#[test]
fn whole_pictures_convert_pixel_by_pixel() {
    let color = Color::default();
    let decoder = YuvToRgb::new(color);
    for format in PixelFormat::ALL {
        for (width, height) in [(1, 1), (2, 2), (5, 3), (16, 9)] {
            let mut picture = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
            noise(&mut picture, 7);
            let mut out = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, width, height).unwrap());
            convert(&picture, &mut out, color).unwrap();
            let view = picture.view();
            let (right, down) = format.chroma_shift();
            let byte = |plane: usize, x: usize, y: usize| view.plane(plane).row(y)[x];
            let ten = |plane, x: usize, y| {
                let value = u16::from(byte(plane, 2 * x, y)) | u16::from(byte(plane, 2 * x + 1, y)) << 8;
                ((value + 2) >> 2).min(255) as u8
            };
            let high = |plane, x: usize, y| {
                let word = u16::from(byte(plane, 2 * x, y)) | u16::from(byte(plane, 2 * x + 1, y)) << 8;
                ((word / 64 + 2) / 4).min(255) as u8
            };
            for y in 0..height as usize {
                for x in 0..width as usize {
                    let (cx, cy) = (x >> right, y >> down);
                    let expected = match format {
                        PixelFormat::Rgba8 => [0, 1, 2, 3].map(|channel| byte(0, 4 * x + channel, y)),
                        PixelFormat::Bgra8 => [2, 1, 0, 3].map(|channel| byte(0, 4 * x + channel, y)),
                        PixelFormat::Rgb24 => [byte(0, 3 * x, y), byte(0, 3 * x + 1, y), byte(0, 3 * x + 2, y), 255],
                        PixelFormat::Bgr24 => [byte(0, 3 * x + 2, y), byte(0, 3 * x + 1, y), byte(0, 3 * x, y), 255],
                        _ => {
                            let (luma, u, v) = match format {
                                PixelFormat::Gray8 => (byte(0, x, y), 128, 128),
                                PixelFormat::Nv12 => (byte(0, x, y), byte(1, 2 * cx, cy), byte(1, 2 * cx + 1, cy)),
                                PixelFormat::Yv12 => (byte(0, x, y), byte(2, cx, cy), byte(1, cx, cy)),
                                PixelFormat::P010 => (high(0, x, y), high(1, 2 * cx, cy), high(1, 2 * cx + 1, cy)),
                                PixelFormat::I420P10 | PixelFormat::I422P10 | PixelFormat::I444P10 => {
                                    (ten(0, x, y), ten(1, cx, cy), ten(2, cx, cy))
                                }
                                _ => (byte(0, x, y), byte(1, cx, cy), byte(2, cx, cy)),
                            };
                            let [red, green, blue] = decoder.pixel(luma, u, v);
                            [red, green, blue, if format == PixelFormat::I420A { byte(3, x, y) } else { 255 }]
                        }
                    };
                    assert_eq!(
                        out.view().plane(0).row(y)[4 * x..4 * x + 4],
                        expected,
                        "{format} {width}x{height} {x},{y}"
                    );
                }
            }
        }
    }
}

#[test]
fn from_rgba_takes_the_mean_colour_of_each_cell() {
    let color = Color::default();
    let encoder = RgbToYuv::new(color);
    for (width, height) in [(1u32, 1u32), (2, 2), (5, 3), (7, 8)] {
        let mut picture = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, width, height).unwrap());
        noise(&mut picture, 3);
        let mut out = Frame::new(FrameLayout::aligned(PixelFormat::I420, width, height).unwrap());
        convert(&picture, &mut out, color).unwrap();
        let mut nv12 = Frame::new(FrameLayout::aligned(PixelFormat::Nv12, width, height).unwrap());
        convert(&picture, &mut nv12, color).unwrap();
        let pixel = |x: u32, y: u32| {
            let at = ((y * width + x) * 4) as usize;
            [picture.bytes()[at], picture.bytes()[at + 1], picture.bytes()[at + 2]]
        };
        for y in 0..height {
            for x in 0..width {
                assert_eq!(out.view().plane(0).row(y as usize)[x as usize], encoder.luma(pixel(x, y)));
                let (x0, y0) = (x & !1, y & !1);
                let cell: Vec<[u8; 3]> = (y0..(y0 + 2).min(height))
                    .flat_map(|y| (x0..(x0 + 2).min(width)).map(move |x| (x, y)))
                    .map(|(x, y)| pixel(x, y))
                    .collect();
                let n = cell.len() as u32;
                // Four pixels, existing ones counted again at an odd edge.
                let sums = [0, 1, 2].map(|c| (4 / n * cell.iter().map(|p| u32::from(p[c])).sum::<u32>()) as u16);
                let got = [1, 2].map(|plane| out.view().plane(plane).row(y as usize / 2)[x as usize / 2]);
                assert_eq!(got, encoder.cell(sums), "{width}x{height} {x},{y}");
                assert_eq!(nv12.view().plane(0).row(y as usize), out.view().plane(0).row(y as usize));
                assert_eq!(nv12.view().plane(1).row(y as usize / 2)[x0 as usize..][..2], got);
            }
        }
    }
}

#[test]
fn wrong_sizes_and_formats_are_refused() {
    let rgba = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 4, 4).unwrap());
    let mut small = Frame::new(FrameLayout::packed(PixelFormat::I420, 2, 4).unwrap());
    let color = Color::default();
    assert_eq!(convert(&rgba, &mut small, color).unwrap_err().code(), "E_MISMATCH");
    let converter = Converter::new((PixelFormat::Bgra8, color), (PixelFormat::I420, color)).unwrap();
    assert_eq!(converter.convert_into(&rgba.view(), &mut small.view_mut()).unwrap_err().code(), "E_MISMATCH");
    for ten_bit in PixelFormat::ALL.into_iter().filter(|format| format.is_ten_bit()) {
        let refused = Converter::new((PixelFormat::I420, color), (ten_bit, color)).unwrap_err();
        assert_eq!(refused.code(), "E_UNSUPPORTED_FORMAT");
    }
}
