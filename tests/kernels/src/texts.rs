//! Files that people write: scenes and mel configurations. Whatever they hold, reading them ends with a value or with
//! errors. A scene that was read can be played; a configuration is read again from what it is written as.

use millpond_core::audio::MelConfig;
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_scene::{ClipInfo, Need, Rational, Scene, Source, Stage};

/// Reads a scene, and composes some of its frames if they are small: each asset is a clip of two pictures.
///
/// # Panics
/// When a scene is refused without a reason.
pub fn scene(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Scene::from_json(text) {
        Ok(scene) => play(scene),
        Err(errors) => assert!(!errors.0.is_empty(), "refused without a reason"),
    }
}

/// Largest area of a canvas that is composed, and of a rectangle, for which a mask may be made.
const SMALL: u64 = 1 << 14;

fn play(scene: Scene) {
    let is_small = |width: u32, height: u32| u64::from(width) * u64::from(height) <= SMALL;
    let keyed = scene.layers.iter().flat_map(|layer| layer.keyframes.iter().filter_map(|keyframe| keyframe.rect));
    let mut rects = scene.layers.iter().filter_map(|layer| layer.rect).chain(keyed);
    let canvas = is_small(scene.canvas.width, scene.canvas.height);
    if !canvas || !rects.all(|rect| is_small(rect.width, rect.height)) || scene.layers.len() > 8 {
        return;
    }
    let Ok(mut stage) = Stage::new(scene) else { return };
    let Ok(layout) = stage.canvas_layout() else { return };
    let mut canvas = Frame::new(layout);
    for n in [0, 1, 30, u64::from(u32::MAX)] {
        let mut given = 0;
        // A clip that loops may ask for ever, when it is shorter than a frame.
        for _ in 0..100 {
            let done = match stage.need(n) {
                Need::Nothing => break,
                Need::Open { layer } => {
                    given = 0;
                    stage.open_clip(layer, ClipInfo::new(Rational::from_integer(25)))
                }
                Need::Picture { layer } if given == 2 => stage.end_clip(layer, 2),
                Need::Picture { layer } => {
                    given += 1;
                    stage.push_picture(layer, given - 1, picture(PixelFormat::I420, 20, 10))
                }
                Need::Input { asset } => match stage.scene().assets[asset].source {
                    Source::Input { width, height, format } if is_small(width, height) => {
                        stage.push_input(asset, picture(format, width, height))
                    }
                    _ => return,
                },
                Need::Seek { .. } | Need::Close { .. } => Ok(()),
            };
            if done.is_err() {
                return;
            }
        }
        // Refusing is right too: a crop may lie outside of what the clip turns out to be.
        let _ = stage.compose(n, &mut canvas.view_mut());
    }
}

fn picture(format: PixelFormat, width: u32, height: u32) -> Frame {
    let layout = FrameLayout::aligned(format, width, height).unwrap_or_else(|e| panic!("{width}x{height}: {e}"));
    let mut frame = Frame::new(layout);
    frame.bytes_mut().iter_mut().enumerate().for_each(|(index, byte)| *byte = (index * 37) as u8);
    frame
}

/// Reads a configuration, and what it is written as.
///
/// # Panics
/// When the two differ.
pub fn mel(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(config) = MelConfig::from_json(text) {
        assert_eq!(MelConfig::from_json(&config.to_json()), Ok(config));
    }
}
