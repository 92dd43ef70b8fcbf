//! The promise: native and browser compose the same bytes, frame by frame, whatever the clip and the scene.

use millpond_tests::media;
use millpond_tests::scenes::{conformance, scene, whole, with};
use serde_json::{Value, json};

/// Both sides compose so many frames, and each is equal.
fn equal(name: &str, frames: usize, scene: &Value, more: &[&str]) {
    let run = conformance(name, scene, more);
    let differing: Vec<_> = run.frames.iter().filter(|frame| frame["equal"] != true).collect();
    let (all, said) = (run.frames.len(), &run.said);
    assert!(differing.is_empty(), "{name}: {} of {all} frames differ: {differing:#?}\n{said}", differing.len());
    assert_eq!(run.code, Some(0), "{name}: {said}");
    assert_eq!(run.frames.len(), frames, "{name}: composed frames");
}

/// A clip drawn 1:1 over the whole canvas.
fn equal_whole(name: &str, clip: &str, size: (u32, u32), frames: usize) {
    equal(name, frames, &whole(clip, size), &[]);
}

#[test]
fn untouched() {
    equal_whole("untouched", media::plain(), (320, 180), 25);
}

#[test]
fn one_flipped_byte_is_found() {
    let scene = whole(media::plain(), (320, 180));
    let run = conformance("flipped", &scene, &["--flip-byte", "7"]);
    let differing: Vec<_> = run.frames.iter().filter(|frame| frame["equal"] != true).map(|f| &f["frame"]).collect();
    assert_eq!(run.code, Some(1), "{}", run.said);
    assert_eq!(differing, [&json!(7)]);
}

