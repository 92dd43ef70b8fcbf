//! The browser side: the headless driver of the page, which prints one JSON object a frame and a closing one.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

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
    /// The driver closes the browser and ends when this closes: also when this program is killed.
    stdin: Option<ChildStdin>,
}

/// What the driver says next of a scene.
pub(super) enum Said {
    /// A frame and its hash.
    Frame(usize, String),
    /// The scene could not be run, and why.
    Failed(String),
    /// The scene's end.
    Done {
        /// Rust heap allocations in the page over its steady frames.
        steady_allocations: Option<u64>,
    },
}

impl Browser {
    /// Starts the driver.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(options: &Options) -> Outcome<Self> {
        let mut command =
            shell::command("node", [DRIVER, "--attached", "--site", SITE, "--browser", options.browser.name()]);
        for scene in &options.scenes {
            command.arg("--scene").arg(scene);
        }
        for (name, value) in [("--frames", options.frames), ("--flip-byte", options.flip_byte)] {
            if let Some(value) = value {
                command.arg(name).arg(value.to_string());
            }
        }
        for input in &options.inputs {
            command.arg("--input").arg(input);
        }
        if options.shuffled {
            command.arg("--shuffled");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let plain = shell::plain(&command);
        eprintln!("  $ {plain}");
        let mut child = command.spawn().map_err(|e| Failure::io(&plain, e))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or_else(|| Failure::CouldNotRun(format!("{plain}: no output")))?;
        Ok(Self { child, lines: BufReader::new(stdout).lines(), stdin })
    }

    /// The next line of the scene that is open.
    ///
    /// # Errors
    /// The driver printed something else or ended; the page asked for something that is not its own; its decoder gave too
    /// few pictures.
    pub(super) fn next(&mut self, options: &Options, scene: &Path) -> Outcome<Said> {
        let Some(line) = self.lines.next() else {
            let status = self.child.wait().map_err(|e| Failure::io(DRIVER, e))?;
            return Err(Failure::CouldNotRun(format!("{DRIVER} ended with {status}")));
        };
        let line = line.map_err(|e| Failure::io(DRIVER, e))?;
        let unexpected = || Failure::CouldNotRun(format!("{DRIVER} printed: {line}"));
        let value: Value = serde_json::from_str(&line).map_err(|_| unexpected())?;
        let number = |name: &str| value[name].as_u64();
        if let Some(reason) = value["failed"].as_str() {
            return Ok(Said::Failed(reason.to_owned()));
        }
        if value["done"] == true {
            check_requests(&value, &allowed(options, scene)?)?;
            let (pictures, shown) = number("pictures").zip(number("shown")).ok_or_else(unexpected)?;
            if pictures < shown {
                let problem = format!("the page decoded {pictures} pictures and shows {shown}");
                return Err(Failure::CouldNotRun(problem));
            }
            return Ok(Said::Done { steady_allocations: number("steady_allocations") });
        }
        let frame = number("frame").and_then(|frame| usize::try_from(frame).ok());
        let (frame, hash) = frame.zip(value["hash"].as_str()).ok_or_else(unexpected)?;
        Ok(Said::Frame(frame, hash.to_owned()))
    }

    /// Waits for the driver's end, after the last scene.
    ///
    /// # Errors
    /// The driver failed.
    pub(super) fn finish(mut self) -> Outcome {
        let status = self.child.wait().map_err(|e| Failure::io(DRIVER, e))?;
        if status.success() { Ok(()) } else { Err(Failure::CouldNotRun(format!("{DRIVER} ended with {status}"))) }
    }
}

impl Drop for Browser {
    /// Of a run that was given up nothing stays behind.
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// The paths that the page may ask for beside its own files: the scene, its assets, and what stands for a pushed picture.
fn allowed(options: &Options, file: &Path) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(file).map_err(|e| Failure::io(file.display(), e))?;
    let scene: Value =
        serde_json::from_str(&text).map_err(|e| Failure::CouldNotRun(format!("{}: {e}", file.display())))?;
    let assets = scene["assets"].as_object().into_iter().flat_map(|assets| assets.values());
    let sources = assets.filter_map(|asset| asset["src"].as_str());
    let scene_file = file.file_name().and_then(|name| name.to_str());
    let of_scene = sources.chain(scene_file).map(|file| normal(&format!("scene/{file}")));
    let inputs = options.inputs.iter().filter_map(|input| input.split_once('='));
    Ok(of_scene.chain(inputs.map(|(name, _)| format!("input/{name}"))).collect())
}

fn check_requests(closing: &Value, allowed: &[String]) -> Outcome {
    let requests = closing["requests"].as_array();
    let requests = requests.ok_or_else(|| Failure::CouldNotRun(format!("{DRIVER} gives no requests: {closing}")))?;
    for request in requests {
        let request = request.as_str().unwrap_or_default();
        let path = request.strip_prefix('/').map(|path| normal(&decoded(path)));
        let known = path.is_some_and(|path| allowed.contains(&path) || paths::root().join(SITE).join(path).exists());
        if !known {
            return Err(Failure::CouldNotRun(format!("the page asked for `{request}`, which is not its own")));
        }
    }
    Ok(())
}

/// A path without `.` and `..`; what leads out of the top is cut off.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path of a URL with its %XX turned back into bytes.
fn decoded(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        match piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => bytes.extend([byte].iter().chain(&piece.as_bytes()[2..])),
            None => bytes.extend(b"%".iter().chain(piece.as_bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_its_own_files() {
        let allowed = ["scene/a b.json".to_owned(), "scene/sub/clip.mp4".to_owned(), "input/mouth".to_owned()];
        let check = |request: &str| check_requests(&json!({"requests": [request]}), &allowed);
        for fine in ["/scene/a%20b.json", "/scene/sub/clip.mp4", "/scene/./sub/clip.mp4", "/input/mouth"] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for foreign in ["/scene/frames.txt", "/scene/clip.mp4", "/../../Cargo.toml", "https://example.org/x", "/mouth"]
        {
            assert!(check(foreign).is_err(), "{foreign}");
        }
    }
}
