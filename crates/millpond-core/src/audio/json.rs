//! Configurations from JSON: a profile's name and what to change of it.
//!
//! `{"profile": "lipsync", "hop_samples": 160}` is the profile with another hop; without `profile` every field must be
//! there. Fields are those of [`MelConfig`], enums are written in kebab case: `"log": "decibels"`,
//! `"reference": {"value": 20}`, `"normalization": {"symmetric": {"range": 100, "max_abs": 4}}`. Unknown fields are errors.

use super::config::MelConfig;
use super::profile::Profile;
use crate::Error;
use serde_json::Value;

impl MelConfig {
    /// Reads and validates a configuration.
    ///
    /// ```
    /// use millpond_core::audio::{MelConfig, Profile};
    ///
    /// let config = MelConfig::from_json(r#"{"profile": "lipsync", "hop_samples": 160}"#)?;
    /// assert_eq!(config, MelConfig { hop_samples: 160, ..Profile::Lipsync.config() });
    /// # Ok::<(), millpond_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadConfig`] for what is not JSON, an unknown field or a value of another type; [`Error::UnknownProfile`];
    /// [`Error::BadParameter`], as [`MelConfig::validate`].
    ///
    /// # Realtime
    /// Allocates.
    pub fn from_json(text: &str) -> Result<MelConfig, Error> {
        let bad = |error: serde_json::Error| Error::BadConfig { message: error.to_string() };
        let mut fields: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(bad)?;
        if let Some(profile) = fields.remove("profile") {
            let Value::String(name) = profile else {
                return Err(Error::BadConfig { message: format!("profile must be a name, not {profile}") });
            };
            let base = serde_json::to_value(name.parse::<Profile>()?.config()).map_err(bad)?;
            if let Value::Object(base) = base {
                for (field, value) in base {
                    fields.entry(field).or_insert(value);
                }
            }
        }
        let config: MelConfig = serde_json::from_value(Value::Object(fields)).map_err(bad)?;
        config.validate()?;
        Ok(config)
    }

    /// Every field, as [`from_json`](MelConfig::from_json) reads it.
    ///
    /// # Realtime
    /// Allocates.
    pub fn to_json(&self) -> String {
        // Numbers, booleans and names: nothing that JSON cannot say.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_survives_json() {
        for profile in Profile::ALL {
            let config = profile.config();
            assert_eq!(MelConfig::from_json(&config.to_json()), Ok(config), "{profile}");
        }
    }

    #[test]
    fn mistakes_are_errors() {
        let code = |text: &str| MelConfig::from_json(text).map_err(|error| error.code());
        assert_eq!(code("{"), Err("E_BAD_CONFIG"));
        assert_eq!(code("{}"), Err("E_BAD_CONFIG"));
        assert_eq!(code(r#"{"profile": 7}"#), Err("E_BAD_CONFIG"));
        assert_eq!(code(r#"{"profile": "lipsync", "hop": 160}"#), Err("E_BAD_CONFIG"));
        assert_eq!(code(r#"{"profile": "lipsync", "hop_samples": "160"}"#), Err("E_BAD_CONFIG"));
        assert_eq!(code(r#"{"profile": "lipsync", "log": "log2"}"#), Err("E_BAD_CONFIG"));
        assert_eq!(code(r#"{"profile": "lipsing"}"#), Err("E_BAD_PROFILE"));
        assert_eq!(code(r#"{"profile": "lipsync", "hop_samples": 0}"#), Err("E_BAD_PARAMETER"));
        assert!(code(r#"{"profile": "librosa", "top": null, "reference": "clip-max"}"#).is_ok());
    }
}
