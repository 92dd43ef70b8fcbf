//! Clips, stills and raw pictures for the tests, made on first use by the command that stands beside each. They lie in one
//! folder under the build folder, with the scenes that use them.
//!
//! A file is made again when its command changes. Several test programs may ask for the same file at once: the first
//! makes it, the others wait.

mod clips;
mod mp4;
mod stills;

pub use clips::*;
pub use stills::*;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::{succeed, target};

/// The folder of everything that is made here.
pub fn folder() -> PathBuf {
    let folder = target().join("test-media");
    must(&folder, fs::create_dir_all(&folder));
    folder
}

/// A file made by `ffmpeg` with the words of `line`; `OUT` stands for the file. Returns its name in [`folder`].
fn ffmpeg(name: &'static str, line: &str) -> &'static str {
    let inputs: String =
        line.split(" -i ").skip(1).map(|rest| recipe_of(rest.split(' ').next().unwrap_or(rest))).collect();
    made(name, &format!("{line}\n{inputs}"), |out| {
        let words = line.split_whitespace().map(|word| if word == "OUT" { out.as_os_str() } else { word.as_ref() });
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]).args(words).current_dir(folder());
        succeed(&mut command);
    })
}

/// A file that `patch` makes of the bytes of another. `recipe` names the patch.
fn patched(name: &'static str, from: &str, recipe: &str, patch: impl FnOnce(&mut [u8])) -> &'static str {
    made(name, &format!("{recipe} of {from}\n{}", recipe_of(from)), |out| {
        let from = folder().join(from);
        let mut bytes = must(&from, fs::read(&from));
        patch(&mut bytes);
        must(out, fs::write(out, bytes));
    })
}

/// Makes a file unless it is there, made by the same recipe.
fn made(name: &'static str, recipe: &str, make: impl FnOnce(&Path)) -> &'static str {
    let path = folder().join(name);
    let note = note(name);
    let file = must(&note, File::options().read(true).write(true).create(true).truncate(false).open(&note));
    // The lock goes with the file at the end of this function, or when the program dies.
    must(&note, file.lock());
    if path.exists() && recipe_of(name) == recipe {
        return name;
    }
    // The last extension tells FFmpeg the format.
    let aside = folder().join(format!("aside-{name}"));
    make(&aside);
    must(&path, fs::rename(&aside, &path));
    must(&note, fs::write(&note, recipe));
    name
}

/// Where it is noted how a file was made.
fn note(name: &str) -> PathBuf {
    let notes = folder().join("made-by");
    must(&notes, fs::create_dir_all(&notes));
    notes.join(name)
}

/// How a file was made; nothing for what is not made here.
fn recipe_of(name: &str) -> String {
    if name.contains(['/', '=', ',']) { String::new() } else { fs::read_to_string(note(name)).unwrap_or_default() }
}

/// What a file operation gave, or the end of the test with the file's name.
fn must<T>(path: &Path, result: io::Result<T>) -> T {
    result.unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
