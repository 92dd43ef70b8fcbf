//! The features of a file's sound as NumPy reads them.

use crate::common::{made, millpond, sample};
use tempfile::TempDir;

/// Rows, columns and values of a .npy file.
fn npy(bytes: &[u8]) -> (usize, usize, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0);
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False") && header.ends_with('\n'));
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let [rows, columns] = shape.split(", ").map(|side| side.parse().unwrap()).collect::<Vec<usize>>()[..] else {
        panic!("{shape}")
    };
    let values =
        bytes[10 + length..].chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap())).collect();
    (rows, columns, values)
}

#[test]
fn a_tone_is_loud_in_one_band() {
    let tone = made("tone.wav", "-f lavfi -i sine=frequency=1000:sample_rate=16000:duration=1 -c:a pcm_s16le");
    let folder = TempDir::new().unwrap();
    let (npy_file, png) = (folder.path().join("mel.npy"), folder.path().join("mel.png"));
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    millpond(["mel".to_owned(), path(&tone), "-o".into(), path(&npy_file), "--png".into(), path(&png)]).expect(0);
    let (rows, columns, values) = npy(&std::fs::read(npy_file).unwrap());
    assert_eq!((rows, columns, values.len()), (80, 1 + 16_000 / 200, 80 * 81));
    let loudest = (0..rows).max_by(|&a, &b| values[a * columns + 40].total_cmp(&values[b * columns + 40])).unwrap();
    // Slaney mels are linear below 1 kHz: 66.67 Hz each. 55 to 7600 Hz are mels 0.825 to 44.5; 82 edges lie 0.539 apart.
    assert_eq!(loudest, ((15.0 - 0.825_f64) / 0.539).round() as usize - 1);
    assert!(values.iter().all(|value| (-4.0..=4.0).contains(value)));
    assert_eq!(image::open(png).unwrap().width(), 81);
}

#[test]
fn a_clip_with_surround_sound_is_mixed_down_and_resampled() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("mel.npy");
    let outcome =
        millpond(["mel", sample("bigbuckbunny.mp4").to_str().unwrap(), "-o", out.to_str().unwrap(), "--json"])
            .expect(0);
    let done = outcome.last_event();
    let (rows, columns, _) = npy(&std::fs::read(out).unwrap());
    assert_eq!((&done["n_mels"], &done["n_frames"]), (&rows.into(), &columns.into()));
    // 5.312 s of sound, 80 frames a second.
    assert!((columns as f64 - 5.312 * 80.0).abs() < 3.0, "{columns}");
}

#[test]
fn pictures_without_sound_are_refused() {
    let bikes = sample("bikes.mp4");
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("mel.npy");
    millpond(["mel", bikes.to_str().unwrap(), "-o", out.to_str().unwrap()]).expect_error(3, "E_NO_STREAM");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
