//! The stage: takes what a host decoded and composes canvas frames.
//!
//! For frame *n* the host calls [`Stage::need`] and answers until nothing is needed, then [`Stage::compose`]. The stage
//! holds the pictures that show (two a clip at most) and the plans of the layers. Planning happens when a layer is first
//! drawn, its pictures change size or format, or it changes its size; it is counted as opening. Composing otherwise does
//! not allocate.
//!
//! A host that composes many frames need not write all of each: [`Stage::update`] draws on a frame only what it does not
//! show yet, and [`Stage::ground`] finds the picture that a frame is without being composed.

mod edit;

use crate::{
    After, CanvasFormat, ClipInfo, ColorTags, Layer, Mask, MaskShape, Picture, Rational, Rect, Scene, SceneError,
    Showing, Shown, Source, geometry, resolve_color, still,
};
use millpond_core::memory::opening;
use millpond_core::video::blend::{feathered_ellipse, feathered_rectangle};
use millpond_core::video::composite::{self, CanvasSpec, Compositor, Contents, PictureSpec, Target};
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
    /// The layer's times [changed](Stage::set_scene), and its clip must go on from another place: its next pictures come
    /// from a key frame at or before [`Stage::asset_time`]. What decodes it stays open.
    Seek {
        /// Index of the layer.
        layer: usize,
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
    compositor: Compositor,
    /// Contents of a frame of which nothing is known.
    unknown: Contents,
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
    /// Its times changed since the clip was last asked for pictures.
    is_retimed: bool,
    plan: Option<Planned>,
    /// Of the size that the layer had last.
    mask: Option<Frame>,
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
    /// Whether the layer shows in the frame that is being composed.
    shows: bool,
}

