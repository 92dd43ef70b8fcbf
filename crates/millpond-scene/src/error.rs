//! What can be wrong with a scene or its assets, each with a stable code.

use millpond_core::Rational;
use std::fmt;

/// One thing that is wrong in a scene file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON path such as `layers[2].opacity`; empty for the whole file.
    pub path: String,
    /// A stable code such as `E_SCENE_FIELD`.
    pub code: &'static str,
    /// What is wrong, with the value that was found.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Everything that is wrong in a scene file, at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SceneErrors(pub Vec<Problem>);

impl SceneErrors {
    /// The code of the first problem.
    pub fn code(&self) -> &'static str {
        self.0.first().map_or("E_SCENE", |problem| problem.code)
    }
}

impl fmt::Display for SceneErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for SceneErrors {}

/// Why a stage refused what it was given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// The core refused a size, a format or a buffer.
    #[error(transparent)]
    Core(#[from] millpond_core::Error),
    /// The scene has no `duration`, and nothing in it ends.
    #[error("the scene has no duration and nothing in it ends")]
    NoDuration,
    /// The scene's colours use a matrix that no kernel knows.
    #[error("matrix {matrix} (ITU-T H.273) is not supported")]
    UnsupportedColor {
        /// The value of MatrixCoefficients.
        matrix: u8,
    },
    /// A still cannot be decoded.
    #[error("still picture cannot be decoded: {reason}")]
    BadStill {
        /// What the decoder said.
        reason: String,
    },
    /// No layer, asset or sound has this index.
    #[error("there is no {what} {index}: the scene has {count}")]
    NoSuch {
        /// `layer`, `asset` or `sound`.
        what: &'static str,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A layer was fed as something it is not, for instance a clip's picture to a layer that shows a still.
    #[error("layer {layer} is {is}, not {expected}")]
    WrongSource {
        /// The layer.
        layer: usize,
        /// What it is.
        is: &'static str,
        /// What the call takes.
        expected: &'static str,
    },
    /// A frame was composed before everything that it needs was there.
    #[error("frame {frame} is not ready: layer {layer} still needs {what}")]
    NotReady {
        /// Index of the canvas frame.
        frame: u64,
        /// The layer that waits.
        layer: usize,
        /// What it waits for.
        what: &'static str,
    },
    /// A picture was pushed that nobody asked for.
    #[error("layer {layer} needs no picture now")]
    NotNeeded {
        /// The layer.
        layer: usize,
    },
    /// A pushed picture has another size or format than its asset.
    #[error("picture pushed to asset {asset:?} is {got}, not {expected}")]
    WrongInput {
        /// Name of the asset.
        asset: String,
        /// What the scene says.
        expected: String,
        /// What came.
        got: String,
    },
    /// A scene differs from the one that is shown in what needs a new stage, or in sounds that need a new mixer.
    #[error("{path} differs from the scene that is shown, which takes a new one")]
    Changed {
        /// What differs: a JSON path such as `canvas` or `layers[2].asset`.
        path: String,
    },
    /// PCM was pushed to a sound before [`open`](crate::sound::Mixer::open) said what it is.
    #[error("sound {sound} is not open")]
    SoundNotOpen {
        /// Index of the sound.
        sound: usize,
    },
    /// A block was mixed before all of its sound was there.
    #[error("sound {sound} has too little PCM for {frames} frames at {position}")]
    NeedsSound {
        /// The sound that waits: [`need`](crate::sound::Mixer::need) names it.
        sound: usize,
        /// Length of the block in output frames.
        frames: usize,
        /// Where it begins, in output frames.
        position: u64,
    },
    /// A number of ticks or a time scale cannot be a time.
    #[error("time scale {0} is not above zero")]
    BadTimeScale(Rational),
}

impl SceneError {
    /// The stable code that the command and TypeScript show unchanged.
    pub fn code(&self) -> &'static str {
        match self {
            SceneError::Core(error) => error.code(),
            SceneError::NoDuration => "E_NO_DURATION",
            SceneError::UnsupportedColor { .. } => "E_UNSUPPORTED_COLOR",
            SceneError::BadStill { .. } => "E_BAD_STILL",
            SceneError::NoSuch { .. } => "E_NO_SUCH",
            SceneError::WrongSource { .. } => "E_WRONG_SOURCE",
            SceneError::NotReady { .. } => "E_NOT_READY",
            SceneError::NotNeeded { .. } => "E_NOT_NEEDED",
            SceneError::WrongInput { .. } => "E_WRONG_INPUT",
            SceneError::Changed { .. } => "E_SCENE_CHANGED",
            SceneError::SoundNotOpen { .. } => "E_SOUND_NOT_OPEN",
            SceneError::NeedsSound { .. } => "E_NEEDS_SOUND",
            SceneError::BadTimeScale(_) => "E_BAD_TIME_SCALE",
        }
    }
}
