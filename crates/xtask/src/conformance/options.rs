//! The arguments of `cargo xtask conformance`.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// How to call it.
pub(crate) const USAGE: &str = "usage: cargo xtask conformance SCENE.json… [--browser chromium|firefox|firefox-planar] [--frames N] \
    [--shuffled] [--input NAME=FILE]… [--flip-byte FRAME] [--json]";

/// A browser that can be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Debian's `chromium`.
    #[default]
    Chromium,
    /// Debian's `firefox-esr`, as installed: its pictures reach a page as RGB.
    Firefox,
    /// The same with preferences that keep the decoder's planes.
    FirefoxPlanar,
}

impl Kind {
    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::FirefoxPlanar => "firefox-planar",
        }
    }
}

/// What to compare.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The scene files, as absolute paths. One browser opens them one after the other.
    pub(crate) scenes: Vec<PathBuf>,
    pub(crate) browser: Kind,
    /// Only the first so many frames.
    pub(crate) frames: Option<u64>,
    /// The page composes the frames in a scrambled order and seeks before each.
    pub(crate) shuffled: bool,
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
                "--browser" => options.browser = browser(value()?)?,
                "--shuffled" => options.shuffled = true,
                "--json" => options.json = true,
                scene if !scene.starts_with('-') && !scene.is_empty() => {
                    options.scenes.push(absolute(Path::new(scene))?);
                }
                other => return Err(usage(&format!("what is `{other}`?"))),
            }
        }
        if options.scenes.is_empty() {
            return Err(usage("no scene given"));
        }
        Ok(options)
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(format!("{problem}\n{USAGE}"))
}

fn browser(name: &str) -> Outcome<Kind> {
    let known = [Kind::Chromium, Kind::Firefox, Kind::FirefoxPlanar].into_iter().find(|kind| kind.name() == name);
    known.ok_or_else(|| usage(&format!("--browser takes chromium, firefox or firefox-planar, not `{name}`")))
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
        let line =
            "--frames 12 /a/scene.json --input mouth=/m.rgba --json --flip-byte 3 /b.json --browser firefox --shuffled";
        let options = parse(line).unwrap();
        assert_eq!(options.scenes, [Path::new("/a/scene.json"), Path::new("/b.json")]);
        assert_eq!((options.browser, options.shuffled), (Kind::Firefox, true));
        assert_eq!((options.frames, options.flip_byte, options.json), (Some(12), Some(3), true));
        assert_eq!(options.inputs, ["mouth=/m.rgba"]);
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in ["", "--json", "a --browser netscape", "a --frames", "a --frames x", "a --input mouth", "a --what"]
        {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
