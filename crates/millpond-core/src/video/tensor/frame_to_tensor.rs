//! From a picture of any format to a tensor, in one pass over the rows.

use super::kernel;
use super::pixels::Pixels;
use super::{Element, Linear, TensorLayout, TensorSpec};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::resize::{Crop, Filter, Sampling, check_size};
use crate::video::{ChromaSiting, Color, FrameView, PixelFormat};

/// What a [`FrameToTensor`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameToTensorSpec {
    /// The picture's format: any. Alpha is not looked at.
    pub format: PixelFormat,
    /// Width and height of the picture.
    pub source: (u32, u32),
    /// Matrix and range of a Y'CbCr picture.
    pub color: Color,
    /// Where chroma samples sit.
    pub siting: ChromaSiting,
    /// The part of the picture that fills the tensor.
    pub crop: Crop,
    /// How samples are weighted. Planes are resampled before colours are converted.
    pub filter: Filter,
    /// The tensor.
    pub tensor: TensorSpec,
}

impl FrameToTensorSpec {
    /// The whole picture, BT.709 limited and chroma sited left if it is Y'CbCr, by [`Filter::BilinearAntialiased`].
    pub fn new(format: PixelFormat, source: (u32, u32), tensor: TensorSpec) -> FrameToTensorSpec {
        FrameToTensorSpec {
            format,
            source,
            color: Color::default(),
            siting: ChromaSiting::default(),
            crop: Crop::whole(source.0, source.1),
            filter: Filter::default(),
            tensor,
        }
    }
}

/// The plan of pictures that become tensors: crop, resampling, colours, normalisation.
///
/// ```
/// use millpond_core::video::tensor::{FrameToTensor, FrameToTensorSpec, TensorSpec};
/// use millpond_core::video::{Frame, FrameLayout, PixelFormat};
///
/// // Four decoded pictures as a batch of [4, 3, 320, 320].
/// let frame = Frame::new(FrameLayout::aligned(PixelFormat::I420, 1280, 720)?);
/// let tensor = TensorSpec::new(320, 320);
/// let mut plan = FrameToTensor::new(FrameToTensorSpec::new(PixelFormat::I420, (1280, 720), tensor))?;
/// let mut batch = vec![0.0f32; 4 * tensor.output_len()];
/// for index in 0..4 {
///     plan.tensor_into(&frame.view(), tensor.slot(&mut batch, index)?)?;
/// }
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FrameToTensor {
    spec: FrameToTensorSpec,
    pixels: Pixels,
    /// In the order of the tensor's channels.
    channels: [Channel; 3],
    /// A row of the tensor in f32, all channels; for elements that are not.
    values: Vec<f32>,
    level: Level,
}

/// Where a channel is in a pixel, and what its codes become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    pub(super) at: usize,
    pub(super) linear: Linear,
}

impl FrameToTensor {
    /// Plans and allocates.
    ///
    /// # Errors
    /// [`Error::BadSize`] if a side is 0 or over [`MAX_SIDE`](crate::video::MAX_SIDE); [`Error::BadParameter`] for a crop that
    /// is empty, not within the picture, or has a denominator over 1,000,000,000, and for a mean or standard deviation that
    /// cannot be computed with.
    pub fn new(spec: FrameToTensorSpec) -> Result<FrameToTensor, Error> {
        let FrameToTensorSpec { format, source, color, siting, crop, filter, tensor } = spec;
        check_size(source)?;
        tensor.check()?;
        crop.check(source.0, source.1)?;
        let sampling = Sampling { source, target: (tensor.width, tensor.height), crop, filter, siting };
        let at = tensor.channels_in_pixel(Pixels::blue_first(format));
        let linear = tensor.in_order(tensor.normalise.forward());
        Ok(FrameToTensor {
            spec,
            pixels: Pixels::new(format, color, &sampling),
            channels: [0, 1, 2].map(|channel| Channel { at: at[channel], linear: linear[channel] }),
            values: vec![0.0; 3 * tensor.width as usize],
            level: Level::best(),
        })
    }

    /// Uses this level from now on; results do not depend on it.
    pub fn with_level(mut self, level: Level) -> FrameToTensor {
        self.level = level;
        self.pixels = self.pixels.with_level(level);
        self
    }

    /// What it was planned for.
    pub fn spec(&self) -> &FrameToTensorSpec {
        &self.spec
    }

    /// Fills a tensor of [`TensorSpec::output_len`] elements; what is longer keeps its end. For a batch see
    /// [`TensorSpec::slot`].
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the picture is not of the planned format and size, [`Error::BufferTooSmall`] if `out` is
    /// shorter than the tensor. Nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn tensor_into<T: Element>(&mut self, picture: &FrameView<'_>, out: &mut [T]) -> Result<(), Error> {
        let FrameToTensorSpec { format, source: (width, height), tensor, .. } = self.spec;
        let (expected, got) = (PictureKind { format, width, height }, picture.kind());
        if expected != got {
            return Err(Error::Mismatch { expected, got });
        }
        let (needed, got) = (tensor.output_len(), out.len());
        if got < needed {
            return Err(Error::BufferTooSmall { needed, got });
        }
        let width = tensor.width as usize;
        let count = width * tensor.height as usize;
        self.pixels.start();
        for y in 0..tensor.height as usize {
            let row = self.pixels.row(y, picture);
            let pixel_bytes = row.len() / width;
            match tensor.layout {
                TensorLayout::Chw => {
                    for (channel, values) in self.channels.iter().zip(self.values.chunks_exact_mut(width)) {
                        kernel::plane(self.level, row, pixel_bytes, *channel, values);
                    }
                    for (channel, values) in self.values.chunks_exact(width).enumerate() {
                        let start = channel * count + y * width;
                        T::round(values, &mut out[start..start + width]);
                    }
                }
                TensorLayout::Hwc => {
                    kernel::interleaved(self.level, row, pixel_bytes, self.channels, &mut self.values);
                    T::round(&self.values, &mut out[y * 3 * width..(y + 1) * 3 * width]);
                }
            }
        }
        Ok(())
    }
}
