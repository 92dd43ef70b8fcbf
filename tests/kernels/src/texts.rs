//! Files that people write: scenes and mel configurations. Whatever they hold, reading them ends with a value or with
//! errors, and what was read is read again from what it is written as.

use millpond_core::audio::MelConfig;
use millpond_scene::Scene;

/// Reads a scene.
///
/// # Panics
/// When errors are empty or have no code.
pub fn scene(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(errors) = Scene::from_json(text) {
        assert!(!errors.0.is_empty(), "refused without a reason");
    }
}

/// Reads a configuration, and what it is written as.
///
/// # Panics
/// When the two differ.
pub fn mel(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(config) = MelConfig::from_json(text) {
        assert_eq!(MelConfig::from_json(&config.to_json()), Ok(config));
    }
}
