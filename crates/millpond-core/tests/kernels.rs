//! Blending and conversion at every level of the machine equal scalar byte for byte: random sizes, strides, positions and
//! starts. `MILLPOND_CASES` sets how many cases (10,000 is the long form).
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::simd::Level;
use millpond_core::video::blend::{Alpha, Blend, Mode};
use millpond_core::video::composite::Target;
use millpond_core::video::convert::Converter;
use millpond_core::video::{Color, FrameLayout, FrameView, FrameViewMut, Matrix, PixelFormat, Range};

struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as u32
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.next() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// 1 to 67, now and then larger than any block or vector.
    fn side(&mut self) -> u32 {
        if self.below(12) == 0 { 500 + self.below(700) } else { 1 + self.below(67) }
    }

    fn color(&mut self) -> Color {
        let matrix = self.pick(&[Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020]);
        Color { matrix, range: self.pick(&[Range::Limited, Range::Full]) }
    }

    /// Noise in which 0 and 255 are frequent.
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len)
            .map(|_| match self.next() % 8 {
                0 => 0,
                1 => 255,
                _ => self.next() as u8,
            })
            .collect()
    }
}

fn cases() -> u32 {
    std::env::var("MILLPOND_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

/// Planes with strides and starts of their own, full of noise.
#[derive(Clone)]
struct Picture {
    format: PixelFormat,
    width: u32,
    height: u32,
    planes: Vec<(Vec<u8>, usize, usize)>,
}

impl Picture {
    fn new(noise: &mut Noise, format: PixelFormat, width: u32, height: u32) -> Picture {
        let layout = FrameLayout::packed(format, width, height).unwrap();
        let planes = layout.planes().iter().map(|plane| {
            let (start, stride) = (noise.below(40) as usize, plane.row_bytes + noise.below(40) as usize);
            (noise.bytes(start + stride * (plane.rows - 1) + plane.row_bytes), start, stride)
        });
        Picture { format, width, height, planes: planes.collect() }
    }

    fn view(&self) -> FrameView<'_> {
        let planes: Vec<_> = self.planes.iter().map(|(data, start, stride)| (&data[*start..], *stride)).collect();
        FrameView::from_planes(self.format, self.width, self.height, &planes).unwrap()
    }

    /// Calls `work` with a view to write; everything outside its rows must stay as it is.
    fn write(&mut self, work: impl FnOnce(&mut FrameViewMut<'_>)) {
        let (format, width, height) = (self.format, self.width, self.height);
        let mut planes = self.planes.iter_mut().map(|(data, start, stride)| (&mut data[*start..], *stride));
        let mut next = || planes.next().unwrap();
        let mut view = match format.planes() {
            1 => FrameViewMut::from_planes(format, width, height, [next()]),
            2 => FrameViewMut::from_planes(format, width, height, [next(), next()]),
            3 => FrameViewMut::from_planes(format, width, height, [next(), next(), next()]),
            _ => FrameViewMut::from_planes(format, width, height, [next(), next(), next(), next()]),
        };
        work(view.as_mut().unwrap());
    }

    fn memory(&self) -> Vec<&[u8]> {
        self.planes.iter().map(|(data, ..)| &data[..]).collect()
    }

    /// Everything that does not belong to a row.
    fn padding(&self) -> Vec<u8> {
        let layout = FrameLayout::packed(self.format, self.width, self.height).unwrap();
        let mut out = Vec::new();
        for (plane, (data, start, stride)) in layout.planes().iter().zip(&self.planes) {
            let inside = |at: usize| at >= *start && (at - start) % stride < plane.row_bytes;
            out.extend(data.iter().enumerate().filter(|&(at, _)| !inside(at)).map(|(_, &byte)| byte));
        }
        out
    }
}

/// Runs `work` at every level on a copy of `target`; all must leave the same bytes, and padding untouched.
fn same_at_every_level(target: &Picture, what: &str, mut work: impl FnMut(Level, &mut FrameViewMut<'_>)) {
    let mut expected = target.clone();
    expected.write(|view| work(Level::SCALAR, view));
    assert_eq!(expected.padding(), target.padding(), "{what}: bytes outside the rows were written");
    for level in Level::available().skip(1) {
        let mut got = target.clone();
        got.write(|view| work(level, view));
        assert!(got.memory() == expected.memory(), "{what}: {level:?} differs from scalar");
    }
}

#[test]
fn conversions_are_the_same_at_every_level() {
    let mut noise = Noise(0x1234_5678_9abc_def1);
    for case in 0..cases() {
        let (from, to) = (noise.pick(&PixelFormat::ALL), noise.pick(&PixelFormat::ALL));
        let (from_color, to_color) = (noise.color(), noise.color());
        let Ok(converter) = Converter::new((from, from_color), (to, to_color)) else {
            assert!(to.is_ten_bit());
            continue;
        };
        let (width, height) = (noise.side(), 1 + noise.below(9));
        let source = Picture::new(&mut noise, from, width, height);
        let target = Picture::new(&mut noise, to, width, height);
        let what = format!("case {case}: {from} {from_color:?} to {to} {to_color:?}, {width}x{height}");
        same_at_every_level(&target, &what, |level, out| {
            converter.with_level(level).convert_into(&source.view(), out).unwrap();
        });
    }
}

#[test]
fn blending_is_the_same_at_every_level() {
    let mut noise = Noise(0x0dd0_5eed_0dd0_5eed);
    for case in 0..cases() {
        let format = noise.pick(&[PixelFormat::Rgba8, PixelFormat::Bgra8]);
        let (width, height) = (noise.side(), 1 + noise.below(9));
        let canvas = {
            let (width, height) = (noise.side(), 1 + noise.below(9));
            Picture::new(&mut noise, format, width, height)
        };
        let picture = Picture::new(&mut noise, format, width, height);
        let mask = Picture::new(&mut noise, PixelFormat::Gray8, width, height);
        let at = (noise.below(60) as i32 - 30, noise.below(12) as i32 - 6);
        let opacity = noise.pick(&[255, 255, 0, 1, 128, 254]);
        let alpha = noise.pick(&[Alpha::Straight, Alpha::Premultiplied]);
        let mode = if alpha == Alpha::Straight { noise.pick(&Mode::ALL) } else { Mode::Normal };
        let kind = noise.below(5);
        let color = noise.next().to_le_bytes();
        let blend = Blend::default().with_alpha(alpha).with_mode(mode).with_opacity(opacity);
        let what = format!("case {case}: {blend:?} {width}x{height} at {at:?}, kind {kind}");
        same_at_every_level(&canvas, &what, |level, out| {
            let blend = blend.with_level(level);
            match kind {
                0 => {
                    let rect = Target { x: at.0, y: at.1, width, height };
                    blend.with_mode(Mode::Normal).fill(color, rect, out).unwrap();
                }
                1 | 2 => blend.draw_masked(&picture.view(), &mask.view(), at, out).unwrap(),
                _ => blend.draw(&picture.view(), at, out).unwrap(),
            }
        });
    }
}
