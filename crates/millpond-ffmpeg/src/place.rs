//! Where media may come from, and how FFmpeg is told.
//!
//! Only local files are opened unless the caller allows protocols. A `src` of a scene is relative to the scene file
//! and stays inside its folder, symbolic links followed, unless the caller allows another folder. FFmpeg gets every
//! path behind `file:`, so a name such as `concat:a|b` is a name and nothing else.
//!
//! A file that names further files (a playlist) could read what its author cannot. FFmpeg therefore gets two lists: the
//! protocols that may be used from there on, and the formats that may be recognised. A playlist in a local file needs
//! `file` to be allowed and then reads by the allowed protocols; one that came over an allowed protocol reads local files
//! only if `file` is allowed too.

use crate::redact::redacted;
use crate::{Error, Limits};
use std::ffi::{CString, OsStr};
use std::path::{Component, Path, PathBuf};

/// Containers that hold their media themselves.
const CONTAINERS: &str = "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,nut,mxf,ivf,gif,yuv4mpegpipe,\
    h264,hevc,av1,obu,m4v,mjpeg,wav,w64,aiff,caf,au,mp3,flac,aac,ac3,eac3,dts,amr,ape,wv,tta,voc";

/// Formats that name further files or streams, and what is only found in those.
const PLAYLISTS: &str = ",hls,dash,webvtt,rtsp,sdp,rtp,live_flv";

/// What FFmpeg's own layers need below the protocols that the caller named.
const LAYERS: &str = "crypto,data,tcp,tls,udp,rtp,httpproxy";

/// What may be opened beyond files inside the scene's folder, and how much a file may ask for.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// FFmpeg protocols by which addresses, and the playlists behind them, may be read. `file` allows playlists in local
    /// files too, and every file that they name.
    pub protocols: Vec<String>,
    /// Folders besides the scene's own from which its assets may come.
    pub folders: Vec<PathBuf>,
    /// How much a file may ask for.
    pub limits: Limits,
}

/// Something that can be opened: a local file, standard input, or the address of an allowed protocol. Shown, it keeps
/// passwords, stream keys and query values to itself.
#[derive(Clone)]
pub struct Place {
    url: CString,
    kind: Kind,
    shown: String,
}

#[derive(Clone)]
enum Kind {
    File(PathBuf),
    StandardInput,
    /// An address of this protocol.
    Address(String),
    /// What a reader of the caller's gives.
    Named,
}

impl Place {
    /// A local file, wherever it is.
    ///
    /// # Errors
    /// [`Error::MediaMissing`] if the path holds a zero byte.
    pub fn file(path: &Path) -> Result<Place, Error> {
        let mut url = b"file:".to_vec();
        url.extend_from_slice(path.as_os_str().as_encoded_bytes());
        let shown = path.display().to_string();
        let url = CString::new(url).map_err(|_| Error::missing(&shown, "the name holds a zero byte"))?;
        Ok(Place { url, kind: Kind::File(path.to_owned()), shown })
    }

    /// Standard input, for [`Demuxer::open_live`](crate::Demuxer::open_live).
    pub fn standard_input() -> Place {
        Place { url: c"pipe:0".to_owned(), kind: Kind::StandardInput, shown: "standard input".to_owned() }
    }

    /// What a reader of the caller's gives; `name` appears in errors.
    pub(crate) fn named(name: &str) -> Place {
        let url = CString::new(name.replace('\0', "")).unwrap_or_default();
        Place { url, kind: Kind::Named, shown: redacted(name) }
    }

    /// What FFmpeg opens.
    pub(crate) fn url(&self) -> &CString {
        &self.url
    }

    /// Whether reading it may wait for somebody else: an address, standard input, a pipe.
    pub(crate) fn may_be_silent(&self) -> bool {
        match &self.kind {
            Kind::File(path) => crate::live::is_pipe(path),
            Kind::StandardInput | Kind::Address(_) => true,
            Kind::Named => false,
        }
    }

