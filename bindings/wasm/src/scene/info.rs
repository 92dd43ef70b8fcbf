//! What a scene file says, figure by figure, and how long the scene is. Read once, when a scene is made.

use super::Scene;
use crate::errors;
use millpond_scene::{Medium, Rational, SceneError, Source, seconds};
use wasm_bindgen::prelude::*;

/// Ends of an asset's media, as far as TypeScript has told them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ends {
    /// The outer `None`: not told yet; the inner: has no such medium, or never ends.
    picture: Option<Option<Rational>>,
    sound: Option<Option<Rational>>,
}

impl Ends {
    fn of(&mut self, medium: Medium) -> &mut Option<Option<Rational>> {
        match medium {
            Medium::Picture => &mut self.picture,
            Medium::Sound => &mut self.sound,
        }
    }
}

/// Why the duration cannot be told.
enum Untold {
    Wanted(usize, Medium),
    Refused(SceneError),
}

impl Untold {
    fn thrown(self) -> JsValue {
        match self {
            Untold::Wanted(..) => errors::scene(SceneError::NoDuration),
            Untold::Refused(error) => errors::scene(error),
        }
    }
}

impl From<SceneError> for Untold {
    fn from(error: SceneError) -> Untold {
        Untold::Refused(error)
    }
}

impl Scene {
    fn resolved(&self) -> Result<Rational, Untold> {
        self.stage.scene().resolve_duration(|asset, medium| {
            let mut ends = self.ends.get(asset).copied().unwrap_or_default();
            ends.of(medium).ok_or(Untold::Wanted(asset, medium))
        })
    }
}

#[wasm_bindgen]
impl Scene {
    /// The end that must be told next before the duration is known: asset × 2, + 1 for its sound; -1 if none.
    #[wasm_bindgen(js_name = wantedEnd)]
    pub fn wanted_end(&self) -> i32 {
        match self.resolved() {
            Err(Untold::Wanted(asset, medium)) => asset as i32 * 2 + i32::from(medium == Medium::Sound),
            _ => -1,
        }
    }

    /// Tells an end that [`Scene::wanted_end`] asked for, in ticks; NaN if the asset has no such medium or no end.
    #[wasm_bindgen(js_name = setEnd)]
    pub fn set_end(&mut self, wanted: u32, tick: f64, time_scale: f64) {
        let medium = if wanted % 2 == 1 { Medium::Sound } else { Medium::Picture };
        let known = !tick.is_nan() && time_scale >= 1.0;
        let end = known.then(|| Rational::new(tick as i64 as i128, time_scale as u32 as i128));
        if let Some(ends) = self.ends.get_mut(wanted as usize / 2) {
            *ends.of(medium) = Some(end);
        }
    }

    /// The scene's duration in seconds.
    ///
    /// # Errors
    /// `E_NO_DURATION` if nothing ends or an end was not told.
    pub fn duration(&self) -> Result<f64, JsValue> {
        self.resolved().map(seconds).map_err(Untold::thrown)
    }

    /// The number of canvas frames.
    ///
    /// # Errors
    /// As [`Scene::duration`].
    #[wasm_bindgen(js_name = frameCount)]
    pub fn frame_count(&self) -> Result<f64, JsValue> {
        let duration = self.resolved().map_err(Untold::thrown)?;
        Ok(self.stage.scene().frame_count(duration) as f64)
    }

    /// 0 width, 1 height of the canvas, 2 numerator, 3 denominator of its rate, 4 number of assets, 5 of layers, 6 of
    /// sounds.
    pub fn figure(&self, figure: u32) -> f64 {
        let scene = self.stage.scene();
        let canvas = &scene.canvas;
        match figure {
            0 => f64::from(canvas.width),
            1 => f64::from(canvas.height),
            2 => *canvas.frame_rate.numer() as f64,
            3 => *canvas.frame_rate.denom() as f64,
            4 => scene.assets.len() as f64,
            5 => scene.layers.len() as f64,
            6 => scene.audio.len() as f64,
            _ => f64::NAN,
        }
    }

    /// Name of the canvas's pixel format.
    #[wasm_bindgen(js_name = canvasFormat)]
    pub fn canvas_format(&self) -> String {
        self.canvas.layout().format().name().to_owned()
    }

    /// Name of an asset.
    #[wasm_bindgen(js_name = assetName)]
    pub fn asset_name(&self, asset: u32) -> Option<String> {
        Some(self.stage.scene().assets.get(asset as usize)?.name.clone())
    }

    /// Path of an asset's file, relative to the scene file; none for a pushed picture.
    #[wasm_bindgen(js_name = assetSrc)]
    pub fn asset_src(&self, asset: u32) -> Option<String> {
        match &self.stage.scene().assets.get(asset as usize)?.source {
            Source::File { src } => Some(src.clone()),
            Source::Input { .. } => None,
        }
    }

    /// Size and format of a pushed picture: 0 width, 1 height, 2 index of its pixel format; NaN for a file.
    #[wasm_bindgen(js_name = assetInput)]
    pub fn asset_input(&self, asset: u32, figure: u32) -> f64 {
        let source = self.stage.scene().assets.get(asset as usize).map(|asset| &asset.source);
        let Some(Source::Input { width, height, format }) = source else { return f64::NAN };
        match figure {
            0 => f64::from(*width),
            1 => f64::from(*height),
            _ => millpond_core::video::PixelFormat::ALL
                .iter()
                .position(|known| known == format)
                .map_or(f64::NAN, |at| at as f64),
        }
    }

    /// Index of the asset that a layer shows.
    #[wasm_bindgen(js_name = layerAsset)]
    pub fn layer_asset(&self, layer: u32) -> Option<u32> {
        Some(self.stage.scene().layers.get(layer as usize)?.asset as u32)
    }

    /// Index of the asset whose sound is played.
    #[wasm_bindgen(js_name = soundAsset)]
    pub fn sound_asset(&self, sound: u32) -> Option<u32> {
        Some(self.stage.scene().audio.get(sound as usize)?.asset as u32)
    }
}
