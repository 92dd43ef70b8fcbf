//! `cargo xtask conformance SCENE.json…`: renders scenes with the native command and in a headless browser, and compares
//! the SHA-256 of every composed frame.
//!
//! One browser opens the scenes one after the other. It runs the page's own code with its own decoder. The page must not
//! have got the pictures from elsewhere: its requests may name nothing but its own files, the scene and the scene's assets,
//! and its decoder must have given at least as many pictures as the scene shows.

mod browser;
mod options;
mod report;

use std::path::Path;
use std::{fmt, fs};

use crate::failure::{Failure, Outcome};
use crate::setup::debian;
use crate::{native, page, paths, shell};
use browser::{Browser, Said};
use options::Kind;
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
/// `Bad` when a frame differs, anything else when a scene could not be run on both sides.
pub(crate) fn run(args: &[String]) -> Outcome {
    let options = Options::parse(args)?;
    if options.browser != Kind::Chromium {
        debian::require(&["firefox-esr"])?;
    }
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

/// Runs both sides, which must be built, prints the comparison and sums it up.
///
/// # Errors
/// A scene could not be run on both sides; the others are run nevertheless. Frames that differ are no error here.
pub(crate) fn compare(options: &Options) -> Outcome<Verdict> {
    // The browser takes seconds to start: the native side renders meanwhile.
    let mut browser = Browser::start(options)?;
    let mut total = Verdict::default();
    let mut failed = 0;
    let several = options.scenes.len() > 1;
    for scene in &options.scenes {
        let mut report = Report::new(options.json, several.then(|| scene.display().to_string()));
        match compare_scene(options, scene, &mut browser, &mut report)? {
            Some(verdict) => {
                if several {
                    report.close();
                }
                total.compared += verdict.compared;
                total.different += verdict.different;
                let allocations = [total.page_allocations, verdict.page_allocations];
                total.page_allocations = allocations.into_iter().flatten().reduce(|sum, more| sum + more);
            }
            None => failed += 1,
        }
    }
    browser.finish()?;
    match failed {
        0 => Ok(total),
        n => Err(Failure::CouldNotRun(format!("{n} of {} scenes could not be run", options.scenes.len()))),
    }
}

/// One scene; none if it could not be run, which the report then says.
fn compare_scene(
    options: &Options,
    scene: &Path,
    browser: &mut Browser,
    report: &mut Report,
) -> Outcome<Option<Verdict>> {
    let native = native_hashes(options, scene)?;
    let expected = options.frames.map_or(native.len(), |n| native.len().min(usize::try_from(n).unwrap_or(usize::MAX)));
    let mut composed = vec![false; expected];
    let page_allocations = loop {
        match browser.next(options, scene)? {
            Said::Frame(frame, hash) => {
                // A frame that was composed before, or does not exist, is a difference.
                let is_new = composed.get_mut(frame).is_some_and(|composed| !std::mem::replace(composed, true));
                report.frame(frame, native.get(frame).filter(|_| is_new).map(String::as_str), Some(&hash));
            }
            Said::Failed(reason) if options.scenes.len() == 1 => return Err(Failure::CouldNotRun(reason)),
            Said::Failed(reason) => {
                report.failed(&reason);
                return Ok(None);
            }
            Said::Done { steady_allocations } => break steady_allocations,
        }
    };
    for (missed, _) in composed.iter().enumerate().filter(|(_, composed)| !**composed) {
        report.frame(missed, native.get(missed).map(String::as_str), None);
    }
    Ok(Some(Verdict { page_allocations, ..report.verdict() }))
}

/// The hashes of the native side, by frame.
fn native_hashes(options: &Options, scene: &Path) -> Outcome<Vec<String>> {
    let folder = paths::target().join("conformance");
    fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), e))?;
    let file = folder.join(format!("native-{}.txt", std::process::id()));
    let mut render = native::render(scene, Path::new("null"));
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
