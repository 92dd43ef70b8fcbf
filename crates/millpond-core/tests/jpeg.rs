//! JPEG files: byte for byte those of libjpeg-turbo (`tests/vectors/jpeg/make.py`), readable, the same at every level and
//! through strips, and never longer than announced.

#![cfg(feature = "jpeg")]
#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::simd::Level;
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{Density, HuffmanTables, JpegEncoder, JpegOptions, JpegStrips, Subsampling};
use millpond_core::video::{Color, Frame, FrameLayout, FrameView, Matrix, PixelFormat, Range};
use sha2::{Digest, Sha256};

const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 56) as u8
    }

    fn below(&mut self, end: u32) -> u32 {
        (0..4).fold(0, |value, _| value << 8 | u32::from(self.next())) % end
    }
}

/// The picture that `make.py` makes up. Padding holds noise of its own, which must not matter.
fn picture(format: PixelFormat, width: u32, height: u32, quality: u8, kind: u32) -> Frame {
    let mut noise = Noise(u64::from(width) * 1_000_003 + u64::from(height) * 1009 + u64::from(quality));
    let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
    frame.bytes_mut().iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 7) as u8);
    for plane in 0..format.planes() {
        let mut view = frame.view_mut();
        let plane = view.plane_mut(plane);
        for y in 0..plane.rows() {
            for (x, sample) in plane.row_mut(y).iter_mut().enumerate() {
                let noise = noise.next();
                let ramp = (3 * x + 5 * y) % 256;
                *sample = match kind {
                    0 => noise,
                    1 => 64 + ramp.min(255 - ramp) as u8 + noise % 8,
                    _ => 255 * (noise & 1),
                };
            }
        }
    }
    frame
}

fn subsampling_of(format: PixelFormat) -> Subsampling {
    match format {
        PixelFormat::Gray8 => Subsampling::Gray,
        PixelFormat::I444 => Subsampling::Yuv444,
        PixelFormat::I422 => Subsampling::Yuv422,
        _ => Subsampling::Yuv420,
    }
}

fn encoder(picture: &FrameView<'_>, color: Color, options: &JpegOptions<'_>) -> JpegEncoder {
    JpegEncoder::new(picture.format(), picture.width(), picture.height(), color, options).unwrap()
}

fn encoded(encoder: &mut JpegEncoder, picture: &FrameView<'_>) -> Vec<u8> {
    let mut out = vec![0xaa; encoder.max_len()];
    let len = encoder.encode_into(picture, &mut out).unwrap();
    out.truncate(len);
    out
}

fn file(picture: &FrameView<'_>, color: Color, options: &JpegOptions<'_>) -> Vec<u8> {
    encoded(&mut encoder(picture, color, options), picture)
}

#[test]
fn files_equal_those_of_libjpeg_turbo_at_every_level() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/jpeg/libjpeg-turbo.txt");
    let lines = std::fs::read_to_string(path).unwrap();
    assert_eq!(lines.lines().count(), 400);
    for line in lines.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let number = |index: usize| fields[index].parse::<u32>().unwrap();
        let (format, quality) = (PixelFormat::from_name(fields[0]).unwrap(), number(3) as u8);
        let picture = picture(format, number(1), number(2), quality, number(4));
        let standard = JpegOptions { quality, subsampling: subsampling_of(format), ..JpegOptions::default() };
        let optimised = JpegOptions { huffman: HuffmanTables::Optimised, ..standard };
        let restarting = JpegOptions { restart_interval: number(5) as u16, ..standard };
        for (options, expected) in [standard, optimised, restarting].iter().zip(&fields[6..]) {
            for level in Level::available() {
                let mut encoder = encoder(&picture.view(), JFIF, options).with_level(level);
                let digest = Sha256::digest(encoded(&mut encoder, &picture.view()));
                let hex: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hex, *expected, "{line}: {options:?} at {level:?}");
            }
        }
    }
}

/// What zune-jpeg reads: components and their samples, interleaved.
fn decoded(file: &[u8]) -> (zune_jpeg::ImageInfo, Vec<u8>) {
    let options = zune_jpeg::zune_core::options::DecoderOptions::default();
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(std::io::Cursor::new(file), options);
    decoder.decode_headers().unwrap();
    let space = decoder.input_colorspace().unwrap();
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let samples = decoder.decode().unwrap();
    (decoder.info().unwrap(), samples)
}

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: f64 = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    10.0 * (255.0f64.powi(2) * a.len() as f64 / squares.max(1e-9)).log10()
}