#[test]
fn a_scene_that_is_missing_is_not_a_difference() {
    let output = millpond_tests::programs::xtask(["conformance", "no-such-scene.json"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Scenes lie anywhere, and files have names.
#[test]
fn outside_the_repository() {
    let folder = std::env::temp_dir().join(format!("millpond 100% ä #{}", std::process::id()));
    std::fs::create_dir_all(folder.join("sub folder")).expect("a folder");
    let clip = folder.join("sub folder/Clip ö & 1.mp4");
    std::fs::copy(media::folder().join(media::plain()), &clip).expect("a clip");
    let file = folder.join("my scene?.json");
    let scene = whole("./sub folder/Clip ö & 1.mp4", (320, 180));
    std::fs::write(&file, scene.to_string()).expect("a scene");
    let output = millpond_tests::programs::xtask(["conformance", &file.to_string_lossy(), "--frames", "3"]);
    std::fs::remove_dir_all(&folder).expect("the folder");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "3 frames, all equal in native and browser\n");
}

/// A scene that lasts as long as its sound: both sides find the same end, to the millisecond. FFmpeg's demuxer alone
/// would count the encoder's priming at the end as well.
#[test]
fn as_long_as_its_sound() {
    let mut scene = scene((16, 16), json!({"clip": {"src": media::with_sound()}}), json!([]));
    scene["canvas"]["frame_rate"] = json!("1000/1");
    scene["audio"] = json!([{"asset": "clip", "offset": 4.8}]);
    let run = conformance("as_long_as_its_sound", &scene, &[]);
    assert_eq!(run.code, Some(0), "{}", run.said);
    assert!((200..225).contains(&run.frames.len()), "{} ms", run.frames.len());
}

/// The clip is a second long: it loops twice, and the fast one four times.
#[test]
fn fast_slow_looping_and_moving() {
    let clip = media::plain();
    let layers = json!([
        {"asset": "clip", "after": "loop"},
        {"asset": "clip", "rect": [0, 90, 160, 90], "speed": "3/2", "after": "loop", "offset": 0.2},
        {"asset": "clip", "speed": 0.4, "keyframes": [
            {"at": 0.2, "rect": [-80, 10, 80, 45], "opacity": 0.2, "ease": "ease-in-out"},
            {"at": 1.7, "rect": [200, 100, 160, 90], "opacity": 1},
        ]},
    ]);
    let mut scene = scene((320, 180), json!({"clip": {"src": clip}}), layers);
    scene["duration"] = json!(2.6);
    equal("fast_slow_looping", 65, &scene, &[]);
}

#[test]
fn blended_masked_and_filtered() {
    let clip = media::plain();
    let layers = json!([
        {"asset": "clip"},
        {"asset": "clip", "rect": [11, 9, 131, 75], "blend": "multiply", "filter": "lanczos3", "offset": 0.3},
        {"asset": "clip", "rect": [100, 60, 160, 90], "blend": "screen", "opacity": 0.7, "filter": "nearest",
         "mask": {"shape": "ellipse", "feather": 12}, "after": "loop", "offset": 0.5},
        {"asset": "clip", "rect": [200, 10, 97, 55], "mask": {"shape": "rectangle", "feather": 5}, "filter": "box"},
    ]);
    let scene = scene((320, 180), json!({"clip": {"src": clip}}), layers);
    equal("blended_i420", 25, &scene, &[]);
    equal("blended_rgba", 25, &with(scene, "/canvas/format", json!("rgba")), &[]);
}

#[test]
fn scaled_up_and_down() {
    let clip = media::plain();
    let layers = json!([
        {"asset": "clip", "fit": "stretch"},
        {"asset": "clip", "rect": [10, 10, 97, 55]},
        {"asset": "clip", "rect": [130, 60, 333, 190], "fit": "cover"},
    ]);
    equal("scaled", 25, &scene((480, 270), json!({"clip": {"src": clip}}), layers), &[]);
}

/// Stills with alpha over a clip, with opacity, at odd places and partly outside.
fn blended() -> Value {
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

#[test]
fn alpha_on_i420() {
    equal("alpha_i420", 25, &blended(), &[]);
}

#[test]
fn alpha_on_rgba() {
    equal("alpha_rgba", 25, &with(blended(), "/canvas/format", json!("rgba")), &[]);
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

#[test]
fn crops_and_odd_rects() {
    equal("crops", 25, &cropped(), &[]);
}

#[test]
fn crops_and_odd_rects_on_rgba() {
    equal("crops_rgba", 25, &with(cropped(), "/canvas/format", json!("rgba")), &[]);
}

#[test]
fn odd_canvas() {
    let odd = with(with(cropped(), "/canvas/width", json!(321)), "/canvas/height", json!(179));
    equal("odd_canvas", 25, &odd, &[]);
}

#[test]
fn b_frames() {
    equal_whole("b_frames", media::b_frames(), (192, 108), 30);
}

#[test]
fn b_frames_from_an_offset() {
    let late = with(whole(media::b_frames(), (192, 108)), "/layers/0/offset", json!(0.52));
    equal("b_frames_offset", 17, &late, &[]);
}

#[test]
fn edit_list() {
    equal_whole("edit_list", media::edit_list(), (192, 108), 12);
}

#[test]
fn empty_edit() {
    equal_whole("empty_edit", media::empty_edit(), (192, 108), 35);
}

#[test]
fn variable_rate() {
    equal("variable_rate", 25, &with(whole(media::variable_rate(), (192, 108)), "/duration", json!(1)), &[]);
}

#[test]
fn ntsc_onto_25() {
    equal("ntsc", 25, &with(whole(media::ntsc(), (192, 108)), "/duration", json!(1)), &[]);
}

#[test]
fn ntsc_onto_ntsc() {
    let scene = with(whole(media::ntsc(), (192, 108)), "/canvas/frame_rate", json!("30000/1001"));
    equal("ntsc_ntsc", 30, &scene, &[]);
}

#[test]
fn matroska() {
    equal("matroska", 25, &with(whole(media::matroska(), (192, 108)), "/duration", json!(1)), &[]);
}

#[test]
fn held_at_the_end() {
    let held = with(whole(media::untagged(), (192, 108)), "/layers/0/after", json!("hold"));
    equal("held", 20, &with(held, "/duration", json!(0.8)), &[]);
}

#[test]
fn fragmented() {
    // No edit list moves the first picture to time 0 here: it shows from 0 on, and the clip ends 0.08 s later.
    equal_whole("fragmented", media::fragmented(), (192, 108), 32);
}

/// Wherever the tags stand, each clip on both canvas formats.
fn colour(name: &str, clip: &str) {
    let scene = whole(clip, (192, 108));
    equal(name, 10, &scene, &[]);
    equal(&format!("{name}_rgba"), 10, &with(scene, "/canvas/format", json!("rgba")), &[]);
}

#[test]
fn colour_untagged() {
    colour("untagged", media::untagged());
}

#[test]
fn colour_bt601() {
    colour("bt601", media::bt601());
}

#[test]
fn colour_in_bitstream_only() {
    colour("bt601_in_bitstream", media::bt601_in_bitstream());
}

#[test]
fn colour_in_container_only() {
    colour("bt601_in_container", media::bt601_in_container());
}

#[test]
fn colour_tags_disagree() {
    colour("tags_disagree", media::tags_disagree());
}

#[test]
fn colour_full_range() {
    colour("full_range", media::full_range());
}

#[test]
fn colour_full_range_in_bitstream_only() {
    colour("full_range_in_bitstream", media::full_range_in_bitstream());
}

#[test]
fn colour_overridden_by_the_scene() {
    let scene =
        with(whole(media::untagged(), (192, 108)), "/assets/clip/color", json!({"matrix": "bt601", "range": "full"}));
    equal("overridden", 10, &scene, &[]);
}

#[test]
fn rotated() {
    for (name, clip, size) in [
        ("rotated_90", media::rotated_90(), (108, 192)),
        ("rotated_180", media::rotated_180(), (192, 108)),
        ("rotated_270", media::rotated_270(), (108, 192)),
    ] {
        equal_whole(name, clip, size, 30);
    }
}

#[test]
fn pixels_that_are_not_square() {
    equal_whole("wide_pixels", media::wide_pixels(), (256, 144), 10);
    equal_whole("tall_pixels", media::tall_pixels(), (180, 135), 10);
}

#[test]
fn sizes_the_codec_pads() {
    equal_whole("cropped_by_codec", media::cropped_by_codec(), (186, 106), 10);
}

#[test]
fn odd_444() {
    equal_whole("odd_444", media::odd_444(), (161, 91), 10);
}

#[test]
fn ten_bit() {
    equal_whole("ten_bit", media::ten_bit(), (192, 108), 10);
}

#[test]
fn vp9_and_av1() {
    equal_whole("vp9_odd", media::vp9_odd(), (161, 91), 15);
    equal_whole("av1", media::av1(), (192, 108), 15);
}

#[test]
fn a_still_alone() {
    let scene = whole(media::png_with_alpha(), (80, 60));
    equal("still", 3, &with(scene, "/duration", json!(0.12)), &[]);
}

#[test]
fn pushed_pictures() {
    let (width, height) = media::RAW_SIZE;
    let assets = json!({
        "clip": {"src": media::plain()},
        "mouth": {"input": {"width": width, "height": height, "format": "rgba"}},
    });
    let layers = json!([{"asset": "clip"}, {"asset": "mouth", "rect": [41, 33, 100, 100], "opacity": 0.9}]);
    let file = media::folder().join(media::raw_rgba());
    let input = format!("mouth={}", file.display());
    equal("pushed", 25, &scene((320, 180), assets, layers), &["--input", &input]);
}

#[test]
fn pushed_clips() {
    for (format, clip) in [("i420", media::ntsc()), ("rgba", media::bt601())] {
        let assets = json!({
            "clip": {"src": media::plain()},
            "mouth": {"input": {"width": 192, "height": 108, "format": format}},
        });
        let layers = json!([{"asset": "clip"}, {"asset": "mouth", "rect": [41, 33, 150, 100], "opacity": 0.9}]);
        let input = format!("mouth={}", media::folder().join(clip).display());
        equal(&format!("pushed_{format}"), 25, &scene((320, 180), assets, layers), &["--input", &input]);
    }
}
