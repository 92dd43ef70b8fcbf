//! The `lipsync` profile against numpy and scipy (`tests/vectors/mel/make.py`), and its own bits against the SHA-256 that
//! every target must reach.

use millpond_core::audio::{Mel, MelConfig};
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
    let mut mel = Mel::new(MelConfig::lipsync()).unwrap();
    let mut out = vec![f32::NAN; 80 * mel.output_frames(samples.len())];
    mel.process_into(samples, &mut out).unwrap();
    out
}

#[test]
fn energies_agree_with_numpy() {
    for name in CLIPS {
        let samples = wav(name);
        let want = floats(&format!("{name}.energy.f32"));
        let mut mel = Mel::new(MelConfig::lipsync()).unwrap();
        let mut got = vec![f32::NAN; 80 * mel.output_frames(samples.len())];
        assert_eq!(got.len(), want.len(), "{name}");
        mel.energies_into(&samples, &mut got).unwrap();
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

#[test]
fn bits_are_those_of_every_target() {
    let lines: Vec<String> = CLIPS
        .iter()
        .map(|name| {
            let mut hash = Sha256::new();
            for value in features(&wav(name)) {
                hash.update(value.to_le_bytes());
            }
            let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("  \"{name}.wav\": \"{hex}\"")
        })
        .collect();
    let json = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let stored = String::from_utf8(read("sha256.json")).unwrap();
    assert_eq!(json, stored, "if the profile was changed on purpose, this is the new sha256.json:\n{json}");
}
