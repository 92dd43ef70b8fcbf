//! The specification of the conversions. Loops go over whole rows of planes, which compilers turn into vectors.

use super::*;

/// Fills in the samples of a window.
#[inline(always)]
pub(super) fn convert(source: &mut Source, picture: &FrameView<'_>, window: Window) {
    match source.way {
        Way::Planes => {}
        Way::Split => split(source, picture, window),
        Way::Yuv(conversion) => yuv(source, picture, window, &conversion),
        Way::Rgb(conversion) => {
            unpack(source, picture, window);
            rgb(source, window, &conversion);
        }
    }
}

/// Takes the interleaved chroma samples apart.
#[inline(always)]
fn split(source: &mut Source, picture: &FrameView<'_>, window: Window) {
    let (x, y) = (window.x / 2, window.y / 2);
    let (width, height) = (window.width.div_ceil(2), window.height.div_ceil(2));
    let [_, blue, red] = &mut source.samples;
    for (row, (blue, red)) in blue.chunks_exact_mut(width).zip(red.chunks_exact_mut(width)).take(height).enumerate() {
        split_row(&picture.plane(1).row(y + row)[2 * x..], blue, red);
    }
}

#[inline(always)]
fn split_row(pairs: &[u8], first: &mut [u8], second: &mut [u8]) {
    for ((&[a, b], first), second) in pairs.as_chunks::<2>().0.iter().zip(first).zip(second) {
        (*first, *second) = (a, b);
    }
}

/// Another matrix or range.
#[inline(always)]
fn yuv(source: &mut Source, picture: &FrameView<'_>, window: Window, conversion: &YuvToYuv) {
    let Source { format, has_chroma, samples: [luma, blue_out, red_out], rows: [blue, red, _], .. } = source;
    let (shift_x, shift_y) = format.chroma_shift();
    let (x, y) = (window.x >> shift_x, window.y >> shift_y);
    let width = window.width.div_ceil(1 << shift_x);
    let [mut blue_row, mut red_row] = [[0; 16 * RUN]; 2];
    let (u, v) = (&mut blue_row[..width], &mut red_row[..width]);
    for row in 0..window.height {
        if row % (1 << shift_y) == 0 {
            let at = row >> shift_y;
            match format.chroma_planes() {
                None => {
                    u.fill(128);
                    v.fill(128);
                }
                Some([1, 1]) => split_row(&picture.plane(1).row(y + at)[2 * x..], u, v),
                Some([blue, red]) => {
                    u.copy_from_slice(&picture.plane(blue).row(y + at)[x..][..width]);
                    v.copy_from_slice(&picture.plane(red).row(y + at)[x..][..width]);
                }
            }
            if *has_chroma {
                let out = (&mut blue_out[at * width..][..width], &mut red_out[at * width..][..width]);
                for (((blue, red), &u), &v) in out.0.iter_mut().zip(out.1).zip(&*u).zip(&*v) {
                    [*blue, *red] = conversion.chroma(u, v);
                }
            }
            for (wide, own) in [(&mut *blue, &*u), (&mut *red, &*v)] {
                if shift_x == 0 {
                    wide[..width].copy_from_slice(own);
                } else {
                    wide.as_chunks_mut::<2>().0.iter_mut().zip(own).for_each(|(pair, &own)| *pair = [own; 2]);
                }
            }
        }
        let out = &mut luma[row * window.width..][..window.width];
        let luma = &picture.plane(0).row(window.y + row)[window.x..];
        for (((out, &y), &u), &v) in out.iter_mut().zip(luma).zip(&*blue).zip(&*red) {
            *out = conversion.luma(y, u, v);
        }
    }
}

