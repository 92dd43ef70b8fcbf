//! The stage: takes what a host decoded and composes canvas frames.
//!
//! For frame *n* the host calls [`Stage::need`] and answers until nothing is needed, then [`Stage::compose`]. The stage
//! holds the pictures that show (two a clip at most) and the plans of the layers. Planning happens when a layer is first
//! drawn or its pictures change size or format, and is counted as opening; composing otherwise does not allocate.

use crate::{
    After, CanvasFormat, ClipInfo, ColorTags, Layer, Mask, MaskShape, Picture, Rational, Rect, Scene, SceneError,
    Showing, Shown, Source, geometry, resolve_color, still,
};
use millpond_core::memory::opening;
use millpond_core::video::blend::{feathered_ellipse, feathered_rectangle};
use millpond_core::video::composite::{self, CanvasSpec, LayerPlan, PictureSpec, Target};
use millpond_core::video::{ChromaSiting, Color, Frame, FrameLayout, FrameView, FrameViewMut, PixelFormat};

/// What the stage needs before it can compose a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: compose.
    Nothing,
    /// This layer's asset must be opened, by [`Stage::open_still`] or [`Stage::open_clip`].
    Open {
        /// Index of the layer.
        layer: usize,
    },
    /// The clip of this layer must give its next picture, or its end.
    Picture {
        /// Index of the layer.
        layer: usize,
    },
    /// A new picture may be pushed to this asset now, by [`Stage::push_input`]; if none comes, the last one stays.
    /// Asked once a frame.
    Input {
        /// Index of the asset.
        asset: usize,
    },
    /// This layer's clip is over; what decodes it can be closed. A clip that loops is then opened again.
    Close {
        /// Index of the layer.
        layer: usize,
    },
}

/// Composes the frames of one scene from pictures of type `P`.
#[derive(Debug)]
pub struct Stage<P> {
    scene: Scene,
    canvas: CanvasSpec,
    assets: Vec<AssetState<P>>,
    layers: Vec<LayerState<P>>,
    /// Numbers pictures, so that a layer knows whether it saw one before.
    pictures: u64,
}

#[derive(Debug)]
struct AssetState<P> {
    still: Option<Frame>,
    input: Option<(u64, P)>,
    /// The frame for which a new input was last asked.
    asked: Option<u64>,
}

#[derive(Debug)]
struct LayerState<P> {
    clip: Option<Clip<P>>,
    /// Known once the clip was seen to its end.
    end: Option<End>,
    /// How often the clip had begun anew at the place that it was opened for.
    round: i128,
    plan: Option<Planned>,
}

/// Where a clip ends, in its ticks and ticks per second.
#[derive(Clone, Copy, Debug)]
struct End {
    tick: i64,
    time_scale: Rational,
}

/// A place in a layer's asset.
struct Position {
    time: Rational,
    /// How often the asset has begun anew.
    round: i128,
}

#[derive(Debug)]
struct Clip<P> {
    info: ClipInfo,
    color: Color,
    showing: Showing<(u64, P)>,
}

#[derive(Debug)]
struct Planned {
    picture: PictureSpec,
    /// Rectangle and opacity.
    shape: (Option<Rect>, u8),
    /// `None` if the crop leaves nothing.
    plan: Option<LayerPlan>,
    /// The picture that the plan last drew.
    drawn: Option<u64>,
    /// Whether the layer shows in the frame that is being composed.
    shows: bool,
}

impl<P: Picture> AssetState<P> {
    /// The picture of a layer of this asset, and its number.
    fn shown<'a>(&'a self, clip: &'a Option<Clip<P>>) -> Option<(u64, FrameView<'a>)> {
        let input = || self.input.as_ref().map(|(number, picture)| (*number, picture.view()));
        let still = || self.still.as_ref().map(|still| (0, still.view()));
        let clip = || clip.as_ref()?.showing.picture().map(|(number, picture)| (*number, picture.view()));
        input().or_else(still).or_else(clip)
    }
}

impl<P: Picture> Stage<P> {
    /// An empty stage for this scene.
    ///
    /// # Errors
    /// [`SceneError::Core`] if the canvas is too large for this target.
    pub fn new(scene: Scene) -> Result<Stage<P>, SceneError> {
        let format = match scene.canvas.format {
            CanvasFormat::I420 => PixelFormat::I420,
            CanvasFormat::Rgba => PixelFormat::Rgba8,
        };
        let (width, height) = (scene.canvas.width, scene.canvas.height);
        FrameLayout::aligned(format, width, height)?;
        let canvas = CanvasSpec { format, width, height, color: Color::default() };
        let assets = scene.assets.iter().map(|_| AssetState { still: None, input: None, asked: None }).collect();
        let layers = scene.layers.iter().map(|_| LayerState { clip: None, end: None, round: 0, plan: None }).collect();
        Ok(Stage { scene, canvas, assets, layers, pictures: 0 })
    }

