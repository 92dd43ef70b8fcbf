//! The files of a scene: where they are, what kind they are, when they end.

use crate::{Access, Cancel, Clip, DecoderConfig, Error, Place, Sound};
use millpond_core::Rational;
use millpond_core::pool::Exhausted;
use millpond_scene::{Medium, Scene, Source, still};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes that tell a still from a clip.
const START: usize = 16;

/// For finding the end of a clip, which decodes one picture only.
const SCAN: DecoderConfig = DecoderConfig { held: 1, threads: 1, when_empty: Exhausted::Allocate, device: None };

/// One asset of a scene.
#[derive(Clone, Debug)]
pub(crate) enum Asset {
    /// A picture that the program pushes.
    Input,
    /// A PNG, JPEG or WebP file.
    Still(Place),
    /// Anything else: FFmpeg reads it.
    Clip(Place),
}

/// All assets, by index.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    list: Vec<Asset>,
    pub(crate) access: Access,
}

impl Assets {
    /// Finds every file of the scene, whose own file lies in `folder`.
    pub(crate) fn find(scene: &Scene, folder: &Path, access: &Access) -> Result<Assets, Error> {
        // The folder of a bare file name.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let find = |source: &Source| -> Result<Asset, Error> {
            match source {
                Source::Input { .. } => Ok(Asset::Input),
                Source::File { src } => {
                    let place = access.asset(folder, src)?;
                    Ok(if is_still(&place)? { Asset::Still(place) } else { Asset::Clip(place) })
                }
            }
        };
        let list = scene.assets.iter().map(|asset| find(&asset.source)).collect::<Result<_, _>>()?;
        Ok(Assets { list, access: access.clone() })
    }

    /// An asset by its index.
    pub(crate) fn get(&self, index: usize) -> Option<&Asset> {
        self.list.get(index)
    }

    /// The scene's duration; files are read through only if the scene does not say it.
    pub(crate) fn duration(&self, scene: &Scene, cancel: &Cancel) -> Result<Rational, Error> {
        scene.resolve_duration(|index, medium| {
            let Some(Asset::Clip(place)) = self.list.get(index) else { return Ok(None) };
            let end = match medium {
                Medium::Picture => Clip::open(place, &self.access, cancel, SCAN)?.scan_end()?,
                Medium::Sound => match Sound::open(place, &self.access, cancel) {
                    Ok(sound) => sound.scan_end()?,
                    Err(Error::NoStream { .. }) => return Ok(None),
                    Err(error) => return Err(error),
                },
            };
            Ok(Some(end))
        })
    }
}

fn is_still(place: &Place) -> Result<bool, Error> {
    let Some(path) = place.path() else { return Ok(false) };
    let missing = |error| Error::missing(&place.to_string(), error);
    let mut start = Vec::with_capacity(START);
    File::open(path).map_err(missing)?.take(START as u64).read_to_end(&mut start).map_err(missing)?;
    Ok(still::is_still(&start))
}
