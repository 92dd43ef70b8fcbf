//! A script that has jobs of ours and of peers in one place: a page in Chromium, or node.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use serde_json::{Value, json};

/// The running script.
pub(crate) struct Script {
    peer: RefCell<Peer>,
    host: String,
}

/// A row that is wanted: our job beside a peer's.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    /// What is done; where is added.
    pub(crate) job: &'a str,
    /// Names of the two jobs.
    pub(crate) ours: &'a str,
    pub(crate) theirs: &'a str,
    pub(crate) peer: &'static str,
    /// The peer's version, if it is not the host itself.
    pub(crate) version: Option<&'a str>,
    /// How far apart the outputs may be in the mean.
    pub(crate) apart: f64,
    pub(crate) bar: Option<f64>,
}

impl Script {
    /// Opens a page that can fetch the folder's files.
    ///
    /// # Errors
    /// Chromium or node is missing or fails.
    pub(crate) fn page(folder: &Path) -> Result<Script, String> {
        let folder = fs::create_dir_all(folder).and_then(|()| folder.canonicalize());
        let folder = folder.map_err(|e| format!("the folder for files: {e}"))?;
        Script::start(Command::new("node").arg("page.mjs").arg(folder), "chromium")
    }

    /// Starts node.
    ///
    /// # Errors
    /// Node is missing or fails.
    pub(crate) fn node() -> Result<Script, String> {
        Script::start(Command::new("node").arg("node.mjs"), "node")
    }

    fn start(command: &mut Command, host: &str) -> Result<Script, String> {
        let mut peer = Peer::start(command.current_dir(env!("CARGO_MANIFEST_DIR")))?;
        let versions = peer.ask(&json!(["versions"]))?;
        let host = format!("{host} {}", versions[host].as_str().unwrap_or("unknown"));
        Ok(Script { peer: RefCell::new(peer), host })
    }

    /// Makes the jobs of a part.
    ///
    /// # Errors
    /// What the script says.
    pub(crate) fn open(&self, part: &str, input: Option<&str>) -> Result<(), String> {
        self.peer.borrow_mut().ask(&json!(["open", part, input])).map(|_| ())
    }

    /// The version of an npm package of this folder.
    ///
    /// # Errors
    /// It is not installed.
    pub(crate) fn version(package: &str) -> Result<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules").join(package);
        let text = fs::read_to_string(folder.join("package.json")).map_err(|e| format!("{package}: {e}"))?;
        let package: Value = serde_json::from_str(&text).map_err(|e| format!("{package}: {e}"))?;
        Ok(package["version"].as_str().unwrap_or("unknown").to_owned())
    }

    /// Compares the outputs of each pair, then times them all in turns, each job once even if several pairs have it. Units
    /// are micro- or milliseconds for a unit of work.
    pub(crate) fn rows(&self, rounds: usize, unit: &'static str, pairs: &[Pair<'_>]) -> Vec<Row> {
        let compared: Vec<Result<(), String>> = pairs.iter().map(|pair| self.compare(pair)).collect();
        let mut names: Vec<&str> = pairs.iter().flat_map(|pair| [pair.ours, pair.theirs]).collect();
        names.sort_unstable();
        names.dedup();
        let mut jobs: Vec<Job<'_>> =
            names.iter().map(|name| Job::timing_itself(|times| self.time(name, times))).collect();
        let seconds = interleaved(rounds, &mut jobs);
        let per_second = if unit == "us" { 1e6 } else { 1e3 };
        let cost = |name: &str| {
            names.iter().zip(&seconds).find(|(n, _)| **n == name).map_or(f64::NAN, |(_, s)| s * per_second)
        };
        let row = |(pair, compared): (&Pair<'_>, Result<(), String>)| Row {
            job: format!("{}, {}", pair.job, self.host),
            unit,
            ours: cost(pair.ours),
            peer: pair.peer,
            peer_version: pair.version.unwrap_or(&self.host).to_owned(),
            theirs: compared.map(|()| cost(pair.theirs)),
            bar: pair.bar,
        };
        pairs.iter().zip(compared).map(row).collect()
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<(), String> {
        let answer = self.peer.borrow_mut().ask(&json!(["compare", pair.ours, pair.theirs]))?;
        match answer["mean"].as_f64() {
            Some(mean) if mean <= pair.apart => Ok(()),
            _ => Err(format!("outputs differ by more than {} in the mean: {answer}", pair.apart)),
        }
    }

    /// All runs together.
    fn time(&self, name: &str, times: u32) -> Duration {
        let answer = self.peer.borrow_mut().ask(&json!(["time", name, times]));
        // A job whose output was compared does not fail; if it does, its time is no time.
        let seconds = answer.ok().and_then(|answer| answer["seconds"].as_f64()).unwrap_or(0.0);
        Duration::from_secs_f64(seconds)
    }
}
