//! A group of benchmarks that has parts, as a program: `FOLDER [PART] [--json]`.

use std::path::Path;
use std::process::ExitCode;

use crate::row::Row;

/// Measures one part; it gets a folder for its files.
pub type Part = fn(&Path) -> Result<Vec<Row>, String>;

/// Measures all parts, or the one that is asked for, and prints their rows. A part that cannot be measured says why on
/// standard error; the others go on, and the program ends with 2.
pub fn run(program: &str, parts: &[(&str, Part)], args: &[String]) -> ExitCode {
    let json = args.last().is_some_and(|last| last == "--json");
    let (folder, only) = match &args[..args.len() - usize::from(json)] {
        [folder] => (folder, None),
        [folder, only] => (folder, Some(only)),
        _ => {
            eprintln!("usage: {program} FOLDER [PART] [--json]");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (name, rows) in parts.iter().filter(|(name, _)| only.is_none_or(|only| only == name)) {
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
