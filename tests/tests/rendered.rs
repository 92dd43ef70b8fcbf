//! The file that `millpond render` writes, looked at by FFmpeg's tools: streams, length, and sound in step with pictures.

use std::path::PathBuf;
use std::process::Command;

use millpond_tests::media;
use millpond_tests::programs::{millpond, output, succeed};
use millpond_tests::scenes::{scene, whole, with, write};
use serde_json::{Value, json};

fn rendered(name: &str, scene: &Value) -> PathBuf {
    let file = media::folder().join(format!("{name}-out.mp4"));
    succeed(Command::new(millpond()).arg("render").arg(write(name, scene)).arg("-o").arg(&file));
    file
}

fn probe(file: &PathBuf) -> Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json"]).arg(file);
    serde_json::from_slice(&succeed(&mut command)).expect("JSON from ffprobe")
}

fn seconds(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).expect("seconds")
}

#[test]
fn streams_and_length() {
    let clip = media::with_sound();
    // The last packet of sound ends a little after 5 s.
    let scene = with(whole(clip, (320, 180)), "/audio", json!([{"asset": "clip"}]));
    let scene = with(scene, "/duration", json!(5));
    let probe = probe(&rendered("streams", &scene));
    let (video, audio) = (&probe["streams"][0], &probe["streams"][1]);
    assert_eq!((&video["codec_name"], &audio["codec_name"]), (&json!("h264"), &json!("aac")));
    assert_eq!((&video["width"], &video["height"], &video["pix_fmt"]), (&json!(320), &json!(180), &json!("yuv420p")));
    assert_eq!((&video["color_space"], &video["color_range"]), (&json!("bt709"), &json!("tv")));
    assert_eq!(video["nb_read_packets"], "125");
    assert_eq!((&audio["sample_rate"], &audio["channels"]), (&json!("48000"), &json!(2)));
    for duration in [&probe["format"]["duration"], &video["duration"], &audio["duration"]] {
        assert!((seconds(duration) - 5.0).abs() <= 0.04, "{duration} is not within a frame of 5 s");
    }
}

/// The times at which the sound of a file becomes loud, and the pictures bright.
fn beeps_and_flashes(file: &PathBuf) -> (Vec<f64>, Vec<f64>) {
    let detect = |filters: [&str; 2], word: &str| -> Vec<f64> {
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-nostdin", "-i"]).arg(file).args(filters).args(["-f", "null", "-"]);
        let said = output(&mut command).stderr;
        let said = String::from_utf8_lossy(&said).replace('\r', "\n");
        let numbers = said.split(word).skip(1);
        numbers.filter_map(|rest| rest.trim_start().split([' ', '\n']).next()?.parse().ok()).collect()
    };
    let beeps = detect(["-af", "silencedetect=noise=-25dB:duration=0.2"], "silence_end:");
    let flashes = detect(["-vf", "blackdetect=d=0.1:pix_th=0.4"], "black_end:");
    (beeps, flashes)
}

#[test]
fn sound_is_in_step_with_the_pictures() {
    let clip = media::flash_and_beep();
    // A layer and a sound that begin late and in the middle of the clip: both must move together.
    for (name, start, offset) in [("sync", 0.0, 0.0), ("sync_moved", 0.4, 0.2)] {
        let place = json!([{"asset": "clip", "start": start, "offset": offset}]);
        let scene = with(scene((160, 90), json!({"clip": {"src": clip}}), place.clone()), "/audio", place);
        let scene = with(with(scene, "/canvas/background", json!("#000000")), "/duration", json!(3));
        let (beeps, flashes) = beeps_and_flashes(&rendered(name, &scene));
        let expected = [0.5, 1.5].map(|at: f64| at + start - offset);
        for (what, times) in [("beep", beeps), ("flash", flashes)] {
            for expected in expected {
                let nearest = times.iter().map(|time| (time - expected).abs()).fold(f64::INFINITY, f64::min);
                assert!(nearest <= 0.041, "{name}: no {what} within a frame of {expected} s, only at {times:?}");
            }
        }
    }
}

#[test]
fn an_odd_canvas_is_encoded_even() {
    let probe = probe(&rendered("odd_out", &whole(media::odd_444(), (161, 91))));
    assert_eq!((&probe["streams"][0]["width"], &probe["streams"][0]["height"]), (&json!(162), &json!(92)));
}
