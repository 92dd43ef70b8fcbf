//! Errors of the mix.

/// Why the mixer refused a call; nothing was changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The resampler refused.
    #[error(transparent)]
    Core(#[from] millpond_core::Error),
    /// There is no such track.
    #[error("no track {track}: there are {tracks}")]
    NoTrack {
        /// What was asked for.
        track: usize,
        /// How many there are.
        tracks: usize,
    },
    /// The track was not opened.
    #[error("track {track} is not open")]
    NotOpen {
        /// The track.
        track: usize,
    },
    /// More PCM must be pushed (or the track ended) first.
    #[error("track {track} has too little sound for {frames} frames at {position}")]
    NeedsSound {
        /// The track that [`need`](super::Mixer::need) names.
        track: usize,
        /// Output frames asked for.
        frames: usize,
        /// Output position, in frames at 48 kHz.
        position: u64,
    },
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Core(e) => e.code(),
            Error::NoTrack { .. } => "E_NO_TRACK",
            Error::NotOpen { .. } => "E_NOT_OPEN",
            Error::NeedsSound { .. } => "E_NEEDS_SOUND",
        }
    }
}
