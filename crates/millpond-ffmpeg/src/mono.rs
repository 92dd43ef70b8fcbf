//! The sound of a whole file as one channel of a given rate.
//!
//! Sound before time 0 (the priming of a codec) is dropped and gaps are filled with zeros, both by timestamps; jitter of
//! less than two milliseconds is none. Channels are mixed down to left and right as ITU-R BS.775 has it (centre and
//! surrounds at -3 dB, LFE dropped) and those averaged; one channel stays as it is.

use crate::{Access, Cancel, Error, Place, Sound, SoundFormat};
use millpond_core::Rational;
use millpond_core::audio::Resampler;

/// Decodes a file's sound, mixes it down to mono and resamples it. Allocates.
///
/// # Errors
/// Those of [`Sound::open`] and [`Sound::read`]; [`Error::UnsupportedFormat`] if rate or channels change.
pub fn decode_mono(place: &Place, access: &Access, cancel: &Cancel, rate_hz: u32) -> Result<Vec<f32>, Error> {
    let mut sound = Sound::open(place, access, cancel)?;
    let format = sound.format();
    let mut mono = Vec::new();
    while sound.read()? {
        if sound.format() != format {
            return Err(Error::UnsupportedFormat {
                place: place.to_string(),
                format: "sound that changes its rate".into(),
            });
        }
        let start = sound.tick().map(|tick| Rational::from_integer(tick.into()) / sound.time_scale());
        append(&mut mono, &sound, format, start);
    }
    resample(&mono, format.rate_hz, rate_hz)
}

/// Appends a block at its time.
fn append(mono: &mut Vec<f32>, sound: &Sound, format: SoundFormat, start: Option<Rational>) {
    let frames = sound.channel(0).len();
    let rate = Rational::from_integer(format.rate_hz.into());
    let position = start.map(|start| (start * rate).round().to_integer());
    let expected = i128::try_from(mono.len()).unwrap_or(i128::MAX);
    let mut skipped = 0;
    if let Some(position) = position {
        let is_jitter = !mono.is_empty() && (position - expected).abs() * 500 < i128::from(format.rate_hz);
        if !is_jitter && position > expected {
            mono.resize(usize::try_from(position).unwrap_or(mono.len()), 0.0);
        } else if !is_jitter {
            skipped = usize::try_from(expected - position).unwrap_or(frames).min(frames);
        }
    }
    let channel = |index: usize| sound.channel(index);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    mono.extend((skipped..frames).map(|at| {
        let at = |index: usize| channel(index).get(at).copied().unwrap_or(0.0);
        match format.channels {
            1 => at(0),
            2 => (at(0) + at(1)) / 2.0,
            3 => (at(0) + at(1) + 2.0 * half * at(2)) / 2.0,
            4 => (at(0) + at(1) + half * (at(2) + at(3))) / 2.0,
            5 => (at(0) + at(1) + 2.0 * half * at(2) + half * (at(3) + at(4))) / 2.0,
            // Left, right, centre, LFE, then surrounds in pairs.
            channels => {
                let surrounds: f32 = (4..channels).map(at).sum();
                (at(0) + at(1) + 2.0 * half * at(2) + half * surrounds) / 2.0
            }
        }
    }));
}

fn resample(mono: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, Error> {
    if from_hz == to_hz {
        return Ok(mono.to_vec());
    }
    let mut resampler = Resampler::new(from_hz, to_hz)?;
    let mut resampled = vec![0.0; resampler.clip_len(mono.len())];
    let processed = resampler.process_into(mono, &mut resampled);
    resampler.flush_into(&mut resampled[processed.written..]);
    Ok(resampled)
}
