//! Conversion, resizing and blending beside other programs: FFmpeg's swscale and zimg, libyuv, Pillow. `make.py` in
//! `tests/vectors/video` says what made each result; beside each bound stands why it is not 0.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::simd::Level;
use millpond_core::video::blend::{Blend, Mode};
use millpond_core::video::convert::Converter;
use millpond_core::video::resize::{Filter, ResizeSpec, Resizer};
use millpond_core::video::{Color, Frame, FrameLayout, Matrix, PixelFormat, Range};

const PEERS: &str = include_str!("../../vectors/video/peers.txt");

/// The first `count` numbers of `make.py`'s generator: `low + (x >> 33) mod span`.
fn noise(count: usize, low: u64, span: u64) -> Vec<u64> {
    let mut x = 1u64;
    let mut next = || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (x >> 33) % span
    };
    (0..count).map(|_| next()).collect()
}

fn frame(format: PixelFormat, (width, height): (u32, u32)) -> Frame {
    Frame::new(FrameLayout::packed(format, width, height).unwrap())
}

fn picture(format: PixelFormat, size: (u32, u32), low: u64, span: u64) -> Frame {
    let mut frame = frame(format, size);
    let bytes = frame.bytes_mut();
    if format.is_ten_bit() {
        let words = noise(bytes.len() / 2, 4 * low, 4 * span);
        for (word, value) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(words) {
            *word = (value as u16).to_le_bytes();
        }
    } else {
        let values = noise(bytes.len(), low, span);
        bytes.iter_mut().zip(values).for_each(|(byte, value)| *byte = value as u8);
    }
    frame
}

/// The jobs of a kind: their arguments and results.
fn jobs(kind: &str) -> Vec<(Vec<&'static str>, Vec<u8>)> {
    let of_kind = PEERS.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' '));
    let job = |line: &'static str| {
        let (arguments, hex) = line.rsplit_once(' ').unwrap();
        let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap());
        (arguments.split(' ').collect(), bytes.collect())
    };
    of_kind.map(job).collect()
}

fn sizes<const N: usize>(arguments: &[&str]) -> [u32; N] {
    std::array::from_fn(|index| arguments[arguments.len() - N + index].parse().unwrap())
}

/// Holds the largest and the mean difference to bounds.
fn compare(what: &str, got: impl IntoIterator<Item = u8>, expected: &[u8], most: u8, mean: f64) {
    let got: Vec<u8> = got.into_iter().collect();
    assert_eq!(got.len(), expected.len(), "{what}");
    let differences: Vec<u8> = got.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).collect();
    let largest = *differences.iter().max().unwrap();
    let average = differences.iter().map(|&d| f64::from(d)).sum::<f64>() / differences.len() as f64;
    println!("{what}: {largest} at most, {average:.3} in the mean");
    assert!(largest <= most && average <= mean, "{what}: {largest} of {most}, {average} of {mean}");
}

fn color(matrix: &str, range: &str) -> Color {
    let matrix = match matrix {
        "bt601" => Matrix::Bt601,
        "bt709" => Matrix::Bt709,
        _ => Matrix::Bt2020,
    };
    Color { matrix, range: if range == "full" { Range::Full } else { Range::Limited } }
}

#[test]
fn conversions_are_those_of_swscale_zimg_and_libyuv() {
    let jobs = jobs("convert");
    assert!(jobs.len() >= 25);
    for (arguments, expected) in jobs {
        let [peer, from, matrix, range, to, to_matrix, to_range, ..] = arguments[..] else { panic!("{arguments:?}") };
        let [width, height] = sizes(&arguments);
        let format = |name| PixelFormat::from_name(name).unwrap();
        let ends = [(format(from), color(matrix, range)), (format(to), color(to_matrix, to_range))];
        let (low, span) = if ends[0].0.is_rgb() { (0, 256) } else { (64, 128) };
        let source = picture(ends[0].0, (width, height), low, span);
        let mut out = frame(ends[1].0, (width, height));
        Converter::new(ends[0], ends[1]).unwrap().convert_into(&source.view(), &mut out.view_mut()).unwrap();
        let (most, mean) = match peer {
            // In floating point, rounded once: what is left is our one rounding.
            "zimg" => (1, 0.01),
            // Coefficients of 6 bits to RGB, of 8 to Y'CbCr.
            "libyuv" => (2, 0.5),
            // Both round; ten bits are rounded to eight before they are converted, and after that again.
            _ if ends[0].0.is_ten_bit() => (2, 0.4),
            _ => (1, 0.02),
        };
        compare(&arguments.join(" "), out.bytes().to_vec(), &expected, most, mean);
    }
}

fn resized(format: PixelFormat, filter: Filter, [width, height, target_width, target_height]: [u32; 4]) -> Frame {
    let (source, target) = ((width, height), (target_width, target_height));
    let mut out = frame(format, target);
    let spec = ResizeSpec { filter, ..ResizeSpec::new(format, source, target) };
    let picture = picture(format, source, 64, 128);
    Resizer::new(spec).unwrap().resize_into(&picture.view(), &mut out.view_mut()).unwrap();
    out
}

