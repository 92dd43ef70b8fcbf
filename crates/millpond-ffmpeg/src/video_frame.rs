//! A decoded picture on loan.
//!
//! A [`VideoFrame`] is a handle: its pixels lie in a slot of the decoder's pool, into which the codec wrote them. The
//! decoder may still predict from the same slot, and others may have handles too, so the pixels can be read, and written
//! only while this is the last reference to them; otherwise compose onto another frame. Handles may outlive decoder and pool and go to other threads; dropping one gives the slot back as soon as the
//! decoder is done with it too.

use crate::hw::HwKind;
use crate::{Error, pixels, streams, sys};
use ffmpeg_next as ff;
use millpond_core::pool::{Pooled, SharedPooled};
use millpond_core::video::{ColorDescription, Frame, FrameView, FrameViewMut, PixelFormat};
use std::fmt;

/// A decoded picture on loan from its decoder's pool.
pub struct VideoFrame {
    pixels: Pixels,
    facts: Facts,
}

/// Whether a picture is one moment or two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FieldOrder {
    /// All rows belong to one moment.
    #[default]
    Progressive,
    /// Rows 0, 2, 4, … come first, the others half a picture later.
    TopFirst,
    /// Rows 1, 3, 5, … come first.
    BottomFirst,
}

enum Pixels {
    /// Memory that FFmpeg counts references to: a slot that the codec wrote into. The planes were checked.
    Counted { frame: ff::frame::Video, format: PixelFormat },
    /// A slot of our own.
    Own(SharedPooled<Frame>),
}

impl VideoFrame {
    /// Takes a reference to a decoder's picture; `None` if its planes are missing, too short or upside down.
    pub(crate) fn counted(frame: ff::frame::Video, format: PixelFormat) -> Option<VideoFrame> {
        pixels::view(&frame, format)?;
        Some(VideoFrame::new(Pixels::Counted { frame, format }))
    }

    fn new(pixels: Pixels) -> VideoFrame {
        VideoFrame { pixels, facts: Facts::default() }
    }

    pub(crate) fn describe(&mut self, facts: Facts) {
        self.facts = facts;
    }

    pub(crate) fn set_device(&mut self, device: Option<HwKind>) {
        self.facts.device = device;
    }

    /// The visible pixels, cropped as the bitstream says and not turned.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn view(&self) -> FrameView<'_> {
        match &self.pixels {
            Pixels::Counted { frame, format } => {
                pixels::view(frame, *format).expect("the planes were checked when the handle was made")
            }
            Pixels::Own(frame) => frame.view(),
        }
    }

    /// The visible pixels to write; `None` while somebody else can see them: the decoder, which keeps the pictures that it
    /// predicts from, or another handle.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn view_mut(&mut self) -> Option<FrameViewMut<'_>> {
        match &mut self.pixels {
            Pixels::Counted { frame, format } => pixels::view_mut(frame, *format),
            Pixels::Own(frame) => frame.get_mut().map(Frame::view_mut),
        }
    }

    /// Another handle on the same slot, which goes back when the last of them is dropped.
    ///
    /// # Errors
    /// [`Error::Temporary`] if FFmpeg's heap has no room for it.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap.
    pub fn share(&self) -> Result<VideoFrame, Error> {
        let pixels = match &self.pixels {
            Pixels::Counted { frame, format } => {
                let mut shared = ff::frame::Video::empty();
                sys::refer(frame, &mut shared).map_err(|error| Error::Temporary {
                    what: "a reference to a picture",
                    reason: error.to_string(),
                })?;
                Pixels::Counted { frame: shared, format: *format }
            }
            Pixels::Own(frame) => Pixels::Own(frame.clone()),
        };
        Ok(VideoFrame { pixels, facts: self.facts })
    }

    /// Makes `to` refer to the picture as `pixel`, for an encoder.
    pub(crate) fn refer(&self, pixel: ff::format::Pixel, to: &mut ff::frame::Video) -> Result<(), ff::Error> {
        match &self.pixels {
            Pixels::Counted { frame, .. } => sys::refer(frame, to)?,
            Pixels::Own(frame) => sys::lend(frame.clone(), to)?,
        }
        to.set_format(pixel);
        Ok(())
    }

    /// Presentation time in ticks of its stream's time base, if the file tells it.
    pub fn tick(&self) -> Option<i64> {
        self.facts.tick
    }

    /// How long it is shown, in ticks; 0 if the file does not tell. Where the frame rate varies, the next picture's time
    /// counts.
    pub fn duration(&self) -> i64 {
        self.facts.duration
    }

    /// What its numbers mean: the container's tags where there are any, else the bitstream's.
    pub fn color(&self) -> ColorDescription {
        self.facts.color
    }

    /// Width to height of a pixel: the container's where it gives one, else the bitstream's; (1, 1) is square, a 0 counts as
    /// square.
    pub fn pixel_aspect(&self) -> (u32, u32) {
        self.facts.pixel_aspect
    }

    /// Whether two fields of different times make up this picture, and which comes first. Nothing here takes them apart.
    pub fn field_order(&self) -> FieldOrder {
        self.facts.field_order
    }

    /// If it has two fields: whether the top one comes first.
    pub(crate) fn fields(&self) -> Option<bool> {
        match self.facts.field_order {
            FieldOrder::Progressive => None,
            order => Some(order == FieldOrder::TopFirst),
        }
    }

    /// The device that decoded it; `None` if it was decoded in software.
    pub fn device(&self) -> Option<HwKind> {
        self.facts.device
    }

    /// The decoder had to guess parts of it.
    pub fn is_damaged(&self) -> bool {
        self.facts.is_damaged
    }
}

