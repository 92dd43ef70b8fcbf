//! What scenes do with pictures: moving, blending, masking, scaling, cropping, stills with alpha.

use serde_json::{Value, json};

use super::{Case, case, whole_case};
use crate::media;
use crate::scenes::{scene, whole, with};

/// Every way to put pictures together, over one clip that needs no conversion, on both canvas formats.
pub fn compositions() -> Vec<Case> {
    let rgba = |scene: Value| with(scene, "/canvas/format", json!("rgba"));
    let odd = |scene: Value| with(with(scene, "/canvas/width", json!(321)), "/canvas/height", json!(179));
    vec![
        whole_case("untouched", media::plain(), (320, 180), 25),
        case("fast_slow_looping", 65, moving()),
        case("blended_i420", 25, blended()),
        case("blended_rgba", 25, rgba(blended())),
        case("scaled", 25, scaled()),
        case("alpha_i420", 25, with_stills()),
        case("alpha_rgba", 25, rgba(with_stills())),
        case("crops", 25, cropped()),
        case("crops_rgba", 25, rgba(cropped())),
        case("odd_canvas", 25, odd(cropped())),
        case("still", 3, with(whole(media::png_with_alpha(), (80, 60)), "/duration", json!(0.12))),
    ]
}

/// The clip is a second long: it loops twice, and the fast one four times.
fn moving() -> Value {
    let layers = json!([
        {"asset": "clip", "after": "loop"},
        {"asset": "clip", "rect": [0, 90, 160, 90], "speed": "3/2", "after": "loop", "offset": 0.2},
        {"asset": "clip", "speed": 0.4, "keyframes": [
            {"at": 0.2, "rect": [-80, 10, 80, 45], "opacity": 0.2, "ease": "ease-in-out"},
            {"at": 1.7, "rect": [200, 100, 160, 90], "opacity": 1},
        ]},
    ]);
    let mut scene = scene((320, 180), json!({"clip": {"src": media::plain()}}), layers);
    scene["duration"] = json!(2.6);
    scene
}

fn blended() -> Value {
    let layers = json!([
        {"asset": "clip"},
        {"asset": "clip", "rect": [11, 9, 131, 75], "blend": "multiply", "filter": "lanczos3", "offset": 0.3},
        {"asset": "clip", "rect": [100, 60, 160, 90], "blend": "screen", "opacity": 0.7, "filter": "nearest",
         "mask": {"shape": "ellipse", "feather": 12}, "after": "loop", "offset": 0.5},
        {"asset": "clip", "rect": [200, 10, 97, 55], "mask": {"shape": "rectangle", "feather": 5}, "filter": "box"},
    ]);
    scene((320, 180), json!({"clip": {"src": media::plain()}}), layers)
}

fn scaled() -> Value {
    let layers = json!([
        {"asset": "clip", "fit": "stretch"},
        {"asset": "clip", "rect": [10, 10, 97, 55]},
        {"asset": "clip", "rect": [130, 60, 333, 190], "fit": "cover"},
    ]);
    scene((480, 270), json!({"clip": {"src": media::plain()}}), layers)
}

/// Stills with alpha over a clip, with opacity, at odd places and partly outside.
fn with_stills() -> Value {
    let assets = json!({
        "clip": {"src": media::plain()},
        "png": {"src": media::png_with_alpha()},
        "jpeg": {"src": media::jpeg()},
        "webp": {"src": media::webp()},
        "lossy": {"src": media::webp_lossy()},
    });
    let layers = json!([
        {"asset": "clip"},
        {"asset": "png", "rect": [15, 21, 80, 60]},
        {"asset": "jpeg", "rect": [-31, 101, 97, 65], "opacity": 0.5},
        {"asset": "webp", "rect": [201, -17, 133, 99], "opacity": 0.8, "start": 0.2, "end": 0.8},
        {"asset": "lossy", "rect": [271, 133, 96, 64], "start": 0.48},
        {"asset": "clip", "rect": [121, 61, 101, 57], "opacity": 0.333, "offset": 0.4},
    ]);
    scene((320, 180), assets, layers)
}

fn cropped() -> Value {
    let layers = json!([
        {"asset": "clip", "crop": [31, 17, 251, 131]},
        {"asset": "clip", "crop": [1, 1, 161, 91], "rect": [3, 5, 161, 91], "fit": "stretch"},
        {"asset": "clip", "crop": [100, 50, 33, 99], "rect": [-7, 77, 81, 81], "fit": "cover"},
        {"asset": "clip", "crop": [100, 50, 120, 80], "rect": [250, 130, 201, 101], "opacity": 0.7},
    ]);
    scene((322, 182), json!({"clip": {"src": media::plain()}}), layers)
}
