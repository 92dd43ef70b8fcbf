//! Resampling against the formula of its filters in floating point, against Pillow, and the promises that are exact.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::Rational;
use millpond_core::simd::Level;
use millpond_core::video::resize::{Alpha, Crop, Filter, FloatResizer, FloatSpec, ResizeSpec, Resizer, Span};
use millpond_core::video::{ChromaSiting, Frame, FrameLayout, FrameView, PixelFormat, Siting};

/// Numbers that look random and are the same each time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u32) as usize]
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}

const CASES: u32 = 200;

const FORMATS: [PixelFormat; 11] = [
    PixelFormat::Gray8,
    PixelFormat::Rgb24,
    PixelFormat::Bgr24,
    PixelFormat::Rgba8,
    PixelFormat::Bgra8,
    PixelFormat::Nv12,
    PixelFormat::I420,
    PixelFormat::Yv12,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::I420A,
];

/// A picture whose planes start anywhere and have strides with gaps.
struct Loose {
    layout: FrameLayout,
    planes: Vec<(Vec<u8>, usize, usize)>,
}

impl Loose {
    fn new(format: PixelFormat, (width, height): (u32, u32), noise: &mut Noise) -> Loose {
        let layout = FrameLayout::packed(format, width, height).unwrap();
        let plane = |at: &millpond_core::video::PlaneLayout| {
            let (start, stride) = (noise.below(16) as usize, at.row_bytes + noise.below(9) as usize);
            (noise.bytes(start + stride * (at.rows - 1) + at.row_bytes), start, stride)
        };
        Loose { planes: layout.planes().iter().map(plane).collect(), layout }
    }

    fn view(&self) -> FrameView<'_> {
        let planes: Vec<_> = self.planes.iter().map(|(data, start, stride)| (&data[*start..], *stride)).collect();
        FrameView::from_planes(self.layout.format(), self.layout.width(), self.layout.height(), &planes).unwrap()
    }
}

fn resized(spec: ResizeSpec, source: &FrameView<'_>, level: Level) -> Frame {
    let (width, height) = spec.target;
    let mut out = Frame::new(FrameLayout::packed(spec.format, width, height).unwrap());
    let mut resizer = Resizer::new(spec).unwrap().with_level(level);
    // Twice: the second picture must not see rows of the first.
    for _ in 0..2 {
        resizer.resize_into(source, &mut out.view_mut()).unwrap();
    }
    out
}

fn crop(noise: &mut Noise, (width, height): (u32, u32)) -> Crop {
    let mut span = |side: u32| {
        let start = noise.below(side * 10);
        let length = 1 + noise.below(side * 10 - start);
        Span { start: Rational::new(start.into(), 10), length: Rational::new(length.into(), 10) }
    };
    Crop { x: span(width), y: span(height) }
}

fn random_spec(noise: &mut Noise, case: u32) -> ResizeSpec {
    let limit = if case.is_multiple_of(25) { 700 } else { 67 };
    let mut size = || (1 + noise.below(limit), 1 + noise.below(limit));
    let (source, target) = (size(), size());
    let sitings = [Siting::First, Siting::Middle, Siting::Second];
    ResizeSpec {
        crop: if noise.below(3) == 0 { crop(noise, source) } else { Crop::whole(source.0, source.1) },
        filter: noise.one_of(&Filter::ALL),
        alpha: noise.one_of(&[Alpha::Straight, Alpha::Premultiplied, Alpha::Ignored]),
        siting: ChromaSiting { horizontal: noise.one_of(&sitings), vertical: noise.one_of(&sitings) },
        ..ResizeSpec::new(noise.one_of(&FORMATS), source, target)
    }
}

