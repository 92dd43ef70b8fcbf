//! The manifest of MPEG-DASH (ISO/IEC 23009-1), profile `isoff-live`: numbered segments with a `SegmentTimeline` each.
//!
//! Media times begin at [`ORIGIN_S`], which `presentationTimeOffset` takes off again. While segments still come the
//! manifest is `dynamic`, and `static` afterwards.

use super::PlaylistKind;
use super::clock::ORIGIN_S;
use super::hls::Common;
use super::presentation::{Medium, Track};
use millpond_core::Rational;
use std::fmt::Write;
use std::time::SystemTime;

/// The manifest's file.
pub(crate) const MANIFEST: &str = "manifest.mpd";

/// Writes the manifest; `now` is when it is published.
pub(crate) fn manifest(tracks: &[Track], common: &Common, now: SystemTime) -> String {
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"");
    let target = common.target;
    // Writing to a string does not fail.
    let _ = write!(text, " profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT{target}S\"");
    let ends = tracks.iter().filter_map(|track| track.segments.back().map(|last| track.seconds(last.end)));
    let end = ends.max().unwrap_or_default();
    if tracks.iter().all(|track| track.is_over) {
        let _ = write!(text, " type=\"static\" mediaPresentationDuration=\"{}\"", duration(end));
    } else {
        let epoch = common.epoch.unwrap_or(now);
        let _ = write!(text, " type=\"dynamic\" availabilityStartTime=\"{}\"", humantime::format_rfc3339_millis(epoch));
        let _ = write!(text, " publishTime=\"{}\"", humantime::format_rfc3339_millis(now));
        let _ = write!(text, " minimumUpdatePeriod=\"PT{target}S\" suggestedPresentationDelay=\"PT{}S\"", target * 3);
        if let PlaylistKind::Live { window } = common.kind {
            let _ = write!(text, " timeShiftBufferDepth=\"{}\"", duration(window));
        }
    }
    // Rounded to whole seconds no segment exceeds the target.
    let _ = write!(text, " maxSegmentDuration=\"PT{target}.5S\">\n  <Period id=\"0\" start=\"PT0S\">\n");
    let mut id = 0;
    let pictures = tracks.iter().filter(|track| matches!(track.medium, Medium::Pictures { .. }));
    let mut pictures = pictures.peekable();
    if pictures.peek().is_some() {
        open_set(&mut text, id, "video", common.is_independent, None);
        pictures.for_each(|track| representation(&mut text, track, common));
        text.push_str("    </AdaptationSet>\n");
        id += 1;
    }
    for track in tracks {
        if let Medium::Sound { language, .. } = &track.medium {
            open_set(&mut text, id, "audio", true, language.as_deref());
            representation(&mut text, track, common);
            text.push_str("    </AdaptationSet>\n");
            id += 1;
        }
    }
    text.push_str("  </Period>\n</MPD>\n");
    text
}

fn open_set(text: &mut String, id: u32, kind: &str, is_independent: bool, language: Option<&str>) {
    let _ = write!(text, "    <AdaptationSet id=\"{id}\" contentType=\"{kind}\" mimeType=\"{kind}/mp4\"");
    let _ = write!(text, " segmentAlignment=\"true\"");
    if is_independent {
        text.push_str(" startWithSAP=\"1\"");
    }
    if let Some(language) = language {
        let _ = write!(text, " lang=\"{language}\"");
    }
    text.push_str(">\n");
}

fn representation(text: &mut String, track: &Track, common: &Common) {
    let (name, codec, bits) = (&track.name, &track.codec, track.peak_bits());
    let _ = write!(text, "      <Representation id=\"{name}\" codecs=\"{codec}\" bandwidth=\"{bits}\"");
    match &track.medium {
        Medium::Pictures { width, height, frame_rate } => {
            let _ = write!(text, " width=\"{width}\" height=\"{height}\" sar=\"1:1\"");
            if let Some(rate) = frame_rate {
                let _ = write!(text, " frameRate=\"{}/{}\"", rate.numer(), rate.denom());
            }
            text.push_str(">\n");
        }
        Medium::Sound { rate_hz, channels, .. } => {
            let _ = write!(text, " audioSamplingRate=\"{rate_hz}\">\n        <AudioChannelConfiguration ");
            let scheme = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011";
            let _ = writeln!(text, "schemeIdUri=\"{scheme}\" value=\"{channels}\"/>");
        }
    }
    let (scale, initial) = (track.time_scale, common.initial.unwrap_or_default());
    let origin = i64::from(scale) * ORIGIN_S;
    let first = track.segments.front().map_or(0, |segment| segment.number);
    let _ = write!(text, "        <SegmentTemplate timescale=\"{scale}\" presentationTimeOffset=\"{origin}\"");
    let _ = write!(text, " initialization=\"{name}/{initial}\" media=\"{name}/$Number%05d$.{}\"", common.extension);
    let _ = write!(text, " startNumber=\"{first}\">\n          <SegmentTimeline>\n");
    let mut expected = None;
    let mut segments = track.segments.iter().peekable();
    while let Some(segment) = segments.next() {
        let ticks = segment.end - segment.start;
        let (mut repeats, mut end) = (0, segment.end);
        while let Some(next) = segments.next_if(|next| next.start == end && next.end - next.start == ticks) {
            (repeats, end) = (repeats + 1, next.end);
        }
        text.push_str("            <S");
        if expected != Some(segment.start) {
            let _ = write!(text, " t=\"{}\"", origin + segment.start);
        }
        let _ = write!(text, " d=\"{ticks}\"");
        if repeats > 0 {
            let _ = write!(text, " r=\"{repeats}\"");
        }
        text.push_str("/>\n");
        expected = Some(end);
    }
    text.push_str("          </SegmentTimeline>\n        </SegmentTemplate>\n      </Representation>\n");
}

/// An XML Schema duration, to the millisecond and not shorter than it is.
fn duration(seconds: Rational) -> String {
    let millis = (seconds * Rational::from_integer(1000)).ceil().to_integer();
    format!("PT{}.{:03}S", millis / 1000, millis % 1000)
}
