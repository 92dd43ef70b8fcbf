//! Log-mel windows of a clip, one a video frame.

use millpond::Rational;
use millpond::audio::{LIP_SYNC_COLUMNS, Mel, MelConfig, lip_sync_window_into, lip_sync_window_start};

use crate::Outcome;

/// The mel matrix of a clip.
pub struct Windows {
    mel: Vec<f32>,
    n_mels: usize,
    n_frames: usize,
    columns_per_second: Rational,
    frame_rate: Rational,
}

impl Windows {
    /// Computes the `lipsync` profile of a clip (16 kHz, mono).
    ///
    /// # Errors
    /// A clip shorter than one window.
    pub fn new(samples: &[f32], frame_rate: Rational) -> Outcome<Windows> {
        let mut mel = Mel::new(MelConfig::lipsync())?;
        let (n_mels, n_frames) = (mel.n_mels(), mel.output_frames(samples.len()));
        let mut matrix = vec![0.0; n_mels * n_frames];
        mel.process_into(samples, &mut matrix)?;
        let columns_per_second = mel.config().columns_per_second();
        lip_sync_window_start(0, columns_per_second, frame_rate, n_frames)?;
        Ok(Windows { mel: matrix, n_mels, n_frames, columns_per_second, frame_rate })
    }

    /// Writes the windows of the video frames from `first` on, `[n, 80, 16]`, as many as fit. Past the end of the clip the
    /// last window stays. Does not allocate.
    ///
    /// # Errors
    /// None for a clip that is long enough for one window.
    pub fn batch_into(&self, first: u64, out: &mut [f32]) -> Outcome<()> {
        for (index, out) in (first..).zip(out.chunks_exact_mut(self.n_mels * LIP_SYNC_COLUMNS)) {
            let start = lip_sync_window_start(index, self.columns_per_second, self.frame_rate, self.n_frames)?;
            lip_sync_window_into(&self.mel, self.n_mels, self.n_frames, start, out)?;
        }
        Ok(())
    }
}

/// A clip to try things with: syllables of a buzz at 120 Hz, 16 kHz.
pub fn speech(seconds: usize) -> Vec<f32> {
    let sample = |at: usize| {
        let time = at as f32 / 16_000.0;
        let buzz = (time * 120.0).fract() * 2.0 - 1.0;
        let syllable = 1.0 - (2.0 * (time * 4.0).fract() - 1.0).abs();
        0.4 * buzz * syllable
    };
    (0..seconds * 16_000).map(sample).collect()
}
