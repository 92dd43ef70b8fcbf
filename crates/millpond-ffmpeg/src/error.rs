//! The one error type of this crate. Every variant says what happened and where, has a stable code, and belongs to
//! one of the command's exit codes.

/// Why something could not be opened, decoded, encoded or written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A media file is missing or unreadable.
    #[error("cannot read the file ({reason}): {place}")]
    MediaMissing {
        /// File or address.
        place: String,
        /// What the system said.
        reason: String,
    },
    /// A media file is empty, not a media file, or damaged so far that it yields nothing.
    #[error("broken or unknown media file ({reason}): {place}")]
    MediaBroken {
        /// File or address.
        place: String,
        /// What was wrong.
        reason: String,
    },
    /// A playlist or another format that names further files.
    #[error("not a plain media file; playlists, which name other files, need the protocol file to be allowed: {place}")]
    FormatRefused {
        /// File or address.
        place: String,
    },
    /// An address whose protocol is not allowed.
    #[error("protocol {protocol} is not allowed: {place}")]
    ProtocolRefused {
        /// The address.
        place: String,
        /// Its protocol.
        protocol: String,
    },
    /// The file asks for more than it may: see [`Limits`](crate::Limits).
    #[error("over the limit of {allowed} {limit}{}: {place}", said(*got))]
    LimitExceeded {
        /// File or address.
        place: String,
        /// Which limit.
        limit: crate::Limit,
        /// The most that is allowed.
        allowed: u64,
        /// What the file asks for, if that is known.
        got: Option<u64>,
    },
    /// The file has no pictures, or no sound.
    #[error("the file has no {kind}: {place}")]
    NoStream {
        /// File or address.
        place: String,
        /// `pictures` or `sound`.
        kind: &'static str,
    },
    /// This FFmpeg has no decoder or encoder for a codec, or it refused to open.
    #[error("codec {codec} is not supported ({reason}): {place}")]
    UnsupportedCodec {
        /// File or address.
        place: String,
        /// FFmpeg's name of the codec.
        codec: String,
        /// What FFmpeg said.
        reason: String,
    },
    /// A device for decoding, encoding or filters does not open or does not work.
    #[error("no {kind} device ({reason})")]
    Device {
        /// What was asked for.
        kind: crate::HwKind,
        /// What FFmpeg and the driver said.
        reason: String,
    },
    /// A pixel or sample format without a counterpart here.
    #[error("{format} is not supported: {place}")]
    UnsupportedFormat {
        /// File or address.
        place: String,
        /// The format.
        format: String,
    },
    /// A `src` leaves the scene's folder.
    #[error("asset {src:?} leaves the folder of its scene: {folder}")]
    PathEscapes {
        /// The `src` as it stands in the scene.
        src: String,
        /// The scene's folder.
        folder: String,
    },
    /// The scene has a pushed asset that nobody feeds.
    #[error("nothing was given for the input asset (--input {name}=FILE): {name}")]
    InputMissing {
        /// Name of the asset.
        name: String,
    },
    /// Something was given for an asset that the scene does not have.
    #[error("the scene has no input asset of this name: {name}")]
    InputUnknown {
        /// The name that was given.
        name: String,
    },
    /// What was given for an input asset has another size or format than the scene declares.
    #[error("expected pictures of {expected}, got {got}: {place}")]
    InputMismatch {
        /// File or address.
        place: String,
        /// What the scene declares.
        expected: String,
        /// What the file has.
        got: String,
    },
    /// A time outside the scene.
    #[error("the scene lasts {duration} s, there is no frame at {time} s")]
    TimeOutside {
        /// What was asked for, in seconds.
        time: String,
        /// Duration of the scene in seconds.
        duration: String,
    },
    /// The scene is invalid, or a picture of it cannot be composed.
    #[error(transparent)]
    Scene(#[from] millpond_scene::SceneError),
    /// The scene cannot show this file.
    #[error("{error}: {place}")]
    Asset {
        /// File or address.
        place: String,
        /// What is wrong with it.
        error: millpond_scene::SceneError,
    },
    /// A size or parameter that the core refuses.
    #[error(transparent)]
    Core(millpond_core::Error),
    /// The output cannot be written.
    #[error("cannot write the output ({reason}): {place}")]
    Output {
        /// The file.
        place: String,
        /// What the system said.
        reason: String,
    },
    /// The output cannot be encoded as asked.
    #[error("{what} is not supported ({reason})")]
    UnsupportedOutput {
        /// Codec, container or setting.
        what: String,
        /// What FFmpeg said, or what would be.
        reason: String,
    },
    /// A filter graph cannot be made of its description and what comes in, or a filter failed.
    #[error("filter graph {graph:?}: {reason}")]
    Filter {
        /// The description.
        graph: String,
        /// Which filter or option, in FFmpeg's words.
        reason: String,
    },
    /// An encoder or container has no such option.
    #[error("{what} has no option {name} (near: {near})")]
    UnknownOption {
        /// Encoder or container.
        what: String,
        /// The option as it was written.
        name: String,
        /// Names that look like it.
        near: String,
    },
    /// An option of an encoder or container does not take this value.
    #[error("option {name} of {what} cannot be {value:?} ({expected})")]
    OptionValue {
        /// Encoder or container.
        what: String,
        /// The option.
        name: String,
        /// The value as it was written.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// A reader of the caller's failed, panicked or lied.
    #[error("the reader failed ({reason}): {place}")]
    Reader {
        /// What it is called.
        place: String,
        /// Its error, or what it did.
        reason: String,
    },
    /// A live source or receiver was silent for longer than it may be.
    #[error("{what} took longer than {limit:?}: {place}")]
    TimedOut {
        /// The address, without secrets.
        place: String,
        /// What was waited for.
        what: &'static str,
        /// The deadline.
        limit: std::time::Duration,
    },
    /// A live source or receiver cannot be reached, or the connection broke.
    #[error("the connection failed ({reason}): {place}")]
    Disconnected {
        /// The address, without secrets.
        place: String,
        /// What the system said.
        reason: String,
    },
    /// After a reconnection a live source has other streams. Reading on gives packets of the new ones.
    #[error("the source has other streams now ({streams}): {place}")]
    StreamsChanged {
        /// The address, without secrets.
        place: String,
        /// The codecs of the new streams.
        streams: String,
    },
    /// A decoder, encoder, demuxer or muxer cannot do this in the state it is in.
    #[error("{call} is not possible when {state}")]
    WrongState {
        /// The call.
        call: &'static str,
        /// The state.
        state: crate::State,
    },
    /// Somebody asked for the end.
    #[error("cancelled")]
    Cancelled,
    /// The system is short of threads or memory at the moment.
    #[error("the system has no room for {what} ({reason})")]
    Temporary {
        /// What could not be had.
        what: &'static str,
        /// What the system said.
        reason: String,
    },
}

impl From<millpond_core::Error> for Error {
    fn from(error: millpond_core::Error) -> Error {
        match error {
            millpond_core::Error::Cancelled => Error::Cancelled,
            error => Error::Core(error),
        }
    }
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Error::MediaMissing { .. } => "E_MEDIA_MISSING",
            Error::MediaBroken { .. } => "E_MEDIA_BROKEN",
            Error::FormatRefused { .. } => "E_FORMAT_REFUSED",
            Error::ProtocolRefused { .. } => "E_PROTOCOL_REFUSED",
            Error::LimitExceeded { limit, .. } => limit.code(),
            Error::NoStream { .. } => "E_NO_STREAM",
            Error::UnsupportedCodec { .. } => "E_UNSUPPORTED_CODEC",
            Error::Device { .. } => "E_DEVICE",
            Error::UnsupportedFormat { .. } => "E_UNSUPPORTED_FORMAT",
            Error::PathEscapes { .. } => "E_PATH_ESCAPES",
            Error::InputMissing { .. } => "E_INPUT_MISSING",
            Error::InputUnknown { .. } => "E_INPUT_UNKNOWN",
            Error::InputMismatch { .. } => "E_INPUT_MISMATCH",
            Error::TimeOutside { .. } => "E_TIME_OUTSIDE",
            Error::Scene(error) | Error::Asset { error, .. } => error.code(),
            Error::Core(error) => error.code(),
            Error::Output { .. } => "E_OUTPUT",
            Error::UnsupportedOutput { .. } => "E_UNSUPPORTED_OUTPUT",
            Error::Filter { .. } => "E_FILTER",
            Error::UnknownOption { .. } => "E_UNKNOWN_OPTION",
            Error::OptionValue { .. } => "E_OPTION_VALUE",
            Error::Reader { .. } => "E_READER",
            Error::TimedOut { .. } => "E_TIMED_OUT",
            Error::Disconnected { .. } => "E_DISCONNECTED",
            Error::StreamsChanged { .. } => "E_STREAMS_CHANGED",
            Error::WrongState { .. } => "E_WRONG_STATE",
            Error::Cancelled => "E_CANCELLED",
            Error::Temporary { .. } => "E_TEMPORARY",
        }
    }

    /// The command's exit code: 2 wrong usage or scene, 3 media missing or broken, 4 output cannot be written,
    /// 5 not supported, 6 cancelled, 75 worth a retry.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::PathEscapes { .. }
            | Error::InputMissing { .. }
            | Error::InputUnknown { .. }
            | Error::InputMismatch { .. }
            | Error::TimeOutside { .. }
            | Error::Filter { .. }
            | Error::UnknownOption { .. }
            | Error::OptionValue { .. }
            | Error::WrongState { .. }
            | Error::Core(_) => 2,
            Error::Scene(error) | Error::Asset { error, .. } if error.code().starts_with("E_UNSUPPORTED") => 5,
            Error::Scene(_) => 2,
            Error::MediaMissing { .. }
            | Error::MediaBroken { .. }
            | Error::FormatRefused { .. }
            | Error::ProtocolRefused { .. }
            | Error::LimitExceeded { .. }
            | Error::NoStream { .. }
            | Error::Reader { .. }
            | Error::Asset { .. } => 3,
            Error::Output { .. } => 4,
            Error::UnsupportedCodec { .. }
            | Error::Device { .. }
            | Error::UnsupportedFormat { .. }
            | Error::UnsupportedOutput { .. } => 5,
            Error::Cancelled => 6,
            Error::Temporary { .. }
            | Error::TimedOut { .. }
            | Error::Disconnected { .. }
            | Error::StreamsChanged { .. } => 75,
        }
    }

    /// It may go better the next time.
    pub fn is_temporary(&self) -> bool {
        self.exit_code() == 75
    }

    pub(crate) fn missing(place: &str, reason: impl std::fmt::Display) -> Error {
        Error::MediaMissing { place: place.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn broken(place: &impl ToString, reason: impl std::fmt::Display) -> Error {
        Error::MediaBroken { place: place.to_string(), reason: reason.to_string() }
    }

    /// The output `place` cannot be written.
    pub fn output(place: &std::path::Path, reason: impl std::fmt::Display) -> Error {
        Error::Output { place: place.display().to_string(), reason: reason.to_string() }
    }
}

/// What a file asks for beyond a limit.
fn said(got: Option<u64>) -> String {
    got.map(|got| format!(", it has {got}")).unwrap_or_default()
}
