//! Log-mel features beside those of other programs and libraries, one thread: `cargo xtask bench peers-audio [--json]`.
//! Each row's outputs are compared before anything is measured.

mod clip;
mod features;
mod length;
mod node;
mod profiles;
mod python;

use std::path::Path;
use std::process::ExitCode;

use millpond_benches::row::Row;

type Rows = Result<Vec<Row>, String>;

/// Measures one thing; it gets a folder for its files.
type Part = fn(&Path) -> Rows;

const PARTS: [(&str, Part); 3] = [("length", length::rows), ("profiles", profiles::rows), ("node", node::rows)];

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.last().is_some_and(|last| last == "--json");
    args.truncate(args.len() - usize::from(json));
    let (folder, only) = match &args[..] {
        [word, seconds] if word == "stream" => return ended(length::stream(seconds)),
        [folder] => (folder, None),
        [folder, only] => (folder, Some(only)),
        _ => {
            eprintln!("usage: millpond-peers-audio FOLDER [PART] [--json]");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (name, rows) in PARTS.iter().filter(|(name, _)| only.is_none_or(|only| only == name)) {
        match rows(Path::new(folder)) {
            Ok(rows) => Row::print_all(&rows, json),
            Err(message) => {
                eprintln!("{name}: {message}");
                code = ExitCode::from(2);
            }
        }
    }
    code
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