/// What is known about a picture besides its pixels.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts {
    pub(crate) tick: Option<i64>,
    duration: i64,
    color: ColorDescription,
    pixel_aspect: (u32, u32),
    field_order: FieldOrder,
    pub(crate) is_damaged: bool,
    device: Option<HwKind>,
}

impl Facts {
    /// Reads them from a decoder's picture.
    pub(crate) fn of(frame: &ff::frame::Video, color: ColorDescription, container: (i32, i32)) -> Facts {
        let aspect = frame.aspect_ratio();
        Facts {
            tick: frame.pts().or(frame.timestamp()),
            duration: frame.packet().duration,
            color,
            pixel_aspect: streams::pixel_aspect(container, (aspect.numerator(), aspect.denominator())),
            field_order: match (frame.is_interlaced(), frame.is_top_first()) {
                (false, _) => FieldOrder::Progressive,
                (true, true) => FieldOrder::TopFirst,
                (true, false) => FieldOrder::BottomFirst,
            },
            is_damaged: frame.is_corrupt() || frame.has_decode_errors(),
            device: None,
        }
    }
}

impl From<Pooled<Frame>> for VideoFrame {
    fn from(frame: Pooled<Frame>) -> VideoFrame {
        let facts = Facts { color: frame.color(), ..Facts::default() };
        VideoFrame { pixels: Pixels::Own(frame.share()), facts }
    }
}

impl millpond_scene::Picture for VideoFrame {
    fn view(&self) -> FrameView<'_> {
        VideoFrame::view(self)
    }
}

impl fmt::Debug for VideoFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoFrame")
            .field("kind", &self.view().kind())
            .field("tick", &self.facts.tick)
            .finish_non_exhaustive()
    }
}

/// Where a decoded picture goes.
///
/// An `Option<VideoFrame>` receives the handle and nothing is copied; what it held before goes back to its pool. A
/// [`FrameViewMut`] or a [`Frame`] is memory of somebody else's: the pixels are copied into it once.
pub trait Destination: sealed::Sealed {}

impl Destination for Option<VideoFrame> {}
impl Destination for FrameViewMut<'_> {}
impl Destination for Frame {}

pub(crate) mod sealed {
    use super::*;

    pub trait Sealed {
        /// It keeps the handle.
        const KEEPS: bool = false;

        /// Takes the picture out of `waiting`, unless it does not fit; says whether its pixels were copied.
        fn put(&mut self, waiting: &mut Option<VideoFrame>) -> Result<bool, Error>;
    }

    impl Sealed for Option<VideoFrame> {
        const KEEPS: bool = true;

        fn put(&mut self, waiting: &mut Option<VideoFrame>) -> Result<bool, Error> {
            *self = waiting.take();
            Ok(false)
        }
    }

    impl Sealed for FrameViewMut<'_> {
        fn put(&mut self, waiting: &mut Option<VideoFrame>) -> Result<bool, Error> {
            if let Some(picture) = waiting {
                self.copy_from(&picture.view())?;
            }
            *waiting = None;
            Ok(true)
        }
    }

    impl Sealed for Frame {
        fn put(&mut self, waiting: &mut Option<VideoFrame>) -> Result<bool, Error> {
            let color = waiting.as_ref().map(VideoFrame::color);
            let copied = self.view_mut().put(waiting)?;
            self.set_color(color.unwrap_or_default());
            Ok(copied)
        }
    }
}
