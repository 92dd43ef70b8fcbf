//! Running other programs. Whatever changes the machine or takes long is shown as a line that can be pasted into a shell.
//! All of it goes to standard error, so that standard output stays free for results.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::paths;

/// A command that starts in the root of the repository.
pub(crate) fn command<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(paths::root());
    command
}

/// Shows the command and runs it; its output goes to standard error.
///
/// # Errors
/// When it cannot be started or ends with another code than 0.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("  $ {}", plain(command));
    run_unseen(command)
}

/// Like [`run`], without showing the command.
///
/// # Errors
/// When it cannot be started or ends with another code than 0.
pub(crate) fn run_unseen(command: &mut Command) -> Outcome {
    let stderr = io::stderr().as_fd().try_clone_to_owned().map_err(|e| Failure::io("standard error", e))?;
    let status = command.stdout(Stdio::from(stderr)).status().map_err(|e| Failure::io(plain(command), e))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::CouldNotRun(format!("`{}` ended with {status}", plain(command))))
}

/// What a command prints, if it exists and ends with 0. For looking whether something is there.
pub(crate) fn output_of<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Option<String> {
    let output = command(program, args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Does `work` under a heading, and says how long it took.
///
/// # Errors
/// What `work` returns.
pub(crate) fn timed<T>(name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    eprintln!("== {name}");
    let begin = Instant::now();
    let outcome = work();
    eprintln!("   {name}: {:.1} s", begin.elapsed().as_secs_f64());
    outcome
}

/// The command as a line for a shell, with its folder and variables where they are not the usual ones.
pub(crate) fn plain(command: &Command) -> String {
    let mut line = String::new();
    if let Some(folder) = command.get_current_dir().filter(|folder| *folder != paths::root()) {
        let _ = write!(line, "cd {} && ", quoted(shortened(folder).as_os_str()));
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            let _ = write!(line, "{}={} ", name.to_string_lossy(), quoted(value));
        }
    }
    line.push_str(&quoted(shortened(Path::new(command.get_program())).as_os_str()));
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&quoted(shortened(Path::new(arg)).as_os_str()));
    }
    line
}

/// A path inside the repository, seen from its root.
fn shortened(path: &Path) -> &Path {
    path.strip_prefix(paths::root()).ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path)
}

fn quoted(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    let simple = |c: char| c.is_ascii_alphanumeric() || "-_=+./,:@%".contains(c);
    if !text.is_empty() && text.chars().all(simple) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
