//! How a command of this crate ends when it cannot do its work: a message for a person and an exit code.

use std::fmt;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A command line that this crate does not understand; exit code 2.
    Usage(String),
    /// A program of this machine is missing or ended badly; exit code 2.
    CouldNotRun(String),
    /// The work was done and its result is bad, a failed check for one; exit code 1.
    Bad(String),
    /// The same, and everything about it is on the screen already: the counts of the tests stay the last line.
    Told,
}

/// What every step returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// The exit code: 1 the result is bad, 2 it could not be had.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Bad(_) | Self::Told => 1,
            Self::Usage(_) | Self::CouldNotRun(_) => 2,
        }
    }

    /// A failed call of the operating system, with what was tried.
    pub(crate) fn io(what: impl fmt::Display, error: std::io::Error) -> Self {
        Self::CouldNotRun(format!("{what}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::CouldNotRun(message) | Self::Bad(message) => f.write_str(message),
            Self::Told => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}
