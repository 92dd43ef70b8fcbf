//! Publishing segments as they are finished, so that whoever reads sees a valid presentation at every moment.
//!
//! A segment is renamed into place, then the playlists that name it are replaced, then segments that no playlist has named
//! for long enough are deleted. Recorded media ([`PlaylistKind::Vod`]) is published at the end, because its playlists must not
//! change; a master playlist or manifest appears once every track has a segment. It is written again only when a track
//! turns out to take more bits than it says, and at the end.

use super::dash::{self, MANIFEST};
use super::folder::Folder;
use super::hls::{self, Common, MASTER_PLAYLIST, MEDIA_PLAYLIST};
use super::presentation::{Segment, Track};
use super::{PlaylistKind, SegmentFormat};
use crate::Error;
use millpond_core::Rational;
use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// What all tracks share.
pub(crate) struct Publisher {
    format: SegmentFormat,
    segments: AtomicU64,
    state: Mutex<State>,
}

struct State {
    folder: Folder,
    common: Common,
    tracks: Vec<Track>,
    /// Segments that were dropped, and when they may go.
    waiting: VecDeque<(Instant, PathBuf)>,
    deleted: u64,
    /// What the master playlist said of each track.
    told: Option<Vec<u64>>,
}

/// What was published.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) tracks: Vec<Track>,
    /// Segments deleted.
    pub(crate) deleted: u64,
    /// Segments that left the playlists and may still be read.
    pub(crate) waiting: usize,
}

