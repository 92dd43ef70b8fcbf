//! Conversion between formats, matrices and ranges.

use std::rc::Rc;

use millpond_core::video::convert::Converter;

use crate::{Choices, Picture, Target, Trial, refused};

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let from = (choices.format(), choices.color());
    let mut to = (choices.format(), choices.color());
    if to.0.is_ten_bit() && to != from {
        to.0 = millpond_core::video::PixelFormat::I420;
    }
    let size = (choices.side(), choices.short_side());
    let source = Rc::new(Picture::new(choices, from.0, size));
    let target = Target::Picture(Picture::new(choices, to.0, size));
    let what = format!("{from:?} to {to:?}, {size:?}");
    Trial::new(what, target, move |level| {
        let converter = Converter::new(from, to).unwrap_or_else(|e| panic!("{e}")).with_level(level);
        let source = Rc::clone(&source);
        Box::new(move |target| {
            let done = converter.convert_into(&source.view(), &mut target.picture().view_mut());
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let (from, to) = ((choices.format(), choices.color()), (choices.format(), choices.color()));
    let Ok(converter) = Converter::new(from, to) else {
        assert!(to.0.is_ten_bit(), "{from:?} to {to:?}");
        return;
    };
    let size = (1 + choices.below(40), 1 + choices.below(40));
    let source = Picture::perhaps(choices, from.0, size);
    let mut target = Target::Picture(Picture::perhaps(choices, to.0, size));
    let before = target.bytes();
    let out = target.picture();
    let legal = source.format() == from.0 && out.format() == to.0 && source.size() == out.size();
    let result = converter.with_level(choices.level()).convert_into(&source.view(), &mut out.view_mut());
    assert_eq!(result.is_ok(), legal, "{from:?} to {to:?}");
    refused("convert", &result, &before, &target.bytes());
}
