//! Why a command failed: an exit code, a stable code, and what a person reads.

use millpond::ffmpeg;
use millpond::scene::SceneErrors;
use std::path::Path;

/// A failure of the whole command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: u8,
    pub(crate) code: &'static str,
    /// What, and where.
    pub(crate) message: String,
    /// Further lines, if there is more than one thing to say.
    pub(crate) details: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: u8, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { exit, code, message: message.into(), details: Vec::new() }
    }

    /// A live source was lost and what came from it was kept: worth a retry.
    pub(crate) fn lost(why: &ffmpeg::Warning, shown: &impl std::fmt::Display) -> Failure {
        Failure::new(75, why.code, format!("{}; {shown} is whole up to there", why.message))
    }

    /// Everything that is wrong in a scene file.
    pub(crate) fn scene(file: &Path, errors: &SceneErrors) -> Failure {
        let file = file.display();
        match errors.0.as_slice() {
            [only] => Failure::new(2, only.code, format!("{only}: {file}")),
            problems => {
                let mut failure = Failure::new(2, errors.code(), format!("{} problems: {file}", problems.len()));
                failure.details = problems.iter().map(|problem| format!("  {} {problem}", problem.code)).collect();
                failure
            }
        }
    }
}

impl From<ffmpeg::Error> for Failure {
    fn from(error: ffmpeg::Error) -> Failure {
        Failure::new(error.exit_code(), error.code(), error.to_string())
    }
}

impl From<millpond::Error> for Failure {
    fn from(error: millpond::Error) -> Failure {
        Failure::from(ffmpeg::Error::from(error))
    }
}