    /// The scene.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Layout of canvas frames, aligned.
    ///
    /// # Errors
    /// Never on a stage that could be made.
    pub fn canvas_layout(&self) -> Result<FrameLayout, SceneError> {
        Ok(FrameLayout::aligned(self.canvas.format, self.canvas.width, self.canvas.height)?)
    }

    /// Matrix and range of an I420 canvas.
    pub fn canvas_color(&self) -> Color {
        self.canvas.color
    }

    /// Time in the layer's asset at canvas frame `n`; `None` if the layer is not visible then. Of a clip that loops it is
    /// the time in this round, once the clip's end is known.
    pub fn asset_time(&self, layer: usize, n: u64) -> Option<Rational> {
        self.position(layer, n).map(|position| position.time)
    }

    /// Rounds of a clip that loops are counted in its ticks, the offset rounded down to one.
    fn position(&self, index: usize, n: u64) -> Option<Position> {
        let layer = self.scene.layers.get(index)?;
        let t = self.scene.frame_time(n);
        let visible = t >= layer.start && layer.end.is_none_or(|end| t < end);
        let time = visible.then(|| (t - layer.start) * layer.speed + layer.offset)?;
        let once = Position { time, round: 0 };
        let Some(end) = self.layers[index].end.filter(|_| layer.after == After::Loop) else { return Some(once) };
        let (begin, tick) = (end.tick_of(layer.offset), end.tick_of(time));
        let length = i128::from(end.tick) - begin;
        if length <= 0 || tick < i128::from(end.tick) {
            return Some(once);
        }
        let round = (tick - begin) / length;
        Some(Position { time: Rational::from_integer(tick - round * length) / end.time_scale, round })
    }

    /// What is still needed for frame `n`. Answer, then ask again, until [`Need::Nothing`].
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn need(&mut self, n: u64) -> Need {
        for index in 0..self.layers.len() {
            let asset_index = self.scene.layers[index].asset;
            if let Source::Input { .. } = self.scene.assets[asset_index].source {
                let asset = &mut self.assets[asset_index];
                if asset.asked != Some(n) {
                    asset.asked = Some(n);
                    return Need::Input { asset: asset_index };
                }
                continue;
            }
            if self.assets[asset_index].still.is_some() {
                continue;
            }
            let position = self.position(index, n);
            let layer = &self.scene.layers[index];
            let over = layer.end.is_some_and(|end| self.scene.frame_time(n) >= end);
            let state = &mut self.layers[index];
            match (&mut state.clip, position) {
                (None, Some(position)) if !ended(layer, state.end, position.time) => {
                    state.round = position.round;
                    return Need::Open { layer: index };
                }
                (Some(_), Some(position)) if position.round != state.round => {
                    state.clip = None;
                    return Need::Close { layer: index };
                }
                (Some(clip), Some(position)) => match clip.showing.at(clip.tick(position.time), layer.after) {
                    Shown::NeedsMore => return Need::Picture { layer: index },
                    Shown::Nothing if ended(layer, state.end, position.time) => {
                        (state.clip, state.plan) = (None, None);
                        return Need::Close { layer: index };
                    }
                    Shown::Nothing | Shown::Picture => {}
                },
                (Some(_), None) if over => {
                    (state.clip, state.plan) = (None, None);
                    return Need::Close { layer: index };
                }
                _ => {}
            }
        }
        Need::Nothing
    }

    /// Gives the encoded still that a layer shows; other layers of the same asset share it.
    ///
    /// # Errors
    /// [`SceneError::BadStill`], [`SceneError::NoSuch`], [`SceneError::WrongSource`].
    ///
    /// # Realtime
    /// Allocates, counted as opening.
    pub fn open_still(&mut self, layer: usize, encoded: &[u8]) -> Result<(), SceneError> {
        let asset = self.file_asset(layer)?;
        self.assets[asset].still = Some(opening(|| still::decode(encoded))?);
        Ok(())
    }

    /// Says that a layer shows a clip and what is known about it.
    ///
    /// # Errors
    /// [`SceneError::UnsupportedColor`], [`SceneError::BadTimeScale`], [`SceneError::NoSuch`],
    /// [`SceneError::WrongSource`].
    pub fn open_clip(&mut self, layer: usize, info: ClipInfo) -> Result<(), SceneError> {
        let asset = self.file_asset(layer)?;
        if info.time_scale <= Rational::from_integer(0) {
            return Err(SceneError::BadTimeScale(info.time_scale));
        }
        let color = resolve_color(self.scene.assets[asset].color, info.container, info.bitstream)?;
        self.layers[layer].clip = Some(Clip { info, color, showing: Showing::default() });
        Ok(())
    }

