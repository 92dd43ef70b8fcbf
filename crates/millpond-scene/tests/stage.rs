//! The stage, driven as a host drives it: what it asks for, what it shows, what it composes.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_scene::{ClipInfo, Need, Rational, Scene, Stage, frame_hash};

fn scene(layers: &str) -> Scene {
    let text = format!(
        r##"{{"version": 1, "canvas": {{"width": 8, "height": 4, "frame_rate": 25, "background": "#ffffff"}},
            "assets": {{"clip": {{"src": "clip.mp4"}}, "still": {{"src": "still.png"}},
                        "mouth": {{"input": {{"width": 2, "height": 2, "format": "rgba"}}}}}},
            "layers": {layers}, "duration": 1}}"##
    );
    Scene::from_json(&text).unwrap()
}

/// A grey picture: luma is its name.
fn grey(luma: u8) -> Frame {
    let mut frame = Frame::new(FrameLayout::aligned(PixelFormat::I420, 8, 4).unwrap());
    for (plane, value) in [(0, luma), (1, 128), (2, 128)] {
        for y in 0..frame.view().plane(plane).rows() {
            frame.view_mut().plane_mut(plane).row_mut(y).fill(value);
        }
    }
    frame
}

/// A host with one clip of pictures at these ticks (of 1/100 s), each 4 ticks long, and what it was asked for.
struct Host {
    stage: Stage<Frame>,
    ticks: Vec<i64>,
    next: usize,
    log: Vec<Need>,
    /// Whether it pushes a picture to an input asset, another one for every second frame.
    pushes: bool,
}

impl Host {
    fn new(layers: &str, ticks: &[i64]) -> Host {
        Host {
            stage: Stage::new(scene(layers)).unwrap(),
            ticks: ticks.to_vec(),
            next: 0,
            log: Vec::new(),
            pushes: false,
        }
    }

    fn frame(&mut self, n: u64) -> Frame {
        self.answer(n);
        let mut canvas = Frame::new(self.stage.canvas_layout().unwrap());
        self.stage.compose(n, &mut canvas.view_mut()).unwrap();
        canvas
    }

    fn answer(&mut self, n: u64) {
        loop {
            let need = self.stage.need(n);
            self.log.push(need);
            match need {
                Need::Nothing => break,
                Need::Open { layer } => {
                    self.next = 0;
                    self.stage.open_clip(layer, ClipInfo::new(Rational::from_integer(100))).unwrap();
                }
                Need::Picture { layer } => match self.ticks.get(self.next) {
                    Some(&tick) => {
                        self.stage.push_picture(layer, tick, grey(tick as u8 + 50)).unwrap();
                        self.next += 1;
                    }
                    None => self.stage.end_clip(layer, self.ticks.last().map_or(0, |tick| tick + 4)).unwrap(),
                },
                Need::Input { asset } if self.pushes && n.is_multiple_of(2) => {
                    let mut mouth = Frame::new(FrameLayout::aligned(PixelFormat::Rgba8, 2, 2).unwrap());
                    mouth.bytes_mut().fill(100 + n as u8);
                    self.stage.push_input(asset, mouth).unwrap();
                }
                Need::Input { .. } | Need::Seek { .. } | Need::Close { .. } => {}
            }
        }
    }

    fn luma(&mut self, n: u64) -> u8 {
        self.frame(n).view().plane(0).row(1)[3]
    }
}

const WHITE: u8 = 235;

