//! The `lipsync` profile against numpy and scipy (`tests/vectors/mel/make.py`), and the bits of profile and resampler against
//! the SHA-256 that every target must reach.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::{Mel, Profile, Resampler};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

const CLIPS: [&str; 8] = ["silence", "impulse", "chirp", "noise", "speech", "len1", "len639", "len640"];

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/mel")
}

fn read(name: &str) -> Vec<u8> {
    let path = vectors().join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Samples of a WAV file with the 44-byte header that `make.py` writes: s16 / 32768.
fn wav(name: &str) -> Vec<f32> {
    let bytes = read(&format!("{name}.wav"));
    assert_eq!(&bytes[36..40], b"data");
    bytes[44..].chunks_exact(2).map(|s| f32::from(i16::from_le_bytes([s[0], s[1]])) / 32768.0).collect()
}

fn floats(name: &str) -> Vec<f32> {
    read(name).chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn features(samples: &[f32]) -> Vec<f32> {
    let mut mel = Mel::new(Profile::Lipsync.config()).unwrap();
    let mut out = vec![f32::NAN; 80 * mel.output_frames(samples.len())];
    mel.process_into(samples, &mut out).unwrap();
    out
}

#[test]
fn energies_agree_with_numpy() {
    for name in CLIPS {
        let samples = wav(name);
        let want = floats(&format!("{name}.energy.f32"));
        let mut mel = Mel::new(Profile::Lipsync.config()).unwrap();
        let mut got = vec![f32::NAN; 80 * mel.output_frames(samples.len())];
        assert_eq!(got.len(), want.len(), "{name}");
        mel.linear_into(&samples, &mut got).unwrap();
        // Relative error 1e-4 of the energy is 5e-5 of the amplitude. Beside it an f32 spectrum has a noise floor, here
        // 1e-8 of the largest amplitude it could have (all samples under the window at the peak, times its sum, 320):
        // deep side lobes of a loud tone drown in it.
        let floor = 1e-8 * 320.0 * samples.iter().fold(0.0, |peak: f32, x| peak.max(x.abs())) + 1e-30;
        let off = |(g, w): (&f32, &f32)| (g.sqrt() - w.sqrt()).abs() / (5e-5 * w.sqrt() + floor);
        let worst = got.iter().zip(&want).map(off).fold(0.0, f32::max);
        println!("{name}: {worst} of the bound");
        assert!(worst <= 1.0, "{name}: {worst} of the bound");
    }
}

#[test]
fn features_agree_with_numpy() {
    for name in CLIPS {
        let (got, want) = (features(&wav(name)), floats(&format!("{name}.mel.f32")));
        assert_eq!(got.len(), want.len(), "{name}");
        let worst = got.iter().zip(&want).map(|(g, w)| (g - w).abs()).fold(0.0, f32::max);
        println!("{name}: {worst}");
        assert!(worst <= 1e-3, "{name}: {worst}");
    }
}

fn sha256(values: &[f32]) -> String {
    let mut hash = Sha256::new();
    for value in values {
        hash.update(value.to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_hashes(file: &str, hashes: impl Iterator<Item = (String, String)>) {
    let lines: Vec<String> = hashes.map(|(key, hash)| format!("  \"{key}\": \"{hash}\"")).collect();
    let json = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let stored = String::from_utf8(read(file)).unwrap();
    assert_eq!(json, stored, "if the bits were changed on purpose, this is the new {file}:\n{json}");
}

#[test]
fn bits_are_those_of_every_target() {
    assert_hashes("sha256.json", CLIPS.iter().map(|name| (format!("{name}.wav"), sha256(&features(&wav(name))))));
}

/// speech.wav at other rates: up, down, and by an interpolated filter table.
#[test]
fn resampled_bits_are_those_of_every_target() {
    let samples = wav("speech");
    let resampled = |to: u32| {
        let mut resampler = Resampler::new(16_000, to).unwrap();
        let mut out = vec![0.0; resampler.clip_len(samples.len())];
        let done = resampler.process_into(&samples, &mut out);
        resampler.flush_into(&mut out[done.written..]);
        sha256(&out)
    };
    assert_hashes(
        "resampled.json",
        [8_000, 44_100, 48_000, 47_999].into_iter().map(|to| (to.to_string(), resampled(to))),
    );
}
