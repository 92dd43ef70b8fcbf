//! `millpond mel`: the log-mel features of a file's sound, as numbers or as a picture.
//!
//! The sound is decoded from time 0, mixed down to mono and resampled to the profile's rate; then its features are computed
//! of the whole clip at once or, with `--stream`, while it is decoded. Both have the same bits.

mod npy;
mod output;

use crate::arguments::MelArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use millpond::Rational;
use millpond::audio::{
    LIP_SYNC_COLUMNS, Layout, Mel, MelConfig, MelStream, Profile, lip_sync_window_into, lip_sync_window_start,
};
use millpond::ffmpeg::{Cancel, MonoSound, decode_mono};
use output::Output;
use serde_json::json;

/// The features of a clip.
struct Features {
    config: MelConfig,
    /// Length of the clip at the configuration's rate.
    samples: usize,
    n_mels: usize,
    n_frames: usize,
    /// `[n_mels, n_frames]`, row-major.
    values: Vec<f32>,
}

/// The part of the features that a lip-sync model sees for each video frame.
struct Windows {
    fps: Rational,
    /// First column of each window.
    starts: Vec<usize>,
    /// `[windows, 1, n_mels, 16]`, row-major.
    values: Vec<f32>,
}

pub(crate) fn run(arguments: &MelArguments, console: &Console) -> Result<(), Failure> {
    let cancel = Cancel::new();
    let abandoned = cancel.clone();
    interrupt::listen(move || abandoned.abandon())?;
    let config = config(&arguments.profile)?;
    let outputs = arguments.output.iter().map(|path| Output::create(path)).collect::<Result<Vec<Output>, Failure>>()?;

    let features = features(config, arguments, &cancel)?;
    let windows = arguments.fps.filter(|_| arguments.windows).map(|fps| Windows::of(&features, fps)).transpose()?;
    for output in outputs {
        output.write(&features, windows.as_ref(), arguments)?;
    }

    let Features { n_mels, n_frames, .. } = features;
    let shown = arguments.output.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let mut fields = json!({"n_mels": n_mels, "n_frames": n_frames, "profile": arguments.profile, "output": shown});
    match windows.map(|windows| windows.starts.len()) {
        None => console.result(&fields, format_args!("{n_mels} mels x {n_frames} frames to {shown}")),
        Some(count) => {
            fields["n_windows"] = json!(count);
            console.result(&fields, format_args!("{count} windows of {n_mels} mels to {shown}"))
        }
    }
}

/// The profile of a name, or the configuration in a JSON file.
fn config(profile: &str) -> Result<MelConfig, Failure> {
    if !profile.ends_with(".json") {
        return Ok(profile.parse::<Profile>()?.config());
    }
    let text = std::fs::read_to_string(profile)
        .map_err(|error| Failure::new(2, "E_BAD_CONFIG", format!("cannot read the profile ({error}): {profile}")))?;
    MelConfig::from_json(&text).map_err(|error| Failure::new(2, error.code(), format!("{error}: {profile}")))
}

fn features(config: MelConfig, arguments: &MelArguments, cancel: &Cancel) -> Result<Features, Failure> {
    let access = arguments.protocols.access();
    let place = access.argument(arguments.file.as_os_str())?;
    let rate_hz = config.sample_rate_hz;
    let n_mels = config.n_mels;
    if arguments.stream {
        let mut stream = MelStream::new(config.clone())?;
        let mut sound = MonoSound::open(&place, &access, cancel, rate_hz)?;
        let (mut by_frame, mut samples) = (Vec::new(), 0);
        while let Some(block) = sound.read()? {
            samples += block.len();
            append(&mut by_frame, stream.output_len(block.len()), |out| stream.push_into(block, out))?;
        }
        append(&mut by_frame, stream.flush_len(), |out| stream.flush_into(out))?;
        let values = transposed(&by_frame, n_mels);
        return Ok(Features { config, samples, n_mels, n_frames: by_frame.len() / n_mels, values });
    }
    let clip = decode_mono(&place, &access, cancel, rate_hz)?;
    let mut mel = Mel::new(config.clone())?.with_layout(Layout::MelsFirst);
    let mut values = vec![0.0; mel.output_len(clip.len())];
    let n_frames = mel.process_into(&clip, &mut values)?.written;
    Ok(Features { config, samples: clip.len(), n_mels, n_frames, values })
}

/// Lengthens `values` by what `work` fills.
fn append<T>(
    values: &mut Vec<f32>,
    len: usize,
    work: impl FnOnce(&mut [f32]) -> Result<T, millpond::Error>,
) -> Result<(), Failure> {
    let start = values.len();
    values.resize(start + len, 0.0);
    work(&mut values[start..])?;
    Ok(())
}

/// Rows of `columns` values as columns.
fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}

impl Windows {
    /// A window for each video frame that begins before the sound ends.
    fn of(features: &Features, fps: Rational) -> Result<Windows, Failure> {
        let seconds = Rational::new(features.samples as i128, features.config.sample_rate_hz.into());
        let count = (seconds * fps).ceil().to_integer();
        let count = usize::try_from(count).unwrap_or(0);
        let window = features.n_mels * LIP_SYNC_COLUMNS;
        let columns = features.config.columns_per_second();
        let mut windows = Windows { fps, starts: Vec::with_capacity(count), values: vec![0.0; count * window] };
        for (index, out) in windows.values.chunks_exact_mut(window).enumerate() {
            let start = lip_sync_window_start(index as u64, columns, fps, features.n_frames)?;
            lip_sync_window_into(&features.values, features.n_mels, features.n_frames, start, out)?;
            windows.starts.push(start);
        }
        Ok(windows)
    }
}
