//! The frames that a render composes on, and from a composed one to what a 4:2:0 encoder takes.
//!
//! Canvas frames take turns, and each is brought up to date from what it last showed. A frame that is a decoded picture
//! need not be composed: see [`Stage::ground`].
//!
//! An I420 canvas of even size is sent as it is. An RGBA canvas is converted to BT.709 limited; of an odd canvas the
//! last column or row of luma is repeated (its chroma planes are those of the even size already). Nothing allocates
//! after construction.

use super::timing::Clock;
use crate::{Cancel, Error, SharedMonitor, VideoFrame};
use millpond_core::pool::{PoolConfig, Pooled};
use millpond_core::video::composite::Contents;
use millpond_core::video::{Frame, FrameLayout, FramePool, FrameView, FrameViewMut, PixelFormat, convert::Converter};
use millpond_scene::Stage;

/// The frames of a render.
pub(crate) struct Canvas {
    /// Canvas frames.
    composed: FramePool,
    /// What each of them shows, by the address of its bytes.
    contents: Vec<(Option<usize>, Contents)>,
    /// From an RGBA canvas to I420.
    to_i420: Converter,
    /// I420 of the canvas's size, for an RGBA canvas of odd size.
    converted: Option<Frame>,
    /// I420 of even size, unless canvas frames are that.
    encoded: Option<FramePool>,
}

/// How the composing stage waits for a frame.
pub(crate) struct Wait<'a> {
    pub(crate) cancel: &'a Cancel,
    pub(crate) clock: &'a Clock,
}

impl Wait<'_> {
    fn for_frame(&self, pool: &FramePool) -> Result<Pooled<Frame>, Error> {
        Ok(self.clock.output(|| pool.acquire_or_cancelled(self.cancel.abandoned()))?)
    }
}

/// The layout of the pictures that the encoder gets for this canvas.
pub(crate) fn encoder_layout(canvas: &FrameLayout) -> Result<FrameLayout, Error> {
    let even = |side: u32| side.next_multiple_of(2);
    Ok(FrameLayout::aligned(PixelFormat::I420, even(canvas.width()), even(canvas.height()))?)
}

impl Canvas {
    /// Makes room for all frames; `waiting` of them can be on their way to the encoder.
    pub(crate) fn new(stage: &Stage<VideoFrame>, waiting: usize) -> Result<Canvas, Error> {
        let (canvas, color) = (stage.canvas_layout()?, stage.canvas_color());
        let layout = encoder_layout(&canvas)?;
        let is_direct = layout == canvas;
        let is_odd = (layout.width(), layout.height()) != (canvas.width(), canvas.height());
        let converted = if canvas.format() == PixelFormat::Rgba8 && is_odd {
            Some(Frame::new(FrameLayout::aligned(PixelFormat::I420, canvas.width(), canvas.height())?))
        } else {
            None
        };
        let encoded = (!is_direct && waiting > 0).then(|| FramePool::frames(layout, PoolConfig::fixed(waiting)));
        let count = if is_direct { waiting + 1 } else { 1 };
        Ok(Canvas {
            composed: FramePool::frames(canvas, PoolConfig::fixed(count))?,
            contents: (0..count).map(|_| (None, stage.contents())).collect(),
            to_i420: Converter::new((canvas.format(), color), (PixelFormat::I420, color))?,
            converted,
            encoded: encoded.transpose()?,
        })
    }

    /// Has its pools watched.
    pub(crate) fn watch(&self, monitor: &SharedMonitor) {
        monitor.watch("canvas", &self.composed);
        if let Some(encoded) = &self.encoded {
            monitor.watch("pictures for the encoder", encoded);
        }
    }

    /// Frame `n` of a stage that needs nothing more: the picture that it is without being composed, or a canvas frame.
    ///
    /// What lies on the picture is drawn onto it if nobody else can see it, and onto a copy otherwise.
    pub(crate) fn frame(
        &mut self,
        stage: &mut Stage<VideoFrame>,
        n: u64,
        wait: &Wait<'_>,
    ) -> Result<VideoFrame, Error> {
        let ground = match stage.ground(n)? {
            Some(ground) if !ground.is_covered => return ground.picture.share(),
            ground => ground.filter(|ground| ground.is_last).map(|ground| ground.layer),
        };
        let Some(layer) = ground else {
            let (mut frame, contents) = self.acquire(wait)?;
            stage.update(n, &mut frame.view_mut(), contents)?;
            return Ok(frame.into());
        };
        let mut picture = stage.take(layer)?;
        if let Some(mut pixels) = picture.view_mut() {
            stage.draw_above(layer, &mut pixels)?;
            return Ok(picture);
        }
        let (mut frame, contents) = self.acquire(wait)?;
        contents.clear();
        frame.view_mut().copy_from(&picture.view())?;
        drop(picture);
        stage.draw_above(layer, &mut frame.view_mut())?;
        Ok(frame.into())
    }

    /// A frame to compose on, once one is free, and what it shows.
    fn acquire(&mut self, wait: &Wait<'_>) -> Result<(Pooled<Frame>, &mut Contents), Error> {
        let frame = wait.for_frame(&self.composed)?;
        let address = frame.bytes().as_ptr() as usize;
        let known = self.contents.iter().position(|(of, _)| of.is_none_or(|of| of == address));
        // There are as many as the pool has frames, which never move.
        let (of, contents) = &mut self.contents[known.unwrap_or(0)];
        if *of != Some(address) {
            contents.clear();
            *of = Some(address);
        }
        Ok((frame, contents))
    }

    /// What the encoder gets for a composed frame.
    pub(crate) fn finish(&mut self, composed: VideoFrame, wait: &Wait<'_>) -> Result<VideoFrame, Error> {
        let Some(pool) = &self.encoded else { return Ok(composed) };
        let mut encoded = wait.for_frame(pool)?;
        let view = composed.view();
        match (&mut self.converted, view.format()) {
            (Some(converted), _) => {
                self.to_i420.convert_into(&view, &mut converted.view_mut())?;
                repeat_edges(&converted.view(), &mut encoded.view_mut());
            }
            (None, PixelFormat::Rgba8) => self.to_i420.convert_into(&view, &mut encoded.view_mut())?,
            (None, _) => repeat_edges(&view, &mut encoded.view_mut()),
        }
        Ok(encoded.into())
    }
}

/// Copies an I420 picture to one whose sides are those rounded up to even, repeating the last column and row.
fn repeat_edges(from: &FrameView<'_>, to: &mut FrameViewMut<'_>) {
    for index in 0..PixelFormat::I420.planes() {
        let plane = from.plane(index);
        let out = to.plane_mut(index);
        for y in 0..out.rows() {
            let row = plane.row(y.min(plane.rows() - 1));
            let out = out.row_mut(y);
            out[..row.len()].copy_from_slice(row);
            out[row.len()..].fill(row[row.len() - 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_and_row_are_repeated() {
        let layout = FrameLayout::packed(PixelFormat::I420, 3, 1).unwrap();
        let odd = FrameView::new(&layout, &[1, 2, 3, 10, 11, 20, 21]).unwrap();
        let mut even = Frame::new(encoder_layout(&layout).unwrap());
        repeat_edges(&odd, &mut even.view_mut());
        let rows: Vec<u8> = even.view().rows().flatten().copied().collect();
        assert_eq!(rows, [1, 2, 3, 3, 1, 2, 3, 3, 10, 11, 20, 21]);
    }
}
