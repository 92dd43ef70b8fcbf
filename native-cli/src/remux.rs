//! `millpond remux`: the streams of a file in another container, without decoding them.

use crate::arguments::RemuxArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use millpond::ffmpeg::{Cancel, Error, MuxerConfig, RemuxOptions, remux};
use serde_json::json;

pub(crate) fn run(arguments: &RemuxArguments, console: &Console) -> Result<(), Failure> {
    let cancel = Cancel::new();
    let pressed = cancel.clone();
    interrupt::listen(move || pressed.press())?;
    let access = arguments.protocols.access();
    let place = access.argument(arguments.file.as_os_str())?;
    let options = RemuxOptions {
        streams: arguments.streams.clone(),
        start: arguments.start,
        end: arguments.end,
        live: arguments.live.config(),
        muxer: MuxerConfig { is_fragmented: arguments.fragmented, ..MuxerConfig::default() },
        access,
        cancel,
    };
    let report = remux(&place, &arguments.output, &options)?;
    for warning in &report.warnings {
        console.warning(warning)?;
    }
    let shown = options.access.argument(arguments.output.as_os_str())?;
    if let Some(lost) = &report.lost {
        return Err(Failure::lost(lost, &shown));
    }
    if report.is_shortened {
        let message = format!("cancelled after {} packets: {shown} is whole up to there", report.packets);
        return Err(Failure::new(Error::Cancelled.exit_code(), Error::Cancelled.code(), message));
    }
    let fields = json!({
        "packets": report.packets, "streams": report.streams, "repaired": report.repaired, "wall_s": report.wall_s,
        "output": shown.to_string(),
    });
    console
        .result(&fields, format_args!("{} packets of {} streams to {shown}", report.packets, report.streams.len()))?;
    Ok(())
}
