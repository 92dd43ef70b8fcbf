//! `millpond mel`: the log-mel features of a file's sound as a .npy file, and as a picture.
//!
//! The sound is decoded from time 0, mixed down to mono and resampled to the profile's rate.

use crate::arguments::MelArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::{interrupt, npy, png};
use millpond::audio::{Mel, Profile, mel_picture_into, value_range};
use millpond::ffmpeg::{AsideFile, Cancel, decode_mono};
use serde_json::json;

/// Pixels of the picture per mel band; a frame is one pixel wide.
const BAND_HEIGHT: u32 = 4;

/// Widest picture; longer clips are squeezed.
const MAX_WIDTH: usize = 8192;

pub(crate) fn run(arguments: &MelArguments, console: &Console) -> Result<(), Failure> {
    let cancel = Cancel::new();
    let abandoned = cancel.clone();
    interrupt::listen(move || abandoned.abandon())?;
    let access = arguments.protocols.access();
    let place = access.argument(arguments.file.as_os_str())?;
    let output = AsideFile::create(&arguments.output)?;
    let picture = arguments.png.as_deref().map(|path| png::create(path).map(|file| (path, file))).transpose()?;

    let config = Profile::Lipsync.config();
    let samples = decode_mono(&place, &access, &cancel, config.sample_rate_hz)?;
    let mut mel = Mel::new(config)?;
    let (rows, columns) = (mel.n_mels(), mel.output_frames(samples.len()));
    let mut features = vec![0.0; mel.output_len(samples.len())];
    mel.process_into(&samples, &mut features)?;

    if let Some((path, file)) = picture {
        let range = mel.config().feature_range().unwrap_or_else(|| value_range(&features));
        let (width, height) = (columns.clamp(1, MAX_WIDTH) as u32, rows as u32 * BAND_HEIGHT);
        let mut rgba = vec![0; width as usize * height as usize * 4];
        mel_picture_into(&features, rows, columns, range, width, height, &mut rgba)?;
        png::write(file, path, &rgba, width, height)?;
    }
    output.write(&npy::encode(&features, rows, columns))?;
    let shown = arguments.output.display();
    let fields =
        json!({"n_mels": rows, "n_frames": columns, "profile": arguments.profile, "output": shown.to_string()});
    console.result(&fields, format_args!("{rows} mels x {columns} frames to {shown}"))
}
