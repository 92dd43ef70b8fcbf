//! What a scene file says, checked and resolved: names became indices, decimals exact fractions, opacity a byte.
//!
//! The comments on fields are the descriptions of the JSON Schema.

use crate::{ColorTags, Rational, SceneError};
use millpond_core::video::PixelFormat;
use millpond_core::video::blend::Mode;
use millpond_core::video::resize::Filter;
#[cfg(feature = "schema")]
use {super::schema::form, schemars::JsonSchema};

/// A scene: a canvas, assets, layers drawn in order, sounds.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Scene {
    /// Version of the format: 1.
    #[cfg_attr(feature = "schema", schemars(with = "u32", extend("const" = 1)))]
    pub version: u32,
    /// What the layers are drawn on.
    pub canvas: Canvas,
    /// Files and pushed pictures, by name.
    #[cfg_attr(feature = "schema", schemars(with = "form::Assets"))]
    pub assets: Vec<Asset>,
    /// Layers, the first at the bottom.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Layer>>"))]
    pub layers: Vec<Layer>,
    /// Sounds, mixed in this order.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Sound>>"))]
    pub audio: Vec<Sound>,
    /// Length in seconds; without it, the longest end of any layer or sound that has one.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::PositiveTime>"))]
    pub duration: Option<Rational>,
}

/// Size, rate, background and pixel format of the composed frames.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Canvas {
    /// Width in pixels; may be odd.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 32768)))]
    pub width: u32,
    /// Height in pixels; may be odd.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 32768)))]
    pub height: u32,
    /// Frames per second, as a number or a fraction such as "30000/1001"; at most 1000.
    #[cfg_attr(feature = "schema", schemars(with = "form::PositiveTime"))]
    pub frame_rate: Rational,
    /// Colour behind the layers, "#rrggbb"; black if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Rgb>"))]
    pub background: [u8; 3],
    /// Pixel format of the canvas: "i420" (BT.709 limited, the default) or "rgba".
    #[cfg_attr(feature = "schema", schemars(with = "Option<CanvasFormat>"))]
    pub format: CanvasFormat,
}

/// Pixel format of the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename_all = "lowercase"))]
pub enum CanvasFormat {
    /// Planar Y'CbCr 4:2:0, BT.709 limited: what encoders take.
    #[default]
    I420,
    /// Opaque R'G'B'.
    Rgba,
}

/// Something that layers and sounds show and play.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Its name in the file.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// Colour tags that override those of the file.
    pub color: ColorTags,
}

/// Where an asset comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A clip, a sound or a still.
    File {
        /// Path relative to the scene file, with `/` between folders.
        src: String,
    },
    /// A picture that the program pushes frame by frame.
    Input {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// `Rgba8`, `Bgra8`, `I420` or `Nv12`; Y'CbCr is BT.709 limited unless the asset's `color` says otherwise.
        format: PixelFormat,
    },
}

/// A picture on the canvas.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Layer {
    /// Name of the asset that it shows.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub asset: usize,
    /// Where it goes, [x, y, width, height] in canvas pixels; the whole canvas if absent. It may lie outside.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::RectArray>"))]
    pub rect: Option<Rect>,
    /// The part of the upright, square-pixel picture that is shown, [x, y, width, height]; all of it if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::CropArray>"))]
    pub crop: Option<Crop>,
    /// How the picture fits the rectangle; "contain" if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Fit>"))]
    pub fit: Fit,
    /// 0 (not seen) to 1 (the default); quantised once to 0 to 255, rounded half up.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Unit>"))]
    pub opacity: u8,
    /// How its colours and those below make a colour; "normal" if absent. The formulas are CSS's, on coded R'G'B'.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::BlendMode>"))]
    pub blend: Mode,
    /// What is cut out of it; nothing if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Mask>"))]
    pub mask: Option<Mask>,
    /// How samples are weighted where it is scaled; "bilinear-antialiased" if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::FilterName>"))]
    pub filter: Filter,
    /// Scene time in seconds from which it is seen; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub start: Rational,
    /// Scene time in seconds from which it is no longer seen.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub end: Option<Rational>,
    /// Time in the asset, in seconds, that shows at `start`; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub offset: Rational,
    /// How fast the asset plays, 1/100 to 100, as a number or a fraction of numbers up to 10,000; 1 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::PositiveTime>"))]
    pub speed: Rational,
    /// What shows when the asset is over; "hide" if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<After>"))]
    pub after: After,
    /// Rectangles and opacities over time, in place of `rect` and `opacity`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Keyframe>>"))]
    pub keyframes: Vec<Keyframe>,
}

