//! `cargo xtask demo`: from a fresh clone to a rendered clip, a still, a picture of the clip's log-mel and a page that
//! previews the same scene, with proof that the page shows what was rendered.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::conformance::{self, Verdict};
use crate::failure::{Failure, Outcome};
use crate::setup::{self, BIG_BUCK_BUNNY, Purpose};
use crate::{logo, native, page, paths, shell};

const SCENE: &str = "examples/demo/scene.json";

/// Where the still is taken, in seconds.
const STILL_AT: &str = "2.6";

/// Sets up, builds, renders, compares; `open` serves the page at the end.
///
/// # Errors
/// Any of that failed, or native and browser differ.
pub(crate) fn run(open: bool) -> Outcome {
    setup::run(Purpose::Demo)?;
    shell::timed("release build", native::build)?;
    shell::timed("npm package and page", page::build)?;
    let scene = shell::timed("scene", assemble)?;
    let folder = paths::target().join("demo");
    let at = |name: &str| folder.join(name);
    shell::timed("render", || shell::run(native::render(&scene, &at("out.mp4")).arg("--hash").arg(at("frames.txt"))))?;
    shell::timed("still", || {
        shell::run(cli().arg("frame").arg(&scene).args(["--at", STILL_AT, "-o"]).arg(at("still.png")))
    })?;
    shell::timed("log-mel", || {
        let clip = paths::media().join(BIG_BUCK_BUNNY);
        shell::run(cli().arg("mel").arg(clip).arg("-o").arg(at("mel.npy")).arg("-o").arg(at("mel.png")))
    })?;
    let verdict = shell::timed("conformance", || {
        conformance::compare(&conformance::Options { scenes: vec![scene.clone()], ..Default::default() })
    })?;
    tell(&verdict);
    if verdict.different > 0 {
        return Err(Failure::Bad(format!("{} of {} frames differ", verdict.different, verdict.compared)));
    }
    if open { page::serve(&scene) } else { Ok(()) }
}

/// A scene may only name files of its own folder: put scene, clip and logo together.
fn assemble() -> Outcome<PathBuf> {
    let folder = paths::target().join("demo/scene");
    let copied = |from: PathBuf, name: &str| {
        let to = folder.join(name);
        fs::copy(&from, &to).map(|_| to).map_err(|e| Failure::io(from.display(), e))
    };
    fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), e))?;
    logo::write(&folder.join("logo.png"))?;
    copied(paths::media().join(BIG_BUCK_BUNNY), BIG_BUCK_BUNNY)?;
    copied(paths::root().join(SCENE), "scene.json")
}

fn cli() -> Command {
    let mut command = Command::new(paths::cli());
    command.current_dir(paths::root());
    command
}

fn tell(verdict: &Verdict) {
    let folder = paths::target().join("demo");
    println!();
    for (name, file) in [("clip", "out.mp4"), ("still", "still.png"), ("log-mel", "mel.png"), ("its data", "mel.npy")] {
        println!("{name:12} {}", folder.join(file).display());
    }
    println!("conformance  {verdict}");
    if let Some(allocations) = verdict.page_allocations {
        println!("page         {allocations} Rust heap allocations after the first 25 frames");
    }
    println!("preview      cargo xtask demo --open");
}
