//! A matrix of features, ours or a peer's, and how two of them compare.

use millpond_core::audio::{Mel, MelConfig};

/// `rows` bands of `columns` frames, row-major.
pub(crate) struct Features {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) values: Vec<f32>,
}

impl Features {
    /// Ours.
    pub(crate) fn ours(config: &MelConfig, samples: &[f32]) -> Result<Features, String> {
        let mut mel = Mel::new(config.clone()).map_err(|e| e.to_string())?;
        let (rows, columns) = (mel.n_mels(), mel.output_frames(samples.len()));
        let mut values = vec![f32::NAN; rows * columns];
        mel.process_into(samples, &mut values).map_err(|e| e.to_string())?;
        Ok(Features { rows, columns, values })
    }

    /// From one row a frame to one row a band.
    pub(crate) fn from_frames(frames: &[Vec<f32>]) -> Features {
        let (rows, columns) = (frames.first().map_or(0, Vec::len), frames.len());
        let values = (0..rows).flat_map(|row| frames.iter().map(move |frame| frame[row])).collect();
        Features { rows, columns, values }
    }

    /// Fails unless no value differs by more than `bound`.
    pub(crate) fn agree(&self, theirs: &Features, bound: f32) -> Result<(), String> {
        if (self.rows, self.columns) != (theirs.rows, theirs.columns) {
            let [ours, theirs] = [self, theirs].map(|f| format!("{} x {}", f.rows, f.columns));
            return Err(format!("outputs differ: {ours} and {theirs}"));
        }
        let differences = self.values.iter().zip(&theirs.values).map(|(a, b)| (a - b).abs());
        // Not `max`, which would pass over what is not a number.
        let worst = differences.fold(0.0, |worst: f32, d| if d <= worst { worst } else { d });
        if worst <= bound { Ok(()) } else { Err(format!("outputs differ by {worst}, more than {bound}")) }
    }
}
