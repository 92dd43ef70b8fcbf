//! OpenCV, Pillow and Skia, behind `pictures.py`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use serde_json::{Value, json};

/// The running program and the folder for its files.
pub(crate) struct Python {
    peer: Peer,
    folder: PathBuf,
    pub(crate) opencv: String,
    pub(crate) pillow: String,
    pub(crate) skia: String,
}

impl Python {
    /// Starts it, and checks that OpenCV is one that knows this machine's vectors.
    pub(crate) fn start(folder: &Path) -> Result<Python, String> {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures.py");
        let mut peer = Peer::start(Command::new("python3").arg(script))?;
        let said = peer.ask(&json!(["version"]))?;
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        if std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default().contains(" avx2 ")
            && !text("features").contains("AVX2")
        {
            return Err("OpenCV was built without AVX2: it would not be measured at its best".into());
        }
        Ok(Python {
            peer,
            folder: folder.to_owned(),
            opencv: text("opencv"),
            pillow: text("pillow"),
            skia: text("skia"),
        })
    }

    /// Gives it a picture to work on.
    pub(crate) fn load(&mut self, pixels: &[u8], (width, height): (u32, u32), channels: usize) -> Result<(), String> {
        let file = self.share("source.raw", pixels)?;
        self.prepare(&json!(["load", file, width, height, channels]))
    }

    /// Writes a file for it into the folder that it shares with us, and gives the file's path.
    pub(crate) fn share(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
        let file = self.folder.join(name);
        fs::write(&file, bytes).map_err(|e| format!("{}: {e}", file.display()))?;
        Ok(file)
    }

    /// Runs a job that is not timed.
    pub(crate) fn prepare(&mut self, job: &Value) -> Result<(), String> {
        self.peer.ask(job).map(|_| ())
    }

    /// Runs a timed job.
    pub(crate) fn time(&mut self, job: &[Value], times: u32) -> Result<Duration, String> {
        let mut line = job.to_vec();
        line.push(json!(times));
        let seconds = self.peer.ask(&Value::Array(line))?["seconds"].as_f64().ok_or("no seconds")?;
        Ok(Duration::from_secs_f64(seconds.max(0.0)))
    }

    /// The same of a job that worked before.
    ///
    /// # Panics
    /// It does not work any more.
    pub(crate) fn timed(&mut self, job: &[Value], times: u32) -> Duration {
        self.time(job, times).unwrap_or_else(|e| panic!("{job:?}: {e}"))
    }

    /// What the last job made.
    pub(crate) fn result(&mut self) -> Result<Vec<u8>, String> {
        let file = self.folder.join("result.raw");
        self.peer.ask(&json!(["save", file]))?;
        fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))
    }
}
