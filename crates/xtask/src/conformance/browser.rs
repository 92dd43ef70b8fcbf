//! The browser side: the headless driver of the page, which prints one JSON object a frame and a closing one.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use super::Options;
use crate::failure::{Failure, Outcome};
use crate::{paths, shell};

const DRIVER: &str = "web-demo/test/conformance.mjs";
const SITE: &str = "web-demo/dist";

/// A run in progress.
pub(super) struct Browser {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    closing: Option<Value>,
}

/// What the driver says at the end.
pub(super) struct Closing {
    /// Rust heap allocations in the page over its steady frames; none if the scene was too short to have any.
    pub(super) steady_allocations: Option<u64>,
}

impl Browser {
    /// Starts the driver.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(options: &Options) -> Outcome<Self> {
        let mut command = shell::command("node", [DRIVER, "--site", SITE, "--scene"]);
        command.arg(&options.scene);
        for (name, value) in [("--frames", options.frames), ("--flip-byte", options.flip_byte)] {
            if let Some(value) = value {
                command.arg(name).arg(value.to_string());
            }
        }
        for input in &options.inputs {
            command.arg("--input").arg(input);
        }
        command.arg("--json").stdout(Stdio::piped());
        let plain = shell::plain(&command);
        eprintln!("  $ {plain}");
        let mut child = command.spawn().map_err(|e| Failure::io(&plain, e))?;
        let stdout = child.stdout.take().ok_or_else(|| Failure::CouldNotRun(format!("{plain}: no output")))?;
        Ok(Self { child, lines: BufReader::new(stdout).lines(), closing: None })
    }

    /// The next frame and its hash; none after the last.
    ///
    /// # Errors
    /// The driver printed something else.
    pub(super) fn next_frame(&mut self) -> Outcome<Option<(usize, String)>> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        let line = line.map_err(|e| Failure::io(DRIVER, e))?;
        let unexpected = || Failure::CouldNotRun(format!("{DRIVER} printed: {line}"));
        let value: Value = serde_json::from_str(&line).map_err(|_| unexpected())?;
        if value["done"] == true {
            self.closing = Some(value);
            return Ok(None);
        }
        let frame = value["frame"].as_u64().and_then(|frame| usize::try_from(frame).ok());
        let (frame, hash) = frame.zip(value["hash"].as_str()).ok_or_else(unexpected)?;
        Ok(Some((frame, hash.to_owned())))
    }

    /// Waits for the end and checks where the page had its pictures from.
    ///
    /// # Errors
    /// The driver failed, the page asked for something that is not its own, or its decoder gave too few pictures.
    pub(super) fn finish(mut self, options: &Options) -> Outcome<Closing> {
        let status = self.child.wait().map_err(|e| Failure::io(DRIVER, e))?;
        let closing = self.closing.filter(|_| status.success());
        let closing = closing.ok_or_else(|| Failure::CouldNotRun(format!("{DRIVER} ended with {status}")))?;
        check_requests(&closing, &allowed(options)?)?;
        let number = |name: &str| closing[name].as_u64();
        let (pictures, shown) = number("pictures").zip(number("shown")).ok_or_else(|| {
            Failure::CouldNotRun(format!("{DRIVER} does not say how many pictures were decoded and shown: {closing}"))
        })?;
        if pictures < shown {
            return Err(Failure::CouldNotRun(format!("the page decoded {pictures} pictures and shows {shown}")));
        }
        Ok(Closing { steady_allocations: number("steady_allocations") })
    }
}

/// The files that the page may ask for beside its own: the scene, its assets, and what stands for a pushed picture.
fn allowed(options: &Options) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(&options.scene).map_err(|e| Failure::io(options.scene.display(), e))?;
    let scene: Value =
        serde_json::from_str(&text).map_err(|e| Failure::CouldNotRun(format!("{}: {e}", options.scene.display())))?;
    let sources = scene["assets"].as_object().into_iter().flat_map(|assets| assets.values());
    let mut files: Vec<String> = sources.filter_map(|asset| asset["src"].as_str().map(String::from)).collect();
    files.extend(options.scene.file_name().map(|name| name.to_string_lossy().into_owned()));
    let inputs = options.inputs.iter().filter_map(|input| input.split_once('='));
    files.extend(inputs.flat_map(|(name, file)| {
        let file = Path::new(file).file_name().map(|file| file.to_string_lossy().into_owned());
        file.into_iter().chain([name.to_owned()])
    }));
    Ok(files)
}

fn check_requests(closing: &Value, allowed: &[String]) -> Outcome {
    let requests = closing["requests"].as_array();
    let requests = requests.ok_or_else(|| Failure::CouldNotRun(format!("{DRIVER} gives no requests: {closing}")))?;
    for request in requests {
        let request = request.as_str().unwrap_or_default();
        let path = request.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
        let of_page = paths::root().join(SITE).join(path).exists() && !path.contains("..");
        let of_scene = allowed.iter().any(|file| path == file || path.ends_with(&format!("/{file}")));
        if !of_page && !of_scene {
            return Err(Failure::CouldNotRun(format!("the page asked for `{request}`, which is not its own")));
        }
    }
    Ok(())
}