#[test]
fn halving_equals_scalar_at_every_width() {
    let mut noise = Noise(2);
    for format in [PixelFormat::Gray8, PixelFormat::Nv12, PixelFormat::Rgba8, PixelFormat::Rgb24] {
        for width in (2..300).step_by(2) {
            let spec = ResizeSpec {
                filter: Filter::Box,
                alpha: Alpha::Ignored,
                ..ResizeSpec::new(format, (width, 6), (width / 2, 3))
            };
            let source = Loose::new(format, spec.source, &mut noise);
            let expected = resized(spec, &source.view(), Level::SCALAR);
            let luma = source.view().plane(0);
            let channels = format.sample_bytes(0);
            for (y, row) in expected.bytes().chunks_exact(luma.row_bytes() / 2).take(3).enumerate() {
                for (at, &got) in row.iter().enumerate() {
                    let x = at / channels * 2 * channels + at % channels;
                    let sum: u32 = [(0, 0), (0, 1), (1, 0), (1, 1)]
                        .iter()
                        .map(|&(down, right)| u32::from(luma.row(2 * y + down)[x + right * channels]))
                        .sum();
                    assert_eq!(u32::from(got), (sum + 2) / 4, "{format} {width}");
                }
            }
            for level in Level::available() {
                assert!(resized(spec, &source.view(), level).bytes() == expected.bytes(), "{level:?} {format} {width}");
            }
        }
    }
}

/// Weights of an axis by the textbook: for output sample i every source sample's.
fn reference_axis(source: u32, target: u32, start: f64, length: f64, filter: Filter) -> Vec<Vec<(usize, f64)>> {
    let scale = length / f64::from(target);
    let wide = scale.max(1.0);
    let low = start.floor().clamp(0.0, f64::from(source - 1));
    let high = ((start + length).ceil() - 1.0).clamp(low, f64::from(source - 1));
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    let kernel = |distance: f64| -> f64 {
        let x = distance.abs() / wide;
        match filter {
            Filter::Nearest => f64::from(distance > -0.5 && distance <= 0.5),
            Filter::Box => ((distance + 0.5).min(scale / 2.0) - (distance - 0.5).max(-scale / 2.0)).max(0.0),
            Filter::Bilinear => (1.0 - distance.abs()).max(0.0),
            Filter::BilinearAntialiased => (1.0 - x).max(0.0),
            Filter::CatmullRom if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0,
            Filter::CatmullRom if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0,
            Filter::Lanczos3 if x < 3.0 => sinc(x) * sinc(x / 3.0),
            _ => 0.0,
        }
    };
    (0..target)
        .map(|index| {
            let center = start + (f64::from(index) + 0.5) * scale - 0.5;
            let reach = (4.0 * wide).ceil();
            let mut weights: Vec<(usize, f64)> = Vec::new();
            let mut sample = center.floor() - reach;
            while sample <= center + reach {
                let weight = kernel(sample - center);
                if weight != 0.0 {
                    weights.push((sample.clamp(low, high) as usize, weight));
                }
                sample += 1.0;
            }
            let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
            weights.iter_mut().for_each(|(_, weight)| *weight /= total);
            weights
        })
        .collect()
}

/// One channel by the formula.
fn reference(spec: &ResizeSpec, pixel: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let float = |value: Rational| *value.numer() as f64 / *value.denom() as f64;
    let axis =
        |source, target, span: Span| reference_axis(source, target, float(span.start), float(span.length), spec.filter);
    let x = axis(spec.source.0, spec.target.0, spec.crop.x);
    let y = axis(spec.source.1, spec.target.1, spec.crop.y);
    let mut out = Vec::new();
    for down in &y {
        for right in &x {
            let row = |y: usize| -> f64 { right.iter().map(|&(x, weight)| weight * pixel(x, y)).sum() };
            out.push(down.iter().map(|&(y, weight)| weight * row(y)).sum());
        }
    }
    out
}

#[test]
fn results_are_within_one_level_of_the_formula() {
    let mut noise = Noise(3);
    let mut mean = (0.0, 0u32);
    for case in 0..120 {
        let limit = if case % 20 == 0 { 250 } else { 50 };
        let mut size = || (1 + noise.below(limit), 1 + noise.below(limit));
        let (source_size, target) = (size(), size());
        // The nearest sample may be either where a position falls between two, and positions are rounded.
        let filter = noise.one_of(&Filter::ALL[1..]);
        let spec = ResizeSpec {
            filter,
            alpha: Alpha::Ignored,
            crop: if case % 3 == 0 { crop(&mut noise, source_size) } else { Crop::whole(source_size.0, source_size.1) },
            ..ResizeSpec::new(
                noise.one_of(&[PixelFormat::Gray8, PixelFormat::Rgb24, PixelFormat::Rgba8]),
                source_size,
                target,
            )
        };
        let source = Loose::new(spec.format, spec.source, &mut noise);
        let channels = spec.format.sample_bytes(0);
        let got = resized(spec, &source.view(), Level::best());
        for channel in 0..channels {
            let plane = source.view().plane(0);
            let expected = reference(&spec, |x, y| plane.row(y)[x * channels + channel].into());
            for (at, expected) in expected.iter().enumerate() {
                let got = f64::from(got.bytes()[at * channels + channel]);
                let error = (got - expected.clamp(0.0, 255.0)).abs();
                assert!(error <= 1.0, "{got} instead of {expected} at {at}: {spec:?}");
                mean = (mean.0 + error, mean.1 + 1);
            }
        }
    }
    // Rounding alone has a mean error of 1/4.
    assert!(mean.0 / f64::from(mean.1) < 0.26, "{}", mean.0 / f64::from(mean.1));
}

