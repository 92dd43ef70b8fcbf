//! `cargo xtask bench GROUP [--json]`: sets up and builds what a group of benchmarks needs and runs it. A group is a
//! package of its own in `benches/peers/`, or a part of one. It says what it measures beside in the usual files: crates in
//! `Cargo.toml`, Debian packages in `debian.txt`, Python packages in `requirements.txt`, npm packages in
//! `package-lock.json`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};
use crate::setup::{self, Purpose, debian, node};
use crate::{native, page, paths, shell};

/// Groups, their folders under `benches/peers/`, and the part that is measured if it is not all.
const GROUPS: [(&str, &str, Option<&str>); 6] = [
    ("pool", "pool", None),
    ("peers-audio", "audio", None),
    ("peers-video", "video", None),
    ("peers-media", "media", None),
    ("peers-web", "web", None),
    ("render", "media", Some("render")),
];

/// Runs a group; its rows go to standard output.
///
/// # Errors
/// No such group, a build failed, or the group could not be measured. A missed bar is no error.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (group, rest) = args.split_first().ok_or_else(usage)?;
    if !(rest.is_empty() || rest == ["--json"]) {
        return Err(usage());
    }
    let scratch = paths::target().join("bench");
    let (_, folder, part) = GROUPS.iter().find(|(name, ..)| name == group).ok_or_else(usage)?;
    let mut bench = peers(&paths::root().join("benches/peers").join(folder), &scratch)?;
    bench.env("MILLPOND_MEDIA", paths::media());
    if *folder == "media" {
        native::build()?;
        bench.env("MILLPOND", paths::cli());
    }
    bench.args(*part);
    bench.args(rest);
    eprintln!("  $ {}", shell::plain(&bench));
    let status = bench.stdin(Stdio::null()).status().map_err(|e| Failure::io("cargo", e))?;
    if status.success() { Ok(()) } else { Err(Failure::CouldNotRun(format!("the benchmark ended with {status}"))) }
}

/// The command that runs a group of peers, after what it needs is there. It starts in the group's folder and gets a
/// folder for its files.
fn peers(folder: &Path, scratch: &Path) -> Outcome<Command> {
    setup::run(Purpose::Demo)?;
    let read = |file| fs::read_to_string(folder.join(file)).ok();
    if let Some(packages) = read("debian.txt") {
        debian::require(&packages.split_whitespace().collect::<Vec<_>>())?;
    }
    if folder.join("package-lock.json").exists() {
        // A group that measures our npm package names its folder.
        if read("package.json").is_some_and(|package| package.contains("bindings/wasm")) {
            page::build()?;
        }
        node::install(folder)?;
    }
    let target = paths::target().join("peers");
    let mut bench = shell::command("cargo", ["run", "--quiet", "--release", "--locked", "--target-dir"]);
    bench.arg(&target).args(["--", &scratch.to_string_lossy()]).current_dir(folder);
    if let Some(wanted) = read("requirements.txt") {
        let installed = target.join("python").join(folder.file_name().unwrap_or_default());
        if fs::read_to_string(installed.join("requirements.txt")).ok().as_ref() != Some(&wanted) {
            let mut pip = shell::command("python3", ["-m", "pip", "install", "--quiet", "--upgrade", "--target"]);
            shell::run(pip.arg(&installed).arg("--requirement").arg(folder.join("requirements.txt")))?;
            fs::write(installed.join("requirements.txt"), wanted).map_err(|e| Failure::io("requirements.txt", e))?;
        }
        bench.env("PYTHONPATH", installed);
    }
    Ok(bench)
}

fn usage() -> Failure {
    let groups: Vec<&str> = GROUPS.iter().map(|(name, ..)| *name).collect();
    Failure::Usage(format!("usage: cargo xtask bench {} [--json]", groups.join("|")))
}
