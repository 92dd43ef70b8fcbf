//! The sound that comes out: present, as long as the pictures, and where the scene puts it.

use crate::common::{clip, ffprobe, folder, made, render, sample, scene, shell};
use std::path::Path;

const RATE: usize = 48_000;

/// The left channel of a file's sound at 48 kHz, as the `ffmpeg` command decodes it.
fn left(file: &Path) -> Vec<f32> {
    let line = format!("ffmpeg -v error -i '{}' -map 0:a:0 -ar {RATE} -af pan='mono|c0=c0' -f f32le -", file.display());
    let bytes = shell(Path::new("."), &line);
    bytes.chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap())).collect()
}

/// By how many samples `heard` lags behind `expected`, up to 5 ms either way, and how alike they are then (1 is equal).
fn lag(heard: &[f32], expected: &[f32]) -> (i64, f64) {
    const REACH: usize = RATE / 200;
    let middle = REACH..expected.len().min(heard.len()) - REACH;
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let expected = &expected[middle.clone()];
    let energy = dot(expected, expected);
    let alike = |lag: i64| {
        let from = (middle.start as i64 + lag) as usize;
        let heard = &heard[from..from + expected.len()];
        dot(heard, expected) / (dot(heard, heard) * energy).sqrt()
    };
    let reach = REACH as i64;
    (-reach..=reach).map(|lag| (lag, alike(lag))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

#[test]
fn sound_is_in_sync_and_as_long_as_the_scene() {
    let voice = made(
        "sweep.wav",
        "-f lavfi -i aevalsrc='0.4*sin(2*PI*(200*t+150*t*t))*(1+sin(2*PI*7*t))/2:s=48000:d=3' -c:a pcm_f32le",
    );
    let rest = r#""assets": {"clip": {"src": "clip.mp4"}, "voice": {"src": "sweep.wav"}}, "layers": [{"asset": "clip"}],
        "audio": [{"asset": "voice", "start": 0.5, "offset": 0.25, "gain_db": -6.020599913}], "duration": 2.02"#;
    let folder = folder(&scene(rest), &[&clip(), &voice]);
    render(&folder, &["-o", "out.mp4"]).expect(0);
    let out = folder.path().join("out.mp4");
    assert_eq!(ffprobe(&out, "a:0", "stream=codec_name,sample_rate,channels"), "aac,48000,2");
    let duration = |stream: &str| ffprobe(&out, stream, "stream=duration").parse::<f64>().unwrap();
    assert!((duration("a:0") - 2.02).abs() < 0.001, "{}", duration("a:0"));
    assert!((duration("v:0") - 2.02).abs() <= 0.04, "{}", duration("v:0"));

    let heard = left(&out);
    let source = left(&voice);
    let quiet = heard[..RATE / 2 - RATE / 20].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(quiet < 0.01, "sound before its start: {quiet}");
    let (lag, alike) = lag(&heard[RATE / 2..2 * RATE], &source[RATE / 4..]);
    assert!(lag.abs() <= 1 && alike > 0.99, "lag {lag} samples, {alike}");
    let level = |samples: &[f32]| samples.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
    let ratio = level(&heard[RATE..RATE * 3 / 2]) / level(&source[RATE * 3 / 4..RATE * 5 / 4]);
    assert!((ratio - 0.25).abs() < 0.02, "-6 dB is a quarter of the power, not {ratio}");
}

#[test]
fn the_samples_own_sound_is_in_sync() {
    let bunny = sample("bigbuckbunny.mp4");
    let rest = r#""assets": {"bunny": {"src": "bigbuckbunny.mp4"}}, "layers": [{"asset": "bunny"}], "audio": [{"asset": "bunny"}]"#;
    let folder = folder(&scene(rest), &[&bunny]);
    render(&folder, &["-o", "out.mp4"]).expect(0);
    // The documented downmix, by ffmpeg.
    let line = format!(
        "ffmpeg -v error -i '{}' -map 0:a:0 -af 'pan=mono|c0=FL+0.70710678*FC+0.70710678*BL' -f f32le -",
        bunny.display()
    );
    let bytes = shell(folder.path(), &line);
    let expected: Vec<f32> =
        bytes.chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap())).collect();
    let (lag, alike) = lag(&left(&folder.path().join("out.mp4")), &expected);
    assert!(lag.abs() <= 1 && alike > 0.95, "lag {lag} samples, {alike}");
}

#[test]
fn a_file_without_sound_is_silent_with_a_warning() {
    let silent =
        made("silent.mp4", "-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.4 -c:v libx264 -pix_fmt yuv420p");
    let rest =
        r#""assets": {"clip": {"src": "silent.mp4"}}, "layers": [{"asset": "clip"}], "audio": [{"asset": "clip"}]"#;
    let folder = folder(&scene(rest), &[&silent]);
    let outcome = render(&folder, &["-o", "out.mp4"]).expect(0);
    assert!(outcome.stderr.contains("warning[W_NO_SOUND]"), "{}", outcome.stderr);
    assert!(left(&folder.path().join("out.mp4")).iter().all(|sample| *sample == 0.0));
}
