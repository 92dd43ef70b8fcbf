//! Every kind of clip in every kind of scene, ten frames each.

use serde_json::{Value, json};

use super::{Case, case};
use crate::media;
use crate::scenes::{scene, whole, with};

/// Kinds of clips, each under a second.
fn clips() -> [(&'static str, &'static str); 7] {
    [
        ("b_frames", media::b_frames()),
        ("vp9_odd", media::vp9_odd()),
        ("av1", media::av1()),
        ("wide_pixels", media::wide_pixels()),
        ("rotated", media::rotated_90()),
        ("variable_rate", media::variable_rate()),
        ("ntsc", media::ntsc()),
    ]
}

/// The same five scenes over each of seven clips: 35 scenes.
pub fn matrix() -> Vec<Case> {
    let of_clip = |(kind, clip): (&str, &str)| {
        let scenes = [
            ("whole", fitted(clip)),
            ("pieces", pieces(clip)),
            ("blends", blends(clip)),
            ("motion", motion(clip)),
            ("stills", over_stills(clip)),
        ];
        scenes.map(|(name, scene)| {
            let ten_frames = with(scene, "/duration", json!("1/3"));
            let ten_frames = with(ten_frames, "/canvas/frame_rate", json!("30/1"));
            case(&format!("matrix_{kind}_{name}"), 10, ten_frames)
        })
    };
    clips().into_iter().flat_map(of_clip).collect()
}

/// Within the canvas, which shows at the sides.
fn fitted(clip: &str) -> Value {
    whole(clip, (200, 120))
}

/// Crops at odd places, partly outside, on RGBA.
fn pieces(clip: &str) -> Value {
    let layers = json!([
        {"asset": "clip", "fit": "stretch"},
        {"asset": "clip", "crop": [11, 7, 83, 61], "rect": [-9, 51, 97, 71], "fit": "cover"},
        {"asset": "clip", "crop": [1, 1, 64, 64], "rect": [101, 13, 64, 64], "opacity": 0.6, "offset": 0.1},
    ]);
    with(scene((180, 110), json!({"clip": {"src": clip}}), layers), "/canvas/format", json!("rgba"))
}

fn blends(clip: &str) -> Value {
    let layers = json!([
        {"asset": "clip", "fit": "cover"},
        {"asset": "clip", "rect": [5, 3, 91, 51], "blend": "multiply", "filter": "lanczos3", "offset": 0.1},
        {"asset": "clip", "rect": [60, 40, 90, 60], "blend": "screen", "opacity": 0.7, "filter": "nearest",
         "mask": {"shape": "ellipse", "feather": 8}},
    ]);
    scene((160, 100), json!({"clip": {"src": clip}}), layers)
}

/// A fast layer that loops, a slow one that moves and fades in.
fn motion(clip: &str) -> Value {
    let layers = json!([
        {"asset": "clip", "speed": 2, "after": "loop"},
        {"asset": "clip", "speed": "1/3", "keyframes": [
            {"at": 0, "rect": [-40, 5, 60, 40], "opacity": 0.2, "ease": "ease-in-out"},
            {"at": 0.3, "rect": [90, 50, 80, 60], "opacity": 1},
        ]},
    ]);
    scene((160, 100), json!({"clip": {"src": clip}}), layers)
}

/// Between stills with alpha on a canvas that is odd in both directions.
fn over_stills(clip: &str) -> Value {
    let assets = json!({
        "clip": {"src": clip},
        "png": {"src": media::png_with_alpha()},
        "jpeg": {"src": media::jpeg()},
    });
    let layers = json!([
        {"asset": "jpeg", "fit": "cover"},
        {"asset": "clip", "rect": [13, 9, 121, 73], "opacity": 0.9},
        {"asset": "png", "rect": [80, 30, 80, 60], "start": 0.1},
    ]);
    scene((161, 91), assets, layers)
}
