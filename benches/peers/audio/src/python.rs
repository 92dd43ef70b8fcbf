//! The peers in Python: `peer.py`, one process and one thread.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use serde_json::{Value, json};

use crate::clip;
use crate::features::Features;

/// The running process.
pub(crate) struct Python {
    peer: RefCell<Peer>,
    versions: Value,
    folder: PathBuf,
}

impl Python {
    /// Starts it and hands it the clip.
    pub(crate) fn start(folder: &Path, samples: &[f32]) -> Result<Python, String> {
        let mut command = Command::new("python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peer.py"));
        for variable in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"] {
            command.env(variable, "1");
        }
        let mut peer = Peer::start(&mut command)?;
        let versions = peer.ask(&json!(["versions"]))?;
        let path = clip::write(folder, "clip.f32", samples)?;
        peer.ask(&json!(["open", path]))?;
        Ok(Python { peer: RefCell::new(peer), versions, folder: folder.to_owned() })
    }

    /// Versions of packages, separated by commas; torch's with the instruction set that it found.
    pub(crate) fn version(&self, packages: &[&str]) -> String {
        let version = |name: &&str| {
            let version = self.versions[name].as_str().unwrap_or_default();
            match *name {
                "torch" => format!("torch {version} {}", self.versions["capability"].as_str().unwrap_or_default()),
                name => format!("{name} {version}"),
            }
        };
        packages.iter().map(version).collect::<Vec<_>>().join(", ")
    }

    /// What a job makes of the clip.
    pub(crate) fn output(&self, job: &str) -> Result<Features, String> {
        let path = self.folder.join("theirs.f32");
        let shape = self.peer.borrow_mut().ask(&json!(["output", job, path]))?;
        let side = |name: &str| shape[name].as_u64().unwrap_or(0) as usize;
        Ok(Features { rows: side("rows"), columns: side("columns"), values: clip::read(&path)? })
    }

    /// How long so many runs of a job take.
    pub(crate) fn time(&self, job: &str, times: u32) -> Duration {
        let answer = self.peer.borrow_mut().ask(&json!(["time", job, times]));
        // A job whose output was compared does not fail; if it does, its time is no time.
        let seconds = answer.ok().and_then(|answer| answer["seconds"].as_f64()).unwrap_or(0.0);
        Duration::from_secs_f64(seconds)
    }
}