/// Takes pixels apart into planes whose rows have an even length, the last pixel repeated if need be.
#[inline(always)]
fn unpack(source: &mut Source, picture: &FrameView<'_>, window: Window) {
    let stride = window.width.next_multiple_of(2);
    for row in 0..window.height {
        let pixels = picture.plane(0).row(window.y + row);
        let planes = source.rows.each_mut().map(|plane| &mut plane[row * stride..][..stride]);
        match source.format {
            PixelFormat::Rgba8 => words(&pixels[4 * window.x..], window.width, planes, [0, 8, 16]),
            PixelFormat::Bgra8 => words(&pixels[4 * window.x..], window.width, planes, [16, 8, 0]),
            PixelFormat::Bgr24 => triples(&pixels[3 * window.x..], window.width, planes, [2, 1, 0]),
            _ => triples(&pixels[3 * window.x..], window.width, planes, [0, 1, 2]),
        }
    }
}

#[inline(always)]
fn words(pixels: &[u8], width: usize, planes: [&mut [u8]; 3], shifts: [u32; 3]) {
    for (plane, shift) in planes.into_iter().zip(shifts) {
        for (out, &pixel) in plane.iter_mut().zip(&pixels.as_chunks::<4>().0[..width]) {
            *out = (u32::from_le_bytes(pixel) >> shift) as u8;
        }
        repeat_last(plane, width);
    }
}

#[inline(always)]
fn triples(pixels: &[u8], width: usize, planes: [&mut [u8]; 3], order: [usize; 3]) {
    let [red, green, blue] = planes;
    let outs = red.iter_mut().zip(&mut *green).zip(&mut *blue);
    for (((red, green), blue), pixel) in outs.zip(&pixels.as_chunks::<3>().0[..width]) {
        (*red, *green, *blue) = (pixel[order[0]], pixel[order[1]], pixel[order[2]]);
    }
    [red, green, blue].into_iter().for_each(|plane| repeat_last(plane, width));
}

fn repeat_last(plane: &mut [u8], width: usize) {
    if let Some(last) = plane.get(width - 1).copied() {
        plane[width..].fill(last);
    }
}

/// From planes of R'G'B'.
#[inline(always)]
fn rgb(source: &mut Source, window: Window, conversion: &RgbToYuv) {
    let Source { shift, has_chroma, samples: [luma, blue_out, red_out], rows: planes, .. } = source;
    let stride = window.width.next_multiple_of(2);
    let row_of = |plane: usize, row: usize| &planes[plane][row.min(window.height - 1) * stride..][..stride];
    for (row, out) in luma.chunks_exact_mut(window.width).take(window.height).enumerate() {
        let rows = row_of(0, row).iter().zip(row_of(1, row)).zip(row_of(2, row));
        for (out, ((&red, &green), &blue)) in out.iter_mut().zip(rows) {
            *out = conversion.luma([red, green, blue]);
        }
    }
    if !*has_chroma {
        return;
    }
    let width = window.width.div_ceil(1 << shift.0);
    let height = window.height.div_ceil(1 << shift.1);
    let mut means = [[0; 16 * RUN]; 3];
    let outs = blue_out.chunks_exact_mut(width).zip(red_out.chunks_exact_mut(width)).take(height);
    for (row, (blue_out, red_out)) in outs.enumerate() {
        let first = row << shift.1;
        for (plane, means) in means.iter_mut().enumerate() {
            mean_row(row_of(plane, first), row_of(plane, first + shift.1), shift.0, means);
        }
        let rows = means[0].iter().zip(&means[1]).zip(&means[2]);
        for ((blue_out, red_out), ((&red, &green), &blue)) in blue_out.iter_mut().zip(red_out).zip(rows) {
            [*blue_out, *red_out] = conversion.chroma([red, green, blue]);
        }
    }
}

/// Means of cells. Where the file has more chroma, top and bottom are the same row, or left and right the same pixel, which
/// leaves the mean as it is.
#[inline(always)]
fn mean_row(top: &[u8], bottom: &[u8], shift: usize, means: &mut [u8]) {
    if shift == 0 {
        for ((mean, &a), &b) in means.iter_mut().zip(top).zip(bottom) {
            *mean = ((u16::from(a) + u16::from(b) + 1) >> 1) as u8;
        }
        return;
    }
    for ((mean, &[a, b]), &[c, d]) in means.iter_mut().zip(top.as_chunks::<2>().0).zip(bottom.as_chunks::<2>().0) {
        *mean = ((u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d) + 2) >> 2) as u8;
    }
}
