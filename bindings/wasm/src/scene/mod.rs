//! `Scene`: the stage of `millpond-scene`, fed by TypeScript by number and address.
//!
//! Feeds are numbered: layer *i* is feed *i*, asset *j* (for pushed pictures) is feed *layers + j*, what is converted of
//! it *layers + assets + j*. A picture comes in
//! two steps, because copying it is asynchronous: [`Scene::begin_picture`] gives the address of a slot, and once it is
//! filled [`Scene::push_picture`] or [`Scene::push_input`] hands the slot to the stage.

mod feed;
mod info;

use crate::errors;
use crate::frame_pool::layout_figure;
use crate::lending::stats_figure;
use feed::Feed;
use millpond_core::pool::Pooled;
use millpond_core::video::composite::Contents;
use millpond_core::video::convert::Converter;
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_scene::{
    ClipInfo, ColorTags, Need, Rational, SceneError, Sound, Source, Stage, bitstream_tags, frame_hash, resolve_color,
    seconds, still,
};
use wasm_bindgen::prelude::*;

/// A scene, its canvas and the pools of its pictures.
#[wasm_bindgen]
pub struct Scene {
    stage: Stage<Pooled<Frame>>,
    canvas: Frame,
    /// What is on the canvas: only what differs from it is drawn.
    contents: Contents,
    /// The canvas as the page shows it, without row padding.
    shown: Frame,
    feeds: Vec<Feed>,
    /// Ends of the assets in seconds, as far as TypeScript has told them.
    ends: Vec<info::Ends>,
    need: Need,
    hash: [u8; 32],
    pictures: u64,
}

