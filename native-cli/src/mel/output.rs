//! The forms that features are written in, told apart by the name of the file.
//!
//! `.npy`: f32, `[n_mels, n_frames]`, `[n_frames, n_mels]` or `[windows, 1, n_mels, 16]`. `.json`: the same as nested arrays
//! beside the configuration. `.png`: the whole matrix, low bands at the bottom.

use super::{Features, Windows, npy, transposed};
use crate::arguments::MelArguments;
use crate::failure::Failure;
use crate::png;
use millpond::audio::{LIP_SYNC_COLUMNS, mel_picture_into, value_range};
use millpond::ffmpeg::{AsideFile, Error};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Pixels of the picture per mel band; a frame is one pixel wide.
const BAND_HEIGHT: u32 = 4;

/// Widest picture; longer clips are squeezed.
const MAX_WIDTH: usize = 8192;

enum Form {
    Npy,
    Json,
    Png,
}

/// A file to be written, opened before the work begins.
pub(super) struct Output {
    path: PathBuf,
    file: AsideFile,
    form: Form,
}

impl Output {
    pub(super) fn create(path: &Path) -> Result<Output, Failure> {
        let file = AsideFile::create(path)?;
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
        let form = match extension.as_str() {
            "npy" => Form::Npy,
            "json" => Form::Json,
            "png" => Form::Png,
            // A pipe has any name.
            _ if !file.is_regular() => Form::Npy,
            _ => {
                let what = format!("the format of {}", path.display());
                let reason = "names end in .npy, .json or .png".to_owned();
                return Err(Error::UnsupportedOutput { what, reason }.into());
            }
        };
        Ok(Output { path: path.to_owned(), file, form })
    }

    pub(super) fn write(
        self,
        features: &Features,
        windows: Option<&Windows>,
        arguments: &MelArguments,
    ) -> Result<(), Failure> {
        match self.form {
            Form::Npy => Ok(self.file.write(&matrix(features, windows, arguments.frames_first))?),
            Form::Json => {
                let mut text = described(features, windows, arguments).to_string();
                text.push('\n');
                Ok(self.file.write(text.as_bytes())?)
            }
            Form::Png => {
                let Features { config, n_mels, n_frames, values, .. } = features;
                let range = config.feature_range().unwrap_or_else(|| value_range(values));
                let (width, height) = ((*n_frames).clamp(1, MAX_WIDTH) as u32, *n_mels as u32 * BAND_HEIGHT);
                let mut rgba = vec![0; width as usize * height as usize * 4];
                mel_picture_into(values, *n_mels, *n_frames, range, width, height, &mut rgba)?;
                png::write(self.file, &self.path, &rgba, width, height)
            }
        }
    }
}

fn matrix(features: &Features, windows: Option<&Windows>, frames_first: bool) -> Vec<u8> {
    let Features { n_mels, n_frames, values, .. } = features;
    match windows {
        Some(windows) => npy::encode(&windows.values, &[windows.starts.len(), 1, *n_mels, LIP_SYNC_COLUMNS]),
        None if frames_first => npy::encode(&transposed(values, (*n_frames).max(1)), &[*n_frames, *n_mels]),
        None => npy::encode(values, &[*n_mels, *n_frames]),
    }
}

fn described(features: &Features, windows: Option<&Windows>, arguments: &MelArguments) -> Value {
    let Features { config, samples, n_mels, n_frames, values } = features;
    // What was just written is read again: a configuration is always JSON.
    let parsed: Value = serde_json::from_str(&config.to_json()).unwrap_or_default();
    let mut described = json!({
        "profile": arguments.profile,
        "config": parsed,
        "samples": samples,
        "n_mels": n_mels,
        "n_frames": n_frames,
    });
    match windows {
        Some(Windows { fps, starts, values }) => {
            let window =
                |(start, values): (&usize, &[f32])| json!({"start": start, "features": rows(values, LIP_SYNC_COLUMNS)});
            described["fps"] = json!(fps.to_string());
            described["windows"] =
                starts.iter().zip(values.chunks_exact(n_mels * LIP_SYNC_COLUMNS)).map(window).collect();
        }
        None if arguments.frames_first => {
            described["order"] = json!(["n_frames", "n_mels"]);
            described["features"] = rows(&transposed(values, (*n_frames).max(1)), *n_mels);
        }
        None => {
            described["order"] = json!(["n_mels", "n_frames"]);
            described["features"] = rows(values, *n_frames);
        }
    }
    described
}

/// Nested arrays. A number that is not finite becomes null.
fn rows(values: &[f32], columns: usize) -> Value {
    values.chunks_exact(columns.max(1)).map(|row| json!(row)).collect()
}
