//! Another scene on a stage in use: it composes what a new stage composes, and what is open stays open.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_scene::{ClipInfo, Need, Rational, Scene, Source, Stage, frame_hash};
use std::fmt::Write;

/// Numbers from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    /// A layer of this asset: a part of all that a scene file can say.
    fn layer(&mut self, asset: &str) -> String {
        let mut text = format!(r#"{{"asset": "{asset}""#);
        let mut say = |field: &str, value: String| write!(text, r#", "{field}": {value}"#).unwrap();
        let mut rect = || {
            let (x, y) = (self.below(30) as i64 - 6, self.below(20) as i64 - 6);
            format!("[{x}, {y}, {}, {}]", 1 + self.below(24), 1 + self.below(16))
        };
        let (first, second) = (rect(), rect());
        // Keyframes stand in for rectangle and opacity.
        match self.below(4) {
            0 => say(
                "keyframes",
                format!(r#"[{{"at": 0, "rect": {first}}}, {{"at": 0.4, "rect": {second}, "opacity": 0.5}}]"#),
            ),
            1 => {}
            opacity => {
                say("rect", first);
                say("opacity", ["0.3", "1"][opacity as usize - 2].into());
            }
        }
        if self.below(4) == 0 {
            say("crop", format!("[{}, 1, {}, 7]", self.below(4), 1 + self.below(9)));
        }
        if self.below(3) == 0 {
            say("fit", format!(r#""{}""#, self.one(&["contain", "cover", "stretch"])));
        }
        if self.below(3) == 0 {
            say("blend", format!(r#""{}""#, self.one(&["normal", "multiply", "screen", "difference"])));
        }
        if self.below(3) == 0 {
            let shape = self.one(&["rectangle", "ellipse"]);
            say("mask", format!(r#"{{"shape": "{shape}", "feather": {}}}"#, self.below(3)));
        }
        if self.below(4) == 0 {
            say("filter", format!(r#""{}""#, self.one(&["nearest", "box", "lanczos3"])));
        }
        let start = self.below(3);
        if self.below(2) == 0 {
            say("start", format!("{}", start as f64 * 0.12));
        }
        if self.below(4) == 0 {
            say("end", format!("{}", start as f64 * 0.12 + 0.4));
        }
        if self.below(2) == 0 {
            say("offset", format!("{}", self.below(20) as f64 * 0.1));
        }
        if self.below(4) == 0 {
            say("speed", self.one(&["2", "0.5", "\"1/3\""]).into());
        }
        if self.below(2) == 0 {
            say("after", format!(r#""{}""#, self.one(&["hide", "hold", "loop"])));
        }
        text + "}"
    }

    fn scene(&mut self, format: &str) -> Scene {
        let layers = ["clip", "mouth", "short", "clip"].map(|asset| self.layer(asset)).join(",\n");
        Scene::from_json(&format!(
            r##"{{"version": 1, "canvas": {{"width": 24, "height": 14, "frame_rate": 25, "background": "#306090", "format": "{format}"}},
                "assets": {{"clip": {{"src": "clip.mp4"}}, "short": {{"src": "short.mp4"}},
                            "mouth": {{"input": {{"width": 4, "height": 6, "format": "rgba"}}}}}},
                "layers": [{layers}], "duration": {}}}"##,
            1 + self.below(3)
        ))
        .unwrap()
    }
}

/// A picture whose samples tell where they are and when.
fn picture(format: PixelFormat, width: u32, height: u32, tick: i64) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(format, width, height).unwrap());
    for plane in 0..format.planes() {
        for y in 0..frame.view().plane(plane).rows() {
            for (x, sample) in frame.view_mut().plane_mut(plane).row_mut(y).iter_mut().enumerate() {
                *sample = ((x * 7 + y * 13 + plane * 50) as i64 + tick * 11) as u8;
            }
        }
    }
    frame
}

/// Ticks of 1/100 s at which a clip has pictures; every fifth is a key frame. Then its end.
fn ticks(asset: &str) -> (Vec<i64>, i64) {
    let count = if asset == "clip" { 80 } else { 9 };
    ((0..count).map(|n| 3 * n + n % 2).collect(), 3 * count)
}

/// Feeds a stage. Where a clip stands is known by layer.
struct Host {
    stage: Stage<Frame>,
    stands: Vec<Option<usize>>,
    opened: usize,
    sought: usize,
}

impl Host {
    fn new(scene: Scene) -> Host {
        let stands = vec![None; scene.layers.len()];
        Host { stage: Stage::new(scene).unwrap(), stands, opened: 0, sought: 0 }
    }

    fn ticks(&self, layer: usize) -> (Vec<i64>, i64) {
        let scene = self.stage.scene();
        ticks(&scene.assets[scene.layers[layer].asset].name)
    }

    /// The key frame at or before what the layer shows at frame `n`.
    fn key_frame(&self, layer: usize, n: u64) -> usize {
        let time = self.stage.asset_time(layer, n).unwrap() * 100;
        let behind = |&tick: &i64| Rational::from_integer(tick.into()) <= time;
        self.ticks(layer).0.iter().take_while(|tick| behind(tick)).count().saturating_sub(1) / 5 * 5
    }

    fn hash(&mut self, n: u64) -> [u8; 32] {
        loop {
            match self.stage.need(n) {
                Need::Nothing => break,
                Need::Open { layer } => {
                    assert_eq!(self.stands[layer], None, "layer {layer} is open already");
                    self.stands[layer] = Some(self.key_frame(layer, n));
                    self.opened += 1;
                    self.stage.open_clip(layer, ClipInfo::new(Rational::from_integer(100))).unwrap();
                }
                Need::Seek { layer } => {
                    assert!(self.stands[layer].is_some(), "layer {layer} is not open");
                    self.stands[layer] = Some(self.key_frame(layer, n));
                    self.sought += 1;
                }
                Need::Picture { layer } => {
                    let at = self.stands[layer].unwrap();
                    let (ticks, end) = self.ticks(layer);
                    match ticks.get(at) {
                        Some(&tick) => {
                            let picture = picture(PixelFormat::I420, 12, 8, tick);
                            self.stage.push_picture(layer, tick, picture).unwrap();
                            self.stands[layer] = Some(at + 1);
                        }
                        None => self.stage.end_clip(layer, end).unwrap(),
                    }
                }
                Need::Input { asset } => {
                    assert!(matches!(self.stage.scene().assets[asset].source, Source::Input { .. }));
                    self.stage.push_input(asset, picture(PixelFormat::Rgba8, 4, 6, n as i64)).unwrap();
                }
                Need::Close { layer } => {
                    assert!(self.stands[layer].take().is_some(), "layer {layer} is not open");
                }
            }
        }
        let mut canvas = Frame::new(self.stage.canvas_layout().unwrap());
        self.stage.compose(n, &mut canvas.view_mut()).unwrap();
        frame_hash(&canvas.view())
    }

    fn seek(&mut self, n: u64) {
        self.stage.seek();
        for layer in 0..self.stands.len() {
            if self.stands[layer].is_some() {
                let time = self.stage.asset_time(layer, n);
                self.stands[layer] = Some(time.map_or(0, |_| self.key_frame(layer, n)));
            }
        }
    }
}

#[test]
fn an_edited_stage_composes_what_a_new_one_composes() {
    for format in ["i420", "rgba"] {
        let (mut opened, mut sought, mut edits) = (0, 0, 0);
        for seed in 1..=60_u64 {
            let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut host = Host::new(random.scene(format));
            let mut canvas = Frame::new(host.stage.canvas_layout().unwrap());
            let mut contents = host.stage.contents();
            let mut n = 0;
            for _ in 0..12 {
                n += random.below(3);
                match random.below(8) {
                    0 => {
                        n = random.below(30);
                        host.seek(n);
                    }
                    1..=4 => {
                        host.stage.set_scene(random.scene(format)).unwrap();
                        edits += 1;
                    }
                    _ => {}
                }
                let hash = host.hash(n);
                let fresh = Host::new(host.stage.scene().clone()).hash(n);
                assert_eq!(hash, fresh, "seed {seed}, frame {n}: {:#?}", host.stage.scene());
                host.stage.update(n, &mut canvas.view_mut(), &mut contents).unwrap();
                assert_eq!(frame_hash(&canvas.view()), fresh, "brought up to date: seed {seed}, frame {n}");
            }
            (opened, sought) = (opened + host.opened, sought + host.sought);
        }
        assert!(edits > 200 && sought > 50, "{edits} edits, {sought} seeks: this proves little");
        assert!(opened < 2 * edits, "{opened} clips were opened in {edits} edits");
    }
}

fn fixed(layers: &str) -> Scene {
    Scene::from_json(&format!(
        r#"{{"version": 1, "canvas": {{"width": 24, "height": 14, "frame_rate": 25}},
            "assets": {{"clip": {{"src": "clip.mp4"}}, "short": {{"src": "short.mp4"}}}}, "layers": {layers}, "duration": 4}}"#
    ))
    .unwrap()
}

#[test]
fn a_clip_is_sought_only_if_going_on_would_not_do() {
    let mut host = Host::new(fixed(r#"[{"asset": "clip"}]"#));
    host.hash(10);
    // The layer's time goes from 0.4 s to 0.6 s, 2.2 s, 2.1 s; then nothing of it changes.
    for (fields, sought) in [
        (r#""offset": 0.2, "opacity": 0.5"#, 0),
        (r#""offset": 1.8"#, 1),
        (r#""offset": 1.7, "speed": 1"#, 2),
        (r#""offset": 1.7, "crop": [0, 0, 5, 5]"#, 2),
    ] {
        host.stage.set_scene(fixed(&format!(r#"[{{"asset": "clip", {fields}}}]"#))).unwrap();
        host.hash(10);
        assert_eq!((host.opened, host.sought), (1, sought), "{fields}");
    }
}

#[test]
fn a_layer_that_was_retimed_is_not_composed_unasked() {
    let mut host = Host::new(fixed(r#"[{"asset": "clip"}]"#));
    host.hash(10);
    host.stage.set_scene(fixed(r#"[{"asset": "clip", "start": 0.2}]"#)).unwrap();
    let mut canvas = Frame::new(host.stage.canvas_layout().unwrap());
    assert_eq!(host.stage.compose(10, &mut canvas.view_mut()).unwrap_err().code(), "E_NOT_READY");
    host.hash(10);
}

#[test]
fn what_takes_a_new_stage_is_refused_by_name_and_changes_nothing() {
    let mut host = Host::new(fixed(r#"[{"asset": "clip"}, {"asset": "short"}]"#));
    let before = host.hash(3);
    let old = host.stage.scene().clone();
    let changed = |change: &dyn Fn(&mut Scene)| {
        let mut scene = old.clone();
        scene.layers[0].opacity = 1;
        change(&mut scene);
        scene
    };
    for (path, scene) in [
        ("canvas", changed(&|scene| scene.canvas.width += 1)),
        ("canvas", changed(&|scene| scene.canvas.background = [1, 2, 3])),
        ("assets", changed(&|scene| scene.assets.truncate(1))),
        ("assets.short", changed(&|scene| scene.assets[1].source = Source::File { src: "other.mp4".into() })),
        ("layers", changed(&|scene| scene.layers.truncate(1))),
        ("layers[1].asset", changed(&|scene| scene.layers[1].asset = 0)),
    ] {
        let error = host.stage.set_scene(scene).unwrap_err();
        assert_eq!(error.code(), "E_SCENE_CHANGED");
        assert!(error.to_string().starts_with(&format!("{path} differs")), "{error}");
        assert_eq!(host.stage.scene(), &old);
        assert_eq!(host.hash(3), before);
    }
}
