//! The command `millpond`: renders scenes, takes stills, probes, remuxes, transcodes and segments media, computes log-mel
//! features, lists devices.
//!
//! What a person reads is written by [`console`], and so is what a program reads with `--json`. Exit codes: 0 done,
//! 2 wrong usage or scene, 3 media missing or broken, 4 output cannot be written, 5 not supported, 6 cancelled,
//! 75 worth a retry.

mod arguments;
mod console;
mod devices;
mod failure;
mod frame;
mod interrupt;
mod line;
mod mel;
mod memory_plot;
mod memory_report;
mod png;
mod probe;
mod progress;
mod remux;
mod render;
mod scene_file;
mod schema;
mod segment;
mod transcode;

use arguments::Command;
use console::Console;
use millpond::memory::CountingAllocator;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    refuse_huge_pages();
    let (console, command) = match arguments::parse() {
        Ok(arguments) => (Console::new(arguments.json), arguments.command),
        Err(exit) => return exit,
    };
    let done = match command {
        Command::Render(arguments) => render::run(&arguments, &console),
        Command::Frame(arguments) => frame::run(&arguments, &console),
        Command::Probe(arguments) => probe::run(&arguments, &console),
        Command::Mel(arguments) => mel::run(&arguments, &console),
        Command::Remux(arguments) => remux::run(&arguments, &console),
        Command::Segment(arguments) => segment::run(&arguments, &console),
        Command::Transcode(arguments) => transcode::run(&arguments, &console),
        Command::Devices(arguments) => devices::run(&arguments, &console),
        Command::Schema => schema::run(&console),
    };
    console.finish(done)
}

/// x264 asks the kernel for pages of 2 MB, of which it uses parts here and there; all of each would count as memory.
#[cfg(target_os = "linux")]
fn refuse_huge_pages() {
    // A kernel that cannot do it is no worse than before.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
fn refuse_huge_pages() {}