#[test]
fn quality_100_comes_back_almost_unchanged_and_lower_ones_by_degrees() {
    let picture = picture(PixelFormat::I444, 120, 88, 1, 1);
    let view = picture.view();
    let mut source = Vec::new();
    for y in 0..88 {
        for x in 0..120 {
            source.extend([0, 1, 2].map(|plane| view.plane(plane).row(y)[x]));
        }
    }
    let (mut last_len, mut last_psnr) = (0, 0.0);
    for quality in [1, 5, 10, 25, 50, 75, 90, 96, 100] {
        let options = JpegOptions { quality, subsampling: Subsampling::Yuv444, ..JpegOptions::default() };
        let file = file(&view, JFIF, &options);
        let (info, samples) = decoded(&file);
        assert_eq!((info.width, info.height, info.components), (120, 88, 3));
        let psnr = psnr(&source, &samples);
        assert!(file.len() > last_len && psnr > last_psnr, "quality {quality}: {} bytes, {psnr} dB", file.len());
        (last_len, last_psnr) = (file.len(), psnr);
    }
    assert!(last_psnr > 48.0, "quality 100: {last_psnr} dB");
}

#[test]
fn every_quality_up_costs_at_least_as_much() {
    let picture = picture(PixelFormat::Gray8, 64, 64, 3, 0);
    let len = |quality| {
        let options = JpegOptions { quality, subsampling: Subsampling::Gray, ..JpegOptions::default() };
        file(&picture.view(), JFIF, &options).len()
    };
    let lens: Vec<usize> = (1..=100).map(len).collect();
    assert!(lens.is_sorted(), "{lens:?}");
}

#[test]
fn other_colours_are_converted_and_interleaved_chroma_is_the_same() {
    // A flat colour: code values by the formula of BT.709 limited range, expected codes by that of BT.601 full range.
    for rgb in [[255.0, 255.0, 255.0], [0.0; 3], [200.0, 30.0, 60.0], [20.0, 180.0, 240.0]] {
        let y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
        let codes = [
            16.0 + y * 219.0 / 255.0,
            128.0 + (rgb[2] - y) / 1.8556 * 224.0 / 255.0,
            128.0 + (rgb[0] - y) / 1.5748 * 224.0 / 255.0,
        ];
        let luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
        let expected = [luma, 128.0 + (rgb[2] - luma) / 1.772, 128.0 + (rgb[0] - luma) / 1.402];
        for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Yv12, PixelFormat::Rgba8, PixelFormat::Bgr24]
        {
            let mut frame = Frame::new(FrameLayout::aligned(format, 35, 19).unwrap());
            let values: Vec<Vec<f64>> = match format {
                PixelFormat::I420 => codes.iter().map(|&code| vec![code]).collect(),
                PixelFormat::Yv12 => [0, 2, 1].iter().map(|&plane| vec![codes[plane]]).collect(),
                PixelFormat::Nv12 => vec![vec![codes[0]], codes[1..].to_vec()],
                PixelFormat::Rgba8 => vec![vec![rgb[0], rgb[1], rgb[2], 7.0]],
                _ => vec![vec![rgb[2], rgb[1], rgb[0]]],
            };
            for (plane, values) in values.iter().enumerate() {
                let mut view = frame.view_mut();
                let plane = view.plane_mut(plane);
                for y in 0..plane.rows() {
                    let row = plane.row_mut(y).chunks_exact_mut(values.len());
                    row.for_each(|cell| cell.iter_mut().zip(values).for_each(|(s, v)| *s = v.round() as u8));
                }
            }
            let options = JpegOptions { quality: 100, ..JpegOptions::default() };
            let (_, samples) = decoded(&file(&frame.view(), Color::default(), &options));
            for pixel in samples.chunks_exact(3) {
                for (&got, want) in pixel.iter().zip(expected) {
                    assert!((f64::from(got) - want).abs() < 2.5, "{format} {rgb:?}: {pixel:?} for {expected:?}");
                }
            }
        }
    }
}

