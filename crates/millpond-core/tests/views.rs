//! Layouts, views and rectangles against plain index arithmetic, written here independently.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::video::convert::Converter;
use millpond_core::video::{
    Color, ColorDescription, Frame, FrameLayout, FrameView, FrameViewMut, MAX_SIDE, Matrix, PixelFormat, Range,
};
use proptest::prelude::*;

/// Planes of a format as `(horizontal divisor, vertical divisor, bytes of a sample position)`, from FFmpeg's
/// `av_pix_fmt_desc_get` (`log2_chroma_w`, `log2_chroma_h`, `comp[].step`), YV12 like `yuv420p`.
fn shape(format: PixelFormat) -> Vec<(u32, u32, usize)> {
    match format.name() {
        "i420" | "yv12" => vec![(1, 1, 1), (2, 2, 1), (2, 2, 1)],
        "i422" => vec![(1, 1, 1), (2, 1, 1), (2, 1, 1)],
        "i444" => vec![(1, 1, 1); 3],
        "i420a" => vec![(1, 1, 1), (2, 2, 1), (2, 2, 1), (1, 1, 1)],
        "nv12" => vec![(1, 1, 1), (2, 2, 2)],
        "i420p10" => vec![(1, 1, 2), (2, 2, 2), (2, 2, 2)],
        "i422p10" => vec![(1, 1, 2), (2, 1, 2), (2, 1, 2)],
        "i444p10" => vec![(1, 1, 2); 3],
        "p010" => vec![(1, 1, 2), (2, 2, 4)],
        "gray8" => vec![(1, 1, 1)],
        "rgb24" | "bgr24" => vec![(1, 1, 3)],
        "rgba" | "bgra" => vec![(1, 1, 4)],
        other => panic!("{other} is not known to this test"),
    }
}

fn any_format() -> impl Strategy<Value = PixelFormat> {
    prop::sample::select(PixelFormat::ALL.to_vec())
}

