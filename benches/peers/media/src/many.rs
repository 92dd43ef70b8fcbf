//! Eight renders of the scene at once, composed and thrown away: in one process that shares their pictures' memory, and
//! as eight `ffmpeg` processes. Before timing, every frame of all eight is compared with that of a single render.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use crate::ground::Ground;
use millpond_benches::process::{measured, said};
use millpond_benches::row::{Row, median};

const ROUNDS: usize = 3;
const RENDERS: usize = 8;

pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let ground = Ground::prepare(folder)?;
    let count = RENDERS.to_string();
    let alone = said(&mut ground.worker(&["hash-renders", "scene.json", "1"])?)?;
    let together = said(&mut ground.worker(&["hash-renders", "scene.json", &count])?)?;
    if together != alone.repeat(RENDERS) {
        return Err(format!("renders at the same time differ from a single one:\n{together}{alone}"));
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        ours.push(measured(&mut ground.worker(&["renders", "scene.json", &count])?)?.wall_s);
        theirs.push(processes(&ground)?);
    }
    let job = format!("{RENDERS} renders 1080p to null at once, wall");
    Ok(vec![ground.row(job, "s", (median(ours), median(theirs)), Some(0.9))])
}

/// Seconds until the last of the processes has ended.
fn processes(ground: &Ground) -> Result<f64, String> {
    let begin = Instant::now();
    let start = |_| {
        let mut command = ground.overlay();
        let command = command.args(["-f", "null", "-"]).stdin(Stdio::null()).stdout(Stdio::null());
        command.spawn().map_err(|error| format!("{command:?}: {error}"))
    };
    let children: Vec<Result<Child, String>> = (0..RENDERS).map(start).collect();
    for child in children {
        let status = child?.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("ffmpeg ended with {status}"));
        }
    }
    Ok(begin.elapsed().as_secs_f64())
}