#[test]
fn straight_alpha_is_the_formula_on_premultiplied_colours() {
    let mut noise = Noise(4);
    for filter in &Filter::ALL[1..] {
        for (source_size, target) in [((40, 30), (23, 17)), ((9, 7), (31, 20)), ((64, 64), (5, 6))] {
            let spec = ResizeSpec { filter: *filter, ..ResizeSpec::new(PixelFormat::Rgba8, source_size, target) };
            let source = Loose::new(spec.format, spec.source, &mut noise);
            let plane = source.view().plane(0);
            let got = resized(spec, &source.view(), Level::best());
            let at = |x: usize, y: usize, channel: usize| f64::from(plane.row(y)[x * 4 + channel]);
            let alpha = reference(&spec, |x, y| at(x, y, 3));
            for channel in 0..3 {
                let colour = reference(&spec, |x, y| at(x, y, channel) * at(x, y, 3));
                for (index, (colour, alpha)) in colour.iter().zip(&alpha).enumerate() {
                    let pixel = &got.bytes()[index * 4..index * 4 + 4];
                    assert!((f64::from(pixel[3]) - alpha.clamp(0.0, 255.0)).abs() <= 1.0, "{filter:?}");
                    // Where little can be seen the quotient is of small numbers.
                    if *alpha > 16.0 && *alpha < 250.0 {
                        let expected = (colour / alpha).clamp(0.0, 255.0);
                        assert!((f64::from(pixel[channel]) - expected).abs() <= 1.0, "{filter:?} {pixel:?} {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn chroma_is_resampled_on_its_own_grid() {
    // A ramp of 4 codes a luma pixel, sampled where the chroma sits: after halving it must be 8 codes a pixel, sampled there.
    for (siting, offset) in [(Siting::First, 0.5), (Siting::Middle, 1.0), (Siting::Second, 1.5)] {
        let at = |index: usize, slope: f64| slope * (2.0 * index as f64 + offset);
        let mut source = Frame::new(FrameLayout::packed(PixelFormat::Nv12, 48, 4).unwrap());
        for row in 0..2 {
            for (index, pair) in
                source.view_mut().plane_mut(1).row_mut(row).as_chunks_mut::<2>().0.iter_mut().enumerate()
            {
                *pair = [at(index, 4.0) as u8, 255 - at(index, 4.0) as u8];
            }
        }
        let spec = ResizeSpec {
            siting: ChromaSiting { horizontal: siting, vertical: Siting::Middle },
            filter: Filter::Bilinear,
            ..ResizeSpec::new(PixelFormat::Nv12, (48, 4), (24, 4))
        };
        let out = resized(spec, &source.view(), Level::best());
        // Away from the edges, which repeat.
        for (index, pair) in out.view().plane(1).row(0).as_chunks::<2>().0.iter().enumerate().skip(1).take(10) {
            let expected = at(index, 8.0);
            assert!((f64::from(pair[0]) - expected).abs() <= 1.0, "{siting:?} {index}: {pair:?}, {expected}");
            assert!((255.0 - f64::from(pair[1]) - expected).abs() <= 1.0, "{siting:?} {index}: {pair:?}");
        }
    }
}

#[test]
fn one_to_one_copies_every_byte() {
    let mut noise = Noise(5);
    for format in FORMATS {
        for filter in Filter::ALL {
            let source = Loose::new(format, (37, 21), &mut noise);
            let spec = ResizeSpec { filter, ..ResizeSpec::new(format, (37, 21), (37, 21)) };
            let out = resized(spec, &source.view(), Level::best());
            assert!(out.view().rows().eq(source.view().rows()), "{format} {filter:?}");
        }
    }
    let source = Loose::new(PixelFormat::Rgb24, (37, 21), &mut noise);
    let spec =
        ResizeSpec { crop: Crop::pixels(5, 6, 20, 10), ..ResizeSpec::new(PixelFormat::Rgb24, (37, 21), (20, 10)) };
    let out = resized(spec, &source.view(), Level::best());
    for y in 0..10 {
        assert_eq!(out.view().plane(0).row(y), &source.view().plane(0).row(6 + y)[15..75]);
    }
}

#[test]
fn constant_pictures_stay_constant() {
    let mut noise = Noise(6);
    for case in 0..CASES {
        let mut spec = random_spec(&mut noise, case);
        spec.alpha = if spec.alpha == Alpha::Straight { Alpha::Straight } else { Alpha::Ignored };
        let sharp = matches!(spec.filter, Filter::CatmullRom | Filter::Lanczos3);
        // Under an alpha that can hardly be seen, colours of sharp filters are coarse.
        let values =
            if sharp && spec.alpha == Alpha::Straight { [0, 60, 77, 128, 254, 255] } else { [0, 1, 77, 128, 254, 255] };
        let value = noise.one_of(&values);
        let layout = FrameLayout::packed(spec.format, spec.source.0, spec.source.1).unwrap();
        let mut source = Frame::new(layout);
        source.bytes_mut().fill(value);
        let out = resized(spec, &source.view(), Level::best());
        assert!(out.bytes().iter().all(|&byte| byte == value), "{value}, case {case}: {spec:?}");
    }
}

#[test]
fn symmetric_pictures_stay_symmetric() {
    // Positions and weights are rounded, so mirrored samples may differ by one level.
    let mut noise = Noise(7);
    for filter in &Filter::ALL[1..] {
        for (width, target) in [(40, 20), (40, 17), (17, 40), (33, 33), (100, 7)] {
            let mut source = Frame::new(FrameLayout::packed(PixelFormat::Gray8, width, 3).unwrap());
            for row in source.bytes_mut().chunks_exact_mut(width as usize) {
                for x in 0..row.len() / 2 + 1 {
                    let value = noise.below(256) as u8;
                    (row[x], row[width as usize - 1 - x]) = (value, value);
                }
            }
            let spec = ResizeSpec { filter: *filter, ..ResizeSpec::new(PixelFormat::Gray8, (width, 3), (target, 3)) };
            let out = resized(spec, &source.view(), Level::best());
            for row in out.bytes().chunks_exact(target as usize) {
                for (left, right) in row.iter().zip(row.iter().rev()) {
                    assert!(left.abs_diff(*right) <= 1, "{filter:?} {width} to {target}: {row:?}");
                }
            }
        }
    }
}

#[test]
fn transparent_pixels_do_not_bleed() {
    // Opaque red beside invisible green: whatever can be seen of an edge must be red.
    let mut source = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 32, 32).unwrap());
    for (index, pixel) in source.bytes_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *pixel = if (index % 32) < 13 { [200, 0, 0, 255] } else { [0, 255, 0, 0] };
    }
    for filter in Filter::ALL {
        for target in [(11, 9), (50, 61)] {
            let spec = ResizeSpec { filter, ..ResizeSpec::new(PixelFormat::Rgba8, (32, 32), target) };
            for pixel in resized(spec, &source.view(), Level::best()).bytes().as_chunks::<4>().0 {
                let [red, green, _, alpha] = *pixel;
                assert!(alpha == 0 || (green == 0 && red.abs_diff(200) <= 1), "{filter:?}: {pixel:?}");
            }
        }
    }
    // Already premultiplied: a colour never exceeds its alpha, though the filter overshoots.
    source
        .bytes_mut()
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .filter(|pixel| pixel[3] == 0)
        .for_each(|pixel| *pixel = [0; 4]);
    for (index, pixel) in source.bytes_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        if index % 5 == 0 && pixel[3] != 0 {
            *pixel = [255, 3, 100, 255];
        }
    }
    let spec = ResizeSpec {
        filter: Filter::Lanczos3,
        alpha: Alpha::Premultiplied,
        ..ResizeSpec::new(PixelFormat::Rgba8, (32, 32), (50, 61))
    };
    for pixel in resized(spec, &source.view(), Level::best()).bytes().as_chunks::<4>().0 {
        assert!(pixel[..3].iter().all(|&colour| colour <= pixel[3]), "{pixel:?}");
    }
}

#[test]
fn floats_are_the_formula_and_the_same_whatever_the_stride() {
    let mut noise = Noise(8);
    for filter in &Filter::ALL[1..] {
        for channels in 1..=4 {
            let spec = FloatSpec { filter: *filter, ..FloatSpec::new(channels, (31, 22), (17, 40)) };
            let source: Vec<f32> = (0..31 * 22 * channels).map(|_| noise.below(1 << 20) as f32 / 1048576.0).collect();
            let width = 17 * channels;
            let mut out = vec![7.0; (width + 3) * 40];
            let mut resizer = FloatResizer::new(spec).unwrap();
            resizer.resize_into(&source, 31 * channels, &mut out, width + 3).unwrap();
            let mut packed = vec![0.0; width * 40];
            resizer.resize_into(&source, 31 * channels, &mut packed, width).unwrap();
            let as_bytes = ResizeSpec { filter: *filter, ..ResizeSpec::new(PixelFormat::Gray8, (31, 22), (17, 40)) };
            for channel in 0..channels {
                let expected = reference(&as_bytes, |x, y| f64::from(source[(y * 31 + x) * channels + channel]));
                for (index, expected) in expected.iter().enumerate() {
                    let (x, y) = (index % 17 * channels + channel, index / 17);
                    let got = out[y * (width + 3) + x];
                    assert_eq!(got.to_bits(), packed[y * width + x].to_bits());
                    // Positions are rounded to 16 bits.
                    assert!((f64::from(got) - expected).abs() < 1e-4, "{filter:?}: {got} instead of {expected}");
                }
            }
            assert!(out.chunks_exact(width + 3).all(|row| row[width..] == [7.0; 3]), "gaps are left alone");
        }
    }
}

#[test]
fn wrong_arguments_are_errors_and_nothing_is_written() {
    let spec = ResizeSpec::new(PixelFormat::Gray8, (8, 8), (4, 4));
    let code = |spec| Resizer::new(spec).unwrap_err().code();
    for side in [0, 32_769, u32::MAX] {
        assert_eq!(code(ResizeSpec { source: (side, 8), ..spec }), "E_BAD_SIZE");
        assert_eq!(code(ResizeSpec { target: (4, side), ..spec }), "E_BAD_SIZE");
    }
    assert_eq!(code(ResizeSpec { format: PixelFormat::P010, ..spec }), "E_UNSUPPORTED_FORMAT");
    let spans = [
        (Rational::from_integer(0), Rational::from_integer(9)),
        (Rational::from_integer(1), Rational::from_integer(8)),
        (Rational::from_integer(-1), Rational::from_integer(4)),
        (Rational::from_integer(4), Rational::from_integer(0)),
        (Rational::from_integer(i128::MAX), Rational::from_integer(i128::MAX)),
        (Rational::new_raw(1, 0), Rational::from_integer(1)),
        (Rational::new(1, 1_000_000_007), Rational::from_integer(1)),
        (Rational::from_integer(0), Rational::new_raw(i128::MIN, -1)),
    ];
    for (start, length) in spans {
        let span = Span { start, length };
        let whole = spec.crop;
        assert_eq!(code(ResizeSpec { crop: Crop { x: span, ..whole }, ..spec }), "E_BAD_PARAMETER");
        assert_eq!(code(ResizeSpec { crop: Crop { y: span, ..whole }, ..spec }), "E_BAD_PARAMETER");
    }
    let mut resizer = Resizer::new(spec).unwrap();
    let frame = |format, side| Frame::new(FrameLayout::packed(format, side, side).unwrap());
    let source = frame(PixelFormat::Gray8, 8);
    for mut out in [frame(PixelFormat::Gray8, 5), frame(PixelFormat::I444, 4)] {
        out.bytes_mut().fill(9);
        assert_eq!(resizer.resize_into(&source.view(), &mut out.view_mut()).unwrap_err().code(), "E_MISMATCH");
        assert!(out.bytes().iter().all(|&byte| byte == 9));
    }
    let mut out = frame(PixelFormat::Gray8, 4);
    let wrong = frame(PixelFormat::Gray8, 7);
    assert_eq!(resizer.resize_into(&wrong.view(), &mut out.view_mut()).unwrap_err().code(), "E_MISMATCH");

    for channels in [0, 5, usize::MAX] {
        assert_eq!(FloatResizer::new(FloatSpec::new(channels, (8, 8), (4, 4))).unwrap_err().code(), "E_BAD_PARAMETER");
    }
    assert_eq!(FloatResizer::new(FloatSpec::new(1, (0, 8), (4, 4))).unwrap_err().code(), "E_BAD_SIZE");
    let mut resizer = FloatResizer::new(FloatSpec::new(2, (8, 8), (4, 4))).unwrap();
    let (source, mut out) = (vec![0.0; 128], vec![9.0; 32]);
    for (source_len, source_stride, out_len, out_stride, expected) in [
        (128, 15, 32, 8, "E_BAD_STRIDE"),
        (128, 16, 32, 0, "E_BAD_STRIDE"),
        (127, 16, 32, 8, "E_BUFFER_TOO_SMALL"),
        (128, 16, 31, 8, "E_BUFFER_TOO_SMALL"),
        (128, usize::MAX, 32, 8, "E_BUFFER_TOO_SMALL"),
    ] {
        let result = resizer.resize_into(&source[..source_len], source_stride, &mut out[..out_len], out_stride);
        assert_eq!(result.unwrap_err().code(), expected);
        assert!(out.iter().all(|&value| value == 9.0));
    }
}

#[test]
fn the_largest_pictures_shrink_and_grow() {
    for (source, target) in
        [((32_768, 1), (1, 1)), ((1, 32_768), (3, 7)), ((1, 1), (32_768, 2)), ((32_768, 2), (32_767, 1))]
    {
        for filter in Filter::ALL {
            let frame = Frame::new(FrameLayout::packed(PixelFormat::Rgb24, source.0, source.1).unwrap());
            let spec = ResizeSpec { filter, ..ResizeSpec::new(PixelFormat::Rgb24, source, target) };
            assert!(resized(spec, &frame.view(), Level::best()).bytes().iter().all(|&byte| byte == 0));
        }
    }
}

/// Results of Pillow and OpenCV (`tests/vectors/resize/make.py`). Pillow leaves samples outside the picture out, where we
/// repeat the edge, so only pixels whose filter lies inside are compared.
#[test]
fn results_are_within_one_level_of_pillow_and_opencv() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/resize/peers.txt");
    let mut compared = 0;
    for line in std::fs::read_to_string(vectors).unwrap().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [peer, name, numbers @ .., hex] = &fields[..] else { panic!("{line}") };
        let numbers: Vec<u32> = numbers.iter().map(|number| number.parse().unwrap()).collect();
        let &[channels, source_width, source_height, width, height] = &numbers[..] else { panic!("{line}") };
        let expected: Vec<u8> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        let (filter, support) = match *name {
            "bilinear" => (Filter::BilinearAntialiased, 1.0),
            "bicubic" => (Filter::CatmullRom, 2.0),
            "lanczos" => (Filter::Lanczos3, 3.0),
            "linear" => (Filter::Bilinear, 0.0),
            _ => (Filter::Box, 0.0),
        };
        let format = if channels == 1 { PixelFormat::Gray8 } else { PixelFormat::Rgb24 };
        let spec = ResizeSpec { filter, ..ResizeSpec::new(format, (source_width, source_height), (width, height)) };
        let mut source = Frame::new(FrameLayout::packed(format, source_width, source_height).unwrap());
        let count = source.bytes().len();
        let noise = Noise(1).bytes(count);
        source.bytes_mut().iter_mut().zip(noise).for_each(|(out, noise)| *out = 64 + noise % 128);
        let out = resized(spec, &source.view(), Level::best());
        let inside = |at: u32, source: u32, target: u32| {
            let scale = f64::from(source) / f64::from(target);
            let center = (f64::from(at) + 0.5) * scale;
            let reach = support * scale.max(1.0);
            center >= reach && center + reach <= f64::from(source)
        };
        for (index, (&got, &expected)) in out.bytes().iter().zip(&expected).enumerate() {
            let pixel = index as u32 / channels;
            if inside(pixel % width, source_width, width) && inside(pixel / width, source_height, height) {
                compared += 1;
                assert!(got.abs_diff(expected) <= 1, "{peer} {name} at {index}: {got} instead of {expected}");
            }
        }
        assert_eq!(out.bytes().len(), expected.len());
    }
    assert!(compared > 10_000, "{compared}");
}
