//! Pictures over canvases, in every mode, straight and premultiplied, with opacity and masks.

use millpond_core::simd::Level;
use millpond_core::video::PixelFormat;
use millpond_core::video::blend::{Alpha, Blend, Mode, feathered_ellipse, feathered_rectangle};

use crate::{Case, picture};

pub(crate) fn cases(level: Level) -> Vec<Case> {
    let blend = Blend::default().with_level(level);
    let premultiplied = blend.with_alpha(Alpha::Premultiplied);
    let mut cases = vec![
        case("straight", blend, 320, false),
        case("straight-faded", blend.with_opacity(204), 320, false),
        case("straight-masked", blend, 320, true),
        case("premultiplied", premultiplied, 320, false),
        case("premultiplied-faded", premultiplied.with_opacity(77), 67, false),
        case("premultiplied-masked", premultiplied, 67, true),
    ];
    cases.extend(Mode::ALL.map(|mode| case(&format!("{mode:?}").to_lowercase(), blend.with_mode(mode), 67, false)));
    cases.extend([mask("rectangle", feathered_rectangle), mask("ellipse", feathered_ellipse)]);
    cases
}

fn case(what: &str, blend: Blend, side: u32, is_masked: bool) -> Case {
    let source = picture(PixelFormat::Rgba8, side, side, 1);
    let mask = picture(PixelFormat::Gray8, side, side, 2);
    let background = picture(PixelFormat::Rgba8, side + 10, side + 3, 3);
    let mut canvas = picture(PixelFormat::Rgba8, side + 10, side + 3, 3);
    Case::new(format!("blend-{what}-{side}x{side}"), canvas.bytes().len(), move |output| {
        // Drawn in place: each run starts anew.
        canvas.bytes_mut().copy_from_slice(background.bytes());
        let (source, mask, mut view) = (source.view(), mask.view(), canvas.view_mut());
        let drawn = match is_masked {
            true => blend.draw_masked(&source, &mask, (7, -2), &mut view),
            false => blend.draw(&source, (7, -2), &mut view),
        };
        drawn.unwrap_or_else(|e| panic!("{e}"));
        output.copy_from_slice(canvas.bytes());
    })
}

type Make = fn(u32, u32, u32) -> Result<millpond_core::video::Frame, millpond_core::Error>;

fn mask(shape: &str, make: Make) -> Case {
    Case::new(format!("mask-{shape}-200x101"), 200 * 101, move |output| {
        let mask = make(200, 101, 12).unwrap_or_else(|e| panic!("{e}"));
        output.chunks_exact_mut(200).zip(mask.view().rows()).for_each(|(out, row)| out.copy_from_slice(row));
    })
}