impl Publisher {
    pub(crate) fn new(folder: Folder, format: SegmentFormat, common: Common) -> Publisher {
        let state = State { folder, common, tracks: Vec::new(), waiting: VecDeque::new(), deleted: 0, told: None };
        Publisher { format, segments: AtomicU64::new(0), state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a track and makes its folder; returns its index and folder. All are added before the first segment.
    pub(crate) fn add(&self, mut track: Track) -> Result<(usize, PathBuf), Error> {
        let mut state = self.lock();
        let is_taken = |name: &str| state.tracks.iter().any(|track| track.name == name);
        let mut name = track.name.clone();
        for count in 2.. {
            if !is_taken(&name) {
                break;
            }
            name = format!("{}-{count}", track.name);
        }
        track.name = name;
        let folder = state.folder.add(&track.name)?;
        state.tracks.push(track);
        Ok((state.tracks.len() - 1, folder))
    }

    /// Names the codec of a track, where it is known only once its encoder is open.
    pub(crate) fn name_codec(&self, track: usize, codec: String) {
        self.lock().tracks[track].codec = codec;
    }

    /// Segments of all tracks that were finished.
    pub(crate) fn segments(&self) -> u64 {
        self.segments.load(Ordering::Relaxed)
    }

    /// Says what moment second 0 stands for; the first word counts.
    pub(crate) fn set_epoch(&self, epoch: SystemTime) {
        let mut state = self.lock();
        if !matches!(state.common.kind, PlaylistKind::Vod) {
            state.common.epoch.get_or_insert(epoch);
        }
    }

    /// Lists a segment whose file is in place.
    ///
    /// # Errors
    /// [`Error::Output`]; [`Error::UnsupportedOutput`] for a segment longer than was announced, which playlists that are
    /// read while they grow cannot take back.
    pub(crate) fn publish(&self, track: usize, segment: Segment) -> Result<(), Error> {
        let mut state = self.lock();
        let state = &mut *state;
        let needed = hls::target_for(&state.tracks[track], &segment);
        let window = match state.common.kind {
            PlaylistKind::Vod => {
                state.common.target = state.common.target.max(needed);
                None
            }
            PlaylistKind::Event => None,
            PlaylistKind::Live { window } => Some(window),
        };
        if needed > state.common.target {
            return Err(Error::UnsupportedOutput {
                what: format!("a segment of {needed} s"),
                reason: format!("{} s were announced: the source's key frames are too far apart", state.common.target),
            });
        }
        let target = Rational::from_integer(state.common.target.into());
        let retired = state.tracks[track].push(segment, target, window);
        self.segments.fetch_add(1, Ordering::Relaxed);
        if state.common.kind == PlaylistKind::Vod {
            return Ok(());
        }
        self.write(state, track)?;
        let folder = state.folder.path().join(&state.tracks[track].name);
        // The playlists that do not name them any more are in place as of now.
        let now = Instant::now();
        for retired in retired {
            let path = folder.join(hls::file_name(retired.number, state.common.extension));
            state.waiting.push_back((now + seconds(retired.grace), path));
        }
        delete_due(state, now);
        Ok(())
    }

    /// No more segments come; what is not published yet is. `None` if there is nothing.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn finish(&self) -> Result<Option<Published>, Error> {
        let mut state = self.lock();
        let state = &mut *state;
        // A playlist without a segment cannot be played.
        for track in state.tracks.extract_if(.., |track| track.segments.is_empty()) {
            let _ = fs::remove_dir_all(state.folder.path().join(&track.name));
        }
        if state.tracks.is_empty() {
            return Ok(None);
        }
        state.tracks.iter_mut().for_each(|track| track.is_over = true);
        if self.format != SegmentFormat::Dash {
            for track in 0..state.tracks.len() {
                write_media(state, track)?;
            }
        }
        self.write_overview(state)?;
        delete_due(state, Instant::now());
        Ok(Some(Published { tracks: state.tracks.clone(), deleted: state.deleted, waiting: state.waiting.len() }))
    }

    /// Ends after a failure: readers learn that no more comes, recorded media leaves nothing.
    pub(crate) fn give_up(&self) {
        let is_vod = self.lock().common.kind == PlaylistKind::Vod;
        if !is_vod {
            // What is published stays as it is if not even this works.
            let _ = self.finish();
        }
    }

    /// Writes what names the segments of a track.
    fn write(&self, state: &mut State, track: usize) -> Result<(), Error> {
        if self.format == SegmentFormat::Dash {
            return self.write_overview(state);
        }
        write_media(state, track)?;
        let is_enough =
            |told: &Vec<u64>| told.iter().zip(&state.tracks).all(|(told, track)| *told >= track.peak_bits());
        if state.told.as_ref().is_some_and(is_enough) { Ok(()) } else { self.write_overview(state) }
    }

    /// Writes the master playlist or the manifest, once every track has something to show.
    fn write_overview(&self, state: &mut State) -> Result<(), Error> {
        if state.tracks.iter().any(|track| track.segments.is_empty()) {
            return Ok(());
        }
        let (name, text) = match self.format {
            SegmentFormat::Dash => (MANIFEST, dash::manifest(&state.tracks, &state.common, SystemTime::now())),
            SegmentFormat::Hls | SegmentFormat::HlsTs => {
                (MASTER_PLAYLIST, hls::master_playlist(&state.tracks, &state.common))
            }
        };
        state.folder.replace(name, &text)?;
        state.folder.keep();
        state.told = Some(state.tracks.iter().map(Track::peak_bits).collect());
        Ok(())
    }
}

fn write_media(state: &mut State, track: usize) -> Result<(), Error> {
    let text = hls::media_playlist(&state.tracks[track], &state.common);
    let name = format!("{}/{MEDIA_PLAYLIST}", state.tracks[track].name);
    state.folder.replace(&name, &text)?;
    if state.common.kind != PlaylistKind::Vod {
        state.folder.keep();
    }
    Ok(())
}

fn delete_due(state: &mut State, now: Instant) {
    // Not in order: tracks have lists of different lengths.
    let deleted = &mut state.deleted;
    state.waiting.retain(|(when, path)| {
        if *when > now {
            return true;
        }
        // A file that somebody else took away is gone as well.
        *deleted += u64::from(fs::remove_file(path).is_ok());
        false
    });
}

/// Not shorter than it is.
fn seconds(time: Rational) -> Duration {
    let millis = (time * Rational::from_integer(1000)).ceil().to_integer();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}
