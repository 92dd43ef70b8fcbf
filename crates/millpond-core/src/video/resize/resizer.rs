//! Resampling whole pictures of eight bits into pictures of the same format.

use super::crop::{Sampling, check_size};
use super::{Axis, Crop, Filter, PlaneResize, RgbaResize, Samples};
use crate::Error;
use crate::error::PictureKind;
use crate::simd::Level;
use crate::video::{ChromaSiting, FrameView, FrameViewMut, PixelFormat};

/// What the fourth channel of [`PixelFormat::Rgba8`] and [`PixelFormat::Bgra8`] means for the other three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Alpha {
    /// Straight alpha: colours are weighted by it, so that transparent pixels do not bleed. Filters that overshoot make
    /// colours coarse where alpha is below 16 of 255.
    #[default]
    Straight,
    /// Colours are multiplied by alpha already. Channels are resampled alone; a colour that overshoots its alpha is cut to it.
    Premultiplied,
    /// Not alpha, or always 255: channels are resampled alone. The fastest.
    Ignored,
}

/// What a [`Resizer`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResizeSpec {
    /// Format of both pictures: one of eight bits.
    pub format: PixelFormat,
    /// Width and height of the source.
    pub source: (u32, u32),
    /// Width and height of the target.
    pub target: (u32, u32),
    /// The part of the source that fills the target.
    pub crop: Crop,
    /// How samples are weighted.
    pub filter: Filter,
    /// For RGBA and BGRA.
    pub alpha: Alpha,
    /// Where the chroma samples of both pictures sit. Planes are resampled each on its own grid.
    pub siting: ChromaSiting,
}

impl ResizeSpec {
    /// The whole picture by [`Filter::BilinearAntialiased`], straight alpha, chroma sited left.
    pub fn new(format: PixelFormat, source: (u32, u32), target: (u32, u32)) -> ResizeSpec {
        ResizeSpec {
            format,
            source,
            target,
            crop: Crop::whole(source.0, source.1),
            filter: Filter::default(),
            alpha: Alpha::default(),
            siting: ChromaSiting::default(),
        }
    }
}

/// The plan of a resampling: weights and scratch, made once.
///
/// ```
/// use millpond_core::video::resize::{ResizeSpec, Resizer};
/// use millpond_core::video::{Frame, FrameLayout, PixelFormat};
///
/// let from = Frame::new(FrameLayout::aligned(PixelFormat::Nv12, 1920, 1080)?);
/// let mut to = Frame::new(FrameLayout::aligned(PixelFormat::Nv12, 640, 360)?);
/// let mut resizer = Resizer::new(ResizeSpec::new(PixelFormat::Nv12, (1920, 1080), (640, 360)))?;
/// resizer.resize_into(&from.view(), &mut to.view_mut())?;
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Resizer {
    spec: ResizeSpec,
    planes: Planes,
}

#[derive(Debug)]
enum Planes {
    /// Every plane by itself, its samples interleaved or not.
    Each(Vec<PlaneResize>),
    Straight(Box<RgbaResize>),
}

impl Resizer {
    /// Plans and allocates.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`] for ten bits, [`Error::BadSize`] if a side is 0 or over
    /// [`MAX_SIDE`](crate::video::MAX_SIDE), [`Error::BadParameter`] for a crop that is empty, not within the source, or has
    /// a denominator over 1,000,000,000.
    pub fn new(spec: ResizeSpec) -> Result<Resizer, Error> {
        let ResizeSpec { format, source, target, crop, filter, alpha, siting } = spec;
        if format.is_ten_bit() {
            return Err(Error::UnsupportedFormat { format });
        }
        check_size(source)?;
        check_size(target)?;
        crop.check(source.0, source.1)?;
        let sampling = Sampling { source, target, crop, filter, siting };
        let axes = |plane: usize| -> [Axis; 2] { sampling.axes(format.plane_shift(plane), format.plane_shift(plane)) };
        let planes = if format.is_rgb() && format.has_alpha() && alpha == Alpha::Straight {
            let [x, y] = axes(0);
            // Channels stay where they are, so BGRA is done as RGBA.
            Planes::Straight(Box::new(RgbaResize::new(x, y, PixelFormat::Rgba8, filter)))
        } else {
            let plan = |plane: usize| {
                let [x, y] = axes(plane);
                PlaneResize::new(x, y, format.sample_bytes(plane), filter)
            };
            Planes::Each((0..format.planes()).map(plan).collect())
        };
        Ok(Resizer { spec, planes })
    }

    /// Uses this level from now on; results do not depend on it.
    pub fn with_level(mut self, level: Level) -> Resizer {
        self.planes = match self.planes {
            Planes::Each(planes) => Planes::Each(planes.into_iter().map(|plane| plane.with_level(level)).collect()),
            Planes::Straight(plan) => Planes::Straight(Box::new(plan.with_level(level))),
        };
        self
    }

    /// What it was planned for.
    pub fn spec(&self) -> &ResizeSpec {
        &self.spec
    }

    /// Resamples `source` into `out`. A target of the crop's size at whole pixels is a copy.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if format or size of either is not what was planned; nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn resize_into(&mut self, source: &FrameView<'_>, out: &mut FrameViewMut<'_>) -> Result<(), Error> {
        let ResizeSpec { format, alpha, filter, .. } = self.spec;
        let kind = |(width, height)| PictureKind { format, width, height };
        for (expected, got) in [(kind(self.spec.source), source.kind()), (kind(self.spec.target), out.as_view().kind())]
        {
            if expected != got {
                return Err(Error::Mismatch { expected, got });
            }
        }
        match &mut self.planes {
            Planes::Straight(plan) => {
                plan.start();
                for y in 0..out.plane_mut(0).rows() {
                    plan.row(y, source.plane(0), out.plane_mut(0).row_mut(y));
                }
            }
            Planes::Each(planes) => {
                let cut = format.is_rgb() && format.has_alpha() && alpha == Alpha::Premultiplied && filter.overshoots();
                for (index, plan) in planes.iter_mut().enumerate() {
                    plan.start();
                    let plane = out.plane_mut(index);
                    for y in 0..plane.rows() {
                        plan.row(y, Samples::Eight(source.plane(index)), plane.row_mut(y));
                        if cut {
                            cut_to_alpha(plane.row_mut(y));
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn cut_to_alpha(row: &mut [u8]) {
    for [red, green, blue, alpha] in row.as_chunks_mut::<4>().0 {
        for colour in [red, green, blue] {
            *colour = (*colour).min(*alpha);
        }
    }
}
