//! The arguments of `cargo xtask conformance`.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// How to call it.
pub(crate) const USAGE: &str =
    "usage: cargo xtask conformance SCENE.json [--frames N] [--input NAME=FILE]… [--flip-byte FRAME] [--json]";

/// What to compare.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The scene file, as an absolute path.
    pub(crate) scene: PathBuf,
    /// Only the first so many frames.
    pub(crate) frames: Option<u64>,
    /// `NAME=FILE` for each picture that a program would push, the file as an absolute path.
    pub(crate) inputs: Vec<String>,
    /// Has the page flip one byte of what its decoder gave for this frame: the comparison must then fail.
    pub(crate) flip_byte: Option<u64>,
    /// One JSON object a frame on standard output.
    pub(crate) json: bool,
}

impl Options {
    /// Reads the arguments; paths are taken from the current folder.
    ///
    /// # Errors
    /// An argument that is unknown, misses its value or is not a number; no scene.
    pub(crate) fn parse(args: &[String]) -> Outcome<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| usage(&format!("{arg} needs a value")));
            match arg.as_str() {
                "--frames" => options.frames = Some(number(arg, value()?)?),
                "--flip-byte" => options.flip_byte = Some(number(arg, value()?)?),
                "--input" => options.inputs.push(absolute_input(value()?)?),
                "--json" => options.json = true,
                scene if !scene.starts_with('-') && options.scene.as_os_str().is_empty() => {
                    options.scene = absolute(Path::new(scene))?;
                }
                other => return Err(usage(&format!("what is `{other}`?"))),
            }
        }
        if options.scene.as_os_str().is_empty() {
            return Err(usage("no scene given"));
        }
        Ok(options)
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(format!("{problem}\n{USAGE}"))
}

fn number(name: &str, value: &str) -> Outcome<u64> {
    value.parse().map_err(|_| usage(&format!("{name} takes a number, not `{value}`")))
}

fn absolute(path: &Path) -> Outcome<PathBuf> {
    let here = env::current_dir().map_err(|e| Failure::io("the current folder", e))?;
    Ok(here.join(path))
}

fn absolute_input(value: &str) -> Outcome<String> {
    let (name, file) = value.split_once('=').ok_or_else(|| usage("--input takes NAME=FILE"))?;
    Ok(format!("{name}={}", absolute(Path::new(file))?.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Options> {
        Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn everything_at_once() {
        let options = parse("--frames 12 /a/scene.json --input mouth=/m.rgba --json --flip-byte 3").unwrap();
        assert_eq!(options.scene, Path::new("/a/scene.json"));
        assert_eq!((options.frames, options.flip_byte, options.json), (Some(12), Some(3), true));
        assert_eq!(options.inputs, ["mouth=/m.rgba"]);
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in ["", "a b", "a --frames", "a --frames x", "a --input mouth", "a --what"] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
