//! Pictures for a scene's input assets: a file of raw frames, or a clip.
//!
//! Raw frames have the asset's size and format and no gaps; frame k is for canvas frame k, and the last one stays. A
//! clip shows the picture whose time has come on the canvas, the first one before that, and its last one stays; if the
//! asset wants RGBA, pictures in Y'CbCr are converted. Feeding does not allocate.

use super::reader::{FromClip, Reader, Readers};
use crate::{ClipPicture, Error, Place, VideoFrame};
use millpond_core::Rational;
use millpond_core::pool::{PoolConfig, Pooled};
use millpond_core::video::{Color, Frame, FrameLayout, FramePool, PixelFormat, convert::Converter};
use millpond_scene::{ClipInfo, ColorTags, Scene, Source, resolve_color};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Pictures that can be out at once: the one that is being filled and the one on the stage.
const OUT: usize = 2;

/// What feeds an input asset.
pub(crate) enum InputFeed {
    /// A file of raw frames.
    Raw(RawFrames),
    /// A clip.
    Clip(Box<ClipFrames>),
}

impl InputFeed {
    /// Opens what the caller gave for an asset. It is a clip if FFmpeg finds pictures in it, raw frames otherwise.
    pub(crate) fn open(
        path: &Path,
        declared: (PixelFormat, u32, u32),
        color: ColorTags,
        readers: &mut Readers<'_, '_>,
    ) -> Result<InputFeed, Error> {
        let place = Place::file(path)?;
        let (format, width, height) = declared;
        let layout = FrameLayout::packed(format, width, height)?;
        let reader = readers.open(&place, Rational::from_integer(0))?;
        match reader.receive() {
            FromClip::Opened(info) => {
                Ok(InputFeed::Clip(Box::new(ClipFrames::new(reader, &info, layout, color, place, readers)?)))
            }
            FromClip::Failed(Error::Cancelled) => Err(Error::Cancelled),
            FromClip::Failed(error @ Error::MediaMissing { .. }) => Err(error),
            FromClip::Failed(reason) => {
                readers.close(reader);
                RawFrames::open(path, place, layout, &reason, readers).map(InputFeed::Raw)
            }
            FromClip::Picture(_) | FromClip::End(_) => Err(Error::broken(&place, "it yields no picture")),
        }
    }

    /// The picture that comes with canvas frame `n` at time `t`, if a new one does.
    pub(crate) fn next(&mut self, n: u64, t: Rational) -> Result<Option<VideoFrame>, Error> {
        match self {
            InputFeed::Raw(raw) => Ok(raw.next(n)?.map(VideoFrame::from)),
            InputFeed::Clip(clip) => clip.next(t),
        }
    }
}

/// A file of raw frames.
pub(crate) struct RawFrames {
    file: File,
    place: Place,
    size: u64,
    /// Frames in the file; `None` for a pipe.
    count: Option<u64>,
    /// The frame that would be read next.
    position: u64,
    is_over: bool,
    pool: FramePool,
}

impl RawFrames {
    fn open(
        path: &Path,
        place: Place,
        layout: FrameLayout,
        not_a_clip: &Error,
        readers: &Readers<'_, '_>,
    ) -> Result<RawFrames, Error> {
        let missing = |error| Error::missing(&place.to_string(), error);
        let file = File::open(path).map_err(missing)?;
        let metadata = file.metadata().map_err(missing)?;
        let size = layout.size() as u64;
        let count = metadata.is_file().then(|| metadata.len() / size);
        if metadata.is_file() && (metadata.len() == 0 || metadata.len() % size != 0) {
            return Err(Error::InputMismatch {
                place: place.to_string(),
                expected: format!("{} {}x{}, {size} bytes each", layout.format(), layout.width(), layout.height()),
                got: format!("{} bytes, and not a clip: {not_a_clip}", metadata.len()),
            });
        }
        let pool = FramePool::frames(layout, PoolConfig::fixed(OUT))?;
        if let Some(monitor) = &readers.run.monitor {
            monitor.watch(&place.to_string(), &pool);
        }
        Ok(RawFrames { file, place, size, count, position: 0, is_over: false, pool })
    }

