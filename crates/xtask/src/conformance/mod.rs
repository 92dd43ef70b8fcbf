//! `cargo xtask conformance SCENE.json`: renders a scene with the native command and in headless Chromium, and compares the
//! SHA-256 of every composed frame.
//!
//! The browser runs the page's own code with its own decoder. The page must not have got the pictures from elsewhere: its
//! requests may name nothing but its own files, the scene and the scene's assets, and its decoder must have given at
//! least as many pictures as the scene shows.

mod browser;
mod options;
mod report;

use std::path::Path;
use std::{fmt, fs};

use crate::failure::{Failure, Outcome};
use crate::{native, page, paths, shell};
use browser::Browser;
pub(crate) use options::Options;
use report::Report;

/// How a comparison ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Verdict {
    /// Frames that both sides composed.
    pub(crate) compared: u64,
    /// Frames whose hashes differ, or that only one side composed.
    pub(crate) different: u64,
    /// Rust heap allocations of the page over its steady frames, if there were enough frames to tell.
    pub(crate) page_allocations: Option<u64>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.different {
            0 => write!(f, "{} frames, all equal in native and browser", self.compared),
            n => write!(f, "{n} frames DIFFER between native and browser, {} compared", self.compared),
        }
    }
}

/// Builds what is needed, runs both sides, prints the comparison.
///
/// # Errors
/// `Bad` when a frame differs, anything else when the scene could not be run on both sides.
pub(crate) fn run(args: &[String]) -> Outcome {
    let options = Options::parse(args)?;
    native::build()?;
    page::build()?;
    let verdict = compare(&options)?;
    if !options.json {
        println!("{verdict}");
    }
    match verdict.different {
        0 => Ok(()),
        n => Err(Failure::Bad(format!("{n} of {} frames differ", verdict.compared.max(n)))),
    }
}

/// Runs both sides, which must be built, and prints the comparison.
///
/// # Errors
/// The scene could not be run on both sides. Frames that differ are no error here.
pub(crate) fn compare(options: &Options) -> Outcome<Verdict> {
    let native = native_hashes(options)?;
    let expected = options.frames.map_or(native.len(), |n| native.len().min(usize::try_from(n).unwrap_or(usize::MAX)));
    let mut report = Report::new(options.json);
    let mut browser = Browser::start(options)?;
    let mut next = 0;
    while let Some((frame, hash)) = browser.next_frame()? {
        report.frame(frame, native.get(frame).filter(|_| frame < expected).map(String::as_str), Some(&hash));
        // Frames come in order; one that was left out is a difference.
        for missed in next..frame.min(expected) {
            report.frame(missed, native.get(missed).map(String::as_str), None);
        }
        next = frame + 1;
    }
    let closing = browser.finish(options)?;
    for missed in next..expected {
        report.frame(missed, native.get(missed).map(String::as_str), None);
    }
    Ok(Verdict { page_allocations: closing.steady_allocations, ..report.verdict() })
}

/// The hashes of the native side, by frame.
fn native_hashes(options: &Options) -> Outcome<Vec<String>> {
    let folder = paths::target().join("conformance");
    fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), e))?;
    let file = folder.join(format!("native-{}.txt", std::process::id()));
    let mut render = native::render(&options.scene, Path::new("null"));
    render.arg("--hash").arg(&file);
    for input in &options.inputs {
        render.arg("--input").arg(input);
    }
    shell::run(&mut render)?;
    let text = fs::read_to_string(&file).map_err(|e| Failure::io(file.display(), e))?;
    fs::remove_file(&file).map_err(|e| Failure::io(file.display(), e))?;
    text.lines()
        .enumerate()
        .map(|(n, line)| match line.split('\t').collect::<Vec<_>>()[..] {
            [index, _, hash] if index == n.to_string() => Ok(hash.to_owned()),
            _ => Err(Failure::CouldNotRun(format!(
                "{}: line {} is not that of frame {n}: {line}",
                file.display(),
                n + 1
            ))),
        })
        .collect()
}
