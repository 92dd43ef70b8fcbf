//! Our WebAssembly in node beside what a page has otherwise: OpenCV.js, and a loop in plain JavaScript. Ours are cases of
//! `tests/bits`, whose output is the same natively and is compared with the peers' before timing. A case also copies what it
//! made, which counts against us.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use millpond_benches::peer::Peer;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::{Case, picture};
use millpond_core::simd::Level;
use millpond_core::video::PixelFormat;
use serde_json::{Value, json};

use crate::Rows;
use crate::compare::{mean_difference, packed};

const ROUNDS: usize = 9;
const OPENCV_VERSION: &str = "4.12.0-release.1";

/// A peer in node that works on pictures.
struct Pictures<'a> {
    peer: Peer,
    folder: &'a Path,
}

impl Pictures<'_> {
    fn load(&mut self, name: &str, pixels: &[u8], (width, height): (u32, u32)) -> Result<(), String> {
        let file = self.folder.join(format!("node-{name}.raw"));
        fs::write(&file, pixels).map_err(|e| format!("{}: {e}", file.display()))?;
        self.peer.ask(&json!(["load", name, file, width, height])).map(|_| ())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        let file = self.folder.join("node-result.raw");
        self.peer.ask(&json!(["save", file]))?;
        fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))
    }
}

fn seconds(peer: &mut Peer, job: &[Value], times: u32) -> Result<Duration, String> {
    let mut line = job.to_vec();
    line.push(json!(times));
    let answer = peer.ask(&Value::Array(line))?;
    answer["seconds"].as_f64().map(Duration::from_secs_f64).ok_or_else(|| format!("no time: {answer}"))
}

pub(crate) fn rows(folder: &Path) -> Rows {
    fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures.mjs");
    let mut theirs = Pictures { peer: Peer::start(Command::new("node").arg(script))?, folder };
    let wasm = RefCell::new(crate::wasm::node(folder)?);
    let mut cases = millpond_bits::cases(Level::best());
    let row = |job: &str, case: &str, pictures: &mut Pictures<'_>, theirs: &[Value], peer, version: &str, bar| {
        let ours = [json!(case)];
        let timed = |peer: &mut Peer, job: &[Value], times| seconds(peer, job, times).unwrap_or_else(|e| panic!("{e}"));
        let medians = interleaved(
            ROUNDS,
            &mut [
                Job::timing_itself(|times| timed(&mut wasm.borrow_mut(), &ours, times)),
                Job::timing_itself(|times| timed(&mut pictures.peer, theirs, times)),
            ],
        );
        Row {
            job: format!("wasm simd128 in node: {job}"),
            unit: "us",
            ours: medians[0] * 1e6,
            peer,
            peer_version: version.into(),
            theirs: Ok(medians[1] * 1e6),
            bar: Some(bar),
        }
    };
    let mut rows = Vec::new();

    // The same picture: without antialiasing, half the size is the mean of four pixels for both.
    let case = "resize-rgba-3840x2160-to-1920x1080-bilinear-alpha-ignored";
    theirs.load("source", &pixels(3840, 2160, 1), (3840, 2160))?;
    let job = [json!("opencv"), json!(1920), json!(1080)];
    seconds(&mut theirs.peer, &job, 1)?;
    mean_difference("OpenCV.js INTER_LINEAR", run(&mut cases, case)?, &theirs.result()?, 0.6)?;
    rows.push(row("resize RGBA 4K to 1080p, bilinear", case, &mut theirs, &job, "OpenCV.js", OPENCV_VERSION, 0.5));

    // OpenCV's linear filter takes two samples at any scale and so makes another picture, with less work.
    let case = "resize-rgba-320x320-to-200x200-bilinearantialiased-alpha-ignored";
    let version = format!("{OPENCV_VERSION}, without antialiasing");
    theirs.load("source", &pixels(320, 320, 1), (320, 320))?;
    let job = [json!("opencv"), json!(200), json!(200)];
    rows.push(row(
        "resize RGBA 320 to 200, bilinear, antialiased",
        case,
        &mut theirs,
        &job,
        "OpenCV.js",
        &version,
        0.5,
    ));

    // The case draws at (7, -2): two rows are cut off.
    let case = "blend-straight-320x320";
    theirs.load("source", &pixels(320, 320, 1)[2 * 320 * 4..], (320, 318))?;
    theirs.load("canvas", &pixels(330, 323, 3), (330, 323))?;
    let job = [json!("loop"), json!(7), json!(0)];
    seconds(&mut theirs.peer, &job, 1)?;
    // The case hands out its canvas with the gaps between rows.
    let mut canvas = picture(PixelFormat::Rgba8, 330, 323, 3);
    canvas.bytes_mut().copy_from_slice(run(&mut cases, case)?);
    mean_difference("the loop's canvas", &packed(&canvas), &theirs.result()?, 0.0)?;
    rows.push(row("blend 320x320 straight", case, &mut theirs, &job, "plain JavaScript loop", "node", 0.25));
    Ok(rows)
}

/// A picture of the cases.
fn pixels(width: u32, height: u32, seed: u64) -> Vec<u8> {
    packed(&picture(PixelFormat::Rgba8, width, height, seed))
}

/// What the case makes.
fn run<'a>(cases: &'a mut [Case], name: &str) -> Result<&'a [u8], String> {
    let case = cases.iter_mut().find(|case| case.name() == name).ok_or_else(|| format!("no case {name}"))?;
    case.run();
    Ok(case.output())
}