    fn next(&mut self, n: u64) -> Result<Option<Pooled<Frame>>, Error> {
        let wanted = self.count.map_or(n, |count| n.min(count.saturating_sub(1)));
        if self.is_over || wanted < self.position {
            return Ok(None);
        }
        let missing = |place: &Place, error: io::Error| Error::missing(&place.to_string(), error);
        if self.count.is_some() && wanted != self.position {
            let offset = SeekFrom::Start(wanted.saturating_mul(self.size));
            self.file.seek(offset).map_err(|error| missing(&self.place, error))?;
            self.position = wanted;
        }
        let mut frame = self.pool.try_acquire()?;
        while self.position <= wanted {
            match self.file.read_exact(frame.bytes_mut()) {
                Ok(()) => self.position += 1,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.is_over = true;
                    return Ok(None);
                }
                Err(error) => return Err(missing(&self.place, error)),
            }
        }
        Ok(Some(frame))
    }
}

/// A clip that is pushed by canvas time.
pub(crate) struct ClipFrames {
    reader: Reader,
    time_scale: Rational,
    layout: FrameLayout,
    color: Color,
    place: Place,
    /// RGBA frames, if the clip's pictures have another format.
    pool: FramePool,
    /// Read, but its time has not come.
    waiting: Option<ClipPicture>,
    has_begun: bool,
    is_over: bool,
}

impl ClipFrames {
    fn new(
        reader: Reader,
        info: &ClipInfo,
        layout: FrameLayout,
        color: ColorTags,
        place: Place,
        readers: &Readers<'_, '_>,
    ) -> Result<ClipFrames, Error> {
        let color = resolve_color(color, info.container, info.bitstream)
            .map_err(|error| Error::Asset { place: place.to_string(), error })?;
        let pool = FramePool::frames(layout, PoolConfig::fixed(OUT))?;
        if let Some(monitor) = &readers.run.monitor {
            monitor.watch(&format!("{place}, converted"), &pool);
        }
        Ok(ClipFrames {
            reader,
            time_scale: info.time_scale,
            layout,
            color,
            place,
            pool,
            waiting: None,
            has_begun: false,
            is_over: false,
        })
    }

    fn next(&mut self, t: Rational) -> Result<Option<VideoFrame>, Error> {
        let tick = (t * self.time_scale).floor().to_integer();
        let mut shown = None;
        loop {
            if self.waiting.is_none() && !self.is_over {
                match self.reader.receive() {
                    FromClip::Picture(picture) => self.waiting = Some(picture),
                    FromClip::End(_) | FromClip::Opened(_) => self.is_over = true,
                    FromClip::Failed(error) => return Err(error),
                }
            }
            let has_come =
                self.waiting.as_ref().is_some_and(|picture| i128::from(picture.tick) <= tick || !self.has_begun);
            if !has_come {
                break;
            }
            self.has_begun = true;
            shown = self.waiting.take();
        }
        shown.map(|picture| self.fitted(picture.frame)).transpose()
    }

    /// The picture in the asset's format.
    fn fitted(&self, picture: VideoFrame) -> Result<VideoFrame, Error> {
        let (view, wanted) = (picture.view(), &self.layout);
        let same_size = (view.width(), view.height()) == (wanted.width(), wanted.height());
        if same_size && view.format() == wanted.format() {
            return Ok(picture);
        }
        if !same_size || wanted.format() != PixelFormat::Rgba8 {
            return Err(Error::InputMismatch {
                place: self.place.to_string(),
                expected: format!("{} {}x{}", wanted.format(), wanted.width(), wanted.height()),
                got: view.kind().to_string(),
            });
        }
        let mut converted = self.pool.try_acquire()?;
        let to_rgba = Converter::new((view.format(), self.color), (PixelFormat::Rgba8, self.color))?;
        to_rgba.convert_into(&view, &mut converted.view_mut())?;
        Ok(VideoFrame::from(converted))
    }
}

/// The feeds of a scene's input assets, by asset.
pub(crate) fn open_all(
    scene: &Scene,
    given: &[(String, PathBuf)],
    readers: &mut Readers<'_, '_>,
) -> Result<Vec<Option<InputFeed>>, Error> {
    let is_input = |name: &str| {
        scene.assets.iter().any(|asset| asset.name == name && matches!(asset.source, Source::Input { .. }))
    };
    if let Some((name, _)) = given.iter().find(|(name, _)| !is_input(name)) {
        return Err(Error::InputUnknown { name: name.clone() });
    }
    let mut feeds = Vec::with_capacity(scene.assets.len());
    for asset in &scene.assets {
        feeds.push(match asset.source {
            Source::File { .. } => None,
            Source::Input { width, height, format } => {
                let path = given.iter().rev().find(|(name, _)| *name == asset.name).map(|(_, path)| path);
                let path = path.ok_or_else(|| Error::InputMissing { name: asset.name.clone() })?;
                Some(InputFeed::open(path, (format, width, height), asset.color, readers)?)
            }
        });
    }
    Ok(feeds)
}
