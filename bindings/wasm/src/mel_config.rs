//! `MelConfig`: a configuration, a profile and what differs from it, set field by field: TypeScript reads the page's
//! object, so that no JSON parser is needed here. Names and values are those of `MelConfig::from_json`.

use crate::errors;
use millpond_core::Error;
use millpond_core::audio::{
    self, Log, MelNorm, MelScale, Normalization, Padding, Profile, Reference, Spectrum, Window,
};
use wasm_bindgen::prelude::*;

/// A configuration that is being set.
#[wasm_bindgen]
pub struct MelConfig(pub(crate) audio::MelConfig);

#[wasm_bindgen]
impl MelConfig {
    /// Begins with a profile.
    ///
    /// # Errors
    /// `E_BAD_PROFILE`.
    #[wasm_bindgen(constructor)]
    pub fn new(profile: &str) -> Result<MelConfig, JsValue> {
        profile.parse().map(Profile::config).map(MelConfig).map_err(errors::core)
    }

    /// Sets a number; `normalization.range` is a field of the word that was set before.
    ///
    /// # Errors
    /// `E_BAD_CONFIG` for an unknown field and for what is no whole number where there must be one.
    pub fn number(&mut self, field: &str, value: f64) -> Result<(), JsValue> {
        set_number(&mut self.0, field, value).map_err(errors::core)
    }

    /// Sets what is true or false.
    ///
    /// # Errors
    /// `E_BAD_CONFIG` for an unknown field.
    pub fn flag(&mut self, field: &str, value: bool) -> Result<(), JsValue> {
        let flag = match field {
            "pre_emphasis_per_frame" => &mut self.0.pre_emphasis_per_frame,
            "remove_dc" => &mut self.0.remove_dc,
            "drop_last_frame" => &mut self.0.drop_last_frame,
            "window_periodic" => &mut self.0.window_periodic,
            _ => return Err(errors::core(unknown(field, "true or false"))),
        };
        *flag = value;
        Ok(())
    }

    /// Sets a word; one with fields has them all 0 at first. `top` may be `none`.
    ///
    /// # Errors
    /// `E_BAD_CONFIG` for an unknown field or word.
    pub fn word(&mut self, field: &str, word: &str) -> Result<(), JsValue> {
        set_word(&mut self.0, field, word).map_err(errors::core)
    }
}

fn unknown(field: &str, what: &str) -> Error {
    Error::BadConfig { message: ["there is no field `", field, "` that is ", what].concat() }
}

fn set_number(config: &mut audio::MelConfig, field: &str, value: f64) -> Result<(), Error> {
    let whole = || match value {
        value if value >= 0.0 && value <= f64::from(u32::MAX) && value as u32 as f64 == value => Ok(value as u32),
        _ => Err(Error::BadConfig { message: ["`", field, "` is not a whole number from 0"].concat() }),
    };
    let float = value as f32;
    match field {
        "sample_rate_hz" => config.sample_rate_hz = whole()?,
        "scale" => config.scale = float,
        "pre_emphasis" => config.pre_emphasis = float,
        "pad_to_samples" => config.pad_to_samples = whole()? as usize,
        "win_samples" => config.win_samples = whole()? as usize,
        "n_fft" => config.n_fft = whole()? as usize,
        "hop_samples" => config.hop_samples = whole()? as usize,
        "n_mels" => config.n_mels = whole()? as usize,
        "min_hz" => config.min_hz = value,
        "max_hz" => config.max_hz = value,
        "floor" => config.floor = float,
        "top" => config.top = Some(float),
        _ => match (field, &mut config.reference, &mut config.normalization) {
            ("reference.value", Reference::Value(number), _)
            | ("normalization.range", _, Normalization::Symmetric { range: number, .. })
            | ("normalization.max_abs", _, Normalization::Symmetric { max_abs: number, .. })
            | ("normalization.range", _, Normalization::Unit { range: number })
            | ("normalization.add", _, Normalization::Affine { add: number, .. })
            | ("normalization.divide", _, Normalization::Affine { divide: number, .. })
            | ("normalization.epsilon", _, Normalization::MeanVariance { epsilon: number }) => *number = float,
            _ => return Err(unknown(field, "a number")),
        },
    }
    Ok(())
}

fn set_word(config: &mut audio::MelConfig, field: &str, word: &str) -> Result<(), Error> {
    match field {
        "padding" => config.padding = one_of(field, word, &PADDINGS)?,
        "window" => config.window = one_of(field, word, &WINDOWS)?,
        "spectrum" => config.spectrum = one_of(field, word, &SPECTRA)?,
        "mel_scale" => config.mel_scale = one_of(field, word, &SCALES)?,
        "mel_norm" => config.mel_norm = one_of(field, word, &NORMS)?,
        "log" => config.log = one_of(field, word, &LOGS)?,
        "reference" => config.reference = one_of(field, word, &REFERENCES)?,
        "normalization" => config.normalization = one_of(field, word, &NORMALIZATIONS)?,
        "top" => config.top = one_of(field, word, &[("none", None)])?,
        _ => return Err(unknown(field, "a word")),
    }
    Ok(())
}

fn one_of<T: Copy>(field: &str, word: &str, words: &[(&str, T)]) -> Result<T, Error> {
    let found = words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        let message = ["`", field, "` is `", word, "`, expected one of ", &known.join(", ")].concat();
        Error::BadConfig { message }
    })
}

const PADDINGS: [(&str, Padding); 5] = [
    ("reflect", Padding::Reflect),
    ("zero", Padding::Zero),
    ("none", Padding::None),
    ("snip-edges", Padding::SnipEdges),
    ("mirror", Padding::Mirror),
];

const WINDOWS: [(&str, Window); 5] = [
    ("hann", Window::Hann),
    ("hamming", Window::Hamming),
    ("blackman", Window::Blackman),
    ("povey", Window::Povey),
    ("rectangular", Window::Rectangular),
];

const SPECTRA: [(&str, Spectrum); 2] = [("magnitude", Spectrum::Magnitude), ("power", Spectrum::Power)];

const SCALES: [(&str, MelScale); 3] =
    [("slaney", MelScale::Slaney), ("htk", MelScale::Htk), ("kaldi", MelScale::Kaldi)];

const NORMS: [(&str, MelNorm); 2] = [("none", MelNorm::None), ("slaney", MelNorm::Slaney)];

const LOGS: [(&str, Log); 4] =
    [("none", Log::None), ("decibels", Log::Decibels), ("log10", Log::Log10), ("natural", Log::Natural)];

const REFERENCES: [(&str, Reference); 2] = [("value", Reference::Value(0.0)), ("clip-max", Reference::ClipMax)];

const NORMALIZATIONS: [(&str, Normalization); 5] = [
    ("none", Normalization::None),
    ("symmetric", Normalization::Symmetric { range: 0.0, max_abs: 0.0 }),
    ("unit", Normalization::Unit { range: 0.0 }),
    ("affine", Normalization::Affine { add: 0.0, divide: 0.0 }),
    ("mean-variance", Normalization::MeanVariance { epsilon: 0.0 }),
];
