//! `millpond segment`: a source as HLS or DASH, in a folder.

use crate::arguments::SegmentArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use millpond::Rational;
use millpond::ffmpeg::{
    Cancel, Demuxer, Error, Place, PlaylistKind, SegmentOptions, SegmentReport, Segmenter, suggest_ladder,
};
use serde_json::json;
use std::fmt::Write;

pub(crate) fn run(arguments: &SegmentArguments, console: &Console) -> Result<(), Failure> {
    let cancel = Cancel::new();
    let pressed = cancel.clone();
    interrupt::listen(move || pressed.press())?;
    let access = arguments.protocols.access();
    let place = access.argument(arguments.file.as_os_str())?;
    let duration = arguments.duration.unwrap_or(Rational::from_integer(6));
    let mut ladder = arguments.ladder.clone();
    // Only a file can be read twice.
    if ladder.is_empty() && place.path().is_some_and(|path| path.is_file()) {
        ladder = suggest_ladder(&place, &access, &cancel, duration)?;
    }
    let kind = match arguments.window {
        Some(window) => PlaylistKind::Live { window },
        None if arguments.event => PlaylistKind::Event,
        None => PlaylistKind::Vod,
    };
    let format = arguments.format.into();
    let options = SegmentOptions { format, kind, duration, ladder, cancel: cancel.clone() };
    let demuxer = Demuxer::open_live(&place, &access, &cancel, &arguments.live.config())?;
    let segmenter = Segmenter::new(demuxer, &arguments.output, &options)?;
    let mut unwritten = None;
    let report = segmenter.run(&mut |segments| {
        if console.json {
            let shown = console.event("progress", &json!({"segments": segments}));
            unwritten = unwritten.take().or(shown.err());
        }
    })?;
    for warning in &report.warnings {
        console.warning(warning)?;
    }
    let entry = arguments.output.join(options.format.entry());
    let shown = entry.display().to_string();
    if let Some(lost) = &report.lost {
        return Err(Failure::lost(lost, &Place::file(&entry)?));
    }
    if report.is_shortened {
        let message = format!("cancelled: {shown} is whole up to there");
        return Err(Failure::new(Error::Cancelled.exit_code(), Error::Cancelled.code(), message));
    }
    tell(&report, &shown, console)?;
    unwritten.map_or(Ok(()), Err)
}

fn tell(report: &SegmentReport, entry: &str, console: &Console) -> Result<(), Failure> {
    let mut renditions = Vec::new();
    let mut lines = String::new();
    for rendition in &report.renditions {
        let (name, codec, segments) = (&rendition.name, &rendition.codec, rendition.segments);
        let (peak, average) = (rendition.peak_bits, rendition.average_bits);
        renditions.push(json!({
            "name": name, "codec": codec, "segments": segments, "seconds": rendition.seconds,
            "peak_bits": peak, "average_bits": average,
        }));
        let (kilobits, seconds) = (average / 1000, rendition.seconds);
        // Writing to a string does not fail.
        let _ = write!(lines, "\n{name:10} {codec:12} {segments:5} segments {seconds:10.3} s {kilobits:6} kb/s");
    }
    let fields = json!({
        "renditions": renditions, "pictures": report.pictures, "skipped": report.skipped,
        "repeated": report.repeated, "deleted": report.deleted, "lingering": report.lingering,
        "wall_s": report.wall_s, "output": entry,
    });
    console.result(&fields, format_args!("{entry}{lines}"))
}