#[wasm_bindgen]
impl Scene {
    /// Reads a scene and allocates its canvas and the pools of pushed pictures. Pools will have `initial_frames` pictures.
    ///
    /// # Errors
    /// The code of the first thing that is wrong in the file; the message has them all. `E_BAD_PARAMETER` for fewer
    /// pictures than 3, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str, initial_frames: u32) -> Result<Scene, JsValue> {
        if !(feed::LEAST_SLOTS..=1024).contains(&initial_frames) {
            let expected = "3 to 1024 pictures";
            let (name, value) = ("initialFrames", initial_frames.into());
            return Err(errors::core(millpond_core::Error::BadParameter { name, value, expected }));
        }
        let scene = read(json)?;
        let (layers, assets) = (scene.layers.len(), scene.assets.len());
        let mut feeds: Vec<Feed> = (0..layers + 2 * assets).map(|_| Feed::new(initial_frames)).collect();
        for (asset, feed) in scene.assets.iter().zip(&mut feeds[layers..]) {
            if let Source::Input { width, height, format } = asset.source {
                feed.ready(format, width, height)?;
            }
        }
        let stage = Stage::new(scene).map_err(errors::scene)?;
        let layout = stage.canvas_layout().map_err(errors::scene)?;
        let packed = FrameLayout::packed(PixelFormat::Rgba8, layout.width(), layout.height()).map_err(errors::core)?;
        crate::memory::reserve((layout.size() + packed.size()) as u64)?;
        Ok(Scene {
            contents: stage.contents(),
            stage,
            canvas: Frame::new(layout),
            shown: Frame::new(packed),
            feeds,
            ends: vec![info::Ends::default(); assets],
            need: Need::Nothing,
            hash: [0; 32],
            pictures: 0,
        })
    }

    /// Whether a file that starts with these bytes is a still picture.
    #[wasm_bindgen(js_name = isStill)]
    pub fn is_still(start: &[u8]) -> bool {
        still::is_still(start)
    }

    /// Shows another scene of the same canvas, assets and layers' assets from now on.
    ///
    /// # Errors
    /// `E_SCENE_CHANGED`, and those of [`Scene::new`]; nothing changes then.
    pub fn update(&mut self, json: &str) -> Result<(), JsValue> {
        self.stage.set_scene(read(json)?).map_err(errors::scene)
    }

    /// What frame `n` still needs: 0 nothing, 1 open, 2 picture, 3 input, 4 seek, 5 close. [`Scene::need_index`] says of what.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn need(&mut self, n: u32) -> u32 {
        self.need = self.stage.need(u64::from(n));
        match self.need {
            Need::Nothing => 0,
            Need::Open { .. } => 1,
            Need::Picture { .. } => 2,
            Need::Input { .. } => 3,
            Need::Seek { .. } => 4,
            Need::Close { layer } => {
                if let Some(feed) = self.feeds.get_mut(layer) {
                    feed.close();
                }
                5
            }
        }
    }

    /// The layer, or for an input the asset, of the last [`Scene::need`].
    #[wasm_bindgen(js_name = needIndex)]
    pub fn need_index(&self) -> u32 {
        match self.need {
            Need::Nothing => 0,
            Need::Open { layer } | Need::Picture { layer } | Need::Seek { layer } | Need::Close { layer } => {
                layer as u32
            }
            Need::Input { asset } => asset as u32,
        }
    }

    /// Gives an encoded still to a layer.
    ///
    /// # Errors
    /// `E_BAD_STILL`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
    #[wasm_bindgen(js_name = openStill)]
    pub fn open_still(&mut self, layer: u32, encoded: &[u8]) -> Result<(), JsValue> {
        self.stage.open_still(layer as usize, encoded).map_err(errors::scene)
    }

    /// Says what is known about a layer's clip. `matrix` is MatrixCoefficients of H.273 (2 is unspecified), `range` is 0
    /// unspecified, 1 limited, 2 full, both of the container or of whoever looked; `codec` and `description` are those
    /// of WebCodecs, from which the bitstream's own tags are read. Those count after the container's.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_COLOR`, `E_BAD_TIME_SCALE`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
    #[wasm_bindgen(js_name = openClip)]
    #[allow(clippy::too_many_arguments, reason = "an object would cost a conversion on both sides")]
    pub fn open_clip(
        &mut self,
        layer: u32,
        time_scale: u32,
        turns: u32,
        aspect_width: u32,
        aspect_height: u32,
        matrix: u32,
        range: u32,
        codec: &str,
        description: &[u8],
    ) -> Result<(), JsValue> {
        let container = ClipInfo {
            turns: (turns % 4) as u8,
            pixel_aspect: (aspect_width, aspect_height),
            container: color_tags(matrix, range),
            ..ClipInfo::new(Rational::from_integer(time_scale.into()))
        };
        let info = container.with_bitstream(bitstream_tags(codec, description));
        self.stage.open_clip(layer as usize, info).map_err(errors::scene)
    }

    /// Makes a slot of a feed ready for a picture and returns its address; `format` is an index of the pixel formats.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_OUT_OF_MEMORY`, `E_NO_SUCH`.
    ///
    /// # Realtime
    /// Does not allocate unless the feed has not seen this kind of picture before, and then as opening.
    #[wasm_bindgen(js_name = beginPicture)]
    pub fn begin_picture(&mut self, feed: u32, format: u32, width: u32, height: u32) -> Result<u32, JsValue> {
        let format = format_at(format)?;
        self.feed(feed)?.begin(format, width, height)
    }

    /// Makes the pool of a feed for pictures of this kind.
    ///
    /// # Errors
    /// Those of [`Scene::begin_picture`].
    #[wasm_bindgen(js_name = readyFeed)]
    pub fn ready_feed(&mut self, feed: u32, format: u32, width: u32, height: u32) -> Result<(), JsValue> {
        let format = format_at(format)?;
        self.feed(feed)?.ready(format, width, height)
    }

    /// One figure of the layout of a feed's pictures.
    #[wasm_bindgen(js_name = feedLayout)]
    pub fn feed_layout(&self, feed: u32, plane: u32, figure: u32) -> u32 {
        let layout = self.feeds.get(feed as usize).and_then(Feed::layout);
        layout.map_or(0, |layout| layout_figure(layout, plane, figure))
    }

    /// One figure of the statistics of a feed's pool.
    #[wasm_bindgen(js_name = feedStats)]
    pub fn feed_stats(&self, feed: u32, figure: u32) -> f64 {
        self.feeds.get(feed as usize).map_or(0.0, |feed| stats_figure(&feed.stats(), figure))
    }

    /// Hands the filled slot of a layer to the stage, as the picture with this tick.
    ///
    /// # Errors
    /// `E_NOT_READY` if no slot was begun, `E_NOT_NEEDED`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
    ///
    /// # Realtime
    /// Does not allocate.
    #[wasm_bindgen(js_name = pushPicture)]
    pub fn push_picture(&mut self, layer: u32, tick: f64) -> Result<(), JsValue> {
        let picture = self.feed(layer)?.take()?;
        self.pictures += 1;
        self.stage.push_picture(layer as usize, tick as i64, picture).map_err(errors::scene)
    }

    /// Hands the filled slot of a pushed asset to the stage. If the asset takes RGBA and the picture is Y'CbCr of its
    /// size, it is converted; `matrix` and `range` are those of [`Scene::open_clip`].
    ///
    /// # Errors
    /// `E_NOT_READY` if no slot was begun, `E_WRONG_INPUT`, `E_UNSUPPORTED_COLOR`, `E_NO_SUCH`.
    ///
    /// # Realtime
    /// Does not allocate, but for the pool of converted pictures, which counts as opening.
    #[wasm_bindgen(js_name = pushInput)]
    pub fn push_input(&mut self, asset: u32, matrix: u32, range: u32) -> Result<(), JsValue> {
        let (layers, assets) = (self.stage.scene().layers.len() as u32, self.stage.scene().assets.len() as u32);
        let feed = asset.saturating_add(layers);
        let picture = self.feed(feed)?.take()?;
        let (view, scene) = (picture.view(), self.stage.scene());
        let declared = scene.assets.get(asset as usize);
        let is_rgba = |source: &Source| {
            matches!(*source, Source::Input { width, height, format: PixelFormat::Rgba8 }
                if (width, height) == (view.width(), view.height()))
        };
        let picture = match declared.filter(|asset| is_rgba(&asset.source) && !view.format().is_rgb()) {
            None => picture,
            Some(asset) => {
                let color = resolve_color(asset.color, color_tags(matrix, range), ColorTags::default());
                let color = color.map_err(errors::scene)?;
                // Converted pictures have feeds of their own, behind the others.
                let converted = self.feed(feed + assets)?;
                converted.begin(PixelFormat::Rgba8, view.width(), view.height())?;
                let mut rgba = converted.take()?;
                Converter::new((view.format(), color), (PixelFormat::Rgba8, color))
                    .and_then(|to_rgba| to_rgba.convert_into(&view, &mut rgba.view_mut()))
                    .map_err(errors::core)?;
                rgba
            }
        };
        self.stage.push_input(asset as usize, picture).map_err(errors::scene)
    }

    /// Says that a clip has no more pictures, and its end in ticks.
    ///
    /// # Errors
    /// `E_NO_SUCH`, `E_WRONG_SOURCE`.
    #[wasm_bindgen(js_name = endClip)]
    pub fn end_clip(&mut self, layer: u32, end_tick: f64) -> Result<(), JsValue> {
        self.stage.end_clip(layer as usize, end_tick as i64).map_err(errors::scene)
    }

    /// Forgets the pictures of all clips.
    pub fn seek(&mut self) {
        self.stage.seek();
    }

    /// Time in a layer's asset at canvas frame `n`, in seconds; NaN while the layer is not visible.
    #[wasm_bindgen(js_name = assetTime)]
    pub fn asset_time(&self, layer: u32, n: u32) -> f64 {
        self.stage.asset_time(layer as usize, u64::from(n)).map_or(f64::NAN, seconds)
    }

    /// Composes frame `n` on the canvas, writing only what it does not show yet.
    ///
    /// # Errors
    /// `E_NOT_READY` if something is still needed.
    ///
    /// # Realtime
    /// Does not allocate, but for planning a layer that is new, which counts as opening.
    pub fn compose(&mut self, n: u32) -> Result<(), JsValue> {
        self.stage.update(u64::from(n), &mut self.canvas.view_mut(), &mut self.contents).map_err(errors::scene)
    }

    /// Address of the canvas.
    pub fn canvas(&self) -> u32 {
        self.canvas.bytes().as_ptr() as usize as u32
    }

    /// One figure of the layout of the canvas.
    #[wasm_bindgen(js_name = canvasLayout)]
    pub fn canvas_layout(&self, plane: u32, figure: u32) -> u32 {
        layout_figure(self.canvas.layout(), plane, figure)
    }

    /// Converts the canvas for showing and returns the address of width × height × 4 bytes.
    ///
    /// # Errors
    /// None on a scene that could be made.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn show(&mut self) -> Result<u32, JsValue> {
        let color = self.stage.canvas_color();
        let canvas = self.canvas.view();
        Converter::new((canvas.format(), color), (PixelFormat::Rgba8, color))
            .and_then(|to_rgba| to_rgba.convert_into(&canvas, &mut self.shown.view_mut()))
            .map_err(errors::core)?;
        Ok(self.shown.bytes().as_ptr() as usize as u32)
    }

    /// Hashes the canvas and returns the address of the 32 bytes.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn hash(&mut self) -> u32 {
        self.hash = frame_hash(&self.canvas.view());
        self.hash.as_ptr() as usize as u32
    }

    /// Pictures of clips that were handed to the stage.
    #[wasm_bindgen(getter)]
    pub fn pictures(&self) -> f64 {
        self.pictures as f64
    }
}

