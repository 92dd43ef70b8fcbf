//! `cargo xtask bench pool`: our pools beside other people's, and what they are worth in a decode pipeline.
//!
//! Arguments: a folder for files, and `--json` if wished.

mod av_buffer;
mod pipeline;
mod pools;

use std::path::PathBuf;
use std::process::ExitCode;

use millpond_benches::row::Row;
use millpond_core::memory::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The crates that the bar of an uncontended acquire and release names, and the queue that it names for more threads.
const CRATES: [&str; 4] = ["object-pool", "opool", "lockfree-object-pool", "crossbeam ArrayQueue"];
const QUEUE: &str = "crossbeam ArrayQueue";
/// Nanoseconds that an uncontended acquire and release may take.
const LIMIT_NS: f64 = 40.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == "pipeline" => pipeline::run(rest),
        Some((folder, rest)) => all(&PathBuf::from(folder), rest.iter().any(|argument| argument == "--json")),
        None => Err(String::from("usage: millpond-peers-pool FOLDER [--json]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn all(folder: &std::path::Path, json: bool) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let contenders = pools::contenders()?;
    for threads in [1, 2, 4] {
        let times = pools::measure(&contenders, threads);
        let job = format!("acquire and release 1080p, {threads} thread{}", if threads == 1 { "" } else { "s" });
        let row = |peer, version: &str, theirs, bar| Row {
            job: job.clone(),
            unit: "ns",
            ours: times[0],
            peer,
            peer_version: version.to_owned(),
            theirs: Ok(theirs),
            bar,
        };
        let mut rows = Vec::new();
        if threads == 1 {
            rows.push(row("limit", "", LIMIT_NS, Some(1.0)));
        }
        for (contender, time) in contenders.iter().zip(&times).skip(1) {
            let has_bar = if threads == 1 { CRATES.contains(&contender.name) } else { contender.name == QUEUE };
            rows.push(row(contender.name, contender.version, *time, has_bar.then_some(1.0)));
        }
        Row::print_all(&rows, json);
    }
    Row::print_all(&pipeline::rows(folder)?, json);
    Ok(())
}
