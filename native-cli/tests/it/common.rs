//! Running commands and making media.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use tempfile::TempDir;

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Outcome {
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Outcome {
    /// The objects on stdout, one a line.
    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }

    /// The last of them.
    pub(crate) fn last_event(&self) -> serde_json::Value {
        self.events().pop().unwrap_or_else(|| panic!("no event; stderr: {}", self.stderr))
    }

    /// Fails with what the command said unless it ended with this code.
    pub(crate) fn expect(self, code: i32) -> Outcome {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Like [`expect`](Self::expect), and the error is one line with this code.
    pub(crate) fn expect_error(self, code: i32, name: &str) -> Outcome {
        let outcome = self.expect(code);
        let prefix = format!("error[{name}]: ");
        assert!(outcome.stderr.starts_with(&prefix), "expected {prefix}, got {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "more than one line: {}", outcome.stderr);
        outcome
    }
}

/// The command under test.
pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_millpond"))
}

/// Runs the command under test.
pub(crate) fn millpond<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Outcome {
    command().args(arguments).output().unwrap().into()
}

/// Runs a shell command line in a folder; it must succeed.
pub(crate) fn shell(folder: &Path, line: &str) -> Vec<u8> {
    let output = Command::new("sh").arg("-c").arg(line).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// `target/`.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

/// A sample clip.
pub(crate) fn sample(name: &str) -> PathBuf {
    let path = target().join("media").join(name);
    assert!(path.exists(), "{} is missing: cargo xtask setup puts it there", path.display());
    path
}

/// A file that the `ffmpeg` command makes: `arguments` are all but the name of the output.
pub(crate) fn made(name: &str, arguments: &str) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = target().join("test-media");
    let path = folder.join(name);
    if !path.exists() {
        fs::create_dir_all(&folder).unwrap();
        shell(&folder, &format!("ffmpeg -v error -y {arguments} making-{name} && mv making-{name} {name}"));
    }
    path
}

/// 320x180, 50 frames at 25 a second with B-frames and a key frame every 20, tagged BT.709 limited; two seconds of noise.
pub(crate) fn clip() -> PathBuf {
    made(
        "clip.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -f lavfi -i anoisesrc=seed=7:duration=2:sample_rate=44100 \
         -c:v libx264 -pix_fmt yuv420p -bf 3 -g 20 -colorspace bt709 -color_primaries bt709 -color_trc bt709 \
         -color_range tv -c:a pcm_s16le -f mov",
    )
}

/// A folder with a scene file `scene.json` and copies of files.
pub(crate) fn folder(scene: &str, files: &[&Path]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join("scene.json"), scene).unwrap();
    folder
}

/// A scene whose canvas is 320x180 at 25 frames a second; `rest` is everything after `canvas`.
pub(crate) fn scene(rest: &str) -> String {
    format!(r#"{{"version": 1, "canvas": {{"width": 320, "height": 180, "frame_rate": "25/1"}}, {rest}}}"#)
}

/// The scene that shows the clip of [`clip`] untouched.
pub(crate) fn plain_scene() -> String {
    scene(r#""assets": {"clip": {"src": "clip.mp4"}}, "layers": [{"asset": "clip"}]"#)
}

/// Renders `scene.json` of a folder in that folder.
pub(crate) fn render(folder: &TempDir, arguments: &[&str]) -> Outcome {
    command().current_dir(folder).args(["render", "scene.json"]).args(arguments).output().unwrap().into()
}

/// The files in a folder, sorted.
pub(crate) fn listing(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The hashes of a `--hash` file, after checking its shape.
pub(crate) fn hashes(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let mut hashes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let [number, _time, hash] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three fields: {line}")
        };
        assert_eq!(number, index.to_string());
        assert!(hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{line}");
        hashes.push(hash.to_owned());
    }
    hashes
}

/// SHA-256 of every picture of a file, as the `ffmpeg` command makes them.
pub(crate) fn ffmpeg_hashes(file: &Path, arguments: &str) -> Vec<String> {
    let line = format!(
        "ffmpeg -v error {arguments} -i '{}' -map 0:v:0 -fps_mode passthrough -f framehash -hash sha256 -",
        file.display()
    );
    let text = String::from_utf8(shell(Path::new("."), &line)).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit(',').next().unwrap().trim().to_owned())
        .collect()
}

/// One entry of `ffprobe` for a file, for instance `stream=width` of stream `v:0`.
pub(crate) fn ffprobe(file: &Path, stream: &str, entry: &str) -> String {
    let line =
        format!("ffprobe -v error -select_streams {stream} -show_entries {entry} -of csv=p=0 '{}'", file.display());
    String::from_utf8(shell(Path::new("."), &line)).unwrap().trim().trim_end_matches(',').to_owned()
}
