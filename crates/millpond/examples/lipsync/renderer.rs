//! A mouth on its background, as a JPEG file.

use millpond::video::blend::feathered_ellipse;
use millpond::video::composite::{Canvas, CanvasSpec, Compositor, Layer, PictureSpec, Placement, Shown, Span, Target};
use millpond::video::jpeg::{JpegOptions, JpegStrips};
use millpond::video::tensor::{TensorSpec, TensorToFrame};
use millpond::video::{ChromaSiting, Color, Frame, FrameLayout, FrameView, Matrix, PixelFormat, Range};
use millpond::{Error, Rational};

use crate::MOUTH;

/// What JPEG files hold: the canvas has it, so that nothing is converted on the way there.
const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };
/// How soft the edge of the mouth is, in pixels.
const FEATHER: u32 = 24;

/// Everything that making frames needs; it is made once, and rendering allocates nothing.
pub struct Renderer {
    to_frame: TensorToFrame,
    mouth: Frame,
    /// Counts mouths.
    version: u64,
    compositor: Compositor,
    canvas: Canvas,
    strips: JpegStrips,
}

impl Renderer {
    /// For an I420 background in BT.601 full range, and the rectangle where the mouth goes.
    ///
    /// # Errors
    /// A background of another format, a rectangle without pixels.
    pub fn new(background: &FrameView<'_>, face: Target) -> Result<Renderer, Error> {
        let (width, height) = (background.width(), background.height());
        let canvas = CanvasSpec { format: PixelFormat::I420, width, height, color: JFIF };
        let mut compositor = Compositor::new(canvas, [0; 3])?;
        compositor.set_background(background)?;
        let whole = Span { start: Rational::from(0), length: Rational::from(i128::from(MOUTH)) };
        let picture = PictureSpec {
            format: PixelFormat::Rgba8,
            width: MOUTH,
            height: MOUTH,
            color: JFIF,
            siting: ChromaSiting::default(),
            turns: 0,
        };
        let mask = feathered_ellipse(face.width, face.height, FEATHER)?;
        let placement = Placement { source_x: whole, source_y: whole, target: face };
        compositor.add(&Layer { mask: Some(mask.view()), ..Layer::new(picture, placement) }, 0)?;
        Ok(Renderer {
            to_frame: TensorToFrame::new(TensorSpec::new(MOUTH, MOUTH), PixelFormat::Rgba8)?,
            mouth: Frame::new(FrameLayout::aligned(PixelFormat::Rgba8, MOUTH, MOUTH)?),
            version: 0,
            canvas: compositor.canvas(),
            compositor,
            strips: JpegStrips::new(PixelFormat::I420, width, height, JFIF, &JpegOptions::default())?,
        })
    }

    /// Appends the file of a frame with this mouth, `[3, 320, 320]`, to `file`. Allocates only if `file` has no room.
    ///
    /// # Errors
    /// A mouth that is too short.
    pub fn render(&mut self, mouth: &[f32], file: &mut Vec<u8>) -> Result<(), Error> {
        self.to_frame.frame_into(mouth, &mut self.mouth.view_mut())?;
        self.version += 1;
        let (picture, version) = (self.mouth.view(), self.version);
        self.compositor.compose(&mut self.canvas, |_| Some(Shown { picture, version }))?;
        self.strips.append_to(&self.canvas.view(), self.canvas.dirty_rects(), file)?;
        Ok(())
    }
}

/// A 1080p picture of slopes and edges.
///
/// # Errors
/// None.
pub fn background() -> Result<Frame, Error> {
    let mut frame = Frame::new(FrameLayout::aligned(PixelFormat::I420, 1920, 1080)?);
    for index in 0..3 {
        let mut view = frame.view_mut();
        let plane = view.plane_mut(index);
        for y in 0..plane.rows() {
            for (x, sample) in plane.row_mut(y).iter_mut().enumerate() {
                let edge = if (x / 60 + y / 45) % 4 == 0 { 30 } else { 0 };
                *sample = (60 + (x + 2 * y) / 24 + edge + (x * y) % 5) as u8;
            }
        }
    }
    Ok(frame)
}
