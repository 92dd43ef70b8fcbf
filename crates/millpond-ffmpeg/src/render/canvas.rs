//! From a composed canvas frame to what a 4:2:0 encoder takes.
//!
//! An I420 canvas of even size is sent as it is. An RGBA canvas is converted to BT.709 limited; of an odd canvas the
//! last column or row of luma is repeated (its chroma planes are those of the even size already). Nothing allocates
//! after construction.

use crate::{Cancel, Error, SharedMonitor};
use millpond_core::pool::{PoolConfig, Pooled};
use millpond_core::video::{
    Color, Frame, FrameLayout, FramePool, FrameView, FrameViewMut, PixelFormat, convert::Converter,
};

/// The frames of a render.
pub(crate) struct Canvas {
    /// Canvas frames.
    composed: FramePool,
    /// From an RGBA canvas to I420.
    to_i420: Converter,
    /// I420 of the canvas's size, for an RGBA canvas of odd size.
    converted: Option<Frame>,
    /// I420 of even size, unless canvas frames are that.
    encoded: Option<FramePool>,
}

/// The layout of the pictures that the encoder gets for this canvas.
pub(crate) fn encoder_layout(canvas: &FrameLayout) -> Result<FrameLayout, Error> {
    let even = |side: u32| side.next_multiple_of(2);
    Ok(FrameLayout::aligned(PixelFormat::I420, even(canvas.width()), even(canvas.height()))?)
}

impl Canvas {
    /// Allocates all frames; `waiting` of them can be on their way to the encoder.
    pub(crate) fn new(canvas: FrameLayout, color: Color, waiting: usize) -> Result<Canvas, Error> {
        let layout = encoder_layout(&canvas)?;
        let is_direct = layout == canvas;
        let is_odd = (layout.width(), layout.height()) != (canvas.width(), canvas.height());
        let converted = if canvas.format() == PixelFormat::Rgba8 && is_odd {
            Some(Frame::new(FrameLayout::aligned(PixelFormat::I420, canvas.width(), canvas.height())?))
        } else {
            None
        };
        let encoded = (!is_direct && waiting > 0).then(|| FramePool::frames(layout, PoolConfig::fixed(waiting)));
        Ok(Canvas {
            composed: FramePool::frames(canvas, PoolConfig::fixed(if is_direct { waiting + 1 } else { 1 }))?,
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

    /// A frame to compose on; waits until one is free.
    pub(crate) fn acquire(&self, cancel: &Cancel) -> Result<Pooled<Frame>, Error> {
        Ok(self.composed.acquire_or_cancelled(cancel.abandoned())?)
    }

    /// What the encoder gets for a composed frame.
    pub(crate) fn finish(&mut self, composed: Pooled<Frame>, cancel: &Cancel) -> Result<Pooled<Frame>, Error> {
        let Some(pool) = &self.encoded else { return Ok(composed) };
        let mut encoded = pool.acquire_or_cancelled(cancel.abandoned())?;
        let view = composed.view();
        match (&mut self.converted, view.format()) {
            (Some(converted), _) => {
                self.to_i420.convert_into(&view, &mut converted.view_mut())?;
                repeat_edges(&converted.view(), &mut encoded.view_mut());
            }
            (None, PixelFormat::Rgba8) => self.to_i420.convert_into(&view, &mut encoded.view_mut())?,
            (None, _) => repeat_edges(&view, &mut encoded.view_mut()),
        }
        Ok(encoded)
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
