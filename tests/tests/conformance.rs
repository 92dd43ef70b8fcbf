//! The promise: native and browser compose the same bytes, frame by frame, whatever the clip and the scene. The browser
//! is Chromium; `firefox.rs` asks another.

use millpond_tests::media;
use millpond_tests::scenes::{run_all, scene, whole};
use millpond_tests::suite::{self, case, equal};
use serde_json::json;

#[test]
fn compositions() {
    equal(&suite::compositions(), &[]);
}

#[test]
fn times() {
    equal(&suite::times(), &[]);
}

#[test]
fn colours() {
    equal(&suite::colours(), &[]);
}

#[test]
fn shapes() {
    equal(&suite::shapes(), &[]);
}

#[test]
fn codecs() {
    equal(&suite::codecs().concat(), &[]);
}

/// Seven kinds of clips in five scenes.
#[test]
fn matrix() {
    equal(&suite::matrix(), &[]);
}

/// The same, each frame after a seek from another place of the scene.
#[test]
fn matrix_out_of_order() {
    equal(&suite::matrix(), &["--shuffled"]);
}

#[test]
fn one_flipped_byte_is_found() {
    let cases = [case("flipped", 25, whole(media::plain(), (320, 180)))];
    let run = run_all(&cases, &["--flip-byte", "7"]);
    let differing: Vec<_> = run.frames.iter().filter(|frame| frame["equal"] != true).map(|f| &f["frame"]).collect();
    assert_eq!(run.code, Some(1), "{}", run.said);
    assert_eq!(differing, [&json!(7)]);
}

#[test]
fn a_scene_that_is_missing_is_not_a_difference() {
    let output = millpond_tests::programs::xtask(["conformance", "no-such-scene.json"]);
    assert_eq!(output.status.code(), Some(2));
}

/// What only the native side can decode is named, and the other scenes are compared all the same.
#[test]
fn a_scene_that_the_browser_cannot_play() {
    let cases = [
        case("mpeg4", 10, whole(media::mpeg4(), (192, 108))),
        case("after_mpeg4", 10, whole(media::untagged(), (192, 108))),
    ];
    let run = run_all(&cases, &[]);
    assert_eq!(run.code, Some(2), "{}", run.said);
    let (failed, composed): (Vec<_>, Vec<_>) = run.frames.iter().partition(|line| line["failed"].is_string());
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0]["scene"], json!(run.paths[0]));
    assert!(composed.iter().all(|line| line["scene"] == json!(run.paths[1]) && line["equal"] == true), "{composed:#?}");
    assert_eq!(composed.len(), 10);
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
    let run = run_all(&[case("as_long_as_its_sound", 0, scene)], &[]);
    assert_eq!(run.code, Some(0), "{}", run.said);
    assert!((200..225).contains(&run.frames.len()), "{} ms", run.frames.len());
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
    equal(&[case("pushed", 25, scene((320, 180), assets, layers))], &["--input", &input]);
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
        let pushed = case(&format!("pushed_{format}"), 25, scene((320, 180), assets, layers));
        equal(&[pushed], &["--input", &input]);
    }
}
