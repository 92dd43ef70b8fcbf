//! `millpond render`: a scene to an MP4 file, with a line of progress and, if wanted, a hash per frame and a report of
//! memory over time.

use crate::arguments::RenderArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::line::Line;
use crate::memory_report::MemoryReport;
use crate::progress::Progress;
use crate::{interrupt, scene_file};
use millpond::Rational;
use millpond::ffmpeg::{AsideFile, Error, Event, RenderReport, StageTime, WARM_UP_FRAMES, render};
use millpond::memory;
use millpond::scene::{frame_hash, write_hash_line};
use millpond::video::FrameView;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) fn run(arguments: &RenderArguments, console: &Console) -> Result<(), Failure> {
    let (scene, mut options) = scene_file::read(&arguments.scene)?;
    if arguments.output != Path::new("null") {
        options.output = Some(arguments.output.clone());
    }
    let mut hashes = arguments.hash.as_deref().map(HashFile::create).transpose()?;
    let memory_report = arguments.memory_report.as_deref().map(MemoryReport::start).transpose()?;
    options.monitor = memory_report.as_ref().map(MemoryReport::monitor);
    // The first Ctrl-C ends the render with what there is, the second leaves nothing.
    let cancel = options.cancel.clone();
    interrupt::listen(move || cancel.press())?;

    let mut progress = Progress::new(console.json);
    let mut unwritten = None;
    let report = render(&scene, &options, &mut |event| {
        match event {
            Event::Started { frames } => progress.start(frames),
            Event::Frame { index, time, view } => {
                if let Some(hashes) = &mut hashes {
                    hashes.add(index, time, &view)?;
                }
                progress.frame(index + 1);
            }
            Event::Warning(warning) => {
                progress.pause();
                unwritten = unwritten.take().or(memory::opening(|| console.warning(&warning)).err());
            }
        }
        Ok(())
    });
    progress.end();
    let report = report?;
    if let Some(hashes) = hashes {
        hashes.file.commit()?;
    }
    if let Some(memory_report) = memory_report {
        memory_report.finish()?;
    }
    if report.is_shortened {
        let message =
            format!("cancelled after {} frames: {} is whole up to there", report.frames, arguments.output.display());
        return Err(Failure::new(Error::Cancelled.exit_code(), Error::Cancelled.code(), message));
    }
    tell(&report, arguments, console)?;
    unwritten.map_or(Ok(()), Err)
}

fn tell(report: &RenderReport, arguments: &RenderArguments, console: &Console) -> Result<(), Failure> {
    let output = arguments.output.display();
    let peak = millpond::memory::footprint().peak;
    let mut fields = json!({
        "frames": report.frames,
        "wall_s": report.wall_s,
        "steady_allocations": report.steady_allocations,
        "open_allocations": report.open_allocations,
        "peak_rss_bytes": peak,
        "output": output.to_string(),
    });
    let fps = report.frames as f64 / report.wall_s.max(1e-9);
    let warm = report.frames.saturating_sub(WARM_UP_FRAMES);
    let per_frame = match warm {
        0 => "not measured, there are no frames after warm-up".to_owned(),
        warm => format!(
            "{} ({} in {warm} frames)",
            report.steady_allocations as f64 / warm as f64,
            report.steady_allocations
        ),
    };
    let memory =
        peak.map_or_else(|| "unknown".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)));
    let mut text = format!(
        "{} frames in {:.2} s ({fps:.1} fps) to {output}\nRust heap allocations per frame after warm-up: {per_frame}\npeak memory: {memory}",
        report.frames, report.wall_s
    );
    if arguments.timing {
        fields["stages"] = report.stages.iter().map(stage_json).collect();
        text += "\nseconds       busy  for input  for output";
        for stage in &report.stages {
            let StageTime { stage, busy, waiting_for_input, waiting_for_output } = stage;
            let [busy, input, output] = [busy, waiting_for_input, waiting_for_output].map(Duration::as_secs_f64);
            text += &format!("\n{busy:>18.3}{input:>11.3}{output:>12.3}  {stage}");
        }
    }
    console.result(&fields, text)
}

fn stage_json(time: &StageTime) -> Value {
    json!({
        "stage": time.stage,
        "busy_s": time.busy.as_secs_f64(),
        "waiting_for_input_s": time.waiting_for_input.as_secs_f64(),
        "waiting_for_output_s": time.waiting_for_output.as_secs_f64(),
    })
}

/// The `--hash` file. Each line is written at once, so a full disk shows at the frame it hits.
struct HashFile {
    path: PathBuf,
    file: AsideFile,
    lines: File,
}

impl HashFile {
    fn create(path: &Path) -> Result<HashFile, Failure> {
        let mut file = AsideFile::create(path)?;
        let lines = file.take_file()?;
        Ok(HashFile { path: path.to_owned(), file, lines })
    }

    /// Does not allocate.
    fn add(&mut self, index: u64, time: Rational, view: &FrameView<'_>) -> Result<(), Error> {
        let mut line = Line::default();
        let written = write_hash_line(&mut line, index, time, frame_hash(view));
        let written = written.and_then(|()| self.lines.write_all(line.bytes()));
        written.map_err(|error| Error::output(&self.path, error))
    }
}
