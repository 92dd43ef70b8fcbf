//! Answering what a stage needs: opening files, handing over pictures, closing clips.

use super::assets::{Asset, Assets};
use super::input::{self, InputFeed};
use super::reader::{self, FromClip, Reader, Readers};
use super::{RenderOptions, Run};
use crate::{Error, Place, VideoFrame};
use millpond_core::{Rational, memory};
use millpond_scene::{Need, Scene, Source, Stage};
use std::thread::Scope;

/// Feeds one stage.
pub(crate) struct Feed<'scope, 'env> {
    assets: &'env Assets,
    readers: Readers<'scope, 'env>,
    /// By layer.
    clips: Vec<Option<Reader>>,
    /// By asset.
    inputs: Vec<Option<InputFeed>>,
}

impl<'scope, 'env> Feed<'scope, 'env> {
    /// Starts the threads that read clips and opens the files of input assets. Allocates.
    pub(crate) fn start(
        scope: &'scope Scope<'scope, 'env>,
        scene: &Scene,
        assets: &'env Assets,
        options: &RenderOptions,
        run: &'env Run,
    ) -> Result<Self, Error> {
        let pushed = scene.assets.iter().filter(|asset| matches!(asset.source, Source::Input { .. })).count();
        let clips = reader::most_open(scene, |asset| matches!(assets.get(asset), Some(Asset::Clip(_))));
        let mut readers = Readers::start(scope, assets, clips + pushed, run)?;
        let inputs = input::open_all(scene, &options.inputs, &mut readers)?;
        let clips = scene.layers.iter().map(|_| None).collect();
        Ok(Feed { assets, readers, clips, inputs })
    }

    /// Gives the stage everything that frame `n` needs.
    ///
    /// # Realtime
    /// Does not allocate, but for opening a file, which counts as opening.
    pub(crate) fn prepare(&mut self, stage: &mut Stage<VideoFrame>, n: u64) -> Result<(), Error> {
        loop {
            match stage.need(n) {
                Need::Nothing => return Ok(()),
                Need::Open { layer } => memory::opening(|| self.open(stage, layer, n))?,
                Need::Picture { layer } => self.advance(stage, layer)?,
                Need::Seek { layer } => {
                    self.close(layer);
                    memory::opening(|| self.open(stage, layer, n))?;
                }
                Need::Input { asset } => {
                    let t = stage.scene().frame_time(n);
                    let feed = self.inputs.get_mut(asset).and_then(Option::as_mut);
                    if let Some(picture) = feed.map(|feed| feed.next(n, t)).transpose()?.flatten() {
                        stage.push_input(asset, picture)?;
                    }
                }
                Need::Close { layer } => self.close(layer),
            }
        }
    }

    fn open(&mut self, stage: &mut Stage<VideoFrame>, layer: usize, n: u64) -> Result<(), Error> {
        let asset = stage.scene().layers.get(layer).and_then(|layer| self.assets.get(layer.asset));
        match asset {
            Some(Asset::Still(place)) => {
                let path = place.path().unwrap_or_else(|| std::path::Path::new(""));
                let encoded = std::fs::read(path).map_err(|error| Error::missing(&place.to_string(), error))?;
                stage.open_still(layer, &encoded).map_err(|error| named(place, error))
            }
            Some(Asset::Clip(place)) => {
                let from = stage.asset_time(layer, n).unwrap_or(Rational::from_integer(0));
                let reader = self.readers.open(place, from)?;
                let opened = match reader.receive() {
                    FromClip::Opened(info) => stage.open_clip(layer, info).map_err(|error| named(place, error)),
                    FromClip::Failed(error) => Err(error),
                    FromClip::Picture(_) | FromClip::End(_) => Err(Error::broken(place, "it yields no picture")),
                };
                if let Some(clip) = self.clips.get_mut(layer) {
                    *clip = Some(reader);
                }
                opened
            }
            // The stage asks for inputs otherwise.
            Some(Asset::Input) | None => Ok(()),
        }
    }

    fn close(&mut self, layer: usize) {
        if let Some(reader) = self.clips.get_mut(layer).and_then(Option::take) {
            self.readers.close(reader);
        }
    }

    fn advance(&mut self, stage: &mut Stage<VideoFrame>, layer: usize) -> Result<(), Error> {
        let Some(reader) = self.clips.get(layer).and_then(Option::as_ref) else { return Err(Error::Cancelled) };
        match reader.receive() {
            FromClip::Picture(picture) => stage.push_picture(layer, picture.tick, picture.frame)?,
            FromClip::End(tick) => stage.end_clip(layer, tick)?,
            FromClip::Failed(error) => return Err(error),
            FromClip::Opened(_) => {}
        }
        Ok(())
    }
}

fn named(place: &Place, error: millpond_scene::SceneError) -> Error {
    Error::Asset { place: place.to_string(), error }
}