#[test]
fn resizing_is_that_of_swscale_zimg_and_pillow() {
    let jobs = jobs("resize");
    for (arguments, expected) in jobs.iter().filter(|(arguments, _)| arguments[0] != "libyuv") {
        let filter = match arguments[2] {
            "bilinear" => Filter::BilinearAntialiased,
            "catmull-rom" => Filter::CatmullRom,
            "lanczos" => Filter::Lanczos3,
            "nearest" => Filter::Nearest,
            _ => Filter::Box,
        };
        let sizes = sizes(arguments);
        let out = resized(PixelFormat::from_name(arguments[1]).unwrap(), filter, sizes);
        // Both round between and after the passes. Beyond the edges zimg mirrors where we repeat: two samples' reach.
        let [width, height, target_width, target_height] = sizes;
        let edge =
            |source: u32, target: u32| if arguments[0] == "zimg" { 2 * target.div_ceil(source).max(1) } else { 0 };
        let (columns, rows) = (edge(width, target_width), edge(height, target_height));
        let inside = |index: usize| {
            let (x, y) = (index as u32 % target_width, index as u32 / target_width);
            (columns..target_width - columns).contains(&x) && (rows..target_height - rows).contains(&y)
        };
        let kept = |bytes: &[u8]| -> Vec<u8> {
            if columns + rows == 0 {
                return bytes.to_vec();
            }
            bytes.iter().enumerate().filter(|&(index, _)| inside(index)).map(|(_, &byte)| byte).collect()
        };
        compare(&arguments.join(" "), kept(out.bytes()), &kept(expected), 1, 0.05);
    }
}

/// libyuv's bilinear filter has two grids. At twice the size and when it makes smaller, pixel centres are where ours are.
/// When it makes larger otherwise, corner pixels lie on corner pixels: sample i of n is taken at i·(m − 1)/(n − 1). Its
/// picture of 1920x1080 from 1280x720 is therefore shifted by up to a sixth of a pixel against everybody else's.
#[test]
fn libyuv_puts_corners_on_corners_where_it_makes_larger() {
    for (arguments, expected) in jobs("resize").iter().filter(|(arguments, _)| arguments[0] == "libyuv") {
        let sizes: [u32; 4] = sizes(arguments);
        let what = arguments.join(" ");
        let ours = resized(PixelFormat::Gray8, Filter::Bilinear, sizes).bytes().to_vec();
        let [width, height, target_width, target_height] = sizes;
        if target_width < width || target_width == 2 * width {
            compare(&what, ours, expected, 1, 0.01);
            continue;
        }
        let differences = ours.iter().zip(expected).map(|(a, b)| f64::from(a.abs_diff(*b)));
        assert!(differences.sum::<f64>() / expected.len() as f64 > 3.0, "{what}: the grids differ");
        let source = picture(PixelFormat::Gray8, (width, height), 64, 128);
        let axis = |source: u32, target: u32| -> Vec<(usize, usize, f64)> {
            let position = |index: u32| f64::from(index) * f64::from(source - 1) / f64::from(target - 1);
            let taps = |at: f64| (at as usize, (at as usize + 1).min(source as usize - 1), at.fract());
            (0..target).map(position).map(taps).collect()
        };
        let sample = |x: usize, y: usize| f64::from(source.bytes()[y * width as usize + x]);
        let mut corners = Vec::new();
        for (top, bottom, down) in axis(height, target_height) {
            for &(left, right, across) in &axis(width, target_width) {
                let row = |y: usize| sample(left, y) * (1.0 - across) + sample(right, y) * across;
                corners.push((row(top) * (1.0 - down) + row(bottom) * down).round() as u8);
            }
        }
        // It sums with weights of seven bits.
        compare(&format!("{what}, by corners"), corners, expected, 1, 0.3);
    }
}

#[test]
fn blend_modes_are_those_of_pillow() {
    let jobs = jobs("blend");
    assert_eq!(jobs.len(), 8);
    for (arguments, expected) in jobs {
        let mode = match arguments[0] {
            "over" => Mode::Normal,
            "multiply" => Mode::Multiply,
            "screen" => Mode::Screen,
            "overlay" => Mode::Overlay,
            "darken" => Mode::Darken,
            "lighten" => Mode::Lighten,
            "difference" => Mode::Difference,
            _ => Mode::PlusLighter,
        };
        let [width, height] = sizes(&arguments);
        let both = noise(2 * (width * height * 4) as usize, 0, 256);
        let (above, below) = both.split_at(both.len() / 2);
        let channels = expected.len() / (width * height) as usize;
        let opaque = |bytes: &[u64], is_opaque: bool| {
            let mut frame = frame(PixelFormat::Rgba8, (width, height));
            for (pixel, from) in frame.bytes_mut().as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *pixel = from.map(|value| value as u8);
                pixel[3] = if is_opaque { 255 } else { pixel[3] };
            }
            frame
        };
        for level in Level::available() {
            let mut canvas = opaque(below, true);
            let blend = Blend::default().with_mode(mode).with_level(level);
            blend.draw(&opaque(above, mode != Mode::Normal).view(), (0, 0), &mut canvas.view_mut()).unwrap();
            let got = canvas.bytes().as_chunks::<4>().0.iter().flat_map(|pixel| pixel[..channels].to_vec());
            // Pillow cuts fractions off where we round.
            compare(&arguments.join(" "), got, &expected, 1, 0.5);
        }
    }
}
