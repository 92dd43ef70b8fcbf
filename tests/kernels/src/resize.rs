//! Resampling of pictures and of numbers.

use std::rc::Rc;

use millpond_core::video::PixelFormat;
use millpond_core::video::resize::{Alpha, Filter, FloatResizer, FloatSpec, ResizeSpec, Resizer};

use crate::{Choices, Picture, Target, Trial, refused};

const ALPHAS: [Alpha; 3] = [Alpha::Straight, Alpha::Premultiplied, Alpha::Ignored];

/// Two sizes, at most one of them large.
fn sizes(choices: &mut Choices<'_>) -> [(u32, u32); 2] {
    let (long, short) = ((choices.side(), choices.side()), (choices.short_side(), choices.short_side()));
    if choices.once_in(2) { [long, short] } else { [short, (long.0, short.1 + 3)] }
}

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let format = match choices.format() {
        format if format.is_ten_bit() => PixelFormat::Rgba8,
        format => format,
    };
    let [source, target] = sizes(choices);
    let spec = ResizeSpec {
        crop: choices.crop(source),
        filter: choices.pick(&Filter::ALL),
        alpha: choices.pick(&ALPHAS),
        siting: choices.siting(),
        ..ResizeSpec::new(format, source, target)
    };
    let picture = Rc::new(Picture::new(choices, format, source));
    let out = Target::Picture(Picture::new(choices, format, target));
    Trial::new(format!("{spec:?}"), out, move |level| {
        let mut resizer = Resizer::new(spec).unwrap_or_else(|e| panic!("{e}")).with_level(level);
        let picture = Rc::clone(&picture);
        Box::new(move |target| {
            let done = resizer.resize_into(&picture.view(), &mut target.picture().view_mut());
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let (source, target) = ((choices.any_side(), choices.any_side()), (choices.any_side(), choices.any_side()));
    let spec = ResizeSpec {
        crop: choices.any_crop(source),
        filter: choices.pick(&Filter::ALL),
        alpha: choices.pick(&ALPHAS),
        siting: choices.siting(),
        ..ResizeSpec::new(choices.format(), source, target)
    };
    let Ok(resizer) = Resizer::new(spec) else { return };
    let mut resizer = resizer.with_level(choices.level());
    let picture = Picture::perhaps(choices, spec.format, source);
    let mut out = Target::Picture(Picture::perhaps(choices, spec.format, target));
    let is_planned = |picture: &Picture, size| picture.format() == spec.format && picture.size() == size;
    let legal = is_planned(&picture, source) && is_planned(out.picture(), target);
    let before = out.bytes();
    let result = resizer.resize_into(&picture.view(), &mut out.picture().view_mut());
    assert_eq!(result.is_ok(), legal, "{spec:?}: {result:?}");
    refused("resize", &result, &before, &out.bytes());
}

/// Has no levels: compilers make its vectors.
pub(crate) fn float_trial(choices: &mut Choices<'_>) -> Trial {
    let [source, target] = sizes(choices);
    let channels = 1 + choices.below(4) as usize;
    let spec = FloatSpec {
        crop: choices.crop(source),
        filter: choices.pick(&Filter::ALL),
        ..FloatSpec::new(channels, source, target)
    };
    let row = |width: u32, gap: u32| width as usize * channels + gap as usize;
    let (stride, out_stride) = (row(source.0, choices.below(5)), row(target.0, choices.below(5)));
    let len = |stride: usize, row: usize, rows: u32| stride * (rows as usize - 1) + row;
    let values: Rc<[f32]> = choices.floats(len(stride, row(source.0, 0), source.1)).into();
    let out = Target::floats(choices.below(9) as usize, len(out_stride, row(target.0, 0), target.1));
    Trial::new(format!("{spec:?}"), out, move |_| {
        let mut resizer = FloatResizer::new(spec).unwrap_or_else(|e| panic!("{e}"));
        let values = Rc::clone(&values);
        Box::new(move |target| {
            let done = resizer.resize_into(&values, stride, target.numbers(), out_stride);
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn float_misuse(choices: &mut Choices<'_>) {
    let (source, target) = ((choices.any_side(), choices.any_side()), (choices.any_side(), choices.any_side()));
    let spec = FloatSpec {
        crop: choices.any_crop(source),
        filter: choices.pick(&Filter::ALL),
        ..FloatSpec::new(choices.below(6) as usize, source, target)
    };
    let Ok(mut resizer) = FloatResizer::new(spec) else { return };
    let stride = |choices: &mut Choices<'_>, width: u32| match choices.below(4) {
        0 => choices.pick(&[0, 1, usize::MAX / 2, usize::MAX]),
        _ => width as usize * spec.channels + choices.below(4) as usize,
    };
    let (from_stride, to_stride) = (stride(choices, source.0), stride(choices, target.0));
    let len = choices.below(30_000) as usize;
    let values = choices.floats(len);
    let mut out = Target::floats(0, choices.below(30_000) as usize);
    let fits = |len: usize, stride: usize, (width, height): (u32, u32)| {
        let row = width as usize * spec.channels;
        stride >= row && len as u128 >= stride as u128 * u128::from(height - 1) + row as u128
    };
    let legal = fits(values.len(), from_stride, source) && fits(out.numbers().len(), to_stride, target);
    let before = out.bytes();
    let result = resizer.resize_into(&values, from_stride, out.numbers(), to_stride);
    assert_eq!(result.is_ok(), legal, "{spec:?}, {from_stride}, {to_stride}: {result:?}");
    refused("resize-f32", &result, &before, &out.bytes());
}
