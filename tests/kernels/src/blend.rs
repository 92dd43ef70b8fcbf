//! Pictures, rectangles and masks over R'G'B' canvases.

use std::rc::Rc;

use millpond_core::video::PixelFormat;
use millpond_core::video::blend::{Alpha, Blend, Mode, feathered_ellipse, feathered_rectangle, premultiply_into};
use millpond_core::video::composite;

use crate::{Choices, Picture, Target, Trial, refused};

const CANVASES: [PixelFormat; 2] = [PixelFormat::Rgba8, PixelFormat::Bgra8];

fn blend(choices: &mut Choices<'_>) -> Blend {
    let alpha = choices.pick(&[Alpha::Straight, Alpha::Premultiplied]);
    let mode = if alpha == Alpha::Straight { choices.pick(&Mode::ALL) } else { Mode::Normal };
    Blend::default().with_alpha(alpha).with_mode(mode).with_opacity(choices.pick(&[255, 255, 0, 1, 128, 254]))
}

fn rectangle(choices: &mut Choices<'_>) -> composite::Target {
    let (x, y) = (choices.any_position(), choices.any_position());
    composite::Target { x, y, width: choices.any_side(), height: choices.any_side() }
}

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let (format, blend) = (choices.pick(&CANVASES), blend(choices));
    let [size, canvas] = [(); 2].map(|()| (choices.side(), choices.short_side()));
    let at = (choices.below(60) as i32 - 30, choices.below(12) as i32 - 6);
    let picture = Rc::new(Picture::new(choices, format, size));
    let mask = choices.once_in(2).then(|| Rc::new(Picture::new(choices, PixelFormat::Gray8, size)));
    let target = Target::Picture(Picture::new(choices, format, canvas));
    let what = format!("{blend:?} of {format} {size:?} at {at:?} on {canvas:?}, masked {}", mask.is_some());
    Trial::new(what, target, move |level| {
        let (blend, picture, mask) = (blend.with_level(level), Rc::clone(&picture), mask.clone());
        Box::new(move |target| {
            let (picture, mut canvas) = (picture.view(), target.picture().view_mut());
            let done = match &mask {
                Some(mask) => blend.draw_masked(&picture, &mask.view(), at, &mut canvas),
                None => blend.draw(&picture, at, &mut canvas),
            };
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let (alpha, mode) = (choices.pick(&[Alpha::Straight, Alpha::Premultiplied]), choices.pick(&Mode::ALL));
    let blend = Blend::default().with_alpha(alpha).with_mode(mode).with_level(choices.level());
    let format = if choices.once_in(4) { choices.format() } else { choices.pick(&CANVASES) };
    let size = (choices.any_side(), choices.any_side());
    let picture = Picture::perhaps(choices, format, size);
    let mask = Picture::perhaps(choices, PixelFormat::Gray8, size);
    let canvas = (choices.any_side(), choices.any_side());
    let mut target = Target::Picture(Picture::perhaps(choices, format, canvas));
    let (at, before) = ((choices.any_position(), choices.any_position()), target.bytes());
    let is_masked = choices.once_in(2);
    let out = target.picture();
    let legal = picture.format() == out.format()
        && CANVASES.contains(&out.format())
        && (alpha == Alpha::Straight || mode == Mode::Normal)
        && (!is_masked || mask.format() == PixelFormat::Gray8 && mask.size() == picture.size());
    let mut canvas = out.view_mut();
    let result = match is_masked {
        false => blend.draw(&picture.view(), at, &mut canvas),
        true => blend.draw_masked(&picture.view(), &mask.view(), at, &mut canvas),
    };
    assert_eq!(result.is_ok(), legal, "{blend:?}: {result:?}");
    refused("blend", &result, &before, &target.bytes());
}

pub(crate) fn fill_trial(choices: &mut Choices<'_>) -> Trial {
    let (format, size) = (choices.pick(&CANVASES), (choices.side(), choices.short_side()));
    let (blend, rect) = (blend(choices).with_mode(Mode::Normal), rectangle(choices));
    let color = [(); 4].map(|()| choices.pick(&[0, 255, 1, 77, 128, 254]));
    let target = Target::Picture(Picture::new(choices, format, size));
    Trial::new(format!("{blend:?} {color:?} in {rect:?} of {format} {size:?}"), target, move |level| {
        let blend = blend.with_level(level);
        Box::new(move |target| {
            let done = blend.fill(color, rect, &mut target.picture().view_mut());
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

/// Rectangles of canvases, and masks, which are filled too.
pub(crate) fn fill_misuse(choices: &mut Choices<'_>) {
    let blend = blend(choices).with_level(choices.level());
    let (format, size) = (choices.format(), (1 + choices.below(40), 1 + choices.below(40)));
    let mut target = Target::Picture(Picture::new(choices, format, size));
    let (rect, color, before) = (rectangle(choices), choices.color(), target.bytes());
    let result = blend.fill([1, 2, 3, 200], rect, &mut target.picture().view_mut());
    refused("fill", &result, &before, &target.bytes());

    let before = target.bytes();
    let sides = [(); 4].map(|()| choices.any_side());
    let mut view = target.picture().view_mut();
    let inside = view.crop_mut(sides[0], sides[1], sides[2], sides[3]).map(|mut part| part.fill(color, [9, 8, 7, 6]));
    refused("crop", &inside, &before, &target.bytes());

    let (width, height, feather) = (choices.any_side(), choices.any_side(), choices.any_side());
    // The largest masks are legal, and take as long to fill as they are large.
    if u64::from(width) * u64::from(height) < 1 << 16 || width.max(height) > millpond_core::video::MAX_SIDE {
        for mask in [feathered_rectangle(width, height, feather), feathered_ellipse(width, height, feather)] {
            assert_eq!(mask.is_ok(), (1..=32_768).contains(&width) && (1..=32_768).contains(&height));
        }
    }
}

/// Uses the best level there is.
pub(crate) fn premultiply_trial(choices: &mut Choices<'_>) -> Trial {
    let (format, size) = (choices.pick(&CANVASES), (choices.side(), choices.short_side()));
    let picture = Rc::new(Picture::new(choices, format, size));
    let target = Target::Picture(Picture::new(choices, format, size));
    Trial::new(format!("{format} {size:?}"), target, move |_| {
        let picture = Rc::clone(&picture);
        Box::new(move |target| {
            premultiply_into(&picture.view(), &mut target.picture().view_mut()).unwrap_or_else(|e| panic!("{e}"));
            // The formula stands here, since no level can be forced.
            for y in 0..size.1 as usize {
                let pairs = picture.view().plane(0).row(y).iter().zip(target.picture().view().plane(0).row(y));
                for (at, (&from, &to)) in pairs.enumerate() {
                    let alpha = u32::from(picture.view().plane(0).row(y)[at | 3]);
                    let factor = if at % 4 == 3 { 255 } else { alpha };
                    assert_eq!(u32::from(to), (u32::from(from) * factor + 127) / 255, "byte {at} of row {y}");
                }
            }
        })
    })
}

pub(crate) fn premultiply_misuse(choices: &mut Choices<'_>) {
    let format = if choices.once_in(4) { choices.format() } else { choices.pick(&CANVASES) };
    let (format, size) = (format, (1 + choices.below(40), 1 + choices.below(40)));
    let picture = Picture::perhaps(choices, format, size);
    let mut target = Target::Picture(Picture::perhaps(choices, format, size));
    let (before, out) = (target.bytes(), target.picture());
    let legal = CANVASES.contains(&picture.format()) && picture.view().kind() == out.view().kind();
    let result = premultiply_into(&picture.view(), &mut out.view_mut());
    assert_eq!(result.is_ok(), legal, "{result:?}");
    refused("premultiply", &result, &before, &target.bytes());
}