    /// Gives the next picture of a layer's clip, in presentation order, when it is [needed](Need::Picture).
    ///
    /// # Errors
    /// [`SceneError::NotNeeded`], [`SceneError::NoSuch`], [`SceneError::WrongSource`]; the picture is dropped then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push_picture(&mut self, layer: usize, tick: i64, picture: P) -> Result<(), SceneError> {
        self.pictures += 1;
        let number = self.pictures;
        let clip = self.open(layer)?;
        clip.showing.push(tick, (number, picture)).map_err(|_| SceneError::NotNeeded { layer })
    }

    /// Says that a layer's clip has no more pictures, and its end: last presentation time + its duration, in ticks.
    ///
    /// # Errors
    /// [`SceneError::NoSuch`], [`SceneError::WrongSource`].
    pub fn end_clip(&mut self, layer: usize, end_tick: i64) -> Result<(), SceneError> {
        let clip = self.open(layer)?;
        clip.showing.finish(end_tick);
        let time_scale = clip.info.time_scale;
        self.layers[layer].end = Some(End { tick: end_tick, time_scale });
        Ok(())
    }

    /// Gives a picture to an input asset; it stays until the next.
    ///
    /// # Errors
    /// [`SceneError::WrongInput`] if size or format are not what the scene says, [`SceneError::NoSuch`].
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn push_input(&mut self, asset: usize, picture: P) -> Result<(), SceneError> {
        let count = self.assets.len();
        let no_such = SceneError::NoSuch { what: "input asset", index: asset, count };
        let Some((declared, state)) = self.scene.assets.get(asset).zip(self.assets.get_mut(asset)) else {
            return Err(no_such);
        };
        let Source::Input { width, height, format } = declared.source else { return Err(no_such) };
        let view = picture.view();
        if (view.width(), view.height(), view.format()) != (width, height, format) {
            return Err(SceneError::WrongInput {
                asset: declared.name.clone(),
                expected: format!("{format} {width}x{height}"),
                got: view.kind().to_string(),
            });
        }
        self.pictures += 1;
        state.input = Some((self.pictures, picture));
        Ok(())
    }

    /// Forgets the pictures of all clips. Each open clip must then be fed from a key frame at or before the time that
    /// will be asked for.
    pub fn seek(&mut self) {
        for layer in &mut self.layers {
            if let Some(clip) = &mut layer.clip {
                clip.showing.clear();
            }
        }
    }

    /// Composes frame `n` on `canvas`, all of which is written.
    ///
    /// # Errors
    /// [`SceneError::NotReady`] if [`need`](Self::need) has not come to nothing, [`SceneError::Core`] if the canvas is
    /// not what [`canvas_layout`](Self::canvas_layout) says.
    ///
    /// # Realtime
    /// Does not allocate, but for planning a layer that is drawn for the first time or whose pictures changed.
    pub fn compose(&mut self, n: u64, canvas: &mut FrameViewMut<'_>) -> Result<(), SceneError> {
        let (expected, got) = (self.canvas_layout()?.kind(), canvas.as_view().kind());
        if expected != got {
            return Err(millpond_core::Error::Mismatch { expected, got }.into());
        }
        for layer in 0..self.layers.len() {
            self.plan(layer, n)?;
        }
        // What lies below a layer that hides the whole canvas need not be drawn.
        let hides = |state: &LayerState<P>| {
            let plan = state.plan.as_ref().filter(|planned| planned.shows);
            plan.and_then(|planned| planned.plan.as_ref()).is_some_and(LayerPlan::hides_canvas)
        };
        let base = self.layers.iter().rposition(hides);
        if base.is_none() {
            let [red, green, blue] = self.scene.canvas.background;
            canvas.fill(self.canvas.color, [red, green, blue, 255]);
        }
        for index in base.unwrap_or(0)..self.layers.len() {
            let state = &mut self.layers[index];
            let asset = &self.assets[self.scene.layers[index].asset];
            let Some((number, picture)) = asset.shown(&state.clip) else { continue };
            if let Some(Planned { plan: Some(plan), drawn, shows: true, .. }) = &mut state.plan {
                plan.draw(&picture, *drawn != Some(number), canvas)?;
                *drawn = Some(number);
            }
        }
        Ok(())
    }

    /// Decides whether a layer shows at frame `n`, and plans it if it does and its pictures are new in kind.
    fn plan(&mut self, index: usize, n: u64) -> Result<(), SceneError> {
        let position = self.position(index, n);
        let layer = &self.scene.layers[index];
        let declared = &self.scene.assets[layer.asset];
        let state = &mut self.layers[index];
        let asset = &self.assets[layer.asset];
        if let Some(planned) = &mut state.plan {
            planned.shows = false;
        }
        let Some(Position { time, .. }) = position else { return Ok(()) };
        let not_ready = |what| SceneError::NotReady { frame: n, layer: index, what };
        let is_file = matches!(declared.source, Source::File { .. });
        if is_file && asset.still.is_none() {
            let Some(clip) = &mut state.clip else {
                return if ended(layer, state.end, time) { Ok(()) } else { Err(not_ready("its clip")) };
            };
            match clip.showing.at(clip.tick(time), layer.after) {
                Shown::NeedsMore => return Err(not_ready("a picture")),
                Shown::Nothing => return Ok(()),
                Shown::Picture => {}
            }
        }
        let Some((_, view)) = asset.shown(&state.clip) else { return Ok(()) };
        let clip = state.clip.as_ref();
        let color = match clip {
            Some(clip) => clip.color,
            None => resolve_color(declared.color, ColorTags::default(), ColorTags::default())?,
        };
        let picture = PictureSpec {
            format: view.format(),
            width: view.width(),
            height: view.height(),
            color,
            siting: clip.map_or_else(ChromaSiting::default, |clip| clip.info.siting),
            turns: clip.map_or(0, |clip| clip.info.turns % 4),
        };
        let shape = layer.shape_at(self.scene.frame_time(n) - layer.start);
        match &mut state.plan {
            Some(planned) if planned.picture == picture && planned.shape == shape => planned.shows = true,
            _ => {
                let aspect = clip.map_or((1, 1), |clip| clip.info.pixel_aspect);
                let plan = opening(|| plan(&self.canvas, layer, shape, picture, aspect))?;
                state.plan = Some(Planned { picture, shape, plan, drawn: None, shows: true });
            }
        }
        Ok(())
    }

    fn file_asset(&self, layer: usize) -> Result<usize, SceneError> {
        let count = self.scene.layers.len();
        let found = self.scene.layers.get(layer).ok_or(SceneError::NoSuch { what: "layer", index: layer, count })?;
        match self.scene.assets[found.asset].source {
            Source::File { .. } => Ok(found.asset),
            Source::Input { .. } => Err(SceneError::WrongSource { layer, is: "a pushed input", expected: "a file" }),
        }
    }

    fn open(&mut self, layer: usize) -> Result<&mut Clip<P>, SceneError> {
        self.file_asset(layer)?;
        let clip = self.layers[layer].clip.as_mut();
        clip.ok_or(SceneError::WrongSource { layer, is: "not open as a clip", expected: "an open clip" })
    }
}

