//! Log-mel features beside those of other programs and libraries, one thread: `cargo xtask bench peers-audio [--json]`.
//! Each row's outputs are compared before anything is measured.

mod clip;
mod features;
mod length;
mod node;
mod profiles;
mod python;

use std::process::ExitCode;

use millpond_benches::parts::{self, Part};
use millpond_benches::row::Row;

type Rows = Result<Vec<Row>, String>;

const PARTS: [(&str, Part); 3] = [("length", length::rows), ("profiles", profiles::rows), ("node", node::rows)];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args[..] {
        [word, seconds] if word == "stream" => ended(length::stream(seconds)),
        _ => parts::run("millpond-peers-audio", &PARTS, &args),
    }
}

fn ended(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}