/// The picture that a frame is without being composed, but for what lies above it; see [`Stage::ground`].
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a, P> {
    /// The layer that it belongs to.
    pub layer: usize,
    /// It.
    pub picture: &'a P,
    /// Layers above it are to be seen.
    pub is_covered: bool,
    /// No later frame shows it, so that it may be [taken](Stage::take).
    pub is_last: bool,
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
        let layer = |_| LayerState { clip: None, end: None, round: 0, is_retimed: false, plan: None, mask: None };
        let layers = scene.layers.iter().map(layer).collect();
        let mut compositor = Compositor::new(canvas, scene.canvas.background)?;
        for _ in &scene.layers {
            compositor.add_vacant(0);
        }
        let unknown = compositor.contents();
        Ok(Stage { scene, canvas, assets, layers, compositor, unknown, pictures: 0 })
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
            if let Some(need) = position.as_ref().and_then(|position| self.need_retimed(index, position)) {
                return need;
            }
            let layer = &self.scene.layers[index];
            let over = layer.end.is_some_and(|end| self.scene.frame_time(n) >= end);
            let state = &mut self.layers[index];
            match (&mut state.clip, position) {
                (None, Some(position)) if !ended(layer, state.end, position.time) => {
                    (state.round, state.is_retimed) = (position.round, false);
                    return Need::Open { layer: index };
                }
                (Some(_), Some(position)) if position.round != state.round => {
                    state.clip = None;
                    return Need::Close { layer: index };
                }
                (Some(clip), Some(position)) => match clip.showing.at(clip.tick(position.time), layer.after) {
                    Shown::NeedsMore => return Need::Picture { layer: index },
                    Shown::Nothing if ended(layer, state.end, position.time) => {
                        state.close(index, &mut self.compositor);
                        return Need::Close { layer: index };
                    }
                    Shown::Nothing | Shown::Picture => {}
                },
                (Some(_), None) if over => {
                    state.close(index, &mut self.compositor);
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
                layer.is_retimed = false;
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
        self.arrange(n)?;
        let Stage { scene, assets, layers, compositor, unknown, .. } = self;
        unknown.clear();
        Ok(compositor.update(canvas, unknown, |layer| shown(scene, assets, layers, layer))?)
    }

    /// What a frame shows, of which nothing is known yet; for [`update`](Self::update). Allocates.
    pub fn contents(&self) -> Contents {
        self.compositor.contents()
    }

    /// Composes frame `n` on a frame that shows `contents`, writing only where they differ. The result is that of
    /// [`compose`](Self::compose).
    ///
    /// # Errors
    /// Those of [`compose`](Self::compose).
    ///
    /// # Realtime
    /// That of [`compose`](Self::compose).
    pub fn update(&mut self, n: u64, canvas: &mut FrameViewMut<'_>, contents: &mut Contents) -> Result<(), SceneError> {
        self.arrange(n)?;
        let Stage { scene, assets, layers, compositor, .. } = self;
        Ok(compositor.update(canvas, contents, |layer| shown(scene, assets, layers, layer))?)
    }

    /// The picture of which frame `n` is a copy, but for the layers above it: that of an opaque layer that covers the
    /// canvas, of the canvas's size, format and colours. `None` if there is none, or if it is a still.
    ///
    /// # Errors
    /// [`SceneError::NotReady`] if [`need`](Self::need) has not come to nothing.
    ///
    /// # Realtime
    /// That of [`compose`](Self::compose).
    pub fn ground(&mut self, n: u64) -> Result<Option<Ground<'_, P>>, SceneError> {
        self.arrange(n)?;
        let Stage { scene, assets, layers, compositor, .. } = &*self;
        let Some((layer, is_covered)) = compositor.ground(|layer| shown(scene, assets, layers, layer)) else {
            return Ok(None);
        };
        let state = &layers[layer];
        if let Some((_, picture)) = &assets[scene.layers[layer].asset].input {
            return Ok(Some(Ground { layer, picture, is_covered, is_last: false }));
        }
        let Some((clip, (_, picture))) = state.clip.as_ref().and_then(|clip| Some((clip, clip.showing.picture()?)))
        else {
            return Ok(None);
        };
        let next = self.position(layer, n + 1);
        let is_last =
            next.is_some_and(|next| next.round == state.round && clip.showing.is_over_at(clip.tick(next.time)));
        Ok(Some(Ground { layer, picture, is_covered, is_last }))
    }

    /// Takes the picture of a layer's clip that is the [ground](Self::ground) of a frame. Only later frames can be composed
    /// then, and only if it was said to be the last time that it shows.
    ///
    /// # Errors
    /// [`SceneError::NoSuch`], [`SceneError::WrongSource`], [`SceneError::NotNeeded`] if it has no picture.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn take(&mut self, layer: usize) -> Result<P, SceneError> {
        let taken = self.open(layer)?.showing.take();
        taken.map(|(_, picture)| picture).ok_or(SceneError::NotNeeded { layer })
    }

    /// Draws the layers above `layer` as frame `n` shows them, after [`ground`](Self::ground) found that layer's picture,
    /// on a frame that shows it: the picture that was [taken](Self::take) itself.
    ///
    /// # Errors
    /// [`SceneError::Core`] if the frame is not what [`canvas_layout`](Self::canvas_layout) says.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn draw_above(&mut self, layer: usize, frame: &mut FrameViewMut<'_>) -> Result<(), SceneError> {
        let Stage { scene, assets, layers, compositor, .. } = self;
        Ok(compositor.draw_above(layer, frame, |layer| shown(scene, assets, layers, layer))?)
    }

    /// Decides which layers show at frame `n`, and plans them.
    fn arrange(&mut self, n: u64) -> Result<(), SceneError> {
        (0..self.layers.len()).try_for_each(|layer| self.plan(layer, n))
    }

    /// Decides whether a layer shows at frame `n`, and plans it if it does and its pictures are new in kind.
    fn plan(&mut self, index: usize, n: u64) -> Result<(), SceneError> {
        let position = self.position(index, n);
        let layer = &self.scene.layers[index];
        let declared = &self.scene.assets[layer.asset];
        let state = &mut self.layers[index];
        let asset = &self.assets[layer.asset];
        let is_misplaced = state.is_misplaced();
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
                _ if is_misplaced => return Err(not_ready("to be asked about, since its times changed")),
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
                let (canvas, mask, compositor) = (&self.canvas, &mut state.mask, &mut self.compositor);
                opening(|| place(canvas, layer, shape, picture, aspect, mask, (index, compositor)))?;
                state.plan = Some(Planned { picture, shape, shows: true });
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

impl<P> LayerState<P> {
    /// Forgets clip and plan.
    fn close(&mut self, index: usize, compositor: &mut Compositor) {
        (self.clip, self.plan, self.mask) = (None, None, None);
        // There is a place for every layer.
        let _ = compositor.vacate(index);
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

/// What the compositor is to show of a layer.
fn shown<'a, P: Picture>(
    scene: &Scene,
    assets: &'a [AssetState<P>],
    layers: &'a [LayerState<P>],
    index: usize,
) -> Option<composite::Shown<'a>> {
    let state = &layers[index];
    state.plan.as_ref().filter(|planned| planned.shows)?;
    let (version, picture) = assets[scene.layers[index].asset].shown(&state.clip)?;
    Some(composite::Shown { picture, version })
}

/// Plans a layer in its place of the compositor.
fn place(
    canvas: &CanvasSpec,
    layer: &Layer,
    (rect, opacity): (Option<Rect>, u8),
    picture: PictureSpec,
    aspect: (u32, u32),
    mask: &mut Option<Frame>,
    (index, compositor): (usize, &mut Compositor),
) -> Result<(), SceneError> {
    let aspect = if picture.turns % 2 == 1 { (aspect.1, aspect.0) } else { aspect };
    let rect = rect.unwrap_or(Rect { x: 0, y: 0, width: canvas.width, height: canvas.height });
    let Some(placement) = geometry::place(layer, rect, picture.upright_size(), aspect) else {
        // The crop leaves nothing.
        return Ok(compositor.vacate(index)?);
    };
    let Target { width, height, .. } = placement.target;
    let fits = |mask: &Frame| (mask.layout().width(), mask.layout().height()) == (width, height);
    if let (Some(Mask { shape, feather }), false) = (layer.mask, mask.as_ref().is_some_and(fits)) {
        *mask = Some(match shape {
            MaskShape::Rectangle => feathered_rectangle(width, height, feather)?,
            MaskShape::Ellipse => feathered_ellipse(width, height, feather)?,
        });
    }
    let planned = composite::Layer {
        opacity,
        mask: mask.as_ref().map(Frame::view),
        mode: layer.blend,
        filter: layer.filter,
        ..composite::Layer::new(picture, placement)
    };
    Ok(compositor.replace(index, &planned, 0)?)
}