fn noisy(layout: FrameLayout, mut seed: u32) -> Frame {
    let mut frame = Frame::new(layout);
    for byte in frame.bytes_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    frame
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sizes of planes round up, planes do not overlap, and nothing lies outside the frame.
    #[test]
    fn layouts_hold_their_planes(format in any_format(), width in 1u32..200, height in 1u32..200) {
        let packed = FrameLayout::packed(format, width, height).unwrap();
        let aligned = FrameLayout::aligned(format, width, height).unwrap();
        let mut end = (0, 0);
        for (index, (horizontal, vertical, bytes)) in shape(format).into_iter().enumerate() {
            let row_bytes = width.div_ceil(horizontal) as usize * bytes;
            let rows = height.div_ceil(vertical) as usize;
            let (tight, wide) = (packed.planes()[index], aligned.planes()[index]);
            prop_assert_eq!((tight.offset, tight.stride, tight.row_bytes, tight.rows), (end.0, row_bytes, row_bytes, rows));
            prop_assert_eq!((wide.offset % 64, wide.stride % 64, wide.row_bytes, wide.rows), (0, 0, row_bytes, rows));
            prop_assert!(wide.offset >= end.1 && wide.stride >= row_bytes);
            end = (end.0 + row_bytes * rows, wide.offset + wide.stride * rows);
        }
        prop_assert_eq!(packed.planes().len(), shape(format).len());
        prop_assert_eq!(packed.size(), end.0);
        prop_assert!(aligned.size() >= end.1);
        let frame = Frame::new(aligned);
        prop_assert!(frame.matches(&packed) && frame.view().matches(&packed));
        let other = FrameLayout::packed(format, width + 1, height).unwrap();
        prop_assert!(!frame.matches(&other) && !frame.view().matches(&other));
    }

    /// A rectangle has the samples of its place, to read and to write, and touches no others.
    #[test]
    fn rectangles_are_the_samples_of_their_place(
        format in any_format(), (width, height) in (1u32..40, 1u32..40),
        (x, y, w, h) in (0u32..44, 0u32..44, 0u32..44, 0u32..44), seed: u32,
    ) {
        let mut frame = noisy(FrameLayout::aligned(format, width, height).unwrap(), seed);
        let before = noisy(FrameLayout::aligned(format, width, height).unwrap(), seed);
        let planes = shape(format);
        let (right, down) = planes.get(1).map_or((1, 1), |&(right, down, _)| (right, down));
        let inside = w > 0 && h > 0 && x + w <= width && y + h <= height;
        let legal = inside && x % right == 0 && y % down == 0;
        match (before.view().crop(x, y, w, h), legal) {
            (Err(error), false) => {
                prop_assert_eq!(error.code(), "E_BAD_RECTANGLE");
                prop_assert_eq!(frame.view_mut().crop_mut(x, y, w, h).unwrap_err(), error);
            }
            (Ok(part), true) => {
                prop_assert_eq!((part.format(), part.width(), part.height()), (format, w, h));
                for (index, &(horizontal, vertical, bytes)) in planes.iter().enumerate() {
                    let plane = part.plane(index);
                    prop_assert_eq!(plane.rows(), h.div_ceil(vertical) as usize);
                    prop_assert_eq!(plane.row_bytes(), w.div_ceil(horizontal) as usize * bytes);
                    let (left, top) = ((x / horizontal) as usize * bytes, (y / vertical) as usize);
                    for row in 0..plane.rows() {
                        let whole = before.view().plane(index).row(top + row);
                        prop_assert_eq!(plane.row(row), &whole[left..left + plane.row_bytes()]);
                    }
                }
                // Writing the complement into the rectangle changes its samples and nothing else.
                let mut target = frame.view_mut();
                let mut hole = target.crop_mut(x, y, w, h).unwrap();
                for index in 0..planes.len() {
                    for row in 0..hole.plane_mut(index).rows() {
                        hole.plane_mut(index).row_mut(row).iter_mut().for_each(|byte| *byte = !*byte);
                    }
                }
                let mut expected = noisy(FrameLayout::aligned(format, width, height).unwrap(), seed);
                for (index, &(horizontal, vertical, bytes)) in planes.iter().enumerate() {
                    let at = expected.layout().planes()[index];
                    let (left, top) = ((x / horizontal) as usize * bytes, (y / vertical) as usize);
                    for row in 0..h.div_ceil(vertical) as usize {
                        let start = at.offset + (top + row) * at.stride + left;
                        let stretch = start..start + w.div_ceil(horizontal) as usize * bytes;
                        expected.bytes_mut()[stretch].iter_mut().for_each(|byte| *byte = !*byte);
                    }
                }
                prop_assert_eq!(frame.bytes(), expected.bytes());
            }
            (result, legal) => prop_assert!(false, "{legal}: {result:?}"),
        }
    }

    /// A rectangle of a rectangle is the rectangle of the sums.
    #[test]
    fn rectangles_nest(format in any_format(), at in (0u32..6, 0u32..6, 0u32..4, 0u32..4), size in (1u32..9, 1u32..9)) {
        let frame = noisy(FrameLayout::packed(format, 40, 40).unwrap(), 5);
        let (a, b, c, d) = (2 * at.0, 2 * at.1, 2 * at.2, 2 * at.3);
        let view = frame.view();
        let outer = view.crop(a, b, 20, 20).unwrap();
        let nested = outer.crop(c, d, size.0, size.1).unwrap();
        let direct = view.crop(a + c, b + d, size.0, size.1).unwrap();
        prop_assert!(nested.rows().eq(direct.rows()));
    }

    /// Borrowed planes are taken exactly when every bound holds; no input panics.
    #[test]
    fn borrowed_planes_are_checked(
        format in any_format(), (width, height) in (1u32..30, 1u32..30),
        strides in prop::array::uniform4(prop::sample::select(vec![0usize, 1, 16, 64, 128, 1 << (usize::BITS - 1), usize::MAX])),
        lengths in prop::array::uniform4(0usize..4000), count in 0usize..5,
    ) {
        let memory = [(); 4].map(|()| vec![7u8; 4000]);
        let planes: Vec<(&[u8], usize)> =
            (0..count.min(4)).map(|index| (&memory[index][..lengths[index]], strides[index])).collect();
        let result = FrameView::from_planes(format, width, height, &planes);
        let shapes = shape(format);
        let fits = |index: usize| {
            let (horizontal, vertical, bytes) = shapes[index];
            let (row, rows) = (width.div_ceil(horizontal) as u128 * bytes as u128, u128::from(height.div_ceil(vertical)));
            let stride = strides[index] as u128;
            stride >= row && stride * (rows - 1) + row <= lengths[index] as u128
        };
        let expected = planes.len() == shapes.len() && (0..shapes.len()).all(fits);
        prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
        if let Ok(view) = result {
            // Every row can be read.
            prop_assert!(view.rows().all(|row| row.iter().all(|&byte| byte == 7)));
        }
        if let (3, [a, b, c, _]) = (shapes.len(), memory) {
            let [mut a, mut b, mut c] = [a, b, c];
            let data = [(&mut a[..lengths[0]], strides[0]), (&mut b[..lengths[1]], strides[1]), (&mut c[..lengths[2]], strides[2])];
            let mut view = FrameViewMut::from_planes(format, width, height, data);
            prop_assert_eq!(view.is_ok(), (0..3).all(fits));
            if let Ok(view) = &mut view {
                view.fill(Color::default(), [1, 2, 3, 255]);
            }
        }
    }
}