#[test]
fn a_clip_shows_the_last_picture_that_is_due() {
    let mut host = Host::new(r#"[{"asset": "clip"}]"#, &[0, 5, 8, 20]);
    let shown: Vec<u8> = (0..7).map(|n| host.luma(n)).collect();
    // Times 0, 4, 8, 12, 16, 20, 24 ticks; the clip ends at 24.
    assert_eq!(shown, [50, 50, 58, 58, 58, 70, WHITE]);
    assert_eq!(host.log.iter().filter(|need| matches!(need, Need::Close { layer: 0 })).count(), 1);
    assert_eq!(host.log.iter().filter(|need| matches!(need, Need::Open { .. })).count(), 1);
    assert_eq!(host.luma(8), WHITE);
}

#[test]
fn start_end_offset_and_hold_decide_what_shows() {
    let layers = r#"[{"asset": "clip", "start": 0.08, "end": 0.2, "offset": "1/20", "after": "hold"}]"#;
    let mut host = Host::new(layers, &[0, 5, 9]);
    let shown: Vec<u8> = (0..6).map(|n| host.luma(n)).collect();
    // From frame 2 (0.08 s) on asset time is 5, 9, 13 ticks: the last is held past the end at 13; frame 5 is at 0.2 s.
    assert_eq!(shown, [WHITE, WHITE, 55, 59, 59, WHITE]);
    assert_eq!(host.log.first(), Some(&Need::Nothing), "a layer that is not visible is not opened");
}

#[test]
fn seeking_goes_back_and_composes_the_same() {
    let mut host =
        Host::new(r#"[{"asset": "clip", "rect": [1, 1, 5, 3], "fit": "stretch", "opacity": 0.5}]"#, &[0, 4, 8, 12]);
    let once: Vec<[u8; 32]> = (0..4).map(|n| frame_hash(&host.frame(n).view())).collect();
    host.stage.seek();
    host.next = 0;
    let again: Vec<[u8; 32]> = (1..4).map(|n| frame_hash(&host.frame(n).view())).collect();
    assert_eq!(again, once[1..]);
    assert_ne!(once[1], once[2]);
}

#[test]
fn inputs_are_asked_for_once_a_frame_and_stay() {
    let mut host = Host::new(r#"[{"asset": "mouth", "rect": [0, 0, 2, 2]}]"#, &[]);
    assert_eq!(host.frame(0).view().plane(0).row(0), [WHITE; 8], "nothing was pushed yet");
    let asset = host.stage.scene().assets.iter().position(|asset| asset.name == "mouth").unwrap();
    let mut mouth = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 2, 2).unwrap());
    mouth.bytes_mut().copy_from_slice(&[0, 0, 0, 255].repeat(4));
    host.stage.push_input(asset, mouth).unwrap();
    for n in 1..3 {
        assert_eq!(host.frame(n).view().plane(0).row(0)[..3], [16, 16, WHITE]);
    }
    let asked = host.log.iter().filter(|need| matches!(need, Need::Input { .. })).count();
    assert_eq!(asked, 3);
    let error = host.stage.push_input(asset, grey(1)).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("rgba 2x2")), ("E_WRONG_INPUT", true));
}

#[test]
fn a_still_is_shared_by_its_layers() {
    let layers = r#"[{"asset": "still", "rect": [0, 0, 4, 4], "fit": "stretch"}, {"asset": "still", "rect": [4, 0, 4, 4], "fit": "stretch"}]"#;
    let mut stage: Stage<Frame> = Stage::new(scene(layers)).unwrap();
    assert_eq!(stage.need(0), Need::Open { layer: 0 });
    let mut png = Vec::new();
    let black = image::RgbaImage::from_pixel(3, 3, image::Rgba([0, 0, 0, 255]));
    black.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    assert_eq!(stage.open_still(0, &png[..20]).unwrap_err().code(), "E_BAD_STILL");
    stage.open_still(0, &png).unwrap();
    assert_eq!(stage.need(0), Need::Nothing);
    let mut canvas = Frame::new(stage.canvas_layout().unwrap());
    stage.compose(0, &mut canvas.view_mut()).unwrap();
    assert_eq!(canvas.view().plane(0).row(2), [16; 8]);
}

