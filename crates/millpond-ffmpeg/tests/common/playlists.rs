//! A strict reader of HLS and DASH: everything must parse, nothing may be unknown, and every file that is named must exist
//! and be whole. Problems come back as text, so that a test that reads while somebody writes can say what it saw.

#![allow(dead_code, reason = "each test program uses its share")]

use m3u8_rs::{MasterPlaylist, MediaPlaylist, MediaPlaylistType};
use roxmltree::{Document, Node};
use std::fs;
use std::path::{Path, PathBuf};

/// A segment as a playlist names it.
#[derive(Clone, Debug)]
pub(crate) struct ListedSegment {
    pub(crate) number: u64,
    pub(crate) file: PathBuf,
    pub(crate) seconds: f64,
    pub(crate) bytes: u64,
}

/// A track as its playlist shows it.
#[derive(Clone, Debug)]
pub(crate) struct ListedTrack {
    pub(crate) name: String,
    pub(crate) initial: Option<PathBuf>,
    pub(crate) segments: Vec<ListedSegment>,
    pub(crate) target: f64,
    pub(crate) is_over: bool,
    pub(crate) kind: Option<MediaPlaylistType>,
    /// What the overview says.
    pub(crate) bandwidth: u64,
    pub(crate) average: u64,
    pub(crate) codecs: String,
    pub(crate) size: Option<(u64, u64)>,
    pub(crate) frame_rate: Option<f64>,
}

impl ListedTrack {
    pub(crate) fn seconds(&self) -> f64 {
        self.segments.iter().map(|segment| segment.seconds).sum()
    }

    /// Initial file and segments in one.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.initial.iter().map(|file| fs::read(file).unwrap()).next().unwrap_or_default();
        self.segments.iter().for_each(|segment| bytes.extend(fs::read(&segment.file).unwrap()));
        bytes
    }

    /// RFC 8216 4.3.4.2, straight from its words.
    pub(crate) fn peak_bits(&self) -> f64 {
        let mut peak = 0.0_f64;
        for from in 0..self.segments.len() {
            for to in from..self.segments.len() {
                let run = &self.segments[from..=to];
                let seconds: f64 = run.iter().map(|segment| segment.seconds).sum();
                let bits: u64 = run.iter().map(|segment| segment.bytes * 8).sum();
                if (0.5 * self.target..=1.5 * self.target).contains(&seconds) {
                    peak = peak.max(bits as f64 / seconds);
                }
            }
        }
        peak
    }
}

type Checked<T> = Result<T, String>;

fn expect(holds: bool, what: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(what()) }
}

fn text(file: &Path) -> Checked<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Reads `master.m3u8` and what it names.
pub(crate) fn hls(folder: &Path) -> Checked<Vec<ListedTrack>> {
    let file = folder.join("master.m3u8");
    let text = text(&file)?;
    let master = master(&text).map_err(|problem| format!("{problem} in:\n{text}"))?;
    let mut tracks = Vec::new();
    for variant in &master.variants {
        let mut track = media_playlist(&folder.join(&variant.uri))?;
        let size = variant.resolution.map(|size| (size.width, size.height));
        track.bandwidth = variant.bandwidth;
        track.average = variant.average_bandwidth.ok_or("no AVERAGE-BANDWIDTH")?;
        track.codecs = variant.codecs.clone().ok_or("no CODECS")?;
        (track.size, track.frame_rate) = (size, variant.frame_rate);
        expect(track.bandwidth > 0 && track.average > 0, || format!("no bit rate: {variant:?}"))?;
        expect(size.is_none() || track.codecs.starts_with("avc1."), || format!("CODECS of {variant:?}"))?;
        expect(variant.other_attributes.is_none(), || format!("unknown attributes: {variant:?}"))?;
        if let Some(group) = &variant.audio {
            let is_there = master.alternatives.iter().any(|other| other.group_id == *group);
            expect(is_there, || format!("no group {group}"))?;
        }
        tracks.push(track);
    }
    for other in &master.alternatives {
        expect(other.other_attributes.is_none(), || format!("unknown attributes: {other:?}"))?;
        tracks.push(media_playlist(&folder.join(other.uri.as_ref().ok_or("no URI")?))?);
    }
    expect(master.alternatives.iter().filter(|other| other.default).count() <= 1, || "two defaults".to_owned())?;
    Ok(tracks)
}

