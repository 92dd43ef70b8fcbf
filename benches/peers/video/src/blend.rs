//! Blending beside libyuv, pixman, Skia and Pillow: a 320x320 patch in place, the same on a fresh 1080p background each frame, and a
//! full 1080p picture.
//!
//! libyuv knows premultiplied pictures only and rounds coarsely (two levels are allowed, three where it premultiplies
//! first); pixman rounds as we do, Skia and Pillow to a level.

use std::cell::RefCell;
use std::path::Path;

use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::picture;
use millpond_core::Rational;
use millpond_core::simd::Level;
use millpond_core::video::blend::{Alpha, Blend, premultiply_into};
use millpond_core::video::composite::{CanvasSpec, Compositor, Layer, PictureSpec, Placement, Shown, Span, Target};
use millpond_core::video::{ChromaSiting, Color, Frame, PixelFormat};
use serde_json::{Value, json};

use crate::compare::{packed, within};
use crate::python::Python;
use crate::{Rows, libyuv, pixman};

const ROUNDS: usize = 31;
const SIDE: u32 = 320;
const AT: (usize, usize) = (800, 560);

pub(crate) fn rows(folder: &Path) -> Rows {
    let mut rows = patch(folder)?;
    rows.extend(full()?);
    Ok(rows)
}

/// An opaque RGBA background.
fn background() -> Frame {
    let mut frame = picture(PixelFormat::Rgba8, 1920, 1080, 3);
    frame.bytes_mut().chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    frame
}

fn premultiplied(straight: &Frame) -> Frame {
    let mut out = Frame::new(*straight.layout());
    premultiply_into(&straight.view(), &mut out.view_mut()).unwrap_or_else(|e| panic!("{e}"));
    out
}

fn draw(blend: Blend, picture: &Frame, (x, y): (usize, usize), canvas: &mut Frame) {
    blend.draw(&picture.view(), (x as i32, y as i32), &mut canvas.view_mut()).unwrap_or_else(|e| panic!("{e}"));
}

fn row(job: &str, ours: f64, peer: &'static str, version: &str, theirs: f64, bar: impl Into<Option<f64>>) -> Row {
    Row {
        job: job.into(),
        unit: "us",
        ours: ours * 1e6,
        peer,
        peer_version: format!("{version}; ours {:?}", Level::best().isa()),
        theirs: Ok(theirs * 1e6),
        bar: bar.into(),
    }
}

/// What the compositor draws: the patch over a background that stays, with a new version each frame.
struct Composed {
    compositor: Compositor,
    canvas: millpond_core::video::composite::Canvas,
    version: u64,
}

impl Composed {
    fn new(background: &Frame) -> Result<Composed, String> {
        let (width, height) = (background.layout().width(), background.layout().height());
        let color = Color::default();
        let spec = CanvasSpec { format: PixelFormat::Rgba8, width, height, color };
        let span = Span { start: Rational::from_integer(0), length: Rational::from_integer(i128::from(SIDE)) };
        let picture = PictureSpec {
            format: PixelFormat::Rgba8,
            width: SIDE,
            height: SIDE,
            color,
            siting: ChromaSiting::default(),
            turns: 0,
        };
        let target = Target { x: AT.0 as i32, y: AT.1 as i32, width: SIDE, height: SIDE };
        let made = Compositor::new(spec, [0; 3]).and_then(|mut compositor| {
            compositor.set_background(&background.view())?;
            compositor.add(&Layer::new(picture, Placement { source_x: span, source_y: span, target }), 0)?;
            Ok(compositor)
        });
        let compositor = made.map_err(|e| e.to_string())?;
        Ok(Composed { canvas: compositor.canvas(), compositor, version: 0 })
    }

