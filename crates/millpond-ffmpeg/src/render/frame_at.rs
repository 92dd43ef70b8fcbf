//! One frame of a scene, without rendering those before it.

use super::assets::Assets;
use super::feed::Feed;
use super::{RenderOptions, Run};
use crate::{Error, VideoFrame};
use millpond_core::Rational;
use millpond_core::video::{Frame, FrameLayout, PixelFormat, convert::Converter};
use millpond_scene::{Scene, Stage, seconds};

/// The frame that shows at `time` (seconds), as RGBA without padding. Clips are read from a key frame at or before their
/// time. `options.output` is not used. Allocates.
///
/// # Errors
/// [`Error::TimeOutside`] if the scene has no frame then, and those of opening and decoding.
pub fn frame_at(scene: &Scene, options: &RenderOptions, time: Rational) -> Result<Frame, Error> {
    let assets = Assets::find(scene, &options.folder, &options.access)?;
    let duration = assets.duration(scene, &options.cancel)?;
    let index = (time * scene.canvas.frame_rate).floor().to_integer();
    let index = u64::try_from(index).ok().filter(|index| *index < scene.frame_count(duration));
    let index = index.ok_or_else(|| Error::TimeOutside {
        time: seconds(time).to_string(),
        duration: seconds(duration).to_string(),
    })?;
    let mut stage: Stage<VideoFrame> = Stage::new(scene.clone())?;
    let layout = stage.canvas_layout()?;
    let mut canvas = Frame::new(layout);
    let run = Run::new(options, duration);
    std::thread::scope(|scope| {
        let mut feed = Feed::start(scope, scene, &assets, options, &run)?;
        feed.prepare(&mut stage, index)?;
        stage.compose(index, &mut canvas.view_mut())?;
        Ok::<(), Error>(())
    })?;
    let mut shown = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, layout.width(), layout.height())?);
    let color = stage.canvas_color();
    Converter::new((layout.format(), color), (PixelFormat::Rgba8, color))?
        .convert_into(&canvas.view(), &mut shown.view_mut())?;
    Ok(shown)
}