fn master(text: &str) -> Checked<MasterPlaylist> {
    expect(text.ends_with('\n'), || "cut short".to_owned())?;
    let master = m3u8_rs::parse_master_playlist_res(text.as_bytes()).map_err(|error| error.to_string())?;
    expect(master.unknown_tags.is_empty(), || format!("{:?}", master.unknown_tags))?;
    expect(!master.variants.is_empty(), || "no variants".to_owned())?;
    Ok(master)
}

/// Reads the playlist of one track.
pub(crate) fn media_playlist(file: &Path) -> Checked<ListedTrack> {
    let text = text(file)?;
    media(file, &text).map_err(|problem| format!("{}: {problem} in:\n{text}", file.display()))
}

fn media(file: &Path, text: &str) -> Checked<ListedTrack> {
    expect(text.ends_with('\n'), || "cut short".to_owned())?;
    let list: MediaPlaylist = m3u8_rs::parse_media_playlist_res(text.as_bytes()).map_err(|error| error.to_string())?;
    expect(list.unknown_tags.is_empty(), || format!("{:?}", list.unknown_tags))?;
    expect(!list.segments.is_empty(), || "no segments".to_owned())?;
    expect(list.playlist_type != Some(MediaPlaylistType::Vod) || list.end_list, || "VOD without an end".to_owned())?;
    let folder = file.parent().unwrap();
    let mut segments = Vec::new();
    let mut initial = None;
    let mut moment = None;
    for (index, segment) in list.segments.iter().enumerate() {
        let number = list.media_sequence + index as u64;
        let extension = segment.uri.rsplit('.').next().unwrap_or_default();
        expect(segment.uri == format!("{number:05}.{extension}"), || format!("{} is not {number}", segment.uri))?;
        expect(segment.unknown_tags.is_empty() && !segment.discontinuity, || format!("{segment:?}"))?;
        if let Some(map) = &segment.map {
            expect(list.version >= Some(6), || "EXT-X-MAP needs version 6".to_owned())?;
            initial = Some(folder.join(&map.uri));
        }
        let seconds = f64::from(segment.duration);
        expect(seconds.round() <= list.target_duration as f64, || format!("{seconds} s are too long"))?;
        if let (Some(before), Some(now)) = (moment, segment.program_date_time) {
            expect(now > before, || format!("{now} is not behind {before}"))?;
        }
        moment = segment.program_date_time;
        let file = folder.join(&segment.uri);
        segments.push(ListedSegment { number, bytes: whole_segment(&file)?, file, seconds });
    }
    let is_mp4 = segments[0].file.extension().is_some_and(|extension| extension == "m4s");
    expect(is_mp4 == initial.is_some(), || "EXT-X-MAP belongs to MP4".to_owned())?;
    if let Some(initial) = &initial {
        let names = boxes(initial)?;
        expect(names == ["ftyp", "moov"], || format!("{}: {names:?}", initial.display()))?;
    }
    Ok(ListedTrack {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        initial,
        segments,
        target: list.target_duration as f64,
        is_over: list.end_list,
        kind: list.playlist_type,
        bandwidth: 0,
        average: 0,
        codecs: String::new(),
        size: None,
        frame_rate: None,
    })
}