    fn compose(&mut self, patch: &Frame) {
        self.version += 1;
        let shown = Shown { picture: patch.view(), version: self.version };
        self.compositor.compose(&mut self.canvas, |_| Some(shown)).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// Skia's or Pillow's canvas after one drawing over a background.
fn drawn_by(python: &mut Python, over: &[Value], patch: &Frame, background: &Frame) -> Result<Frame, String> {
    python.load(&packed(patch), (SIDE, SIDE), 4)?;
    let file = python.share("canvas.raw", &packed(background))?;
    python.prepare(&json!(["canvas", file, 1920, 1080]))?;
    python.time(over, 1)?;
    let mut canvas = Frame::new(*background.layout());
    // Rows of this width have no gaps between them.
    let pixels = python.result()?;
    canvas.bytes_mut()[..pixels.len()].copy_from_slice(&pixels);
    Ok(canvas)
}

fn patch(folder: &Path) -> Rows {
    let version = libyuv::version()?;
    let straight_patch = picture(PixelFormat::Rgba8, SIDE, SIDE, 1);
    let premultiplied_patch = RefCell::new(premultiplied(&straight_patch));
    let background = background();
    let straight = Blend::default();
    let premultiplied = straight.with_alpha(Alpha::Premultiplied);
    let attenuated = RefCell::new(Frame::new(*straight_patch.layout()));
    let theirs_straight = |canvas: &mut Frame| {
        libyuv::attenuate(&straight_patch, &mut attenuated.borrow_mut());
        libyuv::blend(&attenuated.borrow(), AT, canvas);
    };
    let fresh = || {
        let mut canvas = Frame::new(*background.layout());
        canvas.bytes_mut().copy_from_slice(background.bytes());
        canvas
    };

    let (mut ours, mut theirs) = (fresh(), fresh());
    draw(straight, &straight_patch, AT, &mut ours);
    theirs_straight(&mut theirs);
    within(&ours, &theirs, 3, "libyuv's attenuate and blend")?;
    let mut composed = Composed::new(&background)?;
    composed.compose(&straight_patch);
    composed.compose(&straight_patch);
    if !composed.canvas.view().rows().eq(ours.view().rows()) {
        return Err("the compositor draws something else than the blend".into());
    }
    let (mut ours, mut theirs, mut pixmans) = (fresh(), fresh(), fresh());
    draw(premultiplied, &premultiplied_patch.borrow(), AT, &mut ours);
    libyuv::blend(&premultiplied_patch.borrow(), AT, &mut theirs);
    within(&ours, &theirs, 2, "libyuv's blend")?;
    pixman::blend(&mut premultiplied_patch.borrow_mut(), AT, &mut pixmans);
    within(&ours, &pixmans, 1, "pixman's over")?;
    let mut skia = Python::start(folder)?;
    let mut pillow = Python::start(folder)?;
    let by = |whose: &str| [json!("over"), json!(whose), json!(AT.0), json!(AT.1)];
    let theirs = drawn_by(&mut skia, &by("skia"), &premultiplied_patch.borrow(), &background)?;
    within(&ours, &theirs, 1, "Skia's drawImage")?;
    let theirs = drawn_by(&mut pillow, &by("pillow"), &straight_patch, &background)?;
    let mut ours_straight = fresh();
    draw(straight, &straight_patch, AT, &mut ours_straight);
    within(&ours_straight, &theirs, 1, "Pillow's alpha_composite")?;
    let (skia_version, pillow_version) = (skia.skia.clone(), pillow.pillow.clone());

    let canvas = RefCell::new(ours);
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| draw(straight, &straight_patch, AT, &mut canvas.borrow_mut())),
            Job::new(|| theirs_straight(&mut canvas.borrow_mut())),
            Job::new(|| draw(premultiplied, &premultiplied_patch.borrow(), AT, &mut canvas.borrow_mut())),
            Job::new(|| libyuv::blend(&premultiplied_patch.borrow(), AT, &mut canvas.borrow_mut())),
            Job::new(|| pixman::blend(&mut premultiplied_patch.borrow_mut(), AT, &mut canvas.borrow_mut())),
            Job::new(|| composed.compose(&straight_patch)),
            Job::new(|| {
                let mut canvas = canvas.borrow_mut();
                canvas.bytes_mut().copy_from_slice(background.bytes());
                libyuv::blend(&premultiplied_patch.borrow(), AT, &mut canvas);
            }),
            Job::timing_itself(|times| skia.timed(&by("skia"), times)),
            Job::timing_itself(|times| pillow.timed(&by("pillow"), times)),
        ],
    );
    let [ours, theirs, ours_premultiplied, libyuv, pixman, composed, copied, skia, pillow] = medians[..] else {
        return Err("a job has no median".into());
    };
    let pixman_version = pixman::version();
    Ok(vec![
        row("blend 320x320 straight in place", ours, "libyuv attenuate + blend", &version, theirs, 1.0),
        row("blend 320x320 straight in place", ours, "Pillow", &pillow_version, pillow, None),
        row("blend 320x320 premultiplied in place", ours_premultiplied, "libyuv", &version, libyuv, 1.0),
        row("blend 320x320 premultiplied in place", ours_premultiplied, "pixman", &pixman_version, pixman, 1.0),
        row("blend 320x320 premultiplied in place", ours_premultiplied, "Skia", &skia_version, skia, None),
        row("blend 320x320 on a fresh 1080p background", composed, "memcpy + libyuv", &version, copied, 0.15),
    ])
}

fn full() -> Rows {
    let version = libyuv::version()?;
    let picture = RefCell::new(premultiplied(&picture(PixelFormat::Rgba8, 1920, 1080, 2)));
    let blend = Blend::default().with_alpha(Alpha::Premultiplied);
    let (mut ours, mut theirs) = (background(), background());
    draw(blend, &picture.borrow(), (0, 0), &mut ours);
    libyuv::blend(&picture.borrow(), (0, 0), &mut theirs);
    within(&ours, &theirs, 2, "libyuv's blend")?;
    let canvas = RefCell::new(ours);
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| draw(blend, &picture.borrow(), (0, 0), &mut canvas.borrow_mut())),
            Job::new(|| libyuv::blend(&picture.borrow(), (0, 0), &mut canvas.borrow_mut())),
            Job::new(|| pixman::blend(&mut picture.borrow_mut(), (0, 0), &mut canvas.borrow_mut())),
        ],
    );
    let job = "blend 1080p over 1080p premultiplied";
    Ok(vec![
        row(job, medians[0], "libyuv", &version, medians[1], 1.0),
        row(job, medians[0], "pixman", &pixman::version(), medians[2], 1.0),
    ])
}
