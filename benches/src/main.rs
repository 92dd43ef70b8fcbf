//! The group `render`: `cargo xtask bench render [--json]` builds what is needed and calls this. Each row is a job with our
//! figure, the peer's and the bar it is held to; results as data are in `record/`. The other groups are the packages in
//! `peers/`.

mod render;

use std::path::PathBuf;
use std::process::ExitCode;

use millpond_benches::row::Row;

const USAGE: &str = "usage: millpond-benches CLI CLIP FOLDER [--json]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.last().is_some_and(|last| last == "--json");
    let positional = if json { &args[..args.len() - 1] } else { &args[..] };
    let [cli, clip, folder] = positional else { return fail(USAGE) };
    let ground = render::Ground { cli: PathBuf::from(cli), clip: PathBuf::from(clip), folder: PathBuf::from(folder) };
    match ground.measure() {
        Ok(rows) => {
            Row::print_all(&rows, json);
            ExitCode::SUCCESS
        }
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
