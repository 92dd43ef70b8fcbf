//! The sound that every job works on: seeded noise and a gliding tone under a slow envelope, 20 s at 16 kHz, with 16 bits of
//! resolution and a dynamic range like speech's.

use std::path::{Path, PathBuf};

use millpond_bits::Noise;

/// Samples a second.
pub(crate) const RATE: usize = 16_000;

/// So many seconds of it.
pub(crate) fn seconds(seconds: usize) -> Vec<f32> {
    let mut noise = Noise::new(5);
    let mut phase = 0.0f32;
    let sample = |n: usize| {
        let place = (n % RATE) as f32 / RATE as f32;
        phase = (phase + (200.0 + 3_000.0 * place) / RATE as f32).fract();
        let tone = 4.0 * (phase - 0.5).abs() - 1.0;
        let envelope = 0.02 + place * (1.0 - place);
        ((0.4 * noise.next_f32() + 0.6 * tone) * envelope * 32_767.0).round() / 32_768.0
    };
    (0..seconds * RATE).map(sample).collect()
}

/// Writes samples or features as plain f32, little-endian.
pub(crate) fn write(folder: &Path, name: &str, values: &[f32]) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let path = folder.join(name);
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

/// Reads what [`write`] or a peer wrote.
pub(crate) fn read(path: &Path) -> Result<Vec<f32>, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}
