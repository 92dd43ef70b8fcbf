//! Layers drawn on canvases, and compositors that draw what changed.

use std::rc::Rc;

use millpond_core::Rational;
use millpond_core::simd::Level;
use millpond_core::video::PixelFormat;
use millpond_core::video::blend::Mode;
use millpond_core::video::composite::{
    CanvasSpec, Compositor, Layer, LayerPlan, PictureSpec, Placement, Shown, Span, Target as Rect,
};
use millpond_core::video::resize::Filter;

use crate::{Choices, Picture, Target, Trial, refused};

const CANVASES: [PixelFormat; 3] = [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgba8];

/// A layer with what it owns.
#[derive(Debug)]
struct Given {
    layer: Layer<'static>,
    z: i32,
    mask: Option<Picture>,
    /// Its pictures, by version.
    pictures: Vec<Picture>,
}

impl Given {
    fn layer(&self, level: Level) -> Layer<'_> {
        Layer { mask: self.mask.as_ref().map(Picture::view), level, ..self.layer }
    }
}

fn canvas(choices: &mut Choices<'_>) -> CanvasSpec {
    let (format, color) = (choices.pick(&CANVASES), choices.color());
    CanvasSpec { format, width: choices.side(), height: choices.short_side(), color }
}

fn rect(choices: &mut Choices<'_>, width: u32, height: u32) -> Rect {
    Rect { x: choices.below(80) as i32 - 40, y: choices.below(40) as i32 - 20, width, height }
}

fn given(choices: &mut Choices<'_>, pictures: usize) -> Given {
    let (format, size) = (choices.format(), (choices.side(), choices.short_side()));
    let spec = PictureSpec {
        format,
        width: size.0,
        height: size.1,
        color: choices.color(),
        siting: choices.siting(),
        turns: choices.below(5) as u8,
    };
    let upright = spec.upright_size();
    let crop = choices.crop(upright);
    let (width, height) = if choices.once_in(2) { upright } else { (1 + choices.below(60), 1 + choices.below(30)) };
    let placement = Placement { source_x: crop.x, source_y: crop.y, target: rect(choices, width, height) };
    let clip = choices.once_in(3).then(|| {
        let (width, height) = (1 + choices.below(40), 1 + choices.below(30));
        rect(choices, width, height)
    });
    let layer = Layer {
        opacity: choices.pick(&[255, 255, 130, 0]),
        clip,
        mode: if choices.once_in(2) { choices.pick(&Mode::ALL) } else { Mode::Normal },
        filter: choices.pick(&Filter::ALL),
        ..Layer::new(spec, placement)
    };
    let mask = choices.once_in(3).then(|| Picture::new(choices, PixelFormat::Gray8, (width, height)));
    let pictures = (0..pictures).map(|_| Picture::new(choices, format, size)).collect();
    Given { layer, z: choices.below(3) as i32, mask, pictures }
}

