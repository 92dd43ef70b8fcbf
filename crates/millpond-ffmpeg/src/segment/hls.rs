//! Playlists of HTTP Live Streaming (RFC 8216, with `CHANNELS` and `EXT-X-INDEPENDENT-SEGMENTS` as there).
//!
//! Durations are written with six decimals; each is the difference of its rounded end and its rounded start, so that their
//! sum is never off by more than a microsecond.

use super::PlaylistKind;
use super::presentation::{Medium, Segment, Track};
use millpond_core::Rational;
use std::fmt::Write;
use std::time::{Duration, SystemTime};

/// The group that all sound is in.
const SOUND: &str = "sound";

/// What the playlists of a presentation have in common.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) kind: PlaylistKind,
    /// Seconds that no segment exceeds once it is rounded to whole ones.
    pub(crate) target: u64,
    /// Every segment can be decoded by itself.
    pub(crate) is_independent: bool,
    /// The file that segments need first, and the extension of theirs.
    pub(crate) initial: Option<&'static str>,
    pub(crate) extension: &'static str,
    /// The moment that second 0 stands for, unless it is recorded media.
    pub(crate) epoch: Option<SystemTime>,
}

/// The name of a segment's file.
pub(crate) fn file_name(number: u64, extension: &str) -> String {
    format!("{number:05}.{extension}")
}

/// The playlist of one track.
pub(crate) fn media_playlist(track: &Track, common: &Common) -> String {
    let mut text = String::with_capacity(256 + track.segments.len() * 96);
    let version = if common.initial.is_some() { 7 } else { 3 };
    let first = track.segments.front().map_or(0, |segment| segment.number);
    // Writing to a string does not fail.
    let _ = write!(text, "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}\n", common.target);
    let _ = writeln!(text, "#EXT-X-MEDIA-SEQUENCE:{first}");
    match common.kind {
        PlaylistKind::Vod => text.push_str("#EXT-X-PLAYLIST-TYPE:VOD\n"),
        PlaylistKind::Event => text.push_str("#EXT-X-PLAYLIST-TYPE:EVENT\n"),
        PlaylistKind::Live { .. } => {}
    }
    if common.is_independent {
        text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
    }
    if let Some(initial) = common.initial {
        let _ = writeln!(text, "#EXT-X-MAP:URI=\"{initial}\"");
    }
    for segment in &track.segments {
        if let Some(moment) = common.epoch.and_then(|epoch| moment(epoch, track.seconds(segment.start))) {
            let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{}", humantime::format_rfc3339_millis(moment));
        }
        let (whole, micros) = extinf(track, segment);
        let _ = write!(text, "#EXTINF:{whole}.{micros:06},\n{}\n", file_name(segment.number, common.extension));
    }
    if track.is_over {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    text
}

/// Seconds and microseconds of a segment.
fn extinf(track: &Track, segment: &Segment) -> (u64, u64) {
    let micros = |ticks: i64| (track.seconds(ticks) * Rational::from_integer(1_000_000)).round().to_integer();
    let micros = u64::try_from(micros(segment.end) - micros(segment.start)).unwrap_or(0);
    (micros / 1_000_000, micros % 1_000_000)
}

/// What `EXT-X-TARGETDURATION` must be at least for a segment: its written duration rounded to whole seconds.
pub(crate) fn target_for(track: &Track, segment: &Segment) -> u64 {
    let (whole, micros) = extinf(track, segment);
    whole + u64::from(micros >= 500_000)
}

pub(crate) fn moment(epoch: SystemTime, seconds: Rational) -> Option<SystemTime> {
    let millis = u64::try_from((seconds * Rational::from_integer(1000)).round().to_integer()).ok()?;
    epoch.checked_add(Duration::from_millis(millis))
}

/// The playlist that names all others. Each variant is one track of pictures with any of the sound; without pictures each
/// track of sound is one.
pub(crate) fn master_playlist(tracks: &[Track], common: &Common) -> String {
    let version = if common.initial.is_some() { 7 } else { 3 };
    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{version}\n");
    if common.is_independent {
        text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
    }
    let is_sound = |track: &&Track| matches!(track.medium, Medium::Sound { .. });
    let has_pictures = tracks.iter().any(|track| !is_sound(&track));
    let sound: Vec<&Track> = tracks.iter().filter(is_sound).collect();
    if has_pictures {
        sound.iter().enumerate().for_each(|(index, track)| rendition(&mut text, track, index == 0));
    }
    let most = |bits: fn(&Track) -> u64| sound.iter().map(|track| bits(track)).max().unwrap_or(0);
    let average = |track: &Track| track.average_bits().unwrap_or(0);
    for track in tracks {
        let (mut peak, mut mean, mut codecs) = (track.peak_bits(), average(track), track.codec.clone());
        match &track.medium {
            Medium::Sound { .. } if has_pictures => continue,
            Medium::Sound { .. } => {}
            Medium::Pictures { .. } => {
                peak += most(Track::peak_bits);
                mean += most(|track| track.average_bits().unwrap_or(0));
                let mut others: Vec<&str> = sound.iter().map(|track| track.codec.as_str()).collect();
                others.dedup();
                others.iter().for_each(|codec| {
                    let _ = write!(codecs, ",{codec}");
                });
            }
        }
        let _ = write!(text, "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={mean},CODECS=\"{codecs}\"");
        if let Medium::Pictures { width, height, frame_rate } = track.medium {
            let _ = write!(text, ",RESOLUTION={width}x{height}");
            if let Some(rate) = frame_rate {
                let thousandths = (rate * Rational::from_integer(1000)).round().to_integer();
                let _ = write!(text, ",FRAME-RATE={}.{:03}", thousandths / 1000, thousandths % 1000);
            }
            if !sound.is_empty() {
                let _ = write!(text, ",AUDIO=\"{SOUND}\"");
            }
        }
        let _ = write!(text, "\n{}/{MEDIA_PLAYLIST}\n", track.name);
    }
    text
}

/// The file of a track's playlist, in its folder.
pub(crate) const MEDIA_PLAYLIST: &str = "playlist.m3u8";

/// The file that names the others.
pub(crate) const MASTER_PLAYLIST: &str = "master.m3u8";

fn rendition(text: &mut String, track: &Track, is_default: bool) {
    let Medium::Sound { channels, language, .. } = &track.medium else { return };
    let default = if is_default { "YES" } else { "NO" };
    let _ = write!(text, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{SOUND}\",NAME=\"{}\"", track.name);
    if let Some(language) = language {
        let _ = write!(text, ",LANGUAGE=\"{language}\"");
    }
    let _ = write!(text, ",DEFAULT={default},AUTOSELECT=YES,CHANNELS=\"{channels}\"");
    let _ = writeln!(text, ",URI=\"{}/{MEDIA_PLAYLIST}\"", track.name);
}
