//! From a tensor to a picture of packed R'G'B'.

use super::kernel;
use super::pixels::Pixels;
use super::{Element, Linear, TensorLayout, TensorSpec};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::{FrameViewMut, PixelFormat};

/// The plan of tensors that become pictures of the same size.
#[derive(Debug)]
pub struct TensorToFrame {
    tensor: TensorSpec,
    format: PixelFormat,
    /// Per channel of the tensor where it goes in a pixel.
    at: [usize; 3],
    linear: [Linear; 3],
    /// A row of the tensor in f32, all channels.
    values: Vec<f32>,
    level: Level,
}

impl TensorToFrame {
    /// Plans and allocates. `format` is packed R'G'B'; alpha becomes 255.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for Y'CbCr (convert the picture then, see [`from_rgba`](crate::video::convert::from_rgba)),
    /// [`Error::BadSize`], [`Error::BadParameter`] as [`FrameToTensor::new`](super::FrameToTensor::new).
    pub fn new(tensor: TensorSpec, format: PixelFormat) -> Result<TensorToFrame, Error> {
        if !format.is_rgb() {
            return Err(Error::UnsupportedFormat { format });
        }
        tensor.check()?;
        Ok(TensorToFrame {
            tensor,
            format,
            at: tensor.channels_in_pixel(Pixels::blue_first(format)),
            linear: tensor.in_order(tensor.normalise.backward()),
            values: vec![0.0; 3 * tensor.width as usize],
            level: Level::best(),
        })
    }

    /// Uses this level from now on; results do not depend on it.
    pub fn with_level(mut self, level: Level) -> TensorToFrame {
        self.level = level;
        self
    }

    /// Fills a picture from a tensor of [`TensorSpec::output_len`] elements.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the picture has another format or size, [`Error::BufferTooSmall`] if `tensor` is too short.
    /// Nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn frame_into<T: Element>(&mut self, tensor: &[T], out: &mut FrameViewMut<'_>) -> Result<(), Error> {
        let TensorSpec { width, height, layout, .. } = self.tensor;
        let (expected, got) = (PictureKind { format: self.format, width, height }, out.as_view().kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        let (needed, got) = (self.tensor.output_len(), tensor.len());
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
        let (width, height) = (width as usize, height as usize);
        let pixel_bytes = self.format.sample_bytes(0);
        for y in 0..height {
            let row = out.plane_mut(0).row_mut(y);
            match layout {
                TensorLayout::Chw => {
                    for (channel, values) in self.values.chunks_exact_mut(width).enumerate() {
                        let start = (channel * height + y) * width;
                        T::widen(&tensor[start..start + width], values);
                    }
                }
                TensorLayout::Hwc => T::widen(&tensor[y * 3 * width..(y + 1) * 3 * width], &mut self.values),
            }
            let step = if layout == TensorLayout::Chw { (width, 1) } else { (1, 3) };
            kernel::pixels(self.level, &self.values, step, self.linear, self.at, pixel_bytes, row);
        }
        Ok(())
    }
}