    /// Whether it is standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        matches!(self.kind, Kind::StandardInput)
    }

    /// The protocol, if it is an address.
    pub(crate) fn protocol(&self) -> Option<&str> {
        if let Kind::Address(protocol) = &self.kind { Some(protocol) } else { None }
    }

    /// FFmpeg reaches it by a protocol that the caller allowed.
    pub(crate) fn is_address(&self) -> bool {
        matches!(self.kind, Kind::Address(_))
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        if let Kind::File(path) = &self.kind { Some(path) } else { None }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Place").field(&self.shown).finish()
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Access {
    /// The protocols that FFmpeg may use for a place and for what is named there, and the formats that it may recognise.
    pub(crate) fn lists(&self, place: &Place) -> (String, String) {
        let is_file = place.path().is_some();
        let mut protocols = if is_file { "file".to_owned() } else { String::new() };
        for protocol in self.protocols.iter().map(String::as_str).chain((!self.protocols.is_empty()).then_some(LAYERS))
        {
            if !protocols.is_empty() {
                protocols.push(',');
            }
            protocols.push_str(protocol);
        }
        let may_name_others = if is_file { self.allows("file") } else { !self.protocols.is_empty() };
        (protocols, format!("{CONTAINERS}{}", if may_name_others { PLAYLISTS } else { "" }))
    }

    fn allows(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|allowed| allowed == protocol)
    }

    /// A file or address that the caller itself names, or `-` for standard input; every local file is allowed.
    ///
    /// # Errors
    /// [`Error::ProtocolRefused`] for an address whose protocol is not allowed.
    pub fn argument(&self, name: &OsStr) -> Result<Place, Error> {
        if name == "-" {
            return Ok(Place::standard_input());
        }
        match name.to_str().and_then(|name| self.address(name)) {
            // A file may have a name that looks like an address.
            Some(Err(_)) if Path::new(name).exists() => Place::file(Path::new(name)),
            Some(address) => address,
            None => Place::file(Path::new(name)),
        }
    }

    /// The `src` of a scene whose file lies in `folder`.
    ///
    /// # Errors
    /// [`Error::PathEscapes`] if it leaves the folder, [`Error::ProtocolRefused`], [`Error::MediaMissing`].
    pub fn asset(&self, folder: &Path, src: &str) -> Result<Place, Error> {
        if let Some(address) = self.address(src) {
            return address;
        }
        let escapes = || Error::PathEscapes { src: src.to_owned(), folder: folder.display().to_string() };
        let joined = folder.join(src);
        let resolved = match joined.canonicalize() {
            Ok(resolved) => resolved,
            // A path that cannot be inside is refused as such, whether the file exists or not.
            Err(_) if leaves(src) && self.folders.is_empty() => return Err(escapes()),
            Err(error) => return Err(Error::missing(&joined.display().to_string(), error)),
        };
        let inside = |folder: &Path| folder.canonicalize().is_ok_and(|folder| resolved.starts_with(folder));
        let allowed = (!Path::new(src).is_absolute() && inside(folder)) || self.folders.iter().any(|path| inside(path));
        if allowed { Place::file(&resolved) } else { Err(escapes()) }
    }

    /// `Some` if `name` has the form `protocol://rest`.
    fn address(&self, name: &str) -> Option<Result<Place, Error>> {
        let (protocol, _) = name.split_once("://")?;
        let is_protocol = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if protocol.is_empty() || !protocol.chars().all(is_protocol) {
            return None;
        }
        Some(match CString::new(name) {
            Ok(url) if self.allows(protocol) => {
                Ok(Place { url, kind: Kind::Address(protocol.to_owned()), shown: redacted(name) })
            }
            _ => Err(Error::ProtocolRefused { place: redacted(name), protocol: protocol.to_owned() }),
        })
    }
}

/// Without looking at the disk: the path is absolute, or climbs out of the folder it is relative to.
fn leaves(src: &str) -> bool {
    let mut depth = 0;
    for component in Path::new(src).components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return true,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}