#[test]
fn the_documented_sizes_and_the_extremes_work() {
    for format in PixelFormat::ALL {
        for (width, height) in [(1, 1), (3, 5), (7680, 4320)] {
            let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
            assert_eq!(frame.bytes().as_ptr() as usize % 64, 0);
            frame.view_mut().fill(Color::default(), [200, 100, 50, 255]);
            let last = format.planes() - 1;
            let rows = frame.view().plane(last).rows();
            assert!(frame.view().plane(last).row(rows - 1).iter().any(|&byte| byte != 0), "{format}");
        }
        for (width, height) in [(0, 1), (1, 0), (MAX_SIDE + 1, 1), (u32::MAX, u32::MAX)] {
            assert_eq!(FrameLayout::packed(format, width, height).unwrap_err().code(), "E_BAD_SIZE");
            assert!(FrameView::from_planes(format, width, height, &[]).is_err());
        }
    }
    let size = |width, height| FrameLayout::packed(PixelFormat::I420, width, height).unwrap().size();
    assert_eq!((size(1920, 1080), size(3840, 2160)), (3_110_400, 12_441_600));
}

/// A picture filled with a colour shows that colour, and all its samples are equal: H.273 in floating point.
#[test]
fn filling_gives_the_codes_of_the_standard() {
    for (matrix, kr, kb) in
        [(Matrix::Bt601, 0.299, 0.114), (Matrix::Bt709, 0.2126, 0.0722), (Matrix::Bt2020, 0.2627, 0.0593)]
    {
        for range in [Range::Limited, Range::Full] {
            let color = Color { matrix, range };
            for rgba in [[0, 0, 0, 255], [255, 255, 255, 0], [255, 0, 0, 9], [12, 34, 56, 78], [0, 0, 255, 128]] {
                let [r, g, b] = [rgba[0], rgba[1], rgba[2]].map(|value: u8| f64::from(value) / 255.0);
                let y = kr * r + (1.0 - kr - kb) * g + kb * b;
                let (cb, cr) = ((b - y) / (2.0 * (1.0 - kb)), (r - y) / (2.0 * (1.0 - kr)));
                let code = |bits: u32| {
                    let (step, top) = (f64::from(1 << (bits - 8)), f64::from((1 << bits) - 1));
                    let middle = f64::from(1 << (bits - 1));
                    match range {
                        Range::Limited => {
                            [step * (16.0 + 219.0 * y), middle + step * 224.0 * cb, middle + step * 224.0 * cr]
                        }
                        Range::Full => [top * y, middle + top * cb, middle + top * cr],
                    }
                    .map(|value| value.min(top))
                };
                for format in PixelFormat::ALL {
                    let mut frame = Frame::new(FrameLayout::aligned(format, 5, 3).unwrap());
                    frame.view_mut().fill(color, rgba);
                    let view = frame.view();
                    let near = |plane: usize, at: usize, component: usize| {
                        let row = view.plane(plane).row(view.plane(plane).rows() - 1);
                        let (bits, got) = match (format, format.is_ten_bit()) {
                            (PixelFormat::P010, _) => {
                                (10, f64::from(u16::from_le_bytes([row[2 * at], row[2 * at + 1]])) / 64.0)
                            }
                            (_, true) => (10, f64::from(u16::from_le_bytes([row[2 * at], row[2 * at + 1]]))),
                            _ => (8, f64::from(row[at])),
                        };
                        let expected = code(bits)[component];
                        // Half a level for rounding, and what eight-bit coefficients of 15 bits add.
                        assert!(
                            (got - expected).abs() <= 0.52,
                            "{format} {color:?} {rgba:?}: {got} against {expected}"
                        );
                        assert_eq!(got.fract(), 0.0, "unused bits are zero");
                    };
                    match format.name() {
                        "rgb24" => assert_eq!(view.plane(0).row(2)[12..15], rgba[..3]),
                        "bgr24" => assert_eq!(view.plane(0).row(2)[12..15], [rgba[2], rgba[1], rgba[0]]),
                        "rgba" => assert_eq!(view.plane(0).row(2)[16..20], rgba),
                        "bgra" => assert_eq!(view.plane(0).row(2)[16..20], [rgba[2], rgba[1], rgba[0], rgba[3]]),
                        name => {
                            near(0, 4, 0);
                            match name {
                                "gray8" => {}
                                "nv12" | "p010" => {
                                    near(1, 4, 1);
                                    near(1, 5, 2);
                                }
                                "yv12" => {
                                    near(2, 2, 1);
                                    near(1, 2, 2);
                                }
                                _ => {
                                    near(1, 2, 1);
                                    near(2, 2, 2);
                                }
                            }
                            if name == "i420a" {
                                assert_eq!(view.plane(3).row(2), [rgba[3]; 5]);
                            }
                        }
                    }
                    let mut shown = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 5, 3).unwrap());
                    Converter::new((view.format(), color), (PixelFormat::Rgba8, color))
                        .unwrap()
                        .convert_into(&view, &mut shown.view_mut())
                        .unwrap();
                    let pixels = shown.bytes().as_chunks::<4>().0;
                    assert!(pixels.iter().all(|pixel| *pixel == pixels[0]), "{format}: one colour everywhere");
                }
            }
        }
    }
}

#[test]
fn frames_carry_their_colours() {
    let layout = FrameLayout::aligned(PixelFormat::I420, 6, 4).unwrap();
    let (mut from, mut to) = (noisy(layout, 1), Frame::new(FrameLayout::packed(PixelFormat::I420, 6, 4).unwrap()));
    assert_eq!(from.color(), ColorDescription::UNSPECIFIED);
    // PQ, BT.2020: what an HDR clip says.
    let hdr = ColorDescription { primaries: 9, transfer: 16, matrix: 9, range: Some(Range::Limited) };
    from.set_color(hdr);
    to.copy_from(&from).unwrap();
    assert_eq!(to.color(), hdr);
    assert!(to.view().rows().eq(from.view().rows()));
    assert_eq!(hdr.color(), Some(Color { matrix: Matrix::Bt2020, range: Range::Limited }));
    assert_eq!(ColorDescription::SRGB.color(), None);
    let mut other = Frame::new(FrameLayout::packed(PixelFormat::Yv12, 6, 4).unwrap());
    assert_eq!(other.copy_from(&from).unwrap_err().code(), "E_MISMATCH");
    assert_eq!(other.color(), ColorDescription::UNSPECIFIED);
}