impl Scene {
    pub(crate) fn sounds(&self) -> &[Sound] {
        &self.stage.scene().audio
    }

    fn feed(&mut self, index: u32) -> Result<&mut Feed, JsValue> {
        let count = self.feeds.len();
        let no_such = SceneError::NoSuch { what: "layer or asset", index: index as usize, count };
        self.feeds.get_mut(index as usize).ok_or_else(|| errors::scene(no_such))
    }
}

// Once in the module: the reader is large.
#[inline(never)]
fn read(json: &str) -> Result<millpond_scene::Scene, JsValue> {
    millpond_scene::Scene::from_json(json).map_err(|error| errors::thrown(error.code(), &error))
}

fn format_at(index: u32) -> Result<PixelFormat, JsValue> {
    let found = PixelFormat::ALL.get(index as usize).copied();
    found.ok_or_else(|| errors::words("E_UNSUPPORTED_FORMAT", "format", "unknown", "a pixel format"))
}

/// Tags by number: MatrixCoefficients of H.273; 0 no range, 1 limited, 2 full.
fn color_tags(matrix: u32, range: u32) -> ColorTags {
    let range = match range {
        0 => None,
        range => Some(range == 2),
    };
    ColorTags::from_h273(u8::try_from(matrix).unwrap_or(2), range)
}
