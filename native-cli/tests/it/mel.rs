//! The features of a file's sound as NumPy reads them, as JSON, and as a picture.

use crate::common::{made, millpond, sample, shell};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Shape and values of a .npy file.
fn npy(path: &Path) -> (Vec<usize>, Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0);
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False") && header.ends_with('\n'));
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(", ").map(|side| side.parse().unwrap()).collect();
    let values: Vec<f32> =
        bytes[10 + length..].chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap())).collect();
    assert_eq!(values.len(), shape.iter().product::<usize>());
    (shape, values)
}

/// A folder, and `millpond mel FILE -o FOLDER/NAME ARGUMENTS`.
struct Run {
    folder: TempDir,
}

impl Run {
    fn new() -> Run {
        Run { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn mel(&self, file: &Path, name: &str, arguments: &[&str]) -> crate::common::Outcome {
        let mut all = vec!["mel".into(), file.as_os_str().to_owned(), "-o".into(), self.path(name).into_os_string()];
        all.extend(arguments.iter().map(Into::into));
        millpond(all)
    }

    fn npy(&self, file: &Path, arguments: &[&str]) -> (Vec<usize>, Vec<f32>) {
        self.mel(file, "out.npy", arguments).expect(0);
        npy(&self.path("out.npy"))
    }
}

fn tone() -> PathBuf {
    made("tone.wav", "-f lavfi -i sine=frequency=1000:sample_rate=16000:duration=1 -c:a pcm_s16le")
}

const SWEEP: &str = "-f lavfi -i 'aevalsrc=0.4*sin(2*PI*(200+600*t)*t):s=16000:d=2' -ac 1";

fn sweep() -> PathBuf {
    made("mel_sweep.wav", &format!("{SWEEP} -c:a pcm_s16le"))
}

#[test]
fn a_tone_is_loud_in_one_band() {
    let run = Run::new();
    run.mel(&tone(), "mel.npy", &["-o", run.path("mel.png").to_str().unwrap()]).expect(0);
    let (shape, values) = npy(&run.path("mel.npy"));
    let (rows, columns) = (80, 1 + 16_000 / 200);
    assert_eq!(shape, [rows, columns]);
    let loudest = (0..rows).max_by(|&a, &b| values[a * columns + 40].total_cmp(&values[b * columns + 40])).unwrap();
    // Slaney mels are linear below 1 kHz: 66.67 Hz each. 55 to 7600 Hz are mels 0.825 to 44.5; 82 edges lie 0.539 apart.
    assert_eq!(loudest, ((15.0 - 0.825_f64) / 0.539).round() as usize - 1);
    assert!(values.iter().all(|value| (-4.0..=4.0).contains(value)));
    assert_eq!(image::open(run.path("mel.png")).unwrap().width(), 81);
}

#[test]
fn a_clip_with_surround_sound_is_mixed_down_and_resampled() {
    let run = Run::new();
    let outcome = run.mel(&sample("bigbuckbunny.mp4"), "mel.npy", &["--json"]).expect(0);
    let done = outcome.last_event();
    let (shape, _) = npy(&run.path("mel.npy"));
    assert_eq!((&done["n_mels"], &done["n_frames"]), (&shape[0].into(), &shape[1].into()));
    // 5.312 s of sound, 80 frames a second.
    assert!((shape[1] as f64 - 5.312 * 80.0).abs() < 3.0, "{shape:?}");
}

/// The same samples in other containers and codecs without loss; and a codec with loss.
#[test]
fn whatever_ffmpeg_reads_has_its_features() {
    let run = Run::new();
    let wav = run.npy(&sweep(), &[]);
    assert_eq!(wav.0, [80, 161]);
    for (name, codec) in [
        ("mel_sweep.flac", "flac"),
        ("mel_sweep.mka", "flac"),
        ("mel_sweep.m4a", "alac"),
        ("mel_sweep.aiff", "pcm_s16be"),
    ] {
        let file =
            made(name, &format!("{SWEEP} -sample_fmt s16{} -c:a {codec}", if codec == "alac" { "p" } else { "" }));
        assert_eq!(run.npy(&file, &[]), wav, "{name}");
    }
    let (shape, values) = run.npy(&made("mel_sweep.mp3", &format!("{SWEEP} -b:a 64k")), &[]);
    // An encoder adds up to a tenth of a second of silence.
    assert!(shape[0] == 80 && (161..=170).contains(&shape[1]), "{shape:?}");
    assert!(values.iter().filter(|value| **value > 1.0).count() > 160);
}

#[test]
fn every_profile_has_its_shape() {
    let run = Run::new();
    let samples = 32_000;
    for (profile, n_mels, rate, n_frames) in [
        ("lipsync", 80, 16_000, 1 + samples / 200),
        ("wav2lip", 80, 16_000, 1 + samples / 200),
        ("whisper-80", 80, 16_000, samples / 160),
        ("whisper-128", 128, 16_000, samples / 160),
        ("librosa", 128, 22_050, 1 + 44_100 / 512),
        ("torchaudio", 128, 16_000, 1 + samples / 200),
        ("kaldi-fbank-80", 80, 16_000, 1 + (samples - 400) / 160),
    ] {
        let (shape, values) = run.npy(&sweep(), &["--profile", profile]);
        assert_eq!(shape, [n_mels, n_frames], "{profile} at {rate} Hz");
        assert!(values.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_profile_of_ones_own() {
    let run = Run::new();
    std::fs::write(run.path("own.json"), r#"{"profile": "lipsync", "hop_samples": 160, "n_mels": 40}"#).unwrap();
    let own = run.path("own.json");
    let (shape, _) = run.npy(&sweep(), &["--profile", own.to_str().unwrap()]);
    assert_eq!(shape, [40, 201]);
    std::fs::write(&own, r#"{"profile": "lipsync", "hop": 160}"#).unwrap();
    run.mel(&sweep(), "a.npy", &["--profile", own.to_str().unwrap()]).expect_error(2, "E_BAD_CONFIG");
    std::fs::write(&own, r#"{"profile": "lipsync", "hop_samples": 0}"#).unwrap();
    run.mel(&sweep(), "a.npy", &["--profile", own.to_str().unwrap()]).expect_error(2, "E_BAD_PARAMETER");
    run.mel(&sweep(), "a.npy", &["--profile", "/no/own.json"]).expect_error(2, "E_BAD_CONFIG");
    assert!(!run.path("a.npy").exists());
}

#[test]
fn a_stream_has_the_bits_of_the_whole_clip() {
    let run = Run::new();
    // One clip at the profile's rate and one that is resampled, mixed down and cut at time 0.
    for file in [sweep(), sample("bigbuckbunny.mp4")] {
        for profile in ["lipsync", "wav2lip", "torchaudio", "kaldi-fbank-80"] {
            let whole = run.npy(&file, &["--profile", profile]);
            assert_eq!(run.npy(&file, &["--profile", profile, "--stream"]), whole, "{profile}");
        }
    }
    run.mel(&sweep(), "a.npy", &["--profile", "whisper-80", "--stream"]).expect_error(2, "E_NEEDS_WHOLE_CLIP");
}

#[test]
fn frames_first_is_the_transpose() {
    let run = Run::new();
    let (shape, values) = run.npy(&sweep(), &[]);
    let (other, transposed) = run.npy(&sweep(), &["--frames-first"]);
    assert_eq!([other[1], other[0]], shape[..]);
    for band in 0..shape[0] {
        for frame in 0..shape[1] {
            assert_eq!(values[band * shape[1] + frame], transposed[frame * shape[0] + band]);
        }
    }
}

#[test]
fn windows_follow_the_video_frames() {
    let run = Run::new();
    let file = sweep();
    let (shape, mel) = run.npy(&file, &[]);
    // Two seconds: 50 frames, 59.94 rounded up, 120.
    for (fps, per_second, count) in [("25", 25.0, 50), ("30000/1001", 30_000.0 / 1001.0, 60), ("60", 60.0, 120)] {
        let (windows, values) = run.npy(&file, &["--windows", "--fps", fps]);
        assert_eq!(windows, [count, 1, 80, 16], "{fps}");
        for (index, window) in values.chunks_exact(80 * 16).enumerate() {
            let start = ((index as f64 * 80.0 / per_second + 1e-9).floor() as usize).min(shape[1] - 16);
            for (band, row) in window.chunks_exact(16).enumerate() {
                assert_eq!(row, &mel[band * shape[1] + start..][..16], "window {index}, band {band}");
            }
        }
    }
    for arguments in
        [&["--windows"][..], &["--fps", "25"], &["--windows", "--fps", "0"], &["--windows", "--fps", "1e9"]]
    {
        run.mel(&file, "a.npy", arguments).expect_error(2, "E_USAGE");
    }
}

#[test]
fn json_says_what_it_holds() {
    let run = Run::new();
    let read =
        |name: &str| -> serde_json::Value { serde_json::from_slice(&std::fs::read(run.path(name)).unwrap()).unwrap() };
    let (shape, values) = run.npy(&tone(), &[]);
    run.mel(&tone(), "mel.json", &[]).expect(0);
    let mel = read("mel.json");
    assert_eq!((&mel["samples"], &mel["config"]["hop_samples"]), (&16_000.into(), &200.into()));
    assert_eq!(mel["order"], serde_json::json!(["n_mels", "n_frames"]));
    // Text has every bit.
    for (row, expected) in mel["features"].as_array().unwrap().iter().zip(values.chunks_exact(shape[1])) {
        let row: Vec<f32> = row.as_array().unwrap().iter().map(|value| value.to_string().parse().unwrap()).collect();
        assert_eq!(row, expected);
    }
    run.mel(&tone(), "windows.json", &["--windows", "--fps", "25"]).expect(0);
    let windows = read("windows.json");
    assert_eq!(windows["windows"].as_array().unwrap().len(), 25);
    assert_eq!((&windows["windows"][7]["start"], &windows["fps"]), (&22.into(), &"25".into()));
}

#[test]
fn numpy_reads_it() {
    let run = Run::new();
    let (_, values) = run.npy(&tone(), &[]);
    let probe = "import numpy, sys; a = numpy.load('out.npy', mmap_mode='r'); \
                 print(a.dtype.str, a.shape, a.flags.c_contiguous, repr(float(a[3, 40])))";
    // NumPy comes with the set-up.
    let said = String::from_utf8(shell(run.folder.path(), &format!("/usr/bin/python3 -c \"{probe}\""))).unwrap();
    assert_eq!(said.trim(), format!("<f4 (80, 81) True {:?}", f64::from(values[3 * 81 + 40])));
}

#[test]
fn what_cannot_be_made_is_refused() {
    let run = Run::new();
    run.mel(&sample("bikes.mp4"), "out.npy", &[]).expect_error(3, "E_NO_STREAM");
    run.mel(&tone(), "out.txt", &[]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    run.mel(&tone(), "no/out.npy", &[]).expect_error(4, "E_OUTPUT");
    assert_eq!(std::fs::read_dir(&run.folder).unwrap().count(), 0);
}