/// The elements of ISO/IEC 23009-1 that are written, with their attributes; `!` marks those that the schema or the profile
/// `isoff-live` asks for.
const ELEMENTS: [(&str, &str); 8] = [
    (
        "MPD",
        "!profiles !minBufferTime type mediaPresentationDuration availabilityStartTime publishTime minimumUpdatePeriod \
         suggestedPresentationDelay timeShiftBufferDepth maxSegmentDuration",
    ),
    ("Period", "id start"),
    ("AdaptationSet", "id contentType !mimeType segmentAlignment startWithSAP lang"),
    ("Representation", "!id !codecs !bandwidth width height sar frameRate audioSamplingRate"),
    ("AudioChannelConfiguration", "!schemeIdUri !value"),
    ("SegmentTemplate", "!timescale presentationTimeOffset !initialization !media !startNumber"),
    ("SegmentTimeline", ""),
    ("S", "t !d r"),
];

/// Reads `manifest.mpd` and what it names.
pub(crate) fn dash(folder: &Path) -> Checked<Vec<ListedTrack>> {
    let text = text(&folder.join("manifest.mpd"))?;
    let document = Document::parse(&text).map_err(|error| format!("{error} in:\n{text}"))?;
    manifest(folder, document.root_element()).map_err(|problem| format!("{problem} in:\n{text}"))
}

fn known(element: Node<'_, '_>) -> Checked<()> {
    let name = element.tag_name();
    let found = ELEMENTS.iter().find(|(known, _)| *known == name.name());
    let (_, attributes) = found.ok_or_else(|| format!("unknown element {}", name.name()))?;
    expect(name.namespace() == Some("urn:mpeg:dash:schema:mpd:2011"), || "another namespace".to_owned())?;
    for attribute in element.attributes() {
        let is_known = attributes.split_whitespace().any(|known| known.trim_start_matches('!') == attribute.name());
        expect(is_known, || format!("{} has no {}", name.name(), attribute.name()))?;
    }
    for asked in attributes.split_whitespace().filter_map(|known| known.strip_prefix('!')) {
        expect(element.has_attribute(asked), || format!("{} without {asked}", name.name()))?;
    }
    element.children().filter(Node::is_element).try_for_each(known)
}

fn number<T: std::str::FromStr>(element: Node<'_, '_>, name: &str) -> Checked<T> {
    let value = element.attribute(name).ok_or_else(|| format!("no {name}"))?;
    value.parse().map_err(|_| format!("{name} is {value}"))
}

/// `PT1.5S`.
fn duration(element: Node<'_, '_>, name: &str) -> Checked<f64> {
    let value = element.attribute(name).ok_or_else(|| format!("no {name}"))?;
    let seconds = value.strip_prefix("PT").and_then(|rest| rest.strip_suffix('S'));
    seconds.and_then(|seconds| seconds.parse().ok()).ok_or_else(|| format!("{name} is {value}"))
}

/// An instant in UTC, as `m3u8_rs` reads those of HLS.
fn instant(element: Node<'_, '_>, name: &str) -> Checked<()> {
    let value = element.attribute(name).ok_or_else(|| format!("no {name}"))?;
    humantime::parse_rfc3339(value).map(|_| ()).map_err(|error| format!("{name} is {value}: {error}"))
}