#[test]
fn the_same_pixels_in_another_order_make_the_same_file() {
    let mut noise = Noise(11);
    for (width, height) in [(1, 1), (2, 3), (17, 16), (16, 17), (67, 35), (300, 20)] {
        let mut frames = [PixelFormat::Rgba8, PixelFormat::Bgra8, PixelFormat::Rgb24, PixelFormat::Bgr24]
            .map(|format| Frame::new(FrameLayout::aligned(format, width, height).unwrap()));
        for y in 0..height as usize {
            for x in 0..width as usize {
                let [r, g, b, a] = [0; 4].map(|_: u8| noise.next());
                for (frame, pixel) in frames.iter_mut().zip([&[r, g, b, a][..], &[b, g, r, a], &[r, g, b], &[b, g, r]])
                {
                    frame.view_mut().plane_mut(0).row_mut(y)[x * pixel.len()..][..pixel.len()].copy_from_slice(pixel);
                }
            }
        }
        for subsampling in [Subsampling::Gray, Subsampling::Yuv444, Subsampling::Yuv422, Subsampling::Yuv420] {
            let options = JpegOptions { subsampling, ..JpegOptions::default() };
            let expected = file(&frames[0].view(), JFIF, &options);
            for frame in &frames {
                for level in Level::available() {
                    let mut encoder = encoder(&frame.view(), JFIF, &options).with_level(level);
                    let same = encoded(&mut encoder, &frame.view()) == expected;
                    assert!(same, "{} {width}x{height} {subsampling:?} {level:?}", frame.layout().format());
                }
            }
        }
    }
}

#[test]
fn strips_give_the_bytes_of_coding_anew() {
    let mut noise = Noise(5);
    for case in 0..60 {
        let formats = [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::I444, PixelFormat::Rgba8, PixelFormat::Gray8];
        let format = formats[case % 5];
        let (width, height) = (1 + noise.below(200), 1 + noise.below(150));
        let options = JpegOptions {
            restart_interval: noise.below(20) as u16,
            subsampling: subsampling_of(format),
            ..JpegOptions::default()
        };
        let color = if case % 2 == 0 { JFIF } else { Color::default() };
        let mut frame = picture(format, width, height, case as u8, 1);
        let mut strips = JpegStrips::new(format, width, height, color, &options).unwrap();
        let mut out = vec![0; strips.max_len()];
        strips.encode_into(&frame.view(), &[], &mut out).unwrap();
        // A fresh strip encoder codes all of it: its file is the encoder's with the same interval.
        for _ in 0..8 {
            let changed: Vec<Target> = (0..noise.below(4))
                .map(|_| Target {
                    x: noise.below(250) as i32 - 50,
                    y: noise.below(200) as i32 - 50,
                    width: 1 + noise.below(60),
                    height: 1 + noise.below(60),
                })
                .collect();
            for target in &changed {
                paint(&mut frame, *target, &mut noise);
            }
            let len = strips.encode_into(&frame.view(), &changed, &mut out).unwrap();
            let mut fresh = JpegStrips::new(format, width, height, color, &options).unwrap();
            let mut expected = vec![0; fresh.max_len()];
            let expected_len = fresh.encode_into(&frame.view(), &[], &mut expected).unwrap();
            assert!(out[..len] == expected[..expected_len], "case {case}: {format} {width}x{height} {options:?}");
            let mut appended = vec![1, 2, 3];
            assert_eq!(strips.append_to(&frame.view(), &[], &mut appended).unwrap(), len);
            assert!(appended[3..] == out[..len], "case {case}: appended");
            assert_eq!(strips.coded(), 0);
        }
        if options.restart_interval > 0 {
            let len = strips.encode_into(&frame.view(), &[], &mut out).unwrap();
            assert!(out[..len] == file(&frame.view(), color, &options)[..], "case {case}");
            assert_eq!(strips.coded(), 0);
        }
    }
}