#[test]
fn wrong_calls_are_errors() {
    let mut stage: Stage<Frame> = Stage::new(scene(r#"[{"asset": "clip"}, {"asset": "mouth"}]"#)).unwrap();
    let mut canvas = Frame::new(stage.canvas_layout().unwrap());
    assert_eq!(stage.compose(0, &mut canvas.view_mut()).unwrap_err().code(), "E_NOT_READY");
    assert_eq!(stage.push_picture(0, 0, grey(1)).unwrap_err().code(), "E_WRONG_SOURCE");
    assert_eq!(stage.push_picture(9, 0, grey(1)).unwrap_err().code(), "E_NO_SUCH");
    assert_eq!(stage.open_clip(1, ClipInfo::new(Rational::from_integer(1))).unwrap_err().code(), "E_WRONG_SOURCE");
    assert_eq!(stage.open_clip(0, ClipInfo::new(Rational::from_integer(0))).unwrap_err().code(), "E_BAD_TIME_SCALE");
    stage.open_clip(0, ClipInfo::new(Rational::from_integer(100))).unwrap();
    assert_eq!(stage.compose(0, &mut canvas.view_mut()).unwrap_err().code(), "E_NOT_READY");
    for tick in [0, 4] {
        stage.push_picture(0, tick, grey(1)).unwrap();
    }
    assert_eq!(stage.push_picture(0, 8, grey(1)).unwrap_err().code(), "E_NOT_NEEDED");
    let mut small = Frame::new(FrameLayout::packed(PixelFormat::I420, 2, 2).unwrap());
    assert_eq!(stage.compose(0, &mut small.view_mut()).unwrap_err().code(), "E_MISMATCH");
}

/// A layer that hides the canvas spares the ones below; the result is the same as with them.
#[test]
fn what_is_hidden_need_not_be_drawn() {
    let top = r#"{"asset": "clip", "fit": "stretch"}"#;
    let mut alone = Host::new(&format!("[{top}]"), &[0, 4, 8]);
    let below = r#"{"asset": "mouth", "rect": [1, 0, 5, 3]}"#;
    let mut covered = Host::new(&format!("[{below}, {top}]"), &[0, 4, 8]);
    let mut mouth = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 2, 2).unwrap());
    mouth.bytes_mut().fill(255);
    let asset = covered.stage.scene().assets.iter().position(|asset| asset.name == "mouth").unwrap();
    covered.stage.push_input(asset, mouth).unwrap();
    // Frame 3 is past the end of the clip, where what was hidden shows.
    let differ: Vec<bool> =
        (0..4).map(|n| frame_hash(&alone.frame(n).view()) != frame_hash(&covered.frame(n).view())).collect();
    assert_eq!(differ, [false, false, false, false], "white on white");
    let mut black = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 2, 2).unwrap());
    black.bytes_mut().copy_from_slice(&[0, 0, 0, 255].repeat(4));
    covered.stage.push_input(asset, black).unwrap();
    assert_ne!(frame_hash(&alone.frame(3).view()), frame_hash(&covered.frame(3).view()));
}