/// Where a layer is and how opaque, at one time; before the first keyframe that says it as there, after the last as there.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Keyframe {
    /// Seconds after the layer's start.
    #[cfg_attr(feature = "schema", schemars(with = "form::Time"))]
    pub at: Rational,
    /// The layer's rectangle, [x, y, width, height].
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::RectArray>"))]
    pub rect: Option<Rect>,
    /// The layer's opacity, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Unit>"))]
    pub opacity: Option<u8>,
    /// The way from here to the next keyframe; "linear" if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Ease>"))]
    pub ease: Ease,
}

/// How a value goes from one keyframe to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename_all = "kebab-case"))]
pub enum Ease {
    /// Evenly.
    #[default]
    Linear,
    /// Slowly at first: p².
    EaseIn,
    /// Slowly at last: 1 − (1 − p)².
    EaseOut,
    /// Slowly at both ends: 3p² − 2p³.
    EaseInOut,
    /// Not at all until the next keyframe.
    Hold,
}

/// A shape as large as the picture on the canvas; what lies outside is not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Mask {
    /// The shape.
    pub shape: MaskShape,
    /// Pixels over which it fades at its edge; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Feather>"))]
    pub feather: u32,
}

/// The shape of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename_all = "lowercase"))]
pub enum MaskShape {
    /// The whole rectangle: only the feather shows.
    Rectangle,
    /// The ellipse that touches all four sides.
    Ellipse,
}

/// A rectangle of canvas pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

/// A rectangle of the upright, square-pixel picture, in fractions of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Left edge.
    pub x: Rational,
    /// Upper edge.
    pub y: Rational,
    /// Width, more than 0.
    pub width: Rational,
    /// Height, more than 0.
    pub height: Rational,
}

/// How a picture fits its rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Fit {
    /// Whole, in its own shape, centred.
    #[default]
    Contain,
    /// Filling the rectangle in its own shape, the overhang cut off on both sides.
    Cover,
    /// Filling the rectangle, its shape changed.
    Stretch,
}

/// What shows when a clip is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename_all = "lowercase"))]
pub enum After {
    /// Nothing.
    #[default]
    Hide,
    /// Its last picture.
    Hold,
    /// The asset again, from the layer's `offset`.
    Loop,
}

/// A sound in the mix.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Sound {
    /// Name of the asset whose sound is played.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub asset: usize,
    /// Gain in dB, -120 to 60; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Decibels>"))]
    pub gain_db: f64,
    /// Scene time in seconds at which it begins; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub start: Rational,
    /// Scene time in seconds at which it stops.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub end: Option<Rational>,
    /// Time in the asset, in seconds, that is heard at `start`; 0 if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<form::Time>"))]
    pub offset: Rational,
}

/// Which medium of an asset a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Its pictures.
    Picture,
    /// Its sound.
    Sound,
}

impl Scene {
    /// Time of canvas frame `n` in seconds.
    pub fn frame_time(&self, n: u64) -> Rational {
        Rational::from_integer(i128::from(n)) / self.canvas.frame_rate
    }

    /// Number of canvas frames whose time is below `duration`.
    pub fn frame_count(&self, duration: Rational) -> u64 {
        (duration * self.canvas.frame_rate).ceil().to_integer().max(0) as u64
    }

    /// The scene's duration: its own, else the longest end of any layer or sound that has one. A layer or sound ends at
    /// its `end`, else where its asset does; `asset_end` tells the end of an asset's pictures or sound in asset time, and
    /// `None` for a still, a pushed picture or an asset without that medium. It is only asked where it matters.
    ///
    /// # Errors
    /// [`SceneError::NoDuration`] if nothing ends; those of `asset_end`.
    pub fn resolve_duration<E: From<SceneError>>(
        &self,
        mut asset_end: impl FnMut(usize, Medium) -> Result<Option<Rational>, E>,
    ) -> Result<Rational, E> {
        if let Some(duration) = self.duration {
            return Ok(duration);
        }
        let mut longest: Option<Rational> = None;
        for layer in &self.layers {
            let end = match layer.end {
                Some(end) => Some(end),
                None if layer.after != After::Hide => None,
                None => {
                    asset_end(layer.asset, Medium::Picture)?.map(|end| (end - layer.offset) / layer.speed + layer.start)
                }
            };
            longest = longest.max(end);
        }
        for sound in &self.audio {
            let end = match sound.end {
                Some(end) => Some(end),
                None => asset_end(sound.asset, Medium::Sound)?.map(|end| end - sound.offset + sound.start),
            };
            longest = longest.max(end);
        }
        longest.filter(|&end| end > Rational::from_integer(0)).ok_or_else(|| SceneError::NoDuration.into())
    }
}
