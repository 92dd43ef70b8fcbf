//! `cargo xtask bench peers-media`: whole programs that take turns with the `ffmpeg` command, on the same clips, with the
//! same settings and as many threads. Wall time and peak resident memory.
//!
//! Arguments: a folder for files, the part that is wanted (`render`, `remux`, `decode`, `many`) if not all are, and `--json`
//! if wished. `MILLPOND` is the `millpond` command, `MILLPOND_MEDIA` the folder of the sample clips. With `worker` as its
//! first argument it is a program that is measured; see `worker.rs`.

mod decode;
mod ground;
mod many;
mod remux;
mod render;
mod worker;

use std::process::ExitCode;

use millpond_benches::parts::{self, Part};

const PARTS: [(&str, Part); 4] =
    [("render", render::rows), ("remux", remux::rows), ("decode", decode::rows), ("many", many::rows)];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "worker" => match worker::run(rest) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => parts::run("millpond-peers-media", &PARTS, &arguments),
    }
}