impl<P> Clip<P> {
    /// A time in ticks, rounded down.
    fn tick(&self, time: Rational) -> i128 {
        crate::time::ticks(time, self.info.time_scale)
    }
}

impl End {
    /// A time in the clip's ticks, rounded down.
    fn tick_of(&self, time: Rational) -> i128 {
        crate::time::ticks(time, self.time_scale)
    }
}

/// Whether a layer's clip is over for good at this time in the asset.
fn ended(layer: &Layer, end: Option<End>, time: Rational) -> bool {
    let past = |end: End| match layer.after {
        After::Hide => end.tick_of(time) >= i128::from(end.tick),
        After::Hold => false,
        // There is nothing to show again.
        After::Loop => end.tick_of(layer.offset) >= i128::from(end.tick),
    };
    end.is_some_and(past)
}

fn plan(
    canvas: &CanvasSpec,
    layer: &Layer,
    (rect, opacity): (Option<Rect>, u8),
    picture: PictureSpec,
    aspect: (u32, u32),
) -> Result<Option<LayerPlan>, SceneError> {
    let aspect = if picture.turns % 2 == 1 { (aspect.1, aspect.0) } else { aspect };
    let rect = rect.unwrap_or(Rect { x: 0, y: 0, width: canvas.width, height: canvas.height });
    let Some(placement) = geometry::place(layer, rect, picture.upright_size(), aspect) else { return Ok(None) };
    let Target { width, height, .. } = placement.target;
    let mask = match layer.mask {
        None => None,
        Some(Mask { shape: MaskShape::Rectangle, feather }) => Some(feathered_rectangle(width, height, feather)?),
        Some(Mask { shape: MaskShape::Ellipse, feather }) => Some(feathered_ellipse(width, height, feather)?),
    };
    let planned = composite::Layer {
        opacity,
        mask: mask.as_ref().map(Frame::view),
        mode: layer.blend,
        filter: layer.filter,
        ..composite::Layer::new(picture, placement)
    };
    Ok(Some(LayerPlan::of(*canvas, &planned)?))
}
