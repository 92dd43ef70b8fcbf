//! `millpond devices`: which devices open, what they carry, and why the rest does not open.
//!
//! Each kind is tried in a process of its own: drivers write to standard error as they please, hang, or crash, and then
//! that is what is said of them.

use crate::arguments::DevicesArguments;
use crate::console::Console;
use crate::failure::Failure;
use millpond::ffmpeg::{Error, HwDevice, HwInfo, HwKind};
use serde_json::{Value, json};
use std::fmt::{self, Display};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a driver may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(arguments: &DevicesArguments, console: &Console) -> Result<(), Failure> {
    if let Some(kind) = arguments.here {
        let said = match HwDevice::open(kind) {
            Ok(device) => fields(&device.info()),
            Err(Error::Device { reason, .. }) => json!({"reason": reason}),
            Err(error) => return Err(error.into()),
        };
        return Console::new(true).result(&said, "");
    }
    let devices: Vec<Value> = HwKind::ALL
        .into_iter()
        .map(|kind| {
            let mut device = json!({"kind": kind.name(), "opens": false});
            match ask(kind) {
                Ok(Value::Object(said)) => {
                    device["opens"] = json!(true);
                    if let Value::Object(device) = &mut device {
                        device.extend(said.into_iter().filter(|(name, _)| name != "event"));
                    }
                }
                Ok(_) => device["reason"] = json!("it said nothing"),
                Err(reason) => device["reason"] = json!(reason),
            }
            device
        })
        .collect();
    console.result(&json!({"devices": devices}), Report(&devices))
}

fn fields(info: &HwInfo) -> Value {
    json!({
        "formats": info.formats.iter().map(|format| format.name()).collect::<Vec<_>>(),
        "smallest": info.smallest,
        "largest": info.largest,
        "decoders": info.decoders,
        "encoders": info.encoders,
    })
}

/// Opens a kind of device in another process: what it can do, or why it does not open.
fn ask(kind: HwKind) -> Result<Value, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program ({error})"))?;
    let child = Command::new(program)
        .args(["devices", "--json", "--here", kind.name()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let child = child.map_err(|error| format!("cannot start another process ({error})"))?;
    let (output, ended) = wait(child).map_err(|error| format!("cannot ask the driver ({error})"))?;
    let Some(ended) = ended else {
        return Err(format!("the driver did not answer within {} s", PATIENCE.as_secs()));
    };
    // Drivers may write to standard output too; the last line is ours.
    let said: Value = output
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("the driver ended the process ({ended})"))?;
    match said["reason"].as_str().or(said["message"].as_str()) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(said),
    }
}

/// What a process wrote, and how it ended; `None` if it had to be ended.
fn wait(mut child: Child) -> std::io::Result<(String, Option<std::process::ExitStatus>)> {
    let mut stdout = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stdout) = &mut stdout {
            // What could be read counts.
            let _ = stdout.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let start = Instant::now();
    let ended = loop {
        match child.try_wait()? {
            Some(ended) => break Some(ended),
            None if start.elapsed() > PATIENCE => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    // A process that was ended leaves its pipe to what it started itself, if anything: not waited for.
    let output = if ended.is_some() { reader.join().unwrap_or_default() } else { String::new() };
    Ok((output, ended))
}

/// The same for a person.
struct Report<'a>(&'a [Value]);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, device) in self.0.iter().enumerate() {
            let text = |name: &str| device[name].as_str().unwrap_or_default();
            let list = |name: &str| {
                let words: Vec<&str> =
                    device[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                if words.is_empty() { "none".to_owned() } else { words.join(" ") }
            };
            let gap = if index == 0 { "" } else { "\n" };
            if device["opens"] != true {
                write!(f, "{gap}{}: does not open: {}", text("kind"), text("reason"))?;
                continue;
            }
            write!(f, "{gap}{}: opens", text("kind"))?;
            if let Some([width, height]) = device["largest"].as_array().map(Vec::as_slice) {
                write!(f, ", pictures up to {width}x{height}")?;
            }
            write!(f, "\n  travel there and back: {}", list("formats"))?;
            write!(f, "\n  decoders of this FFmpeg: {}", list("decoders"))?;
            write!(f, "\n  encoders of this FFmpeg: {}", list("encoders"))?;
        }
        Ok(())
    }
}