#[test]
fn speed_plays_faster_and_slower() {
    let mut host = Host::new(r#"[{"asset": "clip", "speed": 2, "offset": 0.01}]"#, &[0, 5, 8, 20]);
    let shown: Vec<u8> = (0..4).map(|n| host.luma(n)).collect();
    // Times 1, 9, 17, 25 ticks; the clip ends at 24.
    assert_eq!(shown, [50, 58, 58, WHITE]);
    let mut host = Host::new(r#"[{"asset": "clip", "speed": "1/3"}]"#, &[0, 5, 8, 20]);
    let shown: Vec<u8> = (0..9).map(|n| host.luma(n)).collect();
    // Times 0, 4/3, … 32/3 ticks.
    assert_eq!(shown, [50, 50, 50, 50, 55, 55, 58, 58, 58]);
}

#[test]
fn a_clip_that_loops_begins_again_at_its_offset() {
    let mut host = Host::new(r#"[{"asset": "clip", "after": "loop", "offset": 0.05}]"#, &[0, 5, 8, 12]);
    let shown: Vec<u8> = (0..8).map(|n| host.luma(n)).collect();
    // Times 5, 9, 13, 17, 21, 25, 29, 33 ticks; rounds are 16 − 5 = 11 ticks long: 5, 9, 13, 6, 10, 14, 7, 11.
    assert_eq!(shown, [55, 58, 62, 55, 58, 62, 55, 58]);
    let count = |what: fn(&Need) -> bool| host.log.iter().filter(|need| what(need)).count();
    assert_eq!(count(|need| matches!(need, Need::Open { .. })), 3);
    assert_eq!(count(|need| matches!(need, Need::Close { .. })), 2);
    assert_eq!(host.stage.asset_time(0, 3), Some(Rational::new(6, 100)));
}

#[test]
fn a_clip_without_length_does_not_loop_for_ever() {
    for (offset, ticks) in [("0.5", &[0, 5][..]), ("0", &[])] {
        let mut host = Host::new(&format!(r#"[{{"asset": "clip", "after": "loop", "offset": {offset}}}]"#), ticks);
        assert_eq!((host.luma(0), host.luma(1)), (WHITE, WHITE));
    }
}

#[test]
fn seeking_in_a_loop_shows_what_playing_shows() {
    let scene = r#"[{"asset": "clip", "after": "loop"}]"#;
    let mut played = Host::new(scene, &[0, 5, 8, 12]);
    let frames: Vec<u8> = (0..20).map(|n| played.luma(n)).collect();
    let mut host = Host::new(scene, &[0, 5, 8, 12]);
    for n in [13, 2, 19, 7, 6] {
        host.stage.seek();
        host.next = 0;
        assert_eq!(host.luma(n), frames[n as usize], "frame {n}");
    }
}

#[test]
fn keyframes_move_and_fade_a_layer() {
    let keyframes = r#"[{"asset": "clip", "fit": "stretch", "after": "hold",
        "keyframes": [{"at": 0, "rect": [-8, 0, 8, 4]}, {"at": 0.16, "rect": [0, 0, 8, 4], "opacity": 1}, {"at": 0.32, "opacity": 0}]}]"#;
    let mut host = Host::new(keyframes, &[0]);
    // At pixel 3: the picture's right edge is at 0, 2, 4, 6, 8, then it fades from 50 to 235.
    let shown: Vec<u8> = (0..9).map(|n| host.luma(n)).collect();
    let faded = |alpha: u32| ((50 * alpha + 235 * (255 - alpha) + 127) / 255) as u8;
    assert_eq!(shown, [WHITE, WHITE, 50, 50, 50, faded(191), faded(128), faded(64), WHITE]);
}

/// Takes what the stage offers like a native host: the ground itself where it can be written, else a canvas that is
/// brought up to date.
fn frames_by_ground(host: &mut Host, frames: u64) -> (Vec<[u8; 32]>, String) {
    let mut canvas = Frame::new(host.stage.canvas_layout().unwrap());
    let mut contents = host.stage.contents();
    let (mut hashes, mut ways) = (Vec::new(), String::new());
    for n in 0..frames {
        host.answer(n);
        let found = host.stage.ground(n).unwrap().map(|ground| (ground.layer, ground.is_covered, ground.is_last));
        let (hash, way) = match found {
            Some((_, false, _)) => (frame_hash(&host.stage.ground(n).unwrap().unwrap().picture.view()), 'p'),
            Some((layer, true, true)) => {
                let mut picture = host.stage.take(layer).unwrap();
                host.stage.draw_above(layer, &mut picture.view_mut()).unwrap();
                (frame_hash(&picture.view()), 'd')
            }
            _ => {
                host.stage.update(n, &mut canvas.view_mut(), &mut contents).unwrap();
                (frame_hash(&canvas.view()), 'c')
            }
        };
        hashes.push(hash);
        ways.push(way);
    }
    (hashes, ways)
}

#[test]
fn a_frame_is_its_ground_or_brought_up_to_date_and_looks_as_if_composed() {
    let patch = r#"{"asset": "mouth", "start": 0.2, "end": 0.6, "keyframes":
        [{"at": 0, "rect": [0, 0, 3, 2], "opacity": 0.5}, {"at": 0.3, "rect": [5, 2, 3, 2], "opacity": 1}]}"#;
    // Ticks of 1/100 s; a canvas frame lasts 4 of them.
    let (often, seldom): (Vec<i64>, Vec<i64>) = ((0..26).map(|n| 4 * n).collect(), (0..9).map(|n| 12 * n).collect());
    for (layers, ticks, ways) in [
        (r#"[{"asset": "clip"}]"#.to_owned(), &often, "p".repeat(25)),
        (
            format!(r#"[{{"asset": "clip"}}, {patch}]"#),
            &often,
            ["p".repeat(5), "d".repeat(10), "p".repeat(10)].concat(),
        ),
        // Every picture shows three times; only then it may be drawn on.
        (format!(r#"[{{"asset": "clip"}}, {patch}]"#), &seldom, "pppppcccdccdccdpppppppppp".replace("cccd", "dccd")),
        (format!(r#"[{{"asset": "clip", "opacity": 0.9}}, {patch}]"#), &often, "c".repeat(25)),
        (format!(r#"[{{"asset": "clip", "rect": [0, 0, 4, 4]}}, {patch}]"#), &seldom, "c".repeat(25)),
    ] {
        let host = || Host { pushes: true, ..Host::new(&layers, ticks) };
        let mut composed = host();
        let expected: Vec<_> = (0..25).map(|n| frame_hash(&composed.frame(n).view())).collect();
        let (hashes, taken) = frames_by_ground(&mut host(), 25);
        assert_eq!(taken, ways, "{layers}");
        for n in 0..25 {
            assert_eq!(hashes[n], expected[n], "frame {n} of {layers}");
        }
    }
}
