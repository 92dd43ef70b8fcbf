//! A decoded picture on loan.
//!
//! A [`VideoFrame`] is a handle: its pixels lie in a slot of the decoder's pool, into which the codec wrote them. The
//! decoder may still predict from the same slot, so the pixels can be read and never written; compose onto another
//! frame. Handles may outlive decoder and pool and go to other threads; dropping one gives the slot back as soon as the
//! decoder is done with it too.

use crate::{Error, pixels, sys};
use ffmpeg_next as ff;
use millpond_core::pool::{Pooled, SharedPooled};
use millpond_core::video::{ColorDescription, Frame, FrameView, FrameViewMut, PixelFormat};
use std::fmt;

/// A decoded picture on loan from its decoder's pool, to read.
pub struct VideoFrame {
    pixels: Pixels,
    tick: Option<i64>,
    color: ColorDescription,
    is_interlaced: bool,
    is_damaged: bool,
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
        let color = ColorDescription::default();
        VideoFrame { pixels, tick: None, color, is_interlaced: false, is_damaged: false }
    }

    pub(crate) fn describe(&mut self, frame: Facts) {
        let Facts { tick, color, is_interlaced, is_damaged } = frame;
        (self.tick, self.color, self.is_interlaced, self.is_damaged) = (tick, color, is_interlaced, is_damaged);
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
        let VideoFrame { tick, color, is_interlaced, is_damaged, .. } = *self;
        Ok(VideoFrame { pixels, tick, color, is_interlaced, is_damaged })
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
        self.tick
    }

    /// What its numbers mean: the container's tags where there are any, else the bitstream's.
    pub fn color(&self) -> ColorDescription {
        self.color
    }

    /// Two fields of different times make up this picture.
    pub fn is_interlaced(&self) -> bool {
        self.is_interlaced
    }

    /// The decoder had to guess parts of it.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }
}

/// What is known about a picture besides its pixels.
pub(crate) struct Facts {
    pub(crate) tick: Option<i64>,
    pub(crate) color: ColorDescription,
    pub(crate) is_interlaced: bool,
    pub(crate) is_damaged: bool,
}

impl Facts {
    /// Reads them from a decoder's picture.
    pub(crate) fn of(frame: &ff::frame::Video, color: ColorDescription) -> Facts {
        Facts {
            tick: frame.pts().or(frame.timestamp()),
            color,
            is_interlaced: frame.is_interlaced(),
            is_damaged: frame.is_corrupt() || frame.has_decode_errors(),
        }
    }
}

impl From<Pooled<Frame>> for VideoFrame {
    fn from(frame: Pooled<Frame>) -> VideoFrame {
        let color = frame.color();
        VideoFrame { color, ..VideoFrame::new(Pixels::Own(frame.share())) }
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
            .field("tick", &self.tick)
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
        /// Takes the picture out of `waiting`, unless it does not fit; says whether its pixels were copied.
        fn put(&mut self, waiting: &mut Option<VideoFrame>) -> Result<bool, Error>;
    }

    impl Sealed for Option<VideoFrame> {
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