/// Fills the pixels of a rectangle, and no others, with noise.
fn paint(frame: &mut Frame, target: Target, noise: &mut Noise) {
    let layout = *frame.layout();
    let (horizontal, vertical) = layout.format().chroma_shift();
    for plane in 0..layout.format().planes() {
        let shift = if plane == 0 { (0, 0) } else { (horizontal, vertical) };
        let bytes = layout.format().sample_bytes(plane);
        let mut view = frame.view_mut();
        let plane = view.plane_mut(plane);
        // Chroma samples of pixels inside.
        let span = |start: i32, len: u32, shift: u32, side: u32| {
            let clamp = |value: i64| value.clamp(0, side.into()) as usize;
            clamp(start.into()) >> shift..clamp(i64::from(start) + i64::from(len)) >> shift
        };
        for y in span(target.y, target.height, shift.1, layout.height()) {
            for x in span(target.x, target.width, shift.0, layout.width()) {
                for byte in 0..bytes {
                    plane.row_mut(y)[x * bytes + byte] = noise.next();
                }
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_announced() {
    let mut noise = Noise(3);
    let mut longest: f64 = 0.0;
    for quality in [1, 10, 50, 80, 95, 100] {
        for huffman in [HuffmanTables::Standard, HuffmanTables::Optimised] {
            for kind in 0..6 {
                let mut frame = picture(PixelFormat::I444, 64, 64, quality, [0, 2][kind % 2]);
                if kind > 1 {
                    // Sums of two basis functions at full contrast, and noise of other amplitudes.
                    let waves = [noise.below(8), noise.below(8), noise.below(8), noise.below(8)].map(f64::from);
                    let contrast = [0.0, 0.0, 0.25, 0.5, 1.0, 4.0][kind];
                    for plane in 0..3 {
                        for y in 0..64 {
                            for x in 0..64 {
                                let cosine = |at: usize, u: f64| ((2 * (at % 8) + 1) as f64 * u * 0.19635).cos();
                                let wave = cosine(x, waves[0]) * cosine(y, waves[1])
                                    + cosine(x, waves[2]) * cosine(y, waves[3]);
                                let value = 128.0 + contrast * (128.0 * wave + f64::from(noise.next()) - 128.0);
                                frame.view_mut().plane_mut(plane).row_mut(y)[x] = value as u8;
                            }
                        }
                    }
                }
                let options = JpegOptions {
                    quality,
                    huffman,
                    subsampling: Subsampling::Yuv444,
                    restart_interval: 1,
                    ..JpegOptions::default()
                };
                let mut encoder = encoder(&frame.view(), JFIF, &options);
                let len = encoded(&mut encoder, &frame.view()).len();
                longest = longest.max(len as f64 / encoder.max_len() as f64);
            }
        }
    }
    // The bound is no guess into the blue either.
    assert!(longest > 0.25 && longest <= 1.0, "{longest}");
}

#[test]
fn density_exif_and_profiles_come_through() {
    let picture = picture(PixelFormat::I420, 20, 20, 1, 1);
    let profile: Vec<u8> = (0..200_000u32).map(|value| ((value * 31) >> 3) as u8).collect();
    let exif = b"II*\0\x08\0\0\0\0\0\0\0\0\0";
    let options =
        JpegOptions { density: Density::DotsPerInch(300, 72), exif, icc_profile: &profile, ..JpegOptions::default() };
    let file = file(&picture.view(), JFIF, &options);
    // JFIF: unit 1, then both densities.
    assert_eq!(file[6..18], [b'J', b'F', b'I', b'F', 0, 1, 1, 1, 1, 44, 0, 72]);
    let mut decoder = zune_jpeg::JpegDecoder::new(std::io::Cursor::new(&file));
    decoder.decode_headers().unwrap();
    assert_eq!(decoder.icc_profile().unwrap(), profile);
    assert_eq!(decoder.exif().unwrap(), exif);
}

#[test]
fn what_cannot_be_is_refused() {
    let new = |format, width, height, options: &JpegOptions<'_>| {
        JpegEncoder::new(format, width, height, JFIF, options).map(|_| ()).unwrap_err()
    };
    let options = JpegOptions::default();
    for (width, height) in [(0, 8), (8, 0), (65_536, 8), (8, u32::MAX)] {
        assert_eq!(new(PixelFormat::I420, width, height, &options), Error::BadSize { width, height, max: 32_768 });
    }
    let too_long = vec![0; 255 * 65_519 + 1];
    for options in [
        JpegOptions { quality: 0, ..options },
        JpegOptions { quality: 101, ..options },
        JpegOptions { density: Density::Aspect(0, 1), ..options },
        JpegOptions { exif: &too_long[..65_528], ..options },
        JpegOptions { icc_profile: &too_long, ..options },
    ] {
        assert_eq!(new(PixelFormat::I420, 8, 8, &options).code(), "E_BAD_PARAMETER");
    }
    let optimised = JpegOptions { huffman: HuffmanTables::Optimised, ..options };
    assert_eq!(JpegStrips::new(PixelFormat::I420, 8, 8, JFIF, &optimised).unwrap_err().code(), "E_BAD_PARAMETER");

    let mut encoder = JpegEncoder::new(PixelFormat::I420, 16, 16, JFIF, &options).unwrap();
    let mut short = vec![7; encoder.max_len() - 1];
    let right = picture(PixelFormat::I420, 16, 16, 1, 1);
    let error = encoder.encode_into(&right.view(), &mut short).unwrap_err();
    assert_eq!(error, Error::BufferTooSmall { needed: encoder.max_len(), got: encoder.max_len() - 1 });
    assert!(short.iter().all(|&byte| byte == 7), "nothing is written");
    for wrong in [picture(PixelFormat::I420, 16, 17, 1, 1), picture(PixelFormat::I422, 16, 16, 1, 1)] {
        assert_eq!(encoder.encode_into(&wrong.view(), &mut short).unwrap_err().code(), "E_MISMATCH");
    }
}