pub(crate) fn trial(choices: &mut Choices<'_>) -> Trial {
    let (canvas, given) = (canvas(choices), Rc::new(given(choices, 1)));
    let target = Target::Picture(Picture::new(choices, canvas.format, (canvas.width, canvas.height)));
    let what = format!("{:?}, masked {}, on {canvas:?}", given.layer, given.mask.is_some());
    Trial::new(what, target, move |level| {
        let given = Rc::clone(&given);
        let mut plan = LayerPlan::of(canvas, &given.layer(level)).unwrap_or_else(|e| panic!("{e}"));
        Box::new(move |target| {
            let done = plan.draw(&given.pictures[0].view(), true, &mut target.picture().view_mut());
            done.unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

fn any_rect(choices: &mut Choices<'_>) -> Rect {
    let (x, y) = (choices.any_position(), choices.any_position());
    Rect { x, y, width: choices.any_side(), height: choices.any_side() }
}

/// Whether memory for pictures of this size is no question of a test's patience.
fn is_small(width: u32, height: u32) -> bool {
    u64::from(width) * u64::from(height) < 1 << 16 || width.max(height) > millpond_core::video::MAX_SIDE
}

pub(crate) fn misuse(choices: &mut Choices<'_>) {
    let format = if choices.once_in(4) { choices.format() } else { choices.pick(&CANVASES) };
    let color = choices.color();
    let canvas = CanvasSpec { format, width: choices.any_side(), height: choices.any_side(), color };
    let (width, height) = (choices.any_side(), choices.any_side());
    let picture = PictureSpec { format: choices.format(), width, height, color, siting: choices.siting(), turns: 1 };
    let crop = choices.any_crop((width, height));
    let mut spans = [crop.x, crop.y];
    if choices.once_in(3) {
        spans = [(); 2].map(|()| Span {
            start: Rational::from_integer(i128::from(choices.any_position())),
            length: Rational::from_integer(i128::from(choices.any_side())),
        });
    }
    let placement = Placement { source_x: spans[0], source_y: spans[1], target: any_rect(choices) };
    let mask = choices.once_in(3).then(|| {
        let Rect { width, height, .. } = placement.target;
        Picture::perhaps(choices, PixelFormat::Gray8, (width, height))
    });
    let layer = Layer {
        clip: choices.once_in(3).then(|| any_rect(choices)),
        mask: mask.as_ref().map(Picture::view),
        mode: choices.pick(&Mode::ALL),
        filter: choices.pick(&Filter::ALL),
        level: choices.level(),
        ..Layer::new(picture, placement)
    };
    if !is_small(width, height) || !is_small(canvas.width, canvas.height) {
        return;
    }
    let Ok(mut plan) = LayerPlan::of(canvas, &layer) else { return };
    let source = Picture::perhaps(choices, picture.format, (width, height));
    let mut target = Target::Picture(Picture::perhaps(choices, format, (canvas.width, canvas.height)));
    let before = target.bytes();
    let out = target.picture();
    let legal = (source.format(), source.size()) == (picture.format, (width, height))
        && (out.format(), out.size()) == (format, (canvas.width, canvas.height));
    let result = plan.draw(&source.view(), true, &mut out.view_mut());
    assert_eq!(result.is_ok(), legal, "{layer:?}: {result:?}");
    refused("layer", &result, &before, &target.bytes());
}

/// Some frames on one canvas; what it shows at last.
pub(crate) fn scene_trial(choices: &mut Choices<'_>) -> Trial {
    let canvas = canvas(choices);
    let count = 1 + choices.below(3);
    let layers: Rc<[Given]> = (0..count).map(|_| given(choices, 2)).collect();
    let background = Rc::new(Picture::new(choices, canvas.format, (canvas.width, canvas.height)));
    // Version 2 is a layer that is not to be seen.
    let steps: Rc<[[u64; 3]]> = (0..1 + choices.below(4)).map(|_| [(); 3].map(|()| choices.below(3).into())).collect();
    let target = Target::Picture(Picture::new(choices, canvas.format, (canvas.width, canvas.height)));
    let what = format!("{canvas:?}, {steps:?}, {:?}", layers.iter().map(|given| given.layer).collect::<Vec<_>>());
    Trial::new(what, target, move |level| {
        let (layers, steps) = (Rc::clone(&layers), Rc::clone(&steps));
        let mut compositor = Compositor::new(canvas, [1, 2, 3]).unwrap_or_else(|e| panic!("{e}"));
        compositor.set_background(&background.view()).unwrap_or_else(|e| panic!("{e}"));
        for given in &*layers {
            compositor.add(&given.layer(level), given.z).unwrap_or_else(|e| panic!("{e}"));
        }
        let mut canvas = compositor.canvas();
        Box::new(move |target| {
            for step in &*steps {
                let shown = |index: usize| {
                    let version = step[index];
                    let picture = layers[index].pictures.get(version as usize)?.view();
                    Some(Shown { picture, version })
                };
                compositor.compose(&mut canvas, shown).unwrap_or_else(|e| panic!("{e}"));
            }
            target.picture().view_mut().copy_from(&canvas.view()).unwrap_or_else(|e| panic!("{e}"));
        })
    })
}

pub(crate) fn scene_misuse(choices: &mut Choices<'_>) {
    let format = if choices.once_in(4) { choices.format() } else { choices.pick(&CANVASES) };
    let color = choices.color();
    let spec = CanvasSpec { format, width: choices.any_side(), height: choices.any_side(), color };
    if !is_small(spec.width, spec.height) {
        return;
    }
    let Ok(mut compositor) = Compositor::new(spec, [1, 2, 3]) else { return };
    let given = given(choices, 1);
    let background = Picture::perhaps(choices, format, (spec.width, spec.height));
    let is_alike = background.view().kind() == compositor.canvas().view().kind();
    assert_eq!(compositor.set_background(&background.view()).is_ok(), is_alike);
    let Ok(index) = compositor.add(&given.layer(choices.level()), 0) else { panic!("a legal layer: {given:?}") };
    assert!(compositor.replace(index + 1, &given.layer(Level::SCALAR), 0).is_err());
    let mut canvas = compositor.canvas();
    let (width, height) = given.pictures[0].size();
    let picture = Picture::perhaps(choices, given.pictures[0].format(), (width, height));
    let before: Vec<u8> = canvas.view().rows().flatten().copied().collect();
    let result = compositor.compose(&mut canvas, |_| Some(Shown { picture: picture.view(), version: 1 }));
    assert_eq!(result.is_ok(), picture.view().kind() == given.pictures[0].view().kind(), "{result:?}");
    let after: Vec<u8> = canvas.view().rows().flatten().copied().collect();
    refused("compositor", &result, &before, &after);
}
