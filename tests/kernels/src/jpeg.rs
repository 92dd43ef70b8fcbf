//! JPEG files, whole and by strips.

use std::rc::Rc;

use millpond_core::video::composite::Target as Rect;
use millpond_core::video::jpeg::{Density, HuffmanTables, JpegEncoder, JpegOptions, JpegStrips, Subsampling};

use crate::{Choices, Picture, Target, Trial, refused};

const SUBSAMPLINGS: [Subsampling; 4] =
    [Subsampling::Gray, Subsampling::Yuv444, Subsampling::Yuv422, Subsampling::Yuv420];
const EVERYTHING: Rect = Rect { x: 0, y: 0, width: 40_000, height: 40_000 };

fn options(choices: &mut Choices<'_>) -> JpegOptions<'static> {
    JpegOptions {
        quality: 1 + choices.below(100) as u8,
        subsampling: choices.pick(&SUBSAMPLINGS),
        restart_interval: choices.below(6) as u16,
        ..JpegOptions::default()
    }
}

/// Puts a file into a target, and zeros behind it.
fn put(target: &mut Target, file: &[u8]) {
    let (front, rest) = target.file().split_at_mut(file.len());
    front.copy_from_slice(file);
    rest.fill(0);
}

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let (format, color, size) = (choices.format(), choices.color(), (choices.side(), choices.short_side()));
    let huffman = choices.pick(&[HuffmanTables::Standard, HuffmanTables::Optimised]);
    let options = JpegOptions { huffman, ..options(choices) };
    let picture = Rc::new(Picture::new(choices, format, size));
    let new = move || {
        JpegEncoder::new(format, size.0, size.1, color, &options).unwrap_or_else(|e| panic!("{options:?}: {e}"))
    };
    let target = Target::Bytes(vec![0; new().max_len()]);
    Trial::new(format!("{format} {size:?} {color:?}, {options:?}"), target, move |level| {
        let (picture, mut encoder) = (Rc::clone(&picture), new().with_level(level));
        let mut file = vec![0; encoder.max_len()];
        Box::new(move |target| {
            let len = encoder.encode_into(&picture.view(), &mut file).unwrap_or_else(|e| panic!("{e}"));
            put(target, &file[..len]);
        })
    })
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let (format, color) = (choices.format(), choices.color());
    let size = (choices.any_side(), choices.any_side());
    let text = choices.bytes(70_000);
    let options = JpegOptions {
        quality: choices.below(256) as u8,
        restart_interval: choices.pick(&[0, 1, 7, u16::MAX]),
        huffman: choices.pick(&[HuffmanTables::Standard, HuffmanTables::Optimised]),
        density: choices.pick(&[Density::Aspect(1, 1), Density::Aspect(0, 1), Density::DotsPerInch(300, 0)]),
        exif: &text[..choices.pick(&[0, 0, 5, 65_527, 65_528, 70_000])],
        icc_profile: &text[..choices.pick(&[0, 0, 65_519, 70_000])],
        ..options(choices)
    };
    let Ok(encoder) = JpegEncoder::new(format, size.0, size.1, color, &options) else { return };
    let (mut encoder, picture) = (encoder.with_level(choices.level()), Picture::perhaps(choices, format, size));
    let len = choices.pick(&[0, 1, encoder.max_len().min(1 << 20), 1 << 20]);
    let mut file = vec![7; len];
    let legal = picture.format() == format && picture.size() == size && len >= encoder.max_len();
    let result = encoder.encode_into(&picture.view(), &mut file);
    assert_eq!(result.is_ok(), legal, "{result:?}");
    refused("jpeg", &result, &vec![7; len], &file);
    if let Ok(len) = result {
        assert!(file[..2] == [0xff, 0xd8] && file[len - 2..len] == [0xff, 0xd9]);
    }
}

/// A picture, then another that differs in rectangles: the second file.
pub(crate) fn strips_trial(choices: &mut Choices<'_>) -> Trial {
    let (format, color, size) = (choices.format(), choices.color(), (choices.side(), choices.short_side()));
    let options = options(choices);
    let [first, second] = [(); 2].map(|()| Rc::new(Picture::new(choices, format, size)));
    let changed = [any_rect(choices), any_rect(choices), EVERYTHING];
    let new =
        move || JpegStrips::new(format, size.0, size.1, color, &options).unwrap_or_else(|e| panic!("{options:?}: {e}"));
    let target = Target::Bytes(vec![0; new().max_len()]);
    Trial::new(format!("{format} {size:?} {color:?}, {changed:?}, {options:?}"), target, move |level| {
        let (first, second, mut strips) = (Rc::clone(&first), Rc::clone(&second), new().with_level(level));
        let mut file = vec![0; strips.max_len()];
        Box::new(move |target| {
            let mut code = |picture: &Picture, changed: &[Rect]| {
                strips.encode_into(&picture.view(), changed, &mut file).unwrap_or_else(|e| panic!("{e}"))
            };
            code(&first, &[EVERYTHING]);
            let len = code(&second, &changed);
            put(target, &file[..len]);
        })
    })
}

fn any_rect(choices: &mut Choices<'_>) -> Rect {
    let (x, y) = (choices.any_position(), choices.any_position());
    Rect { x, y, width: choices.any_side(), height: choices.any_side() }
}

pub(crate) fn strips_misuse(choices: &mut Choices<'_>) {
    let (format, color) = (choices.format(), choices.color());
    let size = (choices.any_side(), choices.any_side());
    if u64::from(size.0) * u64::from(size.1) > 1 << 16 && size.0.max(size.1) <= millpond_core::video::MAX_SIDE {
        return;
    }
    let options = JpegOptions { restart_interval: choices.pick(&[0, 1, 7, u16::MAX]), ..options(choices) };
    let Ok(strips) = JpegStrips::new(format, size.0, size.1, color, &options) else { return };
    let mut strips = strips.with_level(choices.level());
    let mut file = vec![7; choices.pick(&[0, strips.max_len()])];
    for _ in 0..1 + choices.below(3) {
        let picture = Picture::perhaps(choices, format, size);
        let (changed, before) = ([any_rect(choices), any_rect(choices)], file.clone());
        let legal = picture.format() == format && picture.size() == size && !file.is_empty();
        let result = strips.encode_into(&picture.view(), &changed, &mut file);
        assert_eq!(result.is_ok(), legal, "{result:?}");
        refused("jpeg-strips", &result, &before, &file);
    }
}