fn manifest(folder: &Path, mpd: Node<'_, '_>) -> Checked<Vec<ListedTrack>> {
    known(mpd)?;
    let is_over = mpd.attribute("type") == Some("static");
    let target = duration(mpd, "minBufferTime")?;
    let longest = duration(mpd, "maxSegmentDuration")?;
    let whole = if is_over {
        Some(duration(mpd, "mediaPresentationDuration")?)
    } else {
        expect(mpd.attribute("type") == Some("dynamic"), || "neither static nor dynamic".to_owned())?;
        instant(mpd, "availabilityStartTime")?;
        instant(mpd, "publishTime")?;
        duration(mpd, "minimumUpdatePeriod")?;
        None
    };
    let mut tracks = Vec::new();
    let named =
        |name: &'static str| move |node: &Node<'_, '_>| node.has_tag_name(("urn:mpeg:dash:schema:mpd:2011", name));
    for shown in mpd.descendants().filter(named("Representation")) {
        let template = shown.children().find(named("SegmentTemplate")).ok_or("no SegmentTemplate")?;
        let scale: f64 = number(template, "timescale")?;
        let offset: u64 = number(template, "presentationTimeOffset")?;
        let initial = folder.join(template.attribute("initialization").unwrap_or_default());
        let names = boxes(&initial)?;
        expect(names == ["ftyp", "moov"], || format!("{}: {names:?}", initial.display()))?;
        let media = template.attribute("media").unwrap_or_default();
        let mut count: u64 = number(template, "startNumber")?;
        let mut segments = Vec::new();
        let mut time = None;
        for run in template.descendants().filter(named("S")) {
            let ticks: u64 = number(run, "d")?;
            let start = if run.has_attribute("t") { Some(number::<u64>(run, "t")?) } else { time };
            let start = start.ok_or("the first S has no t")?;
            expect(time.is_none_or(|time| start >= time) && start >= offset, || format!("S at {start}"))?;
            let repeats: u64 = if run.has_attribute("r") { number(run, "r")? } else { 0 };
            for _ in 0..=repeats {
                let seconds = ticks as f64 / scale;
                expect(seconds > 0.0 && seconds <= longest, || format!("{seconds} s"))?;
                let file = folder.join(media.replace("$Number%05d$", &format!("{count:05}")));
                segments.push(ListedSegment { number: count, bytes: whole_segment(&file)?, file, seconds });
                count += 1;
            }
            time = Some(start + ticks * (repeats + 1));
        }
        let end = (time.ok_or("no segments")? - offset) as f64 / scale;
        expect(whole.is_none_or(|whole| end <= whole + 0.002), || format!("{end} s of {whole:?}"))?;
        tracks.push(ListedTrack {
            name: number(shown, "id")?,
            initial: Some(initial),
            segments,
            target,
            is_over,
            kind: None,
            bandwidth: number(shown, "bandwidth")?,
            average: 0,
            codecs: number(shown, "codecs")?,
            size: number(shown, "width").ok().zip(number(shown, "height").ok()),
            frame_rate: None,
        });
    }
    Ok(tracks)
}

/// Checks that a segment is whole and returns its length.
fn whole_segment(file: &Path) -> Checked<u64> {
    let length = fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    if file.extension().is_some_and(|extension| extension == "ts") {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let packets = bytes.chunks(188);
        let is_packet = |packet: &[u8]| packet.len() == 188 && packet[0] == 0x47;
        expect(packets.len() > 2 && packets.clone().all(is_packet), || format!("{} is torn", file.display()))?;
        // RFC 8216 3.2: the tables (PID 0 and what it names, 4096 here) come first. FFmpeg writes its SDT (17) with them.
        let pid = |packet: &[u8]| u16::from_be_bytes([packet[1], packet[2]]) & 0x1fff;
        let first: Vec<u16> = packets.take(3).map(pid).collect();
        expect(first.contains(&0) && first.contains(&4096), || format!("{}: begins with {first:?}", file.display()))?;
    } else {
        let names = boxes(file)?;
        expect(names == ["styp", "moof", "mdat"], || format!("{}: {names:?}", file.display()))?;
    }
    Ok(length)
}

/// The names of the boxes that fill a file exactly.
fn boxes(file: &Path) -> Checked<Vec<String>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut names = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (Some(size), Some(name)) = (rest.first_chunk::<4>(), rest.get(4..8)) else {
            return Err(format!("{} is torn", file.display()));
        };
        let size = u32::from_be_bytes(*size) as usize;
        names.push(String::from_utf8_lossy(name).into_owned());
        rest = rest.get(size.max(8)..).ok_or_else(|| format!("{} is cut short", file.display()))?;
    }
    Ok(names)
}
