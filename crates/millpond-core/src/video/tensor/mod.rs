//! Pictures as tensors, and tensors as pictures: what models eat and give.
//!
//! ```text
//! to a tensor     x = v·scale + offset                                    in f32, product and sum rounded
//! to a picture    v = ⌊min(max(x·scale' + offset', 0), 255) + 1/2⌋        the same; not a number becomes 0
//! ```
//!
//! `scale` and `offset` are those of [`Normalise`], computed in f64 and rounded to f32 once. Elements are f32, or
//! [`half::f16`] rounded from that f32 to nearest, ties to even. [`FrameToTensor`] crops, resamples and converts colours on
//! the way, row by row: there is no picture in between. Constructors allocate, runs do not.

mod element;
mod frame_to_tensor;
mod kernel;
mod pixels;
mod tensor_to_frame;

pub use element::Element;
pub use frame_to_tensor::{FrameToTensor, FrameToTensorSpec};
pub use tensor_to_frame::TensorToFrame;

use super::resize::check_size;
use crate::Error;

/// The order of the axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TensorLayout {
    /// `[3, height, width]`: a plane for each channel. What PyTorch and ONNX models have.
    #[default]
    Chw,
    /// `[height, width, 3]`: interleaved channels. What TensorFlow models have.
    Hwc,
}

/// The order of the channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChannelOrder {
    /// Red, green, blue.
    #[default]
    Rgb,
    /// Blue, green, red, as models trained on OpenCV's pictures have it.
    Bgr,
}

/// What the codes 0 to 255 become.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Normalise {
    /// v / 255: 0 to 1.
    #[default]
    ZeroToOne,
    /// v / 127.5 − 1.
    MinusOneToOne,
    /// (v / 255 − mean) / std, for red, green and blue, whatever the order of the channels. ImageNet's are
    /// `[0.485, 0.456, 0.406]` and `[0.229, 0.224, 0.225]`.
    MeanStd {
        /// Of red, green, blue.
        mean: [f32; 3],
        /// Of red, green, blue; not zero.
        std: [f32; 3],
    },
}

/// Factor and summand of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Linear {
    pub(crate) scale: f32,
    pub(crate) offset: f32,
}

impl Normalise {
    /// Of red, green and blue, to a tensor.
    fn forward(&self) -> [Linear; 3] {
        self.mean_std().map(|(mean, std)| Linear { scale: (1.0 / (255.0 * std)) as f32, offset: (-mean / std) as f32 })
    }

    /// Of red, green and blue, back to codes.
    fn backward(&self) -> [Linear; 3] {
        self.mean_std().map(|(mean, std)| Linear { scale: (255.0 * std) as f32, offset: (255.0 * mean) as f32 })
    }

    fn mean_std(&self) -> [(f64, f64); 3] {
        match *self {
            Normalise::ZeroToOne => [(0.0, 1.0); 3],
            Normalise::MinusOneToOne => [(0.5, 0.5); 3],
            Normalise::MeanStd { mean, std } => [0, 1, 2].map(|of| (f64::from(mean[of]), f64::from(std[of]))),
        }
    }
}

/// The shape of a tensor of three channels and what its numbers mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorSpec {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The order of the axes.
    pub layout: TensorLayout,
    /// The order of the channels.
    pub order: ChannelOrder,
    /// What the codes of a picture become.
    pub normalise: Normalise,
}

impl TensorSpec {
    /// `[3, height, width]`, red first, 0 to 1.
    pub fn new(width: u32, height: u32) -> TensorSpec {
        TensorSpec {
            width,
            height,
            layout: TensorLayout::default(),
            order: ChannelOrder::default(),
            normalise: Normalise::default(),
        }
    }

    /// Elements of a tensor: `3 · height · width`.
    pub fn output_len(&self) -> usize {
        (self.width as usize).saturating_mul(self.height as usize).saturating_mul(3)
    }

    /// Tensor `index` of a batch: of `[n, 3, height, width]` or `[n, height, width, 3]` in one slice.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if the batch ends before this tensor does.
    pub fn slot<'a, T>(&self, batch: &'a mut [T], index: usize) -> Result<&'a mut [T], Error> {
        let len = self.output_len();
        let needed = len.saturating_mul(index.saturating_add(1));
        let got = batch.len();
        batch.get_mut(needed - len.min(needed)..needed).ok_or(Error::BufferTooSmall { needed, got })
    }

    fn check(&self) -> Result<(), Error> {
        check_size((self.width, self.height))?;
        if let Normalise::MeanStd { mean, std } = self.normalise {
            for (name, values) in [("mean", mean), ("std", std)] {
                for value in values {
                    let usable = value.is_finite() && (name == "mean" || value.abs() > 1e-6);
                    if !usable {
                        let expected = "a number, and a standard deviation over 0.000001";
                        return Err(Error::BadParameter { name, value: value.into(), expected });
                    }
                }
            }
        }
        // Elements must be countable on a 32-bit target.
        let bytes = self.output_len().checked_mul(size_of::<f32>()).filter(|&bytes| bytes <= isize::MAX as usize);
        bytes.map(|_| ()).ok_or(Error::BadSize { width: self.width, height: self.height, max: super::MAX_SIDE })
    }

    /// Where in a pixel the tensor's channels are, for pixels that begin with red or with blue.
    fn channels_in_pixel(&self, blue_first: bool) -> [usize; 3] {
        if (self.order == ChannelOrder::Bgr) == blue_first { [0, 1, 2] } else { [2, 1, 0] }
    }

    /// Values of red, green, blue in the order of the tensor's channels.
    fn in_order<T: Copy>(&self, [red, green, blue]: [T; 3]) -> [T; 3] {
        match self.order {
            ChannelOrder::Rgb => [red, green, blue],
            ChannelOrder::Bgr => [blue, green, red],
        }
    }
}
