//! Measures millpond beside its peers, in one run on one machine: `cargo xtask bench GROUP [--json]` builds what is needed
//! and calls this. Each row is a job with our time, the peer's and the bar it is held to; results as data are in
//! `record/`.

mod process;
mod render;
mod row;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: millpond-benches render CLI CLIP FOLDER [--json]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.last().is_some_and(|last| last == "--json");
    let positional = if json { &args[..args.len() - 1] } else { &args[..] };
    let [group, cli, clip, folder] = positional else { return fail(USAGE) };
    let ground = render::Ground { cli: PathBuf::from(cli), clip: PathBuf::from(clip), folder: PathBuf::from(folder) };
    let rows = match group.as_str() {
        "render" => ground.measure(),
        _ => return fail(USAGE),
    };
    match rows {
        Ok(rows) => {
            rows.iter().for_each(|row| println!("{}", if json { row.to_json() } else { row.to_string() }));
            ExitCode::SUCCESS
        }
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
